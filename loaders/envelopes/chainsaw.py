"""Chainsaw's `hunt --json`: rules that matched, each with the events they matched.

Known gaps: text and CSV of a hunt.

References:
    https://github.com/WithSecureLabs/chainsaw
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Fact, Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .._record import Hints, Payload
from . import _verdicts
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_NOTHING = Skipped("chainsaw: a match without an event")


class ChainsawEnvelope(Envelope):
    """Reads matches of rules and the events in them."""

    name = "chainsaw"
    signatures = (Keys("group", "kind", "document"), Keys("group", "kind", "documents"))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the events of a match, each with the alert."""
        if not isinstance(record, dict):
            return _NOTHING
        listed = record.get("documents")
        documents = [w.mapping(each) for each in (listed if isinstance(listed, list) else [record.get("document")])]
        events = [event for event in (w.mapping(each.get("data")) for each in documents) if event]
        return [Inner(event, hints, _alert(record, event)) for event in events] or _NOTHING


def _alert(record: dict[str, Any], event: dict[str, Any]) -> tuple[Fact, ...]:
    verdict = _verdicts.Verdict(
        "chainsaw", record.get("id"), record.get("name"), record.get("level"), record.get("tags")
    )
    return _verdicts.about(verdict, _verdicts.event_of(event))
