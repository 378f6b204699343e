"""Indicators of an incident: what others can look for, as a list, as CSV and as STIX 2.1."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.case.casebook.stix_objects import name_id
from graphhunt.case.incident_report.secrets import without_password
from graphhunt.incidents.networks import read_address
from graphhunt.spreadsheet import disarmed
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

_PATTERNS = {
    "address": "[{kind}-addr:value = '{value}']",
    "url": "[url:value = '{value}']",
    "file": "[file:name = '{value}']",
    "sha256": "[file:hashes.'SHA-256' = '{value}']",
}


def indicators_of(story: Mapping[str, Any], tables: Tables) -> list[dict[str, str]]:
    """List what can be looked for elsewhere: `kind` and `value`, each once."""
    found = dict.fromkeys(_found(story, tables))
    return [{"kind": kind, "value": value} for kind, value in found]


def _found(story: Mapping[str, Any], tables: Tables) -> Iterator[tuple[str, str]]:
    yield from (("address", address) for address in story["outside"])
    lines, hashes = _programs(story, tables)
    for line in lines:
        clear = decoded(line)
        yield from (("url", without_password(url)) for url in (clear.urls if clear else ()))
    for step in story["steps"]:
        for sentence in step["sentences"]:
            yield from _named(sentence)
    yield from (("sha256", value) for value in hashes)


def _programs(story: Mapping[str, Any], tables: Tables) -> tuple[list[str], list[str]]:
    """Give command lines of the acts' processes, and the hashes of programs that lie in no folder of the system."""
    wanted = [step["process_id"] for step in story["steps"] if step["process_id"]]
    rows = tables.nodes("Process", "id", "command_line", "path", "sha256").filter(pl.col("id").is_in(wanted)).sort("id")
    lines = [line for line in rows.get_column("command_line") if line]
    own = rows.filter(~pl.col("path").fill_null("").str.contains(_SYSTEM))
    return lines, [value for value in own.get_column("sha256").unique(maintain_order=True) if value]


_SYSTEM = (
    r"(?i)^(?:\\\\\?\\)?[a-z]:\\(?:windows\\(?:system32|syswow64|microsoft\.net)|program files(?: \(x86\))?)\\"
    r"|^/s?bin/|^/usr/"
)
"""Where programs of the system and of others lie; a hash of those tells of nobody."""


def _named(sentence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give files, services and tasks that a sentence of a lead names."""
    for part in sentence["parts"]:
        entity = part.get("entity", {})
        if entity.get("label") in ("Service", "ScheduledTask"):
            yield "service" if entity["label"] == "Service" else "task", entity["name"]
        value = str(part.get("value", ""))
        if sentence["lead"] in _WITH_PATHS and _PATH.match(value):
            yield "file", value


_WITH_PATHS = ("file_over_smb", "library_over_smb", "lsass_dump", "service_in_user_folder")
_PATH = re.compile(r"[A-Za-z]:\\|\\\\|/")


def as_csv(report: Mapping[str, Any]) -> bytes:
    """Write the indicators of a report as CSV, harmless to spreadsheets."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(("kind", "value"))
    table.writerows([each["kind"], disarmed(each["value"])] for each in report["indicators"])
    return out.getvalue().encode("utf-8", "replace")


def as_stix(report: Mapping[str, Any]) -> bytes:
    """Write the indicators of a report as a STIX 2.1 bundle; what STIX has no pattern for is left out."""
    when = _milliseconds(report["written"])
    objects = [made for each in report["indicators"] if (made := _indicator(each, report, when))]
    objects += _notes(report, [each["id"] for each in objects])
    bundle = {"type": "bundle", "id": name_id("bundle", report["id"], when), "objects": objects}
    return (json.dumps(bundle, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _notes(report: Mapping[str, Any], about: list[str]) -> list[dict[str, Any]]:
    """Give the analysts' words as notes on the indicators; a note on nothing is none."""
    parts = {part: own for part, own in report["summary"].items() if "author" in own} | report["notes"]
    parts |= {row["id"]: row["note"] for row in report["added"] if row["note"]}
    return [
        {
            "type": "note", "spec_version": "2.1", "id": name_id("note", report["id"], part, own["time"]),
            "created": _milliseconds(own["time"]), "modified": _milliseconds(own["time"]), "content": own["text"],
            "authors": [own["author"]], "object_refs": about,
        }
        for part, own in parts.items()
        if about
    ]  # fmt: skip


def _indicator(each: Mapping[str, str], report: Mapping[str, Any], when: str) -> dict[str, Any] | None:
    pattern = _PATTERNS.get(each["kind"])
    if pattern is None or (each["kind"] == "address" and read_address(each["value"]) is None):
        return None  # also where an alias stands for an address
    value = re.split(r"[/\\]", each["value"])[-1] if each["kind"] == "file" else each["value"]
    kind = "ipv6" if ":" in value else "ipv4"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return {
        "type": "indicator", "spec_version": "2.1", "id": name_id("indicator", each["kind"], each["value"]),
        "created": when, "modified": when, "name": each["value"], "indicator_types": ["malicious-activity"],
        "pattern": pattern.format(kind=kind, value=escaped), "pattern_type": "stix",
        "valid_from": _milliseconds(report["start"]),
    }  # fmt: skip


def _milliseconds(time: str) -> str:
    return re.sub(r"\.(\d{3})\d*Z$", r".\1Z", time)
