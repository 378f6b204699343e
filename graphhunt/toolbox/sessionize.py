"""Sessions out of events: `create_session_col` and `sessionize_data` under msticpy's names and signatures.

A new session starts when a user column changes, when the gap to the previous event exceeds the largest
separation, or when the time since the session's first event exceeds the longest session. Both limits are
strict: a gap or age equal to the limit stays in the session.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import require_columns, sorted_codes, ticks, ticks_per_minute, utc_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SESSION_COLUMN = "session_ind"
"""The column `create_session_col` adds (and replaces, should the input have one)."""

WITHOUT_TIME = "rows_without_time"
"""Key in the result's `attrs`: rows whose time is null, which belong to no session."""


def session_starts(
    times: NDArray[np.int64], changed: NDArray[np.bool_], max_session: int, max_gap: int
) -> NDArray[np.int64]:
    """Find where sessions start in events sorted by user, then time.

    Args:
        times: Event times in any integer unit.
        changed: True where the user differs from the previous row's; the first row counts as changed.
        max_session: Longest time between a session's first event and any other, same unit.
        max_gap: Longest time between two neighbouring events of a session, same unit.

    Returns:
        The row numbers of the first event of each session, ascending.
    """
    n = len(times)
    if n == 0:
        return np.empty(0, dtype=np.int64)
    breaks = changed.copy()
    breaks[0] = True
    breaks[1:] |= np.diff(times) > max_gap
    starts = np.flatnonzero(breaks)
    ends = np.append(starts[1:], n)
    long = times[ends - 1] - times[starts] > max_session
    if not long.any():
        return starts
    extra = _split_long(times, starts[long], ends[long], max_session)
    return np.sort(np.concatenate([starts, extra]))


def _split_long(
    times: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], max_session: int
) -> NDArray[np.int64]:
    """Cut runs of events that last too long; one step per resulting session, not per event."""
    clock: list[int] = times.tolist()
    extra: list[int] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        at = bisect_right(clock, clock[start] + max_session, start + 1, end)
        while at < end:
            extra.append(at)
            at = bisect_right(clock, clock[at] + max_session, at + 1, end)
    return np.array(extra, dtype=np.int64)


class _Sorted:
    """Events in session order: the frame, how many of its rows have a time, and each session's first row."""

    def __init__(self, data: pd.DataFrame, users: Sequence[str], time_col: str, limits: tuple[float, float]) -> None:
        times = utc_times(data[time_col])
        missing = times.isna().to_numpy()
        clock = ticks(times)
        codes = [sorted_codes(data[c]) for c in users]
        order = np.lexsort([clock, *reversed(codes), missing])
        self.timed = int(len(data) - missing.sum())
        frame = data.drop(columns=[SESSION_COLUMN], errors="ignore").assign(**{time_col: times})
        self.frame = frame.iloc[order].reset_index(drop=True)
        head = order[: self.timed]
        minute = ticks_per_minute(times)
        longest, gap = (_minutes(v, minute) for v in limits)
        self.starts = session_starts(clock[head], _changes([c[head] for c in codes], self.timed), longest, gap)


def _changes(codes: list[NDArray[np.int64]], n: int) -> NDArray[np.bool_]:
    """Mark rows where any user column differs from the row before."""
    changed = np.zeros(n, dtype=bool)
    changed[:1] = True
    for column in codes:
        changed[1:] |= np.diff(column) != 0
    return changed


def _minutes(value: float, minute: int) -> int:
    """Turn minutes into ticks; anything beyond the range of time means no limit."""
    if not value >= 0:
        raise UsageError(f"{value!r} is not a number of minutes", hint="give 0 or more")
    return int(min(value * minute, 2**62))


def _checked(data: pd.DataFrame, users: Sequence[str], time_col: str, limits: tuple[float, float]) -> _Sorted:
    """Check the names and put the events in session order."""
    require_columns(data, [*users, time_col])
    if SESSION_COLUMN in users:
        raise UsageError(f"{SESSION_COLUMN!r} is the result's column and can't tell users apart",
                         hint="rename it first")  # fmt: skip
    return _Sorted(data, users, time_col, limits)


