"""Lists of indicators as CSV, told by its header; without one the first column holds the indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.errors import LoadError

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {
    "value": ("value", "indicator", "ioc", "observable", "ioc_value", "indicator_value"),
    "kind": ("kind", "type", "ioc_type", "ioctype", "indicator_type"),
    "source": ("source", "feed", "provider"),
    "valid_from": ("valid_from", "first_seen", "first_seen_utc", "created"),
    "valid_until": ("valid_until", "valid_to", "expires", "expiration"),
    "tlp": ("tlp",),
    "severity": ("severity", "level", "threat_level"),
    "description": ("description", "name", "threat", "malware", "comment", "tags"),
    "id": ("id", "uuid"),
}
"""Names that a column may have, the best first."""


def read(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """Read a list; indicators without a source of their own get the file's name.

    Raises:
        LoadError: The file can't be read, or isn't CSV.
    """
    try:
        table = pl.read_csv(
            path, infer_schema=False, comment_prefix="#", truncate_ragged_lines=True, encoding="utf8-lossy",
            has_header=_has_header(path),
        )  # fmt: skip
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema={"value": pl.String}), {}
    except (OSError, pl.exceptions.PolarsError) as error:
        raise LoadError(f"the list can't be read: {error}", where=str(path)) from error
    known = {name.strip().lower(): name for name in reversed(table.columns)}
    chosen = {own: next((known[each] for each in names if each in known), None) for own, names in _NAMES.items()}
    chosen["value"] = chosen["value"] or table.columns[0]
    found = table.select(**{own: name for own, name in chosen.items() if name})
    source = pl.col("source") if chosen["source"] else pl.lit(None, pl.String)
    return found.with_columns(source=source.fill_null(path.stem)), {}


def _has_header(path: Path) -> bool:
    """Tell whether the first line that isn't a comment names a column of indicators."""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return any(cell.strip().strip('"').lower() in _NAMES["value"] for cell in first.split(","))
