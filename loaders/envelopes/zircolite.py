"""Zircolite's `detected_events.json`: rules that matched, each with the events they matched, flat.

Known gaps: results without the matched events.

References:
    https://github.com/wagga40/Zircolite
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .._record import Hints, Payload
from .._windows_event import Event
from . import _verdicts
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_NOTHING = Skipped("zircolite: a rule without matches")


class ZircoliteEnvelope(Envelope):
    """Reads matches of rules and the events in them."""

    name = "zircolite"
    signatures = (Keys("matches", "rule_level", "title"),)

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the events that a rule matched, each with the alert."""
        if not isinstance(record, dict):
            return _NOTHING
        matches = record.get("matches")
        events = [_event(each) for each in matches if isinstance(each, dict)] if isinstance(matches, list) else []
        verdict = _verdicts.Verdict(
            "zircolite", record.get("id"), record.get("title"), record.get("rule_level"), record.get("tags")
        )
        whole = [each for each in events if isinstance(each, Event)]
        if not whole:
            return next((each for each in events if isinstance(each, Rejected)), _NOTHING)
        return [Inner(event, hints, _verdicts.about(verdict, event)) for event in whole]


def _event(match: dict[str, Any]) -> Event | Rejected:
    get = match.get
    return w.event(
        w.Fields(
            get("EventID"),
            get("Channel"),
            get("Provider_Name"),
            _times.read(get("SystemTime") or get("UtcTime")),
            get("Computer"),
            match,
            record=get("EventRecordID"),
            keywords=get("Keywords"),
            user_sid=get("UserID"),
        )
    )
