"""Finds the incidents of a case: leads, causes, formation, score, order and budget, with what was looked at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.errors import AnalysisError
from graphhunt.incidents.acts import Acts
from graphhunt.incidents.files import Arrivals
from graphhunt.incidents.formation import DAY, Formation
from graphhunt.incidents.incident import Context, Incident
from graphhunt.incidents.joining import Joining
from graphhunt.incidents.lead import Lead
from graphhunt.incidents.leads import leads_of
from graphhunt.incidents.links import links_of
from graphhunt.incidents.networks import Networks
from graphhunt.incidents.sentences import Writer
from graphhunt.incidents.tables import Tables
from graphhunt.incidents.weights import Weights, weights
from graphhunt.plain import counted
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.incidents.by_hand import Tie
    from graphhunt.incidents.stated_networks import Stated

BUDGET = 9
"""Units of reading per day of records."""

_TELLING = {
    "processes": ("Process", "what ran can't be seen (Security 4688, Sysmon 1)"),
    "remote logons": ("REMOTE_LOGON", "who came from where can't be seen (Security 4624, sshd)"),
    "connections": ("CONNECTED", "calls to the outside can't be seen (Sysmon 3, Security 5156)"),
    "services and tasks": ("INSTALLED", "what was installed from afar can't be seen (Security 4697, System 7045)"),
    "files written": ("WROTE", "files that came over the network can't be seen (Sysmon 11)"),
    "process access": ("ACCESSED", "theft of credentials from memory can't be seen (Sysmon 10, Security 4656)"),
}
"""Kinds of records that leads are made of: the table that shows them, and what is missed without."""

MEANING = (
    "A score orders what to read first: the strongest leads of one account from one source on one day, and a bounded "
    "bonus for what others add, in nats above the line. It is no probability."
)
"""What a score means, in one place for every answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked.

    Attributes:
        since: Leads from this time on, µs UTC.
        until: Leads before this time.
        networks: Inner networks beside those that follow from the records, in CIDR form.
        cut: Ids of inferred joins that don't hold, for this question alone.
        ties: Links by hand, which the casebook keeps.
        stated: What analysts stated of networks, which it keeps too.
    """

    since: int | None = None
    until: int | None = None
    networks: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()
    stated: tuple[Stated, ...] = ()


@dataclass(frozen=True)
class Found:
    """The incidents of a case, best first, and what was looked at."""

    incidents: tuple[Incident, ...]
    scope: dict[str, Any]
    notes: tuple[str, ...]

    @cached_property
    def owners(self) -> dict[str, Incident]:
        """The incident that an id means: its own, an older one, or the id of one of its acts."""
        found = {act.id: each for each in reversed(self.incidents) for act in each.acts}
        found |= {alias: each for each in self.incidents for alias in each.aliases}
        return found | {each.id: each for each in self.incidents}

    @cached_property
    def ranks(self) -> dict[str, int]:
        """The rank of each incident by its id; what is left out of a list keeps its own."""
        return {each.id: rank for rank, each in enumerate(self.incidents, 1)}


def incidents_of(snapshot: Snapshot, options: Options | None = None) -> Found:
    """Find the incidents of a snapshot, or give the answer to the same question from before."""
    asked = options or Options()
    return snapshot.remembered("incidents", asked, lambda: find(Tables(snapshot), asked))


def find(tables: Tables, options: Options, given: Weights | None = None) -> Found:
    """Find the incidents of a graph's tables.

    Raises:
        AnalysisError: A score isn't finite, or the check lead was not found, so that no answer can be believed.
    """
    networks, arrivals = Networks(tables, options.networks, options.stated), Arrivals(tables)
    leads = [lead for lead in leads_of(tables, networks, arrivals) if _asked(lead, options)]
    leads = _without_benign(tables, leads, options.ties)
    links = links_of(tables, networks, arrivals)
    formation = Formation(tables, leads, links, given)
    joining = Joining(formation, options.cut, given, options.ties)
    context = Context(formation, networks, Writer(tables))
    found = [Incident(context, parts, joins) for parts, joins in joining.groups()] if leads else []
    if not found:
        _check(tables, links, given)
    ordered = tuple(sorted(found, key=lambda incident: incident.order))
    return Found(ordered, _scope(tables, leads, links), tuple(dict.fromkeys(joining.notes)))


def _asked(lead: Lead, options: Options) -> bool:
    after = options.since is None or lead.time >= options.since
    return after and (options.until is None or lead.time < options.until)


def _without_benign(tables: Tables, leads: list[Lead], ties: Iterable[Tie]) -> list[Lead]:
    """Leave out the leads of acts that an analyst found benign."""
    benign = {tie.a for tie in ties if tie.verdict == "benign"}
    if not benign:
        return leads
    acts, own = Acts(tables), defaultdict[str, list[Lead]](list)
    for lead in sorted(leads, key=lambda lead: lead.time):
        own[lead.vertex].append(lead)
    acts.know(own)
    out = {vertex for vertex, its in own.items() if acts.act(vertex, its).id in benign}
    return [lead for lead in leads if lead.vertex not in out]


def _check(tables: Tables, links: pl.DataFrame, given: Weights | None) -> None:
    """Prove that "nothing" means nothing: a lead that is added in memory must come out.

    Raises:
        AnalysisError: It doesn't.
    """
    check = Lead("lsass_dump", "process|check", 0, "check", None, ("check",), {})
    parts = Formation(tables, [check], links, given).parts
    if [part.leads for part in parts] != [[check]]:
        raise AnalysisError("forming incidents failed: the check lead was not found")


def _scope(tables: Tables, leads: list[Lead], links: pl.DataFrame) -> dict[str, Any]:
    """Say what was looked at, and what could not be."""
    looked = {what: tables.snapshot.heights([table])[table] for what, (table, _) in _TELLING.items()}
    first, last, days = _recorded(tables)
    sure = dict(links.group_by("confidence").len().sort("confidence").iter_rows())
    return {
        "first": iso(first), "last": iso(last), "days": days, "looked_at": looked,
        "missing": {what: effect for what, (_, effect) in _TELLING.items() if not looked[what]},
        "leads": dict(sorted(Counter(lead.kind for lead in leads).items())), "links": sure,
        "prior": weights().prior, "line": weights().line, "meaning": MEANING,
    }  # fmt: skip


def _recorded(tables: Tables) -> tuple[int | None, int | None, int]:
    """Give the first and last moment of sessions, processes and flows, and on how many days there was any."""
    parts = [
        tables.edges("LOGGED_ON").get_column("start"), tables.processes.get_column("start"),
        tables.edges("FLOWED_TO").get_column("start"), tables.edges("REMOTE_LOGON").get_column("start"),
    ]  # fmt: skip
    times = pl.concat(parts).drop_nulls()
    if times.is_empty():
        return None, None, 0
    return int(times.min()), int(times.max()), (times // DAY).n_unique()  # type: ignore[arg-type]


def shown(
    found: Found, budget: int = BUDGET, left_out: Container[Incident] = ()
) -> tuple[list[Incident], list[Incident], int]:
    """Cut the list: those over the line that the budget allows, the best below it, and how many are held back.

    Args:
        found: The incidents.
        budget: Units of reading per day of records.
        left_out: Incidents that analysts are done with; they take nothing of the budget.
    """
    line = weights().line
    listed = [each for each in found.incidents if each not in left_out]
    over = [each for each in listed if each.score.total > line]
    units = max(1, found.scope["days"]) * budget
    chosen: list[Incident] = []
    for incident in over:
        if chosen and incident.cost > units:
            break
        units -= incident.cost
        chosen.append(incident)
    below = [each for each in listed if each.score.total <= line]
    return chosen, below[: max(0, _LEAST - len(chosen))], len(over) - len(chosen)


_LEAST = 3
"""Incidents that are listed where there are that many: fewer over the line are filled up from below it."""


def nothing_found(scope: dict[str, Any]) -> str:
    """Say that there is no incident, with what was looked at and what is missing."""
    looked = ", ".join(f"{number:,} {what}" for what, number in scope["looked_at"].items() if number)
    if not looked:
        return "nothing that incidents are made of is loaded: it takes records of logons, processes or connections"
    missing = "; ".join(scope["missing"].values())
    return f"no act is evidence of an intrusion among {looked}" + (f"; {missing}" if missing else "")


def lead_count(incident: Incident) -> str:
    """Say how many leads an incident has."""
    return counted(len(incident.leads), "lead")
