"""The whole database as one stream of text: JSON lines or GraphML, with what analytics wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from graphhunt import queries
from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.store.published import view_of

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.store import Store

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def json_lines(_snapshot: Snapshot, store: Callable[[], Store]) -> Iterator[str]:
    """Give `{"node": label, …}` and `{"relationship": type, "from", "to", …}` objects, one a line."""
    for row in _nodes(store()):
        yield _line({"node": row["label"], "id": row["id"], "properties": _props(row)})
    for row in _relationships(store()):
        ends = {end: {"label": row[f"{end}_label"], "id": row[f"{end}_id"]} for end in ("from", "to")}
        yield _line({"relationship": row["type"], "id": row["id"], **ends, "properties": _props(row)})


def graphml(_snapshot: Snapshot, store: Callable[[], Store]) -> Iterator[str]:
    """Give one directed GraphML graph; every property is text, lists as JSON."""
    yield _HEAD
    for target, names in (("node", _names(store(), _nodes)), ("edge", _names(store(), _relationships))):
        for name in ("kind", *names):
            key, shown = quoteattr(f"{target}.{name}"), quoteattr(name)
            yield f'<key id={key} for="{target}" attr.name={shown} attr.type="string"/>\n'
    yield '<graph edgedefault="directed">\n'
    for row in _nodes(store()):
        key = _text(f"{row['label']}:{row['id']}")
        yield f"<node id={quoteattr(key)}>{_data('node', row['label'], _props(row))}</node>\n"
    for row in _relationships(store()):
        start, end = (_text(f"{row[f'{side}_label']}:{row[f'{side}_id']}") for side in ("from", "to"))
        yield f"<edge source={quoteattr(start)} target={quoteattr(end)}>"
        yield f"{_data('edge', row['type'], _props(row))}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _nodes(store: Store) -> Iterator[dict[str, Any]]:
    rows = _shown(store, "admin/all_nodes")
    return (row for row in rows if row["label"] in NODES and row["label"] != "AnalysisRun")


def _relationships(store: Store) -> Iterator[dict[str, Any]]:
    return (row for row in _shown(store, "admin/all_relationships") if row["type"] in RELATIONSHIPS)


def _shown(store: Store, query: str) -> Iterator[dict[str, Any]]:
    """Stream rows with the results of each analytic's current run under their plain names."""
    library = queries.library()
    view = view_of(store.read(library["analytics/pointers"]))
    return (view.shown(row) for row in store.stream(library[query]))


def _names(store: Store, rows: Callable[[Store], Iterator[dict[str, Any]]]) -> list[str]:
    return sorted({name for row in rows(store) for name in _props(row)})


def _props(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the properties that are somebody's to read."""
    return {name: value for name, value in sorted(row["props"].items()) if value is not None and name != "search"}


def _data(target: str, kind: str, props: Mapping[str, Any]) -> str:
    given = {"kind": kind, **props}
    return "".join(
        f"<data key={quoteattr(f'{target}.{name}')}>{escape(_text(value))}</data>" for name, value in given.items()
    )


def _text(value: object) -> str:
    """Write a value as text that XML can hold; other characters become U+FFFD."""
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return _NOT_XML.sub("\ufffd", text)


def _line(value: object) -> str:
    return orjson.dumps(value, default=str).decode() + "\n"
