"""The product's own graph finds every generated hop: an intrusion told by records alone."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import Graph, build
from graphhunt.lab.generator import Dirt, GeneratorConfig, Truth, generate

_ATTACK_IDS = {
    "psexec": "T1569.002",
    "service": "T1569.002",
    "smbexec": "T1569.002",
    "pth": "T1569.002",
    "wmi": "T1047",
    "winrm": "T1021.006",
    "dcom": "T1021.003",
    "schtask": "T1053.005",
    "rdp": "T1021.001",
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, Graph]:
    """Twenty chains of one day, through loading and graphing; addresses are not translated."""
    folder = tmp_path_factory.mktemp("played")
    config = GeneratorConfig(
        seed=12, hosts=50, users=30, chains=20, bursts=1, beacon_seconds=900.0, dirt=replace(Dirt(), nat=False)
    )
    truth = generate(config, folder / "logs")
    workspace = Workspace(folder / "workspace")
    report = ingest(workspace, [folder / "logs" / name for name in truth.files])
    assert report.events_read == truth.expected.lines
    assert report.events_read == report.events_loaded + sum(report.events_skipped.values())
    assert report.events_skipped["duplicate"] == truth.expected.duplicates
    return truth, build(lambda kind: workspace.facts(kind).collect())


def _edges(graph: Graph) -> pl.DataFrame:
    return graph.relationships["REMOTE_LOGON"].with_columns(pl.col("from_id", "to_id").str.to_lowercase())


def test_every_hop_is_an_edge_between_its_machines_with_its_user(played: tuple[Truth, Graph]) -> None:
    truth, graph = played
    edges = _edges(graph)
    hops = [hop for chain in truth.chains + truth.bursts for hop in chain.hops]
    assert len(hops) > 60
    for hop in hops:
        found = edges.filter(
            (pl.col("logon_id") == hop.logon.logon_id)
            & pl.col("from_id").str.contains(hop.src.lower(), literal=True)
            & pl.col("to_id").str.contains(hop.dst.lower(), literal=True)
            & pl.col("user_name").str.to_lowercase().str.ends_with(hop.user.partition("\\")[2])
        )
        assert found.height == 1, hop


def test_every_hop_has_its_technique(played: tuple[Truth, Graph]) -> None:
    truth, graph = played
    edges = _edges(graph)
    for chain in truth.chains:
        for hop in chain.hops:
            here = pl.col("to_id").str.contains(hop.dst.lower(), literal=True)
            found = edges.filter((pl.col("logon_id") == hop.logon.logon_id) & here)
            assert found["technique"].to_list() == [_ATTACK_IDS[hop.technique]], hop


def test_machines_are_not_doubled_by_their_spellings(played: tuple[Truth, Graph]) -> None:
    truth, graph = played
    assert graph.nodes["Machine"].height == truth.expected.machines
