"""Records as they are kept, from the process that keeps them to the one in which their loader reads them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from graphhunt.sources.loading import Held

_LENGTH = 4


_DECODER = msgspec.msgpack.Decoder(Held)


def write_held(path: Path, records: Iterable[Held]) -> None:
    """Write records to a file."""
    with path.open("wb") as stream:
        for record in records:
            data = msgspec.msgpack.encode(record)
            stream.write(len(data).to_bytes(_LENGTH, "little"))
            stream.write(data)


def read_held(path: Path) -> Iterator[Held]:
    """Read the records of a file in their order."""
    with path.open("rb") as stream:
        while length := stream.read(_LENGTH):
            yield _DECODER.decode(stream.read(int.from_bytes(length, "little")))
