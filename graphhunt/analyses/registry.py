"""Which analytics there are: our own, and those other packages offer by entry point `graphhunt.analytics`."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import graphhunt.analyses
import graphhunt.analyses.enrichers
from graphhunt.analyses.analysis import Analysis
from graphhunt.errors import UsageError
from graphhunt.questions.parameter import key_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "graphhunt.analytics"
"""Entry-point group of analytics."""

_ELSEWHERE = ("graphhunt.lateral.analysis", "graphhunt.incidents.analysis")
"""Our analytics that stand with what they run, not in this folder."""

_LOG = logging.getLogger(__name__)


@cache
def analyses() -> dict[str, Analysis]:
    """Give every analytic by name, ours first; one that can't be imported is logged and left out."""
    found = {analysis.name: analysis for analysis in _own()}
    taken = {key_of(name) for name in found}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        loaded = _loaded(point) if key_of(point.name) not in taken else None
        if loaded is not None:
            found[loaded.name] = loaded
            taken.add(key_of(loaded.name))
    return found


def _own() -> list[Analysis]:
    """Give our own: what a module of these folders names `ANALYSIS` or `ANALYSES`, by file name."""
    folders = (graphhunt.analyses, graphhunt.analyses.enrichers)
    here = [f"{f.__name__}.{name}" for f in folders for name in sorted(m.name for m in iter_modules(f.__path__))]
    modules = [import_module(name) for name in (*here, *_ELSEWHERE)]
    single = [module.ANALYSIS for module in modules if hasattr(module, "ANALYSIS")]
    return [*single, *(each for module in modules for each in getattr(module, "ANALYSES", ()))]


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
    if analysis.name != point.name:
        _LOG.warning("the entry point %s gives an analytic of another name, %s", point.name, analysis.name)
        return None
    return analysis


def find_analysis(name: str) -> Analysis:
    """Give an analytic by name; case, and `-` and `_`, make no difference.

    Raises:
        UsageError: There is none of this name; the hint lists those there are.
    """
    known = {key_of(found): analysis for found, analysis in analyses().items()}
    if key_of(name) not in known:
        raise UsageError(f"there is no analytic {name!r}", hint="there are " + ", ".join(analyses()))
    return known[key_of(name)]
