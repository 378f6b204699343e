"""`analyze process-rarity`: how unusual each process is, by its parents and its command's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.least import few_starts
from graphhunt.questions.question import Written
from graphhunt.toolbox.rarity import process_rarity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_MEANINGS = {
    "score": "surprise of the process and its ancestors, in nats plus 2 per fact; for triage",
    "own": "surprise of the process's own start and shape",
    "tree_score": "highest score in the process's tree",
    "shape": "command line without what changes from run to run",
    "shape_hosts": "machines the shape was seen on",
    "shape_days": "host-days the shape was seen on",
    "shape_users": "accounts that ran the shape",
    "shape_first": "first time the shape was seen, µs",
    "pair_days": "host-days this parent started this image on",
    "rare_shape": "whether the shape was seen on at most 2 machines",
    "reasons": "what the score rests on, in words",
}


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    started = extract.starts.select("id")
    found = process_rarity(extract.processes).join(started, on="id", how="semi")
    return {"Process": found.rename({name: f"rarity_{name}" for name in _MEANINGS})}


ANALYSIS = Analysis(
    name="process-rarity",
    prefix="rarity",
    summary="Scores processes by how rarely their parents start them and their command's shape is seen.",
    compute=_compute,
    too_little=lambda extract: {"Process": few_starts(extract.starts)},
    properties=tuple(Written("Process", f"rarity_{name}", meaning) for name, meaning in _MEANINGS.items()),
)
"""The analytic."""
