"""Who may use a server: people with passwords and roles, tokens for scripts, and the audit log."""

from __future__ import annotations

from graphhunt.accounts.accounts import Accounts
from graphhunt.accounts.roles import ROLES, SCOPES, Principal

__all__ = ["ROLES", "SCOPES", "Accounts", "Principal"]
