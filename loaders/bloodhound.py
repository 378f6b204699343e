"""BloodHound's data: SharpHound's JSON files (versions 4 to 6, also as written by BloodHound.py) and OpenGraph.

A SharpHound file is `{"data": [objects], "meta": {"type": "computers", …}}`; the zip it writes is an archive
like any other. Each object is one record: the object itself, and its sessions, memberships, members of local
groups, delegations, group-policy changes and access-list entries as rights. An OpenGraph file is
`{"graph": {"nodes": […], "edges": […]}}`; each node and each edge is one record. Ids are upper case.

What stands around the objects is a record of its own, skipped when it is whole. Time is the 14 digits that
SharpHound puts before its file names, taken as UTC; without them the objects have no time of their own, and
1970 stands in. A type a file doesn't state is taken from its name, else guessed from an object's members.

Known gaps: AzureHound's objects are skipped; user rights assignments and certificate-authority settings aren't
read; ends of an OpenGraph edge that are matched by other properties than id and name are skipped.

References:
    https://bloodhound.specterops.io/collect-data/overview
    https://bloodhound.specterops.io/opengraph/schema
    https://github.com/SpecterOps/BloodHound/blob/main/packages/go/ein/incoming_models.go
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _json, _nested, _opengraph, _sharphound, _text
from ._sharphound import Stated

_NO_ID = Rejected("an object without an id")
_NO_OBJECT = Rejected("an object without properties")
_AROUND = Skipped("what the collector says of its own run")
_AZURE = Skipped("an object of Entra ID")
_DELETED = Skipped("a deleted object")
_OTHER = Rejected("in a list that has no meaning here")
_APART = ", around the others"
_OWN = frozenset({"Properties", "Aces", "Members", "Sessions"})
_OF_FILE = frozenset({_OTHER.reason, _text.TOO_LARGE, _text.CUT_OFF})
_END = 64 * 1024
_META = re.compile(rb'"meta"\s*:\s*\{[^{}]*"type"\s*:\s*"(\w+)"')
_DATA = re.compile(rb'\A\{\s*(?:"meta"\s*:\s*\{[^{}]*\}\s*,\s*)?"data"\s*:\s*\[')
_GRAPH = re.compile(
    rb'\A\{\s*(?:"\$schema"\s*:\s*"[^"]*"\s*,\s*)?(?:"metadata"\s*:\s*\{[^{}]*\}\s*,\s*)?"graph"\s*:\s*\{'
)
_SIGNS = re.compile(rb'"(?:ObjectIdentifier|Aces|IsACLProtected|meta)"\s*:')
_LISTS = re.compile(rb'"(?:nodes|edges)"\s*:')
_WRITTEN = re.compile(r"(?<!\d)(20\d{12})(?!\d)")


class BloodHoundLoader:
    """Reads what SharpHound and others collected for BloodHound."""

    name = "bloodhound"
    text = True

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the document's own layout and its members' names."""
        start = _text.head_text(head)
        if _DATA.match(start):
            return 0.9 if _SIGNS.search(start) else 0.0
        return 0.9 if _GRAPH.match(start) and _LISTS.search(start) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every object, node and edge; damaged ones are rejected, the rest goes on."""
        kind, written = _kind(source), _written(source.name)
        with _text.reader(source) as stream:
            for number, piece in enumerate(_nested.Pieces(stream), 1):
                position = f"record {number}" if piece.name else f"record {number}{_APART}"
                raw = _text.cut(piece.data) if piece.reason == _text.TOO_LARGE else _text.decode(piece.data)
                outcome = Rejected(piece.reason) if piece.reason else _outcome(piece, kind, written)
                yield Record(raw, position, outcome)
                cut = not piece.name and isinstance(outcome, Rejected)
                if piece.reason or cut:
                    yield FileWarning(source.name, self.name, piece.reason or _text.CUT_OFF, position)

    def context(self, source: Source) -> str:
        """Give the type of a file's objects, and whether it is a graph."""
        return json.dumps([_kind(source), _GRAPH.match(_text.head_text(source.head())) is not None])

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what an object, node or edge that is kept is; what stood elsewhere stays as it is."""
        return None if held.rejected in _OF_FILE or held.position.endswith(_APART) else _again(held)


def _again(held: Held) -> list[Fact] | Skipped | Rejected:
    kind, graph = json.loads(held.context)
    data = _text.encoded(held.raw)
    item = _json.parse(data)
    name = "data"
    if graph:
        name = "edges" if isinstance(item, dict) and {"start", "end"} <= item.keys() else "nodes"
    return _outcome(_nested.Piece(data, name), kind, _written(held.file))


def _outcome(piece: _nested.Piece, kind: str | None, written: int | None) -> list[Fact] | Skipped | Rejected:
    item = _json.parse(piece.data)
    if isinstance(item, str):
        return Rejected(item)
    if not piece.name:
        return _AROUND
    reader = {"nodes": _opengraph.node, "edges": _opengraph.edge}.get(piece.name)
    if reader is not None:
        return reader(item, _stated(written, f"opengraph/{piece.name[:-1]}"))
    return _object(item, kind, written) if piece.name == "data" else _OTHER


def _object(item: dict[str, Any], kind: str | None, written: int | None) -> list[Fact] | Skipped | Rejected:
    if kind == "azure" or ("kind" in item and str(item["kind"]).startswith("AZ")):
        return _AZURE
    if item.get("IsDeleted") is True:
        return _DELETED
    if not _OWN.intersection(item):  # a piece of a damaged object, such as one end of a right, is no object
        return _NO_OBJECT
    known = _sharphound.KINDS.get(kind or "") or _sharphound.kind_of(item)
    return _sharphound.facts(item, known, _stated(written, f"sharphound/{known.lower()}")) or _NO_ID


def _stated(written: int | None, code: str) -> Stated:
    return Stated(written or 1, written is None, code)


def _kind(source: Source) -> str | None:
    """Find the type that a file states at its end or beginning, or in its name."""
    with source.open() as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _END))
        parts = [stream.read(_END)]
        stream.seek(0)
        parts.append(stream.read(_END))
    found = next((match[1].decode() for part in parts for match in [_META.search(part)] if match), None)
    base = source.name.replace("\\", "/").rpartition("/")[2].lower()
    return (found or next((kind for kind in _sharphound.KINDS if kind in base), "")).lower() or None


def _written(name: str) -> int | None:
    """Read the time in a file's name, or in that of the archive it was in."""
    for digits in reversed(_WRITTEN.findall(name)):
        try:
            moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        return int(moment.timestamp()) * 1_000_000
    return None
