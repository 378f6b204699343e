"""The hunt's scores of the case's remote logons, for every answer that orders them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import polars as pl

from graphhunt.attention import check_wanted
from graphhunt.graph.local_accounts import local_accounts
from graphhunt.graph.weights import CHOSEN
from graphhunt.lateral.detector import CASE, LETTERS, LateralOptions, Scoring, score_case
from graphhunt.lateral.detector.corroboration import COLUMNS, Corroboration, corroborate
from graphhunt.lateral.hops import CAUSE_KINDS, cause_kind
from graphhunt.lateral.paths import LogonTable, hop_rarity
from graphhunt.lateral.scope import scope_json, suppressed_json

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths.table import Flags, Floats

FLOOR = 0.25
"""Hops with less than this share of the best weight are not offered as parts of unasked-for paths."""

UNSCORED = 1e-6
"""Weight of a hop that wasn't scored, per nat of its rarity: far below any score."""

SCORES = "hunt_scores-5"
"""Name the scores are kept under; the number changes with the rules of scoring."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hunt's scores, which order paths and findings alike.

    Attributes:
        total: What orders the rows (see `detector.classes`), highest first; 0 where one wasn't scored. In monitor
            mode it is the score, in nats.
        base: The score without proved credential switches.
        code: Class per row, as index in `detector.LETTERS`.
        scored: Rows that were scored.
        scope: What was scored, as every answer states it.
        suppressed: What suppression lists took out.
    """

    total: Floats
    base: Floats
    code: np.ndarray[Any, np.dtype[np.int64]]
    scored: Flags
    scope: dict[str, Any]
    suppressed: list[dict[str, Any]]

    @classmethod
    def of(cls, scoring: Scoring) -> Ranking:
        """Take what orders paths from a run of the hunt."""
        scored = scoring.scored & scoring.scores.hops
        total, base = (
            np.where(scored, np.maximum(column, 0.0), 0.0) for column in (scoring.classed.order, scoring.scores.base)
        )
        suppressed = [suppressed_json(one) for one in scoring.suppressed]
        return cls(total, base, scoring.classed.code, scored, scope_json(scoring.scope), suppressed)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Give it as arrays, to be kept."""
        said = orjson.dumps({"scope": self.scope, "suppressed": self.suppressed})
        return {
            "total": self.total,
            "base": self.base,
            "code": self.code,
            "scored": self.scored,
            "said": np.frombuffer(said, dtype=np.uint8),
        }

    @classmethod
    def from_arrays(cls, kept: dict[str, np.ndarray[Any, Any]]) -> Ranking:
        """Make it from what `arrays` gave."""
        said = orjson.loads(kept["said"].tobytes())
        return cls(kept["total"], kept["base"], kept["code"], kept["scored"], said["scope"], said["suppressed"])

    def letter(self, rows: tuple[int, ...]) -> str | None:
        """Give the most telling class of those rows that were scored; None where none was."""
        codes = [int(self.code[row]) for row in rows if self.scored[row]]
        return LETTERS[min(codes)] if codes else None

    def score(self, rows: tuple[int, ...]) -> float | None:
        """Give the highest score of those rows that were scored, nats; None where none was, and in case mode."""
        known = [float(self.total[row]) for row in rows if self.scored[row]]
        return round(max(known), 4) if known and self.scope["mode"] != CASE else None


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
    if logons is None or users is None:
        return None
    if machines is None:
        machines = pl.DataFrame(schema={"id": pl.String, "name": pl.String})
    logons = logons.filter(pl.col("certainty") >= least)
    if not logons.height:
        return None
    realms = snapshot.table("Realm")
    names = dict(machines.select("id", "name").iter_rows())
    names |= {} if realms is None else dict(realms.select("id", "name").iter_rows())
    accounts = dict(users.select("id", "name").iter_rows())
    table = LogonTable.from_frame(logons, host_names=names, account_names=accounts)
    return replace(table, alike=_alike(table, local_accounts(users, machines.get_column("id"))))


def _alike(table: LogonTable, local: dict[str, str]) -> tuple[int, ...]:
    """Give per account the first local account of the same name; others stand for themselves."""
    first: dict[str, int] = {}
    return tuple(
        first.setdefault(local[account], index) if account in local else index
        for index, account in enumerate(table.accounts)
    )


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
    known = events.select(looked_up[name].cast(dtype).alias(name) for name, dtype in COLUMNS.items())
    led = pl.Series("id", [one for one, before in cause_of(snapshot).items() if before], dtype=pl.String)
    told = (("relayed", led), ("unlogged", seen_by(snapshot, pl.element() != LOGON)))
    return pl.concat([known, *(_events(table, kind, ids) for kind, ids in told)])


LOGON, SENSOR = "logon", "_sensor"
"""The witness that is a record of a logon, and how the names of those end that are network sensors."""


def seen_by(snapshot: Snapshot, which: pl.Expr) -> pl.Series:
    """Give the ids of the remote logons all of whose witnesses are of a kind.

    Args:
        snapshot: The graph's tables.
        which: Tells of the name of a witness (`pl.element()`) whether it is of the kind.
    """
    logons = snapshot.table("REMOTE_LOGON")
    if logons is None or "witnesses" not in logons.columns:
        return pl.Series("id", [], dtype=pl.String)
    alone = (pl.col("witnesses").list.len() > 0) & pl.col("witnesses").list.eval(which).list.all()
    return logons.filter(alone).get_column("id")


def _events(table: LogonTable, kind: str, ids: pl.Series) -> pl.DataFrame:
    """Give an event of a kind for each of some logons."""
    rows = np.array(sorted(_rows(table, ids).values()), dtype=np.int64)
    columns = {
        "t": table.t[rows], "host": table.src[rows], "acct": table.acct[rows], "kind": [kind] * len(rows),
        "row": rows, "peer": table.dst[rows],
    }  # fmt: skip
    return pl.DataFrame(columns, schema=COLUMNS, strict=False)


def scored_case(table: LogonTable, snapshot: Snapshot, options: LateralOptions) -> Scoring:
    """Score the case's logons with its host events, and say how the causes of the hops are known."""
    seen = corroboration(table, snapshot)
    check_wanted()
    scoring = score_case(table, seen, options)
    hops = scoring.scored & scoring.scores.hops
    own = list(_rows(table, seen_by(snapshot, pl.element().str.ends_with(SENSOR))).values())
    scope = replace(scoring.scope, causes=_causes(table, snapshot, hops), sensed=int(hops[own].sum()))
    return replace(scoring, scope=scope)


