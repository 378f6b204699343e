"""Sessions made of witness records: folded to one per stay, joined to the logon where it was recorded.

Records of one target, source, account and family of service that follow each other within a minute tell of one
session. Where the target recorded the logon, they are its witnesses and may say where it came from; where it didn't,
they make a session of their own, as certain as they together are.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import ORDER, SECOND, evidence, hashed, with_address
from graphhunt.graph.weights import ATTEMPTED, CERTAIN, POSSIBLE, REFUSED, SPRAYED
from graphhunt.graph.witnesses import Witnesses, weighed

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.graph.case import Case

STAY = 60 * SECOND
"""Records of one session follow each other within this, µs."""

BEFORE, AFTER = 60 * SECOND, 5 * SECOND
"""A session's logon stands this long before its first witness at most, or this long after its last, µs."""

AT_ONCE = 2 * SECOND
MANY, WITHIN = 5, 600 * SECOND
"""So many accounts from one source to one target within this are tried, not used."""

REMOTE_TYPES = (3, 7, 8, 10, 12)
"""Logon types that come from another machine; a reconnected desktop's is 7."""

SESSION = [
    "id", "user_id", "machine_id", "address", "family", "start", "last", "record", "count", "evidence", "source",
    "confidence", "start_how", "certainty", "witnesses",
]  # fmt: skip
"""Columns of a session that witnesses alone tell of."""

_STAY = ["machine_id", "from_id", "from_label", "family"]


