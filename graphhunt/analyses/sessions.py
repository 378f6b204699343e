"""`analyze sessions`: what belongs together in time, for processes, logons and connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.errors import UsageError
from graphhunt.ids import digest
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox.sessionize import session_starts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

MINUTE = 60_000_000

_MEANINGS = {
    "session_id": "id of the session: hash of who, where and when it began",
    "session_start": "first event of the session, µs",
    "session_end": "last event of the session, µs",
    "session_duration": "length of the session, µs",
    "session_events": "events in the session",
}


def sessions_of(events: pl.DataFrame, users: list[str], longest: float, gap: float) -> pl.DataFrame:
    """Give each event its session.

    Args:
        events: `id`, `start` (µs) and the user columns.
        users: Columns that say whose event it is.
        longest: Longest session, minutes.
        gap: Longest pause, minutes.

    Returns:
        `id` and the five session properties; events without a time are left out.
    """
    frame = events.drop_nulls("start").sort(*users, "start", "id", nulls_last=True)
    if frame.is_empty():
        return pl.DataFrame(schema={"id": pl.String, **dict.fromkeys(_MEANINGS, pl.Int64)})
    key = frame.select(pl.struct(users).rle_id())[users[0]].to_numpy()
    changed = np.concatenate([[True], np.diff(key) != 0])
    times = frame["start"].to_numpy()
    starts = session_starts(times, changed, int(longest * MINUTE), int(gap * MINUTE))
    ends = np.append(starts[1:], len(frame))
    first = frame[starts.tolist()].select(*users, "start").rows()
    names = [digest("session", *(str(v) for v in row)) for row in first]
    number = np.repeat(np.arange(len(starts)), ends - starts)
    return pl.DataFrame(
        {
            "id": frame["id"], "session_id": np.array(names, dtype=object)[number].tolist(),
            "session_start": times[starts][number], "session_end": times[ends - 1][number],
            "session_duration": (times[ends - 1] - times[starts])[number],
            "session_events": (ends - starts)[number],
        }
    )  # fmt: skip


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    longest, gap = values["max_session"], values["max_gap"]
    wanted = [part.strip() for part in values["by"].split(",") if part.strip()]
    frames = {"Process": extract.processes, "LOGGED_ON": extract.logons, "CONNECTED": extract.connections}
    known = {column for frame in frames.values() for column in frame.columns} - {"id", "start", "end"}
    if not wanted or not known.issuperset(wanted):
        raise UsageError(f"sessions can't be told apart by {values['by']!r}", hint="by " + ", ".join(sorted(known)))
    return {
        target: sessions_of(frame, columns, longest, gap)
        for target, frame in frames.items()
        if (columns := [c for c in wanted if c in frame.columns])
    }


ANALYSIS = Analysis(
    name="sessions",
    prefix="session",
    summary="Folds processes, logons and connections, by account and machine or as told, into sessions.",
    compute=_compute,
    properties=tuple(Written(t, p, m) for t in ("Process", "LOGGED_ON", "CONNECTED") for p, m in _MEANINGS.items()),
    parameters=(
        Parameter(
            "by",
            "str",
            "user_id,machine_id",
            "columns that say whose event it is, separated by commas; a kind without a column goes by the others",
        ),
        Parameter("max_session", "float", 480.0, "longest session, minutes"),
        Parameter("max_gap", "float", 30.0, "longest pause within a session, minutes"),
    ),
)
"""The analytic."""
