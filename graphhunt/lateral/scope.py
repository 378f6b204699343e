"""What a hunt scored, as every answer states it: window, history, hops, what was left out and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.lateral.detector import CASE, MONITOR
from graphhunt.plain import counted
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.lateral.detector import Scope, Suppressed

MEANING = {
    CASE: (
        "Without a baseline there is no score: what is proved comes first, then what host events speak for, then "
        "switched accounts, then new access; inside a class the number of kinds of evidence decides."
    ),
    MONITOR: (
        "A score is that of the chain's strongest hop, in nats: the surprise of the logon after the days before it, "
        "plus the weight of the host and network events that go with it; it orders what to read first and is no "
        "probability."
    ),
}
"""What the order means in each mode, in one place for every answer."""

NOTHING_LOADED = (
    "no remote logon is loaded: it takes records of logons that name where they came from, as Windows 4624 or sshd's"
)


def scope_json(scope: Scope) -> dict[str, Any]:
    """Write the scope of a run.

    Returns:
        `mode`, `mode_why` and `mode_meaning` (the mode in one line), `time_zone`, `history` (from, until, days, hops),
        `scored` (from, until, days, rows, hops, and of these `sensed`: those that network sensors alone saw),
        `not_scored` (logons by reason), `causes` (hops by how their cause is known), `degraded` (methods that could
        not be used, and why) and `meaning` of the order.
    """
    before = scope.first is not None and scope.first < scope.since
    loaded = scope.last is not None and scope.last >= scope.since
    return {
        "mode": scope.mode, "mode_why": scope.begun.why, "mode_meaning": _network_only(scope) + scope.begun.line,
        "time_zone": "UTC",
        "history": {
            "from": iso(scope.first) if before else None, "until": iso(scope.since) if before else None,
            "days": scope.history_days, "hops": scope.earlier,
        },
        "scored": {
            "from": iso(max(scope.since, scope.first or scope.since)) if loaded else None,
            "until": iso(scope.last) if loaded else None, "days": scope.days, "rows": scope.rows, "hops": scope.hops,
            "sensed": scope.sensed,
        },
        "not_scored": scope.left_out, "causes": scope.causes, "degraded": list(scope.degraded),
        "meaning": MEANING[scope.mode],
    }  # fmt: skip


def _network_only(scope: Scope) -> str:
    """Say where no log of a machine told of any hop."""
    if not scope.hops or scope.sensed < scope.hops:
        return ""
    return f"network only: 0 logons scored, {counted(scope.hops, 'hop')} that sensors alone saw; "


def suppressed_json(one: Suppressed) -> dict[str, Any]:
    """Write what one list took out."""
    return {"list": one.name, "reason": one.reason, "logons": one.rows, "highest_score": round(one.highest_score, 4)}


def nothing_found(scope: Mapping[str, Any]) -> str:
    """Say that nothing stands out, with what was scored; or why nothing could be scored."""
    hops = scope["scored"]["hops"]
    if hops:
        return f"no chain of remote logons stands out among the {hops:,} that were scored"
    left = ", ".join(f"{count:,} {reason}" for reason, count in scope["not_scored"].items())
    return f"no remote logon could be scored: {left or 'none is that late; ask for an earlier time'}"


def scope_words(scope: Mapping[str, Any]) -> list[str]:
    """Say the scope in lines for a person."""
    scored, history = scope["scored"], scope["history"]
    when = f" from {_minute(scored['from'])} to {_minute(scored['until'])}" if scored["from"] else ""
    lines = [f"{scored['hops']:,} remote logons scored{when}: {scope['mode_meaning']}"]
    if history["from"]:
        begin, end = _minute(history["from"]), _minute(history["until"])
        lines.append(f"history: {history['hops']:,} remote logons on {history['days']} days, {begin} to {end}")
    if scope["causes"]:
        lines.append("causes of hops: " + ", ".join(f"{n:,} {how}" for how, n in scope["causes"].items()))
    if scope["not_scored"]:
        lines.append("not scored: " + ", ".join(f"{n:,} {reason}" for reason, n in scope["not_scored"].items()))
    return lines + [f"not used: {text}" for text in scope["degraded"]]


def scope_line(scope: Mapping[str, Any]) -> str:
    """Say window, history and number of hops in one short line; `scope_words` says all."""
    scored, history = scope["scored"], scope["history"]
    text = f"{counted(scored['hops'], 'remote logon')} scored"
    if scored["from"]:
        text += f", {_minute(scored['from']).removesuffix(' UTC')} to {_minute(scored['until'])}"
    if history["from"]:
        text += f", after {history['hops']:,} on {counted(history['days'], 'day')} since {history['from'][:10]}"
    text += f"; {scope['mode_meaning']}"
    left = sum(scope["not_scored"].values())
    return f"{text}, {left:,} not scored" if left else text


def _minute(text: str) -> str:
    return text[:16].replace("T", " ") + " UTC"
