"""The directory's rights as a graph to walk: from a machine, who could act on which other, and through what."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.graph.possible import TYPES

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot

TAKING_OVER = frozenset({
    "genericall", "genericwrite", "owns", "writeowner", "writedacl", "allextendedrights", "forcechangepassword",
    "addmember", "addself", "addkeycredentiallink", "addallowedtoact", "allowedtoact", "allowedtodelegate",
    "readlapspassword", "readgmsapassword", "synclapspassword", "hassidhistory", "dumpsmsapassword",
    "writeaccountrestrictions", "writespn", "sqladmin",
})  # fmt: skip
"""Rights of POSSIBLE_CONTROL that give its holder the other object; the rest is not walked."""

MOST_STEPS = 12
"""Most rights in a row between two machines."""

Node = tuple[str, str]
"""Label and id."""

_WALKED = tuple(kind for kind in TYPES if kind != "POSSIBLE_CONTROL")


class Step(NamedTuple):
    """One right: who holds it, over what, and whether a logon used it."""

    start: Node
    end: Node
    relation: str
    row: dict[str, Any]


class Directory:
    """The POSSIBLE_* relationships of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def steps(self) -> dict[Node, list[Step]]:
        """Every right that is walked, by its holder."""
        found: dict[Node, list[Step]] = defaultdict(list)
        for step in self._rows():
            found[step.start].append(step)
        return found

    @cached_property
    def names(self) -> dict[Node, str]:
        """Display name of every node of the directory, of machines and of accounts."""
        found: dict[Node, str] = {}
        for label in ("Machine", "User", "Group", "DirectoryObject"):
            table = self.snapshot.table(label)
            if table is not None:
                found |= {(label, key): name or key for key, name in table.select("id", "name").iter_rows()}
        return found

    def name(self, node: Node) -> str:
        """Give a node's display name."""
        return self.names.get(node, node[1])

    def _rows(self) -> Iterator[Step]:
        for kind in TYPES:
            table = self.snapshot.table(kind)
            for row in table.iter_rows(named=True) if table is not None else ():
                if kind in _WALKED or row["right"].lower() in TAKING_OVER:
                    start, end = (row["from_label"], row["from_id"]), (row["to_label"], row["to_id"])
                    yield Step(start, end, kind, row)

    def hops(self, machine: str) -> dict[str, tuple[Step, ...]]:
        """Give, per machine that could be taken from one, the fewest rights in a row that lead there."""
        origin: Node = ("Machine", machine)
        before: dict[Node, Step | None] = {origin: None}
        depth = {origin: 0}
        queue, found = deque([origin]), {}
        while queue:
            node = queue.popleft()
            for step in self.steps.get(node, ()) if depth[node] < MOST_STEPS else ():
                if step.end in before:
                    continue
                before[step.end], depth[step.end] = step, depth[node] + 1
                # A machine ends the hop: going on from there is the next one.
                if step.end[0] == "Machine":
                    found[step.end[1]] = _way(before, step.end)
                else:
                    queue.append(step.end)
        return found

    def towards(self, target: str, observed: dict[str, set[str]]) -> dict[str, int]:
        """Give the fewest hops from every machine to one, whatever the times; `observed` holds sources by target."""
        into: dict[Node, list[Node]] = defaultdict(list)
        for steps in self.steps.values():
            for step in steps:
                into[step.end].append(step.start)
        hops: dict[Node, int] = {("Machine", target): 0}
        queue = deque([("Machine", target)])
        while queue:
            node = queue.popleft()
            # Only a step into a machine is a hop; the rights before it are part of it.
            cost = hops[node] + (node[0] == "Machine")
            logons = observed.get(node[1], ()) if node[0] == "Machine" else ()
            for source in [*into.get(node, ()), *(("Machine", one) for one in logons)]:
                if cost < hops.get(source, 1 << 30):
                    hops[source] = cost
                    (queue.append if node[0] == "Machine" else queue.appendleft)(source)
        return {node[1]: count for node, count in hops.items() if node[0] == "Machine"}


def _way(before: dict[Node, Step | None], end: Node) -> tuple[Step, ...]:
    way = []
    step = before[end]
    while step is not None:
        way.append(step)
        step = before[step.start]
    return tuple(reversed(way))
