"""Every record of every data set is drawn, evidence only, skipped or rejected; no record is lost or counts twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.snapshot import Snapshot
from graphhunt.questions.accounting import NOT_YET, accounting
from graphhunt.store.sync import compute, snapshot_of

CAMPAIGNS = ("mordor_theshire_2020", "mordor_purplesharp")
RULES = "sigma"
"""The folder of the telemetry that holds none."""


def numbers(row: dict[str, Any]) -> list[int]:
    """Give what became of the records: drawn, evidence only, skipped, rejected."""
    rejected = sum(found["records"] for found in row["rejected"].values())
    return [row["drawn"], sum(row["evidence_only"].values()), sum(row["skipped"].values()), rejected]


def check(workspace: Workspace) -> dict[str, Any]:
    found = accounting(workspace, snapshot_of(workspace), files=True)
    assert [row["file"] for row in found["files"] if row["read"] != sum(numbers(row))] == []
    assert found["read"] == sum(numbers(found)) == sum(row["read"] for row in found["files"])
    # The journal counts while it loads; what is left is told from the records and the graph.
    loaded: dict[tuple[str, str], int] = {}
    for source in workspace.sources():
        loaded[source.file, source.loader] = loaded.get((source.file, source.loader), 0) + source.loaded
    assert {(row["file"], row["loader"]): sum(numbers(row)[:2]) for row in found["files"]} == loaded
    return found


def test_of_every_file_all_records_are_accounted_for(shared_data: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    sets = sorted(path for path in shared_data.iterdir() if path.is_dir() and path.name not in (*CAMPAIGNS, RULES))
    report = ingest(workspace, sets, workers=1)
    computed = compute(workspace)
    assert computed is not None
    Snapshot(workspace.path / "graph").replace(computed.graph, computed.fingerprint)
    found = check(workspace)
    assert found["read"] == report.events_read
    assert all(any(row["file"].startswith(f"{one}/") for row in found["files"]) for one in sets if one.name != "ocsf")


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_of_the_campaigns_too(name: str, real_case: Any) -> None:
    assert "reason" not in check(Workspace(real_case(name)))


def test_before_there_is_a_graph_it_says_so(shared_data: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    ingest(workspace, [shared_data / "ssh_auth"], workers=1)
    assert accounting(workspace, Snapshot(workspace.path / "graph"))["reason"] == NOT_YET
