"""`paths --edges possible|both`: asks for paths over the directory's rights, and writes them as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.lateral.directory import Directory, Step
from graphhunt.lateral.hops import Details, describe_hop
from graphhunt.lateral.paths import Hop
from graphhunt.lateral.possible_paths import Ask, Found, Link, possible_paths
from graphhunt.schema import EVIDENCE_CAP
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths import LogonTable

TECHNIQUES = {
    "canrdp": ("T1021.001", "Remote Desktop Protocol"), "canpsremote": ("T1021.006", "Windows Remote Management"),
    "executedcom": ("T1021.003", "Distributed Component Object Model"),
    "adminto": ("T1021.002", "SMB/Windows Admin Shares"),
}  # fmt: skip
"""ATT&CK technique by the right that allows it."""

NO_RIGHTS = "no directory's rights are loaded: load SharpHound's or an OpenGraph file first"


def mixed_paths(snapshot: Snapshot, table: LogonTable | None, ask: Ask) -> dict[str, Any]:
    """Find paths over possible rights, and observed logons where asked.

    Raises:
        UsageError: Neither a begin nor an end is named.
    """
    if ask.sources is None and ask.targets is None:
        raise UsageError("paths over possible rights need an end", hint="name --from, --to or both")
    directory = Directory(snapshot)
    if not directory.steps:
        return {"paths": [], "truncated": False, "reason": NO_RIGHTS}
    found = possible_paths(directory, table, ask)
    return _Writer(snapshot, directory, table).write(found)


_MEANING = (
    "Rights have no score of the hunt: the score of these paths is ten over the cost of their hops, so that the "
    "easiest comes first."
)


class _Writer:
    """Writes paths of links as the JSON of `graphhunt paths`."""

    def __init__(self, snapshot: Snapshot, directory: Directory, table: LogonTable | None) -> None:
        self.snapshot = snapshot
        self.directory = directory
        self.table = table
        self.details: dict[int, dict[str, Any]] = {}

    def write(self, found: Found) -> dict[str, Any]:
        """Write the result; an empty one says why."""
        rows = sorted({link.row for _, path in found.paths for link in path if link.row >= 0})
        if self.table is not None and rows:
            self.details = Details(self.snapshot).of(self.table, rows)
        written: dict[str, Any] = {
            "paths": [self._path(cost, path) for cost, path in found.paths], "truncated": found.truncated,
        }  # fmt: skip
        written["meaning"] = _MEANING
        if not found.exact:
            written["notes"] = ["the search stopped at its budget: a path may be missing"]
        if not found.paths:
            written["reason"] = "no chain of possible rights and logons fits; widen the hops or the times"
        return written

    def _path(self, cost: float, path: tuple[Link, ...]) -> dict[str, Any]:
        hops = [self._possible(link) if link.steps else self._observed(link) for link in path]
        possible = [hop for hop in hops if hop["kind"] == "possible"]
        unused = sum(hop["used"] is not True for hop in possible)
        counts = (
            f"{len(hops) - len(possible)} observed hops, {len(possible)} possible ones, {unused} of them not seen used"
        )
        reasons = [counts, *(reason for hop in hops for reason in hop["reasons"])]
        return {"score": round(10.0 / cost, 4), "reasons": reasons, "hops": hops}

    def _observed(self, link: Link) -> dict[str, Any]:
        table, row = self.table, link.row
        if table is None:
            raise UsageError("there is no logon table")
        start, end = int(table.t[row]), int(table.end[row])
        hop = Hop(int(table.src[row]), int(table.dst[row]), int(table.acct[row]), (row,), start, end, 0.0, ())
        unscored = {"score": None, "scored": False}
        return {"kind": "observed", **describe_hop(table, hop, [self.details[row]]), **unscored}

    def _possible(self, link: Link) -> dict[str, Any]:
        last, names = link.steps[-1], self.directory.name
        row = last.row
        user = next((step.end for step in link.steps if step.end[0] == "User"), None)
        technique = TECHNIQUES.get(row["right"].lower(), ("T1078", "Valid Accounts"))
        proof = dict.fromkeys(event for step in link.steps for event in step.row["evidence"])
        return {
            "kind": "possible", "from": names(("Machine", link.source)), "to": names(("Machine", link.target)),
            "user": names(user) if user else None, "user_id": user[1] if user else None, "logon_type": None,
            "technique": technique[0], "technique_name": technique[1], "technique_reason": f"{row['right']} allows it",
            "start": None, "end": None, "logon_id": None, "evidence": list(proof)[:EVIDENCE_CAP],
            "confidence": "possible", "right": row["right"], "used": row["used"], "used_logons": row["used_logons"],
            "first_used": iso(row["first_used"]), "last_used": iso(row["last_used"]),
            "from_id": link.source, "from_label": "Machine", "to_id": link.target,
            "relationship_id": row["id"], "relationship_ids": [step.row["id"] for step in link.steps],
            "steps": [self._step(step) for step in link.steps], "reasons": [self._words(link)],
        }  # fmt: skip

    def _step(self, step: Step) -> dict[str, Any]:
        return {
            "from": self.directory.name(step.start), "from_id": step.start[1], "from_label": step.start[0],
            "relation": step.relation, "right": step.row["right"], "to": self.directory.name(step.end),
            "to_id": step.end[1], "to_label": step.end[0], "used": step.row["used"],
            "relationship_id": step.row["id"], "evidence": step.row["evidence"],
        }  # fmt: skip

    def _words(self, link: Link) -> str:
        """Say the rights in a row, and whether the last was used."""
        names = self.directory.name
        chain = names(link.steps[0].start) + "".join(f" -{s.row['right']}-> {names(s.end)}" for s in link.steps)
        row = link.steps[-1].row
        if row["used"] is None:
            return f"{chain}; logons can't tell whether it was used"
        if not row["used"]:
            return f"{chain}; no observed logon used it"
        return f"{chain}; used by {row['used_logons']} logons, last {iso(row['last_used'])}"
