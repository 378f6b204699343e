"""The logon table: the columnar, time-sorted form of REMOTE_LOGON that paths and scores work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from graphhunt.errors import UsageError
from graphhunt.lateral.paths._frames import table_columns

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR

NOT_PEOPLE = frozenset({"machine", "system", "anonymous"})
"""Account kinds that are kept as facts but never make a hop."""

COLUMNS = {
    "id": "id", "from_id": "from_id", "to_id": "to_id", "user_id": "user_id", "start": "start", "end": "end",
    "open": "open", "logon_type": "logon_type", "technique": "technique", "ok": "ok",
    "user_kind": "user_kind", "from_label": "from_label",
}  # fmt: skip
"""Columns `LogonTable.from_frame` reads, under their usual names."""

_PER_ROW = ("t", "end", "src", "dst", "acct", "logon_type", "ok", "technique")


@dataclass(frozen=True, slots=True)
class LogonTable:
    """Logons as columns of equal length, sorted by time and then by input order.

    Attributes:
        t: Start, µs UTC.
        end: Recorded end, µs UTC; -1 when no logoff is known.
        src: Index in `hosts`; -1 when the source is unknown.
        dst: Index in `hosts`.
        acct: Index in `accounts`; -1 when unknown.
        logon_type: Windows logon type; -1 when unknown.
        ok: 1 for a successful logon, 0 for a failed one.
        technique: Index in `techniques`; -1 when none was recognised.
        hosts: Node id per host index. `host_names` and `host_kinds` run beside it.
        accounts: Node id per account index. `account_names` and `account_kinds` run beside it.
        techniques: ATT&CK ids.
        alike: Per account index, the first account that stands for the same person: local accounts of one name on
            several machines, whose password is used again. Empty: each stands for itself.
        ids: Relationship id per row; None means that the row number is the id.
    """

    t: Ints
    end: Ints
    src: Codes
    dst: Codes
    acct: Codes
    logon_type: npt.NDArray[np.int8]
    ok: npt.NDArray[np.int8]
    technique: npt.NDArray[np.int16]
    hosts: tuple[str, ...]
    accounts: tuple[str, ...]
    host_names: tuple[str, ...] = ()
    account_names: tuple[str, ...] = ()
    host_kinds: tuple[str, ...] = ()
    account_kinds: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    alike: tuple[int, ...] = ()
    ids: pl.Series | None = field(default=None, compare=False)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.t)

    @classmethod
    def from_arrays(cls, t: Any, src: Any, dst: Any, acct: Any, **columns: Any) -> LogonTable:
        """Make a table from arrays in any order; it is sorted by time, ties keep their order.

        Args:
            t: Starts, µs UTC.
            src: Source host indexes, -1 unknown.
            dst: Destination host indexes.
            acct: Account indexes, -1 unknown.
            columns: Any other attribute of the class. Missing dictionaries are numbered.
        """
        time = np.asarray(t, dtype=np.int64)
        order = np.argsort(time, kind="stable")
        rows = len(time)
        defaults = {"end": -1, "logon_type": -1, "ok": 1, "technique": -1}
        kinds = {"end": np.int64, "logon_type": np.int8, "ok": np.int8, "technique": np.int16}
        per_row: dict[str, Any] = {"t": time[order]}
        for name, values in (("src", src), ("dst", dst), ("acct", acct)):
            per_row[name] = np.asarray(values, dtype=np.int32)[order]
        for name, default in defaults.items():
            given = columns.pop(name, None)
            whole = np.full(rows, default) if given is None else np.asarray(given)
            per_row[name] = whole.astype(kinds[name])[order]
        ids = columns.pop("ids", None)
        per_row["ids"] = None if ids is None else pl.Series("id", ids, dtype=pl.String)[order]
        columns.setdefault("hosts", _numbered("H", per_row["src"], per_row["dst"]))
        columns.setdefault("accounts", _numbered("A", per_row["acct"]))
        dictionaries: dict[str, Any] = {name: tuple(values) for name, values in columns.items()}
        return cls(**per_row, **dictionaries)

    @classmethod
    def from_frame(
        cls,
        frame: pl.DataFrame,
        *,
        columns: Mapping[str, str] | None = None,
        host_names: Mapping[str, str] | None = None,
        account_names: Mapping[str, str] | None = None,
    ) -> LogonTable:
        """Make a table from a frame of REMOTE_LOGON relationships, as the workspace's snapshot holds them.

        Args:
            frame: One row per session. Needs `id`, `from_id`, `to_id`, `user_id`, `start`; may have the rest.
            columns: Other names of the frame's columns, by usual name (see `COLUMNS`).
            host_names: Display names by node id.
            account_names: Display names by node id.
        """
        names = COLUMNS | dict(columns or {})
        return cls.from_arrays(**table_columns(frame, names, dict(host_names or {}), dict(account_names or {})))

    def filter(
        self, *, since: int | None = None, until: int | None = None, keep: Flags | None = None
    ) -> tuple[LogonTable, Ints]:
        """Keep rows with `since <= t <= until` and, if given, where `keep` is true.

        Returns:
            The smaller table, and the row number in this table of each of its rows.
        """
        low = 0 if since is None else int(np.searchsorted(self.t, since, side="left"))
        high = len(self) if until is None else int(np.searchsorted(self.t, until, side="right"))
        rows = np.arange(low, max(low, high), dtype=np.int64)
        if keep is not None:
            rows = rows[keep[rows]]
        return self.take(rows), rows

    def take(self, rows: Ints) -> LogonTable:
        """Give the table of the named rows, which must be in rising order."""
        changes: dict[str, Any] = {name: getattr(self, name)[rows] for name in _PER_ROW}
        changes["ids"] = None if self.ids is None else self.ids[rows]
        return replace(self, **changes)

    def with_clock_offsets(self, offsets: Mapping[int, int]) -> LogonTable:
        """Correct each logon by its destination's clock, then sort again.

        Args:
            offsets: Per host index, how far its clock runs ahead, µs. Hosts not named are taken as right.
        """
        ahead = np.zeros(len(self.hosts), dtype=np.int64)
        for host, offset in offsets.items():
            ahead[host] = offset
        shift = ahead[self.dst]
        time = self.t - shift
        end = np.where(self.end >= 0, self.end - shift, -1)
        order = np.argsort(time, kind="stable")
        return replace(replace(self, t=time, end=end).take(order))

    def row_id(self, row: int) -> str:
        """Give the relationship id of a row."""
        return str(row) if self.ids is None else str(self.ids[int(row)])

    def host(self, name: int | str) -> int:
        """Give the index of a host named by index, node id or display name, in any case.

        Raises:
            UsageError: The table has no such host.
        """
        return _find(name, self.hosts, self.host_names, "host")

    def account(self, name: int | str) -> int:
        """Give the index of an account named by index, node id or display name, in any case.

        Raises:
            UsageError: The table has no such account.
        """
        return _find(name, self.accounts, self.account_names, "account")

    def host_name(self, index: int) -> str:
        """Give a host's display name; an unknown source is `?`."""
        return _name(index, self.host_names or self.hosts)

    def account_name(self, index: int) -> str:
        """Give an account's display name; an unknown account is `?`."""
        return _name(index, self.account_names or self.accounts)

    def persons(self, accounts: Codes) -> Codes:
        """Give the account that stands for the person behind each of some accounts; see `alike`."""
        if not self.alike:
            return accounts
        return np.array((*self.alike, -1), dtype=np.int32)[accounts]

    def people(self) -> Flags:
        """Mark rows whose account may make a hop: not a machine, system or anonymous account."""
        if not self.account_kinds:
            return np.ones(len(self), dtype=bool)
        allowed = np.array([kind not in NOT_PEOPLE for kind in self.account_kinds] + [True])
        return np.asarray(allowed[self.acct])

    def usable(self) -> Flags:
        """Mark rows that may be a hop: successful, between two hosts, by a person's or service's account."""
        return np.asarray((self.ok == 1) & (self.src != self.dst) & self.people())


def _numbered(prefix: str, *columns: Codes) -> tuple[str, ...]:
    top = max((int(column.max()) for column in columns if len(column)), default=-1)
    return tuple(f"{prefix}{index}" for index in range(top + 1))


def _name(index: int, names: Sequence[str]) -> str:
    return "?" if index < 0 else names[index]


def _find(name: int | str, ids: Sequence[str], names: Sequence[str], what: str) -> int:
    if isinstance(name, int | np.integer):
        if 0 <= name < len(ids):
            return int(name)
        raise UsageError(f"There is no {what} number {name}")
    wanted = name.casefold()
    for known in (ids, names):
        for index, text in enumerate(known):
            if text.casefold() == wanted:
                return index
    raise UsageError(f"There is no {what} named {name!r} in these logons")
