"""`status` says what records contradict: how much of it, and each on request."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from graphhunt.cli.app import app

SSHD = "Mar  2 09:00:00 localhost sshd[42]: Accepted password for alice from 192.0.2.7 port 4022 ssh2\n"


def run(workspace: Path, *arguments: str) -> str:
    found = CliRunner().invoke(app, ["--workspace", str(workspace), *arguments])
    assert found.exit_code == 0, found.output
    return found.stdout


def test_status_counts_doubts_and_lists_them_with_their_records(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(SSHD)
    run(workspace, "load", str(tmp_path / "auth.log"))
    short = run(workspace, "status")
    assert "doubt: localhost: 1 found, 0 repaired\nsee: graphhunt status --problems\n" in short
    assert "localhost@auth.log" not in short
    state = json.loads(run(workspace, "status", "--problems", "--json"))
    assert state["doubts"] == {"localhost": {"found": 1, "repaired": 0}}
    [problem] = state["problems"]
    assert (problem["kind"], problem["subject"], problem["repaired"]) == ("localhost", "localhost@auth.log", False)
    [event] = problem["evidence"]
    assert SSHD.strip() in run(workspace, "evidence", event)
    assert "problems" not in json.loads(run(workspace, "status", "--json"))
    listed = " ".join(run(workspace, "status", "--problems").split())
    assert f"localhost@auth.log: 1 records of auth.log name no host but localhost; the log stands for the machine " \
           f"[{event}]" in listed  # fmt: skip


def test_no_problem_is_said_with_what_was_looked_at(workspace: Path, tmp_path: Path) -> None:
    assert "problems: not looked for" in run(workspace, "status", "--problems")
    assert json.loads(run(workspace, "status", "--problems", "--json"))["problems"] is None
    (tmp_path / "auth.log").write_text(SSHD.replace("localhost", "gate"))
    run(workspace, "load", str(tmp_path / "auth.log"))
    state = json.loads(run(workspace, "status", "--problems", "--json"))
    nodes, relationships = (sum(state[part].values()) for part in ("nodes", "relationships"))
    assert nodes > relationships > 0
    wanted = f"problems: none among {nodes} nodes and {relationships} relationship"
    assert wanted in " ".join(run(workspace, "status", "--problems").split())
    assert "in none of 1 record\n" in run(workspace, "find", "nobody-of-this-name")
    assert "in 1 record of 1 file; 1 of them in the graph\n" in run(workspace, "find", "192.0.2.7")
