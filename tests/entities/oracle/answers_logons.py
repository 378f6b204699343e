"""What the questions about logons, alerts and names must answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.entities.oracle.answers import (
    Edge,
    Node,
    Params,
    Row,
    View,
    by,
    file_fits,
    lower,
    one_of,
    shown,
    tenants,
    within,
)

Held = dict[str, tuple[Node, Edge, Node]]
"""Start, relationship and end, by the relationship's id: what is found twice counts once."""


def _between(found: Held, start: Node, edge: Edge, end: Node) -> None:
    found[edge["id"]] = (start, edge, end)


def _inner(view: View, params: Params) -> list[Node]:
    """Give the processes whose sessions are asked for: given, of programs, or that looked up names."""
    chosen: Params = {key: params[key] for key in ("processes", "files") if key in params}
    found = view.processes(chosen)
    for key in params.get("domains", []):
        found += [p for _, p in view.into(view.node(key, "Domain"), "QUERIED", of="Process")]
    return found


def logons(view: View, params: Params) -> list[Row]:
    every = [(user, edge, machine) for user in view.labelled("User") for edge, machine in view.out(user, "LOGGED_ON")]
    chosen = [parts for parts in every if _is_asked_for(view, params, *parts)]
    rows = [_logon(*parts) for parts in chosen if _logon_fits(params, *parts)]
    return sorted(rows, key=by("date_time", "_place"))


def _from_address(view: View, params: Params, source: Node, entry: Edge) -> bool:
    """Tell whether a remote logon came from an address, or from a machine that had it."""
    return any(
        source["id"] == key
        or (
            entry.get("source_ip") == key
            and source["id"] in [m["id"] for _, m in view.into(view.node(key, "IP"), "HAD_IP")]
        )
        for key in params.get("addresses", [])
    )


def _opened(view: View, params: Params, session: Edge, machine: Node) -> bool:
    """Tell whether a session is one that a remote logon from an address opened."""
    entries = view.into(machine, "REMOTE_LOGON") if "addresses" in params else ()
    return any(
        e.get("logon_session_id") == session["logon_session_id"] and _from_address(view, params, s, e)
        for e, s in entries
    )


def _is_asked_for(view: View, params: Params, user: Node, edge: Edge, machine: Node) -> bool:
    entered = {(at["id"], p.get("logon_session_id")) for p in _inner(view, params) if (at := view.machine_of(p))}
    return (
        user["id"] in params.get("users", [])
        or machine["id"] in params.get("machines", [])
        or machine["client_id"] in params.get("clients", [])
        or (machine["id"], edge["logon_session_id"]) in entered
        or _opened(view, params, edge, machine)
        or any(_of_alert(view, key, edge, user, machine) for key in params.get("alerts", []))
    )


def _meets(alert: Node, edge: Edge) -> bool:
    return bool(edge["start"] <= alert["last_seen"] and edge["end"] >= alert["first_seen"])


def _logon_fits(params: Params, user: Node, edge: Edge, machine: Node) -> bool:
    named = one_of(params, "muids", machine["id"]) and one_of(params, "accounts", user["id"])
    return named and within(params, edge["start"], edge["end"])


def _logon(user: Node, edge: Edge, machine: Node) -> Row:
    copied = ("logon_id", "logon_session_id", "logon_type", "auth_package", "source_ip", "technique")
    return {name: edge.get(name) for name in copied} | {
        "_place": edge["id"], "date_time": edge["start"], "end": edge["end"], "muid": machine["id"],
        "logged_user": shown(user), "source_machine": edge.get("source_machine_id"), "user_id": user["id"],
        "event_ids": edge["evidence"],
    }  # fmt: skip


def remote_logons(view: View, params: Params) -> list[Row]:
    found: Held = {}
    every = [(s, e, t) for s in (n for _, n in view.graph.nodes(data=True)) for e, t in view.out(s, "REMOTE_LOGON")]
    for source, edge, target in every:
        if _wanted(view, params, source, edge, target):
            _between(found, source, edge, target)
    rows = [_remote_logon(*parts) for parts in found.values()]
    rows = [
        row
        for row in rows
        if one_of(params, "muids", row["muid"])
        and one_of(params, "accounts", row["user_id"])
        and within(params, row["date_time"], row["end"])
    ]
    return sorted(rows, key=by("date_time", "_place"))


