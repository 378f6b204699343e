"""Durable file operations: write, sync, rename, lock, and typed errors for what the disk refuses."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from graphhunt.errors import WorkspaceError

_HINTS = {
    errno.ENOSPC: "free some space and load again; what was committed stays",
    errno.EDQUOT: "the disk quota is used up; free some space and load again",
    errno.EFBIG: "a file size limit is in force; raise it and load again",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "check who owns the folder",
    errno.EPERM: "check who owns the folder",
}
_POLL = 0.01
_STALE = 3600.0


@contextmanager
def typed_errors(where: Path, doing: str = "write") -> Iterator[None]:
    """Turn what the operating system refuses into a `WorkspaceError` that says where and what to do.

    Raises:
        WorkspaceError: An OSError came up inside the block.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = _HINTS.get(error.errno) if error.errno else None
        raise WorkspaceError(f"cannot {doing} the workspace: {reason}", where=str(where), hint=hint) from error


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make a file's bytes durable."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that it is either absent (or as before) or whole, whatever happens."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class FolderLock:
    """An exclusive lock between processes (and threads), freed by the system when its holder dies."""

    def __init__(self, path: Path) -> None:
        """Name the lock's file; it is made when first taken."""
        self._path = path

    @contextmanager
    def held(self, timeout: float = 600.0) -> Iterator[None]:
        """Hold the lock for the block.

        Args:
            timeout: Seconds to wait for another holder.

        Raises:
            WorkspaceError: Another process held it all that time.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _wait(handle, self._path, timeout)
            yield
        finally:
            os.close(handle)


def _wait(handle: int, path: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not _try_lock(handle):
        if time.monotonic() > deadline:
            raise WorkspaceError(
                "the workspace is locked by another process", where=str(path), hint="wait until its load has ended"
            )
        time.sleep(_POLL)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Staging:
    """A private folder for files being written, marked as alive by a lock for as long as its process lives.

    Use it as a context manager, or `close` it.
    """

    def __init__(self, parent: Path, name: str) -> None:
        """Make the folder; its mark is locked before the folder is there."""
        self.path = parent / name
        self._mark = parent / f"{name}.alive"
        self._handle = os.open(self._mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _try_lock(self._handle)
            self.path.mkdir(mode=0o700)
        except OSError:
            self.close()
            raise

    def __enter__(self) -> Staging:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what is left."""
        self.close()

    def move_to(self, target: Path) -> None:
        """Give the finished folder its final name, durably."""
        sync_folder(self.path)
        self.path.rename(target)
        sync_folder(target.parent)

    def close(self) -> None:
        """Remove what is left."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._mark.unlink(missing_ok=True)
        os.close(self._handle)


def collect_dead(parent: Path) -> None:
    """Remove the staging folders of processes that died. Call it while holding the workspace's lock."""
    for folder in [entry for entry in parent.iterdir() if entry.is_dir()]:
        mark = parent / f"{folder.name}.alive"
        handle = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if _try_lock(handle):
                shutil.rmtree(folder, ignore_errors=True)
                mark.unlink(missing_ok=True)
        finally:
            os.close(handle)
    for mark in parent.glob("*.alive"):
        with suppress(FileNotFoundError):
            if not mark.with_suffix("").exists() and time.time() - mark.stat().st_mtime > _STALE:
                mark.unlink()
