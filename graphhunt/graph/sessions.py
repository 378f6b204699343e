"""Logon sessions: one per (machine, boot, LogonId), from logon to logoff.

LogonIds are unique on a machine until it boots (Microsoft, event 4624, "Logon ID"); a boot, or another
account appearing under the same id, begins a new session. The LogonIds of the system's own accounts are the same
after every boot, and always theirs. An administrator's logon has two halves, a filtered and an elevated one
("Linked Logon ID"): a half whose own logon isn't recorded is part of the session that names it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.boots import WELL_KNOWN, Boots
from graphhunt.graph.folds import AS_NUMBERED, Fold, first_known, greatest, proof
from graphhunt.graph.frames import ORDER, SECOND, evidence, first, hashed, repeated, with_address
from graphhunt.graph.weights import CHOSEN, LOGON
from graphhunt.graph.witnessed import Witnessed
from graphhunt.model import FACTS, Logon
from graphhunt.schema import RELATIONSHIPS, repeated_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphhunt.graph.case import Case
    from graphhunt.graph.windows import Window

SLACK = 2 * SECOND
"""Records of one logon, or of a machine that boots, may be written this much before it, µs."""

_MEMBERS = tuple(
    str(fact.__struct_config__.tag) for fact in FACTS if "logon_id" in fact.__struct_fields__ and fact is not Logon
)
"""Kinds of records that state the LogonId of a session, beside its logon."""

_TOLD = ("logoff", "privileges", "session_change")
"""Those that tell of a session itself; the others tell of what was done in it."""
_OWN_FIELDS = (
    "user_id", "address", "source_port", "outbound_domain", "process_path", "logon_guid", "subject_logon_id",
)  # fmt: skip
"""Fields of logons that rules look at, beside those that LOGGED_ON repeats."""
_KEY = ["machine_id", "boot", "logon_id", "turn"]
_ACTS = Fold(
    tuple(_KEY),
    {
        **{name: how for name, how in proof().items() if name != "end"},
        "last": greatest("time"),
        "logoff": greatest(pl.when(pl.col("kind") == "logoff").then("time")),
        "privileged": greatest(pl.col("kind") == "privileges"),
    },
    drawn=False,
)
_WHOSE = Fold(tuple(_KEY), {name: first_known(name) for name in ("user_id", "record")}, order=AS_NUMBERED, drawn=False)
_LONE = ("user_id", "machine_id", "start", "address", "source_port", "logon_process")
"""What tells logons without a LogonId apart; records that agree in all of it tell of one logon."""


class Sessions:
    """All logon sessions of a case, and the look-up from (machine, LogonId, time) to them."""

    def __init__(self, case: Case, windows: Sequence[Window]) -> None:
        self.case = case
        self._windows = windows

    @cached_property
    def boots(self) -> pl.DataFrame:
        """When each machine booted."""
        return Boots(self.case).table

    @cached_property
    def _logons(self) -> pl.DataFrame:
        frame = self.case.facts("logon").filter("success")
        return with_address(frame, "source_ip", "address")

    @cached_property
    def _turns(self) -> pl.DataFrame:
        """When a LogonId passes to another account within one boot (a boot that left no record)."""
        passing = self._logons.drop_nulls("logon_id").filter(~pl.col("logon_id").is_in(list(WELL_KNOWN)))
        frame = self._boot(passing).sort("machine_id", "boot", "logon_id", *ORDER)
        group = ["machine_id", "boot", "logon_id"]
        before = pl.col("user_id").shift().over(group)
        changed = frame.filter(before.is_not_null() & pl.col("user_id").is_not_null() & (before != pl.col("user_id")))
        return (
            changed.select(*group, "time", pl.col("time").alias("turn")).unique().sort("time", "machine_id", "logon_id")
        )

    def _boot(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `boot`: when the machine had last booted, 0 if unknown."""
        return _latest(frame, self.boots, ["machine_id"]).with_columns(pl.col("boot").fill_null(0))

    def keyed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the parts of the session key to records that carry a `logon_id`."""
        found = _latest(self._boot(frame), self._turns, ["machine_id", "boot", "logon_id"])
        return found.with_columns(pl.col("turn").fill_null(0))

    def _naming(self) -> pl.DataFrame:
        """Give the key of the other half that each logon names, with its own id, LogonId and turn, earliest first."""
        naming = self.begun.drop_nulls(["logon_id", "linked_logon_id"]).sort("start", "id")
        named = naming.select(
            "machine_id", logon_id="linked_logon_id", time="start", _id="id", _logon="logon_id", _turn="turn"
        )
        return self.keyed(named)

    @cached_property
    def _halves(self) -> pl.DataFrame:
        """The keys of halves whose own logon isn't recorded, with that of the logon that names them."""
        keyed = self._naming().join(self.begun, on=_KEY, how="anti", maintain_order="left")
        return keyed.unique(_KEY, keep="first", maintain_order=True).select(*_KEY, "_logon", "_turn")

    @cached_property
    def _groups(self) -> pl.DataFrame:
        """The half that began first, of every logon whose halves are both recorded: (id, logon_group)."""
        named = self._naming().join(self.begun.select(*_KEY, other="id"), on=_KEY)
        pairs = named.select("other", one="_id")
        both = pl.concat([pairs, pairs.select(other="one", one="other")])
        halves = pl.concat([both, both.select(other="one", one="one")])
        began = halves.join(self.begun.select("record", other="id", began="start"), on="other")
        return began.group_by(id="one").agg(logon_group=pl.col("other").sort_by("began", "record", "other").first())

    def _placed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the key of the session that records with a `logon_id` belong to: that of its other half if need be."""
        found = self.keyed(frame).join(self._halves, on=_KEY, how="left", maintain_order="left")
        return found.with_columns(
            logon_id=pl.coalesce("_logon", "logon_id"), turn=pl.coalesce("_turn", "turn")
        ).drop("_logon", "_turn")  # fmt: skip

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per session, those never seen beginning included (`confidence` inferred)."""
        inferred = self._inferred()
        for members in self._members:
            self.case.drawn.take(members.join(inferred, on=_KEY, how="semi"))
            self.case.drawn.take(members.filter(pl.col("kind").is_in(_TOLD)).join(self.begun, on=_KEY, how="semi"))
        grouped = self._with_witnesses(self.begun).join(self._groups, on="id", how="left", maintain_order="left")
        frame = pl.concat([grouped, inferred], how="diagonal")
        frame = frame.join(self._acting.select(*_KEY, "last", "logoff", "privileged"), on=_KEY, how="left")
        frame = pl.concat([frame, self.witnessed.table.drop("row")], how="diagonal")
        start = pl.col("start")
        return frame.with_columns(
            open=pl.col("logoff").is_null(),
            privileged=pl.col("privileged").fill_null(value=False),
            end=pl.max_horizontal(start, pl.coalesce("logoff", "last")),
        ).sort("start", "record", "id")

    def _inferred(self) -> pl.DataFrame:
        """Give the sessions that were never seen beginning: their first act says whose they are, and since when."""
        acting = self._acting.drop("last", "logoff", "privileged").join(self.begun, on=_KEY, how="anti")
        return (
            acting.drop_nulls("user_id")
            .with_columns(confidence=pl.lit("inferred"), start_how=pl.lit("first act"), certainty=pl.lit(LOGON))
            .with_columns(id=hashed("LOGGED_ON", "user_id", "machine_id", "logon_id", "start"))
        )

    @cached_property
    def witnessed(self) -> Witnessed:
        """What other records than logons tell of sessions."""
        return Witnessed(self.case, self.begun, self._placed)

    def _with_witnesses(self, begun: pl.DataFrame) -> pl.DataFrame:
        """Add `witnesses`: the kinds of other records that tell of a recorded logon."""
        told = self.witnessed.sources.select("id", pl.col("kinds").alias("kind")).explode(
            "kind", empty_as_null=True, keep_nulls=False
        )
        kinds = told.group_by("id").agg(_told=pl.col("kind").unique().sort())
        frame = begun.join(kinds, on="id", how="left", maintain_order="left")
        own = pl.concat_list(pl.lit("logon"))
        told_by = pl.concat_list(own, pl.col("_told").fill_null(pl.lit([], pl.List(pl.String))))
        return frame.with_columns(witnesses=told_by).drop("_told")

    @cached_property
    def begun(self) -> pl.DataFrame:
        """Sessions whose logon was recorded; logons without a LogonId are sessions of their own."""
        frame = self.case.drawn.take(self.keyed(self._logons).drop_nulls("user_id"))
        alone = frame.with_columns(start="time").with_columns(
            lone=pl.when(pl.col("logon_id").is_null()).then(hashed("LOGGED_ON", *_LONE))
        )
        grouped = alone.drop("start").sort(*ORDER).group_by([*_KEY, "lone"], maintain_order=True)
        fields = dict.fromkeys((*_OWN_FIELDS, *repeated_facts(RELATIONSHIPS["LOGGED_ON"]).values()))
        begun = grouped.agg(
            *[first(c) for c in fields],
            first("record"),
            repeated(),
            *evidence()[1:],
            start=pl.col("time").min(),
            stated=pl.col("certainty").max(),
        )
        return begun.with_columns(
            id=pl.coalesce("lone", hashed("LOGGED_ON", "user_id", "machine_id", "logon_id", "start")),
            confidence=pl.lit("observed"), start_how=pl.lit("logon"),
            certainty=pl.coalesce("stated", pl.lit(LOGON)),
        ).drop("stated")  # fmt: skip

    @cached_property
    def _members(self) -> list[pl.DataFrame]:
        """Every other record that carries a LogonId, keyed to its session, window by window."""
        return [self._placed(_stating(window)) for window in self._windows]

    @cached_property
    def _acting(self) -> pl.DataFrame:
        """What the other records say of each session: first and last act, logoff, whether it was privileged."""
        acts = _ACTS.shown([_ACTS.given(members) for members in self._members])
        whose = _WHOSE.shown([_WHOSE.given(members) for members in self._members])
        return acts.join(whose, on=_KEY, how="left", maintain_order="left")

    @cached_property
    def _drawn(self) -> pl.DataFrame:
        """The key and id of every session that LOGGED_ON shows."""
        return self.likely.drop_nulls("logon_id").select(*_KEY, logon_session_id="id")

    @cached_property
    def likely(self) -> pl.DataFrame:
        """The sessions that are sure enough to be drawn, and whose account is known."""
        return self.table.filter((pl.col("certainty") >= CHOSEN) & pl.col("user_id").is_not_null())

    def attach(self, frame: pl.DataFrame, logon_id: str = "logon_id") -> pl.DataFrame:
        """Add `logon_session_id`: the session whose LogonId a record states; null where no such session is known.

        Args:
            frame: Records with machine and time; their order stays.
            logon_id: The column that holds the LogonId.
        """
        rows = frame.with_row_index("_row")
        stated = rows.select("_row", "machine_id", "time", logon_id=logon_id).drop_nulls("logon_id")
        found = self._placed(stated).join(self._drawn, on=_KEY).select("_row", "logon_session_id")
        return rows.join(found, on="_row", how="left", maintain_order="left").drop("_row")


def _stating(window: Window) -> pl.DataFrame:
    """Give the records of a window that state a LogonId and are no logons."""
    columns = ["machine_id", "logon_id", "user_id", *ORDER, "ordinal", "source"]
    parts = [window.facts(kind).drop_nulls("logon_id").with_columns(kind=pl.lit(kind)) for kind in _MEMBERS]
    known = [part.select("kind", *(name for name in columns if name in part.columns)) for part in parts]
    return pl.concat(known, how="diagonal")


def _latest(frame: pl.DataFrame, changes: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Add what had last changed when each record was written, or within `SLACK` after it."""
    asked = frame.with_columns(_time=pl.col("time"), time=pl.col("time") + SLACK).sort("time", maintain_order=True)
    found = asked.join_asof(changes, on="time", by=by, strategy="backward", check_sortedness=False)
    return found.with_columns(time=pl.col("_time")).drop("_time")
