"""Reads generated sets for the tests, with nothing of the generator's own code."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def records(folder: Path) -> list[Record]:
    """Return all records of a generated folder in the order of the files."""
    found = []
    for path in sorted(folder.glob("events-*")):
        content = path.read_bytes()
        lines = gzip.decompress(content) if path.suffix == ".gz" else content
        found += [json.loads(line) for line in lines.splitlines()]
    return found


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def machine(record: Record) -> str:
    """Return the short upper-case name of the machine that wrote a record."""
    return str(record["Hostname"]).partition(".")[0].upper()


def identity(record: Record) -> tuple[str, str, int]:
    """Return what makes a record unique: machine, channel, number."""
    return machine(record), str(record["Channel"]).lower(), record["RecordNumber"]
