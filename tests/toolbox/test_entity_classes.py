"""The entities of alerts: made of mappings, events and keywords; compared, merged, shown as JSON, HTML and graph."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pandas as pd
import pytest

from graphhunt import toolbox
from graphhunt.toolbox import entities, entity_schema
from graphhunt.toolbox.entities import (
    Account,
    Alert,
    Dns,
    Entity,
    File,
    FileHash,
    Host,
    HostLogonSession,
    IpAddress,
    MailMessage,
    NetworkConnection,
    OSFamily,
    Process,
    RegistryHive,
    RegistryKey,
    Url,
)

DOCUMENTED = [
    "Account", "Alert", "AzureResource", "CloudApplication", "CloudLogonSession", "Dns", "File", "FileHash",
    "GeoLocation", "Host", "HostLogonSession", "Incident", "IoTDevice", "IpAddress", "Ip", "Machine", "MailCluster",
    "MailMessage", "Mailbox", "MailboxConfiguration", "Malware", "NetworkConnection", "OAuthApplication", "Process",
    "RegistryKey", "RegistryValue", "SecurityGroup", "ServicePrincipal", "SubmissionMail", "Threatintelligence",
    "UnknownEntity", "Url", "User", "Entity",
]  # fmt: skip

EVENT = {
    "EventID": 4688, "TimeGenerated": "2019-01-15 05:24:24", "Computer": "WIN1.corp.example",
    "SubjectUserName": "ann", "SubjectDomainName": "CORP", "SubjectUserSid": "S-1-5-21-1", "SubjectLogonId": "0x51a",
    "NewProcessId": "0x1610", "NewProcessName": "C:\\Windows\\System32\\cmd.exe", "CommandLine": "cmd /c whoami",
    "TokenElevationType": "%%1937", "ProcessId": "0x888", "ParentProcessName": "C:\\Windows\\explorer.exe",
    "TargetLogonId": "0x0",
}  # fmt: skip


def test_every_documented_class_is_there_under_every_name() -> None:
    assert len(DOCUMENTED) == 34
    for name in DOCUMENTED:
        kind = getattr(entities, name)
        assert issubclass(kind, Entity)
        assert getattr(toolbox, name) is kind
        assert getattr(entity_schema, name) is kind


@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name != "UnknownEntity"])
def test_each_takes_its_own_properties_and_no_others(name: str) -> None:
    kind = getattr(entities, name)
    entity = kind(TimeGenerated="2020-01-01")
    assert entity.properties["TimeGenerated"] == "2020-01-01"
    assert json.loads(entity.to_json())["TimeGenerated"] == "2020-01-01"
    assert kind(entity) == entity
    with pytest.raises(AttributeError, match="HostNmae"):
        kind(HostNmae="x")
    with pytest.raises(AttributeError):
        _ = entity.HostNmae
    with pytest.raises(KeyError):
        _ = entity["HostNmae"]


def test_a_process_is_made_of_an_event() -> None:
    process = Process(src_event=EVENT, role="new")
    assert (process.ProcessId, process.CommandLine) == ("0x1610", "cmd /c whoami")
    assert (process.ProcessName, process.ProcessFilePath) == ("cmd.exe", EVENT["NewProcessName"])
    assert process.ImageFile.Directory == "C:\\Windows\\System32"
    assert process.ElevationToken is entities.ElevationToken.Full
    assert (process.Account.qualified_name, process.Account.Sid) == ("CORP\\ann", "S-1-5-21-1")
    assert (process.Host.HostName, process.Host.DnsDomain, process.Host.computer) == (
        "WIN1", "corp.example", "WIN1.corp.example",
    )  # fmt: skip
    parent = process.ParentProcess
    assert (parent.ProcessId, parent.ProcessName) == ("0x888", "explorer.exe")
    session = HostLogonSession(src_event=EVENT)
    assert (session.SessionId, session.StartTimeUtc) == ("0x51a", EVENT["TimeGenerated"])
    assert Process(src_event=pd.Series(EVENT)) == Process(src_event=EVENT)


def test_the_target_of_a_logon_has_its_own_columns() -> None:
    event = {"TargetUserName": "bob", "TargetDomainName": "CORP", "TargetUserSid": "S-1-5-21-2", "IpAddress": "::1"}
    target = Account(src_event=event, role="target")
    assert (target.qualified_name, target.Sid, Account(src_event=event).Name) == ("CORP\\bob", "S-1-5-21-2", None)
    address = IpAddress(src_event=event)
    assert (address.Address, address.ip_address) == ("::1", ipaddress.ip_address("::1"))
    assert IpAddress(src_event={"IpAddress": "-"}).Address is None


def test_mappings_become_entities_in_either_spelling_and_nothing_is_dropped() -> None:
    raw: dict[str, Any] = {
        "Type": "malware", "name": "Mimikatz", "File": {"Type": "file", "FullPath": "/tmp/m", "FileHashes": [
            {"Type": "filehash", "Algorithm": "sha256", "Value": "ab"}]}, "Files": [{"$ref": "3"}], "Strange": 7,
    }  # fmt: skip
    found = Entity.instantiate_entity(raw)
    assert (found.Type, found.Name, found.File.Name, found.File.OSFamily) == (
        "malware",
        "Mimikatz",
        "m",
        OSFamily.Linux,
    )
    assert found.File.FileHashes == [FileHash(Algorithm="SHA256", Value="ab")]
    assert (found.Files, found.AdditionalData) == ([{"$ref": "3"}], {"Strange": 7})
    assert Entity.instantiate_entity({"no": "type"}) == {"no": "type"}
    with pytest.raises(TypeError, match="gremlin"):
        Entity.instantiate_entity({"Type": "gremlin"})
    other = Entity.create({"Type": "gremlin", "Name": "x"})
    assert (type(other).__name__, other.Type, other["Name"]) == ("UnknownEntity", "gremlin", "x")
    assert Entity.create(Type="ip", Address="10.0.0.1") == IpAddress(Address="10.0.0.1")
    assert isinstance(MailMessage(Files=[{"Name": "a.exe"}]).Files[0], File)
    assert entities.camelcase_property_names({"hostName": "a"}) == {"HostName": "a"}


def test_paths_are_taken_apart_and_put_together() -> None:
    assert File(Directory="C:\\t", Name="a.exe").FullPath == "C:\\t\\a.exe"
    assert File(Directory="/usr/bin/", Name="id").FullPath == "/usr/bin/id"
    assert (File(FullPath="a.exe").Directory, File(FullPath="a.exe").Name) == (None, "a.exe")
    assert File(Md5="ab").FileHashes == [FileHash(Algorithm="MD5", Value="ab")]
    key = RegistryKey(Hive="HKEY_LOCAL_MACHINE", Key="Software\\Run")
    assert (key.Hive, key.name_str) == (RegistryHive.HKEY_LOCAL_MACHINE, "HKEY_LOCAL_MACHINE\\Software\\Run")
    url = Url(Url="https://Evil.example:8443/a?b=c")
    assert (url.scheme, url.host, url.port, url.path, url.query) == ("https", "evil.example", 8443, "/a", "b=c")
    assert (Url(Url="http://[bad").host, Url(Url="http://a:no").port) == (None, None)


def test_merging_fills_what_is_missing() -> None:
    one, other = Account(Name="ann", Sid="S-1"), Account(Name="ann", NTDomain="CORP", LogonId="0x1")
    other.Sid, other.AdditionalData = "S-1", {"seen": 3}
    with pytest.raises(AttributeError, match="merged"):
        one.merge(Account(Name="ann", Sid="S-2"))
    with pytest.raises(AttributeError, match="merged"):
        one.merge(Host(HostName="ann"))
    assert not one.can_merge(Account(Sid="S-2"))
    assert Host(HostName="a").can_merge(Host(HostName="a", AzureID="z"))
    fitting = Account(Sid="S-1", NTDomain="CORP", AdditionalData={"seen": 3})
    merged = Account(Sid="S-1", LogonId="0x1").merge(fitting)
    assert merged == Account(Sid="S-1", NTDomain="CORP", LogonId="0x1", AdditionalData={"seen": 3})
    assert merged.AdditionalData is not fitting.AdditionalData


def test_equal_equivalent_and_hashed() -> None:
    one, other = IpAddress(Address="10.0.0.1"), IpAddress(Address="10.0.0.1")
    assert one == other
    assert len({one, other}) == 1
    assert one.is_equivalent(IpAddress(Location=entities.GeoLocation(City="Oslo")))
    assert not one.is_equivalent(IpAddress(Address="10.0.0.2"))
    assert not one.is_equivalent(Dns(DomainName="a"))
    assert one != IpAddress(Address="10.0.0.2")


def test_zero_and_false_are_values() -> None:
    connection = NetworkConnection(SourceAddress=IpAddress(Address="10.0.0.1"), SourcePort=0, Protocol="icmp")
    assert connection.properties["SourcePort"] == 0
    assert connection.name_str == "10.0.0.1:0 [icmp]-> None:None"
    assert len(Account(IsDomainJoined=False)) == 2  # and its Type
    assert "IsDomainJoined" in Account(IsDomainJoined=False)
    assert "IsDomainJoined" not in Account()


def test_html_is_escaped_and_a_circle_ends() -> None:
    host = Host(HostName="<script>alert(1)</script>")
    process = Process(ProcessId="1", Host=host)
    host.AdditionalData["runs"] = process
    html = process.to_html()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    data = json.loads(process.to_json())
    assert data["Host"]["AdditionalData"]["runs"] == {"$ref": data["$id"]}
    assert process.is_equivalent(process)


def test_networks_keep_things_of_one_name_apart() -> None:
    alert = Alert(DisplayName="ws5", Entities=[Host(HostName="ws5"), Account(Name="ws5", Host=Host(HostName="ws5"))])
    graph = alert.to_networkx()
    assert set(graph.nodes) == {"ws5", "ws5 (host)", "ws5 (account)"}
    assert graph.nodes["ws5 (host)"]["HostName"] == "ws5"
    assert sorted(str(edge[2]) for edge in graph.edges(data="name")) == ["Entities", "Entities", "Host"]  # type: ignore[var-annotated]
    assert Dns(DomainName="a.example").to_networkx(graph) is graph
    assert graph.nodes["a.example"] == {
        "Type": "dns", "DomainName": "a.example", "Description": "a.example", "Name": "a.example",
    }  # fmt: skip
