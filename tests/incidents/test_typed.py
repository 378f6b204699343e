"""The typed graph of an incident: what of ground truth A is drawn, that it is capped, and that its twin is the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphhunt.evidence import Workspace
from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.incidents.typed.boxes import CLICK, FIRST, MOST
from graphhunt.incidents.typed.expanding import Expansion
from graphhunt.incidents.typed.picture import Picture, Window
from tests.graph.twins import TwinCase

from .conftest import Demo
from .test_storyboard_truth import micros
from .test_truth_a import NAME, PAYLOADS

Drawn = dict[str, Any]


@pytest.fixture(scope="module")
def picture(recorded: Callable[[str], Found]) -> Picture:
    return Picture(recorded(NAME).incidents[0])


@pytest.fixture(scope="module")
def drawn(picture: Picture) -> Drawn:
    return picture.describe(1)


def column(drawn: Drawn, name: str) -> list[str]:
    return [box["name"] for box in drawn["boxes"] if box["column"] == name]


def said(edge: dict[str, Any]) -> str:
    parts = edge["text"] or []
    return "".join(str(part["entity"]["name"] if "entity" in part else next(iter(part.values()))) for part in parts)


def box_of(picture: Picture, drawn: Drawn, process: str) -> Drawn:
    """Give the box that stands for a process."""
    group = picture.groups.of([process])[process]
    (found,) = [box for box in drawn["boxes"] if box["id"] == f"process|{group}"]
    return found


def test_columns_by_kind(drawn: Drawn) -> None:
    """Machines, accounts, addresses, services and files are those of its authors' description and the records."""
    assert column(drawn, "came") == ["1.2.3.4"]
    assert sorted(column(drawn, "account")) == ["pgustavo", "sbeavers", "wardog"]
    assert sorted(column(drawn, "machine")) == ["MORDORDC", "WORKSTATION5", "WORKSTATION6"]
    things = {"PGUJLOAKFQFVOMHGFQPX", "Updater", "pshell.xml", "wlbsctrl.dll", "lsass.DMP"}
    assert set(column(drawn, "thing")) == things
    assert column(drawn, "called") == ["10.10.10.5"]
    assert {"net.exe", "rubeus.exe", "sc.exe", "taskmgr.exe", "svchost.exe -s IKEEXT"} <= set(column(drawn, "process"))


def test_the_five_payloads_are_two_boxes(picture: Picture, drawn: Drawn) -> None:
    """Both services ran theirs as SYSTEM, WinRM and twice WMI as pgustavo; both boxes call the outside address."""
    first, _, third, *_ = PAYLOADS
    system, own = box_of(picture, drawn, first), box_of(picture, drawn, third)
    assert [(box["count"], box["account"]["name"]) for box in (system, own)] == [(2, "SYSTEM"), (3, "pgustavo")]
    assert [box_of(picture, drawn, process)["id"] for process in PAYLOADS] == [system["id"]] * 2 + [own["id"]] * 3
    assert system["start"].startswith("2020-09-20T06:57")
    assert own["end"].startswith("2020-09-21T04:14")
    calls = {edge["from"] for edge in drawn["edges"] if edge["to"] == "called|10.10.10.5"}
    assert calls == {system["id"], own["id"]}


def test_edges_say_only_what_boxes_do_not(drawn: Drawn) -> None:
    told = {(edge["kind"], edge["from"], edge["to"]): said(edge) for edge in drawn["edges"]}
    assert told["hop", "came|1.2.3.4", "machine|workstation5"] == "RDP · pgustavo"
    assert told["hop", "machine|workstation5", "machine|workstation6"].endswith("logons, 4 techniques")
    assert ("ask", "machine|workstation6", "machine|mordordc") in told
    switched = [text for (kind, _, to), text in told.items() if kind == "on" and to == "machine|workstation6" and text]
    assert switched == ["type 9, 2 times"]
    plain = {kind for (kind, _, _), text in told.items() if not text}
    assert {"installed", "ran", "called", "machine ran"} <= plain
    assert {"loaded", "named", "wrote", "over SMB"} <= set(told.values())


