"""Attack paths of a workspace: time-respecting chains of remote logons, each hop with its proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from graphhunt.graphing.snapshot import Snapshot
from graphhunt.hunts import lateral
from graphhunt.hunts.hops import SAME_ACT, describe_hop
from graphhunt.paths import LogonTable, Path, PathSet, find_paths
from graphhunt.paths.table import Floats

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


class AttackPaths:
    """Path search over the snapshot's remote logons."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def _table(self) -> LogonTable | None:
        return lateral.logon_table(self.snapshot)

    @cached_property
    def _logons(self) -> pl.DataFrame:
        found = self.snapshot.table("REMOTE_LOGON")
        return found if found is not None else pl.DataFrame(schema={"id": pl.String})

    def find(self, options: PathOptions) -> dict[str, Any]:
        """Find paths; the JSON of the command line and the HTTP interface.

        An empty list comes with `reason`: why nothing was found.
        """
        table = self._table
        if table is None:
            return _empty("no remote logon is loaded: no 4624 with a source, or nothing at all")
        source, target = self._hosts(options.source), self._hosts(options.target)
        accounts = self._accounts(options.user)
        for asked, found, what in (
            (options.source, source, "machine or address"), (options.target, target, "machine or address"),
            (options.user, accounts, "account"),
        ):  # fmt: skip
            if asked is not None and not found:
                return _empty(f"no {what} called '{asked}' has a remote logon")
        found_paths = self._search(table, options, source, target, accounts)
        if not found_paths["paths"]:
            found_paths["reason"] = "no chain of remote logons fits these limits; widen the times, hops or dwell"
        return found_paths

    def _search(
        self, table: LogonTable, options: PathOptions, source: list[str] | None, target: list[str] | None,
        accounts: list[str] | None,
    ) -> dict[str, Any]:  # fmt: skip
        scores = self._scores(table, narrowed=bool(source or target or accounts))
        wanted: list[str | None] = list(accounts) if accounts else [None]
        results = [
            find_paths(
                table, source=source, target=target, account=account, since=options.since, until=options.until,
                max_hops=options.max_hops, max_dwell_us=options.max_dwell, k=options.k, skew_us=options.skew,
                within_session=options.within_session, scores=scores,
            )
            for account in wanted
        ]  # fmt: skip
        return self._json(table, results, options.k)

    def _scores(self, table: LogonTable, *, narrowed: bool) -> Floats:
        scores = lateral.row_scores(table, self.snapshot)
        return scores if narrowed else lateral.above_floor(scores)

    def _hosts(self, name: str | None) -> list[str] | None:
        """Give the node ids that a machine's name, alias or address means, among those with remote logons."""
        if name is None:
            return None
        wanted = name.strip().lower()
        found = self._called("Machine", ("id", "name", "fqdn", "aliases", "ips"), wanted) | {wanted}
        ends = set(self._logons.get_column("from_id")) | set(self._logons.get_column("to_id"))
        return sorted(found & ends)

    def _accounts(self, name: str | None) -> list[str] | None:
        if name is None:
            return None
        found = self._called("User", ("id", "name", "sid", "aliases"), name.strip().lower())
        return sorted(found & set(self._logons.get_column("user_id")))

    def _called(self, label: str, columns: tuple[str, ...], wanted: str) -> set[str]:
        frame = self.snapshot.table(label)
        return set() if frame is None else set(frame.filter(_says(frame, columns, wanted)).get_column("id"))

    def _json(self, table: LogonTable, results: list[PathSet], k: int) -> dict[str, Any]:
        """Write the engine's results with what the relationships say of each hop; lineage ranks first."""
        causes = lateral.cause_of(self.snapshot)
        paths = [_weighed(table, path, causes) for result in results for path in result.paths]
        paths.sort(key=lambda path: -path.score)
        rows = sorted({row for path in paths[:k] for hop in path.hops for row in hop.rows})
        details = self._details(table, rows)
        budget = "the search stopped at its budget: a better path may be missing"
        exact = all(result.exact for result in results)
        notes = list(dict.fromkeys(note for result in results for note in result.notes)) + ([] if exact else [budget])
        return {
            "paths": [_path(table, path, details) for path in paths[:k]],
            "truncated": len(paths) > k or not exact or any(result.truncated for result in results),
            **({"notes": notes} if notes else {}),
        }

    def _details(self, table: LogonTable, rows: list[int]) -> dict[int, dict[str, Any]]:
        """Give the relationship behind each row."""
        schema = {"id": pl.String, "_row": pl.Int64}
        ids = pl.DataFrame({"id": [table.row_id(row) for row in rows], "_row": rows}, schema=schema)
        users = self.snapshot.table("User")
        domains = pl.DataFrame(schema={"user_id": pl.String, "user_domain": pl.String})
        if users is not None:
            domains = users.select(pl.col("id").alias("user_id"), pl.col("domain").alias("user_domain"))
        joined = ids.join(self._logons, on="id", how="left").join(domains, on="user_id", how="left")
        return {row.pop("_row"): row for row in joined.iter_rows(named=True)}


def _weighed(table: LogonTable, path: Path, causes: dict[str, str]) -> Path:
    """Raise the score of a path by the share of its steps that process lineage proves, and say so."""
    proven = [
        b for a, b in zip(path.hops, path.hops[1:], strict=False)
        if {causes.get(table.row_id(row)) for row in b.rows} & {table.row_id(row) for row in a.rows}
    ]  # fmt: skip
    if not proven:
        return path
    words = "the logon to {} was opened by a process of the session before on {}"
    reasons = tuple(words.format(table.host_name(hop.dst), table.host_name(hop.src)) for hop in proven)
    return replace(path, score=path.score * (1 + len(proven) / (len(path.hops) - 1)), reasons=(*reasons, *path.reasons))


def _path(table: LogonTable, path: Path, details: dict[int, dict[str, Any]]) -> dict[str, Any]:
    hops = [describe_hop(table, hop, [details[row] for row in hop.rows]) for hop in path.hops]
    traces = [
        f"at {hop['to']}: {hop['technique_reason']} ({hop['technique']})"
        for hop in hops
        if hop["technique"] and hop["technique_reason"] != SAME_ACT
    ]
    return {"score": round(path.score, 4), "reasons": [*path.reasons, *traces], "hops": hops}


def _says(frame: pl.DataFrame, columns: tuple[str, ...], wanted: str) -> pl.Expr:
    """Match rows in which any name equals the wanted one."""
    tests = []
    for column in columns:
        if column not in frame.columns:
            continue
        is_list = frame.schema[column] == pl.List(pl.String)
        text = (
            pl.col(column).list.eval(pl.element().str.to_lowercase()) if is_list else pl.col(column).str.to_lowercase()
        )
        tests.append((text.list.contains(wanted) if is_list else text == wanted).fill_null(value=False))
    return pl.any_horizontal(tests)


def _empty(reason: str) -> dict[str, Any]:
    return {"paths": [], "truncated": False, "reason": reason}
