r"""Log Event Extended Format (LEEF) 1.0 and 2.0: `LEEF:1.0|vendor|product|version|event|a=b<tab>c=d`.

Version 2.0 names what stands between the fields in its head, as a character or as `x7C` or `0x7C`. Event time is
`devTime`, as a number or as `Mar 02 2026 08:56:05.000 UTC`, else that of the syslog header around it. With two
addresses an event is a Flow (refused, if `action`, `act` or the event's name says so); from severity 7 on also a
Detection. The device isn't a machine.

Known gaps: other orders of `devTimeFormat`; names of machines and accounts in an event are kept as evidence only.

References:
    https://www.ibm.com/docs/en/dsm?topic=leef-overview
"""

from __future__ import annotations

import re

from graphhunt.model import Rejected
from graphhunt.sources.recognition import Line

from . import _event_format
from ._line_loader import LineLoader
from ._record import Hints, Outcome, Payload

_HEAD = re.compile(r"LEEF: ?(\d)\.\d\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)", re.DOTALL)
_CODE = re.compile(r"(?:0?x)([0-9a-fA-F]{2,4})")
_NOT_LEEF = Rejected("not a LEEF event")
_NAMES = _event_format.Names(
    time=("devTime",),
    source=("src",),
    source_port=("srcPort",),
    destination=("dst",),
    destination_port=("dstPort",),
    protocol=("proto",),
    service=("application", "app"),
    sent=("srcBytes",),
    received=("dstBytes",),
    action=("action", "act"),
    hash=("fileHash",),
)


class LeefLoader(LineLoader):
    """Reads LEEF."""

    name = "leef"
    signatures = (Line(rb"LEEF: ?\d\.\d\|[^|\r\n]*\|[^|\r\n]*\|", 4),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is."""
        found = _HEAD.match(_event_format.without_header(record, "LEEF:")) if isinstance(record, str) else None
        if found is None:
            return _NOT_LEEF
        version, vendor, product, _, name, rest = (part.strip(" ") for part in found.groups())
        between, rest = _delimiter(rest) if version == "2" else ("\t", rest)
        pairs = (field.partition("=") for field in rest.split(between))
        fields = {key.strip(): value.strip() for key, mark, value in pairs if mark}
        severity = fields.get("sev")
        event = _event_format.Event("leef", f"{vendor} {product}", name or None, severity, name, fields)
        return _event_format.outcome(event, _NAMES, hints)


def _delimiter(rest: str) -> tuple[str, str]:
    """Read what stands between the fields of version 2.0, and give what comes after it; some leave it out."""
    stated, mark, fields = rest.partition("|")
    if not mark or "=" in stated[1:]:
        return "\t", rest
    code = _CODE.fullmatch(stated)
    if code:
        return chr(int(code[1], 16)), fields
    return (stated if len(stated) == 1 else "\t"), fields
