"""Tracks: when what happened, one line per account on a machine, or per machine for an account or address."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import Words
from graphhunt.stories import templates
from graphhunt.stories.writing import proof
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graphhunt.stories.subject import Subject
    from graphhunt.stories.telling import Telling, Told

_MOST_TRACKS = 12
_MOST_MARKS = 200
Row = dict[str, Any]


def tracks(
    telling: Telling, one: Subject, told: Iterable[Told], came: Sequence[Row], changed: Sequence[Row]
) -> list[Row]:
    """Give the tracks of a story, those with most leads first, at most twelve, each with its marks in time order.

    A mark has `time`, `end`, `kind` (`logon`, `failed`, `lead` or `change`), what it is as a sentence, and records.
    """
    lines: dict[str | None, list[Row]] = defaultdict(list)
    label = "User" if one.kind == "machine" else "Machine"
    names: dict[str | None, Row | None] = {None: None}
    for track, mark in [*_leads(telling, one, told), *_logons(telling, one, came), *_changes(one, changed)]:
        lines[track].append(mark)
        names[track] = telling.writer.named(label, track)
    found: list[Row] = []
    for track, marks in lines.items():
        marks.sort(key=lambda mark: str(mark["time"]))
        found.append({"entity": names[track], "marks": marks[:_MOST_MARKS], "total": len(marks)})
    found.sort(key=lambda line: (-sum(mark["kind"] == "lead" for mark in line["marks"]), line["marks"][0]["time"]))
    return found[:_MOST_TRACKS]


def _leads(telling: Telling, one: Subject, told: Iterable[Told]) -> list[tuple[str | None, Row]]:
    return [
        (
            each.account if one.kind == "machine" else each.lead.machine,
            {
                "time": iso(each.lead.time), "end": iso(each.lead.time), "kind": "lead",
                "what": telling.writer.lead(each.lead, each.account), "evidence": proof(each.lead.evidence),
            },
        )
        for each in told
    ]  # fmt: skip


def _logons(telling: Telling, one: Subject, came: Sequence[Row]) -> list[tuple[str | None, Row]]:
    found = []
    for row in came:
        failed = row["outcome"] == "failed"
        known = {
            "account": _said(row["account"]), "from": _said(row["from"]), "to": _said(row["machine"]),
            "count": row["count"], "how": Words(row["technique_name"] or ""),
        }  # fmt: skip
        said = telling.writer.say("logon", _template(row, failed=failed), known, row["evidence"]["ids"])
        mark = {
            "time": row["start"], "end": row["end"] or row["start"], "kind": "failed" if failed else "logon",
            "what": said, "evidence": row["evidence"],
        }  # fmt: skip
        track = row["account"] if one.kind == "machine" else row["machine"]
        found.append((track["id"] if track else None, mark))
    return found


def _template(row: Row, *, failed: bool) -> str:
    if failed:
        return templates.MARK_FAILED
    if row["from"] is None:
        return templates.MARK_LOCAL
    return templates.MARK_HOW if row["technique_name"] else templates.MARK


def _changes(one: Subject, changed: Sequence[Row]) -> list[tuple[str | None, Row]]:
    """Give the changes that somebody is known to have made."""
    found = []
    for row in changed:
        by = row["accounts"][:1] if one.kind == "machine" else [row["machine"]]
        if by and by[0] and row["kind"] != "setting":
            mark = {key: row[name] for key, name in _CHANGE.items()} | {"kind": "change"}
            found.append((by[0]["id"], mark))
    return found


_CHANGE = {"time": "start", "end": "end", "what": "sentence", "evidence": "evidence"}


def _said(named: Row | None) -> Any:
    return Entity(named["label"], named["id"]) if named else None
