"""Roles of people, scopes of requests, and who is asking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from graphhunt.errors import UsageError

SCOPES = ("read", "annotate", "load", "admin")
"""What a request may need: read the graph and evidence; write cases and run analytics; load telemetry; manage."""

ROLES: dict[str, frozenset[str]] = {
    "reader": frozenset({"read"}),
    "analyst": frozenset({"read", "annotate"}),
    "loader": frozenset({"load"}),
    "admin": frozenset(SCOPES),
}
"""Roles with their scopes; a person may have several. A loader sends telemetry and sees its own jobs."""


class Principal(NamedTuple):
    """Who asks.

    Attributes:
        name: Name of the person, or of the token's owner.
        scopes: What they may do.
        via: `link` (the one-time link of a local server), `password` or `token`.
    """

    name: str
    scopes: frozenset[str]
    via: str


def checked_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """Give roles in a fixed order, each once.

    Raises:
        UsageError: There is none, or one does not exist.
    """
    given = set(roles)
    if not given or given - set(ROLES):
        raise UsageError("a user has at least one role", hint="one of " + ", ".join(ROLES))
    return tuple(role for role in ROLES if role in given)


def checked_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Give scopes in a fixed order, each once.

    Raises:
        UsageError: There is none, or one does not exist.
    """
    given = set(scopes)
    if not given or given - set(SCOPES):
        raise UsageError("a token has at least one scope", hint="one of " + ", ".join(SCOPES))
    return tuple(scope for scope in SCOPES if scope in given)


def scopes_of(roles: Iterable[str]) -> frozenset[str]:
    """Give everything that some roles together may do; a role that does not exist gives nothing."""
    return frozenset(scope for role in roles for scope in ROLES.get(role, ()))
