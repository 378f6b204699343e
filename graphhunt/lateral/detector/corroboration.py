"""Host and network events that speak for a logon being used to run something.

Latte's lesson (MILCOM 2018): rarity alone floods; an event at the destination is the filter. Administrators
run things remotely every day, so an event weighs by its novelty: nothing where the same account does it from
the same machine every day, its full strength where nobody saw it before (or nothing earlier is known).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NamedTuple

import numpy as np
import polars as pl

from graphhunt.lateral.paths.rarity import earlier_days
from graphhunt.lateral.paths.table import DAY, HOUR, SECOND, Codes, Flags, Floats, Ints, LogonTable


class Kind(NamedTuple):
    """One kind of event: how much it says (nats), in words, the ATT&CK id it gives the hop if any, and its group."""

    name: str
    strength: float
    words: str
    technique: str | None
    group: str


SWITCHED = 100.0
"""Nats of a proved credential switch by somebody who came in from elsewhere: more than all else together comes to."""

KINDS = (
    Kind(
        "credential_switch",
        SWITCHED,
        "records prove that another account opened it on {s}: the credential was changed to {a}",
        "T1078",
        "switch",
    ),
    Kind("relayed", 0.0, "records prove that it was opened from an earlier session on {s}", None, "relay"),
    Kind("remote_process", 6.0, "a process was started over the session at {d}", "T1021", "execution"),
    Kind("service_install", 6.0, "a service was installed on {d} over the session", "T1569.002", "execution"),
    Kind("task_install", 6.0, "a scheduled task was registered on {d} over the session", "T1053.005", "execution"),
    Kind("outside_address", 6.0, "{s} is an address of the internet", "T1133", "outside"),
    Kind(
        "lsass_access",
        4.0,
        "lsass was opened on {s} with the right to read its memory in the 24 h before",
        None,
        "credentials",
    ),
    Kind("explicit_credentials", 4.0, "{s} used {a}'s credentials explicitly towards {d} (4648)", "T1078", "explicit"),
    Kind("local_switch", 4.0, "records prove that another account at {s} used {a}'s credentials", "T1078", "explicit"),
    Kind("admin_share", 2.0, "an administrative share of {d} was opened", "T1021.002", "share"),
    Kind("unlogged", 0.0, "no record of a logon on {d} tells of it, only other records do", None, "unlogged"),
    Kind("network_flow", 0.5, "a network log saw {s} talk to {d} at that time", "T1021", "network"),
)
"""Every kind; of one group only the strongest counts."""

_BY_NAME = {kind.name: kind for kind in KINDS}
LEAST_HISTORY = 6
"""Days of history below which nothing is called a habit: the intrusion itself would be most of it."""

FAN_OUT, FAN_OUT_NEAR = 0.5, 5 * SECOND
"""Share of a session's evidence that speaks for sessions to other machines, opened with it by the same account."""

_EXPLICIT_NEAR = 60 * SECOND
_LSASS_BEFORE = 24 * HOUR

COLUMNS: dict[str, type[pl.DataType]] = {
    "t": pl.Int64,
    "host": pl.Int32,
    "acct": pl.Int32,
    "kind": pl.String,
    "row": pl.Int64,
    "peer": pl.Int32,
}
"""Columns of an event frame: time, host index, account index, kind, row of the table or -1, other host or -1."""


