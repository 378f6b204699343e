"""What an archive may cost."""

from __future__ import annotations

from typing import NamedTuple

from graphhunt.errors import ArchiveError

_FREE = 16 * 1024 * 1024


class Limits(NamedTuple):
    """Limits for one file given by the user, over all that is packed in it.

    Attributes:
        bytes: Unpacked bytes.
        ratio: Unpacked bytes per byte of the file; log files reach 100. The first 16 MiB are free.
        files: Members.
        depth: Archives inside each other: 1 is an archive of plain files.
    """

    bytes: int = 8 * 1024**3
    ratio: int = 200
    files: int = 100_000
    depth: int = 2


class Budget:
    """What is left of the limits for one file."""

    def __init__(self, limits: Limits, size: int, where: str) -> None:
        """Start with a file of `size` bytes called `where`."""
        self.limits = limits
        self.where = where
        self._most = min(limits.bytes, max(_FREE, limits.ratio * size))
        self._bytes = 0
        self._files = 0

    def take(self, count: int) -> None:
        """Count unpacked bytes.

        Raises:
            ArchiveError: There are more than the limit or the ratio allows.
        """
        self._bytes += count
        if self._bytes <= self._most:
            return
        if self._most == self.limits.bytes:
            raise ArchiveError(f"the archive unpacks to more than {self._most:,} bytes", where=self.where)
        raise ArchiveError(f"the archive unpacks to more than {self.limits.ratio} times its size", where=self.where)

    def take_file(self) -> None:
        """Count a member.

        Raises:
            ArchiveError: There are too many.
        """
        self._files += 1
        self.check_files(self._files)

    def check_files(self, count: int) -> None:
        """Refuse a number of members that is too high.

        Raises:
            ArchiveError: It is.
        """
        if count > self.limits.files:
            raise ArchiveError(f"the archive has more than {self.limits.files:,} files", where=self.where)
