"""A case report as Markdown: what logs say stands in code, where neither markup nor a link can come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphhunt.case.casebook import report_tables as tables
from graphhunt.case.casebook.wording import by, pretty, target, visible

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&@:=^$\"'])")
_SPACE = re.compile(r"\s+")


def escaped(value: object) -> str:
    """Give analysts' words on one line, every character of Markdown and HTML escaped."""
    return _MARKUP.sub(r"\\\1", _SPACE.sub(" ", visible(value)).strip())


def code(value: object) -> str:
    """Give text as a code span: shown as it is, never read as markup; with a bar, which ends a cell, escaped."""
    line = _SPACE.sub(" ", visible(value)).strip()
    if not line or "|" in line:
        return escaped(line)
    fence = "`" * (_longest(line, "`") + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def block(value: object, language: str = "") -> str:
    """Give text as a fenced block whose fence is longer than any within."""
    content = visible(value)
    fence = "`" * max(3, _longest(content, "`") + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def _longest(content: str, char: str) -> int:
    return max((len(run) for run in re.findall(re.escape(char) + "+", content)), default=0)


def document(report: Mapping[str, Any]) -> bytes:
    """Write a report (as `case_report` gives it, times as text) as Markdown."""
    case = report["case"]
    parts = [
        f"# {escaped(case['title'])}",
        f"Case {code(case['id'])}, {case['status']}; opened by {code(case['author'])} on {code(case['created'])}, "
        f"last changed by {code(case['changed_by'])} on {code(case['changed'])}. Written by graphhunt "
        f"{code(report['version'])} on {code(report['written'])}. All times are UTC.",
        block(case["description"]) if case["description"] else "",
        *map(escaped, report["limits"]),
        *_sections(report),
    ]
    return ("\n\n".join(filter(None, parts)) + "\n").encode("utf-8", "replace")


def _sections(report: Mapping[str, Any]) -> Iterable[str]:
    items = report["items"]
    yield _table(*tables.entities(report))
    yield _table(*tables.verdicts(report))
    yield _titled("Notes", [
        f"{code(by(n))}; {code(target(n))}\n\n{block(n['body']['text'])}" for n in items if n["type"] == "note"
    ])  # fmt: skip
    yield _table(*tables.timeline(report))
    yield _titled("Pinned evidence", list(_pins([i for i in items if i["type"] == "pin"], report)))
    yield _table(*tables.views(report))


def _titled(title: str, parts: Sequence[str]) -> str:
    return "\n\n".join([f"## {title}", *parts]) if parts else ""


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(map(code, row)) + " |" for row in rows]
    return _titled(title, ["\n".join(lines)]) if rows else ""


def _pins(pins: Iterable[Mapping[str, Any]], report: Mapping[str, Any]) -> Iterable[str]:
    records = {record["event_id"]: record for record in report["records"]}
    for pin in pins:
        yield f"{escaped(pin['body']['comment'])} {code(by(pin))}; {code(target(pin))}".strip()
        for event_id in pin["body"]["event_ids"]:
            yield _record(event_id, records.get(event_id))


def _record(event_id: str, record: Mapping[str, Any] | None) -> str:
    if record is None:
        return f"Record {code(event_id)} is not shown: it is over the limit, or not in this workspace."
    place = f"{record.get('time') or ''} {record.get('host') or ''}; {record.get('file')} at {record.get('position')}"
    return f"{code(event_id)}; {code(place)}\n\n{block(pretty(str(record['record'])))}"
