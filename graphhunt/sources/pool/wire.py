"""What parent and worker say to each other: frames of a length and a MessagePack value, over pipes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union

import msgspec

from graphhunt.model import FACTS, Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import readable
from graphhunt.sources.slices import Part

MAX_FRAME = 256 * 1024 * 1024
"""A longer frame is not believed."""

_LENGTH = 4

AnyFact: Any = Union[FACTS]  # noqa: UP007 - the members are only known at run time


class Look(msgspec.Struct, tag="look"):
    """Parent to worker: say which loader a file is for.

    Attributes:
        file: Name of the source shown to the user.
        path: Where its bytes are.
        format: Name of the loader that was asked for; None to ask all.
        without: Loaders that aren't to be asked.
        cpu: Seconds of CPU time it may take.
    """

    file: str
    path: bytes
    format: str | None
    without: list[str]
    cpu: int


class Read(msgspec.Struct, tag="read"):
    """Parent to worker: read a file, or a part of it.

    Attributes:
        loader: Name of the loader.
        file: Name of the source shown to the user.
        path: Where its bytes are.
        part: Which part; None for all of it.
        cpu: Seconds of CPU time it may take.
        again: Whether it holds records that are kept (`graphhunt.sources.held`), to be read again.
    """

    loader: str
    file: str
    path: bytes
    part: Part | None
    cpu: int
    again: bool = False


class Ready(msgspec.Struct, array_like=True, tag="y"):
    """Worker to parent, first: it has its loaders and takes jobs."""


class Asking(msgspec.Struct, array_like=True, tag="a"):
    """Worker to parent: this loader is looking at the file now."""

    loader: str


class Looked(msgspec.Struct, array_like=True, tag="l"):
    """Worker to parent: which loader a file is for.

    Attributes:
        loader: Its name; empty if there is none.
        version: Its version, with that of its package.
        lines: Whether the file may be cut between lines.
        context: What the loader has to know of it to read its records again.
        reason: Why there is none.
        known: The loaders' names, if the one that was asked for isn't among them.
        faults: Loaders that failed to look at it, with what happened.
    """

    loader: str = ""
    version: str = ""
    lines: bool = False
    context: str = ""
    reason: str = ""
    known: list[str] = []
    faults: dict[str, str] = {}


class Said(msgspec.Struct, array_like=True, tag="r"):
    """Worker to parent: one record. `state` is l(oaded), s(kipped) or r(ejected)."""

    raw: str
    position: str
    state: str
    reason: str
    facts: list[AnyFact]

    def record(self) -> Record:
        """Make the record again."""
        outcome: list[Fact] | Skipped | Rejected = self.facts
        if self.state != "l":
            outcome = Skipped(self.reason) if self.state == "s" else Rejected(self.reason)
        return Record(self.raw, self.position, outcome)


class _Loose(msgspec.Struct, array_like=True, tag="r"):
    """A record whose facts may be anything."""

    raw: str
    position: str
    state: str
    reason: str
    facts: list[Any]


class Warned(msgspec.Struct, array_like=True, tag="w"):
    """Worker to parent: a warning of the loader."""

    warning: FileWarning


class Reached(msgspec.Struct, array_like=True, tag="p"):
    """Worker to parent: so many bytes of the file are read."""

    position: int


class Ended(msgspec.Struct, array_like=True, tag="e"):
    """Worker to parent: the file is read, or can't be (`reason`)."""

    reason: str = ""


Job = Look | Read
Message = Ready | Said | Warned | Reached | Ended | Asking | Looked

_ENCODER = msgspec.msgpack.Encoder()
_MESSAGES: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
_LOOSE = msgspec.msgpack.Decoder(_Loose)
_JOBS: msgspec.msgpack.Decoder[Job] = msgspec.msgpack.Decoder(Job)


def frame(value: msgspec.Struct) -> bytes:
    """Encode a value as a frame."""
    data = _ENCODER.encode(value)
    return len(data).to_bytes(_LENGTH, "little") + data


def record_frame(record: Record) -> bytes:
    """Encode a record as a frame; what of it can't be kept makes it a rejected one."""
    said = _said(record)
    try:
        return frame(said)
    except UnicodeEncodeError:
        return frame(msgspec.convert(_escaped(msgspec.to_builtins(said)), _Loose))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        return frame(_unkept(said, said.facts, str(error)))


def warning_frame(warning: FileWarning) -> bytes:
    """Encode a loader's warning as a frame."""
    return frame(Warned(FileWarning(*map(readable, msgspec.structs.astuple(warning)))))


def message(data: bytes) -> Message:
    """Decode what a worker says; a record whose facts break their own types becomes a rejected one.

    Raises:
        msgspec.MsgspecError: It is no message.
    """
    try:
        return _MESSAGES.decode(data)
    except msgspec.ValidationError as error:
        loose = _LOOSE.decode(data)
        return _unkept(loose, loose.facts, str(error))


def job(data: bytes) -> Job:
    """Decode a job."""
    return _JOBS.decode(data)


class Frames:
    """Collects bytes and cuts them into the contents of frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes and yield the frames that are complete.

        Raises:
            ValueError: What follows is no frame.
        """
        self._buffer += data
        at = 0
        try:
            while (start := at + _LENGTH) <= len(self._buffer):
                length = int.from_bytes(self._buffer[at:start], "little")
                if length > MAX_FRAME:
                    raise ValueError("a message is too long")
                if start + length > len(self._buffer):
                    break
                at = start + length
                yield memoryview(self._buffer)[start:at].tobytes()
        finally:
            del self._buffer[:at]


def _said(record: Record) -> Said:
    outcome = record.outcome
    if isinstance(outcome, list):
        return Said(record.raw, record.position, "l", "", outcome)
    return Said(record.raw, record.position, "s" if isinstance(outcome, Skipped) else "r", outcome.reason, [])


def _unkept(said: Said | _Loose, facts: list[Any], error: str) -> Said:
    kinds = dict.fromkeys(map(_kind, facts))
    reason = f"the loader gave facts ({', '.join(kinds)}) that can't be kept: {error}"[:300]
    return Said(readable(said.raw), readable(said.position), "r", readable(reason), [])


def _kind(fact: Any) -> str:
    if isinstance(fact, dict):
        return str(fact.get("kind", "unknown"))
    return str(fact.__struct_config__.tag) if isinstance(fact, Fact) else type(fact).__name__


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list | tuple):
        return [_escaped(item) for item in value]
    return {key: _escaped(item) for key, item in value.items()} if isinstance(value, dict) else value
