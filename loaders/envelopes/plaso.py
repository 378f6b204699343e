"""Plaso's `json_line`: an event log's record in `xml_string`, a line of a text log in its own members.

One happening may stand there once for each of its times; the identity of what is inside tells them as one.

Known gaps: events of other parsers than the event log and syslog are kept as evidence.

References:
    https://plaso.readthedocs.io/en/latest/sources/user/Output-and-formatting.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _values as v
from .._record import Hints, Payload
from ._envelope import Envelope, Inner

_NOTHING = Skipped("plaso event of a kind that isn't read")


class PlasoEnvelope(Envelope):
    """Reads events of a timeline."""

    name = "plaso"
    signatures = (Keys("__container_type__", "data_type", "timestamp"), Keys("data_type", "xml_string", "timestamp"))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the record that an event was made of."""
        if not isinstance(record, dict):
            return _NOTHING
        xml = record.get("xml_string")
        if isinstance(xml, str):
            return [Inner(xml, hints)]
        line = _line(record)
        return [Inner(line, _around(record, hints))] if line else _NOTHING


def _line(record: dict[str, Any]) -> str | None:
    if not str(record.get("data_type", "")).startswith(("syslog:", "linux:syslog", "systemd:journal")):
        return None
    body = record.get("body")
    return body if isinstance(body, str) else v.text(record.get("message"))


def _around(record: dict[str, Any], hints: Hints) -> Hints:
    """Plaso's times are µs in UTC; whether a log's zone was known then isn't said."""
    return hints._replace(
        time=v.number(record.get("timestamp")),
        guessed=False,
        host=v.text(record.get("hostname")) or hints.host,
        program=v.text(record.get("reporter")),
        pid=v.pid(record.get("pid")),
    )
