"""A part of the graph as a file: a page of pyvis, and the event lines that Timesketch takes in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphhunt.entities.edge import Edge, Key
from graphhunt.entities.pyvis_page import page
from graphhunt.entities.subgraph import Subgraph
from graphhunt.times import iso


def _key(ref: Mapping[str, Any]) -> Key:
    return (str(ref["kind"]), str(ref["id"]))


def pyvis_html(nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]]) -> str:
    """Give entities and the edges among them as one page that opens offline.

    Args:
        nodes: Entities as `pivots.entities` gives them.
        edges: Edges as `pivots.edges_among` gives them.

    Raises:
        UsageError: pyvis isn't installed.
    """
    named = {_key(node): {"name": node["label"]} for node in nodes}
    drawn = [
        Edge(f"{edge['relation']} ×{edge['relationships']}", str(number), _key(edge["start"]), _key(edge["end"]), {})
        for number, edge in enumerate(edges)
    ]
    return page(Subgraph(named, [edge for edge in drawn if edge.start in named and edge.end in named]))


def timesketch_lines(nodes: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give single relationships as Timesketch's JSON Lines: `message`, `datetime`, `timestamp_desc`, and the ends.

    Args:
        nodes: Entities as `pivots.entities` gives them.
        events: Relationships as `pivots.events_among` gives them; one without a time is left out.
    """
    names = {_key(node): str(node["label"]) for node in nodes}
    for event in events:
        if event["start"] is None:
            continue
        start, end = _key(event["start_ref"]), _key(event["end_ref"])
        relation = str(event["relation"]).lower().replace("_", " ")
        line = {
            "message": f"{names.get(start, start[1])} {relation} {names.get(end, end[1])}",
            "datetime": iso(event["start"]), "timestamp": event["start"], "timestamp_desc": relation,
            "data_type": "graphhunt:relationship", "relationship_id": event["relationship_id"],
            "source_kind": start[0], "source_id": start[1], "target_kind": end[0], "target_id": end[1],
            "logon_type": event["logon_type"], "records": event["events"],
        }  # fmt: skip
        yield json.dumps(line, ensure_ascii=False) + "\n"
