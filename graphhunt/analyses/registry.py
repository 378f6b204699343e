"""Which analytics there are: our own, and those other packages offer by entry point `graphhunt.analytics`."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from graphhunt.analyses.analysis import Analysis
from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "graphhunt.analytics"
"""Entry-point group of analytics."""

_OWN = {
    "sessions": "graphhunt.analyses.sessions",
    "clusters": "graphhunt.analyses.clusters",
    "outliers": "graphhunt.analyses.outliers",
    "bursts": "graphhunt.analyses.bursts",
    "process-rarity": "graphhunt.analyses.process_rarity",
    "beacons": "graphhunt.analyses.beacons",
    "logontracer": "graphhunt.analyses.logontracer",
    "measures": "graphhunt.analyses.measures",
    "lateral-movement": "graphhunt.lateral.analysis",
}

_LOG = logging.getLogger(__name__)


@cache
def analyses() -> dict[str, Analysis]:
    """Give every analytic by name, ours first; one that can't be imported is logged and left out."""
    found: dict[str, Analysis] = {}
    for name, module in _OWN.items():
        found[name] = import_module(module).ANALYSIS
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        if point.name not in found and (loaded := _loaded(point)) is not None:
            found[point.name] = loaded
    return found


def _loaded(point: EntryPoint) -> Analysis | None:
    """Load a stranger's analytic."""
    try:
        analysis = point.load()
    except Exception as error:  # a stranger's module may raise anything
        _LOG.warning("the analytic %s can't be loaded: %r", point.name, error)
        return None
    if not isinstance(analysis, Analysis):
        _LOG.warning("the entry point %s isn't an analytic", point.name)
        return None
    return analysis


def find_analysis(name: str) -> Analysis:
    """Give an analytic by name.

    Raises:
        UsageError: There is none of this name; the hint lists those there are.
    """
    known = analyses()
    if name not in known:
        raise UsageError(f"there is no analytic {name!r}", hint="there are " + ", ".join(known))
    return known[name]
