"""What a worker may take, and the clock that holds it to that."""

from __future__ import annotations

from typing import NamedTuple

MIB = 1 << 20

_ROUND_MOST = 1.0
"""Seconds that count of one round of listening: the parent may have been stopped itself, or have waited for a lock."""


class WorkerLimits(NamedTuple):
    """What a worker may take for one file.

    Attributes:
        memory: Bytes of address space.
        silence: Seconds without a record, and for one look of a loader at a file's beginning.
        seconds: Seconds of waiting for it in all, plus `seconds_per_mib` for each MiB of the file.
        cpu: Seconds of CPU time, plus `seconds_per_mib` for each MiB of the file.
        output_ratio: Bytes of records per byte of the file; the first 64 MiB are free.
    """

    memory: int = 2 << 30
    silence: float = 30.0
    seconds: float = 120.0
    cpu: float = 120.0
    seconds_per_mib: float = 2.0
    output_ratio: int = 200

    def cpu_for(self, size: int) -> int:
        """Give the seconds of CPU time for a file of so many bytes."""
        return int(self.cpu + self.seconds_per_mib * size / MIB)

    def output_for(self, size: int) -> int:
        """Give the bytes of records that a file of so many bytes may become."""
        return 64 * MIB + self.output_ratio * size


class Clock:
    """Measures how long a worker has been waited for; what the parent did in between is not held against it.

    Args:
        limits: What it may take.
        size: Bytes of the file that it reads.
    """

    def __init__(self, limits: WorkerLimits, size: int) -> None:
        self._limits = limits
        self._whole = limits.seconds + limits.seconds_per_mib * size / MIB
        self._used = self._silent = 0.0

    def heard(self, waited: float) -> None:
        """Take note that it said something, after the parent had waited for so many seconds."""
        self._used += min(waited, _ROUND_MOST)
        self._silent = 0.0

    def silent(self, passed: float) -> None:
        """Take note that it has said nothing for so many seconds more."""
        counted = min(passed, _ROUND_MOST)
        self._used += counted
        self._silent += counted

    def left(self) -> float:
        """Give the seconds it has to say something."""
        return min(self._whole - self._used, self._limits.silence - self._silent)

    def reason(self) -> str:
        """Say which limit was broken."""
        if self._used >= self._whole:
            return f"the parser took more than {self._whole:.0f} s and was stopped"
        return f"the parser gave nothing for {self._limits.silence:.0f} s and was stopped"
