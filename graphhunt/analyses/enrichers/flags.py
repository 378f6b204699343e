"""Makes `Indicator` nodes and `FLAGGED` relationships of what the current run of `local-list` found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from graphhunt.ids import digest
from graphhunt.queries import library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.analysis import Rows
    from graphhunt.store import Store


def settle(store: Store, results: Mapping[str, Rows]) -> None:
    """Bring indicators and flags in line with a run's results: what it doesn't have goes."""
    nodes: dict[str, dict[str, Any]] = {}
    flags: dict[str, dict[str, dict[str, Any]]] = {}
    for label, rows in results.items():
        for entity, props in rows:
            for entry in orjson.loads(props["local_list_entries"] or "[]"):
                node = _node(entry)
                nodes[node["id"]] = node
                flag = _flag(node, label, entity)
                flags.setdefault(label, {})[flag["id"]] = flag
    _remove(store, set(nodes), {each for made in flags.values() for each in made})
    store.put_nodes("Indicator", nodes.values())
    for label, made in flags.items():
        store.put_relationships(("FLAGGED", "Indicator", label), made.values())


def _remove(store: Store, nodes: set[str], flags: set[str]) -> None:
    old_flags = [row["id"] for row in store.read(library()["analytics/indicator_flags"]) if row["id"] not in flags]
    old_nodes = [row["id"] for row in store.read(library()["analytics/indicators"]) if row["id"] not in nodes]
    store.remove_relationships("FLAGGED", old_flags)
    store.remove_nodes("Indicator", old_nodes)


def _node(entry: Mapping[str, Any]) -> dict[str, Any]:
    props = {
        "name": entry["indicator"], "kind": "network" if "/" in entry["indicator"] and entry["kind"] != "url" else
        entry["kind"], "list": entry["source"], "search": entry["indicator"].lower(), "client_id": "default",
        **{name: entry[name] for name in ("severity", "tlp", "description", "valid_from", "valid_until")},
    }  # fmt: skip
    return {"id": digest("Indicator", props["kind"], entry["indicator"], entry["source"] or ""), "props": props}


def _flag(node: Mapping[str, Any], label: str, entity: str) -> dict[str, Any]:
    known = node["props"]
    props = {
        "source": known["list"], "count": 1, "confidence": "observed",
        **{name: known[name] for name in ("tlp", "valid_from", "valid_until")},
    }  # fmt: skip
    return {"id": digest("FLAGGED", node["id"], label, entity), "start": node["id"], "end": entity, "props": props}
