r"""Common Event Format (CEF) of devices: `CEF:0|vendor|product|version|id|name|severity|a=b c=d`.

In the head `\|` and `\\` stand for themselves; in the fields a value goes on to the next name, with `\=`, `\\` and
`\n` in it, and `cs1Label` names `cs1`. Event time is `start`, else `rt`, else `end`, else that of the syslog header
around it. `out` is what the source sent, `in` what it got. With two addresses an event is a Flow (refused, if `act`
says so); from severity 7 on also a Detection. The device isn't a machine.

Known gaps: names of machines and accounts in an event are kept as evidence only; devices that mean `in` and `out` the
other way round are read the wrong way.

References:
    https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-8.3/cef-implementation-standard/
"""

from __future__ import annotations

import re

from graphhunt.model import Rejected
from graphhunt.sources.recognition import Line

from . import _event_format
from ._line_loader import LineLoader
from ._record import Hints, Outcome, Payload

_HEAD = re.compile(r"CEF: ?\d{1,2}\|" + r"([^|\\]*+(?:\\.[^|\\]*+)*+)\|" * 6 + r"(.*)", re.DOTALL)
_NAME = re.compile(r"(?<!\S)([\w.\[\]-]{1,64})=")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_STANDS_FOR = {"n": "\n", "r": "\r"}
_NOT_CEF = Rejected("not a CEF event")
_NAMES = _event_format.Names(
    time=("start", "rt", "end"),
    source=("src", "c6a2"),
    source_port=("spt",),
    destination=("dst", "c6a3"),
    destination_port=("dpt",),
    protocol=("proto",),
    service=("app",),
    sent=("out",),
    received=("in",),
    action=("act",),
    hash=("fileHash",),
)


class CefLoader(LineLoader):
    """Reads CEF."""

    name = "cef"
    signatures = (Line(rb"CEF: ?\d{1,2}\|[^|\r\n]*\|[^|\r\n]*\|", 4),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is."""
        found = _HEAD.match(_event_format.without_header(record, "CEF:")) if isinstance(record, str) else None
        if found is None:
            return _NOT_CEF
        product = f"{_unescaped(found[1]).strip()} {_unescaped(found[2]).strip()}"
        name, severity = _unescaped(found[5]).strip() or None, found[6].strip() or None
        event = _event_format.Event("cef", product, name, severity, None, _fields(found[7]))
        return _event_format.outcome(event, _NAMES, hints)


def _fields(text: str) -> dict[str, str]:
    """Read the fields; each value goes on to where the next name begins."""
    _, *parts = _NAME.split(text)
    values = [_unescaped(value.strip()) for value in parts[1::2]]
    found = dict(zip(parts[::2], values, strict=True))
    labels = [name for name in found if name.endswith("Label") and name.removesuffix("Label") in found]
    return {**{found[name]: found[name.removesuffix("Label")] for name in labels}, **found} if labels else found


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _STANDS_FOR.get(found[1], found[1]), text)
