"""The connection that carried a logon: open at that time, by the source machine's own records.

A logon states the client's port. The source machine recorded which process opened a connection from that port to the
target; the connection may be hours old (SMB keeps one), as long as nothing shows that it had ended: the port used
again, its process gone, the machine booted. Two processes that may have opened it are no answer.

References: Microsoft, event 4624 ("Source Port"), event 5156, Sysmon event 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import HOUR, SECOND
from graphhunt.graph.weights import CARRIED

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.clocks import Clocks
    from graphhunt.graph.processes import Processes

ROUNDED = 3 * SECOND
"""Whole seconds and sensors that write late may put a connection this long after the logon it carried, µs."""

NEAR = 60 * SECOND
"""Clocks that nothing corrects may put it this long after, µs."""

OLDEST = 24 * HOUR
"""A connection is followed this far back, µs: longer than ports are remembered by anybody."""

_ONE = 10 * SECOND
"""Records of one connection, by several sensors, lie this close together, µs."""

_PORT = ["machine_id", "client_port"]


class Opened:
    """The connections that processes of each machine opened, and which of them carried a logon."""

    def __init__(self, case: Case, processes: Processes, clocks: Clocks) -> None:
        self.case = case
        self.processes = processes
        self.clocks = clocks
        self.outgoing = self._outgoing()

    def _outgoing(self) -> pl.DataFrame:
        """Give the outgoing connections with the process that opened them and the machine they went to."""
        seen = self.case.owners.connections
        seen = seen.filter((pl.col("direction") == "outgoing") & pl.col("allowed").fill_null(value=True))
        seen = self.processes.resolve(self.case.owners.resolve(seen, "remote_ip", "target"))
        return seen.select(
            "machine_id", "target", "remote_ip", "remote_port", "time", "event_id", "process_id",
            client_port="local_port", by_guid=pl.col("guid").is_not_null(),
        )  # fmt: skip

    def _connections(self) -> pl.DataFrame:
        """Fold the records of each connection: when it opened and by which process; null where two may have."""
        same = [*_PORT, "remote_ip", "remote_port"]
        frame = self.outgoing.drop_nulls([*_PORT, "process_id"]).sort(*same, "time", "event_id", nulls_last=True)
        fresh = (pl.col("time") - pl.col("time").shift().over(same) > _ONE).fill_null(value=True)
        # A sensor that states the GUID knows which process it was; a pid alone may name one under another id.
        process = pl.col("process_id")
        known = (
            pl.when(pl.col("by_guid").any()).then(process.filter("by_guid").n_unique()).otherwise(process.n_unique())
        )
        one = pl.coalesce(process.filter("by_guid").first(), process.first())
        folded = frame.with_columns(run=fresh.cum_sum()).group_by("run", *_PORT).agg(
            pl.col("target").drop_nulls().first(), pl.col("time").min().alias("opened"),
            origin_process_id=pl.when(known == 1).then(one), origin_event=pl.col("event_id").first(),
        )  # fmt: skip
        return self._ended(folded.drop("run")).sort("opened", "origin_event")

    def _ended(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `ended`: when its process ended or the machine booted, whichever came first."""
        ends = self.processes.nodes.select(pl.col("id").alias("origin_process_id"), pl.col("end").alias("_gone"))
        booted = self.case.facts("machine_state").filter(pl.col("state") == "boot")
        booted = booted.select("machine_id", opened="time", _boot="time").unique().sort("opened")
        frame = frame.join(ends, on="origin_process_id", how="left").sort("opened")
        frame = frame.join_asof(booted, on="opened", by="machine_id", strategy="forward", check_sortedness=False)
        return frame.with_columns(ended=pl.min_horizontal("_gone", "_boot")).drop("_gone", "_boot")

    def with_origin(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `origin_process_id`, the record that shows it and how sure the join is (`origin_weight`).

        Args:
            frame: Remote sessions with `id`, `from_id`, `machine_id`, `source_port` and `start`.
        """
        asked = frame.filter(pl.col("source_port") > 0).select(
            "id", wanted="machine_id", machine_id="from_id", client_port="source_port", time="start"
        )
        asked = self.clocks.onto(asked, "wanted", "machine_id")
        before = self._picked(asked, "backward", ROUNDED)
        after = self._picked(asked.join(before, on="id", how="anti"), "forward", NEAR)
        found = pl.concat([before, after])
        return frame.join(found, on="id", how="left", maintain_order="left")

    def _picked(self, asked: pl.DataFrame, strategy: str, late: int) -> pl.DataFrame:
        """Take per logon the last connection from its port before it, or the first after it, if it fits."""
        backward = strategy == "backward"
        shift = late if backward else ROUNDED
        probe = asked.with_columns(opened=pl.col("time") + shift).sort("opened", "id")
        pairs = probe.join_asof(
            self._connections().with_columns(at="opened"), on="opened", by=_PORT, check_sortedness=False,
            strategy="backward" if backward else "forward",
        ).drop_nulls("at")  # fmt: skip
        away = pl.col("time") - pl.col("at")
        near = away.abs() <= NEAR
        fits = pl.col("target") == pl.col("wanted")
        alive = (pl.col("ended") >= pl.col("time") - ROUNDED).fill_null(value=True)
        held = pairs.filter(fits & alive & (away <= OLDEST) & (away >= -late))
        weight = pl.when(near).then(CARRIED["near"]).otherwise(CARRIED["held"])
        return held.select("id", "origin_process_id", "origin_event", origin_weight=weight)
