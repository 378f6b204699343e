"""Blind spots of an answer: what the loaded logs can't show of its machines around its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from graphhunt.evidence import Workspace
from graphhunt.plain import counted
from graphhunt.questions.coverage import UNSEEN, coverage
from graphhunt.times import iso, micros

_BEFORE = 24 * 3600 * 10**6
_AFTER = 3600 * 10**6
_ADDRESS = "an address that no loaded machine had then: what led to the logon can't be seen"


class Sight:
    """What the case's coverage says about machines.

    Args:
        coverage: The report of `graphhunt.questions.coverage.coverage`.
    """

    def __init__(self, coverage: Mapping[str, Any]) -> None:
        self.machines = {row["machine"]: row for row in coverage["machines"]}

    def of_hops(self, hops: list[dict[str, Any]], first: int, last: int) -> list[dict[str, Any]]:
        """List what can't be seen of the machines of a path, from a day before it to an hour after.

        Args:
            hops: Hops as written to JSON.
            first: Start of the first hop, µs UTC.
            last: Start of the last hop, µs UTC.

        Returns:
            Per blind spot `machine`, `kind` (address, no logs, channel, silent, begins, ends, cleared), `effect`
            in words, `start` and `end` where it is a time, and `what` is missing where it is a channel.
        """
        places: dict[str, tuple[str, str]] = {}
        for hop in hops:
            places.setdefault(hop["from_id"], (hop["from"], hop["from_label"]))
            places.setdefault(hop["to_id"], (hop["to"], hop.get("to_label", "Machine")))
        window = (first - _BEFORE, last + _AFTER)
        return [
            {"machine": name, **spot}
            for place, (name, label) in places.items()
            if label != "Realm"  # no machine: what it logs is what was loaded of it
            for spot in self._of(place, label, window)
        ]

    def missing(self) -> list[str]:
        """Say of each kind of record how many machines of the case lack it."""
        lacking = Counter(what for known in self.machines.values() for what in known["missing"])
        whole = len(self.machines)
        return [f"no {what} of {number} of {counted(whole, 'machine')}" for what, number in sorted(lacking.items())]

    def _of(self, place: str, label: str, window: tuple[int, int]) -> Iterator[dict[str, Any]]:
        known = self.machines.get(place.rpartition(":")[2] if label == "Machine" else place)
        if known is None:
            address = label == "IP"
            yield _spot("address" if address else "no logs", _ADDRESS if address else UNSEEN)
            return
        for what, effect in known["missing"].items():
            yield {**_spot("channel", f"no {what}: {effect}"), "what": what}
        yield from _silences(known, window)
        for time in known.get("cleared", []):
            if window[0] <= _time(time) <= window[1]:
                yield _spot("cleared", "a log was cleared then: what it held before is lost", time, time)


def sight_of(workspace: Workspace) -> Sight:
    """Give what the logs of a workspace can show."""
    return Sight(coverage(workspace))


def gathered(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """Move the blind spots of an answer's paths to the answer, each once, times that overlap as one.

    Args:
        answer: An answer whose list `name` has items with `hops` and `blind_spots`.
        name: `paths` or `findings`.

    Returns:
        The answer with `blind_spots` and, in words, `not_seen`; None where nothing is.
    """
    items = answer[name]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    spots = (spot for item in items for spot in item.pop("blind_spots", ()))
    for spot in sorted(spots, key=lambda spot: (spot["machine"], spot["kind"], spot["effect"], spot["start"] or "")):
        key = (spot["machine"], spot["kind"], spot["effect"])
        last = found.get(key)
        if last is not None and spot["start"] is not None and spot["start"] > last["end"]:
            found[(*key, last["start"])] = last
            last = None
        found[key] = spot if last is None else {**last, "end": max(last["end"] or "", spot["end"] or "") or None}
    machines = {end for item in items for hop in item["hops"] for end in (hop["from"], hop["to"])}
    ordered = sorted(
        found.values(), key=lambda spot: (spot["machine"], spot["kind"], spot["effect"], spot["start"] or "")
    )
    return {**answer, "blind_spots": ordered, "not_seen": in_words(ordered, len(machines))}


_PHRASES = {
    "no logs": "no log at all of",
    "address": "no machine loaded for the address of",
    "time": "silent hours of",
    "cleared": "a log cleared on",
}
_TIMES = ("silent", "begins", "ends")


def in_words(spots: list[dict[str, Any]], machines: int) -> str | None:
    """Say in one sentence what can't be seen of so many machines; None if all can."""
    concerned: dict[str, set[str]] = {}
    for spot in spots:
        kind = spot.get("what") or ("time" if spot["kind"] in _TIMES else spot["kind"])
        concerned.setdefault(kind, set()).add(spot["machine"])
    alike: dict[tuple[int, str], list[str]] = {}
    for kind, names in concerned.items():
        alike.setdefault((len(names), _PHRASES.get(kind, "")), []).append(kind)
    parts = [
        f"{phrase or 'no log of ' + ', '.join(sorted(kinds)) + ' on'} {count}"
        for (count, phrase), kinds in sorted(alike.items(), key=lambda item: (-item[0][0], sorted(item[1])))
    ]
    return f"{parts[0]} of {machines} machines{''.join(f'; {part}' for part in parts[1:])}" if parts else None


def _silences(known: Mapping[str, Any], window: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """Give the times within the window in which a machine logged nothing."""
    since, until = window
    first, last = _time(known["first"]), _time(known["last"])
    if first > since:
        yield _spot("begins", "its logs begin only then", iso(since), known["first"])
    for gap in known["silent"]:
        start, end = max(_time(gap["start"]), since), min(_time(gap["end"]), until)
        if start < end:
            yield _spot("silent", "it logged nothing in these hours", iso(start), iso(end))
    if last < until:
        yield _spot("ends", "its logs end then", known["last"], iso(until))


def _spot(kind: str, effect: str, start: str | None = None, end: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "effect": effect, "start": start, "end": end}


def _time(text: str) -> int:
    return micros(text) or 0
