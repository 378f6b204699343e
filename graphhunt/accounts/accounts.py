"""The small database of users, tokens and the audit log. Passwords are kept as argon2id, tokens as SHA-256."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from graphhunt.accounts.passwords import Passwords
from graphhunt.accounts.roles import SCOPES, Principal, checked_roles, checked_scopes, scopes_of
from graphhunt.accounts.tries import Tries
from graphhunt.errors import BusyError, ConflictError, MissingError, UsageError
from graphhunt.plain import clean
from graphhunt.smalldb import SmallDatabase

MAX_DAYS = 3650
MAX_DETAIL = 24_000
"""Characters of what was asked for that a line of the audit log keeps; the longest statement of an analyst fits."""

_DAY = 86_400 * 10**6
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_TOKEN = re.compile(r"gh_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
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
    "ALTER TABLE audit ADD COLUMN detail TEXT NOT NULL DEFAULT ''",
)


class Accounts:
    """Users, tokens and the audit log of one workspace.

    Args:
        path: The database file; None keeps it in memory.
        hasher: Makes and checks password hashes; argon2id with the library's recommended cost if None.
    """

    def __init__(self, path: Path | None, hasher: PasswordHasher | None = None) -> None:
        self._db = SmallDatabase(path, _STEPS)
        self._passwords = Passwords(hasher)
        self._tries = Tries()

    def close(self) -> None:
        """Close the database."""
        self._passwords.close()
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
        moment = _now()
        # The generation begins with the time: sessions of somebody removed don't fit who gets the name next.
        row = (name, self._passwords.hash(password), wanted, moment, moment)
        self._db.run("INSERT INTO user (name, hash, roles, created, generation) VALUES (?, ?, ?, ?, ?)", row)

    def user(self, name: str) -> dict[str, Any] | None:
        """Give a person: name, roles, created, disabled; None if there is none of this name."""
        row = self._db.row("SELECT * FROM user WHERE name = ?", (name,))
        return _user(row) if row else None

    def users(self) -> list[dict[str, Any]]:
        """List people by name."""
        return [_user(row) for row in self._db.rows("SELECT * FROM user ORDER BY name")]

    def set_password(self, name: str, password: str) -> None:
        """Give a person another password; their sessions and tokens end."""
        hashed = self._passwords.hash(password)
        with self._db.change():
            self._change("UPDATE user SET hash = ?, generation = generation + 1 WHERE name = ?", hashed, name)
            self._revoke_all(name)

    def set_roles(self, name: str, roles: Iterable[str]) -> None:
        """Give a person other roles; their sessions end, and their tokens lose for good what the roles don't give."""
        wanted = checked_roles(roles)
        with self._db.change():
            sql = "UPDATE user SET roles = ?, generation = generation + 1 WHERE name = ?"
            self._change(sql, ",".join(wanted), name)
            for token in self._db.rows("SELECT id, scopes FROM token WHERE owner = ? AND revoked = 0", (name,)):
                left = scopes_of(wanted) & set(token["scopes"].split(","))
                kept = ",".join(scope for scope in SCOPES if scope in left)
                sql = "UPDATE token SET scopes = CASE ? WHEN '' THEN scopes ELSE ? END, revoked = ? WHERE id = ?"
                self._db.run(sql, (kept, kept, int(not kept), token["id"]))

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Shut a person out, or let them in again; their sessions and tokens end for good."""
        with self._db.change():
            sql = "UPDATE user SET disabled = ?, generation = generation + 1 WHERE name = ?"
            self._change(sql, int(disabled), name)
            self._revoke_all(name)

    def remove_user(self, name: str) -> None:
        """Remove a person, their sessions and their tokens."""
        with self._db.change():
            self._revoke_all(name)  # a token whose owner is gone is bound by no role
            self._change("DELETE FROM user WHERE name = ?", name)

    def _revoke_all(self, owner: str) -> None:
        self._db.run("UPDATE token SET revoked = 1 WHERE owner = ?", (owner,))

    def _change(self, sql: str, *values: Any) -> None:
        if not self._db.run(sql, values):
            raise MissingError(f"there is no user {values[-1]!r}")

    def sign_in(self, name: str, password: str, address: str = "") -> Principal | None:
        """Check a password and wait for the outcome, as `begin_sign_in`."""
        return self.begin_sign_in(name, password, address).result()

    def begin_sign_in(self, name: str, password: str, address: str) -> Future[Principal | None]:
        """Begin to check a password; it counts as a wrong one from now until it turns out to be right.

        A name that doesn't exist takes as long as one that does.

        Raises:
            BusyError: There were too many wrong ones, or too many are checked at this moment.
        """
        pause = self._tries.begin(name, address)
        if pause > 0:
            raise BusyError("Too many wrong passwords; wait.", wait=pause)
        try:
            return self._passwords.queue(lambda: self._checked(name, password, address))
        except BusyError:
            self._tries.take_back(name, address)
            raise

    def _checked(self, name: str, password: str, address: str) -> Principal | None:
        row = self._db.row("SELECT * FROM user WHERE name = ? AND disabled = 0", (name,))
        if not self._passwords.fits(row["hash"] if row else None, password) or row is None:
            return None
        self._tries.right(name, address)
        return Principal(name, scopes_of(str(row["roles"]).split(",")), "password")

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

    def note(  # noqa: PLR0913 - the columns of the log
        self, who: str, via: str, action: str, target: str, status: int, address: str = "", detail: str = ""
    ) -> None:
        """Write a line into the audit log, control characters as codes; what is very long is cut, and says so."""
        row = (_now(), _line(who), via, action, _line(target), status, _line(address), _line(detail, MAX_DETAIL))
        self._db.run(
            "INSERT INTO audit (time, who, via, action, target, status, address, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
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


def _line(text: str, most: int = 2000) -> str:
    """Give text as a line of the log holds it; of a cut text the hash of the whole stays."""
    whole = clean(text)
    if len(whole) <= most:
        return whole
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{whole[:most]}… (cut; {len(text):,} characters, SHA-256 {digest})"


def _digest(token: str) -> str:
    """Hash a token; it has 256 random bits, so a plain hash can't be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> int:
    return time.time_ns() // 1000
