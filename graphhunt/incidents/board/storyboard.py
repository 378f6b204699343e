"""The storyboard of an incident: lanes, steps, cards with arrows, folds, breaks, blind spots and the headline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphhunt.incidents.board import phrases
from graphhunt.incidents.board.arrows import Arrows
from graphhunt.incidents.board.blind import clocks_of, missing_of, recorded_of
from graphhunt.incidents.board.breaks import Break, breaks_of
from graphhunt.incidents.board.cards import Cards
from graphhunt.incidents.board.chains import Chains, process_of
from graphhunt.incidents.board.folds import Fold, folded
from graphhunt.incidents.board.headline import headline_of
from graphhunt.incidents.board.lanes import lanes_of
from graphhunt.incidents.board.scene import Scene, scenes_of
from graphhunt.incidents.board.steps import steps_of
from graphhunt.incidents.board.telling import Teller
from graphhunt.incidents.lead import span_words
from graphhunt.incidents.sentences import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.incidents.incident import Incident
    from graphhunt.questions.recorded import Stretch


@dataclass(frozen=True)
class Recorded:
    """What is known of the records themselves.

    Attributes:
        coverage: What each machine logged, as `graphhunt coverage` tells it.
        stretches: When anything was recorded, earliest first.
    """

    coverage: Mapping[str, Any]
    stretches: list[Stretch]


def storyboard(
    incident: Incident, rank: int, recorded: Recorded, since: int | None = None, until: int | None = None
) -> dict[str, Any]:
    """Tell an incident as a storyboard.

    Args:
        incident: The incident.
        rank: Its rank.
        recorded: What is known of the records.
        since: Only what happened from this time on, µs UTC.
        until: Only what happened before this time.

    Returns:
        The incident's summary with `adds`, and `headline`, `steps`, `lanes`, `rows`, `cards`, `folds`, `breaks`,
        `blind`, and how many acts are `outside_window`.
    """
    formation, writer = incident.context.formation, incident.context.writer
    tables = formation.tables
    teller = Teller(writer, tables.names)
    everything = scenes_of(incident.acts, incident.doer_of, incident.logons_of)
    scenes = [scene for scene in everything if _within(scene, since, until)]
    rows = folded(scenes)
    shown = {place for scene in scenes for place in (scene.source, scene.machine)}
    lanes = [
        lane for lane in lanes_of(incident, everything, tables) if lane["kind"] == "outside" or lane["id"] in shown
    ]
    chains = Chains(tables, [process for process in map(process_of, scenes) if process])
    arrows = Arrows(tables, teller, set(incident.outside), {lane["id"] for lane in lanes})
    cards = Cards(incident, teller, chains, arrows, everything)
    offsets = dict(tables.nodes("Machine", "id", "clock_offset").iter_rows())
    clocks = {lane["id"]: offsets.get(lane["id"]) for lane in lanes}
    return {
        **incident.summary(rank), "adds": incident.score.describe(),
        "headline": headline_of(incident, rows, teller, tables) if rows else [],
        "steps": steps_of(rows, teller), "lanes": lanes,
        "rows": [row.id for row in rows],
        "cards": [cards.card(scene) for scene in scenes],
        "folds": [cards.fold(row) for row in rows if row.many],
        "breaks": [_break(each, teller) for each in _breaks(rows, incident, recorded)],
        "blind": [
            *incident.not_seen(), *missing_of(lanes, recorded.coverage, teller),
            *recorded_of(recorded.stretches, teller), *clocks_of(clocks, teller),
        ],
        "outside_window": len(everything) - len(scenes),
    }  # fmt: skip


def _breaks(rows: list[Fold], incident: Incident, recorded: Recorded) -> list[Break]:
    """Give the breaks before rows, and before the scenes of folds for when they are unfolded."""
    joined = incident.joined()
    single = sorted(
        (Fold((scene,), row.common) for row in rows for scene in row.scenes), key=lambda row: row.first.time
    )
    found = {each.before: each for each in breaks_of(single, joined, recorded.stretches)}
    return list((found | {each.before: each for each in breaks_of(rows, joined, recorded.stretches)}).values())


def _within(scene: Scene, since: int | None, until: int | None) -> bool:
    return (since is None or scene.time >= since) and (until is None or scene.time < until)


def _break(each: Break, teller: Teller) -> dict[str, Any]:
    link = each.link
    said = None
    if link is not None:
        why = str(link["reason"]) if link["confidence"] == "by hand" else words(link["reason"])
        said = teller.say("joined", phrases.JOINED, {"why": why}, link["evidence"]) | {"confidence": link["confidence"]}
    return {
        "before": each.before, "span": span_words(each.span) if each.span else None, "recorded": each.recorded,
        "link": None if link is None else {"id": link["id"], "confidence": link["confidence"], "sentence": said},
    }  # fmt: skip
