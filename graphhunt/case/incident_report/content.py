"""A report on one incident: everything it says as plain values, which the forms then only lay out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from graphhunt.case.incident_report import rows, summary
from graphhunt.case.incident_report.added import added
from graphhunt.case.incident_report.indicators import indicators_of
from graphhunt.case.incident_report.kinds import TECHNIQUES
from graphhunt.case.incident_report.listed import Lists
from graphhunt.case.incident_report.records import numbered
from graphhunt.case.incident_report.redaction import swapper
from graphhunt.case.incident_report.secrets import everywhere, masked
from graphhunt.case.incident_report.texts import Texts
from graphhunt.case.incident_report.way import way_of
from graphhunt.errors import UsageError
from graphhunt.incidents.sentences import plain
from graphhunt.incidents.tables import Tables
from graphhunt.questions.question import Wishes
from graphhunt.times import iso

Values = dict[str, Any]


class Case(Protocol):
    """What a report is made from."""

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        ...

    @property
    def workspace(self) -> Any:
        """The evidence."""
        ...

    @property
    def snapshot(self) -> Any:
        """The graph's tables."""
        ...

    @property
    def records(self) -> Any:
        """The search over all records."""
        ...

    def ask(self, name: str, given: Mapping[str, Any], wishes: Any, *kinds: str) -> Values:
        """Ask a question by name."""
        ...

    def evidence(self, event_id: str) -> Values | None:
        """Give an original record."""
        ...

    def coverage(self) -> Any:
        """Say per machine what its logs can show."""
        ...


class Gathered(NamedTuple):
    """A report, and the texts of its records by event id, which no form but the archive shows."""

    report: Values
    raws: dict[str, str]


def gathered(case: Case, incident: str | None = None, redact: Iterable[str] = ()) -> Gathered:
    """Gather what a report on an incident says.

    Args:
        case: The open workspace.
        incident: Its id, an older id, or the id of one of its acts; None for the first of the list.
        redact: What is swapped for aliases, of `redaction.WHAT`.

    Returns:
        `id`, `title`, `start`, `end`, `written`, `version`; `work`, what analysts state of it; `summary` (each part's
        `text`, and where an analyst wrote it `author`, `time` and what is `generated` from the records); `notes` of
        analysts by section; `way` (boxes and arrows); `timeline`, `added` (what analysts put in), `accounts`,
        `machines`, `indicators`, `attack`, `missing`, `records` (without their texts), `limits` and `redacted`.

    Raises:
        UsageError: There is no such incident, or none at all.
    """
    story, tables = story_of(case, incident), Tables(case.snapshot)
    names = (story["id"], story["aliases"])
    words = Texts(case.folder).of(*names)
    hops = rows.hops_of(story, tables)
    told = rows.timeline(story, hops)
    roles = dict(tables.machines.select("name", "role").drop_nulls().iter_rows())
    places = summary.machines(story, hops, roles)
    put_in = added(case, story, Lists(case.folder).of(*names).items, words)
    found, limits = numbered(case, [event for row in (*told, *put_in) for event in row["evidence"]])
    numbers = {record["event_id"]: record["number"] for record in found}
    for row in (*told, *put_in):
        row["records"] = [numbers[event] for event in row.pop("evidence") if event in numbers]
    report = {
        "id": story["id"], "title": plain(story["title"]), "start": story["start"], "end": story["end"],
        "written": iso(time.time_ns() // 1000), "version": version("graphhunt"),
        "work": story["work"], "summary": _summary(words, story, places),
        "notes": {section: words[section] for section in summary.SECTIONS if section in words},
        "way": way_of(story, places, told), "timeline": told, "added": put_in,
        "accounts": _accounts(story), "machines": places, "indicators": indicators_of(story, tables),
        "attack": _attack(story, hops), "missing": _missing(case, story), "limits": limits,
        "records": [{key: record[key] for key in record if key != "raw"} for record in found],
        "redacted": list(redact),
    }  # fmt: skip
    swap = swapper(report["redacted"], tables, case.workspace.id)
    return Gathered(_cleaned(report, swap), {record["event_id"]: record["raw"] for record in found})


def _cleaned(report: Values, swap: Callable[[str], str]) -> Values:
    """Take secrets out of what records and analysts say, and swap names where that is wished."""
    kept = {key: report.pop(key) for key in ("id", "written", "version", "redacted")}
    for record in report["records"]:  # hashes and ids are no secrets
        record |= {key: swap(str(record[key])) for key in ("machine", "file", "position")}
    plainly = {key: report.pop(key) for key in ("records", "indicators")}
    plainly["indicators"] = everywhere(plainly["indicators"], swap)
    return {**kept, **everywhere(report, lambda text: swap(masked(text))), **plainly}


def story_of(case: Case, incident: str | None) -> Values:
    """Give an incident as `graphhunt incidents ID` tells it.

    Args:
        case: The open workspace.
        incident: Its id, an older id, or the id of one of its acts; None for the first of the list.

    Raises:
        UsageError: There is no such incident, or none at all.
    """
    if incident is None:
        listed = case.ask("incidents", {}, Wishes(write=False), "hunt")
        first = next(iter([*listed["items"], *listed["below"]]), None)
        if first is None:
            done = "all are closed or benign: name one" if listed["left_out"] else ""
            raise UsageError("there is no incident to report", hint=listed.get("reason", done))
        incident = first["id"]
    found: Values = case.ask("incidents", {"id": incident}, Wishes(write=False), "hunt")["incident"]
    return found


def _summary(words: Mapping[str, Values], story: Values, places: list[Values]) -> Values:
    return {
        part: {**words[part], "generated": text} if part in words else {"text": text}
        for part, text in summary.written(story, places).items()
    }


def _accounts(story: Values) -> list[Values]:
    found = []
    for name in story["accounts"]:
        own = [step for step in story["steps"] if step["account"] == name]
        seen = ", ".join(dict.fromkeys(step["machine"] for step in own))
        first, last = (own[0]["time"], own[-1]["time"]) if own else (None, None)
        found.append({"account": name, "seen": seen, "first": first, "last": last, "do": "reset"})
    return found


def _attack(story: Values, hops: Mapping[str, Values]) -> list[Values]:
    counts = Counter(rows.techniques(story["steps"], hops))
    named = {hop["technique"]: hop["name"] for hop in hops.values() if hop["technique"]}
    return [
        {"technique": each, "name": TECHNIQUES.get(each) or named.get(each) or "", "acts": counts[each]}
        for each in sorted(counts)
    ]


def _missing(case: Case, story: Values) -> list[str]:
    said = [plain(sentence) + "." for sentence in story["not_seen"]]
    names = dict(zip(story["machine_ids"], story["machines"], strict=True))
    covered = case.coverage()
    machines = {each["machine"]: each for each in covered["machines"]}
    for id_, name in names.items():
        if id_ not in machines:
            said.append(f"{name} has no records of its own.")
            continue
        said += [f"{name}: {effect}." for effect in machines[id_]["missing"].values()]
        said += [
            f"{name}: no records from {_minute(gap['start'])} to {_minute(gap['end'])}."
            for gap in machines[id_]["silent"][:3]
        ]
        more = len(machines[id_]["silent"]) - 3
        said += [f"{name}: {more} more stretches without records."] if more > 0 else []
    involved = {*story["outside"], *story["unknown_machines"]}
    said += [f"{each['machine']}: {each['effect']}." for each in covered["unseen"] if each["machine"] in involved]
    return said


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
