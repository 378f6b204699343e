"""Groups of processes: those with one name, machine and account are one box, so that no two boxes look alike.

Programs that only hold others, such as `svchost.exe`, are told apart by what they hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.incidents.tables import Tables

KEYS = ("shown", "machine_id", "owner")
"""What the processes of a group have in common."""

_HOLDS = r"\s(-s\s+\S{1,100})"
_GROUP = r"\s(-k\s+\S{1,100})"
"""The service, or else the group of services, that svchost.exe names on its command line."""


class Group(NamedTuple):
    """One group of processes.

    Attributes:
        id: Id of its first process.
        shown: What it is called.
        machine: Id of the machine.
        account: Id of the account; None if none is known.
        size: Processes in it.
        spread: Machines of the case with processes of that name.
        seen: Processes of that name in the case.
        start: When its first process began, µs UTC.
    """

    id: str
    shown: str
    machine: str
    account: str | None
    size: int
    spread: int
    seen: int
    start: int


class Groups:
    """The groups of all processes of a case.

    Args:
        tables: The graph's tables.
    """

    def __init__(self, tables: Tables) -> None:
        line = pl.col("command_line")
        held = pl.coalesce(line.str.extract(_HOLDS), line.str.extract(_GROUP))
        name = pl.col("name").fill_null("unknown program")
        shown = pl.when((name == "svchost.exe") & held.is_not_null()).then(name + " " + held).otherwise(name)
        processes = tables.processes.select(
            "id", "start", "command_line", "evidence", "stub", shown=shown, base=name,
            machine_id=pl.col("machine_id").fill_null(""), owner=pl.col("user_id").fill_null(""),
        ).sort("start", "id", nulls_last=True)  # fmt: skip
        names = processes.group_by("base").agg(spread=pl.col("machine_id").n_unique(), seen=pl.len())
        made = processes.group_by(KEYS, maintain_order=True).agg(
            pl.col("base").first(), group=pl.col("id").first(), size=pl.len(), start=pl.col("start").min()
        )
        self.table = made.join(names, on="base", how="left", maintain_order="left")
        self.processes = processes.join(made.select(*KEYS, "group"), on=KEYS, how="left", maintain_order="left")

    def of(self, processes: Iterable[str]) -> dict[str, str]:
        """Give the id of the group of each process that is known, earliest first."""
        wanted = self.processes.filter(pl.col("id").is_in(sorted(set(processes))))
        return dict(wanted.select("id", "group").iter_rows())

    def named(self, ids: Iterable[str]) -> dict[str, Group]:
        """Give groups by their ids."""
        return self._read(self.table.filter(pl.col("group").is_in(sorted(set(ids)))))

    def on(self, machines: Iterable[str]) -> dict[str, Group]:
        """Give the groups of some machines."""
        return self._read(self.table.filter(pl.col("machine_id").is_in(sorted(set(machines)))))

    @staticmethod
    def _read(found: pl.DataFrame) -> dict[str, Group]:
        rows = found.select("group", *KEYS, "size", "spread", "seen", pl.col("start").fill_null(0)).iter_rows()
        groups = map(Group._make, rows)
        return {group.id: group._replace(account=group.account or None) for group in groups}

    def members(self, group: str) -> pl.DataFrame:
        """Give the processes of a group, earliest first, with their records."""
        return self.processes.filter(pl.col("group") == group)


def groups_of(snapshot: Snapshot, tables: Tables) -> Groups:
    """Give the groups of a case, or those from before while its graph is the same."""
    return snapshot.remembered("typed groups", (), lambda: Groups(tables))
