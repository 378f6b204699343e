"""File locks between processes: released by the kernel when the holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from typing import TYPE_CHECKING

from graphhunt.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITER_LOCK = "writer.lock"
"""The lock file inside a workspace that whoever writes to its graph holds."""

_POLL = 0.05


class FileLock:
    """An advisory lock on a file, exclusive or shared.

    The file itself is never removed: two processes could else lock two files of one name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._file is not None

    def acquire(self, *, shared: bool = False, timeout: float = 0.0) -> bool:
        """Take the lock, waiting at most `timeout` seconds, and tell whether it was got.

        Raises:
            WorkspaceError: The lock file can't be opened.
        """
        file = self._open()
        mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        end = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(file, mode)
            except BlockingIOError:
                if time.monotonic() >= end:
                    os.close(file)
                    return False
                time.sleep(_POLL)
            else:
                self._file = file
                return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it isn't held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is not None:
            raise WorkspaceError("the lock is already held", where=str(self.path))
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            hint = "the workspace must be a folder you may write to"
            raise WorkspaceError(
                f"can't open a lock file: {error.strerror}", where=str(self.path), hint=hint
            ) from error


class WriterLock:
    """Lets one thread of one process at a time write to a workspace; entering it again inside is free."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._lock = FileLock(path)
        self._timeout = timeout
        self._threads = threading.RLock()
        self._depth = 0

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock while the block runs.

        Raises:
            WorkspaceError: Another process kept it for longer than the timeout.
        """
        with self._threads:
            if self._depth == 0 and not self._lock.acquire(timeout=self._timeout):
                hint = f"waited {self._timeout:g} s; raise GRAPHHUNT_LOCK_TIMEOUT or let the other command end"
                raise WorkspaceError("another process is writing", where=str(self._lock.path), hint=hint)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._lock.release()
