"""The common part of all envelopes, and the way to the loader of what is inside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from graphhunt.model import Fact, Rejected, Skipped
from graphhunt.sources import loading
from graphhunt.sources.recognition import Keys, Line

from .. import _json, _text, _windows
from .._record import Hints, Outcome, Payload, RecordLoader
from .._windows_event import Event

DEEPEST = 4
"""Envelopes that a record may lie in."""

_SHOWN = 512
"""Characters of a text that tell what it is."""

_LAYOUTS = 4096
"""Sets of keys whose loaders are remembered."""


class Inner(NamedTuple):
    """What was inside a record, what the record says of it, and what it states beside it.

    Attributes:
        payload: The inner record: an object, or text.
        hints: What is known of it from around.
        beside: Facts that the outer record states itself, such as an alert about the inner one.
    """

    payload: Payload | Event
    hints: Hints
    beside: tuple[Fact, ...] = ()


class Envelope(RecordLoader):
    """Reads records that wrap others: what is left to one is its name, its signatures and `peel`."""

    is_envelope: ClassVar[bool] = True

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Take a record apart."""
        raise NotImplementedError

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what the records inside are: their facts; without any, why there are none."""
        around = (*hints.around, self.name)
        if len(around) > DEEPEST:
            return Rejected(f"envelope deeper than {DEEPEST}")
        inner = self.peel(record, hints._replace(around=around))
        if isinstance(inner, (Skipped, Rejected)):
            return inner
        facts: list[Fact] = []
        why: Skipped | Rejected | None = None
        for each in inner:
            facts += each.beside
            found = read(each.payload, each.hints)
            if isinstance(found, list):
                facts += found
            elif found is not None and not isinstance(why, Rejected):
                why = found
        return facts or why or Skipped(f"envelope {self.name}: content not recognised")


class _Known(NamedTuple):
    """The loaders of records that stand for themselves, those that ask for most first."""

    keys: tuple[tuple[Keys, RecordLoader], ...]
    lines: tuple[tuple[Line, RecordLoader], ...]
    programs: dict[str, RecordLoader]


@lru_cache(maxsize=1)
def _known() -> _Known:
    readers: list[Any] = [each for each in loading.loaders().values() if hasattr(each, "of")]
    declared = [(each, reader) for reader in readers for each in reader.signatures]
    keys = [(each, reader) for each, reader in declared if isinstance(each, Keys)]
    lines = [(each, reader) for each, reader in declared if isinstance(each, Line)]
    return _Known(
        tuple(sorted(keys, key=lambda pair: -len(pair[0].needed))),
        tuple(sorted(lines, key=lambda pair: -pair[0].weight)),
        {program: reader for reader in readers for program in getattr(reader, "programs", ())},
    )


_layouts: dict[tuple[str, ...], tuple[Keys, RecordLoader]] = {}
"""The loader that took the last record with the same keys in the same order."""


def read(payload: Payload | Event, hints: Hints) -> Outcome | None:
    """Say what an inner record is; None if no loader knows it."""
    if isinstance(payload, Event):
        return _windows.outcome(payload)
    if isinstance(payload, dict):
        return _read_object(payload, hints)
    text = payload.lstrip("\ufeff \t\r\n")
    if text[:1] == "{":
        value = _json.parse(_text.encoded(text))
        if isinstance(value, dict):
            return _read_object(value, hints)
    known = _known()
    if hints.program is not None and hints.program in known.programs:
        return known.programs[hints.program].of(payload, hints)
    start = text[:_SHOWN].encode("utf-8", "surrogatepass")
    for line, reader in known.lines:
        if line.pattern.match(start):
            return reader.of(text, hints)
    return None


def _read_object(record: dict[str, Any], hints: Hints) -> Outcome | None:
    layout = tuple(record)
    last = _layouts.get(layout)
    if last is None or not last[0].match(record):
        last = next((pair for pair in _known().keys if pair[0].match(record)), None)
        if last is None:
            return None
        if len(_layouts) >= _LAYOUTS:
            _layouts.clear()
        _layouts[layout] = last
    return last[1].of(record, hints)
