"""What an older loader read is told by `status`, and read again by `reread` and by the next `load`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from graphhunt.cli.app import app
from graphhunt.evidence import Workspace
from graphhunt.evidence.proof import file_hash

LINES = (
    "Mar  2 09:00:00 web1 sshd[42]: Accepted password for alice from 192.0.2.7 port 4022 ssh2\n"
    "Mar  2 09:00:05 web1 sshd[43]: Failed password for root from 192.0.2.8 port 4023 ssh2\n"
    "Mar  2 09:00:09 web1 sshd[43]: Connection closed by 192.0.2.8 port 4023\n"
)


def run(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(workspace), *arguments])


def said(workspace: Path, *arguments: str) -> str:
    found = run(workspace, *arguments)
    assert found.exit_code == 0, found.output
    return found.stdout


def state(workspace: Path) -> dict[str, Any]:
    found = json.loads(said(workspace, "status", "--digest", "--files", "--json"))
    return {name: found[name] for name in ("digest", "accounting", "nodes", "relationships", "older")}


def spoil(path: Path) -> None:
    """Make what is kept that of a loader which took everybody for nobody."""
    workspace = Workspace(path)
    (segment,) = workspace.live()
    facts = workspace.folder(segment.id) / "logon.parquet"
    table = pq.read_table(facts)
    users = pa.array(["nobody"] * table.num_rows)
    pq.write_table(table.set_column(table.column_names.index("user"), "user", users), facts)
    entry = replace(
        segment,
        files={**segment.files, facts.name: file_hash(facts)},
        sources=[replace(source, version="0.1.0") for source in segment.sources],
    )
    workspace.journal.append(entry)


def test_an_older_loaders_records_are_read_again(workspace: Path, tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text(LINES)
    said(workspace, "load", str(log))
    fresh = state(workspace)
    assert fresh["older"] == {"records": {}, "lost": {}}

    spoil(workspace)
    assert "3 records were read by an older loader (linux_auth); the next load" in said(workspace, "status")
    assert "3 records of older loaders read again\n" in said(workspace, "reread", "--loader", "linux_auth")
    assert state(workspace) == fresh

    spoil(workspace)
    assert "3 records of older loaders read again\n" in said(workspace, "load", str(log))
    assert state(workspace) == fresh
    assert "older loader" not in said(workspace, "load", str(log))

    refused = run(workspace, "reread", "--loader", "evtx")
    assert refused.exit_code == 2
    assert "no record was read by a loader called 'evtx'" in refused.output
