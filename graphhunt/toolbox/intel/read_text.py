"""Lists of indicators as text: one a line; what follows blanks, `,`, `;` or `#` is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.errors import LoadError

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """Read a list; the source of its indicators is the file's name.

    Raises:
        LoadError: The file can't be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise LoadError(f"the list can't be read: {error.strerror}", where=str(path)) from error
    lines = pl.DataFrame({"value": text.splitlines()}, schema={"value": pl.String})
    bare = pl.col("value").str.strip_chars().str.extract(r"^([^\s,;#]+)", 1)
    found = lines.select(value=bare).drop_nulls()
    return found.with_columns(source=pl.lit(path.stem)), {}
