"""Joining by inference: parts that no record joins, but that follow each other on one machine; and new automation.

Inferred joins are labelled, carry their reason, and each can be cut by its id. They are narrow on purpose: a shared
machine and time alone would swallow what administrators do every day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt import ids
from graphhunt.incidents.formation import DAY, Formation, Part
from graphhunt.incidents.weights import Weights, weights

if TYPE_CHECKING:
    from graphhunt.incidents.by_hand import Tie
    from graphhunt.incidents.score import Unit

FROM_AFAR = frozenset({
    "remote_service", "remote_task", "remote_wmi", "remote_dcom", "remote_winrm", "remote_service_control", "fan_out",
    "who_am_i", "file_over_smb", "encoded_plain", "network_remote", "network_copy",
    "network_winrm", "network_smb", "network_rpc", "network_rdp", "network_ssh", "switched_on",
    "tool_service", "service_shell", "wmi_shell", "served_command", "driven_program", "access_ssh", "access_root",
})  # fmt: skip
"""Kinds that only say that somebody came from afar, as administrators do."""

STRONG, TELLING = 4.0, 2.0
"""Nats that one lead has in the earlier part, and in the later one."""

ANOTHER_ACCOUNT, SAME_ACCOUNT = DAY, 2 * DAY
"""How long after the earlier part's last lead the later one begins, µs."""

MOST_ACTS, MOST_MACHINES = 500, 25
"""What an incident holds at most; inferred joins beyond it are not made, and that is said."""

AUTOMATION = 15
"""Machines that one account reaches from one source on a day from which on it is one actor: new automation."""


class Join(NamedTuple):
    """An inferred join of two parts.

    Attributes:
        id: What it is cut by.
        earlier: Number of the earlier part.
        later: Number of the later part.
        reason: Why, in words.
        machine: Id of the machine both were on; None where they are one actor.
        gap: From the earlier part's last lead to the later one's first, µs; not below 0.
        evidence: A record of either side.
        by_hand: Whether an analyst made it.
    """

    id: str
    earlier: int
    later: int
    reason: str
    machine: str | None
    gap: int
    evidence: tuple[str, ...]
    by_hand: bool = False


