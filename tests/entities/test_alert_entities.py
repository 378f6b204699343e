"""Entities of alerts find the nodes of a hunt's graph that they are."""

from __future__ import annotations

import pytest

import graphhunt as gh
from graphhunt.errors import UsageError
from graphhunt.store import Store
from graphhunt.toolbox import SecurityAlert
from graphhunt.toolbox.entities import (
    Account,
    Dns,
    Entity,
    File,
    FileHash,
    Host,
    IpAddress,
    Process,
    RegistryKey,
    RegistryValue,
    SecurityGroup,
    Url,
)
from tests.conformance import sample_graph
from tests.entities.conftest import StoreHunt

LABELS = ("Machine", "User", "IP", "Process", "File", "URL", "Domain", "RegistryKey", "Service", "Alert")


@pytest.mark.parametrize("label", LABELS)
def test_a_node_is_found_again_whole(sample: StoreHunt, label: str) -> None:
    told = sample_graph.node(label, 2)
    properties = {name: value for name, value in told["props"].items() if value is not None}
    entity = Entity.from_graph({"kind": label, "id": told["id"], "properties": properties})
    found = entity.node(sample)
    assert found is not None
    assert (found["kind"], found["id"]) == (label, told["id"])
    known = {name: value for name, value in properties.items() if name in found["properties"]}
    assert {name: found["properties"][name] for name in known} == known
    assert Entity.from_graph(found).to_graph() == found


def test_an_entity_without_an_id_is_found_by_what_it_says(sample: StoreHunt) -> None:
    wanted: list[tuple[Entity, str | None]] = [
        (Host(HostName="machine 2"), "machine-2"),
        (Account(Name="User 1", NTDomain="CORP"), "user-1"),
        (Process(CommandLine="CMD.EXE /c whoami 2", ImageFile=File(Name="cmd.exe")), "process-2"),
        (Process(ProcessId="0x3ea", ImageFile=File(Name="CMD.EXE")), "process-2"),
        (File(FullPath=r"C:\Temp\f3.dll", Name="File 3"), "file-3"),
        (Dns(DomainName="domain 1"), "domain-1"),
        (Url(Url="URL 1"), "url-1"),
    ]
    found = [entity.node(sample) for entity, _ in wanted]
    assert [node and node["id"] for node in found] == [key for _, key in wanted]


def test_what_the_graph_does_not_have_is_none(sample: StoreHunt) -> None:
    assert Host(HostName="elsewhere").node(sample) is None
    assert IpAddress(Address="10.9.9.9").node(sample) is None
    assert Host().node(sample) is None
    with pytest.raises(UsageError, match="no nodes"):
        SecurityGroup(SID="S-1").node(sample)


def named(store: Store, label: str, key: str, **properties: str) -> None:
    """Add a node with a text to search, as a load writes it."""
    search = " ".join([key, *properties.values()]).lower()
    store.put_nodes(label, [{"id": key, "props": {**properties, "search": search}}], new=True)


def test_hashes_keys_and_namesakes(store: Store) -> None:
    named(store, "File", "f", sha256="ab" * 32, name="a.exe")
    named(store, "RegistryKey", "k", path=r"hklm\software\run")
    named(store, "RegistryKey", "u", path=r"hku\software\run")
    named(store, "Machine", "m1", name="WS5")
    named(store, "Machine", "m2", name="ws5")
    hunt = StoreHunt(store)
    key = RegistryKey(Hive="HKEY_LOCAL_MACHINE", Key=r"Software\Run")
    entities = (FileHash(Algorithm="SHA256", Value="AB" * 32), key, RegistryValue(Key=key, Name="a"))
    assert [(entity.node(hunt) or {})["id"] for entity in entities] == ["f", "k", "k"]
    with pytest.raises(UsageError, match="several nodes fit"):
        Host(HostName="ws5").node(hunt)


def test_an_alert_of_a_hunt_brings_what_it_flags(sample: StoreHunt) -> None:
    alert = SecurityAlert(gh.Alert("alert-1", hunt=sample))
    assert (alert.SystemAlertId, alert.AlertType, alert.Severity) == ("alert-1", "rule 1", "high")
    flagged = {(entity.Type, entity.to_graph()["id"]) for entity in alert.entities}
    pairs = [end for start, end in sample_graph.PAIRS if start == 1]
    assert {("host", f"machine-{end}") for end in pairs} | {("process", f"process-{end}") for end in pairs} <= flagged
    assert alert.query_params["process_name"] == r"c:\windows\explorer.exe"
    assert alert.query_params["host_name"] == "Machine 1"
    with pytest.raises(UsageError, match="stands for 0 alerts"):
        SecurityAlert(gh.Alert("nothing", hunt=sample))
