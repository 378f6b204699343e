"""Entities from nodes and back: nothing is lost either way, for real nodes, invented ones, and invented entities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt.errors import UsageError
from graphhunt.graph.snapshot import Snapshot
from graphhunt.schema import NODES
from graphhunt.toolbox.entities import (
    Account,
    Dns,
    Entity,
    File,
    FileHash,
    Host,
    IpAddress,
    Process,
    RegistryHive,
    RegistryKey,
    RegistryValue,
    UnknownEntity,
    Url,
)

CLASSES: dict[str, type[Entity]] = {
    "Machine": Host, "User": Account, "IP": IpAddress, "Process": Process, "File": File, "URL": Url, "Domain": Dns,
    "RegistryKey": RegistryKey,
}  # fmt: skip
WORDS = st.text(st.sampled_from("aB0.\\/ \u00e9@:"), max_size=8) | st.sampled_from(
    ["S-1-5-18", "hklm\\software\\run", "HKLM", "ws5", "WS5.corp.example", "c:\\Windows\\a.exe", "/bin/sh", "0x3e7"]
)
WHEN = datetime(2020, 1, 1, tzinfo=UTC)
VALUES = {
    "text": WORDS, "texts": st.lists(WORDS, max_size=2), "flag": st.booleans(),
    "number": st.integers(-5, 2**40), "time": st.integers(0, 2**51),
}  # fmt: skip


@st.composite
def nodes(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(sorted(NODES))) -> dict[str, Any]:
    kind = draw(st.sampled_from(kinds))
    columns = [column for column in NODES[kind].columns if column.name != "id"]
    chosen = draw(st.lists(st.sampled_from(columns), unique=True))
    return {
        "kind": kind, "id": draw(WORDS),
        "properties": {column.name: draw(VALUES[column.type]) for column in chosen},
    }  # fmt: skip


@given(nodes())
def test_no_node_loses_anything(node: dict[str, Any]) -> None:
    entity = Entity.from_graph(node)
    assert entity.to_graph() == node
    assert type(entity) is CLASSES.get(node["kind"], type(entity))
    assert Entity.from_graph(entity.to_graph()) == entity


@pytest.mark.parametrize("kind", [FileHash, RegistryValue])
@given(data=st.data())
def test_nor_does_one_seen_as_its_part(kind: type[Entity], data: st.DataObject) -> None:
    node = data.draw(nodes((kind.label,)))
    assert kind.from_graph(node).to_graph() == node


@st.composite
def invented(draw: st.DrawFn, depth: int = 1) -> Entity:
    kinds: list[type[Entity]] = [*CLASSES.values(), FileHash, RegistryValue]
    kind = draw(st.sampled_from(kinds))
    given: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(kind.schema)), unique=True, max_size=5)):
        if name == "AdditionalData":
            given[name] = draw(st.dictionaries(WORDS, WORDS, max_size=2))
        elif name in kind.nested:
            inner = Entity.ENTITY_NAME_MAP[kind.nested[name]]
            value = inner(TimeGenerated=draw(st.none() | st.just(WHEN)))
            given[name] = [value] if kind.schema[name] is list else value
        else:
            given[name] = draw(WORDS)
    return kind(**given)


@given(invented())
def test_no_entity_loses_anything(entity: Entity) -> None:
    again = type(entity).from_graph(entity.to_graph())
    assert again == entity
    assert again.to_json() == entity.to_json()


@pytest.fixture(scope="module")
def real(real_case: Callable[[str], Path]) -> Snapshot:
    return Snapshot(real_case("mordor_theshire_2020") / "graph")


@pytest.mark.parametrize("label", [*CLASSES, "Service", "ScheduledTask", "Alert"])
def test_no_node_of_the_real_graph_loses_anything(real: Snapshot, label: str) -> None:
    table = real.table(label)
    rows = [] if table is None else table.rows(named=True)
    assert rows or label in {"URL", "Alert"}
    for row in rows[:: max(1, len(rows) // 300)]:
        key, *rest = row.items()
        node = {"kind": label, "id": key[1], "properties": {k: v for k, v in rest if v is not None}}
        assert Entity.from_graph(node).to_graph() == node


def test_properties_say_the_same() -> None:
    node = {
        "kind": "Process", "id": "p1", "properties": {
            "name": "cmd.exe", "path": "C:\\Windows\\cmd.exe", "pid": 12, "start": 1_600_000_000_000_000,
            "machine_id": "ws5", "user_id": "S-1-5-18", "logon_id": "0x3e7", "sha256": "ab", "parent_pid": 4,
            "command_line": "cmd", "integrity": "System"},
    }  # fmt: skip
    process = Process.from_graph(node)
    assert (process.ProcessId, process.CommandLine, process.ParentProcess.ProcessId) == ("12", "cmd", "4")
    assert process.CreationTimeUtc == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    assert (process.ProcessName, process.ImageFile.FileHashes[0].Value) == ("cmd.exe", "ab")
    assert (process.Host, process.Account) == (Host(HostName="ws5"), Account(Sid="S-1-5-18"))
    assert process.LogonSession.SessionId == "0x3e7"
    assert process.AdditionalData["graph"]["properties"] == {"id": "p1", "integrity": "System"}
    key = RegistryKey.from_graph({"kind": "RegistryKey", "id": "k", "properties": {"path": "HKLM\\Software\\Run"}})
    assert (key.Hive, key.Key) == (RegistryHive.HKEY_LOCAL_MACHINE, "Software\\Run")
    host = Host.from_graph({"label": "Machine", "id": "ws5", "name": "WS5", "fqdn": "ws5.corp.example"})
    assert (host.HostName, host.DnsDomain) == ("WS5", "corp.example")
    assert IpAddress(Address="10.0.0.1").to_graph() == {"kind": "IP", "id": "10.0.0.1", "properties": {}}


def test_a_change_reaches_the_node() -> None:
    key = RegistryKey.from_graph({"kind": "RegistryKey", "id": "k", "properties": {"path": "hklm\\a"}})
    key.Key = "b"
    assert key.to_graph() == {"kind": "RegistryKey", "id": "k", "properties": {"path": "HKEY_LOCAL_MACHINE\\b"}}


class Node(dict[str, Any]):
    """A node as drivers give it: labels beside the properties."""

    labels = frozenset({"User"})


def test_nodes_of_drivers_are_read_and_others_refused() -> None:
    assert Entity.from_graph(Node(id="S-1", name="ann", first_seen=1)) == Account.from_graph(
        {"kind": "User", "id": "S-1", "properties": {"name": "ann", "first_seen": 1}}
    )
    with pytest.raises(UsageError, match="no node"):
        Entity.from_graph({"kind": "Gremlin", "id": 1, "properties": {}})
    with pytest.raises(UsageError, match="no Host"):
        Host.from_graph({"kind": "User", "id": "x", "properties": {}})
    with pytest.raises(UsageError, match="no nodes"):
        UnknownEntity(Name="x").to_graph()
