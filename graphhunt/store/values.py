"""Turns what the driver gives into plain Python: nodes, relationships and paths become dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

RESERVED = ("_kind", "_label", "_type", "_start", "_end")
"""Keys of a node or relationship that aren't its properties."""


def is_node(value: Any) -> bool:
    """Tell whether a value of a result is a node."""
    return isinstance(value, dict) and value.get("_kind") == "node"


def is_relationship(value: Any) -> bool:
    """Tell whether a value of a result is a relationship."""
    return isinstance(value, dict) and value.get("_kind") == "relationship"


def is_path(value: Any) -> bool:
    """Tell whether a value of a result is a path."""
    return isinstance(value, dict) and value.get("_kind") == "path"


def properties(value: dict[str, Any]) -> dict[str, Any]:
    """Give the properties of a node or relationship alone."""
    return {key: item for key, item in value.items() if key not in RESERVED}


SCALARS = frozenset({str, int, float, bool, type(None)})
"""Types whose values are plain as they come."""


def plain(value: Any) -> Any:
    """Turn a value of the driver into plain Python, at any depth.

    Raises:
        neo4j.exceptions.BrokenRecordError: The driver couldn't read the value.
    """
    if type(value) in SCALARS:
        return value
    if isinstance(value, list):
        return value if SCALARS.issuperset(map(type, value)) else [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    shaper = _SHAPERS.get(_shape(value))
    return shaper(value) if shaper else str(value)


def _shape(value: Any) -> str:
    # By what it has, not by class: importing the driver's classes costs a tenth of a second at start-up.
    if hasattr(value, "labels"):
        return "node"
    if hasattr(value, "relationships"):
        return "path"
    if hasattr(value, "nodes"):
        return "relationship"
    if hasattr(value, "iso_format"):
        return "temporal"
    if hasattr(value, "raw_data"):
        return "broken"
    return "bytes" if isinstance(value, bytes | bytearray) else "other"


def _node(value: Any) -> dict[str, Any]:
    label = next(iter(sorted(value.labels)), None)
    return {"_kind": "node", "_label": label, **_properties(value)}


def _relationship(value: Any) -> dict[str, Any]:
    ends = [end.get("id") if end is not None else None for end in value.nodes]
    start, end = ends if len(ends) == 2 else (None, None)
    return {"_kind": "relationship", "_type": value.type, "_start": start, "_end": end, **_properties(value)}


def _path(value: Any) -> dict[str, Any]:
    return {
        "_kind": "path",
        "nodes": [_node(node) for node in value.nodes],
        "relationships": [_relationship(rel) for rel in value.relationships],
    }


def _properties(value: Any) -> dict[str, Any]:
    return {key: plain(item) for key, item in value.items()}


def _broken(value: Any) -> Any:
    from neo4j.exceptions import BrokenRecordError

    raise BrokenRecordError("a record holds a value that the driver can't read") from value.error


_SHAPERS: dict[str, Callable[[Any], Any]] = {
    "node": _node,
    "relationship": _relationship,
    "path": _path,
    "temporal": lambda value: value.iso_format(),
    "bytes": lambda value: bytes(value).hex(),
    "broken": _broken,
}
