"""What is computed from the snapshot's tables is kept beside them, and never believed when it doesn't fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from graphhunt.graphing.graph import Graph
from graphhunt.graphing.snapshot import Snapshot


def graph(*names: str) -> Graph:
    empty = pl.DataFrame()
    return Graph({"Machine": pl.DataFrame({"id": list(names)})}, {}, empty, empty)


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    made = Snapshot(tmp_path / "graph")
    made.replace(graph("a", "b"), "f" * 32)
    return made


def never() -> np.ndarray:
    raise AssertionError("computed a second time")


def test_an_array_is_computed_once_for_all_processes(snapshot: Snapshot) -> None:
    assert snapshot.computed("scores", 2, lambda: np.array([1.0, 2.0])).tolist() == [1.0, 2.0]
    assert Snapshot(snapshot.folder).computed("scores", 2, never).tolist() == [1.0, 2.0]
    assert snapshot.names() == ["ClockSkew", "Corroboration", "Machine"]


def test_another_graph_is_computed_anew(snapshot: Snapshot) -> None:
    snapshot.computed("scores", 2, lambda: np.array([1.0, 2.0]))
    snapshot.replace(graph("a", "c"), "e" * 32)
    assert snapshot.computed("scores", 2, lambda: np.array([3.0, 4.0])).tolist() == [3.0, 4.0]


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01", b"no array" * 9])
def test_a_damaged_file_is_replaced(snapshot: Snapshot, content: bytes) -> None:
    snapshot.computed("scores", 2, lambda: np.array([1.0, 2.0]))
    (file,) = snapshot.folder.glob("*/scores.kept")
    file.write_bytes(content)
    assert snapshot.computed("scores", 2, lambda: np.array([5.0, 6.0])).tolist() == [5.0, 6.0]
    assert snapshot.computed("scores", 2, never).tolist() == [5.0, 6.0]


def test_an_array_of_another_size_is_not_believed(snapshot: Snapshot) -> None:
    snapshot.computed("scores", 2, lambda: np.array([1.0, 2.0]))
    assert snapshot.computed("scores", 3, lambda: np.zeros(3)).tolist() == [0.0, 0.0, 0.0]


def test_without_a_snapshot_it_is_computed(tmp_path: Path) -> None:
    assert Snapshot(tmp_path).computed("scores", 1, lambda: np.ones(1)).tolist() == [1.0]
    assert list(tmp_path.iterdir()) == []
