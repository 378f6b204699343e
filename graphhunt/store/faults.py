"""Sorts the driver's errors: which to try again, which mean a lost connection, and what to tell the user."""

from __future__ import annotations

from typing import Any

from graphhunt.errors import AccessError, DuplicateError, GraphhuntError, LimitError, QueryError, StoreError

CONFLICT = "conflict"
LOST = "lost"
FINAL = "final"

_CONFLICT_WORDS = ("ConcurrentModificationException", "NeedRetryException", "LockTimeoutException", "Please retry")
_TIMEOUT_WORDS = ("TransactionTimedOut", "Transaction.Terminated", "TimeoutException")
_MEMORY_WORDS = ("MemoryPoolOutOfMemory", "Java heap space", "queryMaxHeap", "OutOfMemory", "QueryMemory")


def code_of(error: BaseException) -> str:
    """Give the server's error code, or an empty text."""
    return str(getattr(error, "code", "") or "")


def sort_of(error: Exception) -> str:
    """Tell whether to try again at once, to connect anew first, or to give up.

    The embedded engine doesn't flag every conflict as one, so its text is looked at as well.
    """
    import neo4j.exceptions as faults

    if isinstance(error, faults.AuthError):
        return FINAL
    lost = (faults.ServiceUnavailable, faults.SessionExpired, faults.IncompleteCommit, OSError)
    if isinstance(error, lost):
        return LOST
    if isinstance(error, faults.TransientError) and not _names(error, _MEMORY_WORDS):
        return CONFLICT
    return CONFLICT if _names(error, _CONFLICT_WORDS) else FINAL


def is_duplicate(error: BaseException) -> bool:
    """Tell whether a write was refused because an id is there already."""
    return "ConstraintValidationFailed" in code_of(error) or "DuplicatedKey" in str(error)


def translate(error: Exception, where: str) -> GraphhuntError:
    """Make a graphhunt error of a driver's error.

    Args:
        error: What the driver raised.
        where: Name of the query or address of the server.
    """
    if isinstance(error, GraphhuntError):
        return error
    return _limit(error, where) or _refusal(error, where) or _failure(error, where)


def _limit(error: Exception, where: str) -> GraphhuntError | None:
    if _names(error, _TIMEOUT_WORDS):
        return LimitError("the query took longer than allowed", where=where, hint="narrow it, or raise the timeout")
    if _names(error, _MEMORY_WORDS):
        return LimitError("the query needs more memory than allowed", where=where, hint="narrow it")
    return None


def _refusal(error: Exception, where: str) -> GraphhuntError | None:
    code, text = code_of(error), _text(error)
    if is_duplicate(error):
        return DuplicateError(f"an id is in the graph already: {text}", where=where)
    if "Unauthorized" in code:
        hint = "set GRAPHHUNT_DB_USER and GRAPHHUNT_DB_PASSWORD or GRAPHHUNT_DB_PASSWORD_FILE"
        return StoreError("the database refused the user name or password", where=where, hint=hint)
    if "DatabaseNotFound" in code:
        return StoreError(f"there is no such database: {text}", where=where, hint="see the setting GRAPHHUNT_DB_NAME")
    if "Security.Forbidden" in code or "AccessMode" in code:
        return AccessError(f"the query isn't allowed: {text}", where=where)
    return None


def _failure(error: Exception, where: str) -> GraphhuntError:
    text = _text(error)
    if sort_of(error) == LOST:
        return StoreError(f"the database can't be reached: {text}", where=where)
    if code_of(error).startswith("Neo.ClientError"):
        return QueryError(text, where=where)
    return StoreError(f"the database failed: {text}", where=where)


def _names(error: BaseException, words: tuple[str, ...]) -> bool:
    text = f"{code_of(error)} {error}"
    return any(word in text for word in words)


def _text(error: Any) -> str:
    # A driver's str() repeats code, status and diagnostics; the message alone is what a person needs.
    return str(getattr(error, "message", None) or error).strip()
