"""How much memory the engine's heap may take: what is set, within what the machine or its container has."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

from graphhunt.errors import UsageError

SHARE = 4
"""The heap is at most one part in this many of the memory."""

SMALL_MACHINE, SMALL_HEAP = 4096, 512
"""Below so many MiB of memory, the heap is at most that many."""

_MIB = 2**20
_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUP = Path("/proc/self/cgroup")


def heap(wanted: int, machine: int) -> int:
    """Give the heap in MiB for a wish and a machine's memory in MiB.

    Raises:
        UsageError: The wish isn't a size.
    """
    if wanted < 1:
        raise UsageError("engine_memory_mb must be at least 1", hint="its default is 1024")
    most = machine // SHARE
    return min(wanted, most, SMALL_HEAP) if machine < SMALL_MACHINE else min(wanted, most)


def machine() -> int:
    """Give the MiB of memory that this process may use: the machine's, or its container's where that is less."""
    return min(psutil.virtual_memory().total, *_limits(_own_group(), _GROUPS)) // _MIB


def _own_group() -> str:
    """Give this process's control group, such as `/system.slice/x.service`; `/` in most containers."""
    with contextlib.suppress(OSError):
        for line in _OWN_GROUP.read_text(encoding="utf-8").splitlines():
            number, controllers, path = line.split(":", 2)
            if number == "0" or "memory" in controllers.split(","):
                return path
    return "/"


def _limits(group: str, root: Path) -> list[int]:
    """List the limits of a control group and of those above it, in the layouts of both versions."""
    files = []
    for folder in (Path(group), *Path(group).parents):
        inside = folder.relative_to("/") if folder.is_absolute() else folder
        files += [root / inside / "memory.max", root / "memory" / inside / "memory.limit_in_bytes"]
    found = []
    for file in files:
        with contextlib.suppress(OSError, ValueError):  # there is none, or it says "max"
            found.append(int(file.read_text(encoding="ascii")))
    return found
