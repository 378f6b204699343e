"""What other tools said of an event, as alerts about it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from graphhunt.model import Detection

from .. import _event_xml
from .. import _values as v
from .._windows_event import Event

_TECHNIQUE = re.compile(r"(?:attack\.)?(t\d{4}(?:\.\d{3})?)", re.IGNORECASE)
_TOLD_LEVELS = frozenset({"medium", "high", "critical", "med", "crit"})
"""Levels from which a match is an alert; rules below only name what happened."""

_FULL = {"med": "medium", "crit": "critical"}


class Verdict(NamedTuple):
    """What a rule of another tool says: the tool, the rule's id and title, its level and tags, as they stand there."""

    tool: str
    rule_id: object
    title: object
    level: object
    tags: object = None


def about(verdict: Verdict, event: Event | None) -> tuple[Detection, ...]:
    """Give the alert about an event; none below level medium, or where the event has no time."""
    level = (v.text(verdict.level) or "").lower()
    if event is None or event.time is None or level not in _TOLD_LEVELS:
        return ()
    return (
        Detection(
            time=event.time,
            guessed_time=event.guessed,
            host=event.host,
            code=f"{verdict.tool}/rule",
            record_id=event.record,
            detection_id=v.text(verdict.rule_id) or v.text(verdict.title),
            rule=v.text(verdict.title),
            level=_FULL.get(level, level),
            technique=techniques(verdict.tags),
            guid=v.guid(event.data.get("ProcessGuid")),
        ),
    )


def techniques(tags: object) -> list[str]:
    """Read ATT&CK ids out of tags such as `attack.t1021.002`."""
    listed: list[Any] = tags if isinstance(tags, list) else re.split(r"[,\s¦]+", tags) if isinstance(tags, str) else []
    found = (_TECHNIQUE.fullmatch(tag.strip()) for tag in listed if isinstance(tag, str))
    return sorted({match[1].upper() for match in found if match})


def event_of(tree: dict[str, Any]) -> Event | None:
    """Read an event as EVTX dump tools write it."""
    event = tree.get("Event")
    return _event_xml.event_of_tree(event) if isinstance(event, dict) else None
