"""What the questions about traffic, neighbours, timelines and records must answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.entities.oracle.answers import DAY, Edge, Node, Params, Row, View, actor_fits, by, file_fits, one_of, within

LABELS = {"users": "User", "machines": "Machine", "processes": "Process", "files": "File", "addresses": "IP",
          "domains": "Domain", "alerts": "Alert"}  # fmt: skip
SKEW = 60_000_000
Part = tuple[Edge, bool]
"""A connection or flow, and whether what it calls sent was sent by what is asked about."""


def bandwidth(view: View, params: Params) -> list[Row]:
    days: dict[int, list[int]] = {}
    for edge, sent in _parts(view, params).values():
        counted = "bytes_out" in edge or "bytes_in" in edge
        if counted and within(params, edge["start"], edge["start"]):
            both = (edge.get("bytes_out", 0), edge.get("bytes_in", 0))
            day = days.setdefault(edge["start"] // DAY, [0, 0])
            day[0] += both[0] if sent else both[1]
            day[1] += both[1] if sent else both[0]
    return [{"day": day, "bytes_out": days[day][0], "bytes_in": days[day][1]} for day in sorted(days)]


def _parts(view: View, params: Params) -> dict[tuple[str, bool], Part]:
    """Give each connection and flow that counts, once per direction."""
    narrow = "programs" in params or "accounts" in params
    found: list[Part] = []
    for anchor in ("users", "machines", "processes", "files", "clients"):
        whole = anchor in ("machines", "clients") and not narrow
        for p in view.processes({key: params[key] for key in (anchor,) if key in params}):
            for edge, ip in view.out(p, "CONNECTED"):
                if actor_fits(params, p) and file_fits(params, "programs", p, p.get("path")):
                    found += _of_connection(view, params, p, edge, ip, whole)
    if not narrow:
        found += _flows(view, params)
    return {(edge["id"], sent): (edge, sent) for edge, sent in found}


def _of_connection(view: View, params: Params, p: Node, edge: Edge, ip: Node, whole: bool) -> list[Part]:
    told = "bytes_out" in edge or "bytes_in" in edge
    if whole and not told:
        return []  # a flow of the machine's tells of it, or nothing does
    own = view.node(edge.get("local_ip", ""), "IP")
    flows = [flow for flow in _flows_of(view, own, ip) if _is_the_flow(flow, edge, own, params)] if own else []
    if whole:
        counted = {flow["id"] for flow, _ in _flows(view, params)}
        return [] if any(flow["id"] in counted for flow in flows) else [(edge, True)]
    if told:
        return [(edge, True)]
    mine = [flow for flow in flows if not _others(view, params, p, edge, ip, flow)]
    return [(flow, edge["direction"] == "outgoing") for flow in mine]


def _flows_of(view: View, one: Node, other: Node) -> list[Edge]:
    return [e for a, b in ((one, other), (other, one)) for e, end in view.out(a, "FLOWED_TO") if end["id"] == b["id"]]


def _near(params: Params, one: Edge, other: Edge) -> bool:
    skew = params.get("skew", SKEW)
    return bool(one["start"] <= other["end"] + skew and one["end"] >= other["start"] - skew)


def _is_the_flow(flow: Edge, edge: Edge, own: Node, params: Params) -> bool:
    incoming = edge["direction"] == "incoming"
    port = edge.get("local_port") if incoming else edge["remote_port"]
    begun = (flow["_start"] == own["id"]) != incoming
    same = flow["protocol"] == edge.get("protocol") and flow["remote_port"] == port
    return begun and same and _near(params, flow, edge)


def _others(view: View, params: Params, p: Node, edge: Edge, ip: Node, flow: Edge) -> bool:
    """Tell whether another process of a machine that had the address has a connection that may be the same flow."""
    holders = {machine["id"] for _, machine in view.into(view.node(edge["local_ip"], "IP"), "HAD_IP")}
    for other, maker in view.into(ip, "CONNECTED", of="Process"):
        if not any(machine["id"] in holders for _, machine in view.into(maker, "RAN")):
            continue
        alike = all(other.get(name) == edge.get(name) for name in ("protocol", "direction"))
        alike = alike and other.get("local_ip") in (None, edge["local_ip"])
        port = other["remote_port"] == edge["remote_port"] or (
            edge["direction"] == "incoming" and other.get("local_port") == edge.get("local_port")
        )
        if maker["id"] != p["id"] and alike and port and _near(params, other, flow):
            return True
    return False


def _flows(view: View, params: Params) -> Iterator[Part]:
    """Yield the flows of the addresses that the machines had at the time."""
    machines = [view.node(key, "Machine") for key in params.get("machines", [])]
    machines += [m for m in view.labelled("Machine") if m["client_id"] in params.get("clients", [])]
    for machine in machines:
        for held, ip in view.out(machine, "HAD_IP"):
            if one_of(params, "muids", machine and machine["id"]):
                yield from ((e, True) for e, _ in view.out(ip, "FLOWED_TO") if _near(params, e, held))
                yield from ((e, False) for e, _ in view.into(ip, "FLOWED_TO") if _near(params, e, held))


def anchors(view: View, params: Params) -> list[Node]:
    """Give the nodes that a question about everything around is about, each once."""
    found = [view.node(key, label) for anchor, label in LABELS.items() for key in params.get(anchor, [])]
    found += [m for m in view.labelled("Machine") if m["client_id"] in params.get("clients", [])]
    return list({node["id"]: node for node in found if node}.values())


def around(view: View, params: Params) -> Iterator[tuple[Node, Edge, Node, bool]]:
    """Yield a node, a relationship of the period, what stands at its other end, and whether it leads there."""
    for node in anchors(view, params):
        for _, end, edge in view.graph.out_edges(node["id"], data=True):
            if one_of(params, "relations", edge["type"]) and within(params, edge["start"], edge["end"]):
                yield node, edge, view.graph.nodes[end], True
        for start, _, edge in view.graph.in_edges(node["id"], data=True):
            fits = start != node["id"] and one_of(params, "relations", edge["type"])
            if fits and within(params, edge["start"], edge["end"]):
                yield node, edge, view.graph.nodes[start], False


def shown(node: Node) -> Row:
    return {"_kind": "node", "_label": node["label"]} | {name: v for name, v in node.items() if name != "label"}


def nodes(view: View, params: Params) -> list[Row]:
    return [{"node": shown(node)} for node in sorted(anchors(view, params), key=by("label", "id"))]


def timeline(view: View, params: Params) -> list[Row]:
    rows = [
        {
            "date_time": edge["start"], "end": edge["end"], "relation": edge["type"], "outgoing": out,
            "node": shown(other), "events": edge["count"], "relationship_id": edge["id"],
            "event_ids": edge["evidence"],
        }
        for _, edge, other, out in around(view, params)
    ]  # fmt: skip
    return sorted(rows, key=by("date_time", "relationship_id", "outgoing"))


def event_ids(view: View, params: Params) -> list[Row]:
    first: dict[str, int] = {}
    for _, edge, _, _ in around(view, params):
        for event in edge["evidence"]:
            first[event] = min(first.get(event, edge["start"]), edge["start"])
    return sorted(({"event_id": e, "date_time": at} for e, at in first.items()), key=by("date_time", "event_id"))


def neighbours(view: View, params: Params) -> list[Row]:
    rows: dict[tuple[str, str, bool], Row] = {}
    for _, edge, other, out in around(view, params):
        if one_of(params, "kinds", other["label"]):
            row = rows.setdefault((other["id"], edge["type"], out), {
                "node": shown(other), "_id": other["id"], "relation": edge["type"], "outgoing": out,
                "relationships": 0, "events": 0, "date_time": edge["start"], "last_seen": edge["end"],
            })  # fmt: skip
            row["relationships"] += 1
            row["events"] += edge["count"]
            row["date_time"], row["last_seen"] = (
                min(row["date_time"], edge["start"]),
                max(row["last_seen"], edge["end"]),
            )
    return sorted(rows.values(), key=lambda row: (-row["last_seen"], row["relation"], row["outgoing"], row["_id"]))


def graph(view: View, params: Params) -> list[Row]:
    found: dict[str, Row] = {}
    for node, edge, other, out in around(view, params):
        if one_of(params, "among", other["id"]):
            first, last = (node, other) if out else (other, node)
            link: dict[str, Any] = {"_type": edge["type"]} | {
                n: v for n, v in edge.items() if n not in ("type", "_start")
            }
            found[edge["id"]] = {"source": shown(first), "relationship": link, "target": shown(last), "_edge": edge}
    return sorted(found.values(), key=lambda row: (-row["_edge"]["end"], row["_edge"]["type"], row["_edge"]["id"]))


def clients(view: View, params: Params) -> list[Row]:
    return [{"id": node["id"]} for node in view.labelled("Client") if one_of(params, "names", node["id"])]