def create_session_col(
    data: pd.DataFrame,
    user_identifier_cols: list[str],
    time_col: str,
    max_session_time_mins: float,
    max_event_separation_mins: float,
) -> pd.DataFrame:
    """Number the session each event belongs to, in a column `session_ind`.

    Args:
        data: Events, in any order; it isn't changed.
        user_identifier_cols: Columns whose values together say whose event it is. Nulls are a value of
            their own. Any type: text, numbers, categories, nullable integers.
        time_col: Column of times: text, datetimes of any zone, or epoch numbers (see `utc_times`).
        max_session_time_mins: Longest session, minutes.
        max_event_separation_mins: Longest pause within a session, minutes.

    Returns:
        The events sorted by user and time, the time column in UTC, and `session_ind` counting from 0.
        Rows without a time stand last with a null `session_ind`; their number is in `attrs`.

    Raises:
        UsageError: A column is missing, a text isn't a time, or a limit isn't a number of minutes.
    """
    limits = (max_session_time_mins, max_event_separation_mins)
    ordered = _checked(data, user_identifier_cols, time_col, limits)
    marks = np.zeros(ordered.timed, dtype=np.int64)
    marks[ordered.starts] = 1
    index = pd.Series(np.cumsum(marks) - 1, dtype="int64")
    if ordered.timed < len(ordered.frame):
        index = index.astype("Int64").reindex(range(len(ordered.frame)))
    result = ordered.frame.assign(**{SESSION_COLUMN: index})
    result.attrs[WITHOUT_TIME] = len(ordered.frame) - ordered.timed
    return result


def sessionize_data(
    data: pd.DataFrame,
    user_identifier_cols: list[str],
    time_col: str,
    max_session_time_mins: float,
    max_event_separation_mins: float,
    event_col: str,
) -> pd.DataFrame:
    """Fold events into sessions, one row each.

    Args:
        data: Events, in any order; it isn't changed.
        user_identifier_cols: Columns whose values together say whose event it is.
        time_col: Column of times.
        max_session_time_mins: Longest session, minutes.
        max_event_separation_mins: Longest pause within a session, minutes.
        event_col: Column of what happened, such as the command.

    Returns:
        The user columns, `<time_col>_min`, `<time_col>_max`, `<event_col>_list` (in time order),
        `duration` and `number_events`, sorted by user and time. Rows without a time are in no session;
        their number is in `attrs`.

    Raises:
        UsageError: A column is missing, a text isn't a time, or a limit isn't a number of minutes.
    """
    require_columns(data, [event_col])
    limits = (max_session_time_mins, max_event_separation_mins)
    ordered = _checked(data, user_identifier_cols, time_col, limits)
    starts = ordered.starts
    ends = np.append(starts[1:], ordered.timed) if len(starts) else starts
    first = ordered.frame.iloc[starts]
    times = ordered.frame[time_col]
    out: dict[str, Any] = {c: first[c].reset_index(drop=True) for c in user_identifier_cols}
    out[f"{time_col}_min"] = first[time_col].reset_index(drop=True)
    out[f"{time_col}_max"] = times.iloc[ends - 1].reset_index(drop=True)
    out[f"{event_col}_list"] = _lists(ordered.frame[event_col], starts, ends)
    out["duration"] = out[f"{time_col}_max"] - out[f"{time_col}_min"]
    out["number_events"] = pd.Series(ends - starts, dtype="int64")
    result = pd.DataFrame(out)
    result.attrs[WITHOUT_TIME] = len(ordered.frame) - ordered.timed
    return result


def _lists(events: pd.Series[Any], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> pd.Series[Any]:
    """Cut a column into one list per session."""
    values = events.tolist()
    cut = [values[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    return pd.Series(cut, dtype=object)
