"""Which graph of a workspace is current: the small file beside its tables, read without them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graphhunt.errors import DamageError
from graphhunt.evidence.proof import damage, sealed
from graphhunt.ids import digest
from graphhunt.schema import COMMON_NODE, COMMON_REL, NODES, RELATIONSHIPS

_RULES = 24
"""Number of the rules; raised whenever they make other tables of the same facts, those beside the graph among them."""


def _columns() -> str:
    """Write down what columns the tables have and which field of the facts each repeats."""
    own = {kind.label: kind.columns for kind in NODES.values()} | {
        kind.type: kind.columns for kind in RELATIONSHIPS.values()
    }
    rows = [(name, [(c.name, c.type, c.fact) for c in columns]) for name, columns in own.items()]
    return repr((COMMON_NODE, COMMON_REL, rows))


VERSION = f"{_RULES}-{digest(_columns(), size=4)}"
"""Version of the graph's rules and schema; tables made by others are made anew."""

NOTHING: dict[str, Any] = {"version": 0, "fingerprint": "", "tables": "", "files": {}}
"""What is current while the first tables are being written."""

TABLES = "the graph's tables"
"""What errors call them."""


def read_state(folder: Path) -> dict[str, Any]:
    """Read what is current in the folder of a graph's tables; an empty dict if there is nothing yet.

    Raises:
        DamageError: It was there, and is damaged or lost.
    """
    path = folder / "current.json"
    if not path.exists() and not any(folder.glob("tables-*")):
        return {}
    with damage(path, TABLES):
        data = path.read_bytes()
    try:
        state = json.loads(data)
    except ValueError as error:
        raise DamageError(f"{TABLES} can't be read: {error}", where=str(path)) from error
    if not sealed(data) or not isinstance(state, dict) or not isinstance(state.get("files"), dict):
        raise DamageError(f"{TABLES} have no proof, or differ from what was written", where=str(path))
    return {} if state == {**NOTHING, "check": state.get("check")} else state


def fingerprint_of(state: dict[str, Any]) -> str | None:
    """Give the identity of the set of events and rules a graph was made from; None if there is none of these rules."""
    return str(state["fingerprint"]) if state.get("version") == VERSION else None
