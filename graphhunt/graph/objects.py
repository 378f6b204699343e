"""Files, registry keys, shares and what processes and accounts did to them; threads in other processes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import ORDER, basename, evidence, first, hashed, identified_file, key

if TYPE_CHECKING:
    from graphhunt.graph.acts import Acts
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.sessions import Sessions

SESSION = "logon_session_id"
_FILE_TYPES = {
    "create": "WROTE", "modify": "WROTE", "time": "WROTE", "delete": "DELETED", "rename": "RENAMED", "read": "READ",
    "access": "READ", "load": "LOADED",
}  # fmt: skip
_REGISTRY_TYPES = {
    "create": "SET_REGISTRY", "modify": "SET_REGISTRY", "delete": "SET_REGISTRY", "rename": "SET_REGISTRY",
    "access": "READ_REGISTRY",
}  # fmt: skip
_SHOWN = 50
"""Names and paths kept of a file: the first ones seen."""


def _fold(kind: str, frame: pl.DataFrame, parts: list[str], start: str, end: str) -> pl.DataFrame:
    """Fold rows to one relationship per distinct `parts`."""
    grouped = frame.group_by(parts).agg(*evidence(), begin=pl.col("time").min(), finish=pl.col("time").max())
    return grouped.with_columns(
        hashed(kind, *parts).alias("id"), confidence=pl.lit("observed"), from_id=pl.col(start), to_id=pl.col(end)
    ).rename({"begin": "start", "finish": "end"})


class Files:
    """File nodes and the relationships of processes to them."""

    def __init__(self, case: Case, processes: Processes, acts: Acts) -> None:
        self.case = case
        self.processes = processes
        self.acts = acts

    @cached_property
    def _actions(self) -> pl.DataFrame:
        frame = self.processes.resolve(self.case.facts("file_action").drop_nulls("target"))
        frame = identified_file(frame.with_columns(where=pl.col("target")))
        self.case.drawn.take(frame.drop_nulls("file_id"))
        return frame

    @cached_property
    def _images(self) -> pl.DataFrame:
        """The program file of every instance; its hash as the instance's own start records state it."""
        hashes = self.processes.nodes.select(pl.col("id").alias("process_id"), "md5", "sha1", "sha256")
        frame = self.processes.starts.drop("md5", "sha1", "sha256").join(hashes, on="process_id", how="left")
        return identified_file(
            frame.drop_nulls("path").with_columns(where=pl.col("path"), signature=pl.lit(None, pl.String))
        )

    def relationships(self) -> dict[str, pl.DataFrame]:
        """Give IMAGE, WROTE, READ, DELETED, RENAMED and LOADED."""
        frame = self.acts.of_record(self._actions.drop_nulls("process_id")).with_columns(
            type=pl.col("operation").replace_strict(_FILE_TYPES, default=None, return_dtype=pl.String)
        )
        tables = {}
        for kind in sorted(set(_FILE_TYPES.values())):
            rows = frame.filter(pl.col("type") == kind)
            parts = ["process_id", "file_id", "operation", "where", SESSION]
            folded = _fold(kind, rows, parts, "process_id", "file_id")
            tables[kind] = _edge(folded.rename({"where": "path"}), "operation", "path", SESSION)
        image = _fold("IMAGE", self._images, ["process_id", "file_id", "where"], "process_id", "file_id")
        tables["IMAGE"] = _edge(image.rename({"where": "path"}), "path")
        return tables

    def nodes(self, *sightings: pl.DataFrame) -> pl.DataFrame:
        """Give one row per file: by content where a hash is known, else by machine and path.

        Args:
            *sightings: Files seen elsewhere, such as by alerts; with the columns of the actions.
        """
        columns = [
            "file_id",
            "by_content",
            "where",
            "machine_id",
            "md5",
            "sha1",
            "sha256",
            "signature",
            "time",
            "record",
            "event_id",
        ]
        seen = [table.select(columns) for table in (self._actions, self._images, *sightings)]
        frame = pl.concat(seen).with_columns(base=basename("where"))
        # A stream (`x.exe:Zone.Identifier`) goes by the content of its file, whose name it isn't.
        stream = pl.col("base").str.contains(":", literal=True)
        grouped = (
            frame.sort(stream, *ORDER)
            .group_by("file_id", maintain_order=True)
            .agg(
                pl.col("by_content").first(),
                first("md5"),
                first("sha1"),
                first("sha256"),
                first("signature"),
                pl.col("machine_id").first(),
                path=pl.col("where").first(),
                name=pl.col("base").first(),
                names=pl.col("base").unique(maintain_order=True).head(_SHOWN).sort(),
                paths=pl.col("where").unique(maintain_order=True).head(_SHOWN).sort(),
                first_seen=pl.col("time").min(),
                last_seen=pl.col("time").max(),
            )
        )
        return (
            grouped.with_columns(machine_id=pl.when(~pl.col("by_content")).then("machine_id"))
            .drop("by_content")
            .rename({"file_id": "id"})
        )


