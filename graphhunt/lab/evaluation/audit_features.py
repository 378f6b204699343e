"""Twenty-six simple things a line of logons says by itself, for looking for shortcuts in generated sets.

They know nothing of how a detector scores, and a row only uses what came before it.
"""

from __future__ import annotations

import numpy as np

from graphhunt.lab.generator import EvalSet
from graphhunt.lateral.paths.table import DAY, HOUR, Flags, Floats, Ints

_NEVER_H = 1_000.0
_SPAN = 1 << 43
"""More µs than any set lasts (a hundred days)."""


class Logons:
    """The columns of a set's logons that features are made of."""

    def __init__(self, made: EvalSet) -> None:
        """Take them from a set; a source that no log names is one more machine."""
        frame = made.logons
        self.t = frame["t"].to_numpy().astype(np.int64)
        self.src = frame["src"].to_numpy().astype(np.int64)
        self.dst = frame["dst"].to_numpy().astype(np.int64)
        self.acct = frame["acct"].to_numpy().astype(np.int64)
        self.kind = frame["logon_type"].to_numpy()
        self.ok = frame["ok"].to_numpy() == 1
        self.end = frame["end"].to_numpy().astype(np.int64)
        self.ntlm = frame["auth"].to_numpy()
        self.role = np.append(made.machine_role, -1)
        self.owner = np.full(len(made.machines) + 1, -1, dtype=np.int64)
        self.owner[made.owners["machine"].to_numpy()] = made.owners["acct"].to_numpy()
        self.size = len(made.machines) + 1
        self.local = self.src == self.dst

    def pair(self, first: Ints, second: Ints) -> Ints:
        """Number pairs of machines or accounts."""
        return (first + 1) * (1 << 20) + second + 1


def features_of(made: EvalSet) -> dict[str, Floats]:
    """Return the features of every row of a set by name, hours in h and counts as logarithms."""
    rows = Logons(made)
    return _plain(rows) | _habits(rows) | _recent(rows)


def _plain(rows: Logons) -> dict[str, Floats]:
    hour = rows.t % DAY / HOUR
    named = {
        "hour": hour,
        "away from noon": np.abs(hour - 13.0),
        "weekend": (rows.t // DAY + 3) % 7 >= 5,
        "logon type": rows.kind,
        "NTLM": rows.ntlm,
        "source is a desk": rows.role[rows.src] == 0,
        "target is a desk": rows.role[rows.dst] == 0,
        "own desk": rows.owner[rows.src] == rows.acct,
        "length": np.log1p(np.where(rows.end >= 0, (rows.end - rows.t) / 1e6, -0.9).clip(-0.9)),
    }
    return {name: np.asarray(values, dtype=np.float64) for name, values in named.items()}


def _habits(rows: Logons) -> dict[str, Floats]:
    at_source, at_target = rows.pair(rows.acct, rows.src), rows.pair(rows.acct, rows.dst)
    route = rows.pair(rows.src, rows.dst)
    connection = at_source * rows.size + rows.dst
    used = rows.ok
    return {
        "account at source before": np.log1p(_before(at_source, used)),
        "account at target before": np.log1p(_before(at_target, used)),
        "route before": np.log1p(_before(route, used)),
        "connection before": np.log1p(_before(connection, used)),
        "target before": np.log1p(_before(rows.dst, used)),
        "account before": np.log1p(_before(rows.acct, used)),
        "targets of account": np.log1p(_distinct(rows.acct, at_target, used)),
        "accounts of source": np.log1p(_distinct(rows.src, at_source, used)),
        "sources of target": np.log1p(_distinct(rows.dst, route, used)),
    }


def _recent(rows: Logons) -> dict[str, Floats]:
    arrived = rows.ok & ~rows.local
    seated = rows.ok & (rows.local | (rows.kind == 10))
    out = rows.pair(rows.acct, rows.src)
    into = rows.pair(rows.acct, rows.dst)
    by_net = _since((into, rows.t, arrived & ~seated), (out, rows.t))
    at_desk = _since((into, rows.t, seated), (out, rows.t))
    return {
        "own arrival at source": by_net,
        "net-only onward": np.where((by_net <= 24.0) & (at_desk > 24.0), 24.0 - by_net, -1.0),
        "any arrival at source": _since((rows.dst, rows.t, arrived), (rows.src, rows.t)),
        "arrivals at source": np.log1p(_within((rows.dst, rows.t, arrived), (rows.src, rows.t), DAY)),
        "account quiet for": _since((rows.acct, rows.t, rows.ok), (rows.acct, rows.t)),
        "failures before": np.log1p(_within((rows.acct, rows.t, ~rows.ok), (rows.acct, rows.t), HOUR)),
        "fan-out": np.log1p(_within((out, rows.t, rows.ok), (out, rows.t), DAY)),
        "at target today": np.log1p(_within((rows.dst, rows.t, rows.ok), (rows.dst, rows.t), DAY)),
    }


def _before(key: Ints, counted: Flags) -> Ints:
    """Count the marked rows of the same key before each row (rows are in order of time)."""
    order = np.argsort(key, kind="stable")
    marks: Ints = np.cumsum(counted[order]) - counted[order]
    starts = np.flatnonzero(np.diff(key[order], prepend=key[order[0]] - 1))
    base: Ints = np.repeat(marks[starts], np.diff(np.append(starts, len(key))))
    result = np.empty(len(key), dtype=np.int64)
    result[order] = marks - base
    return result


def _distinct(group: Ints, member: Ints, counted: Flags) -> Ints:
    """Count the different members of a row's group among the marked rows before it."""
    first = counted & (_before(member, counted) == 0)
    return _before(group, first)


def _since(past: tuple[Ints, Ints, Flags], now: tuple[Ints, Ints]) -> Floats:
    """Give the hours since the last marked row with the key of each row, a large number when there was none."""
    known, asked = _coded(past, now)
    place = np.searchsorted(known, asked, side="left") - 1
    last = known[np.maximum(place, 0)] if len(known) else np.zeros(len(asked), dtype=np.int64)
    same = (place >= 0) & (last // _SPAN == asked // _SPAN)
    return np.where(same, np.minimum((asked - last) / HOUR, _NEVER_H), _NEVER_H)


def _within(past: tuple[Ints, Ints, Flags], now: tuple[Ints, Ints], span: int) -> Ints:
    """Count the marked rows with the key of each row in the span (µs) before it."""
    known, asked = _coded(past, now)
    begin = np.maximum(asked - span, asked // _SPAN * _SPAN)
    return np.searchsorted(known, asked, side="left") - np.searchsorted(known, begin, side="left")


def _coded(past: tuple[Ints, Ints, Flags], now: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Put key and time into one number, so that one search serves all rows; the known ones come sorted."""
    key, t, marked = past
    asked, at = now
    number = np.unique(np.concatenate([key, asked]), return_inverse=True)[1]
    start = int(t.min(initial=0))
    return np.sort((number[: len(key)] * _SPAN + t - start)[marked]), number[len(key) :] * _SPAN + at - start
