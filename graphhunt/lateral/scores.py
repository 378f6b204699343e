"""The hunt's scores of the case's remote logons, for every answer that orders them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import polars as pl

from graphhunt.attention import check_wanted
from graphhunt.graph.weights import CHOSEN
from graphhunt.lateral.detector import LateralOptions, Scoring, score_case
from graphhunt.lateral.detector.corroboration import COLUMNS, Corroboration, corroborate
from graphhunt.lateral.paths import LogonTable, hop_rarity
from graphhunt.lateral.scope import scope_json, suppressed_json

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths.table import Flags, Floats

FLOOR = 0.25
"""Hops with less than this share of the best weight are not offered as parts of unasked-for paths."""

UNSCORED = 1e-6
"""Weight of a hop that wasn't scored, per nat of its rarity: far below any score."""

SCORES = "hunt_scores-4"
"""Name the scores are kept under; the number changes with the rules of scoring."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hunt's scores, which order paths and findings alike.

    Attributes:
        total: Score per row, nats; 0 where it wasn't scored.
        base: The same without proved credential switches.
        scored: Rows that were scored.
        scope: What was scored, as every answer states it.
        suppressed: What suppression lists took out.
    """

    total: Floats
    base: Floats
    scored: Flags
    scope: dict[str, Any]
    suppressed: list[dict[str, Any]]

    @classmethod
    def of(cls, scoring: Scoring) -> Ranking:
        """Take what orders paths from a run of the hunt."""
        scored = scoring.scored & scoring.scores.hops
        total, base = (
            np.where(scored, np.maximum(column, 0.0), 0.0) for column in (scoring.scores.total, scoring.scores.base)
        )
        return cls(total, base, scored, scope_json(scoring.scope), [suppressed_json(one) for one in scoring.suppressed])

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Give it as arrays, to be kept."""
        said = orjson.dumps({"scope": self.scope, "suppressed": self.suppressed})
        return {
            "total": self.total,
            "base": self.base,
            "scored": self.scored,
            "said": np.frombuffer(said, dtype=np.uint8),
        }

    @classmethod
    def from_arrays(cls, kept: dict[str, np.ndarray[Any, Any]]) -> Ranking:
        """Make it from what `arrays` gave."""
        said = orjson.loads(kept["said"].tobytes())
        return cls(kept["total"], kept["base"], kept["scored"], said["scope"], said["suppressed"])


class Logons:
    """The case's remote logons with what path search asks of them, computed on first need.

    Args:
        snapshot: The graph's tables.
        least: Logons whose source is less certain than this are left out.
    """

    def __init__(self, snapshot: Snapshot, least: float = CHOSEN) -> None:
        self._snapshot = snapshot
        self._least = least

    @cached_property
    def table(self) -> LogonTable | None:
        """The logons as the path engine takes them; None if there is none."""
        return logon_table(self._snapshot, self._least)

    @cached_property
    def ranking(self) -> Ranking | None:
        """The scores of the hunt with default options; None if there is no logon."""
        table, snapshot = self.table, self._snapshot
        if table is None:
            return None
        if self._least != CHOSEN:
            return default_ranking(table, snapshot)
        return Ranking.from_arrays(
            snapshot.computed(SCORES, len(table), lambda: default_ranking(table, snapshot).arrays())
        )

    @cached_property
    def linked(self) -> Flags:
        """Rows that records prove to be linked to an earlier or later remote session."""
        return np.zeros(0, dtype=bool) if self.table is None else linked_rows(self.table, self._snapshot)

    @cached_property
    def causes(self) -> dict[str, str | None]:
        """Remote logon that led to each one whose cause is proved; None where that is none."""
        return cause_of(self._snapshot)


def logons_of(snapshot: Snapshot, least: float = CHOSEN) -> Logons:
    """Give the logons of a snapshot whose source is certain enough, the same as long as its tables stay."""
    return snapshot.remembered("logons", least, lambda: Logons(snapshot, least))


def logon_table(snapshot: Snapshot, least: float = CHOSEN) -> LogonTable | None:
    """Give the case's remote logons as the path engine takes them; None if there is none.

    Args:
        snapshot: The graph's tables.
        least: Logons whose source is less certain than this are left out.
    """
    logons, machines, users = (snapshot.table(name) for name in ("REMOTE_LOGON", "Machine", "User"))
    if logons is None or machines is None or users is None:
        return None
    logons = logons.filter(pl.col("certainty") >= least)
    if not logons.height:
        return None
    names = dict(machines.select("id", "name").iter_rows())
    accounts = dict(users.select("id", "name").iter_rows())
    return LogonTable.from_frame(logons, host_names=names, account_names=accounts)


def corroboration(table: LogonTable, snapshot: Snapshot) -> Corroboration:
    """Join the case's host events to the rows of the table."""
    events = host_events(table, snapshot)
    return Corroboration.none(table) if events is None else corroborate(table, events)


