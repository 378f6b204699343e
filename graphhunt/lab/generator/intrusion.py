"""Intruders that move through the columnar logons: three goals times four levels of stealth.

The cells follow the threat model published with Hopper (USENIX Security 2021): exploration ends with the first
stolen credential that opened something new, spread takes all it can get, and a targeted intruder wants one of
the valuable servers.  A stealthy one keeps to source-destination pairs that were used before, to credentials
that were active on the source within a day, or to both.

Beside its cell an intrusion has a style: most steal credentials; some live off the land with the account they began
with, on pairs it always used; some only use remote desktops, or SSH.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.footholds import Foothold, find_foothold, local_logon

if TYPE_CHECKING:
    from graphhunt.lab.generator.history import History
    from graphhunt.lab.generator.world import World

GOALS = ("exploration", "spread", "targeted", "star")
STAR = 3
STEALTH_NONE, STEALTH_PAIRS, STEALTH_ACTIVE, STEALTH_FULL = range(4)
STYLES = ("usual", "land", "rdp", "ssh")
USUAL, LAND, RDP_ONLY, SSH_ONLY = STYLES
_QUIET_STYLES = (LAND, RDP_ONLY)
_EXPOSED_US = 7 * DAY_US
_MEMORY_US = 30 * DAY_US

_TECHNIQUES = ("psexec", "smbexec", "wmi", "winrm", "dcom", "schtask", "rdp", "pth")
_LEAST_QUIET_HOPS = 3
_MOST_TRIES = 12
_DESK_SHARE = 0.3
_SLOW_MEDIAN_S = 20 * 3600.0
_LOUD = np.array([0.30, 0.10, 0.20, 0.15, 0.05, 0.05, 0.10, 0.05])
_QUIET = np.array([0.05, 0.0, 0.25, 0.30, 0.05, 0.08, 0.27, 0.0])


@dataclass(frozen=True)
class Hop:
    """One movement: ``acct`` from ``src`` to ``dst`` at ``t`` (µs); ``stolen_on`` is -1 or where it was stolen.

    One that is not ``ok`` was tried and refused.  ``within`` and ``as_acct`` are the time and the account of the
    logon whose session it was made in, -1 at the foothold's desk.
    """

    t: int
    src: int
    dst: int
    acct: int
    technique: str
    stolen_on: int
    ok: bool = True
    within: int = -1
    as_acct: int = -1


@dataclass(frozen=True)
class Plan:
    """A finished intrusion: its cell, its foothold, its hops in time order, failed ones included, and its style."""

    goal: int
    stealth: int
    machine: int
    acct: int
    hops: tuple[Hop, ...]
    style: str = USUAL

    @property
    def moves(self) -> tuple[Hop, ...]:
        """Return the hops that succeeded."""
        return tuple(hop for hop in self.hops if hop.ok)


@dataclass
class _Intruder:
    world: World
    history: History
    goal: int
    stealth: int
    machine: int
    acct: int
    now: int
    rng: np.random.Generator
    longest_us: int = DAY_US
    style: str = USUAL
    hops: list[Hop] = field(default_factory=list)
    tries: list[Hop] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start, self.owner = self.machine, self.acct
        self.visited = {self.machine}
        self.stolen: dict[int, int] = {self.acct: -1}
        self.own = self._reach(self.acct)
        self.access = {self.acct: self.own}
        self.limit = int(self.rng.integers(7, 14)) if self.goal == 1 else 9
        self.own_limit = int(self.rng.integers(3, 7))
        self.slow = self.rng.random() < self.world.shares["slow_attacks"]
        self.came: dict[int, Hop] = {}
        self.targets = _valuable(self.world, self.rng)
        self.steal()

    def steal(self) -> None:
        window = DAY_US if self.stealth >= STEALTH_ACTIVE else _EXPOSED_US
        for acct in self.history.accounts_on(self.machine, self.now - window, self.now).tolist():
            if acct not in self.stolen and not _is_automation(self.world, acct):
                self.stolen[acct] = self.machine
                self.access[acct] = self._reach(acct) - self.own

    def _reach(self, acct: int) -> set[int]:
        return set(self.history.reached_by(acct, self.now).tolist())

    def switched(self) -> bool:
        return any(hop.acct != self.owner for hop in self.hops)

    def done(self) -> bool:
        if self.style in _QUIET_STYLES:
            return len(self.hops) >= self.own_limit
        if self.goal == 0:
            return len(self.hops) > 1 and self.acct != self.owner
        if self.goal == 1:
            return len(self.hops) >= self.limit and self.switched()
        return self.switched() and self.machine in self.targets

    def options(self) -> list[tuple[int, int, int]]:
        """Return the possible movements (src, dst, acct) under the level of stealth."""
        sources = {self.machine, self.start}
        if self.stealth == STEALTH_NONE:
            sources.add(int(self.rng.choice(sorted(self.visited))))
        found = []
        for src in sorted(sources):
            pairs = self._pairs(src)
            found += [
                (src, dst, acct) for acct in self._credentials(src) for dst in self._destinations(src, acct, pairs)
            ]
        return found

    def _pairs(self, src: int) -> set[int]:
        """Return where others go from ``src``: what who keeps to known pairs is left with."""
        if self.stealth in (STEALTH_PAIRS, STEALTH_FULL) or self.style in _QUIET_STYLES:
            return set(self.history.reached_from(src, self.now - _MEMORY_US, self.now).tolist())
        return set()

    def _credentials(self, src: int) -> list[int]:
        if self.style in _QUIET_STYLES:
            return [self.owner]
        if self.stealth < STEALTH_ACTIVE:
            return sorted(self.stolen)
        active = set(self.history.accounts_on(src, self.now - DAY_US, self.now).tolist()) | {self.acct}
        return sorted(active & set(self.stolen))

    def _destinations(self, src: int, acct: int, pairs: set[int]) -> list[int]:
        # What the owner can open himself is never opened with a stolen credential: it would only add noise.
        reach = self.access[acct] - self.visited
        if self.style in _QUIET_STYLES:
            return sorted(reach & pairs)
        if self.style == SSH_ONLY:
            linux = self.world.places.linux
            reach = {machine for machine in reach if linux[machine]} or reach
        if reach and self.stealth in (STEALTH_PAIRS, STEALTH_FULL):
            exact: set[int] = set()
            if self.rng.random() < 0.5:
                since = self.now - _MEMORY_US
                exact = reach.intersection(self.history.triples_from(src, acct, since, self.now).tolist())
            reach = exact or reach & pairs
        return sorted(reach)

    def prefer(self, options: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Return the options that serve the goal, or all when none does."""
        if self.goal == 1:
            own = [option for option in options if option[2] == self.owner]
            early = len(self.hops) < self.own_limit
            chosen = own if early else [option for option in options if option[2] != self.owner]
        elif self.goal == 2:
            final = [option for option in options if option[1] in self.targets and option[2] != self.owner]
            chosen = final or [option for option in options if self._leads(option[1])]
        else:
            # An explorer who holds a fresh credential is keen to try it.
            keen = self.rng.random() < 0.35
            chosen = [option for option in options if option[2] != self.owner] if keen else options
        return chosen or options

    def _leads(self, machine: int) -> bool:
        exposed = self.history.accounts_on(machine, self.now - _EXPOSED_US, self.now).tolist()
        return any(acct in self.privileged for acct in exposed)

    @property
    def privileged(self) -> set[int]:
        if not hasattr(self, "_privileged"):
            targets = np.array(sorted(self.targets), dtype=np.int32)
            self._privileged = set(self.history.users_of(targets, self.now).tolist())
        return self._privileged

    def step(self) -> bool:
        """Make one movement, or a try that fails; false when there is none left."""
        options = self.options()
        if not options:
            return False
        options = self.prefer(options)
        src, dst, acct = options[int(self.rng.integers(len(options)))]
        new = self._new_target(src, acct) if self.rng.random() < self.world.shares["attack_new_target"] else -1
        dst = new if new >= 0 else dst
        hop = self._hop(src, dst, acct)
        refused = self.rng.random() < (0.5 if new >= 0 else self.world.shares["attack_never"])
        if refused:
            self.tries.append(replace(hop, ok=False))
            self.now += self._pause()
            return len(self.tries) < _MOST_TRIES
        self._mistype(hop)
        self.hops.append(hop)
        self.came[dst] = hop
        self.machine, self.acct = dst, acct
        self.visited.add(dst)
        self.now += self._pause()
        self.steal()
        return True

    def _hop(self, src: int, dst: int, acct: int) -> Hop:
        fresh = self.stolen[acct] if acct != self.acct else -1
        parent = self.came.get(src)
        within, as_acct = (parent.t, parent.acct) if parent else (-1, self.owner)
        return Hop(self.now, src, dst, acct, self._technique(dst), fresh, True, within, as_acct)

    def _mistype(self, hop: Hop) -> None:
        """Precede a hop by one or two refusals, as when the first password tried was not the right one."""
        if self.rng.random() < self.world.shares["attack_retry"]:
            for back in sorted(self.rng.integers(2, 60, int(self.rng.integers(1, 3))).tolist(), reverse=True):
                self.tries.append(replace(hop, t=hop.t - back * SECOND_US, ok=False))

    def _new_target(self, src: int, acct: int) -> int:
        """Return a machine the account never reached: one others go to from here when pairs are kept to."""
        if self.style in _QUIET_STYLES:
            return -1
        if self.stealth in (STEALTH_PAIRS, STEALTH_FULL):
            known = self._pairs(src)
        else:
            desk = self.rng.random() < _DESK_SHARE
            among = (0, self.world.first_server) if desk else (self.world.first_server, self.world.first_jump)
            known = set(self.rng.integers(*among, 8).tolist())
        fresh = sorted(known - self._reach(acct) - self.own - self.visited - {src})
        return int(self.rng.choice(fresh)) if fresh else -1

    def _technique(self, dst: int) -> str:
        if self.world.places.linux[dst]:
            return "ssh"
        if self.style == RDP_ONLY:
            return "rdp"
        if self.style == LAND:
            return "rdp" if self.rng.random() < 0.5 else "winrm"
        quiet = self.stealth / STEALTH_FULL
        weights = _LOUD * (1 - quiet) + _QUIET * quiet
        return str(self.rng.choice(_TECHNIQUES, p=weights / weights.sum()))

    def _pause(self) -> int:
        # LANL's red team: median gap of 101 s within a burst; between bursts an intruder waits for hours.
        if self.slow:
            return int(min(_SLOW_MEDIAN_S * float(np.exp(self.rng.normal(0, 0.8))), 9e5) * SECOND_US) + SECOND_US
        burst = self.rng.random() < 0.7
        median, sigma = (101.0, 1.2) if burst else (2.5 * 3600, 0.8)
        wait = min(median * float(np.exp(self.rng.normal(0, sigma))), 20 * 3600.0)
        return min(int(SECOND_US * wait), self.longest_us) + SECOND_US