def _wanted(view: View, params: Params, source: Node, edge: Edge, target: Node) -> bool:
    entered = {
        (machine["id"], p.get("logon_session_id")) for p in _inner(view, params) if (machine := view.machine_of(p))
    }
    return (
        (edge.get("user_id") in params.get("users", []) and _logged_on(view, edge["user_id"], target))
        or (target["id"] in params.get("machines", []) and params.get("incoming", True))
        or (source["id"] in params.get("machines", []) and params.get("outgoing", True))
        or _from_address(view, params, source, edge)
        or target["client_id"] in params.get("clients", [])
        or (target["id"], edge.get("logon_session_id", "")) in entered
        or (source["id"], edge.get("origin_process_id")) in {(m, p["id"]) for m, p in _chosen(view, params)}
        or any(
            _of_alert(view, key, edge, view.node(edge.get("user_id", ""), "User"), target)
            for key in params.get("alerts", [])
        )
    )


def _chosen(view: View, params: Params) -> list[tuple[str, Node]]:
    """Give the processes asked for, or of the programs asked for, with their machines."""
    found = view.processes({key: params[key] for key in ("processes", "files") if key in params})
    return [(machine["id"], p) for p in found if (machine := view.machine_of(p))]


def _logged_on(view: View, user: str, machine: Node) -> bool:
    """Tell whether an account has a session on a machine: every remote logon is one of those."""
    return any(found["id"] == machine["id"] for _, found in view.out(view.node(user, "User"), "LOGGED_ON"))


def _of_alert(view: View, key: str, edge: Edge, user: Node | None, machine: Node) -> bool:
    """Tell whether an alert names both the account and the machine, at a time of the session."""
    alert = view.node(key, "Alert")
    named = {node["id"] for _, node in view.out(alert, "FLAGGED")}
    return alert is not None and machine["id"] in named and bool(user and user["id"] in named) and _meets(alert, edge)


def _remote_logon(source: Node, edge: Edge, target: Node) -> Row:
    copied = (
        "logon_id", "logon_session_id", "logon_type", "technique", "source_ip", "source_port", "confidence", "user_id"
    )  # fmt: skip
    return {name: edge.get(name) for name in copied} | {
        "_place": edge["id"], "date_time": edge["start"], "end": edge["end"], "source": source["id"],
        "muid": target["id"], "logged_user": edge["user_name"], "event_ids": edge["evidence"],
    }  # fmt: skip


def account_changes(view: View, params: Params) -> list[Row]:
    every = [(user, edge, target) for user in view.labelled("User") for edge, target in view.out(user, "MANAGED")]
    chosen = [parts for parts in every if _is_managed(view, params, *parts)]
    rows = [_account_change(*parts) for parts in chosen]
    fits = [
        row
        for row in rows
        if one_of(params, "muids", row["muid"])
        and one_of(params, "accounts", row["user_id"])
        and one_of(params, "actions", row["action"])
        and within(params, row["date_time"], row["end"])
    ]
    return sorted(fits, key=by("date_time", "_place"))


def _is_managed(view: View, params: Params, user: Node, edge: Edge, target: Node) -> bool:
    asked = params.get("users", [])
    member = edge.get("member_id")
    put_in = member in asked and any(
        group["id"] == target["id"] for _, group in view.out(view.node(member or "", "User"), "MEMBER_OF")
    )
    return user["id"] in asked or target["id"] in asked or put_in or user["client_id"] in params.get("clients", [])


def _account_change(user: Node, edge: Edge, target: Node) -> Row:
    copied = ("action", "success", "changes", "member_id")
    return {name: edge.get(name) for name in copied} | {
        "_place": edge["id"], "date_time": edge["start"], "end": edge["end"], "muid": edge["machine_id"],
        "logged_user": shown(user), "target": shown(target), "target_kind": target["label"], "user_id": user["id"],
        "target_id": target["id"], "event_ids": edge["evidence"],
    }  # fmt: skip


STOPPED = ("block", "quarantin", "clean", "remov", "delet", "den", "prevent", "drop", "reject")
LABELS = {"users": "User", "machines": "Machine", "processes": "Process", "files": "File", "addresses": "IP",
          "domains": "Domain"}  # fmt: skip


