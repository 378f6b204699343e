"""What really happened: chains, bursts and decoys, and how many records tell of it.

The truth is written beside the events and never into them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

TRUTH_FILE = "truth.json"


@dataclass
class LogonKey:
    """Where a logon is found: machine name, LogonId as in the events, time of the 4624 (µs UTC, true clock)."""

    host: str
    logon_id: str
    t: int


@dataclass
class ProcessKey:
    """Where a process is found: machine name, ProcessGuid, PID, image and start (µs UTC, true clock)."""

    host: str
    guid: str
    pid: int
    image: str
    t: int


@dataclass
class Hop:
    """One step of an intruder.

    ``process`` is the remote process at the destination (None for a plain remote desktop or a burst),
    ``source_process`` the one that opened the connection, ``c2`` the address the destination then calls.
    """

    t: int
    src: str
    dst: str
    user: str
    technique: str
    logon: LogonKey
    process: ProcessKey | None = None
    source_process: ProcessKey | None = None
    service: str | None = None
    c2: str | None = None
    stolen_on: str | None = None


@dataclass
class Chain:
    """An intrusion: an ordered list of hops.  ``cell`` names goal and stealth when it was planned in a cell."""

    id: str
    cell: str
    start: str
    user: str
    hops: list[Hop]


@dataclass
class Decoy:
    """Harmless activity that looks like an intrusion; ``kind`` is sweep, scanner, backup, reversed or admin."""

    id: str
    kind: str
    user: str
    hops: list[Hop]


@dataclass
class Expected:
    """Aggregate counts of the written records.

    ``distinct`` counts different records, ``lines`` includes the copies.  ``events`` maps ``channel/EventID`` to
    the number of distinct records, ``logon_types`` the types of the 4624 among them, ``tables`` the LANL tables to
    their numbers of rows.
    """

    lines: int = 0
    distinct: int = 0
    duplicates: int = 0
    late: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    logon_types: dict[str, int] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    machines: int = 0
    accounts: int = 0


@dataclass
class Truth:
    """Everything that is known about a generated set."""

    seed: int
    start: int
    end: int
    domain: str
    chains: list[Chain] = field(default_factory=list)
    bursts: list[Chain] = field(default_factory=list)
    decoys: list[Decoy] = field(default_factory=list)
    expected: Expected = field(default_factory=Expected)
    files: list[str] = field(default_factory=list)

    def save(self, folder: Path) -> Path:
        """Write ``truth.json`` into ``folder`` and return its path."""
        path = folder / TRUTH_FILE
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2))
        return path


def load_truth(folder: Path) -> Truth:
    """Return the truth written into ``folder`` by an earlier run.

    Raises:
        FileNotFoundError: There is no ``truth.json``.
    """
    return msgspec.json.decode((folder / TRUTH_FILE).read_bytes(), type=Truth)
