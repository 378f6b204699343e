"""Original records by event id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace


def record_of(workspace: Workspace, event_id: str) -> dict[str, Any] | None:
    """Give an original record with its file and position; None if there is none of this id.

    Raises:
        DamageError: The record isn't what was loaded.
    """
    record = workspace.evidence.get(event_id)
    if record is None:
        return None
    return {
        "event_id": record.event_id, "source": record.loader, "file": record.file, "position": record.position,
        "host": record.host, "time": iso(record.time), "code": record.code, "outcome": record.outcome,
        "reason": record.reason, "record": record.raw, **({"damage": record.damage} if record.damage else {}),
    }  # fmt: skip
