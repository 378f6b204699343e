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
from graphhunt.schema import COMMON_NODE, COMMON_REL, NODES, RELATIONSHIPS

if TYPE_CHECKING:
    from graphhunt.store.store import Store

_NODE = {label: frozenset((*COMMON_NODE, *kind.properties)) for label, kind in NODES.items()}
_REL = {name: frozenset((*COMMON_REL, *kind.properties)) for name, kind in RELATIONSHIPS.items()}
_SIZE = 32


def graph_digest(store: Store) -> str:
    """Read every node and relationship and combine their hashes; the order they come in doesn't matter."""
    library = queries.library()
    total = 0
    for row in store.stream(library["admin/all_nodes"]):
        if row["label"] in _NODE and row["label"] != "AnalysisRun":
            total += _hash(["node", row["label"], _kept(row["props"], _NODE[row["label"]])])
    for row in store.stream(library["admin/all_relationships"]):
        if row["type"] in _REL:
            ends = [row["from_label"], row["from_id"], row["to_label"], row["to_id"]]
            total += _hash(["relationship", row["type"], ends, _kept(row["props"], _REL[row["type"]])])
    return (total % (1 << 8 * _SIZE)).to_bytes(_SIZE, "big").hex()


def _kept(props: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if name in names and value is not None}


def _hash(value: list[Any]) -> int:
    data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(data, digest_size=_SIZE).digest(), "big")
