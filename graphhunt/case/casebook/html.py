"""A case report as one HTML file: no script, no request, everything in it escaped.

What a report quotes was written by an attacker until shown otherwise: text is escaped, and characters that turn
or hide text are shown as their codes.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphhunt.case.casebook import report_tables as tables
from graphhunt.case.casebook.wording import by, pretty, target, visible

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;"
    "background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #ccd}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;"
    "border-bottom:1px solid #dde;overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;"
    "background:#f4f5f7;padding:.6rem;font-size:13px}.by{color:#57606a;font-size:13px}"
    "@media (prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181c}pre{background:#22262c}"
    "th,td{border-color:#333a42}h2{border-color:#444c56}.by{color:#9aa4af}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Content security policy of a report: its own style sheet and nothing else."""

_IN_FILE = POLICY.removesuffix("; frame-ancestors 'none'")


def text(value: object) -> str:
    """Give text for HTML: escaped, with control and direction characters as codes."""
    return html.escape(visible(value))


def page(report: Mapping[str, Any]) -> bytes:
    """Write a report (as `case_report` gives it, times as text) as an HTML document."""
    case = report["case"]
    parts = [
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>",
        f'<meta http-equiv="Content-Security-Policy" content="{_IN_FILE}">',
        f"<title>{text(case['title'])}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{text(case['title'])}</h1>",
        f"<p class=by>Case {text(case['id'])}, {text(case['status'])}; opened by {text(case['author'])} on "
        f"{text(case['created'])}, last changed by {text(case['changed_by'])} on {text(case['changed'])}.<br>"
        f"Written by graphhunt {text(report['version'])} on {text(report['written'])}. All times are UTC.</p>",
        f"<pre>{text(case['description'])}</pre>" if case["description"] else "",
        *(f"<p>{text(limit)}</p>" for limit in report["limits"]),
        *_sections(report),
        "</body></html>\n",
    ]
    return "\n".join(filter(None, parts)).encode("utf-8", "replace")


def _sections(report: Mapping[str, Any]) -> Iterable[str]:
    items = report["items"]
    yield _table(*tables.entities(report))
    yield _table(*tables.verdicts(report))
    yield _notes([i for i in items if i["type"] == "note"])
    yield _table(*tables.timeline(report))
    yield _pins([i for i in items if i["type"] == "pin"], report)
    yield _table(*tables.views(report))


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th scope=col>{text(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<h2>{text(title)}</h2>\n<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _notes(notes: Sequence[Mapping[str, Any]]) -> str:
    if not notes:
        return ""
    parts = [f"<p class=by>{text(by(n))}; {text(target(n))}</p><pre>{text(n['body']['text'])}</pre>" for n in notes]
    return "<h2>Notes</h2>\n" + "\n".join(parts)


def _pins(pins: Sequence[Mapping[str, Any]], report: Mapping[str, Any]) -> str:
    if not pins:
        return ""
    records = {record["event_id"]: record for record in report["records"]}
    parts = ["<h2>Pinned evidence</h2>"]
    for pin in pins:
        parts.append(
            f"<p>{text(pin['body']['comment'])} <span class=by>{text(by(pin))}; {text(target(pin))}</span></p>"
        )
        parts += [_record(event_id, records.get(event_id)) for event_id in pin["body"]["event_ids"]]
    return "\n".join(parts)


def _record(event_id: str, record: Mapping[str, Any] | None) -> str:
    if record is None:
        return f"<p class=by>Record {text(event_id)} is not shown: it is over the limit, or not in this workspace.</p>"
    place = f"{record.get('time') or ''} {record.get('host') or ''}; {record.get('file')} at {record.get('position')}"
    return f"<p class=by>{text(event_id)}; {text(place)}</p><pre>{text(pretty(str(record['record'])))}</pre>"
