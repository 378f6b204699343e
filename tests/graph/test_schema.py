"""The schema and the graph say the same: no property is made that it lacks, none stands in it that nothing fills."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from graphhunt import schema
from graphhunt.errors import GraphhuntError
from graphhunt.evidence.tables import KINDS
from graphhunt.graph.graph import Graph, build
from graphhunt.graph.shape import shaped_relationships
from graphhunt.model import (
    Connection,
    Detection,
    Fact,
    FileAction,
    Logon,
    ProcessStart,
    RegistryAction,
    ServiceInstall,
)
from graphhunt.schema import NODES, RELATIONSHIPS, TIMES, TYPES, NodeKind, Property, RelKind, nodes, relationships
from graphhunt.times import TIME_NAMES

from .facts import SECOND, T0, frames

SAMPLES = Path(__file__).parents[1] / "loaders" / "data"
EVERY: dict[str, NodeKind | RelKind] = {**NODES, **RELATIONSHIPS}
NOT_DRAWN = {
    "URL": "no loader states a URL yet",
    "AnalysisRun": "analytics write it, not the rules",
    "Indicator": "enrichers write it",
    "FLAGGED.tlp": "enrichers write it",
    "FLAGGED.valid_from": "enrichers write it",
    "FLAGGED.valid_until": "enrichers write it",
    "Machine.clock_offset": "two machines' connections show it; the test of traps has them",
    "Machine.zone_offset": "other logs show it; the tests of clocks have it",
}
"""What the facts of this test don't fill, and who does; the use of directories' rights is tested with the hunts."""


def samples() -> list[Fact]:
    """Give every fact that the loaders' samples are expected to state."""
    lines = (line for path in sorted(SAMPLES.rglob("expected.jsonl")) for line in path.read_text("utf-8").splitlines())
    stated = (fact for line in lines for fact in json.loads(line).get("facts", ()))
    return [msgspec.convert(fact, KINDS[fact["kind"]]) for fact in stated]


