"""Files that clients wrote to machines through shares: what 5145 and Zeek's smb_files say of it.

A record of 5145 says that a client was given the right to write; Zeek says that it wrote. Where no record says which
folder a share is, that of an administrative share is known by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.files import FILES, sightings
from graphhunt.graph.folds import Fold, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import identified_file, mapped
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_HERE = ("loopback", "unspecified")
_WRITE_RIGHTS = 0x2 | 0x4
"""FILE_WRITE_DATA and FILE_APPEND_DATA."""

_WROTE = "SMB::FILE_WRITE"
_PARTS = ("source_ip", "file_id", "where", "share", "user_id")
_SYSTEM_ROOT = "C:\\Windows"
"""What ADMIN$ is, unless the system was installed elsewhere."""


def _contributes(window: Window, known: Definitions) -> Tables:
    rows = _rows(window, known)
    return {"SENT": rows, "File": sightings(rows)}


def _draws(sums: Tables, _known: Definitions) -> Tables:
    """Give SENT, from addresses to files."""
    sent = sums["SENT"].with_columns(path="where")
    return {"SENT": edges("SENT", sent, *_PARTS, start="source_ip", end="file_id").drop("where")}


def _rows(window: Window, known: Definitions) -> pl.DataFrame:
    """Give a row per record that tells of a file written by another machine."""
    frame = window.facts("share_access").drop_nulls(["machine_id", "share", "target", "source_ip"])
    frame = frame.filter(pl.col("success").ne_missing(other=False) & _written())
    frame = mapped(frame, "source_ip", "scope", ids.scope).filter(~pl.col("scope").is_in(_HERE))
    frame = known.owners.resolve(frame, "source_ip", "client_machine")
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


FAMILY = Family(
    "sent files",
    asks=("owners",),
    folds={"SENT": Fold(_PARTS, proof()), "File": FILES},
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
