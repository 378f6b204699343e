"""Attack paths of a workspace: time-respecting chains of remote logons, each hop with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from graphhunt.errors import StoreError
from graphhunt.graphing.snapshot import Snapshot
from graphhunt.paths import Hop, LogonTable, PathSet, find_paths
from graphhunt.schema import EVIDENCE_CAP
from graphhunt.times import iso

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
        self._logons = snapshot.table("REMOTE_LOGON")
        self._machines = snapshot.table("Machine")
        self._users = snapshot.table("User")

    def find(self, options: PathOptions) -> dict[str, Any]:
        """Find paths; the JSON of the command line and the HTTP interface.

        An empty list comes with `reason`: why nothing was found.
        """
        if self._logons is None or self._machines is None or self._users is None:
            return _empty("no remote logon is loaded: no 4624 with a source, or nothing at all")
        source, target = self._hosts(options.source), self._hosts(options.target)
        accounts = self._accounts(options.user)
        for asked, found, what in (
            (options.source, source, "machine or address"), (options.target, target, "machine or address"),
            (options.user, accounts, "account"),
        ):  # fmt: skip
            if asked is not None and not found:
                return _empty(f"no {what} called '{asked}' has a remote logon")
        return self._search(options, source, target, accounts)

    def _search(
        self, options: PathOptions, source: list[str] | None, target: list[str] | None, accounts: list[str] | None
    ) -> dict[str, Any]:
        table = self.table()
        found: dict[str, Any] = {"paths": [], "truncated": False}
        wanted: list[str | None] = list(accounts) if accounts else [None]
        for account in wanted:
            result = find_paths(
                table, source=source, target=target, account=account, since=options.since, until=options.until,
                max_hops=options.max_hops, max_dwell_us=options.max_dwell, k=options.k, skew_us=options.skew,
                within_session=options.within_session,
            )  # fmt: skip
            found = _merged(found, self._json(table, result), options.k)
        if not found["paths"]:
            found["reason"] = "no chain of remote logons fits these limits; widen the times, hops or dwell"
        return found

    def table(self) -> LogonTable:
        """Give the remote logons as the path engine takes them."""
        if self._logons is None or self._machines is None or self._users is None:
            raise StoreError("no remote logon is loaded")
        names = dict(self._machines.select("id", "name").iter_rows())
        accounts = dict(self._users.select("id", "name").iter_rows())
        return LogonTable.from_frame(self._logons, host_names=names, account_names=accounts)

    def _relations(self) -> pl.LazyFrame:
        found = self.snapshot.scan("REMOTE_LOGON")
        if found is None:
            raise StoreError("no remote logon is loaded")
        return found

    def _hosts(self, name: str | None) -> list[str] | None:
        """Give the node ids that a machine's name, alias or address means, among those with remote logons."""
        if name is None or self._machines is None or self._logons is None:
            return None
        wanted = name.strip().lower()
        aliases = self._machines.filter(_says(self._machines, ("id", "name", "fqdn", "aliases", "ips"), wanted))
        candidates = {*aliases.get_column("id"), wanted}
        ends = set(self._logons.get_column("from_id")) | set(self._logons.get_column("to_id"))
        return sorted(candidates & ends)

    def _accounts(self, name: str | None) -> list[str] | None:
        if name is None or self._users is None or self._logons is None:
            return None
        users = self._users.filter(_says(self._users, ("id", "name", "sid", "aliases"), name.strip().lower()))
        return sorted(set(users.get_column("id")) & set(self._logons.get_column("user_id")))

    def _json(self, table: LogonTable, result: PathSet) -> dict[str, Any]:
        """Write the engine's result with what the relationships say of each hop."""
        rows = sorted({row for path in result.paths for hop in path.hops for row in hop.rows})
        ids = pl.DataFrame(
            {"id": [table.row_id(row) for row in rows], "_row": rows}, schema={"id": pl.String, "_row": pl.Int64}
        )
        details = {
            row.pop("_row"): row
            for row in ids.lazy().join(self._relations(), on="id", how="left").collect().iter_rows(named=True)
        }
        domains = dict(self._users.select("id", "domain").iter_rows()) if self._users is not None else {}
        paths = [
            {
                "score": round(path.score, 4),
                "reasons": list(path.reasons),
                "hops": [_hop(table, hop, [details[row] for row in hop.rows], domains) for hop in path.hops],
            }
            for path in result.paths
        ]
        notes = list(result.notes) + (
            [] if result.exact else ["the search stopped at its budget: a better path may be missing"]
        )
        return {
            "paths": paths,
            "truncated": result.truncated or not result.exact,
            **({"notes": notes} if notes else {}),
        }


def _hop(table: LogonTable, hop: Hop, logons: list[dict[str, Any]], domains: dict[str, str]) -> dict[str, Any]:
    """Describe a hop by its telling logon: the one whose own traces name the technique."""
    told = sorted(logons, key=lambda row: (row["technique"] is None, row["technique_reason"] == "part of the same act"))
    main = told[0]
    proof = dict.fromkeys(event for row in told for event in row["evidence"])
    return {
        "from": table.host_name(hop.src), "to": table.host_name(hop.dst), "user": main["user_name"],
        "user_domain": domains.get(main["user_id"]), "logon_type": main["logon_type"], "technique": main["technique"],
        "technique_name": main["technique_name"], "technique_reason": main["technique_reason"],
        "start": iso(hop.start), "end": iso(max(row["end"] for row in logons)), "logon_id": main["logon_id"],
        "logons": len(logons), "evidence": list(proof)[:EVIDENCE_CAP], "confidence": main["confidence"],
        "score": round(hop.score, 4), "reasons": list(hop.reasons),
        "origin_process_id": main["origin_process_id"],
        "remote_process_id": next((row["remote_process_id"] for row in told if row["remote_process_id"]), None),
        "remote_process": next((row["remote_process"] for row in told if row["remote_process"]), None),
        "from_id": main["from_id"], "from_label": main["from_label"], "to_id": main["to_id"],
        "user_id": main["user_id"],
        "relationship_id": main["id"], "relationship_ids": [row["id"] for row in logons],
    }  # fmt: skip


def _says(frame: pl.DataFrame, columns: tuple[str, ...], wanted: str) -> pl.Expr:
    """Match rows in which any name equals the wanted one."""
    tests = []
    for column in columns:
        if column not in frame.columns:
            continue
        is_list = frame.schema[column] == pl.List(pl.String)
        lowered = (
            pl.col(column).list.eval(pl.element().str.to_lowercase()) if is_list else pl.col(column).str.to_lowercase()
        )
        tests.append((lowered.list.contains(wanted) if is_list else lowered == wanted).fill_null(value=False))
    return pl.any_horizontal(tests)


def _merged(one: dict[str, Any], other: dict[str, Any], k: int) -> dict[str, Any]:
    """Join two results, best first, at most k."""
    paths = sorted([*one["paths"], *other["paths"]], key=lambda path: -path["score"])
    truncated = one["truncated"] or other["truncated"] or len(paths) > k
    notes = [*one.get("notes", []), *other.get("notes", [])]
    return {"paths": paths[:k], "truncated": truncated, **({"notes": notes} if notes else {})}


def _empty(reason: str) -> dict[str, Any]:
    return {"paths": [], "truncated": False, "reason": reason}
