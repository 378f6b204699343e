"""Ground truth A: one intrusion, told whole, from what its authors and the records say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphhunt.evidence import Workspace
from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.causality import Causality
from graphhunt.incidents.files import Arrivals
from graphhunt.incidents.find import Found, Options, incidents_of, shown
from graphhunt.incidents.formation import Formation
from graphhunt.incidents.joining import Joining
from graphhunt.incidents.leads import leads_of
from graphhunt.incidents.links import links_of
from graphhunt.incidents.networks import Networks
from graphhunt.incidents.sentences import plain
from graphhunt.incidents.tables import Tables
from graphhunt.incidents.weights import weights

from .conftest import story

NAME = "mordor_theshire_2020"

PAYLOADS = {
    "workstation6|{d273d0f0-fd6c-5f66-7605-000000000800}": "http://10.10.10.5/login/process.php",
    "workstation6|{d273d0f0-8078-5f67-cc06-000000000800}": "http://10.10.10.5/news.php",
    "workstation6|{d273d0f0-c4f7-5f67-a707-000000000800}": "http://10.10.10.5/news.php",
    "workstation6|{d273d0f0-cc10-5f67-1008-000000000800}": None,
    "workstation6|{d273d0f0-28bd-5f68-af08-000000000800}": "http://10.10.10.5/admin/get.php",
}
"""The five processes that ran a payload, by ProcessGuid, and where it fetches from as its base64 says."""


@pytest.fixture
def found(recorded: Callable[[str], Found]) -> Found:
    """The incidents of A."""
    return recorded(NAME)


def test_one_is_over_the_line(found: Found) -> None:
    over, below, held = shown(found)
    assert len(over) == 1
    assert held == 0
    assert [each.score.total < 0 for each in below] == [True] * len(below)


def test_where_and_who(found: Found) -> None:
    told = story(found)
    assert told["machines"] == ["WORKSTATION5", "WORKSTATION6", "MORDORDC"]
    assert sorted(told["accounts"]) == ["pgustavo", "sbeavers", "wardog"]
    assert told["outside"] == ["1.2.3.4", "10.10.10.5"]
    assert {"T1569.002", "T1021.006", "T1047", "T1021.001"} <= set(told["techniques"])


def test_the_five_payloads_are_in_it(found: Found) -> None:
    told = {step["process_id"]: step for step in story(found)["steps"] if step["process_id"]}
    for process, url in PAYLOADS.items():
        text = " ".join(plain(sentence) for sentence in told[process]["sentences"])
        assert "turns script block logging off" in text
        assert "switches AMSI off" in text
        assert (url or "http://10.10.10.5/") in text
        assert "called the outside address 10.10.10.5, port 80" in text


def test_the_azure_agent_is_not_in_it(found: Found) -> None:
    """CollectGuestLogs opened lsass in the same minute on a machine of the intrusion; the platform does that."""
    programs = {lead.facts.get("program") for lead in found.incidents[0].leads}
    assert "collectguestlogs.exe" not in programs
    assert {"powershell.exe", "rubeus.exe", "taskmgr.exe", "net.exe", "sc.exe"} <= programs


def test_reasons_for_the_outside(recorded: Callable[[str], Found], real_case: Callable[[str], Path]) -> None:
    networks = Networks(Tables(Snapshot(real_case(NAME) / "graph")))
    assert len(networks.outside["10.10.10.5"]) == 2
    assert "172.18.38.6" not in networks.outside
    assert [str(each.network) for each in networks.inner] == ["172.18.38.0/24", "172.18.39.0/24"]
    added = Networks(Tables(Snapshot(real_case(NAME) / "graph")), ("10.10.0.0/16",))
    assert added.outside["10.10.10.5"] == ("a decoded command names it",)


def test_cutting_an_inferred_join(real_case: Callable[[str], Path]) -> None:
    """Who asked for the administrators is joined by inference: cut, it stands alone; and all is as before after."""
    tables = Snapshot(real_case(NAME) / "graph")
    whole = incidents_of(tables)
    first = whole.incidents[0]
    alone = next(part for part in first.parts if [lead.kind for lead in part.leads] == ["asked_admins"])
    number = whole.incidents[0]._context.formation.parts.index(alone)
    join = next(each for each in first.joins if number in (each.earlier, each.later))
    cut = incidents_of(tables, Options(cut=(join.id,)))
    assert len(cut.incidents) == len(whole.incidents) + 1
    assert cut.incidents[0].id == first.id
    assert "sbeavers" not in story(cut)["accounts"]
    old = next(each for each in cut.incidents if {lead.kind for lead in each.leads} == {"asked_admins"})
    assert old.id in first.aliases
    assert first.known_as(old.id)
    again = incidents_of(tables)
    assert [each.id for each in again.incidents] == [each.id for each in whole.incidents]


def test_every_record_opens(found: Found, real_case: Callable[[str], Path]) -> None:
    """Every sentence, lead and link names a record, and each of them is one that was loaded."""
    told = story(found)
    sentences = [sentence for step in told["steps"] for sentence in step["sentences"]]
    groups = [sentence["evidence"] for sentence in [*sentences, told["title"], *told["not_seen"]]]
    groups += [step["evidence"]["ids"] for step in told["steps"]] + [link["evidence"] for link in told["links"]]
    groups += [list(lead.evidence) for lead in found.incidents[0].leads]
    assert len(told["links"]) > 10
    assert all(groups)
    store = Workspace(real_case(NAME)).evidence
    assert all(store.get(event) for event in {event for group in groups for event in group})


def test_no_log_text_in_our_words(found: Found) -> None:
    """What an attacker may choose, such as names of services, paths and command lines, never is part of the words."""
    told = story(found)
    sentences = [sentence for step in told["steps"] for sentence in step["sentences"]] + [told["title"]]
    words = " ".join(part["text"] for sentence in sentences for part in sentence["parts"] if "text" in part)
    for text in ("Updater", "PGUJLOAKFQFVOMHGFQPX", "pgustavo", "10.10.10.5", "wlbsctrl", "IKEEXT", "ZIH6WC80"):
        assert text not in words
        assert text in " ".join(plain(sentence) for sentence in sentences)


def test_no_weight_decides_alone(real_case: Callable[[str], Path]) -> None:
    """Any weight a fifth heavier or lighter leaves the intrusion first and over the line."""
    tables = Tables(Snapshot(real_case(NAME) / "graph"))
    networks, arrivals = Networks(tables), Arrivals(tables)
    leads, links = leads_of(tables, networks, arrivals), links_of(tables, networks, arrivals)
    formation = Formation(tables, leads, links)
    for kind in sorted({lead.kind for lead in leads}):
        for factor in (0.8, 1.2):
            formation._weights = weights().scaled(kind, factor)
            groups = Joining(formation, (), formation._weights).groups()
            scores = sorted(((formation.score(parts).total, len(parts)) for parts, _ in groups), reverse=True)
            assert scores[0][0] > 0 > scores[1][0], (kind, factor)
            assert scores[0][1] >= 3, (kind, factor)


def test_nothing_is_joined_through_hubs(real_case: Callable[[str], Path]) -> None:
    """services.exe, svchost.exe and explorer.exe started most programs; no link goes through them."""
    tables = Tables(Snapshot(real_case(NAME) / "graph"))
    links = links_of(tables, Networks(tables), Arrivals(tables))
    causality: Any = Causality(links, links.get_column("a").to_list())
    lineage = [link.a.partition("|")[2] for link in causality.links if link.kind == "lineage"]
    assert not {tables.programs[one] for one in lineage} & {"services.exe", "svchost.exe", "explorer.exe"}
