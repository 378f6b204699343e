"""Parquet files: the shape of their rows, which stands at their end, and the rows as JSON.

Imported only when there is such a file, as what reads it is large.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

_ROWS = 4096
"""Rows that are decoded together."""


def shape(path: Path) -> dict[str, Any]:
    """Give the names of a file's columns, those of a struct below it; empty if the file isn't whole."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return {}
    return {field.name: _below(field.type) for field in schema}


def _below(kind: pa.DataType) -> dict[str, Any] | None:
    return {field.name: _below(field.type) for field in kind} if pa.types.is_struct(kind) else None


def rows(path: Path) -> Iterator[bytes]:
    """Give each row as a JSON object, in constant memory; times as ISO 8601, what JSON lacks as text.

    Raises:
        OSError: The file is damaged from here on.
    """
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS, use_threads=False):
                for row in batch.to_pylist():
                    yield orjson.dumps(row, default=str, option=orjson.OPT_NON_STR_KEYS)
    except (pa.ArrowException, orjson.JSONEncodeError, OverflowError) as error:
        raise OSError(str(error)) from error
