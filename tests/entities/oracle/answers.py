"""What each question must answer, worked out on a networkx graph with plain Python.

Each function takes the view of a world and the query's parameters (those not given are absent) and gives the rows in
the order the query promises, before its limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

Node = dict[str, Any]
Edge = dict[str, Any]
Params = dict[str, Any]
Row = dict[str, Any]
HOUR, DAY = 3_600_000_000, 86_400_000_000


class View:
    """The graph of one world with the few steps that questions are made of."""

    def __init__(self, graph: nx.MultiDiGraph[str]) -> None:
        self.graph = graph

    def node(self, key: str, label: str) -> Node | None:
        found = self.graph.nodes.get(key)
        return found if found and found["label"] == label else None

    def labelled(self, label: str) -> list[Node]:
        return [node for _, node in self.graph.nodes(data=True) if node["label"] == label]

    def out(self, node: Node | None, *types: str, to: str | None = None) -> Iterator[tuple[Edge, Node]]:
        for _, end, edge in self.graph.out_edges(node["id"], data=True) if node else ():
            found = self.graph.nodes[end]
            if edge["type"] in types and to in (None, found["label"]):
                yield edge, found

    def into(self, node: Node | None, *types: str, of: str | None = None) -> Iterator[tuple[Edge, Node]]:
        for start, _, edge in self.graph.in_edges(node["id"], data=True) if node else ():
            found = self.graph.nodes[start]
            if edge["type"] in types and of in (None, found["label"]):
                yield edge, found

    def user_of(self, process: Node) -> Node | None:
        return next((user for _, user in self.into(process, "EXECUTED")), None)

    def machine_of(self, process: Node) -> Node | None:
        return next((machine for _, machine in self.into(process, "RAN")), None)

    def image_of(self, process: Node) -> Node | None:
        return next((file for _, file in self.out(process, "IMAGE")), None)

    def processes(self, params: Params) -> list[Node]:
        """Give the processes of whatever the parameters are anchored at."""
        found: list[Node] = []
        for key in params.get("users", []):
            found += [p for _, p in self.out(self.node(key, "User"), "EXECUTED")]
        for key in params.get("machines", []):
            found += [p for _, p in self.out(self.node(key, "Machine"), "RAN")]
        found += [p for key in params.get("processes", []) if (p := self.node(key, "Process"))]
        for key in params.get("files", []):
            found += [p for _, p in self.into(self.node(key, "File"), "IMAGE")]
        for key in params.get("clients", []):
            machines = [m for m in self.labelled("Machine") if m["client_id"] == key]
            found += [p for machine in machines for _, p in self.out(machine, "RAN")]
        return found

    def entrances(self, process: Node, act: Node | Edge) -> list[Edge]:
        """Give the remote logons that opened the session of what a process did."""
        machine = self.node(process.get("machine_id", ""), "Machine")
        session = act.get("logon_session_id")
        entries = [] if session is None else self.into(machine, "REMOTE_LOGON")
        return [e for e, _ in entries if e.get("logon_session_id") == session]


def shown(user: Node | None) -> str | None:
    if user is None:
        return None
    return user["name"] if "domain" not in user else f"{user['domain']}\\{user['name']}"


def within(params: Params, start: int | None, end: int | None) -> bool:
    """Tell whether an interval overlaps the period asked for; what has no time lies in no period with that side."""
    since, until = params.get("since"), params.get("until")
    return (since is None or (end is not None and end >= since)) and (
        until is None or (start is not None and start < until)
    )


def lower(value: str | None) -> str | None:
    return None if value is None else value.lower()


def one_of(params: Params, name: str, *values: Any) -> bool:
    """Tell whether a parameter isn't given or holds one of the values."""
    return name not in params or any(value is not None and value in params[name] for value in values)


def file_fits(params: Params, name: str, thing: Node, path: str | None) -> bool:
    return one_of(params, name, thing.get("name"), lower(path), lower(thing.get("md5")), lower(thing.get("sha256")))


def actor_fits(params: Params, process: Node) -> bool:
    return one_of(params, "muids", process.get("machine_id")) and one_of(params, "accounts", process.get("user_id"))


def let_run(view: View, process: Node) -> bool:
    """Tell whether an alert says that somebody let the process run."""
    alerts = view.into(process, "FLAGGED", of="Alert")
    return any((alert.get("action") or "").lower().startswith("allow") for _, alert in alerts)