def _causes(table: LogonTable, snapshot: Snapshot, scored: Flags) -> dict[str, int]:
    """Count the scored hops by how their cause is known; see `hops.cause_kind`."""
    logons = snapshot.table("REMOTE_LOGON")
    if logons is None or table.ids is None or "cause_how" not in logons.columns:
        return {}
    hops = pl.DataFrame({"id": table.ids.filter(pl.Series(scored))})
    told = logons.select("id", "cause_how", "cause_proved")
    groups = hops.join(told, on="id").group_by("cause_how", "cause_proved").len("n")
    kinds: Counter[str] = Counter()
    for row in groups.iter_rows(named=True):
        kinds[cause_kind(row)] += row["n"]
    return {name: kinds[name] for name in CAUSE_KINDS if name in kinds}


def _rows(table: LogonTable, ids: pl.Series) -> dict[str, int]:
    """Give the table's row per relationship id, for those ids that it has."""
    if table.ids is None:
        return {text: int(text) for text in ids.drop_nulls().unique().to_list()}
    known = pl.DataFrame({"id": table.ids}).with_row_index("row")
    return dict(known.join(ids.drop_nulls().unique().to_frame("id"), on="id", how="semi").select("id", "row").rows())


def _index(column: str, known: dict[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(known, default=-1, return_dtype=pl.Int64).fill_null(-1)


def default_ranking(table: LogonTable, snapshot: Snapshot) -> Ranking:
    """Order the remote logons as `hunt lateral-movement` without parameters does."""
    return Ranking.of(scored_case(table, snapshot, LateralOptions()))


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
        floor: Leave out what is far below the best weight; without a baseline not what evidence speaks for.
    """
    base = ranking.base
    best = float(base[asked].max(initial=0.0))
    weights = np.where(linked, base + max(best, 1.0), base)
    least = FLOOR * float(weights[asked].max(initial=0.0)) if floor else 0.0
    evident = ranking.scored & (ranking.code < LETTERS.index("S")) & (ranking.scope.get("mode") == CASE)
    weights = np.where(evident, np.maximum(weights, least), weights)
    return np.where(weights >= least, weights, 0.0)


def with_unscored(weights: Floats, table: LogonTable, ranking: Ranking) -> Floats:
    """Give hops that weren't scored a weight by their rarity, so small that no scored hop comes after them."""
    unscored = known_hops(table) & ~ranking.scored & (weights == 0)
    return np.where(unscored, UNSCORED * hop_rarity(table).total, weights) if unscored.any() else weights


def known_hops(table: LogonTable) -> Flags:
    """Mark the rows that can be scored: hops from a known source by a known account."""
    return np.asarray(table.usable() & (table.src >= 0) & (table.acct >= 0))
