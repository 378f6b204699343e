"""Paths through logons that respect time: reachability, the most unusual paths, choke points."""

from __future__ import annotations

from graphhunt.lateral.paths._kernels import NEVER
from graphhunt.lateral.paths.acts import Acts, fold
from graphhunt.lateral.paths.choke import ChokePoint, choke_points
from graphhunt.lateral.paths.explain import Explainer
from graphhunt.lateral.paths.find import PathQuery, find_paths, search
from graphhunt.lateral.paths.rarity import Rarity, hop_rarity
from graphhunt.lateral.paths.reach import (
    BlastRadius,
    TimeRules,
    blast_radius,
    earliest_arrival,
    latest_departure,
    reachable,
    rows_between,
)
from graphhunt.lateral.paths.result import Hop, Path, PathSet
from graphhunt.lateral.paths.table import LogonTable

__all__ = [
    "NEVER", "Acts", "BlastRadius", "ChokePoint", "Explainer", "Hop", "LogonTable", "Path", "PathQuery", "PathSet",
    "Rarity", "TimeRules", "blast_radius", "choke_points", "earliest_arrival", "find_paths", "fold", "hop_rarity",
    "latest_departure", "reachable", "rows_between", "search",
]  # fmt: skip
