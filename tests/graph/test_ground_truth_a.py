"""Ground truth A: a real two-day campaign on three hosts; expected values are the data's own hand-checked tables."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from graphhunt.graph.graph import Graph

PGUSTAVO = "S-1-5-21-4228717743-1032521047-1810997296-1104"


def people(graph: Graph) -> pl.DataFrame:
    return graph.relationships["REMOTE_LOGON"].filter(pl.col("user_kind") == "person")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


def test_hosts_fold_to_three_machines(theshire: Graph) -> None:
    machines = theshire.nodes["Machine"]
    assert sorted(machines.get_column("id")) == ["mordordc", "workstation5", "workstation6"]
    assert not machines.get_column("stub").any()


def test_remote_logons_of_people_are_exactly_those_listed(theshire: Graph) -> None:
    rows = people(theshire).select("from_id", "user_name", "to_id", "logon_type", "confidence").iter_rows()
    assert Counter(rows) == {
        ("workstation5", "pgustavo", "workstation6", 3, "observed"): 18,
        ("workstation5", "pgustavo", "workstation6", 3, "correlated"): 3,
        ("workstation5", "pgustavo", "mordordc", 3, "observed"): 6,
        ("workstation6", "sbeavers", "mordordc", 3, "observed"): 1,
        ("1.2.3.4", "pgustavo", "workstation5", 3, "observed"): 1,
        ("1.2.3.4", "pgustavo", "workstation5", 7, "observed"): 2,
    }


def test_exactly_five_processes_talk_to_the_command_server(theshire: Graph) -> None:
    connected = theshire.relationships["CONNECTED"].filter(
        (pl.col("to_id") == "10.10.10.5") & (pl.col("remote_port") == 80)
    )
    found = {(row["from_id"].split("|")[1], row["user_id"]) for row in connected.iter_rows(named=True)}
    assert found == {
        ("{d273d0f0-fd6c-5f66-7605-000000000800}", "S-1-5-18"),
        ("{d273d0f0-8078-5f67-cc06-000000000800}", "S-1-5-18"),
        ("{d273d0f0-c4f7-5f67-a707-000000000800}", PGUSTAVO),
        ("{d273d0f0-cc10-5f67-1008-000000000800}", PGUSTAVO),
        ("{d273d0f0-28bd-5f68-af08-000000000800}", PGUSTAVO),
    }
    assert connected.height == 5
    assert set(connected.get_column("machine_id")) == {"workstation6"}


@pytest.mark.parametrize(
    ("logon_id", "technique", "origin"),
    [
        ("0x2074186", "T1569.002", "{b34bc01c-f6f9-5f66-b410-000000000400}"),
        ("0x2990d17", "T1569.002", "{b34bc01c-7dfc-5f67-de11-000000000400}"),
        ("0x2da8840", "T1021.006", "{b34bc01c-7dfc-5f67-de11-000000000400}"),
        ("0x2f1c4dc", "T1047", "{b34bc01c-ca61-5f67-ec12-000000000400}"),
        ("0x32c5cb5", "T1047", None),
    ],
)
def test_each_hop_has_its_technique_and_origin(
    theshire: Graph, logon_id: str, technique: str, origin: str | None
) -> None:
    (row,) = people(theshire).filter(pl.col("logon_id") == logon_id).iter_rows(named=True)
    assert row["technique"] == technique
    if origin:
        assert row["origin_process_id"] == f"workstation5|{origin}"


@pytest.mark.parametrize("logon_id", ["0xc3e079", "0xc47279", "0xc47666"])
def test_the_desktop_logons_from_the_internet_are_rdp(theshire: Graph, logon_id: str) -> None:
    (row,) = people(theshire).filter(pl.col("logon_id") == logon_id).iter_rows(named=True)
    assert row["technique"] == "T1021.001"


@pytest.mark.parametrize(
    ("logon_id", "stager"),
    [
        ("0x2074186", "{d273d0f0-fd6c-5f66-7605-000000000800}"),
        ("0x2990d17", "{d273d0f0-8078-5f67-cc06-000000000800}"),
    ],
)
def test_a_service_links_the_system_process_to_the_logon(theshire: Graph, logon_id: str, stager: str) -> None:
    """services.exe > cmd > … > powershell as SYSTEM is reached from the logon only through the service."""
    (session,) = people(theshire).filter(pl.col("logon_id") == logon_id).iter_rows(named=True)
    parents = dict(theshire.relationships["SPAWNED"].select("to_id", "from_id").iter_rows())
    process = f"workstation6|{stager}"
    ancestors = [process]
    while ancestors[-1] in parents:
        ancestors.append(parents[ancestors[-1]])
    assert session["remote_process_id"] in ancestors
    started = theshire.relationships["STARTED"].filter(pl.col("to_id") == session["remote_process_id"])
    assert started.height == 1
    installed = theshire.relationships["INSTALLED"].filter(pl.col("to_id") == started.item(0, "from_id"))
    assert PGUSTAVO in set(installed.get_column("from_id"))


def test_logons_of_winrm_processes_join_by_logon_id(theshire: Graph) -> None:
    processes = theshire.nodes["Process"].filter(pl.col("logon_id") == "0x2da8840")
    assert {"wsmprovhost.exe", "powershell.exe"} <= set(processes.get_column("name"))
    assert set(processes.get_column("user_id")) == {PGUSTAVO}


def test_new_credentials_are_local_and_marked(theshire: Graph) -> None:
    logons = theshire.relationships["LOGGED_ON"].filter(pl.col("logon_type") == 9)
    assert set(logons.get_column("logon_id")) == {"0x420de2f", "0x42e7ba4"}
    assert set(logons.get_column("technique")) == {"T1550.002"}
    assert not set(people(theshire).get_column("logon_id")) & {"0x420de2f", "0x42e7ba4"}


def test_times_are_event_times(theshire: Graph) -> None:
    rows = dict(people(theshire).select("logon_id", "start").iter_rows())
    assert abs(rows["0x2074186"] - at("2020-09-20T06:57:47")) <= 2_000_000
    assert abs(rows["0x5b0d6fa"] - at("2020-09-21T08:09:17")) <= 3_000_000


def test_every_end_of_a_relationship_exists_once(theshire: Graph) -> None:
    ids = {label: set(table.get_column("id")) for label, table in theshire.nodes.items()}
    for table in theshire.nodes.values():
        assert table.get_column("id").is_unique().all()
    for kind, table in theshire.relationships.items():
        assert table.get_column("id").is_unique().all(), kind
        for end in ("from", "to"):
            for label, node in table.select(f"{end}_label", f"{end}_id").unique().iter_rows():
                assert node in ids[label], (kind, label, node)


def test_every_logon_carries_records_that_name_it(theshire: Graph) -> None:
    assert all(people(theshire).get_column("evidence").list.len() >= 1)
