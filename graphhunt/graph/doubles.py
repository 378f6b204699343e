"""Doubles: records of one act that came by several collections, of which one stands for the act.

A collection is what one loader read, whatever files it was in. Within one, every record is an act of its own: in real
logs many equal each other in every field and microsecond. Of two collections

1. records of one number, machine and code that are no more than a second apart are one record;
2. where one of them has no numbers, the k-th of the records that say the same of one second is the k-th of the other:
   the act was done as often as the collection says that has more of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.graph.machines import Machines

_OF_RECORD = frozenset({
    "event_id", "ordinal", "source", "client_id", "time", "times", "time_field", "guessed_time", "record_id", "record",
    "host", "code",
})  # fmt: skip
"""Columns that tell which record it is; the others are its content."""

_RECORD = ["source", "host", "code", "record_id", "time", "guessed_time"]
_PART = 1 << 40
"""The content of a fact is a number below this, so that those of a record can be added."""

_NUMBERED = ["machine_id", "code", "record_id"]
_SAID = ["machine_id", "code", "second", "content"]
_PAIRED = ["event_id", "record_id", *_SAID, "place", "guessed_time", "unstated", "whole_second", "source"]
_BEST = ["guessed_time", "unstated", "whole_second", "source", "event_id"]
"""The order of the records of one act: the first says when it was best, and states most."""

_SCHEMA = {"event_id": pl.String, "reason": pl.String}


def doubles(frames: Mapping[str, pl.DataFrame], machines: Machines) -> pl.DataFrame:
    """Give `event_id` and `reason` of every record for whose act that of another collection stands.

    Args:
        frames: All facts by kind, each in one fixed order.
        machines: The machines by the names that their records state.
    """
    codes = _shared(frames.values())
    if not codes:
        return pl.DataFrame(schema=_SCHEMA)
    placed = machines.placed(_records(frames, codes))
    records = placed.filter(pl.col("source").n_unique().over("machine_id", "code") > 1)
    # A number that doesn't say which log counts so tells nothing.
    numbered = _by_number(records.filter(pl.col("record_id").is_not_null() & (pl.col("code") != "")))
    rest = _by_content(records.filter(pl.col("record_id").is_null()).drop_nulls("machine_id"), numbered)
    found = pl.concat([frame.select("event_id", "stands") for frame in (numbered, rest)])
    sources = records.select(stands="event_id", source="source")
    return (
        found.filter(pl.col("event_id") != pl.col("stands"))
        .join(sources, on="stands")
        .select("event_id", reason=pl.format("duplicate of a record read by {}", "source"))
        .sort("event_id")
    )


def _shared(frames: Iterable[pl.DataFrame]) -> list[str]:
    """List the codes that records of several collections have."""
    listed = list(frames)
    if len({source for frame in listed for source in frame.get_column("source").unique()}) < 2:
        return []
    pairs = pl.concat([frame.select("source", "code").unique() for frame in listed]).unique()
    return pairs.filter(pl.col("code").is_duplicated()).get_column("code").unique().to_list()


def _records(frames: Mapping[str, pl.DataFrame], codes: list[str]) -> pl.DataFrame:
    """Give the records of some codes, once each, with their content and how much they leave unstated."""
    facts = pl.concat([_facts(kind, frame.filter(pl.col("code").is_in(codes))) for kind, frame in frames.items()])
    first = [pl.col(name).first() for name in _RECORD]
    records = facts.sort("event_id", "ordinal").group_by("event_id", maintain_order=True)
    return records.agg(*first, pl.col("content", "unstated").sum()).with_columns(
        second=pl.col("time") // SECOND, whole_second=pl.col("time") % SECOND == 0
    )


def _facts(kind: str, facts: pl.DataFrame) -> pl.DataFrame:
    said = facts.select(name for name in facts.columns if name not in _OF_RECORD)
    stated = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in said.columns)
    return facts.select("event_id", "ordinal", *_RECORD).with_columns(
        content=said.with_columns(_kind=pl.lit(kind)).hash_rows() % _PART,
        unstated=said.select(-stated).to_series(),
    )


def _by_number(records: pl.DataFrame) -> pl.DataFrame:
    """Add `stands`, the record that stands for the act, to records that have numbers."""
    rows = records.sort(*_NUMBERED, "time", *_BEST)
    # A log that was cleared counts anew, and a product may give all that belongs together one number.
    apart = (pl.col("time").diff().over(_NUMBERED) > SECOND).fill_null(value=False)
    rows = rows.with_columns(burst=apart.cum_sum().over(_NUMBERED))
    rows = rows.with_columns(place=_place(*_NUMBERED, "burst", "source"))
    return rows.with_columns(stands=_first("event_id", *_NUMBERED, "burst", "place"))


def _by_content(records: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    """Add `stands` to records that have no numbers; one that has a number goes before all that have none.

    Args:
        records: The records.
        numbered: Those with numbers, with `stands`.
    """
    heads = numbered.filter(pl.col("event_id") == pl.col("stands"))
    acts = heads.join(records.select(_SAID).unique(), on=_SAID, how="semi").sort(*_SAID, "time", "record_id", *_BEST)
    acts = acts.with_columns(place=_place(*_SAID))
    # What a collection numbers and what it doesn't are two things: none of it is paired with itself.
    owned = numbered.select("stands", by="source").join(acts.select("stands", *_SAID), on="stands")
    after = owned.select(*_SAID, source="by").unique().join(acts.group_by(_SAID).agg(after=pl.len()), on=_SAID)
    rows = records.sort(*_SAID, "time", *_BEST).join(after, on=[*_SAID, "source"], how="left", maintain_order="left")
    rows = rows.with_columns(place=_place(*_SAID, "source") + pl.col("after").fill_null(0))
    both = pl.concat([acts.select(_PAIRED), rows.select(_PAIRED)])
    one = [*_SAID, "place"]
    by_number = pl.col("event_id").filter(pl.col("record_id").is_not_null()).first().over(one)
    told = both.with_columns(stands=pl.coalesce(by_number, _first("event_id", *one)))
    return told.join(rows.select("event_id"), on="event_id", how="semi")


def _place(*key: str) -> pl.Expr:
    """Number the rows of a key in their order."""
    return pl.int_range(pl.len(), dtype=pl.Int64).over(*key)


def _first(column: str, *key: str) -> pl.Expr:
    """Give the best row's value among those of a key."""
    return pl.col(column).sort_by(_BEST).first().over(*key)
