"""Files and what processes did to them: IMAGE, WROTE, READ, DELETED, RENAMED and LOADED.

A file is its content where a hash is known, else its path on a machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import AS_NUMBERED, Fold, first, first_few, first_known, greatest, proof, seen
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SESSION, basename, identified_file
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_TYPES = {
    "create": "WROTE", "modify": "WROTE", "time": "WROTE", "delete": "DELETED", "rename": "RENAMED", "read": "READ",
    "access": "READ", "load": "LOADED",
}  # fmt: skip
_SHOWN = 50
"""Names and paths kept of a file: the first ones seen."""

_SEEN = [
    "file_id", "by_content", "where", "machine_id", "md5", "sha1", "sha256", "signature", "time", "record", "event_id",
    "ordinal",
]  # fmt: skip

FILES = Fold(
    ("file_id",),
    {
        "by_content": greatest("by_content"),
        **{column: first_known(column) for column in ("md5", "sha1", "sha256", "signature")},
        "machine_id": first("machine_id"),
        "path": first("where"),
        "name": first("base"),
        "names": first_few("base", _SHOWN),
        "paths": first_few("where", _SHOWN),
        **seen(),
    },
    order=("stream", *AS_NUMBERED),
)
"""Sightings of files, with the columns of `sightings`."""

_DONE = ("type", "process_id", "file_id", "operation", "where", SESSION)
_IMAGE = ("process_id", "file_id", "where")


def sightings(frame: pl.DataFrame) -> pl.DataFrame:
    """Give what records tell of files (`frames.identified_file`) as rows of `FILES`."""
    base = frame.select(_SEEN).with_columns(base=basename("where"))
    # A stream (`x.exe:Zone.Identifier`) goes by the content of its file, whose name it isn't.
    return base.with_columns(stream=pl.col("base").str.contains(":", literal=True))


def _contributes(window: Window, known: Definitions) -> Tables:
    seen = known.processes.resolve(window.facts("file_action").drop_nulls("target"))
    seen = identified_file(seen.with_columns(where=pl.col("target"))).drop_nulls("file_id")
    done = known.acts.of_record(seen.drop_nulls("process_id")).with_columns(
        type=pl.col("operation").replace_strict(_TYPES, default=None, return_dtype=pl.String)
    )
    images = _images(window, known)
    return {
        "file acts": done.drop_nulls("type"),
        "images": images,
        "File": pl.concat([sightings(seen), sightings(images)]),
    }


def _images(window: Window, known: Definitions) -> pl.DataFrame:
    """Give the program file of every instance; its hash as the instance's own start records state it."""
    hashes = known.processes.nodes.select(pl.col("id").alias("process_id"), "md5", "sha1", "sha256")
    starts = window.of(known.processes.starts).drop("md5", "sha1", "sha256")
    frame = starts.join(hashes, on="process_id", how="left", maintain_order="left")
    return identified_file(
        frame.drop_nulls("path").with_columns(where=pl.col("path"), signature=pl.lit(None, pl.String))
    )


def _draws(sums: Tables, _known: Definitions) -> Tables:
    acts = sums["file acts"]
    rows = {kind: acts.filter(pl.col("type") == kind).drop("type") for kind in sorted(set(_TYPES.values()))}
    done = {kind: edges(kind, table, *_DONE[1:], start="process_id", end="file_id") for kind, table in rows.items()}
    image = edges("IMAGE", sums["images"], *_IMAGE, start="process_id", end="file_id")
    drawn = {kind: table.rename({"where": "path"}) for kind, table in {**done, "IMAGE": image}.items()}
    return {**drawn, "File": _nodes(sums["File"])}


def _nodes(files: pl.DataFrame) -> pl.DataFrame:
    """Give one row per file: by content where a hash is known, else by machine and path."""
    listed = [pl.col(name).list.sort() for name in ("names", "paths")]
    owner = pl.when(~pl.col("by_content")).then("machine_id").alias("machine_id")
    return files.with_columns(*listed, owner).drop("by_content").rename({"file_id": "id"})


FAMILY = Family(
    "files",
    asks=("processes", "acts"),
    folds={"file acts": Fold(_DONE, proof()), "images": Fold(_IMAGE, proof()), "File": FILES},
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
