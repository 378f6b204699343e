"""Start-up: threads that open the graph beside threads that read must not race for modules that are being imported."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graphhunt.store.embedded import stop_engine

ROOT = Path(__file__).resolve().parents[2]
LOADS, AT_ONCE = int(os.environ.get("GRAPHHUNT_TEST_LOADS", "10")), 2
WATCHED = """
import json, sys, threading
seen = set()
def watch(event, arguments):
    if event == "import" and threading.current_thread() is not threading.main_thread():
        seen.add(arguments[0])
sys.addaudithook(watch)
import atexit
atexit.register(lambda: sys.stderr.write(json.dumps(sorted(seen)) + "\\n"))
from graphhunt.cli import main
main()
"""


def logon(number: int) -> str:
    """One network logon in the layout of Winlogbeat, different for each number."""
    data = {
        "TargetUserName": f"user{number}", "TargetDomainName": "CORP",
        "TargetUserSid": f"S-1-5-21-1-2-3-{1100 + number}",
        "TargetLogonId": hex(0x10000 + number), "LogonType": "3", "IpAddress": "10.0.0.9", "IpPort": "50000",
    }  # fmt: skip
    log = {
        "channel": "Security", "provider_name": "Microsoft-Windows-Security-Auditing", "event_id": 4624,
        "computer_name": "DC1.corp.local", "event_data": data,
    }  # fmt: skip
    return json.dumps({"@timestamp": "2024-01-01T09:00:00.000Z", "winlog": log}) + "\n"


@pytest.fixture
def workspaces(tmp_path: Path) -> Iterator[list[Path]]:
    found = [tmp_path / f"ws{lane}" for lane in range(AT_ONCE)]
    yield found
    for workspace in found:
        stop_engine(workspace)


def load(workspace: Path, log: Path, *python: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        *(python or ("-m", "graphhunt")),
        "--workspace",
        str(workspace),
        "load",
        str(log),
        "--json",
    ]
    settings = {"GRAPHHUNT_ENGINE_MEMORY_MB": "256", "GRAPHHUNT_ENGINE_IDLE": "60", "XDG_STATE_HOME": str(log.parent)}
    return subprocess.run(
        command,
        env={**os.environ, **settings},
        cwd=log.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_loads_in_new_processes_all_succeed(workspaces: list[Path], tmp_path: Path) -> None:
    def lane(number: int) -> list[tuple[int, str, int]]:
        """Load one log after the other, each in a new process; give code, messages and accounts after each."""
        found = []
        for turn in range(LOADS // AT_ONCE):
            log = tmp_path / f"{number}-{turn}.jsonl"
            log.write_text(logon(turn), encoding="utf-8")
            done = load(workspaces[number], log)
            found.append((done.returncode, done.stderr, json.loads(done.stdout)["nodes"]["User"] if done.stdout else 0))
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        lanes = list(pool.map(lane, range(AT_ONCE)))
    assert lanes == [[(0, "", accounts + 1) for accounts in range(LOADS // AT_ONCE)]] * AT_ONCE


def test_no_thread_of_a_load_imports_what_isnt_python_itself(workspaces: list[Path], tmp_path: Path) -> None:
    log = tmp_path / "one.jsonl"
    log.write_text(logon(1), encoding="utf-8")
    done = load(workspaces[0], log, "-c", WATCHED)
    assert done.returncode == 0
    assert not_of_python(done.stderr) == []


def not_of_python(messages: str) -> list[str]:
    """Name the modules that threads imported, as the last message lists them, but for Python's own."""
    modules: list[str] = json.loads(messages.splitlines()[-1])
    return [name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names]


def _puts_into_modules(node: ast.AST) -> bool:
    """Tell whether a statement changes `sys.modules`: `sys.modules[…] = …`, `del`, `.pop(…)`, `.update(…)` and such."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store | ast.Del) and _is_modules(node.value)
    if isinstance(node, ast.Attribute):
        changing = {"pop", "popitem", "clear", "update", "setdefault", "__setitem__", "__delitem__"}
        return (node.attr in changing and _is_modules(node.value)) or (
            isinstance(node.ctx, ast.Store | ast.Del) and _is_modules(node)
        )
    return False


def _is_modules(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "modules") or (
        isinstance(node, ast.Name) and node.id == "modules"
    )


def test_no_product_code_changes_what_is_imported() -> None:
    files = [path for folder in ("graphhunt", "loaders", "_build") for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    changing = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _puts_into_modules(node)
    ]
    assert changing == []
