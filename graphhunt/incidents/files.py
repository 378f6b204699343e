"""Files that were written and then used: run, loaded, or named on a command line, on the same machine within the hour.

A file that the kernel wrote (`system`, as it serves SMB) came from another machine: over the remote logon that began
about then.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.incidents.lead import MINUTE

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

USED_WITHIN = 60 * MINUTE
"""A file is used this long after it was written."""

SERVED_WITHIN = 5_000_000
"""The session over which a file came began this near its writing, µs."""

COPIED_WITHIN = 15 * MINUTE
"""A file of the same name was written this long before on the machine that it came from."""

_NAMED = r"[A-Za-z]:\\[\w\\.$~ -]{1,200}?\.(?:xml|csproj|ps1|bat|cmd|dll|exe|vbs|js|hta|inf|sct)\b"
_EITHER = r"(?i)[a-z]:\\"


class Arrivals:
    """Files written and then used.

    Args:
        tables: The graph's tables.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @cached_property
    def writes(self) -> pl.DataFrame:
        """Every writing: machine, path in lower case, time, writer and its program, whether the kernel did it."""
        made = self._tables.edges("WROTE", "path").drop_nulls("path")
        writers = self._tables.processes.select(from_id="id", program="name", machine="machine_id")
        found = made.join(writers, on="from_id")
        return found.select(
            "machine", "program", key=pl.col("path").str.to_lowercase(), wrote="start", writer="from_id",
            file_id="to_id", file="path", written="evidence", remote=pl.col("program") == "system",
        ).sort("wrote", "writer", "key")  # fmt: skip

    @cached_property
    def used(self) -> pl.DataFrame:
        """Every use of a file after it was written: `process_id`, `how` and `time`, with the writing's columns."""
        uses = pl.concat([self._run, self._loaded, self._named]).join(self.writes, on=["machine", "key"])
        after = pl.col("time") - pl.col("wrote")
        own = pl.col("process_id") == pl.col("writer")
        found = uses.filter((after >= 0) & (after <= USED_WITHIN) & ~own).sort("time", "process_id", "how")
        return found.unique(["process_id", "key", "writer"], keep="first", maintain_order=True)

    @property
    def _processes(self) -> pl.DataFrame:
        """Processes with a start of their own; a service's own program belongs to the service."""
        started = self._tables.edges("STARTED").filter(pl.col("from_label") == "Service").get_column("to_id")
        known = pl.col("start").is_not_null() & ~pl.col("stub").fill_null(value=False)
        return self._tables.processes.filter(known & ~pl.col("id").is_in(started.implode()))

    @property
    def _run(self) -> pl.DataFrame:
        return self._processes.select(
            process_id="id", machine="machine_id", key=pl.col("path").str.to_lowercase(), time="start",
            how=pl.lit("run"), proof="evidence",
        )  # fmt: skip

    @property
    def _loaded(self) -> pl.DataFrame:
        loaded = self._tables.edges("LOADED", "path").join(
            self._tables.processes.select(from_id="id", machine="machine_id"), on="from_id"
        )
        return loaded.select(
            process_id="from_id", machine="machine", key=pl.col("path").str.to_lowercase(), time="start",
            how=pl.lit("loaded"), proof="evidence",
        )  # fmt: skip

    @property
    def _named(self) -> pl.DataFrame:
        """Files that command lines name, of lines that name a path at all."""
        lines = self._processes.filter(pl.col("command_line").str.contains(_EITHER))
        named = lines.with_columns(key=pl.col("command_line").str.to_lowercase().str.extract_all(f"(?i){_NAMED}"))
        return named.explode("key").drop_nulls("key").select(
            process_id="id", machine="machine_id", key="key", time="start", how=pl.lit("named"), proof="evidence",
        )  # fmt: skip

    @cached_property
    def served(self) -> pl.DataFrame:
        """Writings by the kernel with the remote logon they came over: `vertex` of its session, `from_id`, `id`."""
        hops = self._tables.hops.select("vertex", "from_id", machine="to_id", began="start", hop_id="id")
        pairs = self.writes.filter("remote").join(hops, on="machine")
        return pairs.filter((pl.col("began") - pl.col("wrote")).abs() <= SERVED_WITHIN).sort("wrote", "hop_id")

    @cached_property
    def copied(self) -> pl.DataFrame:
        """Files served over SMB that were written under the same name where they came from: `origin`, `vertex`."""
        name = pl.col("key").str.split("\\").list.last()
        there = self.writes.filter(~pl.col("remote")).select(
            "program", from_id="machine", base=name, before="wrote", origin="writer", proof="written"
        )
        pairs = self.served.with_columns(base=name).drop("program").join(there, on=["from_id", "base"])
        after = pl.col("wrote") - pl.col("before")
        return pairs.filter((after >= 0) & (after <= COPIED_WITHIN))
