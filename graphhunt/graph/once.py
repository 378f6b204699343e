"""Programs of which Windows runs one from boot to boot: a record that names one by its path alone names that process.

Security 4656 and 4663 name the process that was opened by nothing but its path.
"""

from __future__ import annotations

import polars as pl

from graphhunt.graph.frames import key
from graphhunt.graph.instances import BOOTING

_PLACE = r"(?i)^(?:[a-z]:|\\device\\[^\\]+|\\systemroot)(?:\\windows)?\\system32\\(?:lsass|services|wininit)\.exe$"
"""The programs in their place (Microsoft, "Windows Internals": system processes); a copy elsewhere is another."""


def runs_once() -> pl.Expr:
    """Tell the rows whose `path` is that of such a program."""
    return pl.col("path").str.contains(_PLACE).fill_null(value=False)


def only_ones(asked: pl.DataFrame, sightings: pl.DataFrame, boots: pl.DataFrame) -> pl.DataFrame:
    """Give (_row, once): the one process of its program, of records that name it by neither GUID nor pid.

    It is the process of the program that was seen nearest in time between the same two boots; where none was seen,
    a stub stands for it.

    Args:
        asked: _row, machine_id, guid, pid, path, base, time.
        sightings: machine_id, base, time, process_id, start (whether it is the process's start) of such programs.
        boots: machine_id, time.
    """
    probes = asked.filter(pl.col("guid").is_null() & pl.col("pid").is_null() & runs_once())
    # What starts shortly before a boot's records belongs to that boot.
    begun = pl.col("time") + pl.when("start").then(BOOTING).otherwise(0)
    seen = _booted(sightings.with_columns(at=begun), boots).with_columns(seen=pl.col("time"))
    near = (
        _booted(probes.with_columns(at="time"), boots)
        .sort("time", "_row")
        .join_asof(
            seen.sort("time", "process_id").select("machine_id", "base", "boot", "seen", "process_id"),
            left_on="time", right_on="seen", by=["machine_id", "base", "boot"], strategy="nearest",
            check_sortedness=False,
        )
    )  # fmt: skip
    name = key("machine_id", "base")
    stub = pl.when(pl.col("boot") == 0).then(name).otherwise(pl.concat_str(name, pl.col("boot"), separator="|"))
    return near.select("_row", once=pl.coalesce("process_id", stub))


def _booted(frame: pl.DataFrame, boots: pl.DataFrame) -> pl.DataFrame:
    """Add `boot`: when the machine had last booted at `at`, 0 if no record says."""
    known = boots.select("machine_id", pl.col("time").alias("boot")).sort("boot", "machine_id")
    found = frame.sort("at").join_asof(known, left_on="at", right_on="boot", by="machine_id", check_sortedness=False)
    return found.with_columns(pl.col("boot").fill_null(0))
