"""Exports say what the graph holds: counts of every label and type, safe text, and OpenGraph that loads again."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from graphhunt.cli.app import app
from graphhunt.errors import UsageError
from graphhunt.hunt import Hunt
from graphhunt.lab.generator import generate_demo
from graphhunt.store.embedded import stop_engine
from tests.conftest import small_settings

HOSTILE = "=cmd|'/c calc'!A1"
FAILED = {
    "EventTime": "2026-03-02 10:00:00", "Hostname": "APP01", "SourceModuleType": "im_msvistalog", "EventID": 4625,
    "Channel": "Security", "@timestamp": "2026-03-02T10:00:00.000Z", "TargetUserName": HOSTILE,
    "TargetDomainName": "HALDEN", "LogonType": "3", "IpAddress": "10.9.9.9", "Status": "0xc000006d",
}  # fmt: skip


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    folder = tmp_path_factory.mktemp("case")
    generate_demo(folder / "logs", seed=3)
    (folder / "logs" / "hostile.ndjson").write_text(json.dumps(FAILED) + "\n")
    with Hunt(folder / "ws", None, small_settings()) as opened:
        opened.load(folder / "logs")
        opened.hunt("lateral-movement")
        yield opened
    stop_engine(folder / "ws")


def counts(hunt: Hunt) -> tuple[dict[str, int], dict[str, int]]:
    state = hunt.status()
    return state["nodes"], state["relationships"]


def test_json_lines_hold_everything_and_what_analytics_wrote(hunt: Hunt, tmp_path: Path) -> None:
    hunt.export("json", tmp_path / "graph.json")
    rows = [json.loads(line) for line in (tmp_path / "graph.json").read_text("utf-8").splitlines()]
    nodes, relationships = counts(hunt)
    assert Counter(row["node"] for row in rows if "node" in row) == nodes
    assert Counter(row["relationship"] for row in rows if "relationship" in row) == relationships
    logons = [row["properties"] for row in rows if row.get("relationship") == "REMOTE_LOGON"]
    assert any(props.get("lm_chain_id") for props in logons)
    assert not any("__" in name for props in logons for name in props)


def test_graphml_is_whole_xml(hunt: Hunt, tmp_path: Path) -> None:
    hunt.export("graphml", tmp_path / "graph.xml")
    root = ElementTree.parse(tmp_path / "graph.xml").getroot()
    space = "{http://graphml.graphdrawing.org/xmlns}"
    nodes, relationships = counts(hunt)
    ids = {node.get("id") for node in root.iter(f"{space}node")}
    edges = list(root.iter(f"{space}edge"))
    assert len(ids) == sum(nodes.values())
    assert len(edges) == sum(relationships.values())
    assert {edge.get(end) for edge in edges for end in ("source", "target")} <= ids
    keys = {key.get("id") for key in root.iter(f"{space}key")}
    assert {data.get("key") for data in root.iter(f"{space}data")} <= keys


def test_csv_has_a_row_each_and_no_formula(hunt: Hunt, tmp_path: Path) -> None:
    hunt.export("csv", tmp_path / "tables")
    found: dict[str, list[dict[str, Any]]] = {}
    for path in (tmp_path / "tables").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as stream:
            found[path.stem] = list(csv.DictReader(stream))
    nodes, relationships = counts(hunt)
    assert {name: len(rows) for name, rows in found.items()} == {**nodes, **relationships}
    cells = [cell for rows in found.values() for row in rows for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in cells)
    assert any(HOSTILE in cell for cell in cells)
    assert found["REMOTE_LOGON"][0]["start"].endswith("Z")


def test_opengraph_loads_again_as_sessions(hunt: Hunt, tmp_path: Path) -> None:
    hunt.export("opengraph", tmp_path / "sessions.json")
    graph = json.loads((tmp_path / "sessions.json").read_text("utf-8"))["graph"]
    ids = {node["id"] for node in graph["nodes"]}
    assert {edge[end]["value"] for edge in graph["edges"] for end in ("start", "end")} <= ids
    assert {edge["kind"] for edge in graph["edges"]} == {"HasSession", "GraphhuntLogon"}
    sessions = [edge for edge in graph["edges"] if edge["kind"] == "HasSession"]
    assert all(edge["properties"]["logons"] >= 1 and "first_seen" in edge["properties"] for edge in sessions)
    asked = "MATCH (u:User)-[:LOGGED_ON]->(m:Machine) WHERE NOT u.kind IN ['machine', 'system', 'anonymous'] "
    pairs = hunt.query(asked + "RETURN count(DISTINCT u.id + ' ' + m.id) AS n").rows[0][0]
    assert len(sessions) == pairs
    with Hunt(tmp_path / "again", None, small_settings()) as again:
        report = again.load(tmp_path / "sessions.json")
        assert report["events_rejected"] == 0
        sids = [edge for edge in sessions if edge["end"]["value"].startswith("S-1-5-21-")]
        assert report["relationships"]["POSSIBLE_SESSION"] == len(sids)
    stop_engine(tmp_path / "again")


def test_bad_requests_say_why(hunt: Hunt, tmp_path: Path) -> None:
    for name, out in (("docx", None), ("csv", None), ("json", tmp_path / "no" / "such" / "folder.json")):
        with pytest.raises(UsageError):
            hunt.export(name, out)


def test_the_command_writes_to_stdout_or_a_file(hunt: Hunt, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    runner = CliRunner()
    where = ["--workspace", str(hunt.folder), "export"]
    shown = runner.invoke(app, [*where, "opengraph"])
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["graph"]["nodes"]
    written = runner.invoke(app, [*where, "opengraph", "--out", str(tmp_path / "o.json"), "--json"])
    assert json.loads(written.stdout)["bytes"] == (tmp_path / "o.json").stat().st_size
    assert runner.invoke(app, [*where, "opengraph", "--json"]).exit_code == 2
    assert runner.invoke(app, [*where, "nonsense"]).exit_code == 2
