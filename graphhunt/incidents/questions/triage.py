"""`hunt triage`: one list of what to look at, by process, with one reason of each source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.asked import NETWORKS, networks_of
from graphhunt.incidents.find import BUDGET
from graphhunt.incidents.sentences import MOST_EVIDENCE
from graphhunt.incidents.tables import Tables
from graphhunt.incidents.triage import Item, read_today, triage
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question
from graphhunt.times import iso
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.questions.question import Case, Wishes

COLUMNS = (
    "score", "time", "machine", "account", "program", "reasons", "sources", "command_line", "decoded", "process_id",
    "evidence",
)  # fmt: skip
"""Columns of the rows."""


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """List what to look at, as much as the budget allows; the rest is `held_back`."""
    tables = Tables(case.snapshot)
    found = triage(tables, networks_of(tables, given, case.workspace.path))
    items, held = read_today(found, given["budget"])
    chosen = items[: wishes.limit]
    answer = {
        "hunt": QUESTION.name, "columns": list(COLUMNS), "rows": _rows(tables, chosen), "held_back": held,
        "notes": found.notes, "truncated": bool(held) or len(chosen) < len(items),
    }  # fmt: skip
    reason = "; ".join(["no record is evidence of an intrusion", *found.notes])
    return answer if chosen else answer | {"reason": reason}


def _rows(tables: Tables, items: list[Item]) -> list[dict[str, Any]]:
    wanted = [item.key.partition("|")[2] for item in items if item.key.startswith("process|")]
    lines = dict(tables.processes.filter(pl.col("id").is_in(wanted)).select("id", "command_line").iter_rows())
    return [_row(tables, item, lines) for item in items]


def _row(tables: Tables, item: Item, lines: Mapping[str, str | None]) -> dict[str, Any]:
    kind, _, owner = item.key.partition("|")
    line = lines.get(owner) if kind == "process" else None
    clear = decoded(line) if line else None
    return {
        "score": round(item.score, 4), "time": iso(item.time), "machine": tables.names.get(item.machine, item.machine),
        "account": tables.names.get(item.account or "", item.account),
        "program": tables.programs.get(owner) if kind == "process" else None,
        "reasons": list(item.reasons.values()), "sources": list(item.reasons), "command_line": line,
        "decoded": clear.text if clear and not clear.reason else None,
        "process_id": owner if kind == "process" else None, "evidence": list(item.evidence[:MOST_EVIDENCE]),
    }  # fmt: skip


QUESTION = Question(
    name="triage",
    kind="hunt",
    title="One list of what to look at, by process, with one reason each of evidence, rarity and clusters",
    answer=_answer,
    parameters=(Parameter("budget", "int", BUDGET, "units of reading per day of records", least=1), NETWORKS),
    columns=COLUMNS,
    attack=("T1059", "T1218", "T1003", "T1021", "T1071"),
)
"""The hunt."""
