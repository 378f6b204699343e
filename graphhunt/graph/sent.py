"""Files that clients wrote to machines through shares: what 5145 and Zeek's smb_files say of it.

A record of 5145 says that a client was given the right to write; Zeek says that it wrote. Where no record says which
folder a share is, that of an administrative share is known by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import evidence, hashed, identified_file, mapped

if TYPE_CHECKING:
    from graphhunt.graph.case import Case

_HERE = ("loopback", "unspecified")
_WRITE_RIGHTS = 0x2 | 0x4
"""FILE_WRITE_DATA and FILE_APPEND_DATA."""

_WROTE = "SMB::FILE_WRITE"
_SYSTEM_ROOT = "C:\\Windows"
"""What ADMIN$ is, unless the system was installed elsewhere."""


class Sent:
    """What clients wrote through shares."""

    def __init__(self, case: Case) -> None:
        self._rows = _rows(case)

    def relationships(self) -> pl.DataFrame:
        """Give SENT, from addresses to files."""
        parts = ["source_ip", "file_id", "where", "share", "user_id"]
        grouped = self._rows.group_by(parts).agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
        return grouped.select(
            "start", "end", "count", "evidence", "source", "share", "user_id", hashed("SENT", *parts).alias("id"),
            from_id=pl.col("source_ip"), to_id=pl.col("file_id"), path=pl.col("where"), confidence=pl.lit("observed"),
        )  # fmt: skip

    def files(self) -> pl.DataFrame:
        """Give the sightings of the files, with the columns of files' actions."""
        return self._rows


def _rows(case: Case) -> pl.DataFrame:
    """Give a row per record that tells of a file written by another machine."""
    frame = case.facts("share_access").drop_nulls(["machine_id", "share", "target", "source_ip"])
    frame = frame.filter(pl.col("success").ne_missing(other=False) & _written())
    frame = mapped(frame, "source_ip", "scope", ids.scope).filter(~pl.col("scope").is_in(_HERE))
    frame = case.owners.resolve(frame, "source_ip", "client_machine")
    frame = frame.filter(pl.col("client_machine").ne_missing(pl.col("machine_id")))
    below = pl.col("target").str.strip_chars_start("\\")
    where = pl.concat_str(_folder().str.strip_chars_end("\\"), below, separator="\\")
    unknown = dict.fromkeys(("md5", "sha1", "sha256", "signature"), pl.lit(None, pl.String))
    return identified_file(frame.with_columns(where=where, **unknown).drop_nulls("where"))


def _written() -> pl.Expr:
    rights = pl.col("access").str.strip_prefix("0x").str.to_integer(base=16, strict=False)
    return (pl.col("operation") == _WROTE) | ((rights & _WRITE_RIGHTS) > 0)


def _folder() -> pl.Expr:
    """Give the folder that a share is; null where nothing says it."""
    name = pl.col("share").str.replace_all("\\", "/", literal=True).str.split("/").list.last()
    drive = name.str.to_uppercase().str.extract(r"^([A-Z])\$$") + ":"
    root = pl.when(name.str.to_uppercase() == "ADMIN$").then(pl.lit(_SYSTEM_ROOT))
    return pl.coalesce("local_path", drive, root)