class Joining:
    """Joins the parts of a formation.

    Args:
        formation: The parts.
        cut: Ids of joins that don't hold.
        given: The weights; the shipped ones by default.
        ties: Links by hand.
    """

    def __init__(
        self, formation: Formation, cut: Iterable[str] = (), given: Weights | None = None, ties: Iterable[Tie] = ()
    ) -> None:
        self._formation = formation
        self._ties = tuple(ties)
        self._cut = frozenset(cut) | {tie.join_id for tie in self._ties if tie.verdict == "cut"}
        self._weights = given or weights()
        self.notes: list[str] = []

    def groups(self) -> list[tuple[list[Part], list[Join]]]:
        """Give the parts of each incident, earliest first, with the joins between them."""
        parts = self._formation.parts
        roots = list(range(len(parts)))
        made: list[Join] = []
        for join in [*self._by_hand(parts), *self._automation(parts), *self._followed(parts)]:
            a, b = roots[join.earlier], roots[join.later]
            if a == b or self._is_cut(parts, join):
                continue
            together = [part for part, root in zip(parts, roots, strict=True) if root in (a, b)]
            if not join.by_hand and self._too_large(together):
                self.notes.append("an incident was not joined with another one, as it would be too large to read")
                continue
            roots = [min(a, b) if root in (a, b) else root for root in roots]
            made.append(join)
        return [
            ([part for part, own in zip(parts, roots, strict=True) if own == root],
             [join for join in made if roots[join.earlier] == root])
            for root in sorted(set(roots))
        ]  # fmt: skip

    def _is_cut(self, parts: list[Part], join: Join) -> bool:
        """Tell whether a join was cut: by its id, or by acts of its two sides, which outlast it."""
        if join.id in self._cut:
            return True
        cuts = [{tie.a, tie.b} for tie in self._ties if tie.verdict == "cut"]
        if not cuts or join.by_hand:
            return False
        earlier, later = self._acts(parts[join.earlier]), self._acts(parts[join.later])
        return any((pair & earlier) and (pair & later) for pair in cuts)

    def _acts(self, part: Part) -> set[str]:
        """Give the ids of the acts of a part's leads."""
        return {self._formation.acts.act(lead.vertex, [lead]).id for lead in part.leads}

    def _by_hand(self, parts: list[Part]) -> list[Join]:
        """Join what an analyst joined."""
        wanted = [tie for tie in self._ties if tie.verdict == "join"]
        owner = {act: i for i, part in enumerate(parts) for act in self._acts(part)} if wanted else {}
        found = []
        for tie in wanted:
            if tie.a in owner and tie.b in owner:
                pair = sorted((owner[tie.a], owner[tie.b]))
                gap = max(0, parts[pair[1]].leads[0].time - parts[pair[0]].leads[-1].time)
                reason = f"{tie.author}: {tie.reason}" if tie.reason else tie.author
                join = self._made(parts, (pair[0], pair[1]), reason, None, gap)
                found.append(join._replace(id=tie.id, by_hand=True))
        return found

    def _too_large(self, parts: list[Part]) -> bool:
        machines = {machine for part in parts for machine in self._formation.machines(part)}
        acts = sum(len({*part.hops, *(lead.vertex for lead in part.leads)}) for part in parts)
        return acts > MOST_ACTS or len(machines) > MOST_MACHINES

    def _followed(self, parts: list[Part]) -> list[Join]:
        """Join a part to one that was on the same machine before, the strongest earlier ones first."""
        scores = [self._formation.score([part]).total for part in parts]
        strongest = [self._strongest(part) for part in parts]
        over = [each > self._weights.line for each in scores]
        leading = [i for i, most in enumerate(strongest) if most >= STRONG or (most and over[i])]
        following = [i for i, most in enumerate(strongest) if most >= TELLING]
        found = []
        for a in sorted(leading, key=lambda i: (-scores[i], i)):
            for b in following:
                if a != b and parts[a].leads[0].time <= parts[b].leads[0].time:
                    found += self._join(parts, a, b)
        return found

    def _strongest(self, part: Part) -> float:
        """Give what its strongest lead weighs of those that say more than that somebody came from afar."""
        kinds = self._weights.kinds
        return max(
            (kinds[lead.kind].weight * lead.share for lead in part.leads if lead.kind not in FROM_AFAR), default=0.0
        )

    def _join(self, parts: list[Part], a: int, b: int) -> list[Join]:
        shared = self._formation.machines(parts[a]) & self._formation.machines(parts[b])
        gap = max(0, parts[b].leads[0].time - parts[a].leads[-1].time)
        same = bool(self._formation.accounts(parts[a]) & self._formation.accounts(parts[b]))
        if not shared or gap > (SAME_ACCOUNT if same else ANOTHER_ACCOUNT):
            return []
        reason = f"the machine had been taken over before; {'the same' if same else 'another'} account"
        return [self._made(parts, (a, b), reason, min(shared), gap)]

    def _made(self, parts: list[Part], pair: tuple[int, int], reason: str, machine: str | None, gap: int) -> Join:
        ends = [parts[i].leads[0] for i in pair]
        acts = [self._formation.acts.act(lead.vertex, [lead]).id for lead in ends]
        proof = tuple(lead.evidence[0] for lead in (parts[pair[0]].leads[-1], ends[1]))
        return Join(ids.digest("join", *acts, size=8), *pair, reason, machine, gap, proof)

    def _automation(self, parts: list[Part]) -> list[Join]:
        """Join the parts of one account that reaches many machines a day from one source: one actor."""
        many = self._actors()
        if not many:
            return []
        owned: dict[tuple[str | None, str], list[int]] = defaultdict(list)
        for i, part in enumerate(parts):
            actors = {unit[:2] for unit in self._units(part)}
            if len(actors) == 1 and actors <= many:
                owned[actors.pop()].append(i)
        reason = "one account reaches many machines from one source: new automation, or one actor"
        return [
            self._made(parts, (a, b), reason, None, max(0, parts[b].leads[0].time - parts[a].leads[-1].time))
            for numbers in owned.values()
            for a, b in pairwise(numbers)
        ]

    def _units(self, part: Part) -> Iterable[Unit]:
        return self._formation.units(part)

    def _actors(self) -> set[tuple[str | None, str]]:
        """List the accounts and sources that reach many machines on one day."""
        hops = self._formation.tables.hops.with_columns(day=pl.col("start") // DAY)
        reached = hops.group_by("user_id", "from_id", "day").agg(targets=pl.col("to_id").n_unique())
        many = reached.filter(pl.col("targets") > AUTOMATION).select("user_id", "from_id").unique()
        return set(many.iter_rows())
