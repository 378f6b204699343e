"""`paths`: time-respecting attack paths, each hop with its proof."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphhunt.graph.weights import CHOSEN
from graphhunt.lateral.analysis import LISTS
from graphhunt.lateral.attack_paths import EDGES, AttackPaths, PathOptions
from graphhunt.lateral.sight import gathered, sight_of
from graphhunt.lateral.time_parameters import TIMES
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.questions.question import Case, Wishes

_ENDS = {"from_": "source", "to": "target"}
"""What the ends of a path are called inside: the contract's names are Python's words or too short there."""


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Find paths; see `AttackPaths.find`."""
    found: dict[str, Any] = {_ENDS.get(name, name): value for name, value in given.items() if value is not None}
    lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
    most = {} if wishes.limit is None else {"k": wishes.limit}
    options = PathOptions(**{**found, **lists, **most})
    return gathered(AttackPaths(case.snapshot, partial(sight_of, case.workspace)).find(options), "paths")


QUESTION = Question(
    name="paths",
    kind="paths",
    title="Chains of remote logons in which every hop follows the one before it in time, in the hunt's order",
    answer=_answer,
    parameters=(
        Parameter("from_", "str", help="machine or address to begin at"),
        Parameter("to", "str", help="machine or address to end at"),
        Parameter("user", "str", help="keep paths with a hop by this account"),
        Parameter("since", "datetime", help="earliest logon"),
        *TIMES,
        Parameter("max_hops", "int", 6, "most hops of a path", least=1),
        Parameter("min_certainty", "float", CHOSEN, "least certainty of a logon's source, 0 to 1", least=0),
        Parameter("k", "int", 20, "most paths to list", least=1),
        Parameter("rank", "bool", False, "say of each hop what the hunt holds of it: class, chain and why"),
        *(each for each in LISTS if each.name != "owners"),
        Parameter("edges", "str", "observed", "logons that happened, or rights of a loaded directory", choices=EDGES),
    ),
    attack=("T1021",),
)
"""The search for paths."""
