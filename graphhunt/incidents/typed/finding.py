"""Finds boxes: by their ids, and of what relationships lead to; the incident's own where there is one."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.errors import MissingError
from graphhunt.incidents.typed.gathering import THINGS, Gathering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.incidents.typed.boxes import Box
    from graphhunt.incidents.typed.groups import Group
    from graphhunt.incidents.typed.picture import Picture

_LABELS = {
    "machine": ("Machine", "IP"),
    "account": ("User",),
    "thing": tuple(THINGS),
    "came": ("IP",),
    "called": ("IP",),
}
"""Labels of the entities that boxes other than groups of processes stand for, by what their ids begin with."""


class Finder:
    """Finds boxes of one picture.

    Args:
        picture: The graph of the incident.
    """

    def __init__(self, picture: Picture) -> None:
        self._picture, self._tables = picture, picture.tables
        self._outside = picture.incident.context.networks.outside
        self._made = Gathering(picture.tables, picture.groups, self._outside, {})
        self._things: dict[str, tuple[str | None, str | None]] = {}

    def box(self, id_: str) -> Box:
        """Give the box of an id.

        Raises:
            MissingError: There is no such box.
        """
        known = self._picture.gathered.boxes.get(id_)
        column, _, entity = id_.partition("|")
        found = known or (self._group(entity) if column == "process" else self._single(column, entity))
        if found is None or found.id != id_:
            raise MissingError(f"there is no box '{id_}'")
        return found

    def _group(self, id_: str) -> Box | None:
        group = self._picture.groups.named([id_]).get(id_)
        return self.whole(self.group(group)) if group else None

    def _single(self, column: str, id_: str) -> Box | None:
        for label in _LABELS.get(column, ()):
            if id_ in self._read(label, [id_]):
                if column == "machine":
                    return self._made.machine(id_)
                return self.entity(label, id_, column, "")
        return None

    def group(self, group: Group) -> Box:
        """Give the box of a group of processes; the incident's own where there is one, for it tells more."""
        made = self._made.group(group)
        return self._picture.gathered.boxes.get(made.id, made)

    def entity(self, label: str, id_: str, column: str, machine: str) -> Box:
        """Give the box of an entity that isn't a process.

        Args:
            label: Its label.
            id_: Its id.
            column: The column of the way that leads to it.
            machine: Id of the machine of a service, task or file where it tells none itself.
        """
        made = self._entity(label, id_, column, machine)
        return self._picture.gathered.boxes.get(made.id, made)

    def _entity(self, label: str, id_: str, column: str, machine: str) -> Box:
        if label == "User":
            return self._made.account(id_)
        if label == "Machine":
            return self._made.machine(id_)
        if label == "IP" and column == "called":
            return self._made.called(self._owners.get(id_, id_))
        if label == "IP":
            return self._made.place(id_)
        name, home = self._things.get(id_, (None, None))
        return self._made.thing(label, id_, home or machine, name)

    def know(self, label: str, ids: Iterable[str]) -> None:
        """Read the names and machines of services, tasks and files at once."""
        if label in THINGS:
            self._things |= self._read(label, ids)

    def _read(self, label: str, ids: Iterable[str]) -> dict[str, tuple[str | None, str | None]]:
        found = self._tables.snapshot.scan(label)
        if found is None:
            return {}
        own = found.filter(pl.col("id").is_in(sorted(ids)))
        if label not in THINGS:
            return {id_: (None, None) for (id_,) in own.select("id").collect().iter_rows()}
        rows = own.select("id", "name", "machine_id").collect().iter_rows()
        return {id_: (name, machine) for id_, name, machine in rows}

    @cached_property
    def _owners(self) -> dict[str, str]:
        """Machines by the addresses inside that they alone had."""
        had: dict[str, set[str]] = defaultdict(set)
        for machine, address in self._tables.edges("HAD_IP").select("from_id", "to_id").iter_rows():
            if address not in self._outside:
                had[address].add(machine)
        return {address: next(iter(machines)) for address, machines in had.items() if len(machines) == 1}

    def whole(self, box: Box) -> Box:
        """Let the box of a group that is no part of the incident stand for its processes that began in the window.

        Where none did, but some were seen at work there, it stands for all of them.
        """
        if not box.members:
            every = self._picture.groups.members(box.entity)
            began = every.filter(self._picture.window.column("start"))
            own = every if began.is_empty() else began
            for process, start, proof in own.select("id", "start", "evidence").iter_rows():
                box.members[process] = None
                box.add(start, proof or ())
        return box
