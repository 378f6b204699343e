"""The canonical digest: one number for everything the database holds of the telemetry.

Equal digests mean equal graphs, byte for byte, whichever engine holds them and however they were loaded.
What analytics wrote, and the database's own marks, are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from graphhunt import queries
from graphhunt.schema import COMMON_NODE, COMMON_REL, DERIVED, NODES, RELATIONSHIPS

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.store.store import Store

_NODE = {label: frozenset((*COMMON_NODE, *kind.properties)) for label, kind in NODES.items()}
_REL = {name: frozenset((*COMMON_REL, *kind.properties)) for name, kind in RELATIONSHIPS.items()}
_ENDS = ("from_label", "from_id", "to_label", "to_id")
_SIZE = 32


def graph_digest(store: Store) -> str:
    """Read every node and relationship and combine their hashes; the order they come in doesn't matter."""
    library = queries.library()
    total = sum(_node(row["label"], row["props"]) for row in store.stream(library["admin/all_nodes"]))
    for row in store.stream(library["admin/all_relationships"]):
        total += _relationship(row["type"], [row[end] for end in _ENDS], row["props"])
    return _text(total)


def tables_digest(snapshot: Snapshot) -> str:
    """Give the digest that a database holding exactly the snapshot's tables has."""
    total = 0
    for name in snapshot.names():
        table = snapshot.table(name) if name in _NODE or name in _REL else None
        for row in table.iter_rows(named=True) if table is not None else ():
            if name in _NODE:
                total += _node(name, row)
            else:
                total += _relationship(name, [row[end] for end in _ENDS], row)
    return _text(total)


def _node(label: str, props: Mapping[str, Any]) -> int:
    if label not in _NODE or label in DERIVED:
        return 0
    return _hash(["node", label, _kept(props, _NODE[label])])


def _relationship(name: str, ends: list[str], props: Mapping[str, Any]) -> int:
    if name not in _REL or ends[0] in DERIVED:
        return 0
    return _hash(["relationship", name, ends, _kept(props, _REL[name])])


def _text(total: int) -> str:
    return (total % (1 << 8 * _SIZE)).to_bytes(_SIZE, "big").hex()


def _kept(props: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if name in names and value is not None}


def _hash(value: list[Any]) -> int:
    data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(data, digest_size=_SIZE).digest(), "big")
