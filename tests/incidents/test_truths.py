"""The ground truths as the command line tells them, and as it tells their alias twins: other names, addresses, dates.

What must come out is what the authors and the records say; on a twin, the same under its names.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import graphhunt as gh
from graphhunt.case.links import Links
from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.asked import options
from graphhunt.incidents.find import incidents_of
from tests.cli.test_commands import data
from tests.graph.twins import TwinCase

from .test_links import asked_admins
from .test_truth_a import PAYLOADS

A, B, C = "mordor_theshire_2020", "mordor_purplesharp", "apt29_zeek_day1"

PURPLESHARP = "workstation5|{313fa531-4300-5f91-ae04-000000000400}"
"""The process that caused all three hops of B, by its authors."""


class Told(NamedTuple):
    """A recording or its twin: a workspace of its own, the list, the first of it, and what is called how."""

    workspace: Path
    found: dict[str, Any]
    first: dict[str, Any]
    name: Callable[[str], str]

    def names(self, *texts: str) -> list[str]:
        """Give what names of the recording are here, in small letters."""
        return [self.name(text) for text in texts]

    def small(self, what: str) -> list[str]:
        """Give a list of names of the first incident in small letters."""
        return [text.casefold() for text in self.first[what]]


@pytest.fixture(scope="module")
def told(
    real_case: Callable[[str], Path], twin_case: Callable[[str], TwinCase], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Told]:
    """Give what the command line says of a recording, `as recorded` or `twin`; each is asked once."""
    kept: dict[tuple[str, str], Told] = {}

    def give(recording: str, which: str) -> Told:
        if (recording, which) not in kept:
            twin = twin_case(recording) if which == "twin" else None
            own = tmp_path_factory.mktemp("told") / "case"
            shutil.copytree(twin.case if twin else real_case(recording), own)
            found = data(own, "incidents")
            first = data(own, "incidents", found["items"][0]["id"])
            kept[recording, which] = Told(own, found, first, twin.twin.name if twin else str.casefold)
        return kept[recording, which]

    return give


both = pytest.mark.parametrize("which", ["as recorded", "twin"])
Tells = Callable[[str, str], Told]


@both
def test_a_is_one_with_all_of_it(told: Tells, which: str) -> None:
    case = told(A, which)
    assert len(case.found["items"]) == 1
    assert case.found["held_back"] == 0
    assert case.small("machines") == case.names("WORKSTATION5", "WORKSTATION6", "MORDORDC")
    assert sorted(case.small("accounts")) == sorted(case.names("pgustavo", "sbeavers", "wardog"))
    assert sorted(case.small("outside")) == sorted(case.names("10.10.10.5", "1.2.3.4"))
    processes = {str(step["process_id"]).casefold() for step in case.first["steps"]}
    assert set(case.names(*PAYLOADS)) <= processes
    assert len(PAYLOADS) == 5


@both
def test_b_is_one_with_three_targets_and_one_cause(told: Tells, which: str) -> None:
    case = told(B, which)
    assert (len(case.found["items"]), case.found["held_back"]) == (1, 0)
    machines = case.small("machines")
    assert machines[:1] == case.names("WORKSTATION5")
    assert sorted(machines[1:]) == sorted(case.names("WORKSTATION6", "WORKSTATION7", "MORDORDC"))
    hops = {f"session|{step['session_id']}" for step in case.first["steps"] if step["kind"] == "hop"}
    opened = [link for link in case.first["links"] if link["from"].startswith("process|") and link["to"] in hops]
    assert {link["to"] for link in opened} == hops
    assert len(hops) == 3
    assert {link["from"].casefold() for link in opened} == {"process|" + case.name(PURPLESHARP)}


@both
def test_c_is_one_by_the_network_alone(told: Tells, which: str) -> None:
    case = told(C, which)
    assert (len(case.found["items"]), case.found["held_back"]) == (1, 0)
    assert case.first["class"] == "N"
    assert case.small("unknown_machines") == case.names("10.0.1.4")
    assert case.small("machines") == case.names("NASHUA")  # 10.0.1.6
    assert case.small("outside") == case.names("192.168.0.4")


@both
@pytest.mark.parametrize("recording", [A, B, C])
def test_every_sentence_lead_and_link_has_records_that_open(told: Tells, recording: str, which: str) -> None:
    case = told(recording, which)
    steps = case.first["steps"]
    sentences = [sentence for step in steps for sentence in step["sentences"]]
    proof = [each["evidence"] for each in [*sentences, case.first["title"], *case.first["not_seen"]]]
    proof += [link["evidence"] for link in case.first["links"]]
    # A lead is told by the sentence that names its kind.
    told_leads = {each["lead"] for each in sentences} - {None}
    assert told_leads == {lead["kind"] for step in steps for lead in step["leads"]} == set(case.first["kinds"])
    assert all(proof)
    assert data(case.workspace, "evidence", proof[0][0])["record"]
    with gh.open(case.workspace) as hunt:
        assert all(hunt.evidence(event) for event in {event for ids in proof for event in ids})


@both
def test_a_cut_makes_two_and_its_undoing_one_with_the_old_id(told: Tells, tmp_path: Path, which: str) -> None:
    graph = Snapshot(told(A, which).workspace / "graph")
    links = Links(tmp_path, lambda: graph)
    before = incidents_of(graph, options({}, tmp_path))
    join, alone = asked_admins(before)
    made = links.cut(join)
    parted = [each.id for each in incidents_of(graph, options({}, tmp_path)).incidents]
    assert len(parted) == len(before.incidents) + 1
    assert {before.incidents[0].id, alone} <= set(parted)
    links.undo(made["id"])
    assert [each.id for each in incidents_of(graph, options({}, tmp_path)).incidents] == [
        each.id for each in before.incidents
    ]
