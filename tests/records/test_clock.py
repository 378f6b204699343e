"""When a record that no loader gave a time says it happened; the expected times are written out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graphhunt.records.raw import read

NEWEST = str(int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()))
TIMES = {
    "Feb 21 21:56:12 localhost sshd[3430]: Invalid user": ("2026-02-21T21:56:12+00:00", "localhost"),
    "Mar  9 08:45:01 lnx45 CRON[301]: (root) CMD (x)": ("2025-03-09T08:45:01+00:00", "lnx45"),
    "Feb 29 08:45:01 lnx45 CRON[301]: (root) CMD (x)": ("2024-02-29T08:45:01+00:00", "lnx45"),
    "<86>Feb 21 21:56:12 h sudo: x": ("2026-02-21T21:56:12+00:00", "h"),
    "2026-02-21T21:56:12.5+02:00 h2 sudo: x": ("2026-02-21T19:56:12.500000+00:00", "h2"),
    "type=EOE msg=audit(1772440860.123:4100):": ("2026-03-02T08:41:00.123000+00:00", None),
    '{"Timestamp": "2026-03-02 17:18:00.123 +09:00", "Computer": "S"}': ("2026-03-02T08:18:00.123000+00:00", "S"),
    "Foo 21 21:56:12 localhost sshd[3430]: x": (None, None),
    "Feb 31 21:56:12 localhost sshd[3430]: x": (None, None),
    "nothing at all": (None, None),
}


@pytest.mark.parametrize("raw", TIMES)
def test_when_and_where_a_record_says_it_happened(raw: str) -> None:
    found = read(raw, NEWEST)
    time = None if found.time is None else datetime.fromtimestamp(found.time / 1e6, UTC).isoformat()
    assert (time, found.host) == TIMES[raw]
