"""What every fact carries."""

from __future__ import annotations

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every fact carries: when and on which machine it happened, and the record's own code.

    Attributes:
        time: Event time, µs since the epoch, UTC.
        host: The machine the event happened on, as named by the source; never a collector.
        code: The source's own event id, such as `Security/4624`, `Sysmon/3` or `zeek/conn`.
        guessed_time: True when the source has no event time of its own and another one stands in.
        times: Every time that the record states of itself, by the source's own name for it (`SystemTime`, `UtcTime`,
            `EventTime`, `@timestamp` …), in µs since the epoch, UTC, as far as the zone is known; empty where it states
            one only. Arrival times are among them.
        time_field: Which of `times` is `time`.
        record_id: The source's own number or name of the record (EventRecordID, Zeek's uid, an audit event's serial):
            two records with one are one record, within a machine, a channel and a second.
    """

    time: int
    host: str | None = None
    code: str = ""
    guessed_time: bool = False
    times: dict[str, int] = msgspec.field(default_factory=dict)
    time_field: str | None = None
    record_id: str | None = None
