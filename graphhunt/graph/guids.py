"""What a Sysmon ProcessGuid says: it carries the second its process began.

Layout (seen in every Sysmon 9-13 record of the test telemetry, and in public write-ups of its making): first
group from the machine's GUID, second and third group the low and high half of the start time as a Unix time.
"""

from __future__ import annotations

import polars as pl

from graphhunt.graph.frames import SECOND

_SHAPE = r"^\{[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}$"
"""What other sensors call a process has other shapes, and tells no time."""

_OLDEST = 1_325_376_000  # 2012, before Sysmon existed


def guid_start(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add column `start`: the µs the GUID in `column` encodes, null where it can't be a Sysmon one."""
    low = pl.col(column).str.slice(10, 4)
    high = pl.col(column).str.slice(15, 4)
    seconds = pl.concat_str(high, low).str.to_integer(base=16, strict=False).cast(pl.Int64)
    shaped = pl.col(column).str.contains(_SHAPE)
    return frame.with_columns(start=pl.when(shaped & (seconds >= _OLDEST)).then(seconds * SECOND))
