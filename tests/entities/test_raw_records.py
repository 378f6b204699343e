"""The tables of a whole tenant against plain pandas over the raw records: a real fan-out, and a generated intrusion."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import pandas as pd
import pytest

from graphhunt.entities import Client, Machine, Process, User
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.lab.generator import generate_demo
from graphhunt.store.sync import sync
from tests.conftest import empty
from tests.entities.conftest import Counting, StoreHunt, records
from tests.entities.test_campaign import Pairs, guid, pairs, sysmon

MODULES = {"purplesharp": True, "generated": False}
"""Whether a set has records of modules."""


class Loaded(NamedTuple):
    """A loaded set: what to ask, and the raw records."""

    name: str
    hunt: StoreHunt
    raw: pd.DataFrame


@pytest.fixture(scope="module", params=list(MODULES))
def given(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Workspace, list[Path]]:
    """Each set with its files, loaded but not yet in a database."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "generated":
        generate_demo(folder / "logs")
        files = sorted((folder / "logs").glob("events*"))
    else:
        files = sorted((request.getfixturevalue("shared_data") / "mordor_purplesharp").glob("*.zip"))
    workspace = Workspace(folder / "workspace")
    ingest(workspace, files)
    return request.param, workspace, files


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def loaded(request: pytest.FixtureRequest, given: tuple[str, Workspace, list[Path]]) -> Iterator[Loaded]:
    """Each set in each engine."""
    name, workspace, files = given
    store = empty(request.getfixturevalue(f"_{request.param}_session"))
    sync(workspace, store)
    yield Loaded(name, StoreHunt(Counting(store)), records(files))
    empty(store)


def known(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out records that don't know their process."""
    return frame[frame["guid"].notna() & ~frame["guid"].fillna("").str.startswith("{00000000-")]


def of_sysmon(frame: pd.DataFrame, key: str, *columns: str) -> Pairs:
    """Give rows with their process's GUID in place of its id; those of processes that only other logs know left out."""
    mine = frame[frame[key].str.contains("|{", regex=False)]
    return {(guid(row[0]), *row[1:]) for row in pairs(mine, key, *columns)}


def test_processes(loaded: Loaded) -> None:
    made = sysmon(loaded.raw, 1)
    found = Client(hunt=loaded.hunt).get_executions(operation="create").df
    assert of_sysmon(found, "ProcessId", "Muid") == pairs(made, "guid", "host")
    lines = {(row.guid, row.CommandLine.strip()) for row in made.itertuples() if row.CommandLine}
    assert lines <= of_sysmon(found, "ProcessId", "CommandLine")
    ended = Client(hunt=loaded.hunt).get_executions(operation="kill").df
    assert pairs(known(sysmon(loaded.raw, 5)), "guid") <= of_sysmon(ended, "ProcessId")


def test_processes_of_each_account(loaded: Loaded) -> None:
    made = sysmon(loaded.raw, 1)
    for name, part in made.groupby("User"):
        found = User(name, hunt=loaded.hunt).get_executions(operation="create").df
        assert {one for (one,) in of_sysmon(found, "ProcessId")} == set(part["guid"]), name
        assert set(part["host"]) <= set(User(name, hunt=loaded.hunt).get_machines().ids)


def test_modules_and_registry(loaded: Loaded) -> None:
    records = sysmon(loaded.raw, 7)
    found = Client(hunt=loaded.hunt).get_executions(operation="load").df
    assert bool(len(records)) == MODULES[loaded.name]
    assert of_sysmon(found, "ParentId", "ChildFilename") == {
        (row.guid, row.ImageLoaded.split("\\")[-1].lower()) for row in records.itertuples()
    }
    written = known(sysmon(loaded.raw, 13))
    keys = Client(hunt=loaded.hunt).get_registry(operation=["create", "modify"]).df  # Security tells of access too
    rows = {(one, key.lower()) for one, key in of_sysmon(keys, "ProcessId", "Key")}
    assert {(row.guid, row.TargetObject.lower()) for row in written.itertuples()} <= rows
    told = known(sysmon(loaded.raw, 12, 13, 14))
    assert rows <= {(row.guid, row.TargetObject.lower()) for row in told.itertuples()}


def test_files(loaded: Loaded) -> None:
    made = known(sysmon(loaded.raw, 11))
    found = Client(hunt=loaded.hunt).get_files(operation="create").df
    rows = {(one, path.lower()) for one, path in of_sysmon(found, "ProcessId", "ChildPath")}
    assert {(row.guid, row.TargetFilename.lower()) for row in made.itertuples()} <= rows
    assert len(made) > 0


def test_connections(loaded: Loaded) -> None:
    out = known(sysmon(loaded.raw, 3))
    out = out[out["Initiated"] == "true"]
    expected = {(row.guid, str(ip_address(row.DestinationIp)), int(row.DestinationPort)) for row in out.itertuples()}
    found = Client(hunt=loaded.hunt).get_communications(direction="Outgoing").df
    assert expected
    assert expected <= of_sysmon(found, "ProcessId", "RemoteIp", "RemotePort")


def test_sessions_of_each_machine(loaded: Loaded) -> None:
    logons = loaded.raw[loaded.raw["EventID"] == 4624]
    for host, part in logons.groupby("host"):
        found = Machine(host, hunt=loaded.hunt).get_logons().df
        told = found[found["LogonType"].notna()]
        assert set(part["TargetLogonId"]) <= set(told["LogonId"]), host
        assert {(str(a), int(b)) for a, b in pairs(part, "TargetLogonId", "LogonType")} <= pairs(
            told, "LogonId", "LogonType"
        )


def test_trees(loaded: Loaded) -> None:
    made = sysmon(loaded.raw, 1)
    oracle = nx.DiGraph(zip(made["ParentProcessGuid"].str.lower(), made["guid"], strict=True))
    hosts: dict[Any, Any] = dict(pairs(made, "guid", "host"))
    chosen = sorted(hosts, key=lambda one: (-len(nx.descendants(oracle, one)), one))[:3] + sorted(hosts)[::50]
    for start in chosen:
        process = Process.of([f"{hosts[start]}|{start}"], hunt=loaded.hunt)
        reached = nx.ancestors(oracle, start) | nx.descendants(oracle, start) | {start}
        found = process.get_execution_tree().df
        assert {one for (one,) in of_sysmon(found, "ProcessId")} == {
            one for one in reached if not one.startswith("{00000000-")
        }


def test_the_fan_out_is_what_its_authors_say(loaded: Loaded) -> None:
    """PurpleSharp on WORKSTATION5 started PowerShell over WinRM on three logged machines, each in a remote session."""
    if loaded.name != "purplesharp":
        pytest.skip("only in the real set")
    sessions = {"workstation6": "0x8fc6d5", "workstation7": "0x9b1ad0", "mordordc": "0x2125fe4"}
    shells = {"workstation6": 4952, "workstation7": 3932, "mordordc": 5384}
    for host, logon in sessions.items():
        machine = Machine(host, hunt=loaded.hunt)
        assert logon in set(machine.get_remote_logons().df["LogonId"])
        remote = machine.get_executions(operation="create", attributes="ATTR_REMOTE", kind="interpreter").df
        assert shells[host] in set(remote["ChildPid"])
        chain = machine.get_executions(file="wsmprovhost.exe").entities("Process").get_children()
        assert shells[host] in set(chain.df["Pid"])
    tool = Machine("workstation5", hunt=loaded.hunt).get_executions(operation="create", file="purplesharp.exe")
    assert 7520 in set(tool.df["ChildPid"])