def plan_intrusion(
    world: World,
    history: History,
    cell: tuple[int, int],
    window: tuple[int, int],
    rng: np.random.Generator,
    style: str = USUAL,
) -> Plan | None:
    """Return one intrusion of the ``cell`` (goal, stealth) within ``window`` (µs), or None when it got stuck.

    It starts where ``find_foothold`` says; ``style`` is drawn by the caller.
    """
    first, last = window
    late = cell[1] < STEALTH_ACTIVE and rng.random() < 0.3
    foothold = find_foothold(world, history, (first, last - 2 * DAY_US), late, rng)
    return None if foothold is None else _play(_intruder(world, history, cell, foothold, style, rng), last)


def plan_day_intrusion(
    world: World, history: History, cell: tuple[int, int], window: tuple[int, int], rng: np.random.Generator
) -> Plan | None:
    """Return an intrusion like ``plan_intrusion`` that ends within ``window`` (µs), which is one day.

    It begins early and never waits for more than forty minutes.
    """
    row = local_logon(history, *window, rng)
    if row is None:
        return None
    logons = history.logons
    begin = int(logons.t[row]) + int(rng.uniform(0.2, 4.0) * HOUR_US)
    foothold = Foothold(int(logons.dst[row]), int(logons.acct[row]), begin)
    intruder = _intruder(world, history, cell, foothold, USUAL, rng)
    intruder.longest_us, intruder.slow = 40 * 60 * SECOND_US, False
    plan = _play(intruder, window[1])
    return plan if plan and plan.hops[-1].t < window[1] else None


