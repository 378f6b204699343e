"""Attack paths of a workspace: time-respecting chains of remote logons, each hop with its proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphhunt.errors import UsageError
from graphhunt.graph.hypotheses import SAME_ACT
from graphhunt.graph.snapshot import Snapshot
from graphhunt.graph.weights import CHOSEN
from graphhunt.lateral import scores as lateral
from graphhunt.lateral.detection import Detection, DetectionOptions, detected
from graphhunt.lateral.detector import LETTERS
from graphhunt.lateral.detector.words import Narrator
from graphhunt.lateral.hops import Details, describe_hop
from graphhunt.lateral.mixed import mixed_paths
from graphhunt.lateral.names import accounts_named, hosts_named, nodes_named
from graphhunt.lateral.paths import LogonTable, Path, PathSet, find_paths
from graphhunt.lateral.paths.table import Flags, Floats
from graphhunt.lateral.possible_paths import Ask
from graphhunt.lateral.proof import parted, proven
from graphhunt.lateral.scope import NOTHING_LOADED, nothing_found
from graphhunt.lateral.sight import Sight
from graphhunt.plain import counted
from graphhunt.times import micros

DAY = 86_400 * 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class PathOptions:
    """What to look for; names are matched by any alias, in any case.

    Attributes:
        source: Machine or address where paths begin; None for anywhere.
        target: Machine or address where paths end; None for anywhere.
        user: Account that at least one hop uses; None for any.
        since: Earliest logon, µs UTC.
        until: Latest logon, µs UTC.
        max_hops: Most hops of a path.
        max_dwell: Longest stay on a machine between arriving and leaving it, µs.
        k: Most paths to list.
        skew: Tolerance for clocks that differ, µs; 0 keeps to the recorded order.
        within_session: A machine may be left only while the session that arrived is open.
        min_certainty: Logons whose source is less certain than this are left out, 0 to 1.
        rank: Say of each hop what the hunt holds of it: class, chain, reasons. The order is the hunt's either way.
        scanners: Machines that scan; their logons are suppressed, by name.
        help_desk: Accounts of the help desk, likewise.
        edges: `observed` logons, `possible` rights of a directory, or `both`.
    """

    source: str | None = None
    target: str | None = None
    user: str | None = None
    since: int | None = None
    until: int | None = None
    max_hops: int = 6
    max_dwell: int = DAY
    k: int = 20
    skew: int = 0
    within_session: bool = False
    min_certainty: float = CHOSEN
    rank: bool = False
    scanners: tuple[str, ...] = ()
    help_desk: tuple[str, ...] = ()
    edges: str = "observed"


EDGES = ("observed", "possible", "both")
"""What paths may be made of."""


@dataclass(frozen=True, slots=True)
class _Ends:
    """The node ids that the asked names mean; None where nothing was asked."""

    source: list[str] | None
    target: list[str] | None
    accounts: list[str] | None

    @property
    def named(self) -> bool:
        """Whether anything was asked."""
        return bool(self.source or self.target or self.accounts)

    def asked(self, table: LogonTable, options: PathOptions) -> Flags:
        """Mark the rows inside the times that were asked for, of the account."""
        inside = np.ones(len(table), dtype=bool)
        if options.since is not None:
            inside &= table.t >= options.since
        if options.until is not None:
            inside &= table.t <= options.until
        return inside if self.accounts is None else inside & _of_accounts(table, self.accounts)


@dataclass(frozen=True, slots=True)
class _Case:
    """The logons, the scores that order their paths, and the run of the hunt where its words are asked for."""

    table: LogonTable
    ranking: lateral.Ranking
    run: Detection | None


class AttackPaths:
    """Path search over the snapshot's remote logons.

    Args:
        snapshot: The graph's tables.
        sight: Gives what the logs can show, for the blind spots of each path; none are told without it.
    """

    def __init__(self, snapshot: Snapshot, sight: Callable[[], Sight] | None = None) -> None:
        self.snapshot = snapshot
        self._sight = sight
        self._least = CHOSEN

    @property
    def _table(self) -> LogonTable | None:
        return self._logons.table

    @property
    def _logons(self) -> lateral.Logons:
        return lateral.logons_of(self.snapshot, self._least)

    def find(self, options: PathOptions) -> dict[str, Any]:
        """Find paths; the JSON of the command line and the HTTP interface.

        An empty list comes with `reason`: why nothing was found.

        Raises:
            UsageError: `edges` is none of `EDGES`.
        """
        self._least = options.min_certainty
        if options.edges != "observed":
            return self._mixed(options)
        run = self._run(options)
        table = run.table if run else self._table
        ranking = run.ranking if run else self._logons.ranking
        if table is None or ranking is None:
            return _empty(NOTHING_LOADED)
        ends = _Ends(
            self._hosts(table, options.source), self._hosts(table, options.target), self._users(table, options.user)
        )
        for asked, found, what in (
            (options.source, ends.source, "machine or address"), (options.target, ends.target, "machine or address"),
            (options.user, ends.accounts, "account"),
        ):  # fmt: skip
            if asked is not None and not found:
                return _empty(f"no {what} called '{asked}' has a remote logon")
        found_paths = self._search(_Case(table, ranking, run), options, ends)
        unscored = _none_scored(table, ranking, ends.asked(table, options))
        if not found_paths["paths"]:
            hops = ranking.scope["scored"]["hops"]
            scored = unscored or f"{counted(hops, 'logon')} scored"
            found_paths["reason"] = (
                f"no chain of remote logons fits these limits ({scored}); widen the times, hops or dwell"
                if hops
                else nothing_found(ranking.scope)
            )
        elif unscored:
            found_paths["notes"] = [unscored, *found_paths.get("notes", [])]
        return found_paths

    def _mixed(self, options: PathOptions) -> dict[str, Any]:
        """Find paths over the directory's rights, with observed logons where asked."""
        if options.edges not in EDGES:
            raise UsageError(f"'{options.edges}' is no kind of edge", hint="one of " + ", ".join(EDGES))
        table = self._table if options.edges == "both" else None
        found: dict[str, list[str] | None] = {}
        for name, label, what in (
            (options.source, "Machine", "machine"), (options.target, "Machine", "machine"),
            (options.user, "User", "account"),
        ):  # fmt: skip
            ids = None if name is None else sorted(nodes_named(self.snapshot, label, name))
            if ids == []:
                return _empty(f"there is no {what} called '{name}'")
            found[f"{what}{len(found)}"] = ids
        sources, targets, accounts = found.values()
        ask = Ask(
            sources=sources, targets=targets, accounts=accounts, observed=options.edges == "both",
            since=options.since, until=options.until, max_hops=options.max_hops, max_dwell=options.max_dwell,
            k=options.k,
        )  # fmt: skip
        written = mixed_paths(self.snapshot, table, ask)
        sight = self._sight() if self._sight and written["paths"] else None
        for path in written["paths"] if sight else ():
            times = [micros(hop["start"]) or 0 for hop in path["hops"] if hop["start"]]
            path["blind_spots"] = sight.of_hops(path["hops"], min(times), max(times)) if sight and times else []
        return written

    def _run(self, options: PathOptions) -> Detection | None:
        """Run the whole hunt where its words or lists are asked for; its scores alone are kept from earlier."""
        if not (options.rank or options.scanners or options.help_desk):
            return None
        return detected(self.snapshot, DetectionOptions(scanners=options.scanners, help_desk=options.help_desk))

    def _search(self, case: _Case, options: PathOptions, ends: _Ends) -> dict[str, Any]:
        weights = lateral.path_weights(
            case.ranking, self._logons.linked, asked=ends.asked(case.table, options), floor=not ends.named
        )
        anywhere = ends.source is None and ends.target is None
        if anywhere and (options.since, options.until, ends.accounts) != (None, None, None):
            weights = lateral.with_unscored(weights, case.table, case.ranking)
        results = _searched(case, options, ends, weights)
        found = self._json(case, results, options.k, named=ends.named)
        found |= {"scope": case.ranking.scope, "suppressed": case.ranking.suppressed}
        if case.run and options.rank:
            found["notes"] = [*found.get("notes", []), *case.run.findings.notes]
        return found

    def _hosts(self, table: LogonTable, name: str | None) -> list[str] | None:
        return None if name is None else hosts_named(self.snapshot, table, name)

    def _users(self, table: LogonTable, name: str | None) -> list[str] | None:
        return None if name is None else accounts_named(self.snapshot, table, name)

    def _json(self, case: _Case, results: list[PathSet], k: int, *, named: bool) -> dict[str, Any]:
        """Write the engine's results with what the relationships say of each hop, in the hunt's order.

        Where both ends are named, a path is one even if its steps weren't each other's cause.
        """
        causes = self._logons.causes
        found = [path for result in results for path in result.paths]
        parts = found if named else [part for path in found for part in parted(case.table, path, causes)]
        if len(results) > 1 or len(parts) > len(found):
            parts = _merged(case, parts)
        paths = [proven(case.table, path, causes) for path in parts]
        rows = sorted({row for path in paths[:k] for hop in path.hops for row in hop.rows})
        writer = _Writer(case, Details(self.snapshot).of(case.table, rows))
        budget = "the search stopped at its budget: a better path may be missing"
        exact = all(result.exact for result in results)
        notes = list(dict.fromkeys(note for result in results for note in result.notes)) + ([] if exact else [budget])
        sight = self._sight() if self._sight and paths else None
        written = [writer.path(path, sight) for path in paths[:k]]
        unscored = sum(not hop["scored"] for path in written for hop in path["hops"])
        if unscored:
            notes.append(f"{unscored:,} hops of these paths were not scored by the hunt and count as 0; see the scope")
        return {
            "paths": written,
            "truncated": len(paths) > k or not exact or any(result.truncated for result in results),
            **({"notes": notes} if notes else {}),
        }