def test_intrusions_of_other_shapes(recorded: Callable[[str], Found]) -> None:
    """B: WinRM from one machine to three others. C: seen on the network alone, so that no technique is stated."""
    fanned = Picture(recorded("mordor_purplesharp").incidents[0]).describe(1)
    hops = {edge["to"]: said(edge) for edge in fanned["edges"] if edge["kind"] == "hop"}
    assert hops == {f"machine|{name}": "WinRM · pgustavo" for name in ("mordordc", "workstation6", "workstation7")}
    assert column(fanned, "called") == []
    sensed = Picture(recorded("apt29_zeek_day1").incidents[0]).describe(1)
    assert column(sensed, "called") == ["192.168.0.4"]
    assert {box["name"]: box["kind"] for box in sensed["boxes"] if box["column"] == "machine"} == {
        "NASHUA": "machine", "10.0.1.4": "unknown",
    }  # fmt: skip
    (hop,) = [edge for edge in sensed["edges"] if edge["kind"] == "hop"]
    assert said(hop).startswith("consistent with ")


def test_labels_tell_where_who_and_when(drawn: Drawn) -> None:
    """No two boxes look alike, and each process says its machine and time."""
    processes = [box for box in drawn["boxes"] if box["column"] == "process"]
    assert all(box["machines"] and box["start"] for box in processes)
    looks = [(box["name"], str(box["machines"]), str(box["account"])) for box in drawn["boxes"]]
    assert len(looks) == len(set(looks))


def test_what_is_not_drawn_is_counted(picture: Picture, drawn: Drawn) -> None:
    assert len(drawn["boxes"]) + len(drawn["rests"]) <= FIRST
    (rest,) = drawn["rests"]
    assert (rest["column"], rest["leads"]) == ("process", 3)  # whoami.exe of three accounts
    known = picture.tables.processes.height
    counted = sum(box["of"] for box in drawn["boxes"] if box["column"] == "process")
    assert rest["entities"] + counted == known


def test_everything_opens_its_records(picture: Picture, drawn: Drawn, real_case: Callable[[str], Path]) -> None:
    store = Workspace(real_case(NAME)).evidence
    more = [Expansion(picture, box["id"]) for box in drawn["boxes"]]
    told = [*drawn["boxes"], *drawn["edges"]]
    for each in more:
        for way in each.ways()["items"]:
            found = each.over(way["relation"])
            told += [*found["boxes"], *found["edges"]]
    assert len(told) > 300
    assert all(each["evidence"]["ids"] and each["evidence"]["total"] for each in told)
    ids = {each["evidence"]["ids"][0] for each in told}
    assert all(store.get(event) for event in ids)


def test_an_expansion_ranks_by_leads_touch_and_rarity(picture: Picture) -> None:
    """whoami.exe is a lead; PowerShell opened the connections of the logons; the next one ran on no other machine."""
    ran = Expansion(picture, "machine|workstation6").over("ran")["boxes"]
    assert [box["name"] for box in ran[:3]] == ["whoami.exe"] * 3
    assert ran[3]["weight"] == 0
    others = Expansion(picture, "machine|workstation5").over("ran")["boxes"]
    assert others[0]["name"] == "powershell.exe"
    spread = dict(picture.groups.table.select("group", "spread").iter_rows())
    rare = [spread[box["entity"]] for box in others[1:]]
    assert rare == sorted(rare)
    loaded = Expansion(picture, box_named(picture, "svchost.exe -s IKEEXT")).over("loaded")["boxes"]
    assert "wlbsctrl.dll" in [box["name"] for box in loaded[:3]]


def box_named(picture: Picture, name: str) -> str:
    (found,) = [box.id for box in picture.drawn.values() if box.name == name]
    return found


class Page:
    """What a page holds that clicks about at random, and takes clicks back."""

    def __init__(self, picture: Picture) -> None:
        self.picture, first = picture, picture.describe(1)
        self.boxes = {box["id"] for box in first["boxes"]}
        self.rests = {rest["id"]: rest for rest in first["rests"]}

    def click(self, node: str, relation: str, rest: str | None = None) -> tuple[int, int]:
        """Expand as the page does; give how many boxes that added, and how many edges."""
        offset = self.rests[rest]["offset"] if rest else 0
        room = MOST - len(self.boxes) - len(self.rests) + bool(rest)
        if room < 1:
            return 0, 0
        found = Expansion(self.picture, node).over(relation, offset, min(CLICK, room))
        before = len(self.boxes) + len(self.rests)
        self.boxes |= {box["id"] for box in found["boxes"]}
        if rest:
            del self.rests[rest]
        if found["rest"]:
            self.rests[found["rest"]["id"]] = found["rest"]
        return len(self.boxes) + len(self.rests) - before, len(found["edges"])


