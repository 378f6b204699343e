"""Records: one original each, with what it says."""

from __future__ import annotations

import msgspec

from graphhunt.model.fact import Fact


class Skipped(msgspec.Struct, frozen=True):
    """The record is whole but says nothing the graph holds; it stays in the evidence store."""

    reason: str


class Rejected(msgspec.Struct, frozen=True):
    """The record is damaged or can't be understood; it stays inspectable with its reason."""

    reason: str


class Record(msgspec.Struct, frozen=True):
    """One original record and what it says.

    Attributes:
        raw: The record as it stands in the source (text of the line, or the parser's lossless JSON).
        position: Where in the file: `line 12`, `record 4711`, `offset 0x1f00`.
        outcome: Its facts, or why there are none.
    """

    raw: str
    position: str
    outcome: list[Fact] | Skipped | Rejected


class FileWarning(msgspec.Struct, frozen=True):
    """Something about a whole file that the user must know: damage, a limit, a killed parser."""

    file: str
    loader: str
    reason: str
    position: str = ""
