"""What the workspace keeps of asking providers: answers for a while, and how much of each budget is spent."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import orjson

from graphhunt.smalldb import SmallDatabase
from graphhunt.toolbox.intel.answer import Answer, Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graphhunt.toolbox.intel.answer import Asked

FILE = "intel.sqlite"
"""Name of the file in the workspace."""

FOUND_FOR = 7 * 86_400
"""Seconds an answer about a known indicator is believed."""

NOT_FOUND_FOR = 86_400
"""Seconds it is believed that a provider doesn't know an indicator."""

_STEPS = (
    """
    CREATE TABLE answers (
        provider TEXT, kind TEXT, ioc TEXT, subtype TEXT, until REAL NOT NULL, answer BLOB NOT NULL,
        PRIMARY KEY (provider, kind, ioc, subtype)
    ) WITHOUT ROWID;
    CREATE TABLE budgets (
        provider TEXT PRIMARY KEY, tokens REAL NOT NULL, at REAL NOT NULL, day INTEGER NOT NULL,
        spent INTEGER NOT NULL, paused REAL NOT NULL
    )
    """,
)


class Limit(NamedTuple):
    """How often a provider may be asked: requests in so many seconds, and in a day (UTC)."""

    requests: int
    seconds: float
    daily: int


class State:
    """Answers and budgets.

    Args:
        folder: The workspace; None keeps everything in memory.
        clock: Gives seconds since 1970.
    """

    def __init__(self, folder: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._db = SmallDatabase(folder / FILE if folder else None, _STEPS)
        self._clock = clock

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def known(self, provider: str, asked: Asked) -> Answer | None:
        """Give an answer that is still believed; None if there is none."""
        row = self._db.row(
            "SELECT answer FROM answers WHERE provider = ? AND kind = ? AND ioc = ? AND subtype = ? AND until > ?",
            (*_key(provider, asked), self._clock()),
        )
        if row is None:
            return None
        kept = orjson.loads(row["answer"])
        return Answer(**{**kept, "severity": Severity(kept["severity"])})

    def keep(self, provider: str, asked: Asked, answer: Answer) -> None:
        """Keep an answer, and drop those that are no longer believed."""
        now = self._clock()
        until = now + (FOUND_FOR if answer.result else NOT_FOUND_FOR)
        with self._db.change():
            self._db.run("DELETE FROM answers WHERE until <= ?", (now,))
            self._db.run(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
                (*_key(provider, asked), until, orjson.dumps(asdict(answer), default=str)),
            )

    def take(self, provider: str, limit: Limit, indicators: int = 1) -> tuple[float, str | None]:
        """Take one request of a provider's budget; each indicator it asks for counts towards the day's.

        Returns:
            Seconds to wait before asking again for one (0: it is taken), and why none will be given today or during
            a pause.
        """
        with self._db.change():
            now = self._clock()
            row = self._row(provider, limit, now)
            tokens = min(float(limit.requests), row.tokens + (now - row.at) * limit.requests / limit.seconds)
            if row.paused > now:
                return 0.0, f"{provider} asked for a pause of {row.paused - now:.0f} s more"
            if row.spent + indicators > limit.daily:
                return 0.0, f"the day's budget of {limit.daily} requests to {provider} is spent"
            if tokens < 1:
                return (1 - tokens) * limit.seconds / limit.requests, None
            self._write(provider, row._replace(tokens=tokens - 1, at=now, spent=row.spent + indicators))
        return 0.0, None

    def left(self, provider: str, limit: Limit) -> int:
        """Count the indicators that a provider may still be asked for today; none during a pause."""
        now = self._clock()
        row = self._row(provider, limit, now)
        return 0 if row.paused > now else max(0, limit.daily - row.spent)

    def pause(self, provider: str, limit: Limit, seconds: float) -> None:
        """Ask nothing of a provider for so many seconds."""
        with self._db.change():
            now = self._clock()
            self._write(provider, self._row(provider, limit, now)._replace(paused=now + seconds))

    def spent(self, provider: str, limit: Limit) -> int:
        """Count today's requests to a provider."""
        return self._row(provider, limit, self._clock()).spent

    def _row(self, provider: str, limit: Limit, now: float) -> _Budget:
        found = self._db.row("SELECT tokens, at, day, spent, paused FROM budgets WHERE provider = ?", (provider,))
        today = int(now // 86_400)
        row = _Budget(**found) if found else _Budget(float(limit.requests), now, today, 0, 0.0)
        return row if row.day == today else row._replace(day=today, spent=0)

    def _write(self, provider: str, row: _Budget) -> None:
        self._db.run("INSERT OR REPLACE INTO budgets VALUES (?, ?, ?, ?, ?, ?)", (provider, *row))


class _Budget(NamedTuple):
    tokens: float
    at: float
    day: int
    spent: int
    paused: float


def _key(provider: str, asked: Asked) -> tuple[str, str, str, str]:
    span = "" if asked.span == (None, None) else f" {asked.span[0]}/{asked.span[1]}"
    return provider, asked.kind, asked.safe, (asked.subtype or "") + span
