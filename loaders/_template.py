"""Flow lists as plain text: `2026-03-01T08:00:00Z fw-1 10.0.0.5 51000 10.0.0.9 445 tcp`, one a line.

Copy this file to `NAME.py`, keep its order, and say here what the format is: who writes it and which versions
were seen, which field is event time and which is only arrival time, which field names the machine, which
records become which facts, and what is known to be missing.

Known gaps: none.

References:
    https://docs.example/format
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphhunt.model import Fact, FileWarning, Flow, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _text
from . import _values as v

_FIELDS = 7
_LINE = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z \S+ [\da-fA-F.:]+ \d+ [\da-fA-F.:]+ \d+ \w+\s*$")
_NOT_A_FLOW = Rejected("not seven fields")
_NO_TIME = Rejected("no usable event time")
_COMMENT = Skipped("comment")


class TemplateLoader:
    """Reads lists of flows."""

    name = "template"
    text = True  # of a binary format: magic = ((0, b"…"),), an offset and what stands there

    def sniff(self, head: bytes, name: str) -> float:
        """Look whether the first line is a flow: never claim what another loader reads."""
        line, whole = _text.first_line(_text.head_text(head))
        return 0.7 if whole and _LINE.match(line) else 0.0

    def by_line(self, head: bytes) -> bool:
        """Say that no line needs the lines before it, so that a big file may be read in slices; leave it out if not."""
        return True

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every line that isn't blank; one that says no flow is rejected, the rest goes on."""
        with _text.reader(source) as stream:
            for number, line in _text.lines(stream):
                if len(line) > _text.LINE_MOST:
                    yield Record(_text.cut(line), f"line {number}", Rejected(_text.TOO_LARGE))
                    yield FileWarning(source.name, self.name, _text.TOO_LARGE, f"line {number}")
                else:
                    text = _text.decode(line.rstrip(b"\r\n"))
                    yield Record(text, f"line {number}", _outcome(text))

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a line that is kept is now; with it, older records follow whenever this file changes."""
        return None if held.rejected == _text.TOO_LARGE else _outcome(held.raw)


def _outcome(line: str) -> list[Fact] | Skipped | Rejected:
    if line.startswith("#"):
        return _COMMENT
    fields = line.split()
    if len(fields) != _FIELDS:
        return _NOT_A_FLOW
    time = v.micros(fields[0])
    if time is None:
        return _NO_TIME
    return [
        Flow(
            time=time[0],
            guessed_time=not time[1],
            host=v.text(fields[1]),
            code="template/flow",
            source_ip=v.ip(fields[2]),
            source_port=v.port(fields[3]),
            destination_ip=v.ip(fields[4]),
            destination_port=v.port(fields[5]),
            protocol=v.protocol(fields[6]),
        )
    ]
