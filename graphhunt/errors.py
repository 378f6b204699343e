"""The error tree: every error graphhunt raises on purpose.

    GraphhuntError
    ├── LoadError          a file or record could not be read
    │   └── ArchiveError   an archive breaks a limit or is damaged
    ├── QueryError         a Cypher file or an analyst's query is wrong
    ├── StoreError         the database can't be reached or refused
    │   ├── DuplicateError an id is in the graph already
    │   └── WorkspaceError the workspace folder is locked, foreign or of another version
    │       └── DamageError a file of the workspace is damaged or missing
    ├── AccessError        not allowed (guard, roles, tokens)
    ├── AnalysisError      an analytic could not give sound numbers
    ├── WireError          a service outside gave no usable answer
    │   └── PauseError     it wants a pause first
    ├── LimitError         a stated limit was reached
    │   └── BusyError      others have to end first: try again later
    ├── CancelledError     the user stopped a job
    ├── ConflictError      an edit is based on a version that is no longer the current one
    └── UsageError         a parameter has an unknown value (also a ValueError)
        ├── MissingError   what was named does not exist
        └── QueryTextError a search for records can't be read, and where

An error says what happened, where (file, record) and what to do about it.
"""

from __future__ import annotations


class GraphhuntError(Exception):
    """Base of all errors that graphhunt raises on purpose.

    Args:
        message: What happened, as one sentence.
        where: File, record, query or host concerned.
        hint: What the user can do about it.
    """

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Give the message followed by place and advice."""
        text = self.message
        if self.where:
            text += f" in {self.where}"
        if self.hint:
            text += f" ({self.hint})"
        return text


class LoadError(GraphhuntError):
    """A file or record could not be read."""


class ArchiveError(LoadError):
    """An archive breaks a limit, is damaged, or tries to leave its folder."""


class QueryError(GraphhuntError):
    """A query file breaks its contract, or the engine refused a query."""


class StoreError(GraphhuntError):
    """The graph database can't be started, reached or written."""


class DuplicateError(StoreError):
    """A write was refused because an id is in the graph already."""


class WorkspaceError(StoreError):
    """The workspace folder is locked, belongs to another version, or can't be used."""


class DamageError(WorkspaceError):
    """A file of the workspace is missing, can't be read, or isn't what was written: nothing of it is shown.

    Args:
        message: What happened, as one sentence.
        where: The file, and the place in it.
        hint: What the user can do about it; by default, where a good copy comes from.
    """

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        advice = "put the file back from a copy, or load the evidence into a new workspace; see: graphhunt verify"
        super().__init__(message, where=where, hint=hint or advice)


class AccessError(GraphhuntError):
    """The caller isn't allowed to do this."""


class AnalysisError(GraphhuntError):
    """An analytic could not give sound numbers; its answer is an error, never an empty list."""


class WireError(GraphhuntError):
    """A request to a service outside brought no usable answer; the text names no key and no address."""


class PauseError(WireError):
    """A service outside wants a pause of so many seconds."""

    def __init__(self, pause: float) -> None:
        super().__init__(f"the provider wants a pause of {pause:.0f} s")
        self.pause = pause


class OneByOneError(WireError):
    """A service outside wants to be asked for one thing at a time."""


class LimitError(GraphhuntError):
    """A stated limit (time, rows, bytes, depth) was reached."""


class BusyError(LimitError):
    """There is no room now; the same may well be done later.

    Args:
        message: What happened, as one sentence.
        where: What was asked.
        hint: What the user can do about it.
        wait: Seconds after which trying again makes sense.
    """

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None, wait: float = 5) -> None:
        super().__init__(message, where=where, hint=hint)
        self.wait = wait


class CancelledError(GraphhuntError):
    """The user stopped the job that this work belongs to."""


class ConflictError(GraphhuntError):
    """An edit is based on a version that is no longer the current one.

    Args:
        message: What happened, as one sentence.
        current: What there is now, for the user to compare.
    """

    def __init__(self, message: str, *, current: dict[str, object] | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.current = current or {}


class UsageError(GraphhuntError, ValueError):
    """A parameter has a value that isn't one of the valid ones."""


class MissingError(UsageError):
    """What was named does not exist."""


class QueryTextError(UsageError):
    """A query can't be read; it says where.

    Args:
        message: What is wrong.
        at: Place of the first character concerned, from 0.
        length: Characters concerned.
        hint: What the user can do about it.
    """

    def __init__(self, message: str, at: int, length: int, *, hint: str | None = None) -> None:
        super().__init__(f"{message}, at character {at + 1}", hint=hint)
        self.at = at
        self.length = length
