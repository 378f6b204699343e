"""The embedded engine as a process: shared, private, ended when unused, and back after every kind of death."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from graphhunt import queries
from graphhunt.errors import StoreError
from graphhunt.store import Store, open_store
from graphhunt.store.embedded import engine_status, stop_engine
from graphhunt.store.embedded.link import EmbeddedLink
from graphhunt.store.embedded.process import is_gone, wait_gone
from tests.conftest import small_settings

CLIENT = """
import sys, time
from pathlib import Path
from graphhunt.settings import Settings
from graphhunt.store import open_store
settings = Settings(engine_memory_mb=256, engine_idle=float(sys.argv[2]))
with open_store(Path(sys.argv[1]), "", settings) as store:
    store.ensure_schema()
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop_engine(tmp_path)


def client(workspace: Path, idle: float = 1.0) -> subprocess.Popen[str]:
    """Start another process that uses the engine until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(workspace), str(idle)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)


def opened(workspace: Path, idle: float = 30.0) -> Store:
    return open_store(workspace, "", small_settings(engine_memory_mb=256, engine_idle=idle))


def users(store: Store, *ids: str) -> None:
    store.put_nodes("User", [{"id": one, "props": {}} for one in ids])


def names(store: Store) -> list[object]:
    return [row[0] for row in store.analyst("MATCH (u:User) RETURN u.id ORDER BY u.id").rows]


def test_it_listens_on_loopback_only_and_tells_nobody_its_passwords(workspace: Path) -> None:
    with opened(workspace):
        state = json.loads((workspace / "engine" / "state.json").read_text())
        engine = psutil.Process(state["engine"])
        listening = [item.laddr.ip for item in engine.net_connections("tcp") if item.status == psutil.CONN_LISTEN]
        assert listening
        assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
        secrets = (state["owner_password"], state["reader_password"])
        seen = " ".join(engine.cmdline() + psutil.Process(state["keeper"]).cmdline()) + str(engine.environ())
        assert not any(secret in seen for secret in secrets)
        for file in (workspace / "engine").rglob("*"):
            if file.is_file() and file.name != "state.json":
                assert not any(secret.encode() in file.read_bytes() for secret in secrets), file
        assert stat.S_IMODE((workspace / "engine").stat().st_mode) == 0o700
        for name in ("state.json", "config/server-users.jsonl", "config/server-groups.json"):
            assert stat.S_IMODE((workspace / "engine" / name).stat().st_mode) == 0o600


def test_two_processes_share_one_engine(workspace: Path) -> None:
    other = client(workspace, idle=30.0)
    first = engine_status(workspace)
    with opened(workspace) as store:
        assert engine_status(workspace) == first
        users(store, "a")
    leave(other)
    assert engine_status(workspace) == first


def test_many_processes_that_start_at_once_share_one_engine(workspace: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(workspace), "30"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert [process.stdout.readline() for process in processes if process.stdout] == ["ready\n"] * 4
    engines = [item for item in psutil.process_iter() if str(workspace) in " ".join(cmdline(item))]
    assert len([item for item in engines if "ArcadeDBServer" in " ".join(cmdline(item))]) == 1
    for process in processes:
        leave(process)


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_it_ends_when_nobody_uses_it(workspace: Path) -> None:
    leave(client(workspace, idle=0.5))
    assert ended(workspace)


def ended(workspace: Path, timeout: float = 30.0) -> bool:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if not (workspace / "engine" / "state.json").exists() and not engine_status(workspace)["running"]:
            return True
        time.sleep(0.1)
    return False


def test_it_ends_when_its_user_is_killed(workspace: Path) -> None:
    process = client(workspace, idle=0.5)
    status = engine_status(workspace)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert wait_gone(status["engine"], 30)
    assert wait_gone(status["keeper"], 30)


def test_it_lives_while_one_of_two_users_lives(workspace: Path) -> None:
    killed, other = client(workspace, idle=0.5), client(workspace, idle=0.5)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    time.sleep(2)
    assert engine_status(workspace)["running"]
    leave(other)
    assert ended(workspace)


@pytest.mark.parametrize("victim", ["engine", "keeper"])
def test_a_running_command_goes_on_after_the_engine_was_killed(workspace: Path, victim: str) -> None:
    with opened(workspace) as store:
        store.ensure_schema()
        users(store, "a", "b")
        before = engine_status(workspace)
        os.kill(before[victim], signal.SIGKILL)
        assert wait_gone(before["engine"], 30)
        users(store, "c")
        assert names(store) == ["a", "b", "c"]
        assert store.read(queries.library()["admin/ping"]) == [{"ok": True}]
        assert engine_status(workspace)["engine"] != before["engine"]


def test_who_asks_while_the_database_is_emptied_waits_for_it(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(workspace) as store, ThreadPoolExecutor() as others:
        store.ensure_schema()
        users(store, "a")
        link = store._link
        assert isinstance(link, EmbeddedLink)
        waiting = threading.Barrier(3)
        asked: list[Future[object]] = []
        reconnect, forget = link.reconnect, link._forget_graph

        def lost() -> None:
            waiting.wait(10)
            reconnect()

        def forgotten() -> bool:
            asked.append(others.submit(store.read, queries.library()["admin/ping"]))
            asked.append(others.submit(lambda: store.analyst("RETURN 1 AS one").rows))
            waiting.wait(10)
            return forget()

        monkeypatch.setattr(link, "reconnect", lost)
        monkeypatch.setattr(link, "_forget_graph", forgotten)
        link.empty()
        assert [one.result(30) for one in asked] == [[{"ok": True}], [[1]]]
        assert names(store) == []
    with pytest.raises(StoreError, match="closed"):
        link.own()


def test_the_next_command_starts_it_again(workspace: Path) -> None:
    with opened(workspace) as store:
        store.ensure_schema()
        users(store, "a")
    os.kill(engine_status(workspace)["engine"], signal.SIGKILL)
    with opened(workspace) as store:
        assert names(store) == ["a"]


@pytest.mark.slow
def test_no_acknowledged_write_is_lost_when_it_is_killed(workspace: Path) -> None:
    written: list[str] = []
    with opened(workspace) as store:
        store.ensure_schema()
        for number in range(3):
            for part in range(20):
                one = f"{number}-{part:02}"
                users(store, one)
                written.append(one)
            os.kill(engine_status(workspace)["engine"], signal.SIGKILL)
        store.read(queries.library()["admin/ping"])
        assert names(store) == sorted(written)


def test_a_port_of_a_stranger_never_gets_the_password(workspace: Path) -> None:
    """A state file that points to another process's port is not believed."""
    with opened(workspace):
        pass
    state = workspace / "engine" / "state.json"
    found = json.loads(state.read_text())
    stop_engine(workspace)
    me = psutil.Process()
    state.write_text(json.dumps({**found, "engine": me.pid, "engine_born": me.create_time() - 100}))
    assert engine_status(workspace) == {"running": False}
    state.write_text(json.dumps({**found, "engine": me.pid, "engine_born": me.create_time()}))
    assert engine_status(workspace) == {"running": False}
    state.unlink()


def test_stopping_ends_it_at_once(workspace: Path) -> None:
    with opened(workspace):
        status = engine_status(workspace)
    assert stop_engine(workspace)
    assert is_gone(status["engine"])
    assert not stop_engine(workspace)


def test_an_engine_that_cannot_start_is_a_clear_error(workspace: Path) -> None:
    settings = small_settings(engine_memory_mb=1, engine_start_timeout=5.0)
    with pytest.raises(StoreError, match="doesn't start"):
        open_store(workspace, "", settings)


def test_a_workspace_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "engine").write_text("a file")
    with pytest.raises(StoreError):
        open_store(tmp_path, "", small_settings())
