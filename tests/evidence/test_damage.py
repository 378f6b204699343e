"""Whatever happens to a file of a workspace: the right answer or an error that names the file, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from graphhunt.cli.app import app
from graphhunt.lab.generator import generate_demo
from graphhunt.store.embedded import stop_engine

pytestmark = pytest.mark.slow

RUNNER = CliRunner()

FILES = {
    "records": "evidence/segments/*/evidence.parquet",
    "index": "evidence/segments/*/index.bin",
    "logons": "evidence/segments/*/logon.parquet",
    "processes": "evidence/segments/*/process_start.parquet",
    "copy of the entry": "evidence/segments/*/entry.json",
    "entry": "evidence/journal/*.json",
    "identity": "workspace.json",
    "current tables": "graph/current.json",
    "table of logons": "graph/tables-*/REMOTE_LOGON.parquet",
    "table of machines": "graph/tables-*/Machine.parquet",
    "table of clocks": "graph/tables-*/ClockSkew.parquet",
    "kept scores": "graph/tables-*/*.kept",
    "kept coverage": "graph/coverage-*.kept",
}
"""A file of every kind that a loaded workspace has, the engine's own aside."""


def flip(data: bytes) -> bytes:
    place = zlib.crc32(data) % len(data)
    return data[:place] + bytes([data[place] ^ 0x04]) + data[place + 1 :]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def zero(data: bytes) -> bytes:
    start = len(data) // 3
    return data[:start] + bytes(min(64, len(data) - start)) + data[start + 64 :]


