"""Machines are told apart by suffix, and put together where a name is cut, bare or says `localhost`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.evidence.record_files import record_files
from graphhunt.graph.case import Case
from graphhunt.graph.graph import Graph, build
from graphhunt.model import DirectoryObject, Fact, Logon, MachineState
from graphhunt.questions.coverage import coverage

from .facts import SECOND, T0, frames

DAY = 86_400 * SECOND
ALPHA, BETA = "fs01@alpha.example", "fs01@beta.example"


def state(host: str, at: float = 0, **more: object) -> MachineState:
    return MachineState(time=T0 + int(at * DAY), host=host, state="service_state", **more)  # type: ignore[arg-type]


def logon(host: str, at: float = 0, **more: object) -> Logon:
    fields: dict[str, object] = {"logon_type": 3, "logon_id": "0x77", "user": "ann", "domain": "CORP", **more}
    return Logon(time=T0 + int(at * DAY), host=host, **fields)  # type: ignore[arg-type]


def machines(facts: list[Fact]) -> dict[str, str]:
    """Give the machine of every spelling."""
    return dict(Case(frames(facts)).machines.spellings.select("host", "machine_id").iter_rows())


def named(facts: list[Fact], name: str, at: float = 0, domain: str | None = None) -> str | None:
    asked = pl.DataFrame(
        {"workstation": [name], "time": [T0 + int(at * DAY)], "domain": [domain]},
        schema_overrides={"domain": pl.String},
    )
    found = Case(frames(facts)).machines.named(asked, "workstation", "found", "domain")
    return found.item(0, "found")  # type: ignore[no-any-return]


def loaded(path: Path, folder: Path) -> tuple[Graph, Case]:
    workspace = Workspace(folder)
    ingest(workspace, [path])
    given = (lambda kind: workspace.facts(kind).collect(), "default", partial(record_files, workspace))
    return build(*given), Case(*given)


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    rows = graph.relationships["REMOTE_LOGON"].select("from_id", "to_id", "logon_id").iter_rows()
    return {(str(a), str(b), str(c)) for a, b, c in rows}


def test_one_suffix_keeps_the_short_name() -> None:
    assert set(machines([state("FS01"), state("fs01.alpha.example", 900), state("FS01.ALPHA.example.")]).values()) == {
        "fs01"
    }


def test_two_suffixes_are_two_machines() -> None:
    found = machines([state("FS01.alpha.example"), state("fs01.beta.example")])
    assert found == {"FS01.alpha.example": ALPHA, "fs01.beta.example": BETA}


def test_a_directory_counts_as_a_second_suffix() -> None:
    listed = DirectoryObject(time=T0, object_id="S-1-5-21-7-7-7-1", type="Computer", name="FS01.BETA.EXAMPLE")
    assert machines([state("FS01.alpha.example"), listed]) == {"FS01.alpha.example": ALPHA}


@pytest.mark.parametrize(("at", "machine"), [(1, ALPHA), (8, ALPHA), (30, "fs01"), (99, BETA)])
def test_a_bare_name_goes_to_the_only_one_active(at: float, machine: str) -> None:
    """Alpha is active on day 1, beta on day 100; within seven days of day 30 nobody is."""
    facts: list[Fact] = [state("FS01.alpha.example", 1), state("FS01.beta.example", 100), state("FS01", at)]
    assert machines(facts)["FS01"] == machine
    doubts = Case(frames(facts)).machines.doubts()
    assert doubts.get_column("kind").to_list() == (["which_host"] if machine == "fs01" else [])


def test_a_bare_name_goes_to_the_domain_of_its_sids() -> None:
    facts: list[Fact] = [
        logon("FS01.alpha.example", sid="S-1-5-21-1-1-1-1001"), logon("FS01.beta.example", sid="S-1-5-21-2-2-2-1001"),
        logon("FS01", 0.1, sid="S-1-5-21-2-2-2-1002"),
    ]  # fmt: skip
    assert machines(facts)["FS01"] == BETA


def test_a_stated_name_goes_by_time_and_domain() -> None:
    facts: list[Fact] = [state("FS01.alpha.example", 1), state("FS01.beta.example", 100)]
    assert named(facts, "FS01", 2) == ALPHA
    assert named(facts, "FS01$", 50, "BETA") == BETA
    assert named(facts, "fs01.beta.example", 2) == BETA
    assert named(facts, "FS01.gamma.example") == "fs01@gamma.example"
    assert named(facts, "FS01", 50) == "fs01"


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.localdomain", "127.0.0.1", "::1", "WORKSTATION"])
def test_names_of_nobody_are_nobody(name: str) -> None:
    assert named([state("SRV"), state("localhost")], name) is None


def test_a_cut_name_is_the_only_longer_one() -> None:
    long = state("MARKETING-LAPTOP-07.corp.example")
    assert machines([long, state("MARKETING-LAPTO")])["MARKETING-LAPTO"] == "marketing-laptop-07"
    assert named([long], "MARKETING-LAPTO$") == "marketing-laptop-07"
    assert named([long, state("MARKETING-LAPTOP-08")], "MARKETING-LAPTO") == "marketing-lapto"
    assert named([long, state("marketing-lapto.corp.example")], "MARKETING-LAPTO") == "marketing-lapto"
    assert named([long], "MARKETING-LAP") == "marketing-lap"


def test_each_log_of_localhost_is_a_machine_of_its_own() -> None:
    facts: list[Fact] = [state("localhost", code="syslog/a"), state("SRV")]
    case = Case(frames(facts))
    assert case.machines.known == {"srv", "localhost@test"}  # `test` is the loader: no file is known here
    assert case.machines.doubts().get_column("kind").to_list() == ["localhost"]


def test_t04_same_short_name(shared_data: Path, tmp_path: Path) -> None:
    graph, _case = loaded(shared_data / "cases" / "t04_same_short_name.xml", tmp_path)
    found = graph.nodes["Machine"].filter(pl.col("name") == "FS01").select("id", "fqdn").rows()
    assert found == [(ALPHA, "fs01.alpha.example"), (BETA, "fs01.beta.example")]
    assert edges(graph) >= {("10.67.0.1", ALPHA, "0x71"), ("10.68.0.50", "db01", "0x74")}
    assert (ALPHA, "db01") not in {edge[:2] for edge in edges(graph)}
    assert [row["machine"] for row in coverage(Workspace(tmp_path))["machines"]] == ["db01", ALPHA, BETA]


def test_t05_a_cut_name_is_the_machine_and_its_account(shared_data: Path, tmp_path: Path) -> None:
    graph, _case = loaded(shared_data / "cases" / "t05_netbios15.xml", tmp_path)
    assert graph.nodes["Machine"].get_column("id").to_list() == ["marketing-laptop-07", "srv69"]
    pairs = {edge[:2] for edge in edges(graph)}
    assert {("10.69.0.1", "marketing-laptop-07"), ("marketing-laptop-07", "srv69")} <= pairs


def test_s03_localhost_is_no_identity(shared_data: Path, tmp_path: Path) -> None:
    graph, case = loaded(shared_data / "cases" / "s03_localhost", tmp_path)
    assert graph.nodes["Machine"].get_column("id").to_list() == ["localhost@auth.log", "srv100"]
    assert ("10.100.0.66", "srv100", "0xa001") in edges(graph)
    (doubt,) = case.machines.doubts().iter_rows(named=True)
    assert (doubt["kind"], doubt["subject"], len(doubt["evidence"])) == ("localhost", "localhost@auth.log", 1)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_records_changes_nothing(seed: int) -> None:
    facts: list[Fact] = [
        logon("FS01.alpha.example", 1, sid="S-1-5-21-1-1-1-1001", source_ip="10.0.0.1"),
        logon("FS01.beta.example", 1, sid="S-1-5-21-2-2-2-1001", workstation="FS01"), logon("FS01", 1.1, domain="FS01"),
        logon("A", sid="S-1-5-21-9-9-9-500", domain="A"), logon("B", sid="S-1-5-21-9-9-9-500", domain="B"),
        logon("localhost", source_ip="10.0.0.2"), logon("FS01", 40, source_ip="10.0.0.2"),
    ]  # fmt: skip
    plain, shuffled = build(frames(facts)), build(frames([*facts, *facts[:4]], shuffle=seed))
    for before, after in ((plain.nodes, shuffled.nodes), (plain.relationships, shuffled.relationships)):
        assert before.keys() == after.keys()
        assert all(before[name].equals(after[name]) for name in before)


@pytest.fixture(scope="module")
def campaign(real_case: Callable[[str], Path]) -> Callable[[str], pl.DataFrame]:
    """The facts of ground truth A."""
    workspace = Workspace(real_case("mordor_theshire_2020"))
    held: dict[str, pl.DataFrame] = {}

    def give(kind: str) -> pl.DataFrame:
        if kind not in held:
            held[kind] = workspace.facts(kind).collect()
        return held[kind]

    return give


def with_logons(facts: Callable[[str], pl.DataFrame], added: list[Fact]) -> Callable[[str], pl.DataFrame]:
    extra = frames(added)
    return lambda kind: pl.concat([facts(kind), extra(kind)]) if extra(kind).height else facts(kind)


A_DAY = 1_600_700_000 * SECOND
"""Within the campaign."""


@pytest.mark.parametrize(
    "added",
    [
        Logon(time=A_DAY, host="FILESERVER-LONDON-1.theshire.local", user="x", domain="THESHIRE", logon_type=3,
              workstation="FILESERVER-LOND", source_ip="10.99.0.1", logon_id="0x99"),
        Logon(time=A_DAY, host="WORKSTATION7.theshire.local", user="Administrator", domain="WORKSTATION7",
              sid="S-1-5-21-9-9-9-500", logon_type=3, source_ip="10.99.0.1", logon_id="0x99"),
        Logon(time=A_DAY, host="localhost", user="x", domain="THESHIRE", logon_type=3, workstation="localhost",
              source_ip="10.99.0.1", logon_id="0x99"),
    ],
    ids=["cut name", "local account", "localhost"],
)  # fmt: skip
def test_no_other_answer_changes(campaign: Callable[[str], pl.DataFrame], theshire: Graph, added: Fact) -> None:
    graph = build(with_logons(campaign, [added]))
    assert edges(theshire) == {edge for edge in edges(graph) if edge[2] != "0x99"}
    before = theshire.nodes["Process"].select("id", "user_id", "logon_id", "start", "end")
    assert graph.nodes["Process"].select(before.columns).equals(before)


def test_a_clone_takes_nothing(campaign: Callable[[str], pl.DataFrame], theshire: Graph) -> None:
    """Two machines cloned of one image: each one's Administrator is its own, and the domain's accounts stay."""
    clones: list[Fact] = [
        Logon(time=A_DAY, host=f"{name}.theshire.local", user="Administrator", domain=name, logon_type=3,
              sid="S-1-5-21-9-9-9-500", source_ip="10.99.0.1", logon_id="0x99")
        for name in ("WORKSTATION5", "CLONE5")
    ]  # fmt: skip
    graph = build(with_logons(campaign, clones))
    assert edges(theshire) == {edge for edge in edges(graph) if edge[2] != "0x99"}
    added = {"S-1-5-21-9-9-9-500@workstation5", "S-1-5-21-9-9-9-500@clone5"}
    assert set(graph.nodes["User"].get_column("id")) == set(theshire.nodes["User"].get_column("id")) | added


def test_a_second_machine_of_a_short_name_takes_nothing(
    campaign: Callable[[str], pl.DataFrame], theshire: Graph
) -> None:
    """WORKSTATION5 of another company: the first one's hops stay its own, under its full name."""
    other = Logon(time=A_DAY, host="WORKSTATION5.other.example", user="x", domain="OTHER", logon_type=3,
                  source_ip="10.99.0.1", logon_id="0x99")  # fmt: skip
    graph = build(with_logons(campaign, [other]))
    renamed = {"workstation5": "workstation5@theshire.local"}
    expected = {(renamed.get(a, a), renamed.get(b, b), c) for a, b, c in edges(theshire)}
    assert edges(graph) == expected | {("10.99.0.1", "workstation5@other.example", "0x99")}
