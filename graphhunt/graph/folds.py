"""Folds: how what windows contribute to a table adds up, in operations that give one sum however facts are cut.

A window gives one row per key of its own facts; rows of one key from any number of windows are added. Every operation
is a sum over distinct records, a least or greatest value, a union, or what stands first in a fixed order that ends at
the record's id, so that neither the cut nor the order of windows, facts or loads shows in the result. There are no
others on purpose: a mean, "the last one wins" or a state carried from record to record would show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from graphhunt.graph.frames import ORDER
from graphhunt.schema import EVIDENCE_CAP

_Columns = tuple[str, ...]

IN_TIME: _Columns = ("time", "event_id")
"""The order in which records are cited."""

AS_NUMBERED: _Columns = (*ORDER, "ordinal")
"""The order of facts: by time, as the source numbered them, and within one record as the loader gave them."""

_VALUE = "value"


class Operation(NamedTuple):
    """One value of a table.

    Attributes:
        give: What a window gives of its rows, which stand in the fold's order.
        add: The sum of what windows gave.
        show: The value of a sum.
    """

    give: Callable[[_Columns], pl.Expr]
    add: Callable[[pl.Expr, _Columns], pl.Expr]
    show: Callable[[pl.Expr], pl.Expr]


class Fold:
    """How the contributions to one table add up: one row per distinct keys.

    Args:
        keys: The columns that tell rows apart.
        values: The other columns.
        order: The columns that order rows, where a value depends on it; they end at the record's id.
        drawn: Whether a record that contributes is thereby drawn.
    """

    def __init__(
        self, keys: _Columns, values: Mapping[str, Operation], *, order: _Columns = IN_TIME, drawn: bool = True
    ) -> None:
        self.keys = keys
        self.drawn = drawn
        self._values = values
        self._order = order

    def given(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the contribution of one window's rows."""
        values = [operation.give(self._order).alias(name) for name, operation in self._values.items()]
        return rows.sort(self._order, maintain_order=True).group_by(self.keys, maintain_order=True).agg(values)

    def added(self, contributions: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Add contributions to one, which may be added to others in turn."""
        values = [operation.add(pl.col(name), self._order).alias(name) for name, operation in self._values.items()]
        return pl.concat(contributions).group_by(self.keys, maintain_order=True).agg(values)

    def shown(self, contributions: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Give the table that contributions add up to."""
        total = contributions[0] if len(contributions) == 1 else self.added(contributions)
        return total.with_columns(operation.show(pl.col(name)).alias(name) for name, operation in self._values.items())


def _same(value: pl.Expr) -> pl.Expr:
    return value


def _expression(column: str | pl.Expr) -> pl.Expr:
    return pl.col(column) if isinstance(column, str) else column


def least(column: str | pl.Expr) -> Operation:
    """Keep the least known value."""
    return Operation(lambda _: _expression(column).min(), lambda value, _: value.min(), _same)


def greatest(column: str | pl.Expr) -> Operation:
    """Keep the greatest known value."""
    return Operation(lambda _: _expression(column).max(), lambda value, _: value.max(), _same)


def total(column: str | pl.Expr) -> Operation:
    """Sum the known values; null where none is known."""

    def summed(value: pl.Expr) -> pl.Expr:
        return pl.when(value.is_not_null().any()).then(value.sum())

    return Operation(lambda _: summed(_expression(column)), lambda value, _: summed(value), _same)


def bits(column: str) -> Operation:
    """Unite the bits of masks."""
    return Operation(lambda _: pl.col(column).bitwise_or(), lambda value, _: value.bitwise_or(), _same)


def records() -> Operation:
    """Count the distinct records; all facts of a record are in one window."""
    count = pl.get_index_type()
    return Operation(lambda _: pl.col("event_id").n_unique(), lambda value, _: value.sum().cast(count), _same)


def acts() -> Operation:
    """Count the acts: one record may stand for several (`repeated N times`)."""
    count = pl.get_index_type()
    return Operation(
        lambda _: pl.col("count").fill_null(1).sum().cast(count), lambda value, _: value.sum().cast(count), _same
    )


def union(column: str, show: Callable[[pl.Expr], pl.Expr] = _same) -> Operation:
    """Keep the distinct known values, sorted.

    Args:
        column: The values.
        show: What the table has of the list.
    """
    return Operation(
        lambda _: pl.col(column).drop_nulls().unique().sort(),
        lambda value, _: value.explode(empty_as_null=False, keep_nulls=False).unique().sort(),
        show,
    )


def sources() -> Operation:
    """Name the sources, sorted."""
    return union("source", lambda names: names.list.join(","))


def distinct(column: str) -> Operation:
    """Count the distinct known values."""
    return union(column, lambda values: values.list.len())


def single(column: str) -> Operation:
    """Keep the value where all rows agree, else null; an unknown value differs from a known one."""

    def both(low: pl.Expr, high: pl.Expr, unknown: pl.Expr) -> pl.Expr:
        return pl.struct(low.alias("low"), high.alias("high"), unknown.alias("unknown"))

    def give(_order: _Columns) -> pl.Expr:
        value = pl.col(column)
        return both(value.min(), value.max(), value.is_null().any())

    def add(value: pl.Expr, _order: _Columns) -> pl.Expr:
        low, high, unknown = (value.struct.field(name) for name in ("low", "high", "unknown"))
        return both(low.min(), high.max(), unknown.any())

    def show(value: pl.Expr) -> pl.Expr:
        low, high, unknown = (value.struct.field(name) for name in ("low", "high", "unknown"))
        return pl.when((low == high) & ~unknown).then(low)

    return Operation(give, add, show)


def _fields(value: pl.Expr, names: Iterable[str]) -> list[pl.Expr]:
    return [value.struct.field(name) for name in names]


def _with_order(column: str, order: _Columns) -> pl.Expr:
    return pl.struct(*order, pl.col(column).alias(_VALUE))


def _shown_value(value: pl.Expr) -> pl.Expr:
    return value.struct.field(_VALUE)


def first(column: str) -> Operation:
    """Keep the value that is first in the fold's order, known or not."""

    def add(value: pl.Expr, order: _Columns) -> pl.Expr:
        return value.sort_by(*_fields(value, order)).first()

    return Operation(lambda order: _with_order(column, order).first(), add, _shown_value)


def first_known(column: str) -> Operation:
    """Keep the known value that is first in the fold's order."""
    return _one_known(column, pl.Expr.first)


def last_known(column: str) -> Operation:
    """Keep the known value that is last in the fold's order."""
    return _one_known(column, pl.Expr.last)


def _one_known(column: str, pick: Callable[[pl.Expr], pl.Expr]) -> Operation:
    def give(order: _Columns) -> pl.Expr:
        return pick(_with_order(column, order).filter(pl.col(column).is_not_null()))

    def add(value: pl.Expr, order: _Columns) -> pl.Expr:
        known = value.filter(value.is_not_null())
        return pick(known.sort_by(*_fields(known, order)))

    return Operation(give, add, _shown_value)


def first_few(column: str, most: int) -> Operation:
    """Keep the distinct values that are first in the fold's order.

    Args:
        column: The values.
        most: How many are kept.
    """

    def give(order: _Columns) -> pl.Expr:
        return _with_order(column, order).filter(pl.col(column).is_first_distinct()).head(most)

    def add(value: pl.Expr, order: _Columns) -> pl.Expr:
        every = value.explode(empty_as_null=False, keep_nulls=False)
        ordered = every.sort_by(*_fields(every, order))
        return ordered.filter(ordered.struct.field(_VALUE).is_first_distinct()).head(most)

    return Operation(give, add, lambda value: value.list.eval(pl.element().struct.field(_VALUE)))


def cited() -> Operation:
    """Cite the first records in the fold's order, which is that of time unless it says otherwise."""
    return first_few("event_id", EVIDENCE_CAP)


def seen() -> dict[str, Operation]:
    """Give what every node has: when it was first and last seen."""
    return {"first_seen": least("time"), "last_seen": greatest("time")}


def proof() -> dict[str, Operation]:
    """Give what every relationship has: how many records, the first of them, their sources, and when."""
    return {
        "count": records(), "evidence": cited(), "source": sources(), "start": least("time"), "end": greatest("time"),
    }  # fmt: skip
