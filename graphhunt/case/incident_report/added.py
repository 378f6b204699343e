"""What analysts added to a report, as plain values: what each item is, with the records that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from graphhunt.case.incident_report.listed import Item
from graphhunt.case.incident_report.records import short_name
from graphhunt.case.incident_report.secrets import masked
from graphhunt.case.incident_report.texts import ITEM
from graphhunt.errors import DamageError, GraphhuntError
from graphhunt.incidents.sentences import plain
from graphhunt.plain import counted
from graphhunt.questions.question import Wishes
from graphhunt.times import iso

Values = dict[str, Any]

SHOWN = 10
"""Records that stand for a search; how many it finds is said."""

EACH = 3
"""Records that stand for each sentence of an act."""

LONGEST = 600
"""Characters that are quoted of a record."""


class Case(Protocol):
    """What items are looked up in."""

    @property
    def records(self) -> Any:
        """The search over all records."""
        ...

    def ask(self, name: str, given: Mapping[str, Any], wishes: Any, *kinds: str) -> Values:
        """Ask a question by name."""
        ...


def added(case: Case, story: Mapping[str, Any], items: Iterable[Item], notes: Mapping[str, Values]) -> list[Values]:
    """Say what each item is.

    Args:
        case: The open workspace.
        story: The incident of the report.
        items: What was added.
        notes: The analysts' notes, by part.

    Returns:
        For each its `id`, `kind`, `title`, `time`, `machine`, `account`, `said` (sentences), `note`, `author`,
        `added` (when) and `evidence`; `gone` says why nothing of it is there any more, and is empty else.
    """
    return [_told(case, story, item) | {"note": notes.get(ITEM + item.id)} for item in items]


def _told(case: Case, story: Mapping[str, Any], item: Item) -> Values:
    own = {"id": item.id, "kind": item.kind, "author": item.author, "added": item.time, "gone": ""}
    try:
        return own | _TELL[item.kind](case, story, item.refs)
    except DamageError:
        raise
    except GraphhuntError as error:
        return own | _values(", ".join(item.refs)) | {"gone": error.message}


def _values(title: str, **more: Any) -> Values:
    return {"title": title, "time": None, "machine": "", "account": "", "said": [], "evidence": [], **more}


def _incident(case: Case, _story: Mapping[str, Any], refs: tuple[str, ...]) -> Values:
    found = _found(case, refs[0])
    said = [f"{counted(len(found['steps']), 'act')} from {_minute(found['start'])} to {_minute(found['end'])}"]
    return _values(
        plain(found["title"]), time=found["start"], machine=", ".join(found["machines"]),
        account=", ".join(found["accounts"]), said=said, evidence=found["title"]["evidence"][:EACH],
    )  # fmt: skip


def _acts(case: Case, story: Mapping[str, Any], refs: tuple[str, ...]) -> Values:
    steps = [step for step in story["steps"] if step["id"] in refs]
    if not steps:
        steps = [step for step in _found(case, refs[0])["steps"] if step["id"] in refs]
    said: dict[str, None] = {}
    proof: dict[str, None] = {}
    for step in steps:
        for sentence in step["sentences"]:
            said[plain(sentence)] = None
            proof.update(dict.fromkeys(sentence["evidence"][:EACH]))
    title, *more = said
    accounts = dict.fromkeys(step["account"] for step in steps if step["account"])
    return _values(
        title, time=steps[0]["time"], machine=", ".join(dict.fromkeys(step["machine"] for step in steps)),
        account=", ".join(accounts), said=more, evidence=list(proof),
    )  # fmt: skip


def _records(case: Case, _story: Mapping[str, Any], refs: tuple[str, ...]) -> Values:
    moment = case.records.moment()
    numbers = moment.records.numbers(list(refs))
    items = moment.items([numbers[ref] for ref in refs if ref in numbers])
    if not items:
        return _values("Records", gone="no longer in the workspace")
    first, title = items[0], ", ".join(dict.fromkeys(item["code"] for item in items))
    return _values(
        title, time=iso(first["time"]), machine=", ".join(dict.fromkeys(short_name(_of(each)) for each in items)),
        account=", ".join(dict.fromkeys(item["account"] for item in items if item["account"])),
        said=[_quoted(item["fields"]) for item in items if item["fields"]],
        evidence=[item["event_id"] for item in items],
    )  # fmt: skip


def _of(item: Mapping[str, Any]) -> str:
    return item["machine"] or ""


def _quoted(fields: Mapping[str, str]) -> str:
    """Quote what a list shows of a record; secrets go first, so that no part of one is left at the end."""
    text = masked("; ".join(f"{name}: {value}" for name, value in fields.items()))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _search(case: Case, _story: Mapping[str, Any], refs: tuple[str, ...]) -> Values:
    found = case.records.find(refs[0], limit=SHOWN)
    total, items = found["total"], found["items"]
    said = [f"{counted(total, 'record')} of {counted(found['searched'], 'record')} match"]
    said += [f"the first {len(items)} are listed"] if total > len(items) else []
    first = next((item["time"] for item in items if item["time"] is not None), None)
    return _values(
        f"Search: {refs[0]}", time=iso(first), said=["; ".join(said)], evidence=[item["event_id"] for item in items]
    )


_TELL: Mapping[str, Callable[[Case, Mapping[str, Any], tuple[str, ...]], Values]] = {
    "incident": _incident, "act": _acts, "record": _records, "search": _search,
}  # fmt: skip


def _found(case: Case, id_: str) -> Values:
    found: Values = case.ask("incidents", {"id": id_}, Wishes(write=False), "hunt")["incident"]
    return found


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