CHANGES: dict[str, Callable[[bytes], bytes]] = {"flip": flip, "cut": cut, "zero": zero}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("damage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
        patch.setenv("GRAPHHUNT_ENGINE_IDLE", "600")
        generate_demo(folder / "logs", seed=3)
        made = Case(folder)
        yield made
        stop_engine(made.ws)


class Case:
    """A loaded workspace that is put back as it was after each damage."""

    def __init__(self, folder: Path) -> None:
        self.ws, self.backup = folder / "ws", folder / "backup"
        # Two loads, so that there are two files of each kind to be swapped.
        (log,) = (folder / "logs").glob("*.ndjson")
        lines = log.read_text().splitlines(keepends=True)
        for part in (lines[::2], lines[1::2]):
            log.write_text("".join(part))
            assert self.run("load", str(log)).exit_code == 0
        self.records = self._some_records()
        self.commands: list[tuple[str, ...]] = [
            *(("evidence", event_id) for event_id in self.records),
            ("evidence", "0" * 32),
            ("status",),
            ("coverage",),
            ("paths",),
            ("hunt", "lateral-movement", "--no-write"),
            ("hunt", "blast-radius", "-p", "machine=JUMP01"),
            ("export", "csv", "--out", str(folder / "out")),
            ("find", "jump01"),
            ("entity", "machine", "jump01"),
            ("query", "MATCH (m:Machine) RETURN m.id ORDER BY m.id"),
        ]
        self.right = {command: self.answer(*command) for command in self.commands}
        assert [code for code, _, _ in self.right.values()] == [0] * len(self.records) + [2] + [0] * 9
        shutil.copytree(self.ws, self.backup, ignore=shutil.ignore_patterns("engine", "lock"))

    def _some_records(self) -> list[str]:
        """Give the first record of the oldest segment and the last of the newest."""
        files = sorted(self.ws.glob("evidence/segments/*/evidence.parquet"))
        columns = [pq.read_table(file, columns=["event_id"]).column(0).to_pylist() for file in files]
        return [columns[0][0], columns[-1][-1]]

    def run(self, *arguments: str) -> Result:
        return RUNNER.invoke(app, ["--workspace", str(self.ws), *arguments])

    def answer(self, *command: str) -> tuple[int, Any, str]:
        """Give exit code, answer and messages of a command."""
        result = self.run(*command, "--json")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{command} ended with a traceback") from result.exception
        found: Any = json.loads(result.stdout) if result.stdout else None
        if command[0] == "export" and result.exit_code == 0:
            out = Path(command[-1])
            found = {path.name: path.read_bytes() for path in out.iterdir()}
            shutil.rmtree(out)
        return result.exit_code, found, result.stderr

    def restore(self) -> None:
        for name in ("evidence", "graph"):
            shutil.rmtree(self.ws / name)
            shutil.copytree(self.backup / name, self.ws / name)
        shutil.copy2(self.backup / "workspace.json", self.ws / "workspace.json")


def damaged(case: Case, kind: str) -> Iterator[str]:
    """Damage the newest file of a kind in one way after the other."""
    for name, change in CHANGES.items():
        path = sorted(case.ws.glob(FILES[kind]))[-1]
        path.write_bytes(change(path.read_bytes()))
        yield name
        case.restore()
    sorted(case.ws.glob(FILES[kind]))[-1].unlink()
    yield "missing"
    case.restore()
    *others, path = sorted(case.ws.glob(FILES[kind]))
    if kind.startswith("table"):
        others = [path.with_name("User.parquet")]
    if others:
        other, own = others[0].read_bytes(), path.read_bytes()
        others[0].write_bytes(own)
        path.write_bytes(other)
        yield "swapped"
        case.restore()


@pytest.mark.parametrize("kind", FILES)
def test_every_command_gives_the_right_answer_or_names_the_damage(case: Case, kind: str) -> None:
    seen = 0
    for how in damaged(case, kind):
        seen += 1
        for command in case.commands:
            code, found, messages = case.answer(*command)
            right_code, right, _ = case.right[command]
            if isinstance(found, dict):
                found.pop("damage", None)
            about = f"{how} {kind}: {' '.join(command)}: {messages}"
            if code == right_code:
                assert found == right, about
            else:
                assert (code, found) == (1, None), about
                assert messages.splitlines()[-1].startswith("error: "), about
                assert str(case.ws) in messages, about
                assert "copy" in messages, about
    assert seen >= 4


@pytest.mark.parametrize("kind", FILES)
def test_verify_names_each_damage_or_it_is_mended(case: Case, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    names = FILES[kind].split("/")[-1].strip("*")
    for how in damaged(case, kind):
        caplog.clear()
        code, found, messages = case.answer("verify")
        if found is None:  # the workspace can't be opened at all
            assert (code, kind) == (1, "identity")
            continue
        named = any(names in one["file"] and one["remedy"] for one in found["damaged"])
        mended = "is written again" in caplog.text
        kept = kind.startswith("kept")  # thrown away and computed anew wherever it is read
        lost_copy = kind == "copy of the entry" and how == "missing"
        assert named or mended or kept or lost_copy, (how, kind, found, messages)
        assert code == (0 if found["ok"] else 1)
        assert found["ok"] == (not found["damaged"])
    assert case.answer("verify")[:2] == (0, {"damaged": [], "records": case.right[("status",)][1]["events"],
                                             "files": case.answer("verify")[1]["files"], "ok": True})  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value"), [("entry", rb'"rows":\s*'), ("identity", rb'"id":\s*"')], ids=["entry", "id"]
)
def test_a_changed_digit_of_a_sound_document_is_not_believed(case: Case, kind: str, value: bytes) -> None:
    """The file is whole and can be read; only its seal tells that it isn't what was written."""
    path = sorted(case.ws.glob(FILES[kind]))[-1]
    data = path.read_bytes()
    found = re.search(value, data)
    assert found is not None
    place = found.end()
    path.write_bytes(data[:place] + (b"3" if data[place : place + 1] == b"2" else b"2") + data[place + 1 :])
    code, answer, messages = case.answer("status")
    case.restore()
    assert (code, answer) in ((1, None), case.right[("status",)][:2])
    assert code == 0 or str(path) in messages


def test_the_other_records_of_a_damaged_file_are_shown(case: Case) -> None:
    """One changed letter in one record, the file otherwise as a careful forger would leave it."""
    path = sorted(case.ws.glob(FILES["records"]))[0]
    table = pq.read_table(path)
    rows = table.to_pylist()
    forged = rows[3]["event_id"]
    rows[3]["raw"] = rows[3]["raw"].replace("e", "a", 1)
    pq.write_table(table.from_pylist(rows, table.schema), path)
    code, found, messages = case.answer("evidence", forged)
    assert (code, found) == (1, None)
    assert forged in messages
    assert f"{path}, row 3" in messages
    code, found, _ = case.answer("evidence", rows[4]["event_id"])
    assert (code, found["record"]) == (0, rows[4]["raw"])
    assert "other parts of its file are damaged" in found["damage"]
    code, found, _ = case.answer("verify")
    assert code == 1
    assert [one["event_ids"] for one in found["damaged"]] == [[forged]]
    case.restore()


def test_a_lost_journal_entry_loses_no_event(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    entry = sorted(case.ws.glob(FILES["entry"]))[0]
    content = entry.read_bytes()
    entry.unlink()
    assert case.answer("status")[:2] == (0, case.right[("status",)][1])
    assert entry.stem in caplog.text
    assert entry.read_bytes() == content
    case.restore()


def test_mended_tables_are_what_they_were(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    before = {path.name: path.read_bytes() for path in case.ws.glob("graph/tables-*/*.parquet")}
    os.truncate(next(case.ws.glob(FILES["table of logons"])), 100)
    assert case.answer("paths")[:2] == case.right[("paths",)][:2]
    assert caplog.text.count("they are made again from the facts") == 1
    assert {path.name: path.read_bytes() for path in case.ws.glob("graph/tables-*/*.parquet")} == before
    case.restore()


def test_a_database_that_lost_its_files_is_an_error_and_a_load_writes_it_anew(case: Case, tmp_path: Path) -> None:
    database = case.ws / "engine" / "databases" / "graphhunt"
    stop_engine(case.ws)
    (database / "schema.json").unlink()
    for command in (("find", "jump01"), ("entity", "machine", "jump01"), case.commands[-1]):
        code, found, messages = case.answer(*command)
        assert (code, found) == (1, None), command
        assert "load any of the files again" in messages
    code, found, _ = case.answer("verify")
    assert (code, [one["file"] for one in found["damaged"]]) == (1, ["engine"])
    assert case.run("load", str(next((case.ws.parent / "logs").glob("*.ndjson")))).exit_code == 0
    for command in (("find", "jump01"), case.commands[-1]):
        assert case.answer(*command)[:2] == case.right[command][:2]
    assert case.answer("verify")[0] == 0
