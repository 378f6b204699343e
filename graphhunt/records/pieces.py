"""The pieces that records are made of, each kept once with the records that have it: lines of values, mostly.

Records are alike: tens of thousands of them have as many pieces between them as a thousand. A word stands in a record
if it stands in one of its pieces, so words need no index of their own. A piece ends only where no word goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from graphhunt.records.named import OWN
from graphhunt.records.text import ENCODED, in_clear, plain, told_by_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

PIECES, NAMES = "pieces.parquet", "names.arrow"

COMPARED, BOTH, SAID = 0, 1, 2
"""What a piece is: a field's value but no text of the record, the first line of a value, or text only."""

MOST_VALUE = 300
"""Characters of a field's value that are compared."""

_SCHEMA = {"row": pl.UInt32, "field": pl.UInt32, "kind": pl.UInt8, "text": pl.String}
_KEY = ("field", "kind", "text")
_TEXTS = {"row": pl.UInt32, "text": pl.String}
_HALF = np.uint64(32)
_ENDS = r"""[\r\t<>,;|"]"""
"""Signs at which text that has no fields is cut."""


class Field(NamedTuple):
    """Where a field's pieces stand: first those that are compared only, then first lines, then the others.

    Attributes:
        written: Its name as written.
        start: The place of the first.
        compared: Pieces that are compared only.
        lines: First lines of values.
        filled: Whether any value isn't empty.
    """

    written: str
    start: int
    compared: int
    lines: int
    filled: bool