def _intruder(
    world: World, history: History, cell: tuple[int, int], foothold: Foothold, style: str, rng: np.random.Generator
) -> _Intruder:
    begin, machine, acct = foothold.begin, foothold.machine, foothold.acct
    intruder = _Intruder(world, history, *cell, machine, acct, begin, rng, style=style)
    if foothold.outside >= 0:
        # The way in is a hop like the others: from an address outside to what can be reached from there.
        technique = "rdp" if rng.random() < 0.5 else "winrm"
        entry = Hop(begin - int(rng.integers(60, 7_200)) * SECOND_US, foothold.outside, machine, acct, technique, -1)
        intruder.hops.append(entry)
        intruder.came[machine] = entry
    return intruder


def _play(intruder: _Intruder, last: int) -> Plan | None:
    while len(intruder.hops) < intruder.limit and not intruder.done() and intruder.now < last and intruder.step():
        pass
    if not _worth(intruder):
        return None
    hops = tuple(sorted(intruder.hops + intruder.tries, key=lambda hop: hop.t))
    start = intruder.hops[0].src
    return Plan(intruder.goal, intruder.stealth, start, intruder.owner, hops, intruder.style)


def _worth(intruder: _Intruder) -> bool:
    if intruder.style in _QUIET_STYLES:
        return len(intruder.hops) >= _LEAST_QUIET_HOPS
    if intruder.goal == 1:
        return intruder.switched() and len(intruder.hops) >= 4
    return intruder.done()


