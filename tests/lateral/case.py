"""A workspace with a snapshot of its graph, without a database."""

from __future__ import annotations

from pathlib import Path

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import build
from graphhunt.graph.snapshot import Snapshot


def snapshot(folder: Path, logs: Path) -> Snapshot:
    """Load logs and compute their graph."""
    workspace = Workspace(folder)
    ingest(workspace, [logs])
    found = Snapshot(folder / "graph")
    found.replace(build(lambda kind: workspace.facts(kind).collect()), workspace.fingerprint())
    return found
