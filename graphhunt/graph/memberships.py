"""Who was in which group from when until when: MEMBER_OF.

A membership lasts from the record that somebody was put into a group to the one that takes them out; which one a record
belongs to depends on those before it, so that the records are numbered over the whole case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.account_changes import PAIR
from graphhunt.graph.folds import Fold, first_known, last_known, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import hashed

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window


def _contributes(window: Window, known: Definitions) -> Tables:
    return {"MEMBER_OF": window.of(known.memberships)}


def _draws(sums: Tables, _known: Definitions) -> Tables:
    made = sums["MEMBER_OF"].with_columns(
        hashed("MEMBER_OF", *PAIR, "start").alias("id"),
        open=pl.col("action") == "add-member",
        confidence=pl.lit("observed"),
    )
    ends = {"member_id": "from_id", "member_label": "from_label", "group_id": "to_id"}
    return {"MEMBER_OF": made.rename(ends).drop("turn", "action")}


FAMILY = Family(
    "memberships",
    asks=("memberships",),
    folds={
        "MEMBER_OF": Fold(
            (*PAIR, "turn"),
            {
                **proof(),
                "added_by": first_known("added_by"),
                "removed_by": first_known("removed_by"),
                "action": last_known("action"),
            },
        )
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
