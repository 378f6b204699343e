"""What is computed from the snapshot's tables is kept beside them, and never believed when it doesn't fit."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from graphhunt.errors import DamageError
from graphhunt.evidence.proof import file_hash, prove
from graphhunt.graph import state
from graphhunt.graph.graph import Graph
from graphhunt.graph.snapshot import Snapshot
from graphhunt.schema import RELATIONSHIPS, Property


def graph(*names: str) -> Graph:
    empty = pl.DataFrame()
    return Graph({"Machine": pl.DataFrame({"id": list(names)})}, {}, empty, empty, empty, empty, empty)


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    made = Snapshot(tmp_path / "graph")
    made.replace(graph("a", "b"), "f" * 32)
    return made


def never() -> dict[str, np.ndarray]:
    raise AssertionError("computed a second time")


def scores(snapshot: Snapshot, *values: float) -> list[float]:
    """Ask for as many scores as there are values, which are what they are computed to be."""
    found = snapshot.computed("scores", len(values), lambda: {"total": np.array(values), "said": np.arange(3)})
    assert found["said"].tolist() == [0, 1, 2]
    return found["total"].tolist()


def test_arrays_are_computed_once_for_all_processes(snapshot: Snapshot) -> None:
    assert scores(snapshot, 1.0, 2.0) == [1.0, 2.0]
    assert Snapshot(snapshot.folder).computed("scores", 2, never)["total"].tolist() == [1.0, 2.0]
    assert snapshot.names() == ["ClockSkew", "Corrected", "Corroboration", "Doubts", "Machine", "Undrawn"]


def test_another_graph_is_computed_anew(snapshot: Snapshot) -> None:
    scores(snapshot, 1.0, 2.0)
    snapshot.replace(graph("a", "c"), "e" * 32)
    assert scores(snapshot, 3.0, 4.0) == [3.0, 4.0]


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01", b"PK\x03\x04cut", b"no array" * 9])
def test_a_damaged_file_is_replaced(snapshot: Snapshot, content: bytes) -> None:
    scores(snapshot, 1.0, 2.0)
    (file,) = snapshot.folder.glob("*/scores.kept")
    file.write_bytes(content)
    assert scores(snapshot, 5.0, 6.0) == [5.0, 6.0]
    assert snapshot.computed("scores", 2, never)["total"].tolist() == [5.0, 6.0]


def test_an_array_of_another_size_is_not_believed(snapshot: Snapshot) -> None:
    scores(snapshot, 1.0, 2.0)
    assert scores(snapshot, 0.0, 0.0, 0.0) == [0.0, 0.0, 0.0]


def test_without_a_snapshot_it_is_computed(tmp_path: Path) -> None:
    assert scores(Snapshot(tmp_path), 1.0) == [1.0]
    assert list(tmp_path.iterdir()) == []


def test_while_the_first_tables_are_written_there_is_nothing_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Snapshot(tmp_path / "graph")
    seen = []

    def hash_and_look(path: Path) -> str:
        seen.append((reader.fingerprint, reader.names(), reader.table("Machine"), reader.damaged()))
        return file_hash(path)

    monkeypatch.setattr("graphhunt.graph.snapshot.file_hash", hash_and_look)
    Snapshot(tmp_path / "graph").replace(graph("a"), "f" * 32)
    assert seen == [(None, [], None, [])] * 6
    assert reader.fingerprint == "f" * 32
    (tmp_path / "graph" / "current.json").unlink()
    with pytest.raises(DamageError):
        reader.names()


@pytest.mark.parametrize("gone", ["before it is proved", "before it is read"])
def test_a_reader_that_meets_a_replacement_reads_the_new_graph(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    replaced: list[Any] = []

    def prove_late(path: Path, expected: str, what: str) -> None:
        if gone == "before it is read":
            prove(path, expected, what)
        if not replaced:
            replaced.append(path)
            Snapshot(snapshot.folder).replace(graph("a", "c"), "e" * 32)
        if gone == "before it is proved":
            prove(path, expected, what)

    monkeypatch.setattr("graphhunt.graph.snapshot.prove", prove_late)
    found = Snapshot(snapshot.folder).table("Machine")
    assert found is not None
    assert found.get_column("id").to_list() == ["a", "c"]
    assert not replaced[0].exists()


def test_a_damaged_table_is_made_again_once_however_many_ask(snapshot: Snapshot) -> None:
    (path,) = snapshot.folder.glob("tables-*/Machine.parquet")
    path.write_bytes(b"damaged")
    made = []

    def remake() -> tuple[Graph, str]:
        made.append(threading.get_ident())
        time.sleep(0.2)
        return graph("a", "b"), "f" * 32

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(Snapshot(snapshot.folder, remake).table, "Machine") for _ in range(8)]
    tables = [one.result() for one in asked]
    assert [table.get_column("id").to_list() for table in tables if table is not None] == [["a", "b"]] * 8
    assert len(made) == 1


def test_a_graph_made_again_does_not_replace_one_written_meanwhile(snapshot: Snapshot) -> None:
    (path,) = snapshot.folder.glob("tables-*/Machine.parquet")
    path.write_bytes(b"damaged")
    load = threading.Thread(target=Snapshot(snapshot.folder).replace, args=(graph("new"), "e" * 32))

    def remake() -> tuple[Graph, str]:
        load.start()
        time.sleep(0.2)
        return graph("a", "b"), "f" * 32

    Snapshot(snapshot.folder, remake).table("Machine")
    load.join()
    assert snapshot.fingerprint == "e" * 32


def test_the_waiting_file_of_another_writer_is_left_alone(snapshot: Snapshot) -> None:
    theirs = snapshot.folder / "current.json.new"
    theirs.write_bytes(b"theirs")
    snapshot.replace(graph("a", "c"), "e" * 32)
    assert theirs.read_bytes() == b"theirs"
    assert {path.name for path in snapshot.folder.glob("current.json*")} == {"current.json", "current.json.new"}


def test_a_new_row_of_the_schema_is_another_version_of_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    before, kind = state._columns(), RELATIONSHIPS["LOGGED_ON"]
    first, *rest = kind.columns
    reworded = kind._replace(columns=(first._replace(meaning="the same in other words"), *rest))
    monkeypatch.setitem(RELATIONSHIPS, "LOGGED_ON", reworded)
    assert state._columns() == before
    monkeypatch.setitem(RELATIONSHIPS, "LOGGED_ON", kind._replace(columns=(*kind.columns, NEW)))
    assert state._columns() != before


NEW = Property("ticket_guid", "text", "GUID of the ticket the session began with").from_fact("logon_guid")