class Witnessed:
    """The sessions that witness records tell of.

    Args:
        case: Whose records.
        begun: The recorded logons that they may belong to (`Sessions.begun`).
        keyed: Adds the parts of the session key to records that carry a LogonId.
    """

    def __init__(self, case: Case, begun: pl.DataFrame, keyed: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        self.case = case
        self.begun = begun
        self.keyed = keyed

    @cached_property
    def _records(self) -> pl.DataFrame:
        """The witness records with the stay that each belongs to."""
        return _with_accounts(_numbered(weighed(Witnesses(self.case, self.begun, self.keyed).records())))

    def records_of(self, sessions: pl.Series) -> pl.DataFrame:
        """Give the records (`event_id`) of the stays that belong to sessions, or made them."""
        made = self.table.select("row", "id")
        rows = pl.concat([self._matches, made]).filter(pl.col("id").is_in(sessions.implode())).select("row").unique()
        group = [*_STAY, "stay", "user_id"]
        stays = self.stays.with_row_index("row").join(rows, on="row", how="semi")
        return self._records.join(stays, on=group, how="semi", nulls_equal=True).select("event_id")

    @cached_property
    def stays(self) -> pl.DataFrame:
        """One row per stay: target, source, account, family, start, end, certainty, kinds and proof."""
        records = self._records
        group = [*_STAY, "stay", "user_id"]
        kinds = records.group_by(*group, "kind").agg(pl.col("weight").first(), pl.col("attempt").first())
        sure = kinds.sort(*group, "kind").group_by(group, maintain_order=True).agg(
            certainty=1 - (1 - pl.col("weight")).product(), attempts=pl.col("attempt").all(), kinds="kind"
        )  # fmt: skip
        made = records.sort(*ORDER).group_by(group, maintain_order=True).agg(
            *evidence(), pl.col("record").first(), pl.col("address").drop_nulls().first(), start=pl.col("time").min(),
            end=pl.col("time").max(),
        )  # fmt: skip
        frame = made.join(sure, on=group, nulls_equal=True)
        capped = pl.when("attempts").then(pl.min_horizontal("certainty", pl.lit(ATTEMPTED))).otherwise("certainty")
        frame = _damped(self._refused(frame.with_columns(certainty=capped)))
        return frame.with_columns(certainty=pl.min_horizontal("certainty", pl.lit(CERTAIN)).round(2)).sort(
            "start", "machine_id", "from_id", "user_id", "family"
        )

    def _refused(self, stays: pl.DataFrame) -> pl.DataFrame:
        """Take from stays of one kind what a failure of the same account from there at that moment says."""
        failed = with_address(self.case.facts("logon").filter(~pl.col("success")), "source_ip", "ip")
        desktops = with_address(
            self.case.facts("session_change").filter(pl.col("action") == "failed"), "source_ip", "ip"
        ).with_columns(user_id=pl.lit(None, pl.String))
        columns = ["machine_id", "ip", "user_id", "time"]
        frame = pl.concat([failed.select(columns), desktops.select(columns)]).drop_nulls("ip")
        frame = self.case.owners.resolve(frame, "ip", "owner").select(
            "machine_id", failed="time", failed_user="user_id", from_id=pl.coalesce("owner", "ip")
        )
        rows = stays.with_row_index("_row")
        pairs = rows.filter(pl.col("kinds").list.len() == 1).join(frame, on=["machine_id", "from_id"])
        same = (
            (pl.col("failed_user") == pl.col("user_id")) | pl.col("failed_user").is_null() | pl.col("user_id").is_null()
        )
        near = pl.col("failed").is_between(pl.col("start") - AT_ONCE, pl.col("end") + AT_ONCE)
        hit = rows.get_column("_row").is_in(pairs.filter(same & near).get_column("_row").unique().implode())
        return stays.with_columns(
            certainty=pl.when(pl.Series(hit)).then(pl.col("certainty") * (1 - REFUSED)).otherwise("certainty")
        )

    @cached_property
    def _matches(self) -> pl.DataFrame:
        """Give (stay's row, id) of stays whose logon the target recorded."""
        logons = self.begun.filter(
            pl.col("logon_type").is_null() | pl.col("logon_type").is_in(list(REMOTE_TYPES))
        ).with_columns(time=pl.col("start"))
        logons = self.case.owners.resolve(logons, "address", "owner").select(
            "machine_id", "id", logon="start", logon_user="user_id", logon_from=pl.coalesce("owner", "address")
        )
        rows = self.stays.with_row_index("row").select("row", "machine_id", "from_id", "user_id", "start", "end")
        # Joined by the minute that a logon lies in, so that the cost doesn't grow with the square of a busy target.
        minute = 60 * SECOND
        spans = rows.with_columns(
            minute=pl.int_ranges((pl.col("start") - BEFORE) // minute, (pl.col("end") + AFTER) // minute + 1)
        ).explode("minute", empty_as_null=True, keep_nulls=False)
        pairs = spans.join(logons.with_columns(minute=pl.col("logon") // minute), on=["machine_id", "minute"])
        near = pl.col("logon").is_between(pl.col("start") - BEFORE, pl.col("end") + AFTER)
        account = pl.col("user_id").is_null() | (pl.col("user_id") == pl.col("logon_user"))
        place = pl.col("logon_from").is_null() | (pl.col("logon_from") == pl.col("from_id"))
        fitting = pairs.filter(near & account & place).unique(["row", "id"])
        # Where a logon states this very source, it is meant; else the nearest that states none.
        stated = fitting.filter(pl.col("logon_from").is_not_null())
        silent = fitting.join(stated.select("row").unique(), on="row", how="anti")
        nearest = silent.with_columns(away=(pl.col("logon") - pl.col("start")).abs()).sort("row", "away", "id")
        chosen = [stated.select("row", "id"), nearest.unique("row", keep="first").select("row", "id")]
        return pl.concat(chosen).sort("row", "id")

    @cached_property
    def sources(self) -> pl.DataFrame:
        """Where the sessions that stays belong to or make came from: (id, candidate, label, event_id, kinds)."""
        rows = self.stays.with_row_index("row").select(
            "row",
            "kinds",
            "attempts",
            candidate="from_id",
            label="from_label",
            event_id=pl.col("evidence").list.first(),
        )
        recorded = self._matches.join(rows.filter(~pl.col("attempts")), on="row")
        made = self.table.select("row", "id").join(rows, on="row")
        return pl.concat([recorded, made]).drop("row", "attempts").sort("id", "candidate", "event_id")

    @cached_property
    def table(self) -> pl.DataFrame:
        """Sessions that no recorded logon explains, at least possible: rows as `Sessions.table` has them."""
        frame = self.stays.with_row_index("row").join(self._matches, on="row", how="anti")
        frame = frame.filter(pl.col("certainty") >= POSSIBLE)
        word = (
            pl.when(pl.col("certainty") >= 0.9).then(pl.lit("observed"))
            .when(pl.col("certainty") >= 0.7).then(pl.lit("correlated"))
            .otherwise(pl.lit("inferred"))
        )  # fmt: skip
        return frame.with_columns(
            id=hashed("LOGGED_ON", "user_id", "machine_id", "from_id", "family", "start"),
            confidence=word, start_how=pl.lit("witness"), witnesses="kinds", last="end",
        ).select(*SESSION, "row")  # fmt: skip


def _numbered(records: pl.DataFrame) -> pl.DataFrame:
    """Number the stays: runs of records of one target, source and family."""
    frame = records.sort(*_STAY, *ORDER, "kind")
    begins = (pl.col("time") - pl.col("time").shift().over(_STAY) > STAY).fill_null(value=True)
    return frame.with_columns(stay=begins.cum_sum())


def _with_accounts(records: pl.DataFrame) -> pl.DataFrame:
    """Give records without an account that of their stay, where it has one; those of several belong to none."""
    users = pl.col("user_id").drop_nulls()
    frame = records.with_columns(_users=users.n_unique().over("stay"), _user=users.first().over("stay"))
    alone = pl.when(pl.col("_users") == 1).then("_user").otherwise("user_id")
    named = frame.with_columns(user_id=pl.coalesce("user_id", alone))
    return named.filter(pl.col("user_id").is_not_null() | (pl.col("_users") == 0)).drop("_users", "_user")


def _damped(stays: pl.DataFrame) -> pl.DataFrame:
    """Make less certain what many accounts of one source did at one target by one kind of record alone."""
    single = stays.with_row_index("_row").filter(pl.col("kinds").list.len() == 1)
    single = single.with_columns(kind=pl.col("kinds").list.first())
    tried: list[pl.Series] = []
    for shift in (0, WITHIN // 2):
        window = ((pl.col("start") + shift) // WITHIN).alias("window")
        many = pl.col("user_id").n_unique().over("machine_id", "from_id", "kind", window) >= MANY
        tried.append(single.filter(many).get_column("_row"))
    rows = pl.concat(tried).unique()
    sprayed = pl.int_range(pl.len()).is_in(rows.implode())
    return stays.with_columns(certainty=pl.when(sprayed).then(pl.col("certainty") * SPRAYED).otherwise("certainty"))
