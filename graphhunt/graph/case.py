"""The case: all facts of a workspace, and the identities resolved so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import polars as pl

from graphhunt.graph.accounts import Accounts
from graphhunt.graph.corrected import Corrected
from graphhunt.graph.doubles import doubles
from graphhunt.graph.drawn import Drawn
from graphhunt.graph.frames import ORDER, text
from graphhunt.graph.happenings import COMPARED
from graphhunt.graph.identity_groups import known_groups, without_groups
from graphhunt.graph.identity_local import RecordFiles, no_files
from graphhunt.graph.identity_statements import Statement
from graphhunt.graph.machines import Machines
from graphhunt.graph.ownership import Ownership
from graphhunt.graph.sensed import with_sensed
from graphhunt.model import FACTS

Facts = Callable[[str], pl.DataFrame]
"""Gives all facts of a kind, once each: the fact's fields, `event_id` and `source`."""


class Case:
    """All facts, with hosts, accounts and addresses resolved to entities.

    Args:
        facts: Gives the frame of a kind; called once per kind.
        client_id: Tenant of the case.
        files: Gives the files that records came from.
        statements: What analysts state about identities.

    Attributes:
        drawn: The records that rules drew so far.
    """

    def __init__(
        self,
        facts: Facts,
        client_id: str = "default",
        files: RecordFiles = no_files,
        statements: Sequence[Statement] = (),
    ) -> None:
        self._facts = facts
        self._files = files
        self._statements = statements
        self._stated: dict[str, pl.DataFrame] = {}
        self._stored: dict[str, pl.DataFrame] = {}
        self._frames: dict[str, pl.DataFrame] = {}
        self.client_id = client_id
        self.drawn = Drawn()

    def raw(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind in one fixed order, each act once, whatever collections its records came by."""
        if kind not in self._frames:
            self._frames[kind] = self._once(self.stored(kind))
        return self._frames[kind]

    def stored(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind of every record, with texts trimmed and `record`, the source's number of each.

        Their times are put right where other logs tell that a log's are wrong.
        """
        if kind not in self._stored:
            frame = self._read(kind)
            if self.corrected.any:
                frame = self.corrected.right(frame).sort(*ORDER, "ordinal")
            self._stored[kind] = frame
        return self._stored[kind]

    def _read(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind with the times that their records state."""
        if kind not in self._stated:
            frame = self._states if kind == "machine_state" else self._facts(kind)
            frame = self._by_name(frame)
            record = pl.col("record_id").str.to_integer(strict=False).alias("record")
            texts = [text(name) for name, dtype in frame.schema.items() if dtype == pl.String and frame.height]
            frame = frame.with_columns(*texts, record)
            self._stated[kind] = frame.sort(*ORDER, "ordinal") if frame.height else frame
        return self._stated[kind]

    @cached_property
    def _states(self) -> pl.DataFrame:
        return self._facts("machine_state")

    @cached_property
    def _names(self) -> pl.DataFrame:
        """What sensors, whose other records state their ids alone, call their machines: `host`, and the last name."""
        named = self._states.filter(pl.col("state") == "named").drop_nulls(["host", "target"])
        return named.sort("time", "event_id").group_by("host").agg(_called=pl.col("target").last())

    def _by_name(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give facts of sensors the name of the machine, whichever of both came first."""
        if not self._names.height or not frame.height:
            return frame
        found = frame.join(self._names, on="host", how="left", maintain_order="left")
        return found.with_columns(host=pl.coalesce("_called", "host")).drop("_called")

    def _once(self, frame: pl.DataFrame) -> pl.DataFrame:
        if not self.doubles.height:
            return frame
        return frame.join(self.doubles, on="event_id", how="anti", maintain_order="left")

    def kinds(self) -> list[str]:
        """List the kinds of which the case has facts."""
        tags = [str(fact.__struct_config__.tag) for fact in FACTS]
        return [tag for tag in tags if self._read(tag).height]

    @cached_property
    def corrected(self) -> Corrected:
        """What is wrong with the logs' times, as far as other logs tell."""
        return Corrected({kind: self._read(kind) for kind in COMPARED}, self._named.placed)

    @cached_property
    def _named(self) -> Machines:
        """The machines by the names that their records state, at the times that these state."""
        frames = {kind: self._read(kind) for kind in self.kinds()}
        return Machines(frames, self.client_id, self._files, self._statements)

    def events(self) -> pl.DataFrame:
        """Give `event_id` of every record that states a fact, once."""
        return pl.concat([self.raw(kind).select("event_id") for kind in (self.kinds() or ["logon"])]).unique()

    def facts(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind that name a machine, with `machine_id` (and `user_id` where they name one)."""
        name = f"resolved:{kind}"
        if name not in self._frames:
            frame = self.machines.resolve(self.raw(kind))
            if {"user", "domain"} <= set(frame.columns):
                frame = self.accounts.resolve(frame)
            self._frames[name] = frame
        return self._frames[name]

    @cached_property
    def _every(self) -> dict[str, pl.DataFrame]:
        """All facts of every record, by kind, with their times put right."""
        return {kind: self.stored(kind) for kind in self.kinds()}

    @cached_property
    def _timed(self) -> Machines:
        """The machines by the names that records state, those of doubles too, seen at the right times."""
        if not self.corrected.any:
            return self._named
        return Machines(self._every, self.client_id, self._files, self._statements)

    @cached_property
    def doubles(self) -> pl.DataFrame:
        """The records whose act one of another collection stands for: `event_id`, `reason`."""
        return doubles(self._every, self._timed)

    @cached_property
    def machines(self) -> Machines:
        """The machines that logged."""
        if not self.doubles.height:
            return with_sensed(self, self._timed)
        # A double may name a machine as no other record does; when it was seen, the record says that stands for it.
        again = pl.col("event_id").is_in(self.doubles.get_column("event_id").implode())
        unseen = pl.when(~again).then("time").alias("time")
        named = {kind: frame.with_columns(unseen) for kind, frame in self._every.items()}
        return with_sensed(self, self._timed.seen_in(named))

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts named anywhere."""
        frames = {kind: self.raw(kind) for kind in self.kinds()}
        if "directory_object" in frames:
            # A directory's listing names accounts; it is no sighting of them.
            unseen = pl.lit(None, pl.Int64).alias("time")
            frames["directory_object"] = frames["directory_object"].with_columns(unseen)
        if "account_change" in frames:
            frames["account_change"] = without_groups(frames["account_change"], known_groups(frames))
        if "possible_right" in frames:
            frames["possible_right"] = _named_by_number(frames["possible_right"])
        return Accounts(frames, self.machines, self._statements)

    @cached_property
    def owners(self) -> Ownership:
        """Which machine had which address when."""
        return Ownership(self)


def _named_by_number(rights: pl.DataFrame) -> pl.DataFrame:
    """Give the accounts that a directory's rights name by their SID alone, as spellings."""
    ends = [
        rights.filter(pl.col(f"{end}_type") == "User").select(sid=f"{end}_id", host="host") for end in ("start", "end")
    ]
    found = pl.concat(ends).unique().filter(pl.col("sid").str.starts_with("S-1-5-21-"))
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("user", "domain", "event_id")]
    return found.with_columns(*nothing, time=pl.lit(None, pl.Int64))
