"""`statements.jsonl` of a workspace: what analysts stated about identities, a statement a line, only ever added to."""

from __future__ import annotations

from pathlib import Path

import msgspec

from graphhunt.errors import DamageError
from graphhunt.evidence.files import FolderLock, typed_errors, write_atomic
from graphhunt.graph.identity_statements import Statement
from graphhunt.ids import digest

FILE = "statements.jsonl"

_WAIT = 60.0


def read_statements(workspace: Path) -> list[Statement]:
    """Read the statements of a workspace, oldest first.

    Raises:
        DamageError: A line isn't a statement.
    """
    return [_statement(line, number, workspace / FILE) for number, line in enumerate(_lines(workspace), 1)]


def add_statement(workspace: Path, statement: Statement) -> None:
    """Add a statement; it is on disk when this returns.

    Raises:
        WorkspaceError: The disk refuses.
    """
    with typed_errors(workspace), FolderLock(workspace / "statements.lock").held(_WAIT):
        lines = [*_lines(workspace), msgspec.json.encode(statement)]
        write_atomic(workspace / FILE, b"".join(line + b"\n" for line in lines))


def statements_mark(workspace: Path) -> tuple[str, ...]:
    """Give the hash of the statements; nothing where nobody stated anything."""
    lines = _lines(workspace)
    return (digest(*lines),) if lines else ()


def _lines(workspace: Path) -> list[bytes]:
    path = workspace / FILE
    with typed_errors(path, "read"):
        return path.read_bytes().splitlines() if path.exists() else []


def _statement(line: bytes, number: int, path: Path) -> Statement:
    try:
        return msgspec.json.decode(line, type=Statement)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        hint = "put the file back from a copy, or take the line out"
        raise DamageError(f"line {number} is no statement: {error}", where=str(path), hint=hint) from error
