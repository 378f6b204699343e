"""Blind spots: what the records of an incident's machines can't show, said once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.incidents.board import phrases
from graphhunt.incidents.lead import MINUTE, Entity, span_words
from graphhunt.incidents.sentences import words
from graphhunt.plain import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.incidents.board.telling import Teller
    from graphhunt.questions.recorded import Stretch

CLOCK = 1_000_000
"""A clock that is this far off is told, µs."""


def missing_of(lanes: Iterable[Mapping[str, Any]], coverage: Mapping[str, Any], teller: Teller) -> list[dict[str, Any]]:
    """Say which kinds of records each machine lacks, and which machines logged nothing.

    Args:
        lanes: The storyboard's lanes.
        coverage: What each machine logged, as `graphhunt coverage` tells it.
        teller: Says things.
    """
    logged = {row["machine"]: row["missing"] for row in coverage["machines"]}
    found = []
    for lane in lanes:
        if lane["kind"] == "outside":
            continue
        known = {"machine": Entity("Machine" if lane["kind"] == "machine" else "IP", lane["id"])}
        if lane["id"] not in logged:
            found.append(teller.say("unseen", phrases.UNSEEN, known, ()))
            continue
        what = words(", ".join(logged[lane["id"]]))
        if what:
            found.append(teller.say("missing", phrases.MISSING, known | {"what": what}, ()))
    return found


def recorded_of(stretches: list[Stretch], teller: Teller) -> list[dict[str, Any]]:
    """Say how much time is recorded at all."""
    if not stretches:
        return []
    length = sum(stretch.end - stretch.start for stretch in stretches)
    known = {
        "minutes": words(counted(max(1, round(length / MINUTE)), "minute")),
        "stretches": words("1 stretch" if len(stretches) == 1 else f"{len(stretches):,} stretches"),
        "span": words(span_words(stretches[-1].end - stretches[0].start)),
    }  # fmt: skip
    return [teller.say("recorded", phrases.RECORDED, known, ())]


def clocks_of(offsets: Mapping[str, int | None], teller: Teller) -> list[dict[str, Any]]:
    """Say whose clock is off.

    Args:
        offsets: By machine, how far its clock is ahead, µs.
        teller: Says things.
    """
    found = []
    for machine, offset in offsets.items():
        if offset is not None and abs(offset) >= CLOCK:
            template = phrases.AHEAD if offset > 0 else phrases.BEHIND
            known = {"machine": Entity("Machine", machine), "seconds": words(f"{abs(offset) / 1e6:.1f}")}
            found.append(teller.say("clock", template, known, ()))
    return found
