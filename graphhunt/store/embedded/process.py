"""Starts the engine through its keeper, and proves that a port belongs to the engine before any password goes there."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil

from graphhunt.errors import StoreError
from graphhunt.settings import bare_environment
from graphhunt.store.embedded import config
from graphhunt.store.locks import FileLock

if TYPE_CHECKING:
    from graphhunt.settings import Settings

_POLL = 0.03
_ATTEMPTS = 3
_ENDING = 5.0
_REMEMBERED = 20


class EngineState(msgspec.Struct, frozen=True):
    """What a process must know to use a running engine; kept in a file only its owner may read."""

    keeper: int
    keeper_born: float
    engine: int
    engine_born: float
    port: int
    http_port: int
    owner_password: str
    reader_password: str


class Paths:
    """The files of the engine inside its folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "state.json"
        self.clients = root / "clients.lock"
        self.keeper = root / "keeper.lock"
        self.start = root / "start.lock"
        self.console = root / "log" / "console.txt"
        self.ended = root / "ended.json"


def read_state(paths: Paths) -> EngineState | None:
    """Give the state of the engine if it is running and is ours."""
    try:
        state = msgspec.json.decode(paths.state.read_bytes(), type=EngineState)
    except (OSError, msgspec.MsgspecError):
        return None
    return state if _same_process(state.engine, state.engine_born) and owns_port(state.engine, state.port) else None


def end_engine(paths: Paths, state: EngineState) -> None:
    """Kill an engine to be rid of a statement; first note it, so that others know why theirs was lost.

    A killed process loses nothing that was committed, and one that asks its engine to end has waited already.
    """
    import psutil

    ended = [*ended_engines(paths), (state.engine, state.engine_born)][-_REMEMBERED:]
    with contextlib.suppress(OSError):  # others ask once more in vain; a full disk must not let the statement go on
        config.write_private(paths.ended, msgspec.json.encode(ended).decode())
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(state.engine).kill()
    wait_gone(state.engine, _ENDING)


def ended_engines(paths: Paths) -> list[tuple[int, float]]:
    """List the engines that were last ended to be rid of a statement: process id and birth."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(paths.ended.read_bytes(), type=list[tuple[int, float]])
    return []


def start_engine(paths: Paths, settings: Settings) -> EngineState:
    """Start an engine; the caller holds the start lock.

    Raises:
        StoreError: It doesn't start; the error names the engine's log.
    """
    paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_left_over(paths)
    found = config.find_installation()
    for attempt in range(_ATTEMPTS):
        state = _try_start(paths, settings, found)
        if state is not None:
            config.write_private(paths.state, msgspec.json.encode(state).decode())
            return state
        time.sleep(0.2 * attempt)
    raise StoreError("the embedded engine doesn't start", where=str(paths.console), hint=_last_words(paths))


def owns_port(pid: int, port: int) -> bool:
    """Tell whether a process listens on a loopback port: a stranger there must not get the password."""
    with contextlib.suppress(psutil.Error):
        for found in psutil.Process(pid).net_connections("tcp"):
            if found.status == psutil.CONN_LISTEN and found.laddr.port == port:
                return True
    return False


def _try_start(paths: Paths, settings: Settings, found: config.Installation) -> EngineState | None:
    owner, reader = config.write_config(paths.root, settings)
    ports = _free_ports()
    keeper = _launch(paths, config.command_line(found, paths.root, ports, settings), settings)
    if keeper is None:
        return None
    keeper_pid, engine = keeper
    if not _wait_for_port(engine, ports[0], settings.engine_start_timeout):
        _end(keeper_pid)
        return None
    return EngineState(keeper_pid, _born(keeper_pid), engine, _born(engine), *ports, owner, reader)


def _launch(paths: Paths, argv: list[str], settings: Settings) -> tuple[int, int] | None:
    order = {
        "argv": argv,
        "cwd": str(paths.root),
        "console": str(paths.console),
        "clients": str(paths.clients),
        "own": str(paths.keeper),
        "state": str(paths.state),
        "idle": settings.engine_idle,
    }
    script = Path(__file__).with_name("keeper.py")
    keeper = subprocess.run(  # noqa: S603 - our own interpreter and script; it forks, so this ends at once
        [sys.executable, "-I", "-S", str(script)],
        input=json.dumps(order).encode() + b"\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=bare_environment(),
        cwd=paths.root,
        start_new_session=True,
        timeout=settings.engine_start_timeout,
        check=False,
    )
    answer = keeper.stdout.split()
    return (int(answer[0]), int(answer[1])) if len(answer) == 2 else None


def _clear_left_over(paths: Paths) -> None:
    """Wait for a keeper that is ending, and end an engine whose keeper was killed."""
    lock = FileLock(paths.keeper)
    if not lock.acquire(timeout=_ENDING):
        # A keeper whose starter was killed before it could write the state: nobody can use that engine.
        _end_keeper(paths)
        if not lock.acquire(timeout=_ENDING):
            raise StoreError("an old engine doesn't end", where=str(paths.root))
    lock.release()
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        state = msgspec.json.decode(paths.state.read_bytes(), type=EngineState)
        if _same_process(state.engine, state.engine_born):
            _end(state.engine)
    paths.state.unlink(missing_ok=True)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _wait_for_port(engine: int, port: int, timeout: float) -> bool:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if is_gone(engine):
            return False
        if owns_port(engine, port):
            return True
        time.sleep(_POLL)
    return False


def _born(pid: int) -> float:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).create_time()
    return 0.0


def _same_process(pid: int, born: float) -> bool:
    return born > 0 and abs(_born(pid) - born) < 0.1


def _end_keeper(paths: Paths) -> None:
    with contextlib.suppress(psutil.Error, ValueError, OSError):
        process = psutil.Process(int(paths.keeper.read_text()))
        if any(part.endswith("keeper.py") for part in process.cmdline()):
            _end(process.pid)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, even if nobody collected it yet."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_gone(pid: int, timeout: float) -> bool:
    """Wait until a process has ended and tell whether it has."""
    end = time.monotonic() + timeout
    while not is_gone(pid):
        if time.monotonic() >= end:
            return False
        time.sleep(_POLL)
    return True


def _end(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.terminate()
        if not wait_gone(pid, 20.0):
            process.kill()
            wait_gone(pid, _ENDING)


def _last_words(paths: Paths) -> str:
    try:
        lines = paths.console.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return "it left no message"
    return lines[-1] if lines else "it left no message"
