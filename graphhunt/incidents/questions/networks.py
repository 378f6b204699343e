"""`hunt networks`: which networks are inside, and which addresses are outside or unknown, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.incidents.asked import NETWORKS, networks_of
from graphhunt.incidents.tables import Tables
from graphhunt.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.questions.question import Case, Wishes

COLUMNS = ("address", "kind", "reason", "machines")
"""Columns of the rows."""


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """List networks and addresses.

    Returns:
        `networks` (cidr, kind, source, reason, machines), `outside` (address, reasons), `unknown` addresses, and all
        of it as `rows`.
    """
    found = networks_of(Tables(case.snapshot), given, case.workspace.path).describe()
    rows = [
        {"address": each["cidr"], "kind": each["kind"], "reason": each["reason"], "machines": each["machines"]}
        for each in found["networks"]
    ]
    rows += [
        {"address": each["address"], "kind": "outside", "reason": ", ".join(each["reasons"]), "machines": []}
        for each in found["outside"]
    ]
    rows += [
        {
            "address": address,
            "kind": "unknown",
            "reason": "seen at the other end, no records of its own",
            "machines": [],
        }
        for address in found["unknown"]
    ]
    cut = wishes.limit is not None and len(rows) > wishes.limit
    return {"hunt": QUESTION.name, **found, "columns": list(COLUMNS), "rows": rows[: wishes.limit], "truncated": cut}


QUESTION = Question(
    name="networks",
    kind="hunt",
    title="Networks that are inside, and addresses that are outside or unknown, each with the reason",
    answer=_answer,
    parameters=(NETWORKS,),
    columns=COLUMNS,
    attack=("T1071",),
)
"""The hunt."""
