"""Walks what the user named: folders, archives and archives in archives, down to single sources."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import cast

from graphhunt.errors import ArchiveError, LoadError
from graphhunt.model import FileWarning
from graphhunt.sources.archives.limits import Budget, Limits
from graphhunt.sources.archives.members import Member, Unpackable, tar_members, zip_members
from graphhunt.sources.archives.streams import DAMAGE, SUFFIXES, inner_name, is_tar, kind_of, open_compressed
from graphhunt.sources.loading import Source, readable

_CHUNK = 1 << 20
_FOREIGN = {"7z", "rar", "cab"}
_DAMAGE = (*DAMAGE, zipfile.BadZipFile, tarfile.TarError)

Item = Source | FileWarning


class Expansion:
    """Yields the sources below some paths, unpacking archives into a private folder.

    Use it as a context manager, and `release` each source once read, so that only what is being read takes room.

    Args:
        paths: Files, folders and archives, taken in this order; folders by name, recursively.
        limits: Limits for each archive.
        folder: Where to make the private folder; the system's place for temporary files if None.

    Raises:
        LoadError: A path doesn't exist.
    """

    def __init__(
        self, paths: Iterable[str | Path], *, limits: Limits | None = None, folder: Path | None = None
    ) -> None:
        self._paths = [Path(path) for path in paths]
        self._limits = limits or Limits()
        self._made = 0
        self.total_bytes = 0
        self.done_bytes = 0
        for path in self._paths:
            if not path.exists():
                raise LoadError("there is no such file or folder", where=str(path))
            self.total_bytes += _size(path)
        self._temporary = tempfile.TemporaryDirectory(prefix="unpack-", dir=folder, ignore_cleanup_errors=True)
        self._folder = Path(self._temporary.name)

    def __enter__(self) -> Expansion:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the private folder with all that is left in it."""
        self._temporary.cleanup()

    def release(self, source: Source) -> None:
        """Remove a source's bytes if they were unpacked."""
        if source.path.parent == self._folder:
            source.path.unlink(missing_ok=True)

    def weigh(self, source: Source, position: int) -> int:
        """Say how many bytes of the user's files a position in a source stands for; 0 inside archives."""
        return 0 if source.path.parent == self._folder else position

    def __iter__(self) -> Iterator[Item]:
        """Walk all paths; what can't be read comes as a warning."""
        for path in self._paths:
            if path.is_dir():
                yield from self._walk(path)
            else:
                yield from self._top(path)

    def _walk(self, folder: Path) -> Iterator[Item]:
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            yield _warning(str(folder), f"the folder can't be read: {error.strerror}")
            return
        for path in entries:
            if path.is_symlink():
                yield _warning(str(path), "a symbolic link is not followed")
            elif path.is_dir():
                yield from self._walk(path)
            elif not _ignored(path.name):
                yield from self._top(path)

    def _top(self, path: Path) -> Iterator[Item]:
        """Give a file on disk, or what is packed in it."""
        if not path.is_file():
            yield _warning(str(path), "it isn't a regular file")
            return
        try:
            size = path.stat().st_size
            yield from self._file(Source(readable(str(path)), path), Budget(self._limits, size, readable(str(path))), 0)
            self.done_bytes += size
        except ArchiveError as error:
            yield _warning(error.where or str(path), error.message)
        except OSError as error:
            yield _warning(str(path), f"the file can't be read: {error.strerror or error}")

    def _file(self, source: Source, budget: Budget, depth: int) -> Iterator[Item]:
        """Give a plain file as it is; go into an archive."""
        kind = kind_of(source.head()[:512], source.name)
        promised = SUFFIXES.get(Path(source.name).suffix.lower())
        if kind in _FOREIGN:
            yield _warning(source.name, f"{kind} archives aren't unpacked; unpack it first")
        elif kind is None and promised and source.path.stat().st_size:
            yield _warning(source.name, f"it isn't a {promised} archive, whatever its name says")
        elif kind is None:
            yield source
        elif depth >= self._limits.depth:
            yield _warning(source.name, f"archives are unpacked {self._limits.depth} deep, this one lies deeper")
        else:
            yield from self._archive(source, kind, budget, depth + 1)

    def _archive(self, source: Source, kind: str, budget: Budget, depth: int) -> Iterator[Item]:
        if kind == "zip":
            yield from self._members(source, zip_members(source.path, budget), budget, depth, metered=False)
        elif kind == "tar":
            with source.open() as stream:
                members = tar_members(cast("io.BufferedReader", stream), budget)
                yield from self._members(source, members, budget, depth, metered=False)
        else:
            yield from self._compressed(source, kind, budget, depth)

    def _compressed(self, source: Source, kind: str, budget: Budget, depth: int) -> Iterator[Item]:
        inner = inner_name(Path(source.name.rsplit("!", 1)[-1]).name)
        with open_compressed(source.path, kind, budget) as stream:
            try:
                head = stream.peek(512)
            except _DAMAGE as error:
                yield _warning(source.name, f"the {kind} file is damaged: {error}")
                return
            members = tar_members(stream, budget) if is_tar(head, inner) else iter([Member(inner, stream)])
            yield from self._members(source, members, budget, depth, metered=True)

    def _members(
        self, source: Source, members: Iterator[Member], budget: Budget, depth: int, *, metered: bool
    ) -> Iterator[Item]:
        """Unpack one member after the other; `metered` streams count their bytes themselves."""
        for member in members:
            name = readable(f"{source.name}!{member.name.lstrip('/')}")
            if _ignored(member.name):
                continue
            budget.take_file()
            if reason := member.refused or _bad_name(member.name):
                yield _warning(name, reason)
            elif member.stream is not None:
                path, reason = self._unpack(member.stream, budget, metered)
                if reason:
                    yield _warning(name, reason)
                yield from self._unpacked(Source(name, path), budget, depth)

    def _unpacked(self, source: Source, budget: Budget, depth: int) -> Iterator[Item]:
        """Give an unpacked file; an archive in an archive is removed once walked."""
        plain = False
        try:
            for item in self._file(source, budget, depth):
                plain = plain or (isinstance(item, Source) and item.path == source.path)
                yield item
        finally:
            if not plain:
                source.path.unlink(missing_ok=True)

    def _unpack(self, stream: Unpackable, budget: Budget, metered: bool) -> tuple[Path, str]:
        """Copy a stream to a new file; what came before damage is kept, with the reason."""
        self._made += 1
        path = self._folder / f"{self._made:08d}"
        with path.open("xb") as out:
            while True:
                try:
                    data = stream.read1(_CHUNK)
                except ArchiveError:
                    path.unlink()
                    raise
                except _DAMAGE as error:
                    return path, f"the file is damaged, what could be unpacked is read: {error}"
                if not data:
                    return path, ""
                if not metered:
                    budget.take(len(data))
                out.write(data)


def _warning(name: str, reason: str) -> FileWarning:
    return FileWarning(file=readable(name), loader="", reason=readable(reason))


def _bad_name(name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    return "the member's name leads out of its folder" if ".." in parts else ""


def _ignored(name: str) -> bool:
    """Tell whether a file is a by-product of an operating system's own packing."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] == ".DS_Store"


def _size(path: Path) -> int:
    """Add up the bytes of a file or folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file() and not p.is_symlink())
