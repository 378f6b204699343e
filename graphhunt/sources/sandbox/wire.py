"""What parent and worker say to each other: frames of a length and a MessagePack value, over pipes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar, Union

import msgspec

from graphhunt.model import FACTS, Fact, FileWarning, Record, Rejected, Skipped

MAX_FRAME = 256 * 1024 * 1024
"""A longer frame is not believed."""

_LENGTH = 4

AnyFact: Any = Union[FACTS]  # noqa: UP007 - the members are only known at run time


class Job(msgspec.Struct):
    """Parent to worker: read one file.

    Attributes:
        module: Module of the loader's class; `loader` its name there.
        file: Name of the source shown to the user.
        path: Where its bytes are.
        cpu: Seconds of CPU time it may take.
    """

    module: str
    loader: str
    file: str
    path: str
    cpu: int


class Said(msgspec.Struct, array_like=True, tag="r"):
    """Worker to parent: one record. `state` is l(oaded), s(kipped) or r(ejected)."""

    raw: str
    position: str
    state: str
    reason: str
    facts: list[AnyFact]


class Warned(msgspec.Struct, array_like=True, tag="w"):
    """Worker to parent: a warning of the loader."""

    warning: FileWarning


class Ended(msgspec.Struct, array_like=True, tag="e"):
    """Worker to parent: the file is read, or can't be (`reason`)."""

    reason: str = ""


Message = Said | Warned | Ended

_ENCODER = msgspec.msgpack.Encoder()
MESSAGES: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
"""Decodes what a worker says."""

_JOBS = msgspec.msgpack.Decoder(Job)

T = TypeVar("T")


def frame(value: msgspec.Struct) -> bytes:
    """Encode a value as a frame."""
    data = _ENCODER.encode(value)
    return len(data).to_bytes(_LENGTH, "little") + data


def said(record: Record) -> Said:
    """Put a record into words for the pipe."""
    outcome = record.outcome
    if isinstance(outcome, list):
        return Said(record.raw, record.position, "l", "", list(outcome))
    return Said(record.raw, record.position, "s" if isinstance(outcome, Skipped) else "r", outcome.reason, [])


def record(message: Said) -> Record:
    """Make the record again."""
    outcome: list[Fact] | Skipped | Rejected = message.facts
    if message.state != "l":
        outcome = Skipped(message.reason) if message.state == "s" else Rejected(message.reason)
    return Record(raw=message.raw, position=message.position, outcome=outcome)


def decode_job(data: bytes) -> Job:
    """Decode a job."""
    return _JOBS.decode(data)


class Frames(Generic[T]):
    """Collects bytes and cuts them into messages.

    Args:
        decoder: Decodes one message.
    """

    def __init__(self, decoder: msgspec.msgpack.Decoder[T]) -> None:
        self._decoder = decoder
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[T]:
        """Take bytes and yield the messages that are complete.

        Raises:
            ValueError: What follows is no message.
        """
        self._buffer += data
        at = 0
        while (start := at + _LENGTH) <= len(self._buffer):
            length = int.from_bytes(self._buffer[at:start], "little")
            if length > MAX_FRAME:
                raise ValueError("a message is too long")
            if start + length > len(self._buffer):
                break
            at = start + length
            yield self._decoder.decode(self._buffer[start:at])
        del self._buffer[:at]
