"""Folds the several logons of one act into one hop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphhunt.lateral.paths import _kernels
from graphhunt.lateral.paths._jit import kernels
from graphhunt.lateral.paths.table import SECOND, Codes, Floats, Ints, LogonTable

FOLD = 10 * SECOND
"""Longest pause between two logons of one act: tools open their sessions within seconds of each other."""

LONGEST_ACT = 60 * SECOND
"""Longest act, so that a job that logs on every few seconds does not become one endless hop."""


@dataclass(frozen=True, slots=True)
class Acts:
    """Hops in time order; each is one or more logons of one account from one host to one other.

    Attributes:
        t: Time of the first logon, µs.
        end: Latest end of its sessions, -1 when one of them has none.
        src: Source, -1 unknown.
        dst: Destination.
        acct: Account.
        score: Highest score of its logons.
        offsets: The logons of act i are `rows[offsets[i]:offsets[i + 1]]`.
        rows: Rows of the table the acts were made from, in time order inside each act.
    """

    t: Ints
    end: Ints
    src: Codes
    dst: Codes
    acct: Codes
    score: Floats
    offsets: Ints
    rows: Ints

    def __len__(self) -> int:
        """Count the acts."""
        return len(self.t)

    def rows_of(self, act: int) -> tuple[int, ...]:
        """List the table rows of one act, earliest first."""
        return tuple(self.rows[self.offsets[act] : self.offsets[act + 1]].tolist())

    def telling(self, score: Floats) -> Ints:
        """Give the row of each act with the highest score, the first of equals: the one that speaks for it."""
        number = np.repeat(np.arange(len(self)), np.diff(self.offsets))
        order = np.lexsort((self.rows, -score[self.rows], number))
        return self.rows[order[np.flatnonzero(np.diff(number[order], prepend=-1))]]

    def take(self, keep: Any) -> Acts:
        """Keep some acts, named by rising number."""
        kept = np.asarray(keep)
        sizes = np.diff(self.offsets)[kept]
        member = np.zeros(len(self), dtype=bool)
        member[kept] = True
        of_row = np.repeat(member, np.diff(self.offsets))
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        columns = {name: getattr(self, name)[kept] for name in ("t", "end", "src", "dst", "acct", "score")}
        return Acts(offsets=offsets, rows=self.rows[of_row], **columns)


def fold(table: LogonTable, rows: Ints, scores: Floats, *, gap_us: int = FOLD, span_us: int = LONGEST_ACT) -> Acts:
    """Fold rows into acts: same source, destination and account, pauses of at most `gap_us`.

    Args:
        table: The logons.
        rows: The rows to fold, rising.
        scores: Score per row of the table.
        gap_us: Longest pause; negative keeps every logon apart.
        span_us: Longest act.
    """
    t, src, dst, acct = table.t[rows], table.src[rows], table.dst[rows], table.acct[rows]
    number = kernels(_kernels, len(rows)).fold_acts(t, src, dst, acct, gap_us, span_us)
    number = np.asarray(number, dtype=np.int64)
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-1))
    first = order[starts]
    ends, score = table.end[rows][order], np.asarray(scores, dtype=np.float64)[rows][order]
    open_ended = np.minimum.reduceat(ends, starts) < 0 if len(starts) else np.empty(0, dtype=bool)
    latest = np.maximum.reduceat(ends, starts) if len(starts) else ends
    best = np.maximum.reduceat(score, starts) if len(starts) else score
    offsets = np.concatenate((starts, [len(rows)])).astype(np.int64)
    return Acts(
        t[first], np.where(open_ended, -1, latest), src[first], dst[first], acct[first], best, offsets, rows[order]
    )