def kind_fits(view: View, params: Params, process: Node, name: str | None) -> bool:
    if "programs" not in params and not params.get("allowed"):
        return True
    named = name is not None and name in params.get("programs", [])
    return named or bool(params.get("allowed") and let_run(view, process))


def marks(view: View, params: Params, process: Node, act: Node | Edge, file: Node | None, path: str | None) -> Row:
    """Give the attribute columns of an act: of its session and of the file it is about."""
    entrances = view.entrances(process, act)
    hashed = file is not None and ("sha256" in file or "md5" in file)
    paths = [name.lower() for name in (file or {}).get("paths", [])]
    place = f"{process.get('machine_id')}|{lower(path)}"
    outside = any(name.endswith(":zone.identifier") for name in paths)
    outside |= view.node(f"{place}:zone.identifier", "File") is not None
    outside |= any(view.into(view.node(place, "File"), "SENT"))
    return {
        "remote_session": None if "logon_session_id" not in act or "machine_id" not in process else bool(entrances),
        "remote_ip": min((e["source_ip"] for e in entrances if "source_ip" in e), default=None),
        "external": True if outside else None,
        "fresh_unknown": file["first_seen"] >= params["since"] if file and hashed and "since" in params else None,
        "lan_shared": None if path is None else path.startswith("\\\\"),
    }


ATTRIBUTES = {
    "ATTR_REMOTE": "remote_session", "ATTR_EXTERNAL": "external", "ATTR_FRESHUNKNOWN": "fresh_unknown",
    "ATTR_LANSHARED": "lan_shared",
}  # fmt: skip


def marks_fit(params: Params, found: Row) -> bool:
    return "attributes" not in params or any(found[ATTRIBUTES[name]] for name in params["attributes"])


def by(*names: str) -> Any:
    """Sort rows by columns; null comes last, as both engines do in ascending order."""
    return lambda row: tuple((row[name] is None, row[name] if row[name] is not None else 0) for name in names)


def process_row(process: Node) -> Row:
    names = ("id", "name", "path", "md5", "sha256", "pid", "command_line", "start", "end", "stub")
    return {name: process.get(name) for name in names} | {"muid": process.get("machine_id")}


def process(view: View, params: Params) -> list[Row]:
    return sorted(map(process_row, view.processes(params)), key=by("id"))


def children(view: View, params: Params) -> list[Row]:
    found = {c["id"]: process_row(c) for p in view.processes(params) for _, c in view.out(p, "SPAWNED")}
    return sorted(found.values(), key=by("start", "id"))


def parents(view: View, params: Params) -> list[Row]:
    found = {m["id"]: process_row(m) for p in view.processes(params) for _, m in view.into(p, "SPAWNED")}
    return sorted(found.values(), key=by("start", "id"))


def process_files(view: View, params: Params) -> list[Row]:
    images = (view.image_of(p) for p in view.processes(params))
    return [{"id": key} for key in sorted({file["id"] for file in images if file})]


def command_lines(view: View, params: Params) -> list[Row]:
    alike: dict[str, Node] = {}
    for given in view.processes(params):
        for _, other in view.out(view.machine_of(given), "RAN"):
            if other["name"] == given["name"]:
                alike[other["id"]] = other
    lines: dict[str, list[int]] = {}
    for other in alike.values():
        if "command_line" in other and not other["stub"] and within(params, other["start"], other["start"]):
            lines.setdefault(other["command_line"], []).append(other["start"])
    rows = [
        {"command_line": line, "executions": len(times), "first_seen": min(times), "last_seen": max(times)}
        for line, times in lines.items()
    ]
    return sorted(rows, key=lambda row: (-row["executions"], row["command_line"]))


def communications(view: View, params: Params) -> list[Row]:
    held: list[tuple[Any, Any, Any]] = [
        (p, edge, ip) for p in view.processes(params) for edge, ip in view.out(p, "CONNECTED")
    ]
    for key in params.get("addresses", []):
        ip = view.node(key, "IP")
        held += [(p, edge, ip) for edge, p in view.into(ip, "CONNECTED")]
    rows = [connection(view, *parts) for parts in held if _connection_fits(params, *parts)]
    return sorted(rows, key=by("date_time", "_place"))


def _connection_fits(params: Params, process: Node, edge: Edge, ip: Node) -> bool:
    port = edge.get("local_port") if edge["direction"] == "incoming" else edge.get("remote_port")
    desktop = "rdp" in params.get("protocols", []) and port == 3389
    public = params.get("public")
    return (
        within(params, edge["start"], edge["end"])
        and actor_fits(params, process)
        and file_fits(params, "programs", process, process.get("path"))
        and (one_of(params, "protocols", edge.get("protocol")) or desktop)
        and one_of(params, "ports", port)
        and (public is None or ("scope" in ip and (ip["scope"] == "public") == public))
        and one_of(params, "directions", edge["direction"])
        and one_of(params, "ips", ip["id"])
    )