class _Writer:
    """Writes paths as JSON; with a run of the detector, each hop says what it found."""

    def __init__(self, case: _Case, details: dict[int, dict[str, Any]]) -> None:
        self.table = case.table
        self.ranking = case.ranking
        self.details = details
        self.chains: dict[int, tuple[str, int]] = {}
        self.run = case.run
        if self.run:
            self.narrator = Narrator.of(case.table, self.run.findings.scores, self.run.classed)
            self.chains = {
                row: (finding.chain_id, number)
                for finding in self.run.findings.findings
                for number, hop in enumerate(finding.hops, 1)
                for row in hop.rows
            }

    def path(self, path: Path, sight: Sight | None) -> dict[str, Any]:
        """Write one path."""
        told = [(hop, [self.details[row] for row in hop.rows]) for hop in path.hops]
        hops = [
            {"kind": "observed", **describe_hop(self.table, hop, rows), **self._score(hop.rows)} for hop, rows in told
        ]
        reasons = list(path.reasons)
        if self.run:
            hops = [hop | self._found(one.rows) for hop, one in zip(hops, path.hops, strict=True)]
            reasons += [text for hop in hops for text in hop["reasons"]]
        reasons += [
            f"at {hop['to']}: {hop['technique_reason']} ({hop['technique']})"
            for hop in hops
            if hop["technique"] and hop["technique_reason"] != SAME_ACT
        ]
        reasons += [
            f"from {hop['from']}: with credentials that a type 9 logon put in place ({hop['credential_technique']})"
            for hop in hops
            if hop["credential_technique"] and hop["technique"] != hop["credential_technique"]
        ]
        reasons += [
            f"from {hop['from']}: another account opened the logon of {hop['user']}, a proved credential switch "
            f"({hop['cause_reason']})"
            for hop in hops
            if hop["credential_switch"]
        ]
        blind = sight.of_hops(hops, path.hops[0].start, path.hops[-1].start) if sight else []
        score = max((hop["score"] for hop in hops if hop["score"] is not None), default=None)
        letters = [hop["class"] for hop in hops if hop["class"]]
        klass = min(letters, key=LETTERS.index, default=None)
        written = {"score": score, "class": klass, "reasons": list(dict.fromkeys(reasons)), "hops": hops}
        return written | ({"blind_spots": blind} if sight else {})

    def _score(self, rows: tuple[int, ...]) -> dict[str, Any]:
        """Give what the hunt holds of a hop: class and score of its strongest logon, None where it scored none."""
        letter = self.ranking.letter(rows)
        return {"score": self.ranking.score(rows), "class": letter, "scored": letter is not None}

    def _found(self, rows: tuple[int, ...]) -> dict[str, Any]:
        """Say what the detector holds of a hop: its strongest logon speaks."""
        scores = self.narrator.scores
        best = max(rows, key=lambda row: (self.ranking.total[row], -row))
        side = scores.causes.inbound
        root = int(side.root[best])
        chain, number = next((self.chains[row] for row in rows if row in self.chains), (None, None))
        return {
            "reasons": self.narrator.reasons(best), "techniques": self.narrator.technique_ids(best),
            "certainty": round(1 / max(1, int(side.causes[best])), 4),
            "root_user": self.table.account_name(root) if root >= 0 else None,
            "chain_id": chain, "chain_hop": number,
        }  # fmt: skip


