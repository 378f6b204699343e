"""How an entity is named and summed up: the short form lists, graphs and trees show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Properties = Mapping[str, Any]

_PRIVATE_ACCOUNTS = frozenset({"machine", "service", "system", "anonymous"})


def _first(props: Properties, *names: str) -> str:
    """Give the first of the named properties that has text."""
    for name in names:
        value = props.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        if value not in (None, ""):
            return str(value)
    return ""


def _owner(props: Properties) -> str:
    return f"on {props['machine_id']}" if props.get("machine_id") else ""


def _name(props: Properties) -> str:
    return _first(props, "name", "id")


def _user_label(props: Properties) -> str:
    name, domain = _first(props, "name", "sid", "id"), _first(props, "domain")
    return f"{domain}\\{name}" if domain else name


_LABELS: dict[str, Callable[[Properties], str]] = {
    "User": _user_label,
    "Process": lambda p: _first(p, "name", "path", "guid", "id"),
    "IP": lambda p: _first(p, "id"),
    "RegistryKey": lambda p: _first(p, "path", "id"),
    "File": lambda p: _first(p, "name", "names", "path", "paths", "sha256", "id"),
    "Alert": lambda p: _first(p, "name", "rule", "id"),
}

_DETAILS: dict[str, Callable[[Properties], str]] = {
    "User": lambda p: " ".join(filter(None, (_first(p, "kind"), _first(p, "sid")))),
    "Machine": lambda p: " ".join(filter(None, (_first(p, "fqdn"), _first(p, "role")))),
    "Process": lambda p: _first(p, "command_line", "path") or _owner(p),
    "File": lambda p: _first(p, "path", "paths", "sha256", "md5"),
    "IP": lambda p: _first(p, "scope"),
    "Alert": lambda p: " ".join(filter(None, (_first(p, "level"), _first(p, "product")))),
}


def label(kind: str, props: Properties) -> str:
    """Give the name an analyst would call the entity by; its id if it has none."""
    return _LABELS.get(kind, _name)(props) or str(props.get("id", ""))


def detail(kind: str, props: Properties) -> str:
    """Give one line that tells the entity from others of its name."""
    return _DETAILS.get(kind, _owner)(props)


def noise(kind: str, props: Properties) -> str | None:
    """Say whether the entity is usually noise: machine-account, service-account, loopback; None if not."""
    if kind == "User" and props.get("kind") in _PRIVATE_ACCOUNTS:
        return "machine-account" if props.get("kind") == "machine" else "service-account"
    if kind == "IP" and props.get("scope") in ("loopback", "unspecified"):
        return "loopback"
    return None


def describe(node: Properties) -> dict[str, Any]:
    """Give the short form of a node as the store returns it.

    Returns:
        kind, id, label, detail, first_seen and last_seen (microseconds or None), noise, stub, the
        machine_id of things that live on one machine, and the rank that the analytics gave (None without one).
    """
    kind = str(node["_label"])
    return {
        "kind": kind,
        "id": str(node["id"]),
        "label": label(kind, node),
        "detail": detail(kind, node),
        "first_seen": node.get("first_seen"),
        "last_seen": node.get("last_seen"),
        "noise": noise(kind, node),
        "stub": bool(node.get("stub")),
        "machine_id": node.get("machine_id"),
        "rank": node.get("anomaly_score"),
    }


def properties(value: Properties) -> dict[str, Any]:
    """Give a node's or relationship's own properties, without the store's bookkeeping."""
    return {name: item for name, item in value.items() if not name.startswith("_")}
