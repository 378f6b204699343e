"""The process tree around one process: who started it, what it started, and what each did."""

from __future__ import annotations

from typing import Any

from graphhunt.questions.pivots.reading import Reader, run
from graphhunt.questions.pivots.unusual import unusual_parent
from graphhunt.questions.pivots.views import describe

MAX_ANCESTORS = 40
"""Longest line of ancestors that is followed."""

_BADGES = {
    "CONNECTED": "network", "QUERIED": "network", "WROTE": "file", "READ": "file", "DELETED": "file",
    "RENAMED": "file", "LOADED": "file", "SET_REGISTRY": "registry", "READ_REGISTRY": "registry",
    "SPAWNED": "child", "ACCESSED": "process", "INJECTED_INTO": "process", "INSTALLED": "install",
}  # fmt: skip
"""What a process's relationship types are counted as."""

_FIELDS = ("command_line", "pid", "start", "end", "logon_id", "integrity", "user_id", "machine_id")


def process_tree(
    store: Reader, process_id: str, *, depth: int = 8, limit: int = 500, ancestors: int = MAX_ANCESTORS
) -> dict[str, Any] | None:
    """Give the process tree around a process; None if the graph does not have it.

    Args:
        store: The graph.
        process_id: Id of the process the tree is about.
        depth: Generations below it that are followed.
        limit: Most processes given; the rest is said to be cut.
        ancestors: Generations above it that are followed.

    Returns:
        `process` (the id asked for), `root`, `nodes` (parents before children; each a short form with
        `parent`, `badges`, `unusual` (a reason or None) and the process's own fields), `truncated` and
        `reasons` (why it is).
    """
    rows = run(store, "entity", kind="Process", id=process_id)
    if not rows:
        return None
    nodes: dict[str, dict[str, Any]] = {process_id: _node(rows[0]["node"], None)}
    reasons: list[str] = []
    root = _climb(store, process_id, nodes, ancestors, reasons)
    _descend(store, [process_id], nodes, (depth, limit), reasons)
    _add_badges(store, nodes)
    ordered = _in_order(root, nodes)
    return {
        "process": process_id, "root": root, "nodes": ordered, "truncated": bool(reasons), "reasons": reasons,
    }  # fmt: skip


def _node(node: dict[str, Any], parent: str | None) -> dict[str, Any]:
    fields = {name: node.get(name) for name in _FIELDS}
    return describe(node) | fields | {"parent": parent, "badges": {}, "unusual": None}


def _climb(store: Reader, start: str, nodes: dict[str, dict[str, Any]], most: int, reasons: list[str]) -> str:
    """Follow parents upwards; a circle (made by reused ids) ends it."""
    here = start
    for _ in range(most):
        parents = [row["node"] for row in run(store, "process_parents", ids=[here])]
        parents = [node for node in parents if node["id"] not in nodes]
        if not parents:
            return here
        above = min(parents, key=lambda node: (node.get("start") is None, -(node.get("start") or 0), node["id"]))
        nodes[above["id"]] = _node(above, None)
        nodes[here]["parent"] = above["id"]
        here = above["id"]
    reasons.append(f"The line of parents is longer than {most} processes.")
    return here


def _descend(
    store: Reader,
    level: list[str],
    nodes: dict[str, dict[str, Any]],
    caps: tuple[int, int],
    reasons: list[str],
) -> None:
    """Follow children level by level, to the given depth and number of processes."""
    depth, limit = caps
    for _ in range(depth):
        room = max(0, limit - len(nodes))
        rows = run(store, "process_children", ids=level, limit=room + len(nodes) + 1)
        fresh = [row for row in rows if row["node"]["id"] not in nodes]
        level = _adopt(fresh[:room], nodes)
        if len(fresh) > room:
            reasons.append(f"There are more than {limit} processes; open one of them to see its own children.")
            return
        if not level:
            return
    if run(store, "process_children", ids=level, limit=1):
        reasons.append(f"Children below {depth} generations are left out.")


def _adopt(rows: list[dict[str, Any]], nodes: dict[str, dict[str, Any]]) -> list[str]:
    fresh: list[str] = []
    for row in rows:
        key = row["node"]["id"]
        if key not in nodes:
            nodes[key] = _node(row["node"], row["parent"])
            fresh.append(key)
    return fresh


def _add_badges(store: Reader, nodes: dict[str, dict[str, Any]]) -> None:
    for row in run(store, "process_badges", ids=list(nodes)):
        name = _BADGES.get(row["relation"])
        if name:
            badges = nodes[row["id"]]["badges"]
            badges[name] = badges.get(name, 0) + row["relationships"]
    for node in nodes.values():
        if node["parent"]:
            node["unusual"] = unusual_parent(nodes[node["parent"]]["label"], node["label"])


def _in_order(root: str, nodes: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """List the tree parents first, siblings by start time."""
    children: dict[str, list[dict[str, Any]]] = {}
    for node in nodes.values():
        if node["parent"]:
            children.setdefault(node["parent"], []).append(node)
    ordered, stack = [], [nodes[root]]
    while stack:
        node = stack.pop()
        ordered.append(node)
        below = children.get(node["id"], [])
        stack.extend(sorted(below, key=lambda n: (n["start"] or 0, n["id"]), reverse=True))
    return ordered
