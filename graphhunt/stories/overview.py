"""The list of what has a story: machines, accounts and outside addresses, with what makes each worth opening."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import Entity
from graphhunt.incidents.weights import weights
from graphhunt.questions.pivots import Window
from graphhunt.questions.recorded import in_window, minutes_of, stretches
from graphhunt.stories.telling import BACKGROUND, Telling, Told, telling, within
from graphhunt.stories.writing import table
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.questions.question import Case


def overview(case: Case, window: Window = Window()) -> dict[str, Any]:  # noqa: B008
    """List machines, accounts and outside addresses, those with the heaviest leads first.

    Args:
        case: The case.
        window: The time that counts.

    Returns:
        `machines`, `accounts` and `addresses`, each a table: `leads` and the weight of the heaviest of each kind
        (nats), `incidents` by rank, first and last time, and what is counted of it.
    """
    return _Overview(telling(case), window).lists()


class _Overview:
    """Makes the lists.

    Args:
        told: What stories are told from.
        window: The time that counts.
    """

    def __init__(self, told: Telling, window: Window) -> None:
        self._told = told
        self._window = window
        self._leads: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for each in told.told:
            if _holds(window, each.lead.time):
                for key in _concerned(each):
                    self._leads[key].append(each)
        self._incidents = _members(told)
        self._logons = within(told.logons, window)

    def lists(self) -> dict[str, Any]:
        """Give the three lists."""
        return {"machines": self._machines(), "accounts": self._accounts(), "addresses": self._addresses()}

    def _worth(self, label: str, id_: str) -> dict[str, Any]:
        """Give what makes one worth opening."""
        leads = self._leads.get((label, id_), [])
        heaviest: dict[str, float] = {}
        for each in leads:
            heaviest[each.lead.kind] = max(heaviest.get(each.lead.kind, 0), each.weight)
        return {
            "id": id_, "leads": len(leads), "weight": round(sum(heaviest.values()), 4),
            "kinds": sorted(heaviest, key=lambda kind: (-heaviest[kind], kind)),
            "incidents": self._incidents.get((label, id_), []),
        }  # fmt: skip

    def _machines(self) -> dict[str, Any]:
        told = self._told
        recorded = in_window(told.recorded, self._window)
        own = {str(key[0]): frame for key, frame in recorded.group_by("machine")}
        accounts = self._counted(self._logons, "machine_id", "user_id")
        columns = ("id", "name", "fqdn", "role", "ips", "stub", "first_seen", "last_seen")
        rows = []
        for row in told.tables.nodes("Machine", *columns).iter_rows(named=True):
            frame = own.get(row["id"], recorded.clear())
            first, last = frame.select(pl.col("first").min(), pl.col("last").max()).row(0)
            rows.append({
                **self._worth("Machine", row["id"]), "name": row["name"] or row["id"], "fqdn": row["fqdn"],
                "role": row["role"], "addresses": row["ips"] or [], "records": int(frame.get_column("records").sum()),
                "minutes": minutes_of(stretches(frame)), "accounts": accounts.get(row["id"], 0),
                "start": iso(first or row["first_seen"]), "end": iso(last or row["last_seen"]),
            })  # fmt: skip
        return table(_sorted(rows, "records"))

    def _accounts(self) -> dict[str, Any]:
        told = self._told
        machines = self._counted(self._logons, "user_id", "machine_id")
        logons = dict(self._logons.group_by("user_id").len().drop_nulls().iter_rows())
        columns = ("id", "name", "domain", "kind", "first_seen", "last_seen")
        rows = [
            {
                **self._worth("User", row["id"]), "name": row["name"] or row["id"], "domain": row["domain"],
                "account_kind": row["kind"], "machines": machines.get(row["id"], 0), "logons": logons.get(row["id"], 0),
                "start": iso(row["first_seen"]), "end": iso(row["last_seen"]),
            }
            for row in told.tables.nodes("User", *columns).iter_rows(named=True)
        ]  # fmt: skip
        persons = [row for row in rows if row["account_kind"] not in BACKGROUND or row["leads"]]
        return table(_sorted(persons, "logons"), background=len(rows) - len(persons))

    def _addresses(self) -> dict[str, Any]:
        told = self._told
        made = within(told.edges("CONNECTED"), self._window)
        flows = within(told.edges("FLOWED_TO"), self._window)
        calls = pl.concat([frame.select("from_id", "to_id", "start", "end", "count") for frame in (made, flows)])
        came = self._logons.drop_nulls("source_id").group_by("source_id").agg(logons=pl.len())
        logons = dict(came.iter_rows())
        totals = calls.group_by("to_id").agg(
            pl.col("start").min(), pl.col("end").max(), count=pl.col("count").fill_null(1).sum(),
            callers=pl.col("from_id").n_unique(),
        )  # fmt: skip
        counted = {row["to_id"]: row for row in totals.iter_rows(named=True)}
        rows = [
            {
                **self._worth("IP", address), "name": address, "reasons": list(reasons),
                "calls": own.get("count", 0), "callers": own.get("callers", 0), "logons": logons.get(address, 0),
                "start": iso(own.get("start")), "end": iso(own.get("end")),
            }
            for address, reasons in told.networks.outside.items()
            for own in [counted.get(address, {})]
        ]  # fmt: skip
        return table(_sorted(rows, "logons"))

    @staticmethod
    def _counted(frame: pl.DataFrame, by: str, what: str) -> dict[str, int]:
        persons = frame.filter(~pl.col("background")) if by == "machine_id" else frame
        return dict(persons.group_by(by).agg(pl.col(what).n_unique()).drop_nulls().iter_rows())


def _sorted(rows: list[dict[str, Any]], then: str) -> list[dict[str, Any]]:
    """Put the heaviest first, then those that most is known of."""
    return sorted(rows, key=lambda row: (-row["weight"], -row[then], row["name"], row["id"]))


def _members(told: Telling) -> dict[tuple[str, str], list[int]]:
    """Give the ranks of the incidents over the line by whom they concern, but for those that analysts are done with."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    casework = told.casework
    for rank, each in enumerate(told.found.incidents, 1):
        if each.score.total > weights().line and not casework.of(each).left_out:
            for label, ids in (("Machine", each.machines), ("User", each.accounts), ("IP", each.outside)):
                for id_ in ids:
                    found[label, id_].append(rank)
    return found


def _holds(window: Window, time: int) -> bool:
    return (window.since is None or time >= window.since) and (window.until is None or time < window.until)


def _concerned(told: Told) -> set[tuple[str, str]]:
    """Tell the machine, account and addresses that a lead concerns."""
    lead = told.lead
    facts = {(fact.label, fact.id) for fact in lead.facts.values() if isinstance(fact, Entity) and fact.label == "IP"}
    sources = {(label, lead.source) for label in ("Machine", "IP") if lead.source}
    mine = {("Machine", lead.machine), ("IP", lead.machine)}
    return facts | sources | mine | ({("User", told.account)} if told.account else set())
