"""What rankings are counted in: hops and units.

A *hop* is one account from one source to one destination on one day, however often it logged on. A *unit* is one
account from one source on one day: what an analyst reads as one. Every attack is measured alone against the benign
days: hops of other attacks don't exist for it, except for what honest logons share with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.errors import UsageError
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Floats, Ints

_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Hops:
    """The hops of a case's test period.

    Attributes:
        place: Hop of each row of the table, -1 for rows that aren't ranked.
        acct: Account index per hop.
        src: Source index.
        dst: Destination index.
        t: Time of its first logon (of the attack's, where it has any), µs UTC.
        unit: Number of its unit.
        attack: Number of the attack it belongs to, -1 for none.
    """

    place: Ints
    acct: Codes
    src: Codes
    dst: Codes
    t: Ints
    unit: Ints
    attack: Codes

    def __len__(self) -> int:
        """Count the hops."""
        return len(self.t)

    @classmethod
    def of(cls, case: LabelledCase) -> Hops:
        """Number the hops of a case."""
        table, rows = case.table, np.flatnonzero(case.tested)
        keys = np.column_stack((case.units()[rows], table.dst[rows]))
        _, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        number = number.ravel()
        place = np.full(len(table), -1, dtype=np.int64)
        place[rows] = number
        attack = np.full(len(first), -1, dtype=np.int32)
        np.maximum.at(attack, number, case.labels[rows].astype(np.int32))
        t = table.t[rows[first]].copy()
        bad = case.labels[rows] >= 0
        for row, hop in zip(rows[bad][::-1], number[bad][::-1], strict=True):
            t[hop] = table.t[row]
        _, unit = np.unique(case.units()[rows[first]], return_inverse=True)
        one = rows[first]
        return cls(place, table.acct[one], table.src[one], table.dst[one], t, unit.ravel(), attack)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one method says of every hop; higher is more suspicious.

    Attributes:
        benign: Score of the hop's honest logons on the days without intruders; -inf where it has none.
        attack: Score of the hop's logons of an attack; -inf where it has none.
    """

    benign: Floats
    attack: Floats

    @classmethod
    def of(cls, case: LabelledCase, hops: Hops, score: Floats, twin: Floats | None = None) -> Ranking:
        """Give the scores per hop; equal scores get a fixed random order, so that nothing is gained by row order.

        Args:
            case: The labelled case.
            hops: Its hops.
            score: Score per row.
            twin: Score per row of the same days without intruders; without them the honest rows' own scores count.

        Raises:
            UsageError: The twin has other rows than the case without its attacks.
        """
        honest = case.labels < 0
        whole = np.asarray(score, dtype=np.float64).copy()
        if twin is not None:
            if len(twin) != int(honest.sum()):
                raise UsageError("The benign twin isn't the case without its attacks: it has other logons")
            whole[honest] = twin
        tie = np.random.default_rng(0).random(len(hops)) * _TIE
        return cls(_best(hops, whole, honest) + tie, _best(hops, whole, ~honest) + tie)

    def of_attack(self, numbers: Ints) -> Floats:
        """Give the scores of an attack's hops, honest logons of the same hops included."""
        return np.maximum(self.benign[numbers], self.attack[numbers])


def _best(hops: Hops, score: Floats, rows: Flags) -> Floats:
    best = np.full(len(hops), -np.inf)
    kept = rows & (hops.place >= 0)
    np.maximum.at(best, hops.place[kept], score[kept])
    return best


def logged_hops(case: LabelledCase) -> dict[int, int]:
    """Count the hops of each attack that succeeded and were logged, also those whose source no record tells."""
    table = case.table
    rows = np.flatnonzero((case.labels >= 0) & (table.t >= case.since) & (table.ok == 1) & (table.src != table.dst))
    keys = np.column_stack(
        (case.labels[rows], table.acct[rows], table.src[rows], table.dst[rows], table.t[rows] // DAY)
    )
    labels, counts = np.unique(np.unique(keys, axis=0)[:, 0], return_counts=True)
    return dict(zip(labels.tolist(), counts.tolist(), strict=True))