def _valuable(world: World, rng: np.random.Generator) -> set[int]:
    count = max(1, len(world.servers) // 60)
    return set(rng.choice(world.servers, count, replace=False).tolist())


def _is_automation(world: World, acct: int) -> bool:
    return world.first_service <= acct < world.first_service + 4


def plan_cells(
    world: World, history: History, count: int, window: tuple[int, int], rng: np.random.Generator
) -> list[Plan]:
    """Return ``count`` intrusions spread evenly over the twelve cells, in the order of the cells.

    Every cell gets its number for every seed: a stuck intruder is replaced by a new attempt from another
    workstation, so no seed is easier because hard cells failed.
    """
    plans = []
    for number in range(count):
        cell, style = (number % 12 // 4, number % 4), _style(world, rng)
        for _ in range(4000):
            plan = plan_intrusion(world, history, cell, window, rng, style)
            if plan is not None:
                plans.append(plan)
                break
    return plans


def _style(world: World, rng: np.random.Generator) -> str:
    shares = [world.shares[f"style_{name}"] for name in STYLES[1:]]
    return str(rng.choice(STYLES, p=[1.0 - sum(shares), *shares])) if sum(shares) else USUAL


def attack_count(world: World, rng: np.random.Generator) -> int:
    """Return how many intrusions a set as it is found in the world has: one to three."""
    return int(rng.integers(1, round(world.shares["most_attacks"] or 3.0) + 1))


def technique_logon(technique: str) -> tuple[int, bool]:
    """Return the logon type a technique leaves at the destination and whether it authenticates with NTLM."""
    return (10 if technique == "rdp" else 3), technique in {"smbexec", "pth", "star"}