def connection(view: View, process: Node, edge: Edge, ip: Node) -> Row:
    user = view.user_of(process)
    copied = ("remote_port", "local_ip", "local_port", "protocol", "direction", "blocked", "bytes_out", "bytes_in")
    return {name: edge.get(name) for name in copied} | {
        "_place": edge["id"], "date_time": edge["start"], "muid": process.get("machine_id"), "logged_user": shown(user),
        "parent_filename": process.get("name"), "parent_pid": process.get("pid"), "remote_ip": ip["id"],
        "scope": ip.get("scope"), "last_seen": edge["end"], "connections": edge["count"], "process_id": process["id"],
        "user_id": user and user["id"], "event_ids": edge["evidence"],
    }  # fmt: skip


def registry(view: View, params: Params) -> list[Row]:
    rows = []
    for p in view.processes(params):
        for edge, key in view.out(p, "SET_REGISTRY", "READ_REGISTRY"):
            word = edge.get("operation") or ("access" if edge["type"] == "READ_REGISTRY" else "modify")
            fits = within(params, edge["start"], edge["end"]) and actor_fits(params, p)
            fits = fits and file_fits(params, "names", p, p.get("path")) and kind_fits(view, params, p, p["name"])
            if fits and one_of(params, "operations", word):
                more = {"key": key["path"], "value": edge.get("value"), "remote_ip": _remote_ip(view, p, edge)}
                rows.append(_act(view, p, edge) | more | {"operation": word})
    return sorted(rows, key=by("date_time", "_place"))


def _remote_ip(view: View, process: Node, act: Node | Edge) -> str | None:
    return min((e["source_ip"] for e in view.entrances(process, act) if "source_ip" in e), default=None)


def _act(view: View, process: Node, edge: Edge) -> Row:
    """Give the columns that all acts of a process on something share."""
    user = view.user_of(process)
    return {
        "_place": edge["id"], "date_time": edge["start"], "muid": process.get("machine_id"), "logged_user": shown(user),
        "parent_filename": process.get("name"), "parent_md5": process.get("md5"), "parent_pid": process.get("pid"),
        "last_seen": edge["end"], "actions": edge["count"], "process_id": process["id"],
        "user_id": user and user["id"], "event_ids": edge["evidence"],
    }  # fmt: skip


WORDS = {"DELETED": "delete", "RENAMED": "rename", "READ": "access"}


def files(view: View, params: Params) -> list[Row]:
    rows = []
    for p in view.processes(params):
        for edge, file in view.out(p, "WROTE", "READ", "DELETED", "RENAMED"):
            path = edge.get("path", file.get("path"))
            changed = edge.get("operation") in {"modify", "time"}
            word = WORDS.get(edge["type"]) or ("modify" if changed else "create")
            found = marks(view, params, p, edge, file, path)
            fits = within(params, edge["start"], edge["end"]) and actor_fits(params, p)
            fits = fits and file_fits(params, "names", file, path) and kind_fits(view, params, p, p["name"])
            if fits and _operation_fits(params, word, lower(path) or "") and marks_fit(params, found):
                child = {"child_filename": file["name"], "child_path": path, "child_md5": file.get("md5")}
                rows.append(_act(view, p, edge) | child | found | {"operation": word, "file_id": file["id"]})
    return sorted(rows, key=by("date_time", "_place"))


def _operation_fits(params: Params, word: str, path: str) -> bool:
    if "operations" not in params:
        return True
    packed = path.endswith(tuple(params.get("archives", [])))
    also = {"newcmp": packed and word == "create", "opencmp": packed and word == "access",
            "script": path.endswith(tuple(params.get("scripts", [])))}  # fmt: skip
    return word in params["operations"] or any(also.get(name, False) for name in params["operations"])


def executions(view: View, params: Params) -> list[Row]:
    wanted = params.get("operations", ["create", "kill", "thread", "load"])
    rows = []
    for actor, word, at, child, edge in _executions(view, params):
        image = child if word == "load" else view.image_of(child)
        path = child.get("path")
        found = marks(view, params, actor, edge or actor, image, path)
        fits = word in wanted and at is not None and within(params, at, at) and actor_fits(params, actor)
        fits = fits and file_fits(params, "names", child, path) and kind_fits(view, params, actor, child["name"])
        line = lower(child.get("command_line"))
        said = "commands" not in params or (line is not None and any(text in line for text in params["commands"]))
        if fits and said and marks_fit(params, found):
            rows.append(_execution(view, actor, word, at, child, edge) | found)
    return sorted(rows, key=by("date_time", "_place"))