def _edge(frame: pl.DataFrame, *extra: str) -> pl.DataFrame:
    return frame.select("id", "from_id", "to_id", "start", "end", "count", "evidence", "source", "confidence", *extra)


def registry(case: Case, processes: Processes, acts: Acts) -> dict[str, pl.DataFrame]:
    """Give SET_REGISTRY and READ_REGISTRY, and the keys under `RegistryKey`."""
    frame = processes.resolve(case.facts("registry_action").drop_nulls("key")).with_columns(
        lowered=pl.col("key").str.to_lowercase(),
        type=pl.col("operation").replace_strict(_REGISTRY_TYPES, default=None, return_dtype=pl.String),
    )
    frame = case.drawn.take(frame.with_columns(key_id=key("machine_id", "lowered")))
    acted = acts.of_record(frame.drop_nulls("process_id"))
    parts = ["process_id", "key_id", "operation", SESSION]
    tables = {}
    for kind in ("SET_REGISTRY", "READ_REGISTRY"):
        rows = acted.filter(pl.col("type") == kind)
        folded = _fold(kind, rows, parts, "process_id", "key_id")
        values = rows.sort(*ORDER).group_by(parts, maintain_order=True).agg(pl.col("value").drop_nulls().last())
        folded = folded.join(values, on=parts, how="left", nulls_equal=True)
        tables[kind] = _edge(folded, "operation", "value", SESSION)
    tables["RegistryKey"] = (
        frame.group_by("key_id")
        .agg(
            path=pl.col("key").min(),
            machine_id=pl.col("machine_id").first(),
            first_seen=pl.col("time").min(),
            last_seen=pl.col("time").max(),
        )
        .rename({"key_id": "id"})
    )
    return tables


def injections(case: Case, processes: Processes, acts: Acts) -> pl.DataFrame:
    """Give INJECTED_INTO between processes."""
    made = (pl.col("operation") == "inject") & pl.col("success").ne_missing(other=False)
    frame = processes.resolve(case.facts("process_access").filter(made))
    frame = processes.resolve(frame, guid="target_guid", pid="target_pid", path="target_path", into="target_id")
    frame = case.drawn.take(acts.of_record(frame.drop_nulls(["process_id", "target_id"])))
    parts = ["process_id", "target_id", SESSION]
    return _edge(_fold("INJECTED_INTO", frame, parts, "process_id", "target_id"), SESSION)


def shares(case: Case, sessions: Sessions) -> dict[str, pl.DataFrame]:
    """Give OPENED_SHARE and HOSTS of shares, and the Share nodes."""
    short = pl.col("share").str.replace_all("\\", "/", literal=True).str.split("/").list.last()
    frame = case.facts("share_access").drop_nulls("share").filter(pl.col("success").ne_missing(other=False))
    frame = frame.with_columns(name=short)
    frame = frame.with_columns(share_id=pl.concat_str("machine_id", pl.col("name").str.to_lowercase(), separator="|"))
    case.drawn.take(frame)
    parts = ["user_id", "share_id", "logon_id", SESSION, "target", "source_ip", "access"]
    opened = _fold("OPENED_SHARE", sessions.attach(frame.drop_nulls("user_id")), parts, "user_id", "share_id")
    hosted = _fold("HOSTS", frame, ["machine_id", "share_id"], "machine_id", "share_id")
    nodes = (
        frame.group_by("share_id")
        .agg(
            name=pl.col("name").min(),
            machine_id=pl.col("machine_id").first(),
            first_seen=pl.col("time").min(),
            last_seen=pl.col("time").max(),
        )
        .rename({"share_id": "id"})
    )
    labels = {"from_label": pl.lit("Machine"), "to_label": pl.lit("Share")}
    return {
        "OPENED_SHARE": _edge(opened, "logon_id", SESSION, "target", "source_ip", "access"),
        "HOSTS": _edge(hosted).with_columns(**labels),
        "Share": nodes,
    }
