"""The tables of a case report, the same in every form: title, columns and rows of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from graphhunt.case.casebook.wording import address, by, named, target

Report = Mapping[str, Any]


class Table(NamedTuple):
    """One table; a form leaves it out where it has no rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def entities(report: Report) -> Table:
    """List what the case is about."""
    rows = [
        (e["kind"], named(e), e["alias"], e["verdict"], ", ".join(e["tags"]), e.get("first_seen"), e.get("last_seen"))
        for e in report["entities"]
    ]
    return Table("Entities", ("Kind", "Name", "Called", "Verdict", "Tags", "First seen", "Last seen"), rows)


def verdicts(report: Report) -> Table:
    """List verdicts and tags with their reasons and authors."""
    rows = [
        (target(i), i["body"].get("verdict") or i["body"].get("tag"), i["body"].get("reason"), by(i))
        for i in report["items"]
        if i["type"] in ("verdict", "tag")
    ]
    return Table("Verdicts and tags", ("On", "What", "Why", "By"), rows)


def timeline(report: Report) -> Table:
    """List the relations between the case's entities by time."""
    rows = [
        (e["start"], address(e["start_ref"]), e["relation"], address(e["end_ref"]), e["events"])
        for e in report["timeline"]
    ]
    return Table("What happened between them", ("Time", "From", "Relation", "To", "Events"), rows)


def views(report: Report) -> Table:
    """List the saved views."""
    rows = [(i["body"]["name"], by(i)) for i in report["items"] if i["type"] == "view"]
    return Table("Saved views", ("Name", "By"), rows)
