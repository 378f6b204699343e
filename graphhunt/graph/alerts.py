"""Alerts of products and rules: Alert nodes, and FLAGGED to the entities each concerns."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import ORDER, evidence, hashed, identified_file, with_address

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes

_DEFENDER_FILE = r"(?:^|;\s*)(?:container)?file:_((?:[^;-]|-[^>])+)"
"""Defender names what it found as `file:_C:\\folder\\name`, members of archives behind `->`, several after `;`."""

_PATH = r"^((?:[A-Za-z]:\\|\\\\|/).+)$"
"""What other products give as a target is a file if it is an absolute path."""

_NOTHING_DONE = ("not applicable", "no action", "unknown", "none")
"""Actions of alerts that report before anything is done; a later record of the alert says what was."""


class Alerts:
    """Alert nodes and FLAGGED: to machine, account, process, addresses and the file that was found."""

    def __init__(self, case: Case, processes: Processes) -> None:
        self.case = case
        self.processes = processes

    @cached_property
    def _rows(self) -> pl.DataFrame:
        frame = self.case.accounts.resolve(self.case.machines.placed(self.case.raw("detection")))
        frame = self.processes.resolve(frame).with_columns(
            alert_id=pl.concat_str("source", pl.coalesce("detection_id", "event_id"), separator="|"),
            where=pl.coalesce(pl.col("target").str.extract(_DEFENDER_FILE), pl.col("target").str.extract(_PATH)),
        )
        for end in ("source", "destination"):
            frame = with_address(frame, f"{end}_ip", f"{end}_address")
        return identified_file(self.case.drawn.take(frame))

    def files(self) -> pl.DataFrame:
        """Give the sightings of files that alerts name, as `Files` describes them."""
        nothing = [pl.lit(None, pl.String).alias(name) for name in ("sha1", "signature")]
        return self._rows.drop_nulls("file_id").with_columns(nothing)

    def relationships(self) -> dict[str, pl.DataFrame]:
        """Give FLAGGED, and the nodes under `Alert`."""
        return {"Alert": self._nodes(), "FLAGGED": self._flagged()}

    def _flagged(self) -> pl.DataFrame:
        targets = (
            ("Machine", "machine_id"), ("User", "user_id"), ("Process", "process_id"), ("File", "file_id"),
            ("IP", "source_address"), ("IP", "destination_address"),
        )  # fmt: skip
        rows = [
            self._rows.drop_nulls(column).select(
                "alert_id", pl.col(column).alias("to_id"), pl.lit(label).alias("to_label"), "time", "event_id", "source"
            )
            for label, column in targets
        ]
        grouped = (
            pl.concat(rows)
            .group_by("alert_id", "to_id", "to_label")
            .agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
        )
        return grouped.with_columns(
            hashed("FLAGGED", "alert_id", "to_id", "to_label").alias("id"),
            pl.lit("Alert").alias("from_label"),
            from_id=pl.col("alert_id"),
            confidence=pl.lit("observed"),
        ).drop("alert_id")

    def _nodes(self) -> pl.DataFrame:
        done = pl.col("action").filter(~pl.col("action").str.to_lowercase().is_in(_NOTHING_DONE)).drop_nulls().last()
        return (
            self._rows.sort(*ORDER)
            .group_by("alert_id", maintain_order=True)
            .agg(
                pl.col("rule", "level", "technique", "detection_id").first(),
                action=pl.coalesce(done, pl.col("action").first()),
                product=pl.col("code").first().str.split("/").list.first(),
                name=pl.coalesce(pl.col("rule").first(), pl.col("code").first()),
                first_seen=pl.col("time").min(),
                last_seen=pl.col("time").max(),
            )
            .rename({"alert_id": "id"})
        )
