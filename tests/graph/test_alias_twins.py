"""Ground truths under other names, addresses, ids and dates: the graph, the hunt and the incidents answer the same.

Rules that know a recording by its names, or let names decide between equals (a hash of a record is made of them),
answer otherwise on its twin.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from graphhunt.case.incident_report.content import gathered
from graphhunt.case.incident_report.forms import FORMS
from graphhunt.graph.graph import Graph
from graphhunt.graph.snapshot import Snapshot
from graphhunt.hunt import Hunt
from graphhunt.incidents.board.storyboard import Recorded, storyboard
from graphhunt.incidents.find import incidents_of
from graphhunt.lateral.detector import detect
from graphhunt.lateral.scores import corroboration, logon_table
from tests.conftest import small_settings

from .conftest import built
from .twins import Twin, TwinCase, rows

RECORDINGS = ("mordor_theshire_2020", "mordor_purplesharp", "apt29_zeek_day1")
"""Ground truths A, B and C."""


class Pair(NamedTuple):
    """A recording and its twin, as cases."""

    known: Path
    other: Path
    twin: Twin


@pytest.fixture(scope="module", params=RECORDINGS)
def pair(
    request: pytest.FixtureRequest, real_case: Callable[[str], Path], twin_case: Callable[[str], TwinCase]
) -> Pair:
    """Each recording in turn, with its twin."""
    made = twin_case(request.param)
    return Pair(real_case(request.param), made.case, made.twin)


def test_the_twins_names_are_others(pair: Pair) -> None:
    """The twin shares no address, and no name, with the recording; so that equal answers mean something."""
    known, other = built(pair.known), built(pair.other)
    for label in ("Machine", "User"):
        names = [set(graph.nodes[label].get_column("name").str.to_lowercase()) for graph in (known, other)]
        assert not {name for name in names[0] & names[1] if len(name) > 2 and pair.twin.renamed(name)}
    assert names_of(known) & names_of(other) == {name for name in names_of(known) if not pair.twin.renamed(name)}


def names_of(graph: Graph) -> set[str]:
    """Give the graph's machines and addresses."""
    return {id_ for label in ("Machine", "IP") for id_ in graph.nodes[label].get_column("id")}


def test_every_row_is_the_same(pair: Pair) -> None:
    known, other = rows(built(pair.known), pair.twin), rows(built(pair.other))
    assert known.keys() == other.keys()
    for name, table in known.items():
        assert not (table - other[name]), name
        assert not (other[name] - table), name


def test_the_hunt_ranks_the_same_hops_for_the_same_reasons(pair: Pair) -> None:
    assert hunted(pair.known, pair.twin) == hunted(pair.other)


def hunted(case: Path, twin: Twin | None = None) -> list[Any]:
    """Give the hunt's findings in their order: score and hops, with what each is worth and the twin's names."""
    graph = Snapshot(case / "graph")
    table = logon_table(graph)
    assert table is not None

    def name(text: str) -> str:
        return twin.name(text) if twin else text.casefold()

    found = detect(table, corroboration(table, graph))
    return [
        [
            (
                hop.start + (twin.later if twin else 0), name(table.host_name(hop.src)), name(table.host_name(hop.dst)),
                name(table.account_name(hop.acct)), hop.klass, round(hop.score, 9), round(hop.certainty, 9),
                tuple(hop.techniques),
            )
            for hop in finding.hops
        ]
        for finding in found.findings
    ]  # fmt: skip


def test_the_incidents_are_the_same(pair: Pair) -> None:
    assert incidents(pair.known, pair.twin) == incidents(pair.other)


def incidents(case: Path, twin: Twin | None = None) -> list[Any]:
    """Give the incidents in their order with the twin's names; machines involved at one moment have no order."""

    def names(texts: list[str]) -> list[str]:
        return [twin.name(text) if twin else text.casefold() for text in texts]

    told = [each.story(rank) for rank, each in enumerate(incidents_of(Snapshot(case / "graph")).incidents, 1)]
    return [
        (
            one["score"], one["class"], names(one["machines"])[:1], sorted(names(one["machines"])),
            sorted(names(one["accounts"])), sorted(names(one["outside"])), one["kinds"], one["adds"],
            len(one["steps"]), len(one["links"]), [sentence["id"] for sentence in one["not_seen"]],
        )
        for one in told
    ]  # fmt: skip


