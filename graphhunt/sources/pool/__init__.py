"""Reads sources in worker processes that can be killed, for parsers that may crash, loop or eat memory.

Damaged and hostile files make parsers hang or crash, and no timer inside a process can stop that. Every loader is
therefore asked and run in a worker: it has limits on memory, CPU time and silence, gets no environment, writes no
files, and dies with its parent. A worker that breaks a limit costs the file it was reading, and is replaced.
"""

from __future__ import annotations

from graphhunt.sources.pool.limits import WorkerLimits
from graphhunt.sources.pool.pool import Pool
from graphhunt.sources.pool.wire import Looked

__all__ = ["Looked", "Pool", "WorkerLimits"]
