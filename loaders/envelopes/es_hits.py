"""Hits of Elasticsearch or OpenSearch: whole responses, or one hit a line as exports write them.

The document is `_source`; a hit may have only `fields`, where every value is a list and names are paths with dots.
`_id` and `_index` say where it was stored, not what it is.

Known gaps: values that are lists of objects in `fields`.

References:
    https://www.elastic.co/guide/en/elasticsearch/reference/current/search-search.html
"""

from __future__ import annotations

from collections.abc import Iterable

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .._record import Hints, Payload
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_NOTHING = Skipped("hit without a document")


class EsHitsEnvelope(Envelope):
    """Reads the documents of hits."""

    name = "es_hits"
    signatures = (Keys("_source", "_index"), Keys("_source", "_id"), Keys("fields", "_index", "_id"))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give a hit's document."""
        if not isinstance(record, dict):
            return _NOTHING
        document = w.mapping(record.get("_source"))
        if not document:
            fields = w.mapping(record.get("fields"))
            document = {name: value[0] if _is_single(value) else value for name, value in fields.items()}
        return [Inner(document, hints)] if document else _NOTHING


def _is_single(value: object) -> bool:
    return isinstance(value, list) and len(value) == 1
