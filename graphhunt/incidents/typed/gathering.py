"""Gathers boxes and edges: each is made once, whoever speaks of it, and takes in the records of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.incidents.typed.boxes import Box, Edge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.incidents.tables import Tables
    from graphhunt.incidents.typed.groups import Group, Groups

THINGS = {"Service": "service", "ScheduledTask": "task", "File": "file"}
"""Labels of the column of things, with the kinds of their boxes."""


class Gathering:
    """Boxes and edges so far.

    Args:
        tables: The graph's tables.
        groups: The groups of all processes.
        outside: Addresses that are outside.
        addresses: Addresses of machines by the machine's id.
    """

    def __init__(
        self, tables: Tables, groups: Groups, outside: Iterable[str], addresses: Mapping[str, list[str]]
    ) -> None:
        self._tables, self._groups = tables, groups
        self._outside, self._addresses = frozenset(outside), addresses
        self.boxes: dict[str, Box] = {}
        self.edges: dict[str, Edge] = {}

    def machine(self, place: str) -> Box:
        """Give the box of a machine, or of an address of which no machine is known."""
        known = place in self._tables.names
        kind = "machine" if known else "unknown"
        had = self._addresses.get(place, [])
        notes = had[:1] if known else ["no records of its own"]
        box = Box(f"machine|{place}", "machine", kind, "Machine" if known else "IP", place,
                  self._tables.names.get(place, place), {place: None}, notes=notes)  # fmt: skip
        return self.boxes.setdefault(box.id, box)

    def account(self, account: str) -> Box:
        """Give the box of an account."""
        name = self._tables.names.get(account, account)
        return self.boxes.setdefault(
            f"account|{account}", Box(f"account|{account}", "account", "account", "User", account, name)
        )

    def place(self, source: str) -> Box:
        """Give the box of where somebody came from: of a machine, or of an outside address."""
        return self._address("came", source) if source in self._outside else self.machine(source)

    def called(self, address: str) -> Box:
        """Give the box of an address that something talked to."""
        return self._address("called", address) if address in self._outside else self.machine(address)

    def _address(self, column: str, address: str) -> Box:
        box = Box(f"{column}|{address}", column, "address", "IP", address, address)
        return self.boxes.setdefault(box.id, box)

    def thing(self, label: str, id_: str, machine: str, name: str | None = None) -> Box:
        """Give the box of a service, a task or a file, and add a machine it was seen on."""
        shown = name or self._tables.works.get(id_) or id_
        box = self.boxes.setdefault(
            f"thing|{id_}", Box(f"thing|{id_}", "thing", THINGS[label], label, id_, _last(shown))
        )
        box.machines[machine] = None
        return box

    def process(self, process: str, group: Group) -> Box:
        """Give the box of a process's group, and add the process to what it stands for."""
        box = self.group(group)
        box.members[process] = None
        return box

    def group(self, group: Group) -> Box:
        """Give the box of a group."""
        box = Box(f"process|{group.id}", "process", "process", "Process", group.id, group.shown,
                  {group.machine: None}, account=group.account, of=group.size)  # fmt: skip
        return self.boxes.setdefault(box.id, box)

    def edge(self, kind: str, start: Box, end: Box, proof: Iterable[str]) -> Edge:
        """Give the edge of a kind between two boxes, with more records of it."""
        made = Edge(kind, start.id, end.id)
        edge = self.edges.setdefault(made.id, made)
        edge.count += 1
        edge.proof.update(dict.fromkeys(proof))
        return edge


def _last(path: str) -> str:
    """Give the last part of a path as it is written; all of it where that is empty."""
    return path.replace("/", "\\").rstrip("\\").rpartition("\\")[2] or path
