"""Results of Splunk as JSON or CSV: the original event is `_raw`.

`_time`, `host` and `sourcetype` are the indexer's words. Rows of a search that hasn't ended (`preview`) come again.

Known gaps: columns `__mv_`, and results without `_raw`.

References:
    https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Columns, Keys

from .. import _times
from .._record import Hints, Payload
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_PREVIEW = Skipped("splunk preview")
_NOTHING = Skipped("splunk result without _raw")


class SplunkEnvelope(Envelope):
    """Reads results of searches."""

    name = "splunk"
    signatures = (
        Keys("result._raw", "preview"),
        Keys("result._raw"),
        Keys("_raw", "_time"),
        Columns("_raw", "_time"),
    )

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the original event of a result."""
        if not isinstance(record, dict):
            return _NOTHING
        if record.get("preview") is True:
            return _PREVIEW
        result: dict[str, Any] = w.mapping(record.get("result")) or record
        raw = result.get("_raw")
        if not isinstance(raw, str) or not raw.strip():
            return _NOTHING
        time = _times.read(result.get("_time"))
        return [Inner(raw, hints._replace(time=time[0] if time else None))]
