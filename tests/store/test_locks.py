"""Locks between processes and threads: one writer at a time, none left behind by the dead."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from graphhunt.errors import WorkspaceError
from graphhunt.store.locks import FileLock, WriterLock

HOLD = """
import sys
from pathlib import Path
from graphhunt.store.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.acquire(shared=len(sys.argv) > 2)
print("held", flush=True)
sys.stdin.readline()
"""


def holder(path: Path, *shared: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), *shared], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_another_process_waits_and_the_dead_hold_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = holder(path)
    lock = FileLock(path)
    assert not lock.acquire()
    assert not lock.acquire(shared=True, timeout=0.1)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert lock.acquire()
    lock.release()


def test_shared_holders_keep_an_exclusive_one_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = holder(path, "shared")
    first, second = FileLock(path), FileLock(path)
    assert first.acquire(shared=True)
    assert not second.acquire()
    first.release()
    other.communicate("\n")
    assert second.acquire()
    second.release()


def test_a_second_writer_is_told_who_waits_for_what(tmp_path: Path) -> None:
    other = holder(tmp_path / "writer.lock")
    with pytest.raises(WorkspaceError, match="another process is writing"), WriterLock(tmp_path / "writer.lock", 0.1)():
        pass
    other.communicate("\n")


def test_the_writer_lock_may_be_entered_again_and_is_free_afterwards(tmp_path: Path) -> None:
    writer = WriterLock(tmp_path / "writer.lock", 1.0)
    with writer(), writer():
        assert not FileLock(tmp_path / "writer.lock").acquire()
    free = FileLock(tmp_path / "writer.lock")
    assert free.acquire()
    free.release()


def test_threads_take_turns(tmp_path: Path) -> None:
    writer = WriterLock(tmp_path / "writer.lock", 5.0)
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(50):
            with writer():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (max(most), len(most)) == (1, 400)


def test_a_lock_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="can't open"):
        FileLock(tmp_path / "file" / "lock").acquire()
