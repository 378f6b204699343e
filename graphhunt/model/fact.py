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
    """

    time: int
    host: str | None = None
    code: str = ""
    guessed_time: bool = False
