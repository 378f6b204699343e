"""What CEF and LEEF have in common: an event of a device as named fields, and what of it becomes facts.

An event with two addresses is a Flow; one that the device calls severe, or that names a file's hash or a virus, also a
Detection. The device that reports is no machine, and the names it gives of others are their own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphhunt.model import Detection, Fact, Flow, Skipped

from . import _network
from . import _values as v
from ._record import NO_TIME, Hints, Outcome

_NO_FACT = Skipped("event without addresses")
_HEADER_MOST = 512
_SEVERE = 7
"""From which severity on, of 10, an event is an alert: CEF calls 7 to 10 high and very high."""

_WORDS = {"high": 8, "very-high": 10, "very high": 10, "critical": 10}


class Names(NamedTuple):
    """How a format calls what facts are made of; the first of several that is there counts."""

    time: tuple[str, ...]
    source: tuple[str, ...]
    source_port: tuple[str, ...]
    destination: tuple[str, ...]
    destination_port: tuple[str, ...]
    protocol: tuple[str, ...]
    service: tuple[str, ...]
    sent: tuple[str, ...]
    received: tuple[str, ...]
    action: tuple[str, ...]
    hash: tuple[str, ...]


class Event(NamedTuple):
    """An event.

    Attributes:
        format: cef or leef.
        product: Who reports it, as `vendor product`.
        rule: What it is called.
        severity: As written.
        verdict: What the device did, where the format says so outside its fields.
        fields: The rest.
    """

    format: str
    product: str
    rule: str | None
    severity: str | None
    verdict: str | None
    fields: Mapping[str, str]


def without_header(line: str, mark: str) -> str:
    """Give a line from the mark of its format on: some of a file may have a header of syslog before it, others none."""
    at = line.find(mark, 0, _HEADER_MOST)
    return line[at:] if at > 0 and line[at - 1].isspace() else line


def outcome(event: Event, names: Names, hints: Hints) -> Outcome:
    """Say what an event is."""
    stated = (event.fields[name] for name in names.time if name in event.fields)
    time = next((found for value in stated if (found := _network.time(value))), None)
    if time is None and hints.time is not None:
        time = (hints.time, not hints.guessed)
    if time is None:
        return NO_TIME
    base: dict[str, Any] = {
        "time": time[0],
        "guessed_time": not time[1],
        "source_ip": _network.address(_get(event, names.source)),
        "destination_ip": _network.address(_get(event, names.destination)),
    }
    action = _get(event, names.action) or event.verdict
    facts: list[Fact] = []
    if base["source_ip"] and base["destination_ip"]:
        facts.append(_flow(base, event, names, action))
    if _is_alert(event.severity) and (base["source_ip"] or base["destination_ip"]):
        facts.append(_detection(base, event, names, action))
    return facts or _NO_FACT


def _get(event: Event, among: tuple[str, ...]) -> str | None:
    fields = event.fields
    for name in among:
        value = fields.get(name)
        if value and (found := v.text(value)) is not None:
            return found
    return None


def _flow(base: dict[str, Any], event: Event, names: Names, action: str | None) -> Flow:
    return Flow(
        **base,
        code=f"{event.format}/flow",
        source_port=v.port(_get(event, names.source_port)),
        destination_port=v.port(_get(event, names.destination_port)),
        protocol=v.protocol(_get(event, names.protocol)),
        service=_get(event, names.service),
        bytes_out=v.number(_get(event, names.sent)),
        bytes_in=v.number(_get(event, names.received)),
        allowed=not _network.refused(action),
    )


def _detection(base: dict[str, Any], event: Event, names: Names, action: str | None) -> Detection:
    return Detection(
        **base,
        **_hashes(_get(event, names.hash)),
        code=f"{event.format}/alert",
        rule=event.rule,
        level=event.severity,
        action=action,
        target=event.product,
    )


def _is_alert(severity: str | None) -> bool:
    level = v.number(severity)
    return (_WORDS.get((severity or "").lower(), 0) if level is None else level) >= _SEVERE


def _hashes(value: str | None) -> dict[str, Any]:
    clean = (value or "").lower()
    kind = {32: "md5", 64: "sha256"}.get(len(clean))
    return {kind: clean} if kind and all(mark in "0123456789abcdef" for mark in clean) else {}
