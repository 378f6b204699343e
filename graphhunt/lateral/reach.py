"""`hunt blast-radius` and `hunt choke-points`: what could be reached by when, and which account or host to cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.lateral.called import hosts_called
from graphhunt.lateral.hops import Details
from graphhunt.lateral.paths import TimeRules, blast_radius, choke_points
from graphhunt.lateral.paths.choke import smallest_cut
from graphhunt.lateral.scores import logons_of
from graphhunt.questions.library import BLAST_RADIUS, CHOKE_POINTS, hunt_named
from graphhunt.times import iso, micros, span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths import LogonTable
    from graphhunt.lateral.paths.reach import BlastRadius, Reached

    Given = Mapping[str, Any]
    Row = dict[str, Any]

_DAY = "24h"
_MOST = 1000
_MOST_CUTS = 20


def hunt_reach(snapshot: Snapshot, name: str, given: Given, limit: int | None = None) -> dict[str, Any]:
    """Run one of the two hunts.

    Args:
        snapshot: The graph's tables.
        name: `blast-radius` or `choke-points`.
        given: Parameters of the hunt; see `graphhunt hunts`.
        limit: Most rows to list.

    Returns:
        `hunt`, `columns`, `rows`, `truncated`, and `reason` where there is no row.

    Raises:
        UsageError: A parameter is unknown, missing or can't be read, or no machine is called so.
    """
    info = hunt_named(name)
    _check(given, {parameter.name: parameter.required for parameter in info.parameters}, name)
    table = logons_of(snapshot).table
    found: dict[str, Any] = {"hunt": name, "columns": list(info.columns), "rows": [], "truncated": False}
    if table is None:
        return found | {"reason": "no remote logon is loaded: no 4624 with a source, or nothing at all"}
    asks: dict[str, Callable[[Snapshot, LogonTable, Given, int], tuple[list[Row], bool, str]]] = {
        BLAST_RADIUS: _radius, CHOKE_POINTS: _chokes,
    }  # fmt: skip
    most = limit if limit is not None else (_MOST if name == BLAST_RADIUS else _MOST_CUTS)
    rows, more, reason = asks[name](snapshot, table, given, most)
    return found | {"rows": rows, "truncated": more} | ({} if rows else {"reason": reason})


def _check(given: Given, known: Mapping[str, bool], name: str) -> None:
    hint = "it takes " + ", ".join(known)
    for wrong in given.keys() - known.keys():
        raise UsageError(f"{name} has no parameter '{wrong}'", hint=hint)
    for key, required in known.items():
        if required and given.get(key) in (None, ""):
            raise UsageError(f"{name} needs --param {key}=VALUE", hint=hint)


def _rules(given: Given, since: str = "since") -> TimeRules:
    return TimeRules(
        micros(given.get(since)), micros(given.get("until")), span(given.get("max_dwell") or _DAY),
        span(given.get("skew") or 0), str(given.get("within_session", False)).lower() == "true",
    )  # fmt: skip


def _hosts(snapshot: Snapshot, table: LogonTable, name: Any) -> list[str]:
    found = hosts_called(snapshot, table, str(name))
    if not found:
        raise UsageError(f"no machine or address called '{name}' has a remote logon", hint="look with: graphhunt find")
    return found


def _radius(snapshot: Snapshot, table: LogonTable, given: Given, most: int) -> tuple[list[Row], bool, str]:
    """Tell what could be reached from a machine, earliest first, each with one way there and its records."""
    rules = _rules(given, "at")
    at = rules.since if rules.since is not None else int(table.t[0])
    first: dict[int, tuple[Reached, BlastRadius]] = {}
    for host in _hosts(snapshot, table, given["machine"]):
        spread = blast_radius(table, host, at, rules)
        for one in spread.reached:
            if one.host not in first or one.arrival < first[one.host][0].arrival:
                first[one.host] = (one, spread)
    reached = sorted(first.values(), key=lambda pair: (pair[0].arrival, pair[0].host))
    ways = [(one, spread.way(one.host)) for one, spread in reached[:most]]
    details = Details(snapshot).of(table, sorted({row for _, way in ways for row in way}))
    rows = [_reached(table, one, way, details) for one, way in ways]
    reason = f"no remote logon leaves it from {iso(at)} on that these limits allow; widen at, until or max_dwell"
    return rows, len(reached) > most, reason


def _reached(table: LogonTable, one: Reached, way: tuple[int, ...], details: dict[int, Row]) -> Row:
    last = details[way[-1]]
    return {
        "machine": table.host_name(one.host), "machine_id": table.hosts[one.host], "reached": iso(one.arrival),
        "hops": len(way), "way": [table.host_name(int(table.src[row])) for row in way],
        "users": list(dict.fromkeys(details[row]["user_name"] for row in way)), "technique": last["technique"],
        "relationship_ids": [details[row]["id"] for row in way], "evidence": list(last["evidence"]),
    }  # fmt: skip


def _chokes(snapshot: Snapshot, table: LogonTable, given: Given, most: int) -> tuple[list[Row], bool, str]:
    """Rank what to cut; with a target, mark what together ends every way there."""
    rules = _rules(given)
    source = _hosts(snapshot, table, given["source"])
    target = _hosts(snapshot, table, given["target"]) if given.get("target") else None
    found = choke_points(table, source, target, rules, limit=most + 1)
    together = smallest_cut(table, source, target, rules) if target and found else []
    order = {(cut.kind, cut.index): number for number, cut in enumerate(together, 1)}
    names = {"host": table.hosts, "account": table.accounts}
    rows = [
        {
            "kind": one.kind, "name": one.name, "id": names[one.kind][one.index], "share": round(one.share, 4),
            "blocked": round(one.blocked, 4), "cuts_all": one.cuts_all, "cut": order.get((one.kind, one.index)),
        }
        for one in found[:most]
    ]  # fmt: skip
    where = f"to {given['target']}" if target else "anywhere"
    return rows, len(found) > most, f"no way leads from {given['source']} {where} within these limits"