@dataclass(frozen=True, slots=True)
class Corroboration:
    """Evidence per kind for the rows that have any.

    Attributes:
        weight: Sum over groups per row, nats, of what belongs to the session.
        nearby: Nats of what happened on the source before it: evidence only beside other evidence.
        switched: Nats of a proved credential switch, less where it is a habit; above all else without a weights table.
        rows: Per kind, the rows with such an event.
        days: Per kind, for those rows: earlier days with the like of it, and days of history.
        events: The events themselves, to be weighed with another history.
    """

    weight: Floats
    nearby: Floats
    switched: Floats
    rows: dict[str, Ints] = field(default_factory=dict)
    days: dict[str, tuple[Codes, Codes]] = field(default_factory=dict)
    events: pl.DataFrame | None = field(default=None, compare=False, repr=False)

    def within(self, table: LogonTable, window_days: int) -> Corroboration:
        """Give the same events weighed by their novelty within fewer or more days; as it is where none are kept."""
        return self if self.events is None else _weighed(table, self.events, window_days)

    @classmethod
    def none(cls, table: LogonTable) -> Corroboration:
        """Give the corroboration of a case without host events."""
        return cls(np.zeros(len(table)), np.zeros(len(table)), np.zeros(len(table)))


def corroborate(table: LogonTable, events: pl.DataFrame, *, window_days: int = 30) -> Corroboration:
    """Join host events to logons and weigh each by its novelty on earlier days.

    Args:
        table: The logons.
        events: Host events with the columns of `COLUMNS`; unknown kinds are left out.
        window_days: Days back that make a habit.
    """
    events = pl.concat([events.select(list(COLUMNS)).cast(pl.Schema(COLUMNS)), _from_outside(table)])
    events = events.filter(pl.col("kind").is_in(list(_BY_NAME))).sort("t", maintain_order=True)
    return _weighed(table, events, window_days)


def _weighed(table: LogonTable, events: pl.DataFrame, window_days: int) -> Corroboration:
    """Weigh known events, sorted by time."""
    groups: dict[str, Floats] = {}
    found: dict[str, Ints] = {}
    days: dict[str, tuple[Codes, Codes]] = {}
    for kind in KINDS:
        part = events.filter(pl.col("kind") == kind.name)
        if part.is_empty():
            continue
        seen, history = _habit(table, part, window_days)
        event, row = _match(table, part, kind)
        new = novelty(seen, history)[event]
        weight = np.zeros(len(table))
        np.maximum.at(weight, row, kind.strength * new)
        groups[kind.group] = np.maximum(groups.get(kind.group, weight), weight)
        # The most novel event of a row is the one that is told about.
        order = np.lexsort((new, row))
        last = np.flatnonzero(np.diff(row[order], append=-1))
        chosen = order[last]
        found[kind.name] = row[chosen]
        days[kind.name] = (seen[event[chosen]], history[event[chosen]])
    nearby = groups.pop("credentials", np.zeros(len(table)))
    switched = groups.pop("switch", np.zeros(len(table)))
    whole = np.sum(list(groups.values()), axis=0) if groups else np.zeros(len(table))
    return Corroboration(np.maximum(whole, _fan_out(table, whole)), nearby, switched, found, days, events)


def _from_outside(table: LogonTable) -> pl.DataFrame:
    """Give an event for every logon whose source is an internet address rather than a machine."""
    public = np.array([_is_public(host) for host in table.hosts] + [False], dtype=bool)
    rows = np.flatnonzero(table.usable() & public[table.src])
    count = len(rows)
    columns = {
        "t": table.t[rows], "host": table.src[rows], "acct": table.acct[rows], "kind": ["outside_address"] * count,
        "row": rows, "peer": np.full(count, -1),
    }  # fmt: skip
    return pl.DataFrame(columns, schema=COLUMNS, strict=False)


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


def _fan_out(table: LogonTable, weight: Floats) -> Floats:
    """Lend evidence to sessions that the same account opened from the same source in the same seconds."""
    shared = np.zeros(len(weight))
    strong = np.flatnonzero(weight > 0)
    near = np.flatnonzero(table.usable() & np.isin(table.src, table.src[strong]))
    slot = table.t // FAN_OUT_NEAR
    rows = pl.DataFrame(
        {"row": near, "s": table.src[near], "a": table.acct[near], "slot": slot[near], "t": table.t[near]}
    )
    best = pl.DataFrame(
        {
            "s": table.src[strong],
            "a": table.acct[strong],
            "slot": slot[strong],
            "at": table.t[strong],
            "w": weight[strong],
        }
    )
    for shift in (-1, 0, 1):
        moved = best.with_columns(pl.col("slot") + shift)
        pairs = rows.join(moved, on=["s", "a", "slot"]).filter((pl.col("t") - pl.col("at")).abs() <= FAN_OUT_NEAR)
        np.maximum.at(shared, pairs["row"].to_numpy(), FAN_OUT * pairs["w"].to_numpy())
    return shared