def _executions(view: View, params: Params) -> Iterator[tuple[Node, str, int | None, Node, Edge | None]]:
    """Yield actor, operation, time, what it is about, and the relationship that tells of it."""
    actors = view.processes(params)
    made = [c for p in actors for _, c in view.out(p, "SPAWNED")] if "processes" in params else actors
    for child in made:
        for edge, _ in view.into(child, "RAN"):
            if not child["stub"]:
                yield child, "create", child.get("start"), child, edge
    for actor in actors:
        if "processes" not in params and "end" in actor and view.machine_of(actor):
            yield actor, "kill", actor["end"], actor, None
        for edge, child in view.out(actor, "INJECTED_INTO", to="Process"):
            yield actor, "thread", edge["start"], child, edge
        for edge, child in view.out(actor, "LOADED"):
            yield actor, "load", edge["start"], child, edge


def _execution(view: View, actor: Node, word: str, at: int | None, child: Node, edge: Edge | None) -> Row:
    user = view.user_of(actor)
    maker = next((m for _, m in view.into(child, "SPAWNED")), None) if word == "create" else None
    parent = (actor if word in {"thread", "load"} else maker) or {}
    return {
        "_place": edge["id"] if edge else f"{child['id']}|kill", "date_time": at, "muid": actor.get("machine_id"),
        "logged_user": shown(user), "child_filename": child["name"], "child_path": child.get("path"),
        "child_md5": child.get("md5"), "child_pid": child.get("pid"), "parent_filename": parent.get("name"),
        "parent_md5": parent.get("md5"), "parent_pid": parent.get("pid"),
        "command_line": child.get("command_line") if word == "create" else None, "operation": word,
        "process_id": None if word == "load" else child["id"], "parent_id": parent.get("id"),
        "user_id": user and user["id"], "event_ids": edge["evidence"] if edge else None,
    }  # fmt: skip


def execution_tree(view: View, params: Params) -> list[Row]:
    tree = nx.DiGraph((s, e) for s, e, edge in view.graph.edges(data=True) if edge["type"] == "SPAWNED")
    depths: dict[str, int] = {}
    for key in params["processes"]:
        if view.node(key, "Process") is None:
            continue
        tree.add_node(key)
        below = nx.single_source_shortest_path_length(tree, key, params.get("down", 15))
        above = nx.single_source_shortest_path_length(tree.reverse(copy=False), key, params.get("up", 15))
        for depth, found in [*((-n, k) for k, n in above.items()), *((n, k) for k, n in below.items())]:
            if found not in depths or (abs(depth), depth) < (abs(depths[found]), depths[found]):
                depths[found] = depth
    rows = []
    for key, depth in depths.items():
        p = view.graph.nodes[key]
        if within(params, p["first_seen"], p.get("end", p["last_seen"])):
            rows.append(_branch(view, p, depth))
    rows.sort(key=lambda row: (abs(row["depth"]), row["depth"], row["_first"], row["process_id"]))
    return sorted(rows[: params.get("limit", 10**9)], key=by("depth", "date_time", "process_id"))


def _branch(view: View, p: Node, depth: int) -> Row:
    user = view.user_of(p)
    parent: Node = next((m for _, m in view.into(p, "SPAWNED")), {})
    ran = next((edge for edge, _ in view.into(p, "RAN")), {})
    return {
        "_first": p["first_seen"], "date_time": p.get("start", p["first_seen"]), "muid": p.get("machine_id"),
        "logged_user": shown(user), "child_filename": p["name"], "child_md5": p.get("md5"), "child_pid": p.get("pid"),
        "parent_filename": parent.get("name"), "parent_md5": parent.get("md5"), "parent_pid": parent.get("pid"),
        "command_line": p.get("command_line"), "operation": "create", "child_path": p.get("path"), "depth": depth,
        "remote_ip": _remote_ip(view, p, p), "process_id": p["id"], "parent_id": parent.get("id"),
        "user_id": user and user["id"], "event_ids": ran.get("evidence"),
    }  # fmt: skip