def story() -> list[Fact]:
    """Tell what no sample does: a pass-the-hash to a server, where a service touches files and keys and goes on."""
    image, cmd = r"C:\t\a.exe", r"C:\w\cmd.exe"
    srv: dict[str, Any] = {"host": "SRV", "pid": 700, "path": image}
    thief: dict[str, Any] = {"host": "WS", "user": "thief", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1600"}
    victim: dict[str, Any] = {"host": "SRV", "user": "victim", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1500"}
    ends: dict[str, Any] = {"source_ip": "10.9.9.1", "source_port": 50001}
    wire: dict[str, Any] = {**ends, "destination_ip": "10.9.9.2", "destination_port": 445}
    onward: dict[str, Any] = {
        "source_ip": "10.9.9.2", "source_port": 50002, "destination_ip": "10.9.9.3", "destination_port": 445,
    }  # fmt: skip
    file: dict[str, Any] = {"company": "Example", "sha1": "a" * 40, "sha256": "b" * 64, "original_file_name": "Cmd.Exe"}
    at = [T0 + n * SECOND for n in range(200)]
    return [
        Logon(time=at[0], logon_id="0x1", logon_type=2, linked_logon_id="0x2", source_ip="10.9.9.1", **thief),
        Logon(time=at[5], logon_id="0x9", logon_type=9, outbound_user="victim", outbound_domain="CORP", **thief),
        ProcessStart(time=at[6], pid=300, path=cmd, logon_id="0x9", **file, **thief),
        Connection(
            time=at[60], host="WS", pid=300, path=cmd, **wire, initiated=True, bytes_out=10, bytes_in=20,
            destination_name="srv.corp.example",
        ),
        Connection(time=at[60], host="SRV", pid=4, path="System", **wire, initiated=False),
        Logon(time=at[60], logon_id="0x77", logon_type=3, auth_package="NTLM", workstation="WS", **ends, **victim),
        Logon(time=at[61], success=False, status="0xc000006a", workstation="WS", **victim),
        ServiceInstall(time=at[62], service="svc", image=image, logon_id="0x77", **victim),
        ProcessStart(
            time=at[63], parent_path=r"C:\Windows\System32\services.exe", parent_pid=600, logon_id="0x3e7",
            user="SYSTEM", sid="S-1-5-18", **srv,
        ),
        FileAction(time=at[70], operation="rename", target=r"C:\t\b.exe", sha1="c" * 40, signature="Example", **srv),
        Connection(time=at[80], **srv, **onward, initiated=True),
        Connection(time=at[80], host="DC", pid=4, path="System", **onward, initiated=False),
        Logon(
            time=at[80], host="DC", user="victim", domain="CORP", sid="S-1-5-21-1-2-3-1500", logon_id="0x88",
            logon_type=3, source_ip="10.9.9.2", source_port=50002, workstation="WS",
        ),
        RegistryAction(time=at[71], operation="access", key=r"HKLM\a", value="v", **srv),
        Detection(time=at[72], detection_id="d1", logon_id="0x77", host="SRV"),
    ]  # fmt: skip


def filled(graph: Graph) -> set[str]:
    """Name the properties that some row of a graph has."""
    return {
        f"{kind}.{name}"
        for kind, table in {**graph.nodes, **graph.relationships}.items()
        for name in table.columns
        if table.get_column(name).null_count() < table.height
    }


def release(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_every_property_says_what_it_is(kind: NodeKind | RelKind) -> None:
    names = [column.name for column in kind.columns]
    assert len(set(names)) == len(names)
    for column in kind.columns:
        assert column.type in TYPES
        assert len(column.meaning) > 3, column
        assert (0, 1, 0) <= release(column.since) <= release(version("graphhunt")), column


def test_no_property_stands_in_the_schema_that_nothing_fills(theshire: Graph) -> None:
    found = filled(theshire) | filled(build(frames([*samples(), *story()])))
    lacking = {
        f"{name}.{column.name}"
        for name, kind in EVERY.items()
        for column in kind.columns
        if f"{name}.{column.name}" not in found and name not in NOT_DRAWN and not name.startswith("POSSIBLE_")
    }
    assert lacking <= NOT_DRAWN.keys()


def test_a_property_that_the_schema_lacks_is_no_silent_loss() -> None:
    table = build(frames(story())).relationships["RAN"].with_columns(colour=pl.lit("red"))
    with pytest.raises(GraphhuntError, match="no property colour"):
        shaped_relationships("RAN", table)


def test_one_row_adds_a_property_to_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe of CONTRIBUTING: the loaders state LogonGuid already, and one row of the schema draws it."""
    kind = RELATIONSHIPS["LOGGED_ON"]
    row = Property("ticket_guid", "text", "GUID of the ticket the session began with").from_fact("logon_guid")
    monkeypatch.setitem(schema.RELATIONSHIPS, "LOGGED_ON", kind._replace(columns=(*kind.columns, row)))
    facts = [
        Logon(time=T0, host="SRV", user="ann", domain="CORP", logon_id="0x5", logon_type=3, logon_guid="{1-2}"),
        Logon(time=T0, host="SRV", user="bob", domain="CORP", logon_id="0x6", logon_type=3),
    ]
    table = build(frames(facts)).relationships["LOGGED_ON"]
    assert dict(table.select("logon_id", "ticket_guid").iter_rows()) == {"0x5": "{1-2}", "0x6": None}


def test_a_name_is_a_time_everywhere_or_nowhere() -> None:
    """What is written outside as a time goes by the name alone, so no other property may be called so."""
    columns = [*nodes.COMMON, *relationships.COMMON, *(column for kind in EVERY.values() for column in kind.columns)]
    assert {column.name for column in columns if column.type == "time"} == TIMES
    assert [column for column in columns if column.name in TIME_NAMES and column.type != "time"] == []
