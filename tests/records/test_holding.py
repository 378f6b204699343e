"""A text is found in every record that holds it; what is expected is counted by reading the records through."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.graph.snapshot import Snapshot
from graphhunt.records.asking import RecordSearch
from graphhunt.records.index import FOLDER
from graphhunt.store.sync import compute

TEXTS = (
    "root", "10.0.0.1", "sshd", r"c:\windows\system32\cmd.exe", "administrator", "CN=eve48", "nothing-has-this",
    "System32", "svchost.EXE", "failed password",
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(tmp_path_factory.mktemp("records") / "workspace")
    ingest(found, [shared_data / name for name in ("evtx_cc0", "ssh_auth", "sources")], workers=1)
    computed = compute(found)
    assert computed is not None
    Snapshot(found.path / "graph").replace(computed.graph, computed.fingerprint)
    return found


def searched(workspace: Workspace) -> RecordSearch:
    """Search as a new process does."""
    return RecordSearch(workspace, lambda: Snapshot(workspace.path / "graph"), "")


def holding(workspace: Workspace, text: str) -> set[str]:
    """Read every record through."""
    paths = [workspace.folder(segment.id) / EVIDENCE_FILE for segment in workspace.live() if segment.rows]
    rows = pl.concat([pl.read_parquet(path, columns=["event_id", "raw"]) for path in paths]).iter_rows()
    return {key for key, raw in rows if text.lower() in raw.replace("\\\\", "\\").replace('\\"', '"').lower()}


@pytest.mark.parametrize("text", TEXTS)
def test_as_many_records_as_hold_it(workspace: Workspace, text: str) -> None:
    wanted = holding(workspace, text)
    for _ in range(2):  # made at the first search, kept for the second
        found = searched(workspace).holding(text)
        assert found["records"] == len(wanted)
        assert {row["event_id"] for row in found["first"]} <= wanted
        assert found["drawn"] + sum(found["not_drawn"].values()) == found["records"]
    assert len(list((workspace.path / FOLDER).iterdir())) == len([s for s in workspace.live() if s.rows])


def test_why_a_record_is_not_in_the_graph(workspace: Workspace) -> None:
    """The two System/7036 records of the set have no mapping."""
    found = searched(workspace).holding("7036")
    assert found["not_drawn"].get("skipped: unmapped: System/7036") == 2


def test_pieces_that_are_damaged_are_made_again(workspace: Workspace) -> None:
    before = searched(workspace).holding("sshd")
    for kept in (workspace.path / FOLDER).glob("*/pieces.parquet"):
        kept.write_bytes(kept.read_bytes()[:-40])
    assert searched(workspace).holding("sshd") == before


def test_a_text_without_letters_is_in_no_record(workspace: Workspace) -> None:
    assert searched(workspace).holding("::")["records"] == 0


def test_who_waits_for_the_index_is_told(workspace: Workspace) -> None:
    """Only while it is made, with how many of the records are done."""
    for kept in (workspace.path / FOLDER).glob("*/made.json"):
        kept.unlink()
    told: list[tuple[str, int, int, int]] = []
    search = searched(workspace)
    search.ready(lambda *step: told.append(step))
    count = sum(segment.rows for segment in workspace.live())
    assert told
    assert {(phase, total) for phase, _, total, _ in told} == {("index", count)}
    told.clear()
    searched(workspace).ready(lambda *step: told.append(step))
    assert told == []
