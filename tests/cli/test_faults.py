"""Faults of graphhunt's own, put into real processes: one line on stderr, exit code 1, a traceback in a log file only.

The faults come from a plugin that is installed beside the product, as a stranger's would be, or from a library that
is damaged on disk.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

HOSTILE = (
    "\\x1b[31mred\\nTraceback (most recent call last):\\r\\u202e password=hunter2 bolt://neo4j:hunter3@host s3cret"
)
"""What a fault says, written as in source code: colours, line breaks, a turned line, secrets of three kinds."""

PLUGIN = f'''
import atexit, logging, os, signal, threading
from graphhunt.loaders.windows_json import WindowsJsonLoader

def fail():
    raise RuntimeError("{HOSTILE}")

def note():
    try:
        fail()
    except RuntimeError:
        logging.getLogger("graphhunt.some").exception("noted")

class Loader(WindowsJsonLoader):
    name = "faulty"

    def __init__(self):
        kind = os.environ["FAULT"]
        if kind == "thread":
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
        elif kind == "exit":
            atexit.register(fail)
        elif kind == "logged":
            note()
        elif kind == "interrupt":
            os.kill(os.getpid(), signal.SIGINT)

    def sniff(self, head, name):
        return 0.0
'''


class Place:
    """A folder of its own for everything a command may touch, with a search path for damaged and added modules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules = folder / "modules"
        self.state = folder / "state"
        self.modules.mkdir()

    def add_plugin(self) -> None:
        (self.modules / "faulty.py").write_text(PLUGIN, encoding="utf-8")
        info = self.modules / "faulty-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text("[graphhunt.loaders]\nfaulty = faulty:Loader\n", encoding="utf-8")

    def damage(self, library: str) -> None:
        (self.modules / f"{library}.py").write_text(f'raise RuntimeError("{HOSTILE}")\n', encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **os.environ, "PYTHONPATH": str(self.modules), "XDG_STATE_HOME": str(self.state), "HOME": str(self.folder),
            "GRAPHHUNT_WORKSPACE": str(self.folder / "ws"), "GRAPHHUNT_DB_PASSWORD": "s3cret", **more,
        }  # fmt: skip

    def run(self, *words: str, stdout: int = subprocess.PIPE, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "graphhunt", *words]
        return subprocess.run(
            command, env=self.environment(**more), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=subprocess.PIPE, text=True, check=False, timeout=120,
        )  # fmt: skip

    def logs(self) -> list[Path]:
        return sorted(self.state.rglob("fault-*.log"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def check_told_once(place: Place, done: subprocess.CompletedProcess[str], name: str) -> None:
    """One line that names what failed and the log; the log has the traceback, is private, tame and without secrets."""
    (log,) = place.logs()
    (line,) = done.stderr.splitlines()
    assert done.stderr == line + "\n"
    assert line.startswith(f"error: {name} failed")
    assert str(log) in line
    assert "RuntimeError" in line
    assert (done.returncode, stat.S_IMODE(log.stat().st_mode), stat.S_IMODE(log.parent.stat().st_mode)) == (
        1, 0o600, 0o700,
    )  # fmt: skip
    text = log.read_text(encoding="utf-8")
    assert 'raise RuntimeError("' in text
    assert text.count("\nTraceback (most recent call last):\n") == 1  # not the one in the error's own text
    for shown in (line, text):
        assert not {"\x1b", "\r", "\u202e"} & set(shown)
        assert not [secret for secret in ("hunter2", "hunter3", "s3cret") if secret in shown]


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("command", ["coverage", "load logs", "status"])
def test_a_damaged_library_ends_a_command_with_one_line(place: Place, command: str, as_json: tuple[str, ...]) -> None:
    place.damage("polars")
    (place.folder / "logs").mkdir()
    done = place.run(*command.split(), *as_json)
    assert done.stdout == ""
    check_told_once(place, done, f"graphhunt {command.split()[0]}")


def test_a_damaged_library_of_the_command_line_itself_is_told_too(place: Place) -> None:
    place.damage("typer")
    check_told_once(place, place.run("--workspace", "secret-case", "status"), "graphhunt status")


@pytest.mark.parametrize("moment", ["thread", "exit"])
def test_faults_of_threads_and_of_the_end_are_told_in_the_same_way(place: Place, moment: str) -> None:
    place.add_plugin()
    done = place.run("plugins", FAULT=moment)
    assert "faulty" in done.stdout
    check_told_once(place, done, "graphhunt plugins")


def test_a_fault_that_is_only_logged_is_one_line_and_fails_nothing(place: Place) -> None:
    place.add_plugin()
    done = place.run("plugins", FAULT="logged")
    (log,) = place.logs()
    assert done.returncode == 0
    assert done.stderr == f"error: noted (RuntimeError; details are in {log})\n"


def test_ctrl_c_is_no_fault(place: Place) -> None:
    place.add_plugin()
    done = place.run("plugins", FAULT="interrupt")
    assert (done.returncode, done.stderr, place.logs()) == (130, "stopped\n", [])


@pytest.mark.parametrize("words", ["plugins", "plugins --json", "--help", "hunts"])
def test_a_reader_who_goes_is_no_fault(place: Place, words: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = place.run(*words.split(), stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr, place.logs()) == (1, "", [])


def test_a_full_disk_is_told_and_not_taken_for_a_reader_who_went(place: Place) -> None:
    with Path("/dev/full").open("wb") as full:
        done = place.run("plugins", "--json", stdout=full.fileno())
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert "No space left" in line


def test_where_no_log_can_be_kept_the_temporary_folder_takes_it(place: Place) -> None:
    place.damage("polars")
    place.state.write_text("a file where the folder should be", encoding="utf-8")
    temporary = place.folder / "tmp"
    temporary.mkdir()
    done = place.run("coverage", TMPDIR=str(temporary))
    (log,) = temporary.rglob("fault-*.log")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert str(log) in done.stderr
