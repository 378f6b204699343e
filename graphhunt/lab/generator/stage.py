"""Runs one day: honest units and intrusions in one order of time, into the feed."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.cells import all_intrusions
from graphhunt.lab.generator.daily import Day
from graphhunt.lab.generator.playing import BurstPlayer, IntrusionPlayer, logon_key
from graphhunt.lab.generator.scenario import Burst, Intrusion, bursts_of, decoy_logons
from graphhunt.lab.generator.scene import Scene
from graphhunt.lab.generator.truth import Chain, Decoy, Hop
from graphhunt.lab.generator.unusual import honest_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.lab.generator.actors import Session
    from graphhunt.lab.generator.feed import Feed
    from graphhunt.lab.generator.world import World

_DECOY_NAMES = {
    b.KIND_SWEEP: "sweep",
    b.KIND_SCAN: "scanner",
    b.KIND_BACKUP: "backup",
    b.KIND_REVERSED: "reversed",
}
# A decoy's hops are listed up to this number; the truth is to be read, not to be a second copy of the data.
_DECOY_HOPS = 200


class Stage:
    """One day in progress.  ``later`` schedules what an intruder does next; ``run`` plays everything."""

    def __init__(
        self,
        world: World,
        day: int,
        feed: Feed,
        plans: tuple[list[Intrusion], list[Burst]] | None = None,
    ) -> None:
        self.scene = Scene(world, day, feed)
        self._feed = feed
        self._pending: list[tuple[int, int, Callable[[int], None]]] = []
        self._scheduled = 0
        self._decoys: dict[tuple[str, int], Decoy] = {}
        intrusions, bursts = plans or (all_intrusions(world, day), bursts_of(world, day))
        self._players = [IntrusionPlayer(self.scene, self.later, plan) for plan in intrusions]
        self._bursts = [BurstPlayer(self.scene, self.later, plan) for plan in bursts]
        logons = honest_day(world, day)
        if world.config.decoys:
            logons = b.sort_logons(b.concatenate([logons, decoy_logons(world, day)]))
        self._day = Day(self.scene, logons, self._note)

    @property
    def chains(self) -> list[Chain]:
        """Return the truth about the intrusions played so far."""
        return [player.chain for player in self._players]

    @property
    def bursts(self) -> list[Chain]:
        """Return the truth about the bursts played so far."""
        return [player.chain for player in self._bursts]

    @property
    def decoys(self) -> list[Decoy]:
        """Return the harmless look-alikes played so far."""
        return list(self._decoys.values())

    def later(self, t: int, act: Callable[[int], None]) -> None:
        """Schedule ``act`` for the time ``t`` (µs), which it gets as its argument."""
        self._scheduled += 1
        heapq.heappush(self._pending, (t, self._scheduled, act))

    def run(self) -> None:
        """Play the day to its end."""
        for t, unit, index in self._day.units.tolist():
            self._catch_up(t)
            self._feed.advance(t)
            self._day.play(t, unit, index)
        self._catch_up(None)

    def _catch_up(self, now: int | None) -> None:
        while self._pending and (now is None or self._pending[0][0] <= now):
            t, _, act = heapq.heappop(self._pending)
            self._feed.advance(t)
            act(t)

    def _note(self, kind: int, source: str, session: Session) -> None:
        name = _DECOY_NAMES.get(kind)
        if name is None:
            return
        account = session.account
        key = (name, account.number)
        if key not in self._decoys:
            number = f"{name}-{self.scene.day}-{account.name}"
            self._decoys[key] = Decoy(number, name, account.full, [])
        hops = self._decoys[key].hops
        if len(hops) < _DECOY_HOPS:
            hops.append(Hop(session.started, source, session.host.name, account.full, name, logon_key(session)))