def host_events(table: LogonTable, snapshot: Snapshot) -> pl.DataFrame | None:
    """Give the case's host events with the table's numbers, as `corroborate` takes them; None if there is none."""
    events = snapshot.table("Corroboration")
    if events is None:
        return None
    hosts = {host: index for index, host in enumerate(table.hosts)}
    accounts = {account: index for index, account in enumerate(table.accounts)}
    rows = _rows(table, events["relationship_id"])
    looked_up = {
        "t": pl.col("time"), "kind": pl.col("kind"), "host": _index("machine_id", hosts),
        "acct": _index("user_id", accounts), "row": _index("relationship_id", rows), "peer": _index("peer_id", hosts),
    }  # fmt: skip
    return events.select(looked_up[name].cast(dtype).alias(name) for name, dtype in COLUMNS.items())


def _rows(table: LogonTable, ids: pl.Series) -> dict[str, int]:
    """Give the table's row per relationship id, for those ids that it has."""
    if table.ids is None:
        return {text: int(text) for text in ids.drop_nulls().unique().to_list()}
    known = pl.DataFrame({"id": table.ids}).with_row_index("row")
    return dict(known.join(ids.drop_nulls().unique().to_frame("id"), on="id", how="semi").select("id", "row").rows())


def _index(column: str, known: dict[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(known, default=-1, return_dtype=pl.Int64).fill_null(-1)


def default_ranking(table: LogonTable, snapshot: Snapshot) -> Ranking:
    """Score each remote logon as `hunt lateral-movement` without parameters does."""
    seen = corroboration(table, snapshot)
    check_wanted()
    return Ranking.of(score_case(table, seen, LateralOptions()))


def linked_rows(table: LogonTable, snapshot: Snapshot) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark the rows that records prove to be linked to an earlier or later remote session."""
    led = [pair for pair in cause_of(snapshot).items() if pair[1]]
    ends = pl.Series("id", sorted({one for pair in led for one in pair if one}), dtype=pl.String)
    linked = np.zeros(len(table), dtype=bool)
    linked[list(_rows(table, ends).values())] = True
    return linked


def cause_of(snapshot: Snapshot) -> dict[str, str | None]:
    """Give for each remote logon whose cause is proved, the remote logon that led to it, None if that is none."""
    logons = snapshot.table("REMOTE_LOGON")
    if logons is None or "cause_proved" not in logons.columns:
        return {}
    return dict(logons.filter("cause_proved").select("id", "caused_by").iter_rows())


def path_weights(ranking: Ranking, linked: Flags, *, asked: Flags, floor: bool) -> Floats:
    """Give the weights that order paths with the same strongest hop; 0 keeps a hop out of unasked-for paths.

    A logon opened by a process of an earlier remote session, and that earlier session, are parts of one chain
    whatever their rarity: they weigh as much again as the best.

    Args:
        ranking: The hunt's scores.
        linked: Rows whose link is proved.
        asked: Rows that the question allows; what is best is counted among them.
        floor: Leave out what is far below the best weight.
    """
    base = ranking.base
    best = float(base[asked].max(initial=0.0))
    weights = np.where(linked, base + max(best, 1.0), base)
    least = FLOOR * float(weights[asked].max(initial=0.0)) if floor else 0.0
    return np.where(weights >= least, weights, 0.0)


def with_unscored(weights: Floats, table: LogonTable, ranking: Ranking) -> Floats:
    """Give hops that weren't scored a weight by their rarity, so small that no scored hop comes after them."""
    unscored = known_hops(table) & ~ranking.scored & (weights == 0)
    return np.where(unscored, UNSCORED * hop_rarity(table).total, weights) if unscored.any() else weights


def known_hops(table: LogonTable) -> Flags:
    """Mark the rows that can be scored: hops from a known source by a known account."""
    return np.asarray(table.usable() & (table.src >= 0) & (table.acct >= 0))
