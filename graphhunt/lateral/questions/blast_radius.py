"""`hunt blast-radius`: what could be reached by when from a machine in an intruder's hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.lateral.hops import Details
from graphhunt.lateral.paths import blast_radius
from graphhunt.lateral.scope import NOTHING_LOADED
from graphhunt.lateral.scores import logons_of
from graphhunt.lateral.time_parameters import TIMES, required_hosts, rows_answer, time_rules
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.lateral.paths import LogonTable
    from graphhunt.lateral.paths.reach import BlastRadius, Reached
    from graphhunt.questions.question import Case, Wishes

    Row = dict[str, Any]

_MOST = 1000
_COLUMNS = ("machine", "machine_id", "reached", "hops", "way", "users", "technique", "relationship_ids", "evidence")


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Tell what could be reached from a machine, earliest first, each with one way there and its records."""
    snapshot = case.snapshot
    table = logons_of(snapshot).table
    if table is None:
        return rows_answer(QUESTION.name, _COLUMNS, [], truncated=False) | {"reason": NOTHING_LOADED}
    at = given["at"] if given["at"] is not None else int(table.t[0])
    rules = time_rules(given, given["at"])
    first: dict[int, tuple[Reached, BlastRadius]] = {}
    for host in required_hosts(snapshot, table, given["machine"]):
        spread = blast_radius(table, host, at, rules)
        for one in spread.reached:
            if one.host not in first or one.arrival < first[one.host][0].arrival:
                first[one.host] = (one, spread)
    most = _MOST if wishes.limit is None else wishes.limit
    reached = sorted(first.values(), key=lambda pair: (pair[0].arrival, pair[0].host))
    ways = [(one, spread.way(one.host)) for one, spread in reached[:most]]
    details = Details(snapshot).of(table, sorted({row for _, way in ways for row in way}))
    rows = [_row(table, one, way, details) for one, way in ways]
    found = rows_answer(QUESTION.name, _COLUMNS, rows, truncated=len(reached) > most)
    reason = f"no remote logon leaves it from {iso(at)} on that these limits allow; widen at, until or max_dwell"
    return found if reached else found | {"reason": reason}


def _row(table: LogonTable, one: Reached, way: tuple[int, ...], details: dict[int, Row]) -> Row:
    last = details[way[-1]]
    return {
        "machine": table.host_name(one.host), "machine_id": table.hosts[one.host], "reached": iso(one.arrival),
        "hops": len(way), "way": [table.host_name(int(table.src[row])) for row in way],
        "users": list(dict.fromkeys(details[row]["user_name"] for row in way)), "technique": last["technique"],
        "relationship_ids": [details[row]["id"] for row in way], "evidence": list(last["evidence"]),
    }  # fmt: skip


QUESTION = Question(
    name="blast-radius",
    kind="hunt",
    title="What could be reached by when from a machine in an intruder's hands, by logons that happened",
    answer=_answer,
    parameters=(
        Parameter("machine", "str", help="machine or address, by any name", required=True),
        Parameter("at", "datetime", help="from when on; the first logon of the case when not given"),
        *TIMES,
    ),
    columns=_COLUMNS,
    attack=("T1021",),
)
"""The hunt."""
