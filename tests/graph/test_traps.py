"""The ten traps of the real telemetry, each at the level of the graph (the README of the data numbers them)."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import Graph, build

PGUSTAVO = "S-1-5-21-4228717743-1032521047-1810997296-1104"


def records(folder: Path) -> Iterator[dict[str, object]]:
    for archive in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                for line in opened.open(name):
                    yield json.loads(line)


def loaded(path: Path, folder: Path) -> Graph:
    workspace = Workspace(folder)
    ingest(workspace, [path])
    return build(lambda kind: workspace.facts(kind).collect())


def test_1_one_machine_and_one_account_under_several_names(theshire: Graph) -> None:
    machine = theshire.nodes["Machine"].filter(pl.col("id") == "workstation6").row(0, named=True)
    assert machine["fqdn"] == "workstation6.theshire.local"
    users = theshire.nodes["User"].filter(pl.col("name").str.to_lowercase() == "pgustavo")
    assert users.get_column("id").to_list() == [PGUSTAVO]
    assert {r"THESHIRE\pgustavo", r"THESHIRE.LOCAL\pgustavo"} <= set(users.item(0, "aliases"))


def test_2_the_security_channel_in_two_spellings_is_one(theshire: Graph, shared_data: Path) -> None:
    """Logons of both spellings become sessions; counted here from the raw records."""
    raw = [r for r in records(shared_data / "mordor_theshire_2020") if r["EventID"] == 4624]
    assert {r["Channel"] for r in raw} == {"Security", "security"}
    sessions = theshire.relationships["LOGGED_ON"].filter(pl.col("logon_type").is_not_null())
    keys = {(str(r["Hostname"]).split(".")[0].lower(), str(r["TargetLogonId"])) for r in raw}
    assert keys == set(sessions.select("to_id", "logon_id").iter_rows())


def test_3_collector_fields_make_no_machine_and_no_pid(theshire: Graph, shared_data: Path) -> None:
    raw = list(records(shared_data / "mordor_theshire_2020"))
    assert {str(r["host"]) for r in raw} == {"wec.internal.cloudapp.net"}
    assert "wec" not in set(theshire.nodes["Machine"].get_column("id"))
    loggers = {r["ExecutionProcessID"] for r in raw if r["EventID"] == 1 and "Sysmon" in str(r["Channel"])}
    started = theshire.nodes["Process"].filter(~pl.col("stub") & pl.col("guid").is_not_null())
    assert not loggers & set(started.get_column("pid").drop_nulls())


def test_4_event_time_is_neither_local_nor_arrival(purplesharp: Graph) -> None:
    """MORDORDC's records arrive about 40 s late; its logon over WinRM is at 08:29:55 UTC by its own clock."""
    row = purplesharp.relationships["REMOTE_LOGON"].filter(pl.col("logon_id") == "0x2125fe4")
    assert row.select(pl.from_epoch("start", "us").dt.to_string("%F %T")).item() == "2020-10-22 08:29:55"


def test_5_clock_skew_is_measured_and_bridged(theshire: Graph) -> None:
    skew = theshire.skew.filter((pl.col("origin") == "workstation5") & (pl.col("target") == "workstation6"))
    assert -3_400_000 <= skew.item(0, "skew") <= -2_300_000
    assert skew.item(0, "matches") >= 10


def test_6_logons_without_an_address_get_their_source(theshire: Graph) -> None:
    rows = theshire.relationships["REMOTE_LOGON"].filter(pl.col("confidence") == "correlated")
    assert set(rows.get_column("logon_id")) == {"0x2da8840", "0x2daa3b6", "0x2dab608"}
    assert set(rows.get_column("from_id")) == {"workstation5"}
    assert all(rows.get_column("evidence").list.len() >= 2)


def test_7_many_logons_of_one_act_stay_and_share_the_technique(theshire: Graph) -> None:
    rows = theshire.relationships["REMOTE_LOGON"].filter(pl.col("user_name") == "pgustavo")
    acts = Counter(rows.get_column("act"))
    assert max(acts.values()) == 7  # the WMI act at 21:39:23
    (act,) = [act for act, count in acts.items() if count == 7]
    shared = rows.filter(pl.col("act") == act)
    assert set(shared.get_column("technique")) == {"T1047"}
    owners = shared.filter(pl.col("remote_process_id").is_not_null())
    assert owners.get_column("logon_id").to_list() == ["0x2f1c4dc"]


def test_8_processes_that_never_start_are_stubs(theshire: Graph) -> None:
    stubs = theshire.nodes["Process"].filter("stub")
    talking = theshire.relationships["CONNECTED"].join(stubs, left_on="from_id", right_on="id", how="semi")
    assert talking.height > 0
    guessed = stubs.filter(pl.col("guid").is_not_null() & pl.col("start").is_not_null())
    assert guessed.get_column("start_guessed").all()
    assert (guessed.get_column("start") <= guessed.get_column("first_seen")).all()


def test_9_old_sysmon_writes_incoming_connections_the_other_way_round(shared_data: Path, tmp_path: Path) -> None:
    """IEWIN7 is 10.0.2.18 and was reached on 445 from 10.0.2.19:33801, though the record names itself as source."""
    graph = loaded(shared_data / "evtx_lateral_movement" / "LM_sysmon_psexec_smb_meterpreter.evtx", tmp_path)
    incoming = graph.relationships["CONNECTED"].filter(pl.col("direction") == "incoming")
    assert set(incoming.select("to_id", "local_port", "local_ip").iter_rows()) == {("10.0.2.19", 445, "10.0.2.18")}
    outgoing = graph.relationships["CONNECTED"].filter(pl.col("direction") == "outgoing")
    assert ("10.0.2.19", 4444) in set(outgoing.select("to_id", "remote_port").iter_rows())
    leases = graph.relationships["HAD_IP"]
    assert set(leases.select("from_id", "to_id").iter_rows()) == {("iewin7", "10.0.2.18")}


@pytest.mark.parametrize("label", ["User", "Machine", "Process", "IP", "Domain"])
def test_10_placeholders_name_nothing(theshire: Graph, label: str) -> None:
    names = theshire.nodes[label].get_column("id").str.split("|").explode().str.to_lowercase()
    assert not {"-", "", "n/a", "<unknown process>", "s-1-0-0"} & set(names)
    addresses = theshire.nodes["IP"].get_column("id")
    assert not addresses.str.starts_with("::ffff:").any()


def test_10_loopback_logons_are_not_remote(theshire: Graph) -> None:
    assert not theshire.relationships["REMOTE_LOGON"].get_column("from_id").is_in(["::1", "127.0.0.1"]).any()