@pytest.mark.parametrize("seed", range(4))
def test_no_click_makes_a_hairball(picture: Picture, seed: int) -> None:
    chance, page = random.Random(seed), Page(picture)
    for _ in range(30):
        if page.rests and chance.random() < 0.3:
            rest = page.rests[chance.choice(sorted(page.rests))]
            added, edges = page.click(rest["node"], rest["relation"], rest["id"])
        else:
            node = chance.choice(sorted(page.boxes))
            ways = [way["relation"] for way in Expansion(picture, node).ways()["items"]]
            if not ways:
                continue
            added, edges = page.click(node, chance.choice(ways))
        assert added <= CLICK
        assert edges <= 3 * MOST
        assert len(page.boxes) + len(page.rests) <= MOST


def test_pages_of_the_rest_hold_each_once(picture: Picture) -> None:
    whole = picture.left("process")
    seen: list[str] = []
    rest: dict[str, Any] | None = {"offset": 0}
    while rest:
        found = Expansion(picture, "rest|process").over("more", rest["offset"])
        assert found["total"] == len(whole)
        seen += [box["id"] for box in found["boxes"]]
        rest = found["rest"]
    assert seen == whole


def test_a_window_holds_for_all_of_it(recorded: Callable[[str], Found]) -> None:
    """On 21 September WMI brought the last payload, and sbeavers asked for the administrators."""
    day = Window(micros("2020-09-21"), micros("2020-09-22"))
    picture = Picture(recorded(NAME).incidents[0], day)
    drawn = picture.describe(1)
    assert sorted(column(drawn, "account")) == ["pgustavo", "sbeavers"]
    assert column(drawn, "came") == []
    assert all(box["start"].startswith("2020-09-21") for box in drawn["boxes"])
    assert drawn["outside_window"] > 0
    ran = Expansion(picture, "machine|workstation6").over("ran")["boxes"]
    assert ran[0]["start"].startswith("2020-09-21")
    assert all(box["start"] < "2020-09-22" for box in ran)


def test_its_twin_is_drawn_alike(picture: Picture, twin_case: Callable[[str], TwinCase]) -> None:
    """Under other names, half a year later, as many boxes of each kind, edges and rests, and the same order."""
    made = twin_case(NAME)
    twin = Picture(incidents_of(Snapshot(made.case / "graph")).incidents[0])
    kinds = [
        [(box.column, box.kind, len(box.members), box.of, sorted(box.weights)) for box in each.drawn.values()]
        for each in (picture, twin)
    ]
    assert sorted(map(str, kinds[0])) == sorted(map(str, kinds[1]))
    ours, theirs = picture.describe(1), twin.describe(1)
    for name in ("account", "machine"):
        assert sorted(map(made.twin.name, column(ours, name))) == sorted(str.lower(x) for x in column(theirs, name))
    edges = [sorted((edge["kind"], edge["count"], edge["lead"]) for edge in each["edges"]) for each in (ours, theirs)]
    assert edges[0] == edges[1]
    assert [(r["column"], r["boxes"], r["entities"]) for r in ours["rests"]] == [
        (r["column"], r["boxes"], r["entities"]) for r in theirs["rests"]
    ]


def test_other_intrusions_are_capped_too(demo: Demo) -> None:
    """Every planted machine has a box, or is counted by one."""
    picture = Picture(demo.found.incidents[0])
    drawn = picture.describe(1)
    assert len(drawn["boxes"]) + len(drawn["rests"]) <= FIRST
    (chain,) = demo.truth.chains
    planted = {demo.name(machine) for machine in (chain.start, *(hop.dst for hop in chain.hops))}
    shown = {name.casefold() for name in column(drawn, "machine")}
    left = sum(rest["boxes"] for rest in drawn["rests"] if rest["column"] == "machine")
    assert len(planted - shown) <= left
