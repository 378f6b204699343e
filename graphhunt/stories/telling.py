"""What all stories of one graph are told from: its tables, networks, incidents and writer, read once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt.graph.weights import CHOSEN
from graphhunt.incidents.asked import inner_networks, options
from graphhunt.incidents.casework import Casework, changes_of
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.incidents.networks import PLATFORM, Networks, read_address
from graphhunt.incidents.tables import Tables, between_hosts
from graphhunt.incidents.weights import weights
from graphhunt.questions.coverage import coverage
from graphhunt.questions.recorded import recorded
from graphhunt.stories.writing import StoryWriter

if TYPE_CHECKING:
    from graphhunt.incidents.incident import Incident
    from graphhunt.incidents.lead import Lead
    from graphhunt.questions.pivots import Window
    from graphhunt.questions.question import Case

BACKGROUND = ("machine", "system", "anonymous")
"""Kinds of accounts that act for no person."""

_HOP = (
    "technique", "technique_name", "certainty", "remote_process", "remote_process_id", "logon_session_id", "user_id",
    "logon_type", "logon_id", "auth_package", "source_ip", "user_kind",
)  # fmt: skip
_SESSION = (
    "logon_session_id", "logon_id", "logon_type", "auth_package", "source_ip", "privileged", "open",
)  # fmt: skip


class Told(NamedTuple):
    """A lead, with the incident and the act it belongs to, and the account behind it."""

    incident: Incident
    lead: Lead
    account: str | None

    @property
    def weight(self) -> float:
        """What the lead is worth, nats."""
        return weights().kinds[self.lead.kind].weight * self.lead.share


class Telling:
    """What stories of one graph are told from.

    Args:
        case: The case.
    """

    def __init__(self, case: Case) -> None:
        self.workspace = case.workspace
        self.tables = Tables(case.snapshot)
        self.networks = Networks(self.tables, inner_networks({}))
        self.writer = StoryWriter(self.tables)
        self.found: Found = incidents_of(case.snapshot, options({}, case.workspace.path))
        self._edges: dict[tuple[str, ...], pl.DataFrame] = {}

    def edges(self, kind: str, *more: str) -> pl.DataFrame:
        """Give the relationships of a type, as `Tables.edges`; read once."""
        key = (kind, *more)
        if key not in self._edges:
            self._edges[key] = self.tables.edges(kind, *more)
        return self._edges[key]

    @property
    def casework(self) -> Casework:
        """What analysts stated of the incidents, as of now."""
        return Casework(self.found, changes_of(self.workspace.path))

    @cached_property
    def told(self) -> list[Told]:
        """Every lead of every incident, earliest first."""
        found = [
            Told(incident, lead, incident.doer(lead)) for incident in self.found.incidents for lead in incident.leads
        ]
        return sorted(found, key=lambda each: (each.lead.time, each.lead.vertex))

    @cached_property
    def processes(self) -> pl.DataFrame:
        """Every process with what its story says, and when it was first seen as `start` where no record tells."""
        more = self.tables.nodes("Process", "id", "pid", "end", "first_seen", "integrity", "parent_path")
        found = self.tables.processes.join(more, on="id", how="left")
        return found.with_columns(
            began=pl.coalesce("start", pl.col("first_seen").cast(pl.Int64)),
            program=pl.col("name").fill_null("?").str.to_lowercase(),
        )

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of each account by id."""
        return dict(self.tables.users.select("id", "kind").drop_nulls().iter_rows())

    @cached_property
    def logons(self) -> pl.DataFrame:
        """Every logon session of people and services, with where it came from if that is sure enough, earliest first.

        `from_id` is null where no record tells where it came from; `remote` tells whether it came over the network.
        """
        hops = self.edges("REMOTE_LOGON", *_HOP).filter(between_hosts() & (pl.col("certainty") >= CHOSEN))
        hops = hops.rename({"from_id": "source_id", "from_label": "source_label", "to_id": "machine_id"})
        sessions = self.edges("LOGGED_ON", *_SESSION).rename({"from_id": "user_id", "to_id": "machine_id"})
        sessions = sessions.select(*_SESSION, "user_id", "machine_id", "start", "end", "evidence")
        known = hops.drop_nulls("logon_session_id").unique("logon_session_id", keep="first", maintain_order=True)
        joined = sessions.join(
            known.select(
                "logon_session_id", "source_id", "source_label", "technique", "technique_name", "remote_process",
                "remote_process_id", proof="evidence",
            ),
            on="logon_session_id", how="left", maintain_order="left",
        )  # fmt: skip
        alone = hops.join(sessions.select("logon_session_id"), on="logon_session_id", how="anti")
        whole = pl.concat([joined, alone.rename({"evidence": "proof"})], how="diagonal")
        background = pl.col("user_id").replace_strict(self.kinds, default=None, return_dtype=pl.String)
        remote = pl.col("source_id").is_not_null() | pl.col("logon_type").is_in([3, 8, 10]).fill_null(value=False)
        empty = pl.lit([], pl.List(pl.String))
        return whole.with_columns(
            remote=remote, background=background.is_in(BACKGROUND).fill_null(value=False),
            evidence=pl.concat_list(pl.col("evidence").fill_null(empty), pl.col("proof").fill_null(empty)),
        ).drop("proof").sort("start", "logon_session_id", maintain_order=True)  # fmt: skip

    @cached_property
    def recorded(self) -> pl.DataFrame:
        """How many records of each kind each machine made per minute."""
        return recorded(self.workspace)

    @cached_property
    def missing(self) -> dict[str, dict[str, str]]:
        """What each machine's records can't show, by its id."""
        return {str(row["machine"]): row["missing"] for row in coverage(self.workspace)["machines"]}

    @cached_property
    def leases(self) -> pl.DataFrame:
        """Which machine had which address when: `machine_id`, `address`, `start`, `end`, `evidence`."""
        return self.edges("HAD_IP").select("start", "end", "evidence", machine_id="from_id", address="to_id")

    def where(self, address: str) -> tuple[str, tuple[str, ...]]:
        """Say whether an address is outside, inner, of the platform, or unknown, and why."""
        if address in self.networks.outside:
            return "outside", self.networks.outside[address]
        read = read_address(address)
        platform = (n for n in PLATFORM if read is not None and read.version == n.version and read in n)
        if next(platform, None) is not None:
            return "platform", ("a fixed address of platforms",)
        return ("unknown" if address in self._unknown else "inner"), ()

    @cached_property
    def _unknown(self) -> frozenset[str]:
        return frozenset(self.networks.unknown)


def telling(case: Case) -> Telling:
    """Give what stories are told from, the same as before while the graph, the setting and the links by hand are."""
    asked = (inner_networks({}), options({}, case.workspace.path))
    found: Telling = case.snapshot.remembered("stories", asked, lambda: Telling(case))
    return found


def within(frame: pl.DataFrame, window: Window, start: str = "start", end: str = "end") -> pl.DataFrame:
    """Give the rows of a window: what neither ended before it nor began at or after its end."""
    if window.until is not None:
        frame = frame.filter(pl.col(start) < window.until)
    if window.since is not None:
        frame = frame.filter(pl.max_horizontal(start, end) >= window.since)
    return frame