def novelty(seen: Codes, history: Codes) -> Floats:
    """Give 1 for the never seen, near 0 for the daily; 1 as well where there is too little history."""
    days = np.maximum(history, 0) + 1.0
    share = np.clip(np.log((seen + 0.5) / days) / np.log(0.5 / days), 0.0, 1.0)
    return np.where(history < LEAST_HISTORY, 1.0, share)


def _habit(table: LogonTable, part: pl.DataFrame, window: int) -> tuple[Codes, Codes]:
    """Count, per event, the earlier days with the same kind by the same actor, and the days of history.

    The actor of an event in a session is the session's account from its source; else the host and account.
    """
    row = part["row"].to_numpy()
    host, acct = part["host"].to_numpy().astype(np.int64), part["acct"].to_numpy().astype(np.int64)
    known = row >= 0
    host[known], acct[known] = table.src[row[known]], table.acct[row[known]]
    day = part["t"].to_numpy() // DAY
    actor = (host + 1) * (len(table.accounts) + 1) + acct + 1
    first = int(table.t[0] // DAY) if len(table) else 0
    return earlier_days(actor, day, window), np.minimum(day - first, window).astype(np.int32)


def _match(table: LogonTable, part: pl.DataFrame, kind: Kind) -> tuple[Ints, Ints]:
    """Pair events with table rows: by session, else by host, account, peer and time."""
    row = part["row"].to_numpy()
    direct = np.flatnonzero(row >= 0)
    loose = np.flatnonzero(row < 0)
    pairs = [(direct, row[direct].astype(np.int64))]
    if kind.group == "credentials":
        pairs.append(_by_source(table, part, loose))
    elif kind.group in ("explicit", "network"):
        pairs.append(_by_peer(table, part, loose, with_account=kind.group == "explicit"))
    return np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])


def _rows_frame(table: LogonTable, keep: Flags) -> pl.DataFrame:
    rows = np.flatnonzero(keep)
    return pl.DataFrame(
        {"row": rows, "t": table.t[rows], "host": table.src[rows], "peer": table.dst[rows], "acct": table.acct[rows]}
    )


def _by_source(table: LogonTable, part: pl.DataFrame, loose: Ints) -> tuple[Ints, Ints]:
    """Events on a host speak for hops that leave it in the day after."""
    events = part.select("host", pl.col("t").alias("at")).with_row_index("event")[loose]
    rows = _rows_frame(table, table.usable() & np.isin(table.src, events["host"].to_numpy()))
    pairs = rows.join(events, on="host").filter(pl.col("t").is_between(pl.col("at") + 1, pl.col("at") + _LSASS_BEFORE))
    return pairs["event"].to_numpy().astype(np.int64), pairs["row"].to_numpy().astype(np.int64)


def _by_peer(table: LogonTable, part: pl.DataFrame, loose: Ints, *, with_account: bool) -> tuple[Ints, Ints]:
    """Events on a host that name another speak for logons between the two at that time."""
    keys = ["host", "peer", "acct"] if with_account else ["host", "peer"]
    events = part.select(*keys, pl.col("t").alias("at")).with_row_index("event")[loose].filter(pl.col("peer") >= 0)
    rows = _rows_frame(table, table.usable() & np.isin(table.src, events["host"].to_numpy()))
    pairs = rows.join(events, on=keys).filter((pl.col("t") - pl.col("at")).abs() <= _EXPLICIT_NEAR)
    return pairs["event"].to_numpy().astype(np.int64), pairs["row"].to_numpy().astype(np.int64)
