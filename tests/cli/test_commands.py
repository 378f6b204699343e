"""Every command on a small loaded case: data on stdout, messages on stderr, exit codes, hostile text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from graphhunt.cli.app import app
from graphhunt.cli.query import csv_text, parameters
from graphhunt.cli.show import clean
from graphhunt.errors import UsageError
from graphhunt.lab.generator import generate_demo
from graphhunt.store.embedded import stop_engine

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with the generated intrusion."""
    folder = tmp_path_factory.mktemp("case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
        patch.setenv("GRAPHHUNT_ENGINE_IDLE", "5")
        generate_demo(folder / "logs", seed=3)
        report = data(folder / "ws", "load", str(folder / "logs"))
        assert report["events_read"] == sum(report["events_skipped"].values()) + report["events_loaded"]
        yield folder / "ws"
        stop_engine(folder / "ws")


def run(case: Path, *arguments: str) -> Result:
    return RUNNER.invoke(app, ["--workspace", str(case), *arguments])


def data(case: Path, *arguments: str) -> Any:
    result = run(case, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_loading_again_changes_nothing_and_reports_in_full(case: Path) -> None:
    before = data(case, "status", "--digest")["digest"]
    report = data(case, "load", str(case.parent / "logs"))
    assert data(case, "status", "--digest")["digest"] == before
    assert report["events_loaded"] == 0
    assert report["events_skipped"]["duplicate"] == report["events_read"]
    assert {"files", "events_read", "events_loaded", "events_skipped", "events_rejected", "nodes", "relationships",
            "seconds", "events_per_second"} <= report.keys()  # fmt: skip


def test_what_became_of_every_record_is_said(case: Path) -> None:
    state, report = data(case, "status", "--files"), data(case, "load", str(case.parent / "logs"))
    for row in [state["accounting"], *state["accounting"]["files"], report["accounting"]]:
        rejected = sum(found["records"] for found in row["rejected"].values())
        left = sum(row["evidence_only"].values()) + sum(row["skipped"].values()) + rejected
        assert row["read"] == row["drawn"] + left
        assert row["drawn"] > 0
    told = state["accounting"]
    assert told["read"] - told["skipped"].get("duplicate", 0) == state["events"]
    shown = run(case, "status", "--files").stdout
    assert f"{told['read']:,} records read: {told['drawn']:,} drawn" in shown
    assert all(Path(row["file"]).name in shown for row in state["accounting"]["files"])


def test_an_unknown_file_is_a_warning_and_the_rest_is_loaded(case: Path, tmp_path: Path) -> None:
    (tmp_path / "what.bin").write_bytes(bytes(range(256)) * 10)
    result = run(case, "load", str(tmp_path / "what.bin"))
    assert result.exit_code == 1
    assert "what.bin" in result.stderr
    assert run(case, "load", str(tmp_path / "what.bin"), "--strict").exit_code == 1


def test_query_gives_columns_and_rows(case: Path) -> None:
    found = data(case, "query", "MATCH (m:Machine) WHERE m.name = $n RETURN m.name AS name", "--param", "n=APP01")
    assert found == {"columns": ["name"], "rows": [{"name": "APP01"}], "truncated": False}
    cut = data(case, "query", "MATCH (p:Process) RETURN p.id AS id", "--limit", "3")
    assert (len(cut["rows"]), cut["truncated"]) == (3, True)


@pytest.mark.parametrize(
    "cypher", ["MATCH (n) DETACH DELETE n", "CREATE (:User {id: 'x'})", "LOAD CSV FROM 'file:///x' AS r RETURN r"]
)
def test_query_refuses_to_write(case: Path, cypher: str) -> None:
    result = run(case, "query", cypher)
    assert result.exit_code == 1
    assert result.stdout == ""


def test_find_entity_tree_and_evidence_lead_from_one_to_the_next(case: Path) -> None:
    groups = data(case, "find", "app01")["groups"]
    machine = next(item for group in groups if group["kind"] == "Machine" for item in group["items"])
    entity = data(case, "entity", "machine", machine["id"])
    assert {row["relation"] for row in entity["relations"]} >= {"RAN", "LOGGED_ON"}
    assert "LOGGED_ON" in run(case, "entity", "machine", machine["id"]).stdout
    hop = data(case, "paths", "--k", "1")["paths"][0]["hops"][0]
    record = data(case, "evidence", hop["evidence"][0])
    assert hop["logon_id"] in record["record"]
    assert record["position"].startswith("line ")
    tree = data(case, "tree", hop["remote_process_id"])
    assert hop["remote_process_id"] in {node["id"] for node in tree["nodes"]}


def test_paths_have_the_contract_fields(case: Path) -> None:
    found = data(case, "paths", "--from", "lon-ws00005", "--max-dwell", "12h", "--since", "2026-03-01T00:00:00Z")
    for path in found["paths"]:
        assert {"score", "reasons", "hops"} <= path.keys()
        for hop in path["hops"]:
            assert {
                "from",
                "to",
                "user",
                "logon_type",
                "technique",
                "start",
                "end",
                "logon_id",
                "evidence",
            } <= hop.keys()
            assert hop["start"].endswith("Z")
            assert len(hop["start"]) == len("2026-03-01T00:00:00.000000Z")


def test_paths_say_what_led_to_each_hop(case: Path) -> None:
    hops = [hop for path in data(case, "paths")["paths"] for hop in path["hops"]]
    told = {hop["cause_reason"]: hop["cause_proved"] for hop in hops if hop["cause_how"] not in (None, "none")}
    assert told
    shown = " ".join(run(case, "paths").stdout.split())
    for reason, proved in told.items():
        assert f"led to by: {reason} ({'proved' if proved else 'inferred'})" in shown


def test_status_digest_and_coverage(case: Path) -> None:
    state = data(case, "status", "--digest")
    assert len(state["digest"]) == 64
    machines = {row["machine"]: row for row in data(case, "coverage")["machines"]}
    assert {"Security", "Sysmon"} <= {channel["channel"] for channel in machines["app01"]["channels"]}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["evidence", "0" * 32], 2), (["entity", "spaceship", "x"], 2), (["paths", "--since", "yesterday"], 2),
        (["paths", "--max-dwell", "long"], 2), (["tree", "no such process"], 2), (["query", "MATCH (n) RETURN"], 1),
        (["load"], 2), (["nonsense"], 2),
    ],
)  # fmt: skip
def test_errors_say_what_and_end_with_their_code(case: Path, arguments: list[str], code: int) -> None:
    result = run(case, *arguments)
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["plugins", "config", "status", "coverage", "analyses"])
def test_commands_without_arguments_give_json_and_text(case: Path, command: str) -> None:
    data(case, command)
    assert run(case, command).exit_code == 0


def test_an_empty_workspace_says_so(tmp_path: Path) -> None:
    assert "nothing is loaded" in data(tmp_path, "status")["reason"]
    assert data(tmp_path, "paths")["reason"]
    assert data(tmp_path, "coverage")["reason"]


def test_config_masks_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHHUNT_DB_PASSWORD", "canary-password")
    result = run(tmp_path, "config", "--json")
    assert "canary-password" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "text", ["\x1b[31mred", "a\rb", "\x9b31m", "\u202egpj.exe", "\u2066x", "bell\x07", "\ud800", "[bold]x[/x]"]
)
def test_log_text_can_not_control_the_terminal(text: str) -> None:
    shown = clean(text)
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\ud800" for c in shown)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", ' "=1', "  =1", "＝1", "\0=1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    written = csv_text(["c"], [{"c": cell}]).split("\r\n", 1)[1].lstrip('"')
    assert written.startswith("'")


def test_parameters_are_json_or_text() -> None:
    assert parameters(["a=1", "b=x", 'c=["y"]', "d="]) == {"a": 1, "b": "x", "c": ["y"], "d": ""}
    with pytest.raises(UsageError):
        parameters(["a"])
