r"""What analysts state about identities: which spellings are one machine or account, and which are not.

Statements stand beside the telemetry in `statements.jsonl` of the workspace, are applied after every rule, and stay
until another statement takes them back.
"""

from __future__ import annotations

import getpass
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.errors import UsageError
from graphhunt.graph.doubts import listed_doubts
from graphhunt.graph.identity_book import add_statement, read_statements
from graphhunt.graph.identity_moves import moves
from graphhunt.graph.identity_statements import Statement, taken_back
from graphhunt.times import iso, micros

if TYPE_CHECKING:
    from datetime import datetime

    from graphhunt.graph.case import Case
    from graphhunt.graph.snapshot import Snapshot

Moment = str | int | None
_LABEL = {"machine": "Machine", "account": "User"}


class Identity:
    """The statements of a workspace.

    Args:
        folder: The workspace.
        snapshot: Gives the graph's tables, in which spellings are looked up.
        follow: Brings the graph up to date.
        case: Gives the case as some statements make it; without it there are no previews.
    """

    def __init__(
        self, folder: Path, snapshot: Callable[[], Snapshot], follow: Callable[[], object],
        case: Callable[[Sequence[Statement]], Case] | None = None,
    ) -> None:  # fmt: skip
        self._folder = folder
        self._snapshot = snapshot
        self._follow = follow
        self._case = case

    def about(self, label: str, entity: str) -> dict[str, Any]:
        """Say how a machine, account or address is spelled, what is doubtful of that, and what analysts stated of it.

        Args:
            label: `Machine`, `User` or `IP`.
            entity: Its id.

        Returns:
            `spellings` as records write them, `doubts` with their records, and the `statements` that cite one of them.
        """
        rows = self._snapshot().table(label)
        found = [] if rows is None else rows.filter(pl.col("id") == entity).to_dicts()
        row = found[0] if found else {}
        sid = row.get("sid")
        texts = sorted({*(row.get("aliases") or ()), *([sid] if sid else ())})
        spellings = list({text.casefold(): text for text in texts}.values())  # a statement knows no case
        names = {text.casefold() for text in (entity, entity.partition("@")[0] if sid else entity, *spellings)}
        cited = {text.casefold() for text in (entity, *spellings)}
        statements = [
            each for each in self.statements() if {each["a"].casefold(), (each["b"] or "").casefold()} & cited
        ]
        table = self._snapshot().table("Doubts")
        doubts = None if table is None else table.filter(pl.col("subject").str.to_lowercase().is_in(sorted(names)))
        return {"spellings": spellings, "doubts": listed_doubts(doubts) or [], "statements": statements}

    def statements(self) -> list[dict[str, Any]]:
        """List all statements, oldest first; `standing` is false for those that were taken back."""
        rows = read_statements(self._folder)
        back = taken_back(rows)
        return [_shown(row, row.id not in back) for row in rows]

    def join(self, a: str, b: str, **more: Any) -> dict[str, Any]:
        r"""State that two spellings are one machine or account; it goes by what `a` is called.

        Args:
            a: Spelling of a record: `FS01`, `fs01.alpha.example`, `CORP\\ann`, `ann@corp.example`, a SID.
            b: The other spelling.
            **more: `entity` (`machine` or `account`; by default what the spelling looks like), `reason`, `author`.

        Raises:
            UsageError: Nothing is spelled so.
        """
        return self._add(self._meant("join", a, b, **more))

    def same_not(self, a: str, b: str, **more: Any) -> dict[str, Any]:
        """State that the spelling `b` isn't the machine or account `a`; keywords as of `join`.

        Raises:
            UsageError: Nothing is spelled so.
        """
        return self._add(self._meant("apart", a, b, **more))

    def split(
        self, a: str, start: Moment | datetime = None, end: Moment | datetime = None, **more: Any
    ) -> dict[str, Any]:
        """State that the records of `a` from `start` until before `end` are of another; keywords as of `join`.

        Raises:
            UsageError: Nothing is spelled so, or the times are none or in the wrong order.
        """
        return self._add(self._torn(a, start, end, **more))

    def _torn(self, a: str, start: Moment | datetime, end: Moment | datetime, **more: Any) -> Statement:
        first, last = (None if moment is None else micros(moment) for moment in (start, end))
        if first is None and last is None:
            raise UsageError("a split needs a beginning or an end", hint="give start, end or both")
        if first is not None and last is not None and first >= last:
            raise UsageError("the split ends before it begins")
        return self._meant("split", a, "", start=first, end=last, **more)

    def undo(self, statement: str, *, reason: str = "", author: str | None = None) -> dict[str, Any]:
        """Take a statement back, by its id; undoing an `undo` states it again.

        Raises:
            UsageError: There is no such statement.
        """
        return self._add(self._undoing(statement, reason, author))

    def _undoing(self, statement: str, reason: str, author: str | None) -> Statement:
        if statement not in {row.id for row in read_statements(self._folder)}:
            raise UsageError(f"there is no statement {statement}", hint="see: graphhunt identity list")
        return _made("undo", a=statement, reason=reason, author=author)

    def preview(self, verdict: str, a: str, b: str = "", **more: Any) -> list[dict[str, Any]]:
        """Say what a statement would change, without making it; keywords as of `state`.

        Returns:
            Per machine or account before and after (`entity`, `before`, `after`): how many `records` would be the
            other's, and the first of them as `evidence`; the most first.

        Raises:
            UsageError: There is no such verdict, or the statement can't be made.
        """
        if self._case is None:
            raise UsageError("this workspace has no records to look at")
        wanted = self._wanted(verdict, a, b, **more)
        stated = read_statements(self._folder)
        return [move._asdict() for move in moves(self._case(stated), self._case([*stated, wanted]))]

    def state(self, verdict: str, a: str, b: str = "", **more: Any) -> dict[str, Any]:
        """Make the statement of a verdict; keywords as of the method it is called by.

        Raises:
            UsageError: There is no such verdict, or the statement can't be made.
        """
        return self._add(self._wanted(verdict, a, b, **more))

    def _wanted(self, verdict: str, a: str, b: str = "", **more: Any) -> Statement:
        given = {name: more.get(name) for name in ("entity", "author")}
        reason = more.get("reason") or ""
        if verdict in ("join", "apart"):
            return self._meant(verdict, a, b, reason=reason, **given)
        if verdict == "split":
            return self._torn(a, more.get("start"), more.get("end"), reason=reason, **given)
        if verdict != "undo":
            raise UsageError(f"'{verdict}' is no verdict", hint="valid: join, apart, split, undo")
        return self._undoing(a, reason, more.get("author"))

    def _meant(  # noqa: PLR0913 - what a statement consists of
        self, verdict: Any, a: str, b: str, *, entity: str | None = None, start: int | None = None,
        end: int | None = None, reason: str = "", author: str | None = None,
    ) -> Statement:  # fmt: skip
        kind = entity or _looks_like(a)
        if kind not in _LABEL:
            raise UsageError(f"'{kind}' is no kind of identity", hint="valid: " + ", ".join(_LABEL))
        spellings = [a] if verdict == "split" else [a, b]
        for spelling in spellings:
            self._require(kind, spelling)
        if verdict != "split" and a.strip().lower() == b.strip().lower():
            raise UsageError("the two spellings are the same")
        return _made(verdict, entity=kind, a=a.strip(), b=b.strip(), start=start, end=end, reason=reason, author=author)

    def _require(self, kind: str, spelling: str) -> None:
        """Refuse a spelling that no record has: it would do nothing, and nobody would notice."""
        known = self._snapshot().table(_LABEL[kind])
        wanted = spelling.strip().lower()
        names = set()
        if known is not None:
            texts = [known.get_column("aliases").explode(), *(known.get_column(c) for c in ("id", "name"))]
            names = {text.lower() for text in pl.concat(texts).drop_nulls()}
        if kind == "account" and known is not None:
            names |= {text.lower() for text in known.get_column("sid").drop_nulls()}
        if not wanted or wanted not in names:
            hint = "write it as records do; see: graphhunt find"
            raise UsageError(f"no {kind} is spelled '{spelling}'", hint=hint)

    def _add(self, statement: Statement) -> dict[str, Any]:
        add_statement(self._folder, statement)
        self._follow()
        return _shown(statement, standing=True)


def _looks_like(spelling: str) -> str:
    """Tell what a spelling names: accounts have a domain or are a SID."""
    account = "\\" in spelling or "@" in spelling or spelling.upper().startswith("S-1-")
    return "account" if account else "machine"


def _made(verdict: Any, *, author: str | None, **fields: Any) -> Statement:
    now = int(time.time() * 1_000_000)
    who = author or getpass.getuser()
    return Statement(id=secrets.token_hex(4), verdict=verdict, author=who, time=now, **fields)


def _shown(row: Statement, standing: bool) -> dict[str, Any]:
    return {
        "id": row.id, "verdict": row.verdict, "entity": row.entity, "a": row.a, "b": row.b or None,
        "start": iso(row.start), "end": iso(row.end), "author": row.author, "time": iso(row.time),
        "reason": row.reason, "standing": standing,
    }  # fmt: skip
