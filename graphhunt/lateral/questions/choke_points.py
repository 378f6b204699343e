"""`hunt choke-points`: which account or host to cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.lateral.paths import choke_points
from graphhunt.lateral.paths.choke import smallest_cut
from graphhunt.lateral.scope import NOTHING_LOADED
from graphhunt.lateral.scores import logons_of
from graphhunt.lateral.time_parameters import TIMES, required_hosts, rows_answer, time_rules
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.questions.question import Case, Wishes

_MOST = 20
_COLUMNS = ("kind", "name", "id", "share", "blocked", "cuts_all", "cut")


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Rank what to cut; with a target, mark what together ends every way there."""
    snapshot = case.snapshot
    table = logons_of(snapshot).table
    if table is None:
        return rows_answer(QUESTION.name, _COLUMNS, [], truncated=False) | {"reason": NOTHING_LOADED}
    rules = time_rules(given, given["since"])
    most = _MOST if wishes.limit is None else wishes.limit
    source = required_hosts(snapshot, table, given["source"])
    target = required_hosts(snapshot, table, given["target"]) if given["target"] else None
    found = choke_points(table, source, target, rules, limit=most + 1)
    together = smallest_cut(table, source, target, rules) if target and found else []
    order = {(cut.kind, cut.index): number for number, cut in enumerate(together, 1)}
    names = {"host": table.hosts, "account": table.accounts}
    rows = [
        {
            "kind": one.kind, "name": one.name, "id": names[one.kind][one.index], "share": round(one.share, 4),
            "blocked": round(one.blocked, 4), "cuts_all": one.cuts_all, "cut": order.get((one.kind, one.index)),
        }
        for one in found[:most]
    ]  # fmt: skip
    answer = rows_answer(QUESTION.name, _COLUMNS, rows, truncated=len(found) > most)
    where = f"to {given['target']}" if target else "anywhere"
    reason = f"no way leads from {given['source']} {where} within these limits"
    return answer if found else answer | {"reason": reason}


QUESTION = Question(
    name="choke-points",
    kind="hunt",
    title="Which account or host to cut: how much of what a machine could reach, or of the ways to a target, ends",
    answer=_answer,
    parameters=(
        Parameter("source", "str", help="machine or address where ways begin", required=True),
        Parameter("target", "str", help="where they end; `cut` numbers what together ends every way"),
        Parameter("since", "datetime", help="earliest logon"),
        *TIMES,
    ),
    columns=_COLUMNS,
    attack=("T1021",),
)
"""The hunt."""
