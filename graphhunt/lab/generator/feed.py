"""From acts to lines: puts records in order, lets the pipeline spoil them, numbers and writes them.

Records wait in a heap until no earlier one can come any more; nothing is kept longer than the pipeline delays
it, so memory does not grow with the number of days or records.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

import orjson

from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.record import SECURITY, SYSMON, Record
from graphhunt.lab.generator.sysmon_events import sysmon_text

if TYPE_CHECKING:
    import numpy as np

    from graphhunt.lab.generator.actors import Host
    from graphhunt.lab.generator.config import GeneratorConfig

# No act makes a record more than this before the time it is told for.
_LOOK_BACK_US = 900 * SECOND_US


@lru_cache(maxsize=64)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, tz=UTC).strftime("%Y-%m-%d")


def stamp(t: int) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS`` of ``t`` (µs) without any zone, as NXLog writes EventTime."""
    day, rest = divmod(t, DAY_US)
    seconds = rest // SECOND_US
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    return f"{_date(day)} {hours:02d}:{minutes:02d}:{seconds:02d}"


def stamp_ms(t: int) -> str:
    """Return the stamp of ``t`` with milliseconds, as Sysmon writes UtcTime."""
    return f"{stamp(t)}.{t % SECOND_US // 1000:03d}"


@dataclass
class Tally:
    """What was written: distinct events by (channel, EventID), copies, and losses by kind."""

    events: Counter[tuple[str, int]] = field(default_factory=Counter)
    logon_types: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    late: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def distinct(self) -> int:
        """Return how many different records were written."""
        return sum(self.events.values())

    @property
    def lines(self) -> int:
        """Return how many lines were written, copies included."""
        return self.distinct + self.duplicates


class Feed:
    """Receives records with their true times and writes them as the collector would.

    ``add`` may be called in any order as long as no record is older than ``advance`` has already passed.
    """

    def __init__(self, config: GeneratorConfig, out: BinaryIO, rng: np.random.Generator) -> None:
        self.config = config
        self.tally = Tally()
        self.collector = f"wec01.{config.domain}.local"
        self._out = out
        self._rng = rng
        self._offset = config.utc_offset_minutes * 60 * SECOND_US
        self._waiting: list[tuple[int, int, Host, Record]] = []
        self._arriving: list[tuple[int, int, bytes]] = []
        self._count = 0
        self._lots: list[float] = []

    def add(self, t: int, host: Host, record: Record) -> None:
        """Take a record that happened at ``t`` (µs UTC, true time) on ``host``."""
        self._count += 1
        heapq.heappush(self._waiting, (t, self._count, host, record))

    def advance(self, now: int) -> None:
        """Tell that no record from before ``now`` (µs) less the look-back will come any more."""
        until = now - _LOOK_BACK_US
        waiting = self._waiting
        while waiting and waiting[0][0] < until:
            t, number, host, record = heapq.heappop(waiting)
            self._finish(t, number, host, record)
        self._write(until)

    def close(self) -> None:
        """Write everything that is left."""
        while self._waiting:
            t, number, host, record = heapq.heappop(self._waiting)
            self._finish(t, number, host, record)
        self._write(None)

    def _lot(self) -> float:
        # Drawing one by one costs more than everything else here, so lots are drawn in batches.
        if not self._lots:
            self._lots = self._rng.random(4096).tolist()
        return self._lots.pop()

    def _finish(self, t: int, number: int, host: Host, record: Record) -> None:
        dirt = self.config.dirt
        arrival = t + int((0.4 + 2.5 * self._lot() ** 2) * SECOND_US)
        if dirt.late_arrival and self._lot() < dirt.late_arrival:
            arrival += int(self._lot() * 4 * HOUR_US)
            self.tally.late += 1
        line = self._line(t, host, record, arrival)
        heapq.heappush(self._arriving, (arrival, number, line))
        if dirt.duplicates and self._lot() < dirt.duplicates:
            heapq.heappush(self._arriving, (arrival + int(self._lot() * 60 * SECOND_US), number, line))
            self.tally.duplicates += 1

    def _line(self, t: int, host: Host, record: Record, arrival: int) -> bytes:
        channel = record["Channel"]
        logged = t + host.skew_us + (self._offset if host.local_stamps else 0)
        number = host.records.get(channel, host.next_record)
        host.records[channel] = number + 1
        record["RecordNumber"] = number
        record["Hostname"] = host.fqdn
        record["EventTime"] = stamp(logged + self._offset)
        record["EventReceivedTime"] = stamp(arrival + self._offset)
        record["@timestamp"] = stamp_ms(arrival).replace(" ", "T") + "Z"
        record["host"] = self.collector
        record["ThreadID"] = 1_200 + number * 28 % 8_000
        self.tally.events[channel, record["EventID"]] += 1
        if channel == SYSMON:
            _finish_sysmon(record, logged)
        elif channel == SECURITY:
            self._finish_security(host, record)
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)

    def _finish_security(self, host: Host, record: Record) -> None:
        if record["EventID"] == 4624:
            self.tally.logon_types[record["LogonType"]] += 1
        if self.config.dirt.two_hostnames and host.number % 3 == 1:
            # A second pipeline on the same machine: short name and the channel in lower case.
            record["Hostname"] = host.name
            record["Channel"] = "security"

    def _write(self, until: int | None) -> None:
        arriving = self._arriving
        while arriving and (until is None or arriving[0][0] < until):
            self._out.write(heapq.heappop(arriving)[2])


def _finish_sysmon(record: Record, logged: int) -> None:
    record["UtcTime"] = stamp_ms(logged)
    if record["EventID"] == 11:
        record["CreationUtcTime"] = record["UtcTime"]
    record["Message"] = sysmon_text(record)
