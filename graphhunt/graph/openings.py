"""Openings of one process by another: the records that tell of one opening are one act.

Security 4656 says which rights a handle was given with, 4663 of the same handle that one of them was used, and Sysmon
10 tells of the same opening on its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.claims import USE, mask
from graphhunt.graph.frames import ORDER, SECOND, SESSION

if TYPE_CHECKING:
    from graphhunt.graph.acts import Acts
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes

SAME_ACT = SECOND
"""How far apart two logs may tell of one opening: the Security log cuts its times to the second, µs."""

_WHO = ["machine_id", "process_id", "target_id"]
_HANDLE = [*_WHO, "handle_id"]


def openings(case: Case, processes: Processes, acts: Acts) -> pl.DataFrame:
    """Give the records of openings that weren't refused, with both processes.

    Beside the facts' columns: `user_id` whom the process ran as, or else acted as, `granted` the rights its handle was
    opened with, `used` the mask of those that a record says were used (0 if none does), and `act`, which the records
    of one opening share; `logon_session_id` is the act's: the one that a record states, else that of the process.
    """
    given = (pl.col("operation") == "access") & pl.col("success").ne_missing(other=False)
    frame = processes.resolve(case.facts("process_access").filter(given).rename({"user_id": "said_user"}))
    frame = processes.resolve(frame, guid="target_guid", pid="target_pid", path="target_path", into="target_id")
    owners = processes.nodes.select("user_id", process_id="id")
    frame = frame.join(owners, on="process_id", how="left").with_columns(user_id=pl.coalesce("user_id", "said_user"))
    return _in_sessions(_acts(_handles(frame.drop("said_user"))).drop("_row"), acts)


def _handles(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `opening`, `granted` and `used`: a request begins an opening of its handle, uses after it belong to that."""
    use = pl.col("code") == USE
    rows = frame.with_columns(use=use).sort("time", "record", "use", "event_id", "ordinal").with_row_index("_row")
    rows = rows.with_columns(turn=(~pl.col("use")).cum_sum().over(_HANDLE))
    whole = pl.col("_row").min().over([*_HANDLE, "turn"])
    rows = rows.with_columns(opening=pl.when(pl.col("handle_id").is_null()).then("_row").otherwise(whole))
    used = rows.filter("use").group_by("opening").agg(used=mask("granted").bitwise_or())
    rows = rows.join(used, on="opening", how="left", maintain_order="left")
    return rows.with_columns(pl.col("granted").first().over("opening"), pl.col("used").fill_null(0))


def _acts(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `act`: openings that two logs tell of closely are one, the first of one log the first of the other."""
    same = [*_WHO, "granted"]
    each = rows.group_by("opening").agg(
        *[pl.col(name).first() for name in same], began=pl.col("time").min(),
        log=pl.col("code").str.split("/").list.first().first(),
    )  # fmt: skip
    each = each.sort(*same, "began", "opening")
    fresh = pl.col("began") - pl.col("began").shift().over(same) > SAME_ACT
    each = each.with_columns(burst=fresh.fill_null(value=True).cum_sum())
    each = each.with_columns(place=pl.int_range(pl.len()).over("burst", "log"))
    each = each.with_columns(act=pl.col("opening").min().over("burst", "place"))
    return rows.join(each.select("opening", "act"), on="opening", how="left", maintain_order="left")


def _in_sessions(rows: pl.DataFrame, acts: Acts) -> pl.DataFrame:
    found = acts.of_record(rows).drop_nulls(SESSION)
    best = found.sort(pl.col("logon_id").is_null(), *ORDER, maintain_order=True)
    chosen = best.unique("act", keep="first", maintain_order=True).select("act", SESSION)
    return rows.join(chosen, on="act", how="left", maintain_order="left")