class Pieces:
    """Collects the pieces of records."""

    def __init__(self) -> None:
        self._fields: dict[str, int] = {}
        self._written: dict[int, str] = {}
        self._shapes: dict[tuple[str, ...], np.ndarray[tuple[int], np.dtype[np.uint32]]] = {}
        self._grouped: list[pl.DataFrame] = []
        self._parts = [pl.LazyFrame(schema=_SCHEMA)]
        self._own = {self._id(name): self._id(field) for field, names in OWN.items() for name in names if name != field}

    def add_values(self, values: Iterable[tuple[str, pl.LazyFrame]]) -> None:
        """Add what was understood of records: fields, each with `row` and `text` of its values."""
        text = pl.col("text").cast(pl.String).str.slice(0, MOST_VALUE)
        self._parts.extend(
            _keyed(frame.drop_nulls("text").with_columns(text, field=self._id(field), kind=COMPARED))
            for field, frame in values
        )

    def add(self, rows: pl.Series, raws: Sequence[str], fields: Sequence[dict[str, str]], unmapped: pl.Series) -> None:
        """Add records.

        Args:
            rows: Their rows.
            raws: The records.
            fields: The names and values of each.
            unmapped: Which of them no loader understood: those are found by the common names of fields, too.
        """
        told = [told_by_fields(raw, own) for raw, own in zip(raws, fields, strict=True)]
        others = [
            (row, plain(raw, own)) for row, raw, own, all_ in zip(rows, raws, fields, told, strict=True) if not all_
        ]
        cut = [_keyed(_lines(self._values(rows, fields, told))), self._cut(pl.LazyFrame(others, _TEXTS, orient="row"))]
        pieces = _grouped(cut)
        own = pl.col("field").is_in(list(self._own)) & (pl.col("kind") != SAID)
        self._add_named(pieces.filter(own).explode("row"), rows.filter(unmapped))
        self._add_clear(pieces.filter(pl.col("field") != self._id(""), pl.col("text").str.contains(ENCODED)))
        self._grouped.append(pieces)

    def _add_named(self, values: pl.DataFrame, rows: pl.Series) -> None:
        """Add the values of some rows under the common names of their fields."""
        named = pl.col("field").replace_strict(self._own, return_dtype=pl.UInt32)
        found = values.filter(pl.col("row").is_in(rows.implode())).with_columns(field=named, kind=COMPARED)
        self._parts.append(_keyed(found.lazy()))

    def _values(self, rows: pl.Series, fields: Sequence[dict[str, str]], told: Sequence[bool]) -> pl.DataFrame:
        """Give each value with its row and field."""
        texts: list[str] = []
        for own in fields:
            texts.extend(own.values())
        counts = np.fromiter(map(len, fields), dtype=np.int64, count=len(fields))
        ids = [self._shape(tuple(own)) for own in fields]
        return pl.DataFrame({
            "row": np.repeat(rows.to_numpy(), counts),
            "field": np.concatenate(ids),
            "kind": np.repeat(np.array(told, dtype=np.uint8), counts),
            "text": pl.Series(texts, dtype=pl.String),
        }, schema=_SCHEMA)  # fmt: skip

    def _shape(self, names: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        found = self._shapes.get(names)
        if found is None:
            ids = [self._id(name) for name in names]
            for field, name in zip(ids, names, strict=True):
                self._written.setdefault(field, name)
            found = self._shapes[names] = np.array(ids, dtype=np.uint32)
        return found

    def _id(self, name: str) -> int:
        return self._fields.setdefault(name.lower(), len(self._fields))

    def _cut(self, texts: pl.LazyFrame) -> pl.LazyFrame:
        """Cut text that has no fields where words end."""
        lines = texts.with_columns(pl.col("text").str.replace_all(_ENDS, "\n").str.split("\n")).explode("text")
        return _keyed(lines.filter(pl.col("text") != "").with_columns(field=self._id(""), kind=SAID))

    def _add_clear(self, lines: pl.DataFrame) -> None:
        """Add what the encoded commands in lines say, and the addresses they name."""
        texts, urls = [], []
        for rows, line in lines.select("row", "text").iter_rows():
            said = in_clear(line)
            if said is not None:
                texts.append((rows, said.text))
                urls += [(rows, url) for url in said.urls]
        listed = _TEXTS | {"row": pl.List(pl.UInt32)}
        self._parts.append(self._cut(pl.LazyFrame(texts, listed, orient="row").explode("row")))
        self.add_values([("url", pl.LazyFrame(urls, listed, orient="row").explode("row"))])

    def write(self, folder: Path) -> None:
        """Write the pieces in order of field, kind and text, and where each field's stand."""
        together = pl.concat([*self._grouped, _grouped(self._parts)])
        low = pl.col("text").str.to_lowercase().str.strip_chars_start().str.strip_chars_end("\r")
        keys = together.select("field", "kind", low)
        found = keys.unique().sort(*_KEY)
        numbers = keys.join(found.with_row_index("number"), on=_KEY, how="left", maintain_order="left")["number"]
        _write(found, _rows_of(numbers, together["row"], found.height), folder / PIECES)
        written = {field: self._written.get(field, name) for name, field in self._fields.items()}
        names = found.group_by("field", maintain_order=True).agg(
            length=pl.len(), compared=(pl.col("kind") == COMPARED).sum(), lines=(pl.col("kind") == BOTH).sum(),
            filled=((pl.col("kind") != SAID) & (pl.col("text") != "")).any(),
        )  # fmt: skip
        names = names.with_columns(
            start=pl.col("length").cum_sum() - pl.col("length"),
            written=pl.col("field").replace_strict(written, return_dtype=pl.String),
        )
        names.select(Field._fields).write_ipc(folder / NAMES)


def _keyed(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())


def _grouped(parts: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by(*_KEY).agg("row").collect()


def _lines(values: pl.DataFrame) -> pl.LazyFrame:
    """Cut values into their lines; blank ones are left out, but not a value that has none other."""
    many = values.get_column("text").str.contains("\n", literal=True)
    whole = values.filter(many).lazy().with_columns(pl.col("text").str.strip_chars_start().str.split("\n"))
    cut = whole.with_row_index("of").explode("text")
    first = pl.col("of") != pl.col("of").shift(fill_value=values.height)
    cut = cut.with_columns(kind=pl.when(first).then("kind").otherwise(pl.lit(SAID, pl.UInt8)))
    kept = cut.filter(first | (pl.col("text").str.strip_chars() != ""))
    return pl.concat([values.filter(~many).lazy(), kept.drop("of")])


def _rows_of(numbers: pl.Series, rows: pl.Series, count: int) -> pa.LargeListArray:
    """Give the rows of each piece, rising: of lists of rows, each of the piece of a number."""
    pairs = np.repeat(numbers.to_numpy().astype(np.uint64) << _HALF, rows.list.len().to_numpy())
    pairs |= rows.explode().to_numpy()
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=~pairs[:1]) != 0]
    ends = np.cumsum(np.bincount((pairs >> _HALF).astype(np.int64), minlength=count))
    return pa.LargeListArray.from_arrays(np.concatenate(([0], ends)), pa.array(pairs.astype(np.uint32)))


def _write(keys: pl.DataFrame, rows: pa.LargeListArray, path: Path) -> None:
    """Write pieces; rows, which rise within a piece, pack to a fraction once their bytes stand apart."""
    table = keys.select("kind", "text").to_arrow().append_column("row", rows)
    apart = {"row.list.element": "BYTE_STREAM_SPLIT"}
    pq.write_table(table, path, compression="zstd", use_dictionary=False, column_encoding=apart)
