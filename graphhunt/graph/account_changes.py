"""Changes of accounts and groups (4720-4767, 4781): who made them, of what, and whose membership they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import joined
from graphhunt.graph.groups import BY_TARGET
from graphhunt.graph.identity_groups import is_group

if TYPE_CHECKING:
    from graphhunt.graph.accounts import Accounts
    from graphhunt.graph.groups import Groups
    from graphhunt.graph.windows import Window

PAIR = ("member_id", "member_label", "group_id")
"""Who is in what."""


def account_changes(window: Window, accounts: Accounts, groups: Groups) -> pl.DataFrame:
    """Give account changes with what was changed (`to_id`), and the member where a group's were changed."""
    frame = window.facts("account_change")
    frame = accounts.resolve(frame, "target_user", "target_domain", "target_sid", "target_id")
    frame = groups.resolve(groups.resolve(frame, "group_id"), "nested_id", BY_TARGET)
    of_group = pl.col("object_type") == "group"
    inside = of_group & is_group("target_sid", groups.known)
    frame = frame.with_columns(nested_id=pl.when(inside).then("nested_id"))
    return frame.with_columns(
        to_id=pl.when(of_group).then("group_id").otherwise("target_id"),
        to_label=pl.when(of_group).then(pl.lit("Group")).otherwise(pl.lit("User")),
        member_id=pl.when(of_group).then(pl.coalesce("nested_id", "target_id")),
        member_label=pl.when(pl.col("nested_id").is_not_null()).then(pl.lit("Group")).otherwise(pl.lit("User")),
        changes=joined("changes", "; "),
    )


def memberships(whole: Window, accounts: Accounts, groups: Groups) -> pl.DataFrame:
    """Give the records that put somebody into a group or took them out, with `turn`: how often they had left before."""
    acts = account_changes(whole, accounts, groups).filter(
        pl.col("action").is_in(["add-member", "remove-member"]) & pl.col("success").ne_missing(other=False)
    )
    left = pl.col("action") == "remove-member"
    return acts.drop_nulls(["member_id", "group_id"]).sort(*PAIR, "time", "event_id", "ordinal").with_columns(
        turn=left.shift().over(PAIR).fill_null(value=False).cast(pl.Int64).cum_sum().over(PAIR),
        added_by=pl.when(~left).then("user_id"),
        removed_by=pl.when(left).then("user_id"),
    )  # fmt: skip
