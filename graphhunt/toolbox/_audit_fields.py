"""What audit records say, as columns: all records of a log at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl

from graphhunt.toolbox._text_columns import as_text, to_pandas

if TYPE_CHECKING:
    from collections.abc import Iterable

EXECVE = "SYSCALL_EXECVE"
"""Type of the rows that stand for the start of a program."""

NUMBERS = frozenset(
    {"argc", "pid", "ppid", "uid", "gid", "euid", "egid", "auid", "ses", "syscall", "items", "suid", "sgid", "fsuid"}
)
"""Fields that are whole numbers where they are given as such."""

PARTS = ("SYSCALL", "EXECVE", "CWD", "PROCTITLE")
"""Records that tell of the start of a program; where they differ, the later of this list is right."""

_LINE = r"^(?:node=(\S+) )?type=(\S+) msg=audit\((\d+\.\d+:\d+)\):\s?(.*)$"
_PAIR = r"""[\w-]+=(?:"[^"]*"|'[^']*'|[^\s'"]*)"""
_CODED = ("proctitle", "comm", "exe", "cwd", "name", "cmd")
_HEX = r"^(?:[0-9A-Fa-f]{2}){2,}$"
_ARGUMENT = r"^a(\d+)$"
SCHEMA = {"cell": pl.Int64, "node": pl.String, "kind": pl.String, "id": pl.String, "body": pl.String}
"""Columns of records: which text they were in, and what the line says."""


def parsed(lines: Iterable[str], cells: list[int] | None = None) -> tuple[pl.DataFrame, int]:
    """Read lines as records (see `SCHEMA`); give also how many lines are none."""
    text = as_text(lines).alias("line").str.strip_chars()
    frame = pl.DataFrame({"line": text, "cell": pl.Series(cells or [0] * len(text), dtype=pl.Int64)})
    frame = frame.filter(pl.col("line") != "")
    said = frame.select("cell", pl.col("line").str.extract_groups(_LINE).alias("g")).unnest("g")
    named = said.rename(dict(zip(said.columns, SCHEMA, strict=True))).with_columns(pl.col("node").fill_null(""))
    found = named.filter(pl.col("id").is_not_null())
    return found, len(frame) - len(found)


def in_rows(records: pl.DataFrame, whole: bool) -> pl.DataFrame:
    """Number records and the rows they go to: one for each event, or one for each record but a program's start.

    Args:
        records: Records as of `SCHEMA`.
        whole: One row for each event.
    """
    keys = records.select("cell", "node", "id").unique(maintain_order=True).with_row_index("event")
    numbered = records.with_row_index("record").join(
        keys, on=["cell", "node", "id"], how="left", maintain_order="left", nulls_equal=True
    )
    numbered = numbered.with_columns(start=(pl.col("kind") == "EXECVE").any().over("event"))
    part = pl.col("start") & pl.col("kind").is_in(PARTS)
    own = pl.when(part).then(pl.col("event").cast(pl.Int64)).otherwise(-1 - pl.col("record").cast(pl.Int64))
    numbered = numbered.with_columns(part=part, group=pl.col("event").cast(pl.Int64) if whole else own)
    rows = numbered.group_by("group", maintain_order=True).agg(
        first=pl.col("record").min(), any_part=pl.col("part").any()
    )
    rows = rows.join(numbered.select("record", "event"), left_on="first", right_on="record")
    rows = rows.sort(["event", ~pl.col("any_part"), "first"]).with_row_index("row").select("group", "row", "any_part")
    return numbered.join(rows, on="group", maintain_order="left")


def kinds(records: pl.DataFrame) -> pl.DataFrame:
    """Give each row its type, id, node and text."""
    kind = pl.when(pl.col("any_part").first()).then(pl.lit(EXECVE)).otherwise(pl.col("kind").first())
    return (
        records.group_by("row")
        .agg(kind.alias("kind"), *(pl.col(c).first() for c in ("cell", "node", "id")))
        .sort("row")
    )


def columns(records: pl.DataFrame) -> dict[str, pd.Series[Any]]:
    """Give the fields of rows as columns, in the order in which they first appear."""
    count = int(records["row"].max()) + 1 if len(records) else 0  # type: ignore[arg-type]
    pairs = _pairs(records)
    commands = _commands(pairs)
    counts = records.group_by("row").len()
    merged = _merged(pairs, counts.filter(pl.col("len") == 1)["row"])
    order = pairs["name"].unique(maintain_order=True).to_list()
    parts = merged.partition_by("name", as_dict=True, include_key=False)
    found = {name: _column(name, parts[(name,)], count) for name in order}
    return found | ({"cmdline": _column("cmdline", commands, count)} if len(commands) else {})


def _pairs(records: pl.DataFrame) -> pl.DataFrame:
    """Read `name=value` pairs; what is quoted holds further ones only for PAM's `msg='…'`."""
    known = ["row", "record", "kind", "part"]
    found = _split(records.select(*known, "body"))
    nested = (pl.col("name") == "msg") & pl.col("value").str.starts_with("'")
    inner = found.filter(nested).with_columns(body=pl.col("value").str.strip_chars("'")).drop("name", "value")
    if len(inner):
        found = pl.concat([found.filter(~nested), _split(inner)]).sort("record", maintain_order=True)
    value, names = pl.col("value"), found["name"].unique()
    arguments = names.filter(names.str.contains(_ARGUMENT)).to_list()
    coded = pl.col("name").is_in(_CODED) | ((pl.col("kind") == "EXECVE") & pl.col("name").is_in(arguments))
    at = found.select(pl.arg_where(coded & ~value.str.starts_with('"'))).to_series()
    bare = pl.when(value.str.starts_with("'")).then(value.str.strip_chars("'")).otherwise(value.str.strip_chars('"'))
    hexes = found["value"].gather(at)
    at, hexes = at.filter(hexes.str.contains(_HEX)), hexes.filter(hexes.str.contains(_HEX))
    texts = [bytes.fromhex(t).replace(b"\0", b" ").decode(errors="replace").rstrip() for t in hexes.to_list()]
    values = found.select(bare).to_series().scatter(at, pl.Series(texts, dtype=pl.String))
    return found.with_columns(value=values)


