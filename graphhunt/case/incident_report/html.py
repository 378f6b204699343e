"""A report on an incident as one HTML file that prints on A4: no script, no request, everything in it escaped."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphhunt.case.casebook.wording import visible
from graphhunt.case.incident_report.summary import PARTS, SECTIONS
from graphhunt.case.incident_report.way import picture
from graphhunt.incidents.casework import work_words

_STYLE = (
    ":root{--t:#17202c;--m:#515d6e;--l:#d3dae4;--a:#b83a0e;color-scheme:light}*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:1040px;padding:34px 30px;color:var(--t);background:#fff;font:14px/1.5 system-ui,"
    '"Segoe UI","DejaVu Sans",sans-serif}h1{font-size:25px;line-height:1.25;margin:2px 0 6px}'
    "h2{font-size:17px;margin:26px 0 8px;border-bottom:2px solid var(--t);padding-bottom:3px}p{margin:6px 0}"
    ".sum p{max-width:95ch;white-space:pre-line}.k{color:var(--m);font-size:12.5px}"
    "table{border-collapse:collapse;width:100%;font-size:12.5px}"
    "th{text-align:left;border-bottom:1.5px solid var(--t);padding:4px 8px 4px 0;white-space:nowrap}"
    "td{border-bottom:1px solid var(--l);padding:4px 8px 4px 0;vertical-align:top;overflow-wrap:break-word}"
    "td:first-child{white-space:nowrap}.act td:nth-child(2){min-width:128px;font-weight:600}"
    'code{font:11.5px ui-monospace,"DejaVu Sans Mono",monospace}a{color:#1d5bb8;text-decoration:none}'
    ".sum{border-left:4px solid var(--a);padding:4px 16px;background:#fdf6f2;font-size:15px}"
    ".own{margin:4px 0;padding:4px 12px;border-left:4px solid #1d5bb8;background:#f2f6fc;white-space:pre-line;"
    "overflow-wrap:anywhere;max-width:95ch}"
    ".two{display:grid;grid-template-columns:1fr 1fr;gap:0 28px}.two>div{min-width:0}"
    ".lists td:first-child{white-space:normal}svg{width:100%;margin:10px 0;font-family:inherit}"
    ".act td:nth-child(5){white-space:nowrap}.act td:nth-child(6){min-width:52px}"
    "ul{margin:4px 0;padding-left:20px}@page{size:A4;margin:13mm 12mm}"
    "@media print{body{padding:0;font-size:9pt}h1{font-size:15pt}h2{font-size:11pt;margin:12px 0 4px;break-after:avoid}"
    ".sum{font-size:9.5pt}table{font-size:7.5pt;line-height:1.3}th,td{padding:2px 6px 2px 0}code{font-size:6.5pt}"
    ".act td:nth-child(2){min-width:90px}.rec td,.k{font-size:7pt;line-height:1.2}.rec code{font-size:5.6pt}"
    "p,ul{margin:3px 0}ul{font-size:7.5pt;line-height:1.3}.tail{grid-template-columns:2fr 3fr}.own{padding:2px 8px}"
    "svg{max-height:38mm}tr,svg,.sum{break-inside:avoid}a{color:inherit}thead{display:table-header-group}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
"""Content security policy of a report: its own style sheet and nothing else."""

_DIGEST = re.compile("[0-9a-f]{64}")
_SLICE = 32
"""Digits of a hash in a line."""


def text(value: object) -> str:
    """Give text for HTML: escaped, with control and direction characters as codes."""
    return html.escape(visible(value))


def page(report: Mapping[str, Any]) -> bytes:
    """Write a report (as `gathered` gives it) as an HTML document."""
    period = f"{day(report['start'])} to {day(report['end'])}"
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Incident report: {text(', '.join(each['machine'] for each in report['machines']))}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f'<div class="k">Incident report · {text(report["id"])} · {period} · all times UTC</div>',
        f"<h1>{text(report['title'])}</h1>",
        _work(report["work"]),
        _summary(report["summary"]),
        f"{_head(report, 'way')}{picture(report['way'])}{_left_out(report['way'])}",
        _head(report, "timeline") + _timeline(report["timeline"]),
        _head(report, "added") + _added(report["added"]) if report["added"] or "added" in report["notes"] else "",
        _lists(report),
        '<div class="two tail"><div>' + _head(report, "attack"),
        _table(("Technique", "Name", "Acts"), map(_technique, report["attack"]), "lists"),
        "</div><div>" + _head(report, "missing") + _points(report["missing"]) + "</div></div>",
        _head(report, "records") + _records(report),
        f'<p class="k">Written by graphhunt {text(report["version"])} on {second(report["written"])}.</p>',
        "</body></html>\n",
    ]
    return "\n".join(parts).encode("utf-8", "replace")


def day(time: str | None) -> str:
    """Write a time as its day."""
    return text((time or "")[:10])


def second(time: str | None) -> str:
    """Write a time to the second."""
    return text((time or "")[:19].replace("T", " "))


def _work(work: Mapping[str, Any]) -> str:
    said = work_words(work)
    return f'<p class="k">As stated by analysts: {text(said)}.</p>' if said else ""


def _summary(said: Mapping[str, Mapping[str, Any]]) -> str:
    paragraphs = []
    for part, head in PARTS.items():
        own = said[part]
        if "author" in own:
            paragraphs.append(f"<p><b>{head}.</b></p>{_words(own)}")
        else:
            paragraphs.append(f"<p><b>{head}.</b> {text(own['text'])}</p>")
    return f'<div class="sum">{"".join(paragraphs)}</div>'


def _head(report: Mapping[str, Any], section: str) -> str:
    """Head a section, with an analyst's note where there is one."""
    note = report["notes"].get(section)
    return f"<h2>{text(SECTIONS[section])}</h2>" + (_words(note) if note else "")