def _merged(case: _Case, paths: list[Path]) -> list[Path]:
    """Order the paths of several searches as one search would; a path that two of them found is listed once."""
    total = case.ranking.total

    def place(path: Path) -> tuple[float, int, float]:
        best = max((row for hop in path.hops for row in hop.rows), key=lambda row: (total[row], -row))
        return -float(total[best]), best, -path.score

    different = {tuple(hop.rows for hop in path.hops): path for path in paths}
    return sorted(different.values(), key=place)


def _searched(case: _Case, options: PathOptions, ends: _Ends, weights: Floats) -> list[PathSet]:
    """Search once per account; where the budget is spent before any path is complete, single hops are listed."""
    wanted: list[str | None] = list(ends.accounts) if ends.accounts else [None]

    def search(max_hops: int) -> list[PathSet]:
        return [
            find_paths(
                case.table, source=ends.source, target=ends.target, account=account, since=options.since,
                until=options.until, max_hops=max_hops, max_dwell_us=options.max_dwell, k=options.k,
                skew_us=options.skew, within_session=options.within_session, scores=weights, lead=case.ranking.total,
            )
            for account in wanted
        ]  # fmt: skip

    results = search(options.max_hops)
    if any(one.paths for one in results) or all(one.exact for one in results):
        return results
    return [replace(one, exact=False) for one in search(1)]


def _of_accounts(table: LogonTable, accounts: list[str]) -> Flags:
    return np.isin(table.acct, [table.account(account) for account in accounts])


def _none_scored(table: LogonTable, ranking: lateral.Ranking, asked: Flags) -> str | None:
    """Say that none of the rows that the question allows was scored; None where one was, or there is none."""
    hops = int((asked & lateral.known_hops(table)).sum())
    if not hops or (asked & ranking.scored).any():
        return None
    return f"none of the {hops:,} remote logons asked for was scored: {ranking.scope['mode_meaning']}"


def _empty(reason: str) -> dict[str, Any]:
    return {"paths": [], "truncated": False, "reason": reason, "scope": None}
