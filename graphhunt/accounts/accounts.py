"""The small database of users, tokens and the audit log. Passwords are kept as argon2id, tokens as SHA-256."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from graphhunt.accounts.roles import Principal, checked_roles, checked_scopes, scopes_of
from graphhunt.errors import ConflictError, MissingError, UsageError
from graphhunt.smalldb import SmallDatabase

MIN_PASSWORD, MAX_PASSWORD = 12, 1000
FREE_TRIES = 10
"""Wrong passwords for one name before it has to wait."""

MAX_WAIT = 900.0
"""Longest wait after wrong passwords, seconds; it doubles with each."""

MAX_DAYS = 3650
_DAY = 86_400 * 10**6
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_TOKEN = re.compile(r"gh_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_KEEP_FAILURES = 10_000
_STEPS = (
    """
    CREATE TABLE user (
        name TEXT PRIMARY KEY, hash TEXT NOT NULL, roles TEXT NOT NULL, created INTEGER NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 1
    );
    CREATE TABLE token (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, scopes TEXT NOT NULL, owner TEXT NOT NULL,
        created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, who TEXT NOT NULL, via TEXT NOT NULL,
        action TEXT NOT NULL, target TEXT NOT NULL, status INTEGER NOT NULL, address TEXT NOT NULL
    )
    """,
)


class Accounts:
    """Users, tokens and the audit log of one workspace.

    Args:
        path: The database file; None keeps it in memory.
        hasher: Makes and checks password hashes; argon2id with the library's recommended cost if None.
    """

    def __init__(self, path: Path | None, hasher: PasswordHasher | None = None) -> None:
        self._db = SmallDatabase(path, _STEPS)
        self._hasher = hasher or PasswordHasher()
        self._busy = threading.Semaphore(2)  # each check takes 64 MiB: a crowd of them must not take the machine
        self._failures: dict[str, tuple[int, float]] = {}
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    # Users.

    def add_user(self, name: str, password: str, roles: Iterable[str]) -> None:
        """Add a person.

        Raises:
            ConflictError: There is one of this name.
            UsageError: The name, password or a role can't be used.
        """
        if not _NAME.fullmatch(name):
            raise UsageError("a user's name has 1 to 64 of a-z, 0-9 and . _ @ -, and begins with a letter or digit")
        wanted = ",".join(checked_roles(roles))
        if self.user(name) is not None:
            raise ConflictError(f"there is a user {name!r} already")
        row = (name, self._hash(password), wanted, _now())
        self._db.run("INSERT INTO user (name, hash, roles, created) VALUES (?, ?, ?, ?)", row)

    def _hash(self, password: str) -> str:
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise UsageError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
        with self._busy:
            return self._hasher.hash(password)

    def user(self, name: str) -> dict[str, Any] | None:
        """Give a person: name, roles, created, disabled; None if there is none of this name."""
        row = self._db.row("SELECT * FROM user WHERE name = ?", (name,))
        return _user(row) if row else None

    def users(self) -> list[dict[str, Any]]:
        """List people by name."""
        return [_user(row) for row in self._db.rows("SELECT * FROM user ORDER BY name")]

    def set_password(self, name: str, password: str) -> None:
        """Give a person another password; their sessions end."""
        self._change("UPDATE user SET hash = ?, generation = generation + 1 WHERE name = ?", self._hash(password), name)

    def set_roles(self, name: str, roles: Iterable[str]) -> None:
        """Give a person other roles, from their next request on."""
        self._change("UPDATE user SET roles = ? WHERE name = ?", ",".join(checked_roles(roles)), name)

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Shut a person out, their tokens and sessions too, or let them in again."""
        self._change("UPDATE user SET disabled = ?, generation = generation + 1 WHERE name = ?", int(disabled), name)

    def remove_user(self, name: str) -> None:
        """Remove a person and their tokens."""
        # Shut out first, then the tokens: one whose owner is gone is bound by no role.
        self.set_disabled(name, disabled=True)
        self._db.run("UPDATE token SET revoked = 1 WHERE owner = ?", (name,))
        self._change("DELETE FROM user WHERE name = ?", name)

    def _change(self, sql: str, *values: Any) -> None:
        if not self._db.run(sql, values):
            raise MissingError(f"there is no user {values[-1]!r}")

    def wait(self, name: str) -> float:
        """Say how many seconds this name has to wait before its next try; 0 when it may."""
        _, until = self._failures.get(name, (0, 0.0))
        return max(0.0, until - time.monotonic())

    def sign_in(self, name: str, password: str) -> Principal | None:
        """Check a password; a name that doesn't exist takes as long as one that does."""
        row = self._db.row("SELECT * FROM user WHERE name = ? AND disabled = 0", (name,))
        right = self._fits(row["hash"] if row else self._nobody, password[:MAX_PASSWORD])
        if row is None or not right:
            self._failed(name)
            return None
        self._failures.pop(name, None)
        return Principal(name, scopes_of(str(row["roles"]).split(",")), "password")

    def _fits(self, kept: str, password: str) -> bool:
        with self._busy:
            try:
                return bool(self._hasher.verify(kept, password))
            except (VerificationError, InvalidHashError):
                return False

    def _failed(self, name: str) -> None:
        count = self._failures.get(name, (0, 0.0))[0] + 1
        pause = min(MAX_WAIT, 2.0 ** (count - FREE_TRIES)) if count >= FREE_TRIES else 0.0
        self._failures[name] = (count, time.monotonic() + pause)
        while len(self._failures) > _KEEP_FAILURES:
            self._failures.pop(next(iter(self._failures)))

    def generation(self, name: str) -> int | None:
        """Give a number that changes with password and disabling; None if the person may not come in."""
        row = self._db.row("SELECT generation FROM user WHERE name = ? AND disabled = 0", (name,))
        return int(row["generation"]) if row else None

    def principal(self, name: str) -> Principal | None:
        """Give a signed-in person as they are now; None if they may no longer come in."""
        found = self.user(name)
        if found is None or found["disabled"]:
            return None
        return Principal(name, scopes_of(found["roles"]), "password")

    # Tokens.

    def make_token(self, name: str, scopes: Iterable[str], owner: str, days: int = 90) -> tuple[str, str]:
        """Make a token for a script.

        Returns:
            Its id, and the token itself, which is not kept and can't be shown again.

        Raises:
            UsageError: A scope does not exist, or the time is not 1 to 3650 days.
        """
        wanted = ",".join(checked_scopes(scopes))
        if not 1 <= days <= MAX_DAYS:
            raise UsageError(f"a token lives 1 to {MAX_DAYS} days")
        if not 1 <= len(name.strip()) <= 100:
            raise UsageError("a token's name has 1 to 100 characters")
        key, moment = secrets.token_hex(6), _now()
        token = f"gh_{key}_{secrets.token_urlsafe(32)}"
        row = (key, name.strip(), _digest(token), wanted, owner, moment, moment + days * _DAY)
        self._db.run(
            "INSERT INTO token (id, name, hash, scopes, owner, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)", row
        )
        return key, token

    def by_token(self, token: str) -> Principal | None:
        """Give who a token stands for; None if it is unknown, expired, revoked, or its owner may no longer come in.

        A person's token can do no more than the person may do now.
        """
        match = _TOKEN.fullmatch(token)
        row = self._db.row("SELECT * FROM token WHERE id = ?", (match[1],)) if match else None
        if row is None or not secrets.compare_digest(row["hash"], _digest(token)):
            return None
        if row["revoked"] or row["expires"] <= _now():
            return None
        scopes = frozenset(str(row["scopes"]).split(","))
        if (owner := self.user(row["owner"])) is not None:
            scopes &= frozenset() if owner["disabled"] else scopes_of(owner["roles"])
        return Principal(row["owner"], scopes, "token") if scopes else None

    def tokens(self, owner: str | None = None) -> list[dict[str, Any]]:
        """List tokens, newest first; of one owner where given. The tokens themselves are not known."""
        rows = self._db.rows(
            "SELECT id, name, scopes, owner, created, expires, revoked FROM token WHERE ? IS NULL OR owner = ?"
            " ORDER BY created DESC, id",
            (owner, owner),
        )
        return [row | {"scopes": row["scopes"].split(","), "revoked": bool(row["revoked"])} for row in rows]

    def revoke(self, token_id: str, owner: str | None = None) -> None:
        """Make a token worthless from now on.

        Raises:
            MissingError: There is none of this id (and owner, where given).
        """
        if not self._db.run(
            "UPDATE token SET revoked = 1 WHERE id = ? AND (? IS NULL OR owner = ?)", (token_id, owner, owner)
        ):
            raise MissingError(f"there is no token {token_id!r}")

    # Audit.

    def note(self, who: str, via: str, action: str, target: str, status: int, address: str = "") -> None:
        """Write a line into the audit log."""
        row = (_now(), who, via, action, target[:2000], status, address)
        self._db.run(
            "INSERT INTO audit (time, who, via, action, target, status, address) VALUES (?, ?, ?, ?, ?, ?, ?)", row
        )

    def audit(self, limit: int = 100, before: int | None = None) -> list[dict[str, Any]]:
        """List the audit log, newest first; only lines numbered below `before`, where given."""
        return self._db.rows(
            "SELECT * FROM audit WHERE ? IS NULL OR number < ? ORDER BY number DESC LIMIT ?", (before, before, limit)
        )


def _user(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"], "roles": row["roles"].split(","), "created": row["created"],
        "disabled": bool(row["disabled"]),
    }  # fmt: skip


def _digest(token: str) -> str:
    """Hash a token; it has 256 random bits, so a plain hash can't be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> int:
    return time.time_ns() // 1000