def timetable(view: View, params: Params) -> list[Row]:
    kinds = (
        "CONNECTED",
        "WROTE",
        "READ",
        "DELETED",
        "RENAMED",
        "LOADED",
        "SET_REGISTRY",
        "READ_REGISTRY",
        "INJECTED_INTO",
    )
    hours: dict[int, int] = {}
    for p in view.processes(params):
        times = [edge["start"] for edge, _ in view.out(p, *kinds)]
        if not p["stub"] and view.machine_of(p):
            times.append(p["start"])
        for at in times:
            if within(params, at, at) and actor_fits(params, p):
                hours[at // HOUR] = hours.get(at // HOUR, 0) + 1
    return [{"hour": hour, "actions": hours[hour]} for hour in sorted(hours)]


def tenants(view: View, params: Params, label: str) -> list[Node]:
    return [node for key in params.get("clients", []) for node in view.labelled(label) if node["client_id"] == key]


Seen = list[tuple[Node, int, int]]
ACTS = ("IMAGE", "WROTE", "READ", "LOADED", "DELETED", "RENAMED")


def spans(edges: Iterator[tuple[Edge, Node]]) -> Seen:
    return [(node, edge["start"], edge["end"]) for edge, node in edges]


def machines(view: View, params: Params) -> list[Row]:
    found: Seen = [(m, m["first_seen"], m["last_seen"]) for m in tenants(view, params, "Machine")]
    for key in params.get("users", []):
        user = view.node(key, "User")
        found += spans(view.out(user, "LOGGED_ON"))
        found += [one for _, p in view.out(user, "EXECUTED") for one in spans(view.into(p, "RAN"))]
    for key in params.get("files", []):
        for edge, p in view.into(view.node(key, "File"), *ACTS):
            found += [(m, edge["start"], edge["end"]) for _, m in view.into(p, "RAN")]
    for key in params.get("domains", []):
        for edge, asker in view.into(view.node(key, "Domain"), "QUERIED"):
            held = [m for _, m in view.into(asker, "RAN")] if asker["label"] == "Process" else [asker]
            found += [(m, edge["start"], edge["end"]) for m in held]
    found += _named_machines(view, params)
    return [{"muid": m["id"], "name": m["name"], "first_seen": a, "last_seen": b} for m, a, b in merged(params, found)]


def _named_machines(view: View, params: Params) -> Seen:
    """Give the machines one step away from processes, addresses and alerts."""
    found: Seen = []
    for key in params.get("processes", []):
        found += spans(view.into(view.node(key, "Process"), "RAN"))
    for key in params.get("addresses", []):
        found += spans(view.into(view.node(key, "IP"), "HAD_IP"))
    for key in params.get("alerts", []):
        found += spans(view.out(view.node(key, "Alert"), "FLAGGED", to="Machine"))
    return found


def merged(params: Params, found: Seen) -> Seen:
    """Add up the spans of each node that overlap the period, in the order of ids."""
    kept: dict[str, tuple[Node, int, int]] = {}
    for node, start, end in found:
        if within(params, start, end):
            _, first, last = kept.get(node["id"], (node, start, end))
            kept[node["id"]] = (node, min(first, start), max(last, end))
    return [kept[key] for key in sorted(kept)]


def users(view: View, params: Params) -> list[Row]:
    found: Seen = [(u, u["first_seen"], u["last_seen"]) for u in tenants(view, params, "User")]
    for key in params.get("machines", []):
        machine = view.node(key, "Machine")
        found += spans(view.into(machine, "LOGGED_ON"))
        for edge, p in view.out(machine, "RAN"):
            found += [(u, edge["start"], edge["end"]) for _, u in view.into(p, "EXECUTED")]
    for key in params.get("processes", []):
        found += spans(view.into(view.node(key, "Process"), "EXECUTED"))
    for key in params.get("files", []):
        for edge, p in view.into(view.node(key, "File"), *ACTS):
            found += [(u, edge["start"], edge["end"]) for _, u in view.into(p, "EXECUTED")]
    for key in params.get("alerts", []):
        found += spans(view.out(view.node(key, "Alert"), "FLAGGED", to="User"))
    return [
        {"user_id": u["id"], "logged_user": shown(u), "kind": u["kind"], "first_seen": a, "last_seen": b}
        for u, a, b in merged(params, found)
    ]


def machine_at(view: View, params: Params) -> list[Row]:
    found = {
        machine["id"]
        for key in params["addresses"]
        for edge, machine in view.into(view.node(key, "IP"), "HAD_IP")
        if within(params, edge["start"], edge["end"])
    }
    return [{"id": key} for key in sorted(found)]