def _words(own: Mapping[str, Any]) -> str:
    """Give an analyst's words, apart from those that are written from the records."""
    by = f"{text(own['author'])}, {second(own['time'])}"
    return f'<div class="own">{text(own["text"])}<div class="k">In the words of {by}</div></div>'


def _added(rows: Iterable[Mapping[str, Any]]) -> str:
    body = (
        (
            second(row["time"]),
            text(row["machine"]),
            text(row["account"]),
            _wrapped(row["title"]) + "".join(f"<br>{_wrapped(said)}" for said in row["said"])
            + (f"<br><i>Not found: {text(row['gone'])}.</i>" if row["gone"] else "")
            + (_words(row["note"]) if row["note"] else f'<div class="k">Added by {text(row["author"])}</div>'),
            " ".join(f'<a href="#{number}">{number}</a>' for number in row["records"]),
        )
        for row in rows
    )  # fmt: skip
    return _table(("When (UTC)", "Where", "Account", "What", "Records"), body)


def _left_out(way: Mapping[str, Any]) -> str:
    return f'<p class="k">{way["left_out"]} more are in the tables.</p>' if way["left_out"] else ""


def _timeline(rows: Iterable[Mapping[str, Any]]) -> str:
    body = (
        (
            second(row["time"]).replace(" ", "<br>"),
            text(f"{row['from']} → {row['to']}" if row["from"] else row["to"]),
            "<br>".join(map(text, row["accounts"])),
            " ".join(
                [*(f"{text(said)}." for said in row["said"]), *(f"<i>{text(why)}.</i>" for why in row["inferred"])]
            ),
            "<br>".join(map(text, row["techniques"])),
            " ".join(f'<a href="#{number}">{number}</a>' for number in row["records"]),
        )
        for row in rows
    )
    return _table(("When (UTC)", "Where", "Account", "What", "ATT&amp;CK", "Records"), body, "act")


def _lists(report: Mapping[str, Any]) -> str:
    accounts = ((text(each["account"]), text(each["seen"]), text(each["do"])) for each in report["accounts"])
    machines = ((text(each["machine"]), text(each["state"]), second(each["since"])) for each in report["machines"])
    found = ((text(each["kind"]), _wrapped(each["value"])) for each in report["indicators"])
    left = _head(report, "accounts") + _table(("Account", "Seen on", "Do"), accounts, "lists")
    left += _head(report, "machines") + _table(("Machine", "State", "Since"), machines, "lists")
    right = _head(report, "indicators") + _table(("Kind", "Value"), found)
    return f'<div class="two"><div>{left}</div><div>{right}</div></div>'


def _technique(each: Mapping[str, Any]) -> tuple[str, str, str]:
    return text(each["technique"]), text(each["name"]), str(each["acts"])


def _points(said: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{text(each)}</li>" for each in said or ["Nothing is known to be missing."]) + "</ul>"


def _records(report: Mapping[str, Any]) -> str:
    files = {name: f"F{at}" for at, name in enumerate(dict.fromkeys(each["file"] for each in report["records"]), 1)}
    rows = (
        (
            f'<b id="{each["number"]}">{each["number"]}</b>', text(each["kind"]), text(each["machine"]),
            second(each["time"]), f"{files[each['file']]} {text(each['position'])}",
            f"<code>{text(each['event_id'])}<br>{'<wbr>'.join(_slices(each['sha256']))}</code>",
        )
        for each in report["records"]
    )  # fmt: skip
    note = "Each is kept unchanged. The last column is the record's id in the evidence store, then its bytes' SHA-256."
    named = " · ".join(f"<b>{number}</b>&nbsp;{_wrapped(name)}" for name, number in files.items())
    limits = "".join(f'<p class="k">{text(each)}</p>' for each in report["limits"])
    heads = ("", "Kind", "Machine", "Time (UTC)", "Source", "Record and SHA-256")
    return f'<p class="k">{note}</p>{limits}{_table(heads, rows, "rec")}<p class="k">{named}</p>'


def _slices(digest: str) -> list[str]:
    return [text(digest[at : at + _SLICE]) for at in range(0, len(digest), _SLICE)]


def _wrapped(value: str) -> str:
    """Give text that may be broken behind what parts a path, so that no word is."""
    if _DIGEST.fullmatch(value):
        return "<code>" + "<wbr>".join(_slices(value)) + "</code>"
    marked = text(value)
    for mark in ("\\", "/", "!", "_"):
        marked = marked.replace(mark, f"{mark}<wbr>")
    return marked


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    body = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
    if not body:
        return '<p class="k">None.</p>'
    head = "".join(f'<th scope="col">{each}' for each in heads)
    return f'<table class="{kind}"><thead><tr>{head}</thead><tbody>{body}</tbody></table>'
