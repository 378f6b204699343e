"""The engine's keeper: starts it, watches who uses it, and stops it when nobody does.

Run as a plain script with only the standard library, so that it is small and starts at once. It reads one JSON line
from its input (`argv`, `cwd`, `console`, `clients`, `own`, `state`, `idle`), answers with the engine's process id, and
then needs nobody: users are seen by their shared lock on `clients`, which the kernel frees when they die.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

POLL = 0.2
STOP_SECONDS = 20.0
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel to end this process when the keeper dies; without effect where the kernel can't."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def start(order: dict[str, object]) -> subprocess.Popen[bytes]:
    """Start the engine with its output in the console file."""
    file = os.open(str(order["console"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - the argument list comes from graphhunt itself
            list(order["argv"]),  # type: ignore[call-overload]
            cwd=str(order["cwd"]),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            preexec_fn=die_with_parent,
            start_new_session=True,
        )
    finally:
        os.close(file)


def stop(engine: subprocess.Popen[bytes]) -> None:
    """End the engine, gently first."""
    engine.terminate()
    try:
        engine.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()


def lock(path: str, *, wait: bool) -> int | None:
    """Take an exclusive lock, or give nothing when another process has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(file)
        return None
    return file


def watch(engine: subprocess.Popen[bytes], clients: str, idle: float) -> None:
    """Wait until the engine ends or has been without users for `idle` seconds.

    When it returns because of that, the lock is kept: a newcomer waits until the engine is down, then starts its own.
    """
    unused_since: float | None = None
    while engine.poll() is None:
        held = lock(clients, wait=False)
        if held is None:
            unused_since = None
        else:
            now = time.monotonic()
            unused_since = now if unused_since is None else unused_since
            if now - unused_since >= idle:
                return
            os.close(held)
        time.sleep(POLL)


def take_ownership(path: str) -> bool:
    """Hold the keeper's lock for the rest of this process and leave its id in the file."""
    file = lock(path, wait=False)
    if file is None:
        return False
    os.ftruncate(file, 0)
    os.write(file, str(os.getpid()).encode())
    return True


def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
    """Leave the watch when the process is asked to end."""
    raise KeyboardInterrupt


def main() -> None:
    """Keep one engine for its whole life."""
    order = json.loads(sys.stdin.readline())
    if os.fork():
        # The caller waits for this first process only; the keeper belongs to nobody and leaves no zombie there.
        os._exit(0)
    if not take_ownership(order["own"]):
        return
    engine = start(order)
    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        os.write(1, f"{os.getpid()} {engine.pid}\n".encode())
        os.close(1)
        watch(engine, order["clients"], float(order["idle"]))
    except (KeyboardInterrupt, BrokenPipeError):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    finally:
        stop(engine)
        Path(order["state"]).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
