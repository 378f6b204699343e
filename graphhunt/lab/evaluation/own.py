"""Reader of a red team's own exercise: a folder of telemetry, and a table of what was done.

The table is CSV with a header: `attack` (a name or number of the intrusion), `t` (ISO 8601; UTC where no zone stands),
`src` (machine or address, may be empty), `dst`, `account` (with or without domain), and perhaps `technique` (ATT&CK
ids, several with `;` between them) and `parent` (number of the row, from 1, of the hop that led to this one; empty for
none). A row is the logons of that account on that way within a minute.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from graphhunt.errors import LoadError
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.telemetry import Telemetry, truth_of
from graphhunt.lateral.paths.table import SECOND, Codes, Ints, LogonTable

WITHIN = 60 * SECOND
"""How far the time in the table may be from a logon's, µs."""

NEEDED = ("attack", "t", "src", "dst", "account")
"""Columns that the table must have; `technique` and `parent` may be there too."""


class Own(NamedTuple):
    """A red team's exercise.

    Attributes:
        case: The labelled case.
        hops: Rows of the table.
        matched: Those that some logon fits; the others are in no log.
    """

    case: LabelledCase
    hops: int
    matched: int


class Done(NamedTuple):
    """One row of the table."""

    attack: str
    t: int
    src: str
    dst: str
    account: str
    techniques: tuple[str, ...]
    parent: int | None


def read_own(folder: Path, truth: Path, *, history_days: int = 14) -> Own:
    """Read a folder of telemetry and the table of what was done.

    Args:
        folder: Telemetry of any kind that graphhunt loads.
        truth: The table.
        history_days: Days of history; where an attack begins within them, everything is scored.

    Raises:
        LoadError: The table lacks a column or has a time that can't be read, or no logon was loaded.
    """
    done = read_truth(truth)
    telemetry = Telemetry([path for path in sorted(folder.iterdir()) if path.resolve() != truth.resolve()])
    table = telemetry.table
    number = {name: index for index, name in enumerate(dict.fromkeys(one.attack for one in done))}
    names = Names(table)
    fitting = [names.rows(one) for one in done]
    labels = np.full(len(table), -1, dtype=np.int32)
    techniques: dict[int, tuple[str, ...]] = {}
    for one, rows in zip(done, fitting, strict=True):
        labels[rows] = number[one.attack]
        techniques |= dict.fromkeys(rows.tolist(), one.techniques)
    known = truth_of(table, labels, techniques)
    known = replace(known, causes={**known.causes, **_parents(done, fitting)})
    case = telemetry.case("own", labels, known, history_days)
    return Own(case, len(done), sum(bool(len(rows)) for rows in fitting))


def read_truth(path: Path) -> list[Done]:
    """Read the table of what was done.

    Raises:
        LoadError: It lacks a column, or a value can't be read.
    """
    with path.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise LoadError(
                f"it has no column {', '.join(missing)}; it has {', '.join(reader.fieldnames or ()) or 'none'}",
                where=str(path), hint="see docs/evaluation.md for the columns",
            )  # fmt: skip
        try:
            return [_done(row) for row in reader]
        except ValueError as error:
            raise LoadError(f"line {reader.line_num}: {error}", where=str(path)) from error


def _done(row: Mapping[str, str | None]) -> Done:
    def text(name: str) -> str:
        return (row.get(name) or "").strip()

    time = datetime.fromisoformat(text("t"))
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    ids = tuple(one.strip() for one in text("technique").split(";") if one.strip())
    at = round(time.timestamp() * SECOND)
    return Done(
        text("attack"), at, text("src"), text("dst"), text("account"), ids,
        int(text("parent")) if text("parent") else None,
    )  # fmt: skip


class Names:
    """Finds logons by the names that people give machines and accounts.

    Args:
        table: The logons.
    """

    def __init__(self, table: LogonTable) -> None:
        self._table = table
        self._hosts = [{short(text) for text in (table.hosts[i], table.host_name(i))} for i in range(len(table.hosts))]
        self._accounts = [
            {plain_account(text) for text in (table.accounts[i], table.account_name(i))}
            for i in range(len(table.accounts))
        ]

    def hosts(self, name: str) -> Codes:
        """Give the machines of a name, with or without domain, or an address."""
        return np.array([i for i, known in enumerate(self._hosts) if short(name) in known], dtype=np.int32)

    def accounts(self, name: str) -> Codes:
        """Give the accounts of a name, with or without domain."""
        wanted = plain_account(name)
        return np.array([i for i, known in enumerate(self._accounts) if wanted in known], dtype=np.int32)

    def rows(self, done: Done) -> Ints:
        """Give the rows of the table that a row of what was done means."""
        table = self._table
        fits = np.abs(table.t - done.t) <= WITHIN
        fits &= np.isin(table.dst, self.hosts(done.dst)) & np.isin(table.acct, self.accounts(done.account))
        if done.src:
            fits &= np.isin(table.src, self.hosts(done.src)) | (table.src < 0)
        return np.flatnonzero(fits)


def short(name: str) -> str:
    """Give a machine's name without its domain, in lower case; an address stays whole."""
    text = name.strip().casefold()
    return text if text.replace(".", "").isdigit() or ":" in text else text.split("@", 1)[0].split(".", 1)[0]


def plain_account(name: str) -> str:
    """Give an account's name without its domain, in lower case."""
    return name.strip().casefold().rsplit("\\", 1)[-1].split("@", 1)[0]


def _parents(done: list[Done], fitting: list[Ints]) -> dict[int, int]:
    """Give what led to each row by the `parent` column; -1 where it names none but other rows of it do."""
    if all(one.parent is None for one in done):
        return {}
    causes: dict[int, int] = {}
    for one, rows in zip(done, fitting, strict=True):
        led = fitting[one.parent - 1] if one.parent is not None and 0 < one.parent <= len(done) else rows[:0]
        causes |= dict.fromkeys(rows.tolist(), int(led[-1]) if len(led) else -1)
    return causes
