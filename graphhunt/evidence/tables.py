"""The columns of the workspace's tables, derived from the fact structs and never from data."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any

import msgspec
import pyarrow as pa

from graphhunt.errors import UsageError
from graphhunt.ids import digest
from graphhunt.model import FACTS, Fact

KINDS: dict[str, type[Fact]] = {str(fact.__struct_config__.tag): fact for fact in FACTS}
"""Every fact struct by the name of its table."""

FACT_PREFIX = ("event_id", "ordinal", "source", "client_id")
"""Columns before a fact's own: the record it came from, which fact of it, the loader, the tenant."""

_ARROW: dict[Any, Any] = {int: pa.int64(), str: pa.string(), bool: pa.bool_(), float: pa.float64()}

EVIDENCE_SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("client_id", pa.string()),
        ("loader", pa.string()),
        ("file", pa.string()),
        ("position", pa.string()),
        ("host", pa.string()),
        ("time", pa.int64()),
        ("code", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.large_string()),
    ]
)
"""Columns of the original records."""


def kind_struct(kind: str) -> type[Fact]:
    """Give the struct of a kind.

    Raises:
        UsageError: No fact has this kind.
    """
    if kind not in KINDS:
        raise UsageError(f"no fact is called '{kind}'", hint="valid: " + ", ".join(KINDS))
    return KINDS[kind]


@cache
def fact_columns(struct: type[Fact]) -> tuple[tuple[str, Any], ...]:
    """List a struct's own columns with their plain type: int, str, bool, float, `list[…]` of one, or a mapping."""
    return tuple((field.name, _plain(field.type)) for field in msgspec.structs.fields(struct))


def _plain(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = (part for part in typing.get_args(annotation) if part is not type(None))
    return annotation


@cache
def arrow_schema(struct: type[Fact]) -> pa.Schema:
    """Give the columns of a kind's files."""
    prefix = [("event_id", pa.string()), ("ordinal", pa.int64()), ("source", pa.string()), ("client_id", pa.string())]
    return pa.schema(prefix + [(name, _arrow(plain)) for name, plain in fact_columns(struct)])


@cache
def model_version() -> str:
    """Name the facts that there are to be told, with their columns."""
    return digest(repr([(kind, fact_columns(struct)) for kind, struct in KINDS.items()]), size=8)


def _arrow(plain: Any) -> Any:
    inner = [_ARROW[part] for part in typing.get_args(plain)]
    if typing.get_origin(plain) is dict:
        return pa.map_(*inner)
    return pa.list_(*inner) if inner else _ARROW[plain]


def polars_schema(struct: type[Fact]) -> dict[str, Any]:
    """Give the columns of a kind's frame; a mapping is a list of `key` and `value`, as Parquet keeps it."""
    import polars as pl  # not at the top: processes that only load have no use for it

    types: dict[Any, Any] = {int: pl.Int64, str: pl.String, bool: pl.Boolean, float: pl.Float64}
    schema: dict[str, Any] = dict.fromkeys(FACT_PREFIX, pl.String) | {"ordinal": pl.Int64}
    for name, plain in fact_columns(struct):
        inner = [types[part] for part in typing.get_args(plain)]
        if typing.get_origin(plain) is dict:
            schema[name] = pl.List(pl.Struct(dict(zip(("key", "value"), inner, strict=True))))
        else:
            schema[name] = pl.List(*inner) if inner else types[plain]
    return schema
