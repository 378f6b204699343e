"""Logon sessions out of syslog, and the risky ones: `cluster_syslog_logons_df`, `risky_sudo_sessions`.

An opening is paired with a closing of the same host, service and account, and of the same process where the
source states the process id. Overlapping sessions of several accounts are therefore kept apart.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import require_columns, utc_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MESSAGE = (
    r"pam_unix\((?P<service>[^):]*)[^)]*\)\s*:?\s*session (?P<what>opened|closed) for user "
    r"(?P<user>[^\s(]+)(?:\(uid=\d+\))?(?: by (?P<by>[^\s(]*))?"
)
_TIME = "TimeGenerated"
_HOSTS = ("Computer", "HostName")
_PIDS = ("ProcessID", "ProcessId")
_ACTORS = ("User", "Sudoer")

SUSPICIOUS = "Suspicious event pattern"
"""What `risky_sudo_sessions` says of a session with commands in quick succession."""


class _Event(NamedTuple):
    """One opening or closing."""

    time: pd.Timestamp
    opened: bool
    key: tuple[str, ...]
    pid: str
    user: str


def cluster_syslog_logons_df(logon_events: pd.DataFrame) -> pd.DataFrame:
    """Pair the openings and closings of sessions in syslog.

    Args:
        logon_events: Syslog rows with `TimeGenerated` and `SyslogMessage`; `Computer` or `HostName`,
            `ProcessID`, and `User` or `Sudoer` are used where they exist.

    Returns:
        `User`, `Start` and `End` of each session by start. A session without a closing ends with NaT; one
        without an opening isn't listed. No sessions give an empty frame.
    """
    require_columns(logon_events, [_TIME, "SyslogMessage"])
    waiting: defaultdict[tuple[str, ...], deque[int]] = defaultdict(deque)
    sessions: list[list[Any]] = []
    owners: list[str] = []
    for event in sorted(_events(logon_events), key=lambda e: (e.time, not e.opened)):
        if event.opened:
            waiting[event.key].append(len(sessions))
            sessions.append([event.user, event.time, pd.NaT])
            owners.append(event.pid)
        elif (found := _opening(waiting[event.key], owners, event.pid)) is not None:
            sessions[found][2] = event.time
    frame = pd.DataFrame(sessions, columns=["User", "Start", "End"])
    return frame.astype({"User": object, "Start": "datetime64[ns, UTC]", "End": "datetime64[ns, UTC]"})


def _opening(waiting: deque[int], owners: list[str], pid: str) -> int | None:
    """Take the earliest opening a closing belongs to: the same process, or one whose process isn't known."""
    for found in waiting:
        if pid == owners[found] or not pid or not owners[found]:
            waiting.remove(found)
            return found
    return None


def _events(frame: pd.DataFrame) -> Iterable[_Event]:
    """Read the openings and closings out of the messages."""
    parsed = frame["SyslogMessage"].astype(str).str.extract(_MESSAGE)
    kept = parsed["what"].notna() & frame[_TIME].notna()
    parsed = parsed[kept].fillna("")
    rows = frame[kept]
    times = utc_times(rows[_TIME])
    host, pid, actor = (_first_column(rows, names) for names in (_HOSTS, _PIDS, _ACTORS))
    for i, row in enumerate(parsed.to_dict("records")):
        key = (host[i].lower(), row["service"], row["user"])
        user = actor[i] or row["by"] or row["user"]
        yield _Event(times.iloc[i], row["what"] == "opened", key, pid[i].removesuffix(".0"), user)


def _first_column(frame: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    """Give the first of some columns that exists, as text; empty text where there is none."""
    for name in names:
        if name in frame.columns:
            column = frame[name].astype(object)
            return column.where(column.notna(), "").astype(str).tolist()
    return [""] * len(frame)


def risky_sudo_sessions(
    sudo_sessions: pd.DataFrame,
    risky_actions: Mapping[Any, str] | None = None,
    suspicious_actions: list[dict[Any, Any]] | None = None,
) -> dict[Any, str]:
    """Tell the sessions during which something risky happened.

    Args:
        sudo_sessions: Sessions as `cluster_syslog_logons_df` gives them.
        risky_actions: Commands by time, as `risky_cmd_line` gives them.
        suspicious_actions: Bursts of commands, as `cmd_speed` gives them.

    Returns:
        What happened, by the session's index; several commands stand on lines of their own.

    Raises:
        UsageError: Neither kind of action is given.
    """
    if risky_actions is None and suspicious_actions is None:
        raise UsageError("risky_actions or suspicious_actions is needed")
    found: defaultdict[Any, list[str]] = defaultdict(list)
    for time, command in (risky_actions or {}).items():
        for session in _during(sudo_sessions, _utc(time), _utc(time)):
            found[session].append(command)
    for burst in suspicious_actions or []:
        for rows, _ in burst.values():
            times = utc_times(rows[_TIME])
            for session in _during(sudo_sessions, times.min(), times.max()):
                if SUSPICIOUS not in found[session]:
                    found[session].append(SUSPICIOUS)
    return {session: "\n".join(what) for session, what in found.items()}


def _utc(time: Any) -> pd.Timestamp:
    """Read a time as UTC."""
    stamp = pd.Timestamp(time)
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")


def _during(sessions: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> list[Any]:
    """List the sessions that overlap a span; a session without an end goes on."""
    start, end = utc_times(sessions["Start"]), utc_times(sessions["End"])
    return list(sessions.index[(start <= last) & (end.isna() | (end >= first))])
