"""Risky command lines and bursts of commands: `risky_cmd_line` and `cmd_speed` under msticpy's names."""

from __future__ import annotations

import base64
import binascii
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import as_str, require_columns, texts, utc_times

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIME = "TimeGenerated"
_LONGEST = 65_536
"""Characters of a command that are looked at; a longer one is cut, since rules may be slow."""

DEFAULT_RULES: dict[str, list[str]] = {
    "Syslog": [
        r"authorized_keys",
        r"\b(?:wget|curl)\b.{0,500}\bsh\b",
        r":\s*\(\s*\)\s*\{\s*:\s*\|\s*:\s*&\s*\}\s*;\s*:",
        r"\bmv\b.{0,500}/dev/null",
        r"/bin/(?:ba|da|z|k)?sh\b",
        r"/dev/(?:tcp|udp)/",
        r"\bn(?:c|cat|etcat)\b.{0,200}\s-\w*[ec]\b",
        r"\bbase64\b.{0,200}\s(?:-d|--decode)\b.{0,200}\|\s*(?:ba)?sh\b",
        r"\bchmod\b.{0,100}\s(?:u?\+s|[2467]7\d\d)\b",
        r"\b(?:python\d?|perl|ruby|php)\b\s+-\w*[cer]\b.{0,500}\b(?:socket|pty|exec)\b",
        r"/etc/(?:shadow|sudoers)\b",
    ],
}
"""Regular expressions searched for in commands, by kind of log."""

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/=_-])")


def risky_cmd_line(
    events: pd.DataFrame,
    log_type: str,
    detection_rules: str | None = None,
    cmd_field: str = "Command",
) -> dict[pd.Timestamp, str]:
    """Find commands that match a risky pattern, as written or once base64 in them is decoded.

    Args:
        events: Rows with `TimeGenerated` and the command; the frame isn't changed.
        log_type: Key into the rules, such as "Syslog".
        detection_rules: Path of a JSON file `{log type: [regular expression, …]}`; by default `DEFAULT_RULES`.
        cmd_field: Column of commands.

    Returns:
        The matching commands by time (UTC), in time order; commands of one instant stand on lines of their own.

    Raises:
        UsageError: A column is missing, the rules don't know the log type, or a rule isn't a regular expression.
    """
    require_columns(events, [_TIME, cmd_field])
    rules = _rules(log_type, detection_rules)
    frame = pd.DataFrame({"time": utc_times(events[_TIME]), "command": texts(events[cmd_field])})
    frame = frame[frame["time"].notna() & (frame["command"] != "")].sort_values("time", kind="stable")
    risky = {c for c in frame["command"].unique() if _is_risky(c, rules)}
    found: dict[pd.Timestamp, str] = {}
    for time, command in zip(frame["time"], frame["command"], strict=True):
        if command in risky:
            found[time] = f"{found[time]}\n{command}" if time in found else command
    return found


def matched_rules(command: str, log_type: str = "Syslog", detection_rules: str | None = None) -> list[str]:
    """Give the risky patterns that a command matches, as written or once base64 in it is decoded.

    Args:
        command: The command.
        log_type: Key into the rules.
        detection_rules: Path of a JSON file of rules, as for `risky_cmd_line`.

    Raises:
        UsageError: The rules don't know the log type, or a rule isn't a regular expression.
    """
    readings = _readings(as_str(command))
    return [r.pattern for r in _rules(log_type, detection_rules) if any(r.search(text) for text in readings)]


def _rules(log_type: str, path: str | None) -> list[re.Pattern[str]]:
    """Read the rules of one kind of log."""
    rules = DEFAULT_RULES if path is None else json.loads(Path(path).read_text(encoding="utf-8"))
    if log_type not in rules:
        raise UsageError(f"There are no rules for {log_type!r}", hint=f"there are for {', '.join(sorted(rules))}")
    try:
        return [re.compile(rule, re.DOTALL) for rule in rules[log_type]]
    except re.error as error:
        raise UsageError(f"A rule is not a regular expression: {error}", where=path) from error


def _is_risky(command: str, rules: list[re.Pattern[str]]) -> bool:
    """Try the rules on a command and on what is encoded in it."""
    readings = _readings(command)
    return any(rule.search(text) for rule in rules for text in readings)


def _readings(command: str) -> list[str]:
    return [command[:_LONGEST], *_decoded(command[:_LONGEST])]


def _decoded(command: str) -> Iterator[str]:
    """Give the readable texts that stand in base64 in a command, UTF-8 or UTF-16."""
    for match in _BASE64.finditer(command):
        token = match.group().rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        text = _text(data)
        if text:
            yield text


def _text(data: bytes) -> str | None:
    """Read bytes as text if they are text."""
    wide = len(data) >= 2 and len(data) % 2 == 0 and data[1::2].count(0) > len(data) // 4
    try:
        text = data.decode("utf-16-le" if wide else "utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.replace("\n", "").replace("\t", "").replace("\r", "").isprintable() else None


def cmd_speed(
    cmd_events: pd.DataFrame, cmd_field: str, time: float = 5, events: int = 10
) -> list[dict[int, list[Any]]]:
    """Find bursts: runs of `events` commands that took less than `time` seconds from first to last.

    Args:
        cmd_events: Rows with `TimeGenerated` and the command, in any order; the frame isn't changed.
        cmd_field: Column of commands; rows without one don't count.
        time: Seconds.
        events: Commands in a run.

    Returns:
        For each run `{number of its first command: [its rows, how long it took]}`, in time order.

    Raises:
        UsageError: A column is missing, a time can't be read, or `events` is less than 1.
    """
    require_columns(cmd_events, [_TIME, cmd_field])
    if events < 1:
        raise UsageError("A run needs at least one command", where=f"events={events}")
    times = utc_times(cmd_events[_TIME])
    given = np.array(texts(cmd_events[cmd_field]), dtype=object) != ""
    kept = cmd_events.assign(**{_TIME: times})[given & times.notna().to_numpy()]
    kept = kept.sort_values(_TIME, kind="stable").reset_index(drop=True)
    stamps = kept[_TIME]
    took = stamps.shift(-(events - 1)) - stamps
    starts = np.flatnonzero((took < pd.Timedelta(seconds=time)).to_numpy())
    return [{int(i): [kept.iloc[i : i + events], took.iloc[i]]} for i in starts]
