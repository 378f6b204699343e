"""A report on an incident as Markdown; what records say stands where neither markup nor a link can come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphhunt.case.casebook.wording import visible
from graphhunt.case.incident_report.html import day, second
from graphhunt.case.incident_report.summary import PARTS, SECTIONS
from graphhunt.incidents.casework import work_words

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$^=-])")
_LINK = re.compile(r"(?i)\b(https?|ftp|www|mailto)(?=[:.])")


def plain(value: object) -> str:
    """Give text in which nothing is markup, on one line."""
    line = " ".join(visible(value).split())
    return _LINK.sub(lambda found: found[0][0] + "\u2060" + found[0][1:], _MARKUP.sub(r"\\\1", line))


def document(report: Mapping[str, Any]) -> bytes:
    """Write a report (as `gathered` gives it) as Markdown."""
    parts = [
        f"# {plain(report['title'])}",
        f"Incident report, {plain(report['id'])}, {day(report['start'])} to {day(report['end'])}; all times are UTC.",
        *([f"As stated by analysts: {plain(said)}."] if (said := work_words(report["work"])) else []),
        *_summary(report["summary"]),
        *(_head(report, "way") if "way" in report["notes"] else ()),
        *_head(report, "timeline"),
        _table(("When", "Where", "Account", "What", "ATT&CK", "Records"), map(_row, report["timeline"])),
        *_added(report),
        *_head(report, "accounts"),
        _table(("Account", "Seen on", "Do"), ((e["account"], e["seen"], e["do"]) for e in report["accounts"])),
        *_head(report, "machines"),
        _table(
            ("Machine", "State", "Since"), ((e["machine"], e["state"], _at(e["since"])) for e in report["machines"])
        ),
        *_head(report, "indicators"),
        _table(("Kind", "Value"), ((e["kind"], e["value"]) for e in report["indicators"])),
        *_head(report, "attack"),
        _table(("Technique", "Name", "Acts"), ((e["technique"], e["name"], e["acts"]) for e in report["attack"])),
        *_head(report, "missing"),
        "\n".join(f"- {plain(each)}" for each in report["missing"]) or "Nothing is known to be missing.",
        *_head(report, "records"),
        *map(plain, report["limits"]),
        _table(
            ("", "Kind", "Machine", "Time", "Source", "Position", "Record", "SHA-256"), map(_record, report["records"])
        ),
        f"Written by graphhunt {plain(report['version'])} on {second(report['written'])}.",
    ]
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def _summary(said: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for part, head in PARTS.items():
        own = said[part]
        if "author" in own:
            yield f"**{head}.**"
            yield from _words(own)
        else:
            yield f"**{head}.** {plain(own['text'])}"


def _head(report: Mapping[str, Any], section: str) -> Iterable[str]:
    """Head a section, with an analyst's note where there is one."""
    yield f"## {SECTIONS[section]}"
    yield from _words(report["notes"].get(section))


def _words(own: Mapping[str, Any] | None) -> Iterable[str]:
    """Quote an analyst, apart from what is written from the records."""
    if own:
        lines = [plain(line) for line in own["text"].splitlines()]
        yield "\n".join(f"> {line}" for line in [*lines, f"({plain(own['author'])}, {second(own['time'])})"])


def _added(report: Mapping[str, Any]) -> Iterable[str]:
    if report["added"] or "added" in report["notes"]:
        yield from _head(report, "added")
        yield _table(("When", "Where", "Account", "What", "Records", "Note"), map(_item, report["added"]))


def _item(row: Mapping[str, Any]) -> Sequence[object]:
    said = ". ".join([row["title"], *row["said"], *([f"Not found: {row['gone']}"] if row["gone"] else [])])
    note = row["note"] or {"text": "", "author": row["author"]}
    where = (_at(row["time"]), row["machine"], row["account"])
    return (*where, said, " ".join(row["records"]), f"{note['text']} ({note['author']})".strip())


def _row(row: Mapping[str, Any]) -> Sequence[object]:
    where = f"{row['from']} → {row['to']}" if row["from"] else row["to"]
    said = " ".join(f"{each}." for each in (*row["said"], *row["inferred"]))
    lists = (" ".join(row[name]) for name in ("techniques", "records"))
    return (_at(row["time"]), where, ", ".join(row["accounts"]), said, *lists)


def _record(each: Mapping[str, Any]) -> Sequence[object]:
    names = ("number", "kind", "machine")
    rest = ("file", "position", "event_id", "sha256")
    return (*(each[name] for name in names), _at(each["time"]), *(each[name] for name in rest))


def _at(time: str | None) -> str:
    return (time or "")[:19].replace("T", " ")


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(map(plain, row)) + " |" for row in rows]
    if not lines:
        return "None."
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads), *lines])
