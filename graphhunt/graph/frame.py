"""The frame in which rules run: definitions are made of all facts, contributions of one window's facts and answers.

A rule family says which definitions it *asks* (`graphhunt.graph.definitions` lists what is *defined*, and of what), and
what the facts of one window *contribute* to which tables. It gives rows of records; how rows add up is the table's fold
(`graphhunt.graph.folds`), not the rule's. Of the sums it then draws nodes and relationships. So a case may be cut into
windows, any of them computed anew alone, without a change of a rule or of a result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.drawn import Drawn
    from graphhunt.graph.folds import Fold
    from graphhunt.graph.windows import Window

Tables = Mapping[str, pl.DataFrame]


class Family(NamedTuple):
    """Rules that belong together.

    Attributes:
        name: What they are about.
        asks: The definitions that they look things up in, by name.
        folds: The tables they contribute to; families that share a table share its fold.
        contributes: Gives, for a window and definitions, the rows by table.
        draws: Makes, of the folded tables and definitions, nodes by label and relationships by type.
    """

    name: str
    asks: tuple[str, ...]
    folds: Mapping[str, Fold]
    contributes: Callable[[Window, Definitions], Tables]
    draws: Callable[[Tables, Definitions], Tables]


def folded(
    families: Sequence[Family], windows: Sequence[Window], known: Definitions, drawn: Drawn, whole: Tables
) -> Tables:
    """Give the table of every fold: what all families contribute of all windows, added up.

    Args:
        families: The families.
        windows: The windows of the case, in any order.
        known: The definitions.
        drawn: Takes note of the records that contribute.
        whole: Rows that rules over the whole case add to tables.
    """
    folds = {table: fold for family in families for table, fold in family.folds.items()}
    parts = {table: [folds[table].given(rows)] for table, rows in whole.items()}
    for family in families:
        for window in windows:
            for table, rows in family.contributes(window, known).items():
                if folds[table].drawn:
                    drawn.take(rows)
                parts.setdefault(table, []).append(folds[table].given(rows))
    return {table: folds[table].shown(found) for table, found in parts.items()}


def drawings(families: Sequence[Family], sums: Tables, known: Definitions) -> dict[str, pl.DataFrame]:
    """Give the nodes by label and relationships by type that all families draw."""
    tables: dict[str, list[pl.DataFrame]] = {}
    for family in families:
        for name, table in family.draws(sums, known).items():
            tables.setdefault(name, []).append(table)
    return {name: pl.concat(found, how="diagonal") for name, found in tables.items()}
