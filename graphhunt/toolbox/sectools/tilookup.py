"""What `msticpy.sectools.tilookup` has for threat intelligence; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.intel.tilookup import TILookup

__all__ = [
    "TILookup",
]
