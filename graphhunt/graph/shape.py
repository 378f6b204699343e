"""What the schema makes of rules' frames: the columns of each label and relationship type, and no others."""

from __future__ import annotations

import polars as pl

from graphhunt.errors import GraphhuntError
from graphhunt.graph.frames import hashed
from graphhunt.schema import COMMON_REL, NODES, RELATIONSHIPS, NodeKind, Property, RelKind, repeated_facts
from graphhunt.schema import nodes as _nodes
from graphhunt.schema import relationships as _relationships

_Type = pl.DataType | type[pl.DataType]
_POLARS: dict[str, _Type] = {
    "text": pl.String,
    "texts": pl.List(pl.String),
    "number": pl.Int64,
    "flag": pl.Boolean,
    "time": pl.Int64,
    "share": pl.Float64,
    "amount": pl.Float64,
}
ENDS = ("from_id", "from_label", "to_id", "to_label")
"""Columns of a relationship's ends."""


def drawn(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Keep of a rule's frame what the schema has of a relationship type.

    A property that repeats a field of the facts (`Property.fact`) is taken from the column of that field, where the
    frame has none of its own name.
    """
    schema = RELATIONSHIPS[kind]
    fields = repeated_facts(schema).items()
    renamed = {name: field for name, field in fields if name not in frame.columns and field in frame.columns}
    frame = frame.with_columns(**{name: pl.col(field) for name, field in renamed.items()})
    wanted = ("id", *ENDS, *COMMON_REL, *schema.properties)
    return frame.select(*dict.fromkeys(name for name in wanted if name in frame.columns))


def edges(kind: str, table: pl.DataFrame, *parts: str, start: str, end: str) -> pl.DataFrame:
    """Make observed relationships of folded rows.

    Args:
        kind: Their type.
        table: The rows.
        *parts: The columns that tell relationships of this type apart.
        start: The column of the node where they begin.
        end: That of the node where they end.
    """
    ends = {"from_id": pl.col(start), "to_id": pl.col(end)}
    made = table.with_columns(hashed(kind, *parts).alias("id"), confidence=pl.lit("observed"), **ends)
    return made.drop(start, end)


def shaped_relationships(kind: str, table: pl.DataFrame) -> pl.DataFrame:
    """Give a relationship table the columns of the schema, with both labels, sorted by id."""
    schema = RELATIONSHIPS[kind]
    for end, place in (("from", 0), ("to", 1)):
        labels = {pair[place] for pair in schema.endpoints}
        if f"{end}_label" not in table.columns and len(labels) == 1:
            table = table.with_columns(pl.lit(labels.pop()).alias(f"{end}_label"))
    types = {"id": pl.String, **dict.fromkeys(ENDS, pl.String)}
    return _shaped(kind, table, {**types, **_types(_relationships.COMMON, schema)}).sort("id")


def shaped_nodes(label: str, table: pl.DataFrame) -> pl.DataFrame:
    """Give a node table the columns of the schema, sorted by id."""
    return _shaped(label, table, _types(_nodes.COMMON, NODES[label])).sort("id")


def _types(common: tuple[Property, ...], kind: NodeKind | RelKind) -> dict[str, _Type]:
    return {column.name: _POLARS[column.type] for column in (*common, *kind.columns)}


def _shaped(kind: str, table: pl.DataFrame, wanted: dict[str, _Type]) -> pl.DataFrame:
    strange = sorted(set(table.columns) - wanted.keys())
    if strange:
        hint = "give it a row in graphhunt/schema, or drop it in the rule"
        raise GraphhuntError(f"the schema has no property {', '.join(strange)}", where=kind, hint=hint)
    have = table.columns
    return table.select(
        pl.col(name).cast(kind) if name in have else pl.lit(None, kind).alias(name) for name, kind in wanted.items()
    )
