"""A whole graph as lines of JSON, as the embedded engine's bulk door takes them: nodes first, then relationships."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Tables = Mapping[str, pl.DataFrame]
    Progress = Callable[[int], None]

_PIECE = 5_000
_ENDS = ("from_id", "from_label", "to_id", "to_label")

_NULL = re.compile(rb',"[^"\\]+":null(?=[,}])')
"""A property without a value. Inside a text a quotation mark follows a backslash, so that no text looks like this."""


def payload(nodes: Tables, relationships: Tables, progress: Progress) -> Iterator[bytes]:
    """Yield pieces of whole lines; what is null isn't named.

    Args:
        nodes: By label: `id` and properties.
        relationships: By type: `id`, `from_id`, `from_label`, `to_id`, `to_label` and properties.
        progress: Called with the number of rows given so far.

    Raises:
        StoreError: A relationship's start or end isn't among the nodes.
    """
    done = 0
    for label, table in nodes.items():
        yield from _pieces(table, {"@type": "v", "@class": label})
        done += table.height
        progress(done)
    places = _places(nodes)
    for kind, table in relationships.items():
        for part in table.iter_slices(_PIECE * 10):
            yield from _pieces(_placed(kind, part, places), {"@type": "e", "@class": kind})
            done += part.height
            progress(done)


def _places(nodes: Tables) -> pl.DataFrame:
    """Give every node its place among all lines of nodes, as text."""
    parts = [table.select("id", label=pl.lit(label)) for label, table in nodes.items()]
    every = pl.concat(parts) if parts else pl.DataFrame(schema={"id": pl.String, "label": pl.String})
    return every.with_columns(place=pl.int_range(pl.len()).cast(pl.String))


def _placed(kind: str, table: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Put the places of both ends first, in the ends' stead."""
    for end, name in (("from", "@from"), ("to", "@to")):
        known = places.select(pl.col("id").alias(f"{end}_id"), pl.col("label").alias(f"{end}_label"), place="place")
        table = table.join(known.rename({"place": name}), on=[f"{end}_id", f"{end}_label"], how="left")
    missing = table.filter(pl.col("@from").is_null() | pl.col("@to").is_null()).height
    if missing:
        raise StoreError(f"{missing} relationships have no start or no end in the graph", where=kind)
    return table.select("@from", "@to", pl.exclude("@from", "@to", *_ENDS))


def _pieces(table: pl.DataFrame, control: Mapping[str, str]) -> Iterator[bytes]:
    named = table.select(*(pl.lit(value).alias(name) for name, value in control.items()), pl.all())
    for part in named.iter_slices(_PIECE):
        out = io.BytesIO()
        part.write_ndjson(out)
        yield _NULL.sub(b"", out.getvalue())
