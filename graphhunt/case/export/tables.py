"""One CSV file per label and relationship type, safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.schema import NODES, RELATIONSHIPS, TIMES
from graphhunt.spreadsheet import FORMULA

if TYPE_CHECKING:
    from pathlib import Path

    from graphhunt.graph.snapshot import Snapshot


def write_tables(snapshot: Snapshot, folder: Path) -> int:
    """Write every table of the snapshot into a folder, and give the bytes written.

    Times are ISO 8601 text, lists are joined by a line break, and text that begins like a formula gets a quote
    before it (OWASP ASVS 5.0, 1.2.10). What analytics wrote is not in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    size = 0
    for name in snapshot.names():
        table = snapshot.table(name)
        if table is None or name not in {*NODES, *RELATIONSHIPS}:
            continue
        path = folder / f"{name}.csv"
        table.select(_cell(column, dtype) for column, dtype in table.schema.items()).write_csv(path)
        size += path.stat().st_size
    return size


def _cell(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if name in TIMES:
        return pl.from_epoch(column, time_unit="us").dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").alias(name)
    if dtype == pl.List(pl.String):
        column = column.list.join("\n")
    elif dtype != pl.String:
        return column
    return pl.when(column.str.contains(FORMULA)).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).alias(name)
