"""graphhunt: telemetry in, attack paths out.

import graphhunt as gh
hunt = gh.open("case")
hunt.load("logs/")
hunt.paths(from_="WORKSTATION5")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphhunt.errors import GraphhuntError
    from graphhunt.hunt import Hunt
    from graphhunt.hunt import open_hunt as open

__all__ = ["GraphhuntError", "Hunt", "open"]

_PUBLIC = {
    "GraphhuntError": ("graphhunt.errors", "GraphhuntError"),
    "Hunt": ("graphhunt.hunt", "Hunt"),
    "open": ("graphhunt.hunt", "open_hunt"),
}


def __getattr__(name: str) -> Any:
    """Import a public name at first use, so that `import graphhunt` stays quick."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'graphhunt' has no attribute '{name}'")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)
