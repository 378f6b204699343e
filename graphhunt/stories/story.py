"""The story of a machine, an account or an address: sentences, tracks and tables, each with the records it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.weights import weights
from graphhunt.questions.pivots import Window
from graphhunt.questions.recorded import dated, in_window, minutes_of, stretches
from graphhunt.stories.parts import Parts
from graphhunt.stories.sentences import sentences
from graphhunt.stories.subject import about, subject
from graphhunt.stories.telling import telling
from graphhunt.stories.tracks import tracks
from graphhunt.stories.writing import proof, table
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.questions.question import Case


def story(case: Case, name: str, *, kind: str | None = None, window: Window = Window()) -> dict[str, Any]:  # noqa: B008
    """Tell the story of a machine, an account or an address.

    Args:
        case: The case.
        name: Its id or any of its names.
        kind: `machine`, `user` or `ip`; None for whichever is called so.
        window: The time that counts.

    Returns:
        `kind`, `id`, `name` and what is known of it as `about`; the `incidents` it is part of; at most eight
        `sentences`; `tracks` of marks in time; the case's `stretches` with records; and `tables`: `came`, `went`,
        `ran`, `talked`, `changed`, `recorded`, each with `rows`, their `total` and what was `left_out`. Every sentence,
        mark and row has its records: the first of them, and how many there are.

    Raises:
        UsageError: There is no such kind, or several are called so.
        MissingError: Nothing is called so.
    """
    told = telling(case)
    parts = Parts(told, subject(told, name, kind), window)
    came, changed = parts.came.came(), parts.changed.changed()
    return {
        "kind": parts.one.kind, "id": parts.one.id, "name": parts.one.name, "about": about(told, parts.one),
        "since": iso(window.since), "until": iso(window.until), "incidents": incidents(parts),
        "sentences": sentences(parts), "tracks": tracks(told, parts.one, parts.told, came["rows"], changed["rows"]),
        "stretches": dated(stretches(in_window(told.recorded, window))),
        "tables": {
            "came": came, "went": parts.came.went(), "ran": parts.ran.ran(), "talked": parts.talked.talked(),
            "changed": changed, "recorded": recorded(parts),
        },
    }  # fmt: skip


def incidents(parts: Parts) -> list[dict[str, Any]]:
    """List the incidents that it is part of, best first, with their rank in the whole list and whether they count."""
    column = {"machine": "machines", "user": "accounts", "ip": "outside"}[parts.one.kind]
    with_leads = {id(told.incident) for told in parts.told}
    casework = parts.telling.casework
    return [
        {
            "id": each.id, "rank": rank, "score": round(each.score.total, 4),
            "over_the_line": each.score.total > weights().line, "title": each.title(),
            "work": casework.of(each).shown(),
        }
        for rank, each in enumerate(parts.telling.found.incidents, 1)
        if parts.one.id in getattr(each, column) or id(each) in with_leads
    ]  # fmt: skip


def recorded(parts: Parts) -> dict[str, Any]:
    """Give what was recorded: of a machine per kind of record, else per machine that the story touches."""
    if parts.one.kind == "machine":
        return _kinds(parts) | _seen(parts.recorded, parts.telling.missing.get(parts.one.id, {}))
    frame = in_window(parts.telling.recorded, parts.window)
    rows = [
        {
            "machine": parts.telling.writer.named("Machine", id_), **_span(own),
            **_seen(own, parts.telling.missing.get(id_, {})),
        }
        for id_ in parts.machines
        if not (own := frame.filter(pl.col("machine") == id_)).is_empty()
    ]  # fmt: skip
    return table(rows)


def _kinds(parts: Parts) -> dict[str, Any]:
    groups = parts.recorded.sort("first").group_by("code", maintain_order=True)
    rows = [{"code": code[0], **_span(group)} for code, group in groups]
    return table(sorted(rows, key=lambda row: (-row["records"], row["code"])))


def _span(frame: pl.DataFrame) -> dict[str, Any]:
    """Count records, with the first and last moment and the first records of minutes."""
    first, last = frame.select(pl.col("first").min(), pl.col("last").max()).row(0)
    count = int(frame.get_column("records").sum())
    evidence = proof(frame.sort("first").get_column("event_id")) | {"total": count}
    return {"records": count, "start": iso(first), "end": iso(last), "evidence": evidence}


def _seen(frame: pl.DataFrame, missing: dict[str, str]) -> dict[str, Any]:
    """Say in how many minutes and stretches something was recorded, and what is missing."""
    found = stretches(frame)
    return {"minutes": minutes_of(found), "stretches": dated(found), "missing": missing if found else {}}