def _split(bodies: pl.DataFrame) -> pl.DataFrame:
    pairs = bodies.with_columns(pl.col("body").str.extract_all(_PAIR)).explode("body").drop_nulls("body")
    halves = pl.col("body").str.splitn("=", 2).struct.rename_fields(["name", "value"])
    return pairs.with_columns(halves.alias("pair")).drop("body").unnest("pair")


def _commands(pairs: pl.DataFrame) -> pl.DataFrame:
    """Join every argument of a program's start, in the order of their numbers."""
    given = pairs.filter(pl.col("kind") == "EXECVE")
    number = pl.col("name").str.extract(_ARGUMENT).cast(pl.Int64, strict=False)
    counts = given.filter(pl.col("name") == "argc").select("row", argc=pl.col("value").cast(pl.Int64, strict=False))
    listed = given.with_columns(number=number).drop_nulls("number").join(counts.unique("row"), on="row", how="left")
    listed = listed.filter(pl.col("argc").is_null() | (pl.col("number") < pl.col("argc"))).sort("row", "number")
    return listed.group_by("row", maintain_order=True).agg(pl.col("value").str.join(" "))


def _merged(pairs: pl.DataFrame, alone: pl.Series) -> pl.DataFrame:
    """Give one value for a row and name, a list where the records of an event say several things.

    Args:
        pairs: What the records say.
        alone: Rows of one record.
    """
    key = pl.col("row").cast(pl.Int64) * (1 << 20) + pl.col("name").cast(pl.Categorical).to_physical()
    repeated = pairs.select(key.is_duplicated()).to_series()
    once, again = pairs.filter(~repeated), pairs.filter(repeated)
    single = pl.col("row").is_in(alone.implode())
    values = pl.col("value")
    rank = pl.when("part").then(pl.col("kind").replace_strict(PARTS, range(len(PARTS)), default=0)).otherwise(-1)
    rest = again.filter(~single).with_columns(rank=rank).sort("rank", maintain_order=True, descending=False)
    told = rest.filter("part").unique(["row", "name"], keep="last", maintain_order=True)
    rest = pl.concat([told, rest.filter(~pl.col("part"))]).sort("record", maintain_order=True)
    several = rest.group_by("row", "name", maintain_order=True).agg(
        value=values.first(), all=pl.when(values.n_unique() > 1).then(values.implode())
    )
    last = again.filter(single).unique(["row", "name"], keep="last", maintain_order=True)
    plain = pl.concat([once, last]).select("row", "name", "value", all=pl.lit(None, dtype=pl.List(pl.String)))
    return pl.concat([plain, several])


def _column(name: str, values: pl.DataFrame, count: int) -> pd.Series[Any]:
    """Lay the values of a name out over the rows."""
    column = pl.Series([None], dtype=pl.String).new_from_index(0, count).scatter(values["row"], values["value"])
    if "all" in values.columns and values["all"].null_count() < len(values):
        lists = values.drop_nulls("all")
        mixed = np.array(to_pandas(column), dtype=object)
        for row, several in zip(lists["row"], lists["all"].to_list(), strict=True):
            mixed[row] = several
        return pd.Series(mixed)
    numbers = column.cast(pl.Int64, strict=False) if name in NUMBERS else None
    if numbers is not None and numbers.null_count() == column.null_count():
        return pd.Series(pd.arrays.IntegerArray(numbers.fill_null(0).to_numpy(), numbers.is_null().to_numpy()))
    return to_pandas(column)