def detections(view: View, params: Params) -> list[Row]:
    rows = [_detection(view, alert, flags) for alert, flags in _alerts(view, params)]
    names = [
        row
        for row in rows
        if one_of(params, "muids", row["muid"])
        and ("accounts" not in params or set(row["_users"]) & set(params["accounts"]))
        and file_fits(params, "names", row["_child"], row["_child"].get("path"))
    ]
    return sorted(names, key=by("date_time", "alert_id"))


def blocked(view: View, params: Params) -> list[Row]:
    return [row for row in detections(view, params) if (lower(row["action"]) or "").startswith(STOPPED)]


def _alerts(view: View, params: Params) -> list[tuple[Node, list[Edge]]]:
    """Give alerts with the relationships that made them be found, where those overlap the period."""
    found: dict[str, tuple[Node, dict[str, Edge]]] = {}
    for edge, alert in _flags(view, params):
        found.setdefault(alert["id"], (alert, {}))[1][edge["id"]] = edge
    parts = [(alert, list(edges.values())) for alert, edges in found.values()]
    return [(a, e) for a, e in parts if within(params, min(x["start"] for x in e), max(x["end"] for x in e))]


def _flags(view: View, params: Params) -> Iterator[tuple[Edge, Node]]:
    for anchor, label in LABELS.items():
        for key in params.get(anchor, []):
            yield from view.into(view.node(key, label), "FLAGGED")
    for key in params.get("files", []):
        for _, p in view.into(view.node(key, "File"), "IMAGE"):
            yield from view.into(p, "FLAGGED")
    named = [a for key in params.get("alerts", []) if (a := view.node(key, "Alert"))]
    for alert in [*named, *tenants(view, params, "Alert")]:
        yield from ((edge, alert) for edge, _ in view.out(alert, "FLAGGED"))


def _first(view: View, alert: Node, label: str) -> Node:
    found = [node for _, node in view.out(alert, "FLAGGED", to=label)]
    return min(found, key=lambda node: node["id"], default={})


def _detection(view: View, alert: Node, edges: list[Edge]) -> Row:
    process, file = _first(view, alert, "Process"), _first(view, alert, "File")
    makers = [m for _, m in view.into(process, "SPAWNED")] if process else []
    maker: Node = min(makers, key=lambda node: node["id"], default={})
    child, parent = (file, process) if file else (process, maker)
    accounts = [u for _, u in view.out(alert, "FLAGGED", to="User")]
    columns: dict[str, Any] = {
        f"{end}_{column}": node.get(name)
        for end, node in (("child", child), ("parent", parent))
        for column, name in (("md5", "md5"), ("path", "path"), ("filename", "name"))
    }
    copied = ("client_id", "detection_id", "action", "rule", "level")
    return {name: alert.get(name) for name in copied} | columns | {
        "_child": child, "_users": [u["id"] for u in accounts], "_proofs": [e["evidence"] for e in edges],
        "date_time": min(edge["start"] for edge in edges), "muid": _first(view, alert, "Machine").get("id"),
        "logged_user": min((str(shown(u)) for u in accounts), default=None), "winning_tech": alert.get("product"),
        "alert_id": alert["id"], "process_id": process.get("id"), "file_id": file.get("id"),
        "user_id": min((u["id"] for u in accounts), default=None),
    }  # fmt: skip


def find_by_names(view: View, params: Params, label: str, fields: tuple[str, ...]) -> list[Row]:
    """Give the nodes one of whose names is a text asked for, whatever the case; the id only as it is written."""
    wanted = {text.lower() for text in params["names"]}
    found = []
    for node in view.labelled(label):
        held = [node.get(name, []) for name in fields]
        texts = {text.lower() for value in held for text in ([value] if isinstance(value, str) else value)}
        if "domain" in node and label == "User":
            texts.add(rf"{node['domain']}\{node['name']}".lower())
        fits = node["id"] in params["names"] or wanted & texts
        if fits and one_of(params, "clients", node["client_id"]):
            found.append({"id": node["id"]})
    return sorted(found, key=by("id"))


def find_process(view: View, params: Params) -> list[Row]:
    found = []
    for p in view.processes({"machines": params["machines"]}):
        fits = one_of(params, "names", p["name"]) and one_of(params, "hashes", lower(p.get("md5")))
        fits = fits and params.get("pid") in (None, p["pid"]) and params.get("user") in (None, p.get("user_id"))
        if fits and within(params, p["first_seen"], p.get("end", p["last_seen"])):
            found.append({"id": p["id"]})
    return sorted(found, key=by("id"))