def test_the_stories_are_the_same(pair: Pair) -> None:
    with Hunt(pair.known) as known, Hunt(pair.other) as other:
        for kind, id_ in _subjects(known):
            told = _story(known.story(kind, id_))
            assert told == _story(other.story(kind, pair.twin.name(id_))), (kind, id_)


def _subjects(known: Hunt) -> list[tuple[str, str]]:
    """Give the first few machines, accounts and outside addresses of a case."""
    kinds = {"machines": "machine", "accounts": "user", "addresses": "ip"}
    listed = known.stories()
    return [(kind, row["id"]) for table, kind in kinds.items() for row in listed[table]["rows"][:4]]


def _story(told: dict[str, Any]) -> dict[str, Any]:
    """Give what names make no difference to in a story."""
    tables = told["tables"]
    return {
        "sentences": sorted((each["id"], each["lead"] or "", each["total"]) for each in told["sentences"]),
        "incidents": [(each["rank"], each["score"]) for each in told["incidents"]],
        "rows": {name: (table["total"], table["left_out"]) for name, table in tables.items()},
        "came": sorted((row["count"], row["technique"] or "", len(row["sessions"])) for row in tables["came"]["rows"]),
        "tracks": sorted(line["total"] for line in told["tracks"]),
        "records": sorted(row["records"] for row in tables["recorded"]["rows"]),
    }


def test_the_storyboards_are_the_same(pair: Pair) -> None:
    assert boards(pair.known, pair.twin) == boards(pair.other)


def boards(case: Path, twin: Twin | None = None) -> list[Any]:
    """Give what the storyboards are made of with the twin's names; what happened at one moment has no order."""

    def name(text: str) -> str:
        return twin.name(text) if twin else text.casefold()

    def said(sentence: dict[str, Any]) -> list[str]:
        return sorted(
            part["text"] if "text" in part else name(part["entity"]["name"]) if "entity" in part else "…"
            for part in sentence["parts"]
        )

    known = Recorded({"machines": []}, [])
    return [
        (
            [said(sentence) for sentence in board["headline"]], sorted(said(step["text"]) for step in board["steps"]),
            sorted(name(lane["name"] or "") for lane in board["lanes"]),
            sorted(
                (card["tactic"], card["weight"], sorted(map(said, card["lines"])), len(card["chain"]),
                 sorted((arrow["kind"], arrow["logons"], said(arrow["text"])) for arrow in card["arrows"]))
                for card in board["cards"]
            ),
            [(said(fold["common"]), fold["techniques"], fold["logons"]) for fold in board["folds"]],
            [(each["span"], each["link"] is None) for each in board["breaks"]],
        )
        for rank, incident in enumerate(incidents_of(Snapshot(case / "graph")).incidents, 1)
        for board in [storyboard(incident, rank, known)]
    ]  # fmt: skip


def test_reports_tell_the_same_in_the_twins_names(pair: Pair) -> None:
    reports = []
    for folder in (pair.known, pair.other):
        with Hunt(folder, settings=small_settings()) as case:
            reports.append(gathered(case))
    known, other = (each.report for each in reports)
    states = [{(each["machine"].casefold(), each["state"]) for each in one["machines"]} for one in (known, other)]
    assert {(pair.twin.name(machine), state) for machine, state in states[0]} == states[1]
    assert sorted(row["techniques"] for row in known["timeline"]) == sorted(
        row["techniques"] for row in other["timeline"]
    )
    page = FORMS["html"].write(reports[1]).decode().casefold()
    names = [*(each["machine"] for each in known["machines"]), *(each["account"] for each in known["accounts"])]
    assert [
        name for name in names if pair.twin.renamed(name) and re.search(rf"\b{re.escape(name)}\b", page, re.I)
    ] == []
