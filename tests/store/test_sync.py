"""The database holds the graph of the set of events, however they were loaded, on either engine."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from graphhunt.errors import StoreError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import build
from graphhunt.graph.snapshot import Changes, Snapshot
from graphhunt.graph.state import VERSION
from graphhunt.ids import digest
from graphhunt.store import Store
from graphhunt.store.digest import graph_digest
from graphhunt.store.filled import require_filled
from graphhunt.store.sync import sync
from tests.conftest import raw

ARCHIVES = (
    "empire_psremoting_stager.zip",
    "empire_shell_rpc_samr_smb_group_domain_admins_standard_user.zip",
    "empire_shell_rubeus_asktgt_createnetonly.zip",
)


def load(folder: Path, store: Store, files: list[Path]) -> Workspace:
    workspace = Workspace(folder)
    ingest(workspace, files)
    sync(workspace, store)
    return workspace


@pytest.fixture(scope="module")
def archives(shared_data: Path) -> list[Path]:
    return [shared_data / "mordor_theshire_2020" / name for name in ARCHIVES]


@pytest.fixture(scope="module")
def expected(archives: list[Path], tmp_path_factory: pytest.TempPathFactory, _embedded_session: Store) -> str:
    """The digest on the embedded engine after one load of everything."""
    raw(_embedded_session, "MATCH (n) DETACH DELETE n")
    load(tmp_path_factory.mktemp("expected"), _embedded_session, archives)
    return graph_digest(_embedded_session)


def test_one_load_gives_one_digest_on_both_engines(
    expected: str, store: Store, archives: list[Path], tmp_path: Path
) -> None:
    workspace = load(tmp_path, store, archives)
    assert graph_digest(store) == expected
    held = Counter(str(row[0]) for row in raw(store, "MATCH ()-[r]->() RETURN type(r)"))
    snapshot = Snapshot(workspace.path / "graph")
    assert held == {name: height for name, height in snapshot.heights().items() if name in held}


def test_parts_in_another_order_and_twice_give_the_same(
    expected: str, store: Store, archives: list[Path], tmp_path: Path
) -> None:
    for archive in [*reversed(archives), archives[0]]:
        load(tmp_path, store, [archive])
    assert graph_digest(store) == expected


def test_a_second_sync_writes_nothing(store: Store, archives: list[Path], tmp_path: Path) -> None:
    workspace = load(tmp_path, store, archives[:1])
    assert sync(workspace, store) is None


def test_a_lost_snapshot_is_made_anew(expected: str, store: Store, archives: list[Path], tmp_path: Path) -> None:
    workspace = load(tmp_path, store, archives)
    (workspace.path / "graph" / "current.json").unlink()
    assert sync(workspace, store) is not None
    assert graph_digest(store) == expected


def test_a_load_after_damage_to_a_table_is_whole(
    expected: str, store: Store, archives: list[Path], tmp_path: Path
) -> None:
    workspace = load(tmp_path, store, archives[:1])
    (table,) = workspace.path.glob("graph/tables-*/Machine.parquet")
    os.truncate(table, 100)
    load(tmp_path, store, archives[1:])
    assert graph_digest(store) == expected


def test_tables_made_again_while_they_are_compared_are_not_believed(
    expected: str, store: Store, archives: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(tmp_path, store, archives[:1])
    compare = Snapshot.changes

    def changes(snapshot: Snapshot, name: str, table: pl.DataFrame) -> Changes:
        found = compare(snapshot, name, table)
        if name == "Machine":  # another process finds damage and builds the graph of the new facts
            current = Workspace(tmp_path)
            graph = build(lambda kind: current.facts(kind).collect())
            snapshot.replace(graph, digest(current.fingerprint(), "default", str(VERSION)))
        return found

    monkeypatch.setattr(Snapshot, "changes", changes)
    load(tmp_path, store, archives[1:])
    assert graph_digest(store) == expected


def test_a_damaged_database_is_repaired(expected: str, store: Store, archives: list[Path], tmp_path: Path) -> None:
    """What an interrupted write leaves: things missing, things too many, things with old values, and the mark."""
    workspace = load(tmp_path, store, archives)
    raw(store, "MATCH (m:Machine)-[r:RAN]->(p:Process) WHERE p.name STARTS WITH 'p' DETACH DELETE p")
    raw(store, "MATCH ()-[r:REMOTE_LOGON]->() SET r.technique = 'T0000'")
    raw(store, "CREATE (:User {id: 'left over'})-[:LOGGED_ON {id: 'left over'}]->(:Machine {id: 'left over'})")
    raw(store, "MATCH (c:Client) SET c.state = ''")
    assert graph_digest(store) != expected
    sync(workspace, store)
    assert graph_digest(store) == expected


def test_what_analytics_wrote_stays(store: Store, archives: list[Path], tmp_path: Path) -> None:
    load(tmp_path, store, archives[:1])
    raw(store, "MATCH (m:Machine) SET m.session_id = 's'")
    load(tmp_path, store, archives[1:])
    assert {row[0] for row in raw(store, "MATCH (m:Machine {id: 'workstation6'}) RETURN m.session_id")} == {"s"}


def test_what_enrichers_flagged_stays(expected: str, store: Store, archives: list[Path], tmp_path: Path) -> None:
    """The repair by what the database holds takes neither indicators nor their flags for damage."""
    load(tmp_path, store, archives)
    address = str(raw(store, "MATCH (n:IP) RETURN n.id ORDER BY n.id LIMIT 1")[0][0])
    store.put_nodes("Indicator", [{"id": "i1", "props": {"name": address, "list": "mine"}}])
    flag = {"start": "i1", "end": address, "id": "f1", "props": {"source": "mine"}}
    store.put_relationships(("FLAGGED", "Indicator", "IP"), [flag])
    (tmp_path / "graph" / "current.json").unlink()
    sync(Workspace(tmp_path), store)
    assert raw(store, "MATCH (:Indicator {id: 'i1'})-[f:FLAGGED]->(n) RETURN n.id") == [[address]]
    assert graph_digest(store) == expected


def test_a_database_of_another_workspace_is_refused(store: Store, archives: list[Path], tmp_path: Path) -> None:
    load(tmp_path / "one", store, archives[:1])
    with pytest.raises(StoreError, match="another workspace"):
        load(tmp_path / "other", store, archives[1:2])


def test_the_graph_of_another_workspace_answers_nothing(store: Store, archives: list[Path], tmp_path: Path) -> None:
    one = load(tmp_path / "one", store, archives[:1])
    raw(store, "MATCH (n) DETACH DELETE n")
    other = load(tmp_path / "other", store, archives[1:2])
    require_filled(other, store, "default", None)
    with pytest.raises(StoreError, match="another workspace"):
        require_filled(one, store, "default", None)
