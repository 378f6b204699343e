"""Small inputs rebuilt from public reports: what must come out stands in the README beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import Graph, build

Built = Callable[[str], Graph]


@pytest.fixture(scope="module")
def built(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Load a case by its name."""

    def give(name: str) -> Graph:
        workspace = Workspace(tmp_path_factory.mktemp("case"))
        ingest(workspace, [shared_data / "cases" / name])
        return build(lambda kind: workspace.facts(kind).collect())

    return give


def sources(graph: Graph) -> dict[str, str]:
    rows = graph.relationships["REMOTE_LOGON"].filter(pl.col("logon_id").is_not_null())
    return dict(rows.select("logon_id", "from_id").iter_rows())


def test_a_relayed_logon_starts_at_the_relay(built: Built) -> None:
    graph = built("s04_relay.xml")
    assert {k: v for k, v in sources(graph).items() if k != "0xa101"} == {
        "0xa103": "victim101",
        "0xa104": "10.101.0.66",
    }
    relayed = graph.relationships["REMOTE_LOGON"].filter(pl.col("logon_id") == "0xa104")
    assert relayed.item(0, "doubt") == "name_address_mismatch"


def test_localhost_is_nobodys_name(built: Built) -> None:
    assert sources(built("s03_localhost")) == {"0xa001": "10.100.0.66"}


def test_a_link_local_address_with_a_name_isnt_the_machine_itself(built: Built) -> None:
    graph = built("t15_fe80_named.xml")
    assert sources(graph) == {"0x821": "pc82"}


@pytest.mark.parametrize("name", ["lease.jsonl", "lease_without_broadcast.jsonl"])
def test_a_broadcast_takes_no_address_away(built: Built, name: str) -> None:
    assert set(sources(built(name)).values()) == {"pc1"}
