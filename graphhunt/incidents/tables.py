"""The tables of the graph that incidents are made of, each with the columns that are needed; none needs a database."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.weights import CHOSEN
from graphhunt.graph.wellknown import SYSTEM_LOGONS
from graphhunt.schema import NODES, RELATIONSHIPS, TYPES

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot

POLARS: dict[type, pl.DataType] = {
    str: pl.String(), int: pl.Int64(), bool: pl.Boolean(), float: pl.Float64(),
}  # fmt: skip
"""Types of columns, as polars has them; lists are lists of text."""

ENDS = ("id", "from_id", "from_label", "to_id", "to_label", "start", "end", "count", "evidence")
"""Columns that every table of relationships has."""

_PROCESS = (
    "id", "name", "path", "command_line", "machine_id", "user_id", "logon_session_id", "remote_session_id", "start",
    "stub", "imphash", "original_file_name",
)  # fmt: skip
_BACKGROUND = ("machine", "system", "anonymous")
"""Kinds of accounts that act for no person."""


class Tables:
    """The tables of one snapshot, read when first asked for; one that the graph lacks is empty.

    Args:
        snapshot: The graph's tables.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def edges(self, kind: str, *more: str) -> pl.DataFrame:
        """Give the relationships of a type: the columns of `ENDS` and the named ones."""
        return self._columns(kind, (*ENDS, *more))

    def nodes(self, label: str, *columns: str) -> pl.DataFrame:
        """Give the nodes of a label with the named columns."""
        return self._columns(label, columns)

    def _columns(self, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
        found = self.snapshot.scan(name)
        if found is None:
            return pl.DataFrame(schema={column: _type(name, column) for column in columns})
        return found.select(columns).collect()

    @cached_property
    def processes(self) -> pl.DataFrame:
        """Every process, with its records (`evidence`); its account by its session where no record names it."""
        sessions = self.edges("LOGGED_ON", "logon_session_id").drop_nulls("logon_session_id")
        owners = sessions.select("logon_session_id", owner="from_id").unique("logon_session_id", keep="any")
        found = self.nodes("Process", *_PROCESS).join(owners, on="logon_session_id", how="left")
        found = found.with_columns(user_id=pl.coalesce("user_id", "owner")).drop("owner")
        ran = self.edges("RAN").select(id="to_id", evidence="evidence").unique("id", keep="first", maintain_order=True)
        return found.join(ran, on="id", how="left")

    @cached_property
    def hops(self) -> pl.DataFrame:
        """Remote logons of people and their services that are certain enough for paths, earliest first."""
        found = self.edges(
            "REMOTE_LOGON", "user_id", "user_name", "user_kind", "logon_type", "technique", "technique_name",
            "technique_reason", "technique_level", "credential_technique", "credential_session_id", "logon_session_id",
            "act", "certainty", "confidence", "witnesses", "origin_process_id", "remote_process_id", "remote_process",
            "origin_session_id", "caused_by", "cause_process_id", "cause_how", "cause_certainty", "cause_proved",
            "cause_reason", "cause_candidates", "credential_switch", "source_ip",
            "doubt", "stated_name",
        )  # fmt: skip
        person = ~pl.col("user_kind").is_in(_BACKGROUND).fill_null(value=False)
        sure = found.filter(person & between_hosts() & (pl.col("certainty") >= CHOSEN))
        return sure.with_columns(vertex=hop_vertex()).sort("start", "id")

    @cached_property
    def sessions(self) -> pl.DataFrame:
        """Logon sessions of people and their services, earliest first."""
        found = self.edges(
            "LOGGED_ON", "logon_id", "logon_session_id", "logon_type", "source_ip", "logon_group", "outbound_user",
            "privileged", "open",
        )  # fmt: skip
        kinds = self.users.select(from_id="id", user_kind="kind")
        own = pl.col("logon_id").is_in(SYSTEM_LOGONS) | pl.col("user_kind").is_in(_BACKGROUND)
        return found.join(kinds, on="from_id", how="left").filter(~own.fill_null(value=False)).sort("start", "id")

    @cached_property
    def users(self) -> pl.DataFrame:
        """Every account."""
        return self.nodes("User", "id", "name", "kind")

    @cached_property
    def machines(self) -> pl.DataFrame:
        """Every machine; `stub` where it logged nothing itself."""
        return self.nodes("Machine", "id", "name", "stub", "role")

    @cached_property
    def names(self) -> dict[str, str]:
        """Shown names of machines, accounts and processes by id; an address is its own name."""
        parts = [frame.select("id", "name").drop_nulls().iter_rows() for frame in (self.machines, self.users)]
        return {id_: name for part in parts for id_, name in part}

    @cached_property
    def works(self) -> dict[str, str]:
        """Names of services and tasks by id."""
        parts = [self.nodes(label, "id", "name").drop_nulls() for label in ("Service", "ScheduledTask")]
        return {id_: name for part in parts for id_, name in part.iter_rows()}

    @cached_property
    def programs(self) -> dict[str, str]:
        """Name of the program of each process that has one."""
        return dict(self.processes.select("id", "name").drop_nulls().iter_rows())


def between_hosts() -> pl.Expr:
    """Tell of remote logons those that neither begin nor end in a realm of a cloud."""
    return pl.col("from_label").ne_missing("Realm") & pl.col("to_label").ne_missing("Realm")


def hop_vertex() -> pl.Expr:
    """Give the vertex of a remote logon: its session, or itself where that isn't known."""
    session = pl.lit("session|") + pl.col("logon_session_id")
    return pl.coalesce(session, pl.lit("hop|") + pl.col("id"))


def vertex(kind: str, column: str) -> pl.Expr:
    """Give the vertices of a column of ids: `process`, `session`, `work` (a service or task) or `host`."""
    return pl.lit(f"{kind}|") + pl.col(column)


def _type(name: str, column: str) -> pl.DataType:
    """Give the type of a column by the schema; the ends and ids are text."""
    kind = RELATIONSHIPS.get(name) or NODES[name]
    declared = {each.name: TYPES[each.type] for each in kind.columns}
    common: dict[str, object] = {"start": int, "end": int, "count": int, "evidence": list[str]}
    python = declared.get(column, common.get(column, str))
    return POLARS[python] if isinstance(python, type) and python in POLARS else pl.List(pl.String())
