"""Intruders that move through the columnar logons: three goals times four levels of stealth.

The cells follow the threat model published with Hopper (USENIX Security 2021): exploration ends with the first
stolen credential that opened something new, spread takes all it can get, and a targeted intruder wants one of
the valuable servers.  A stealthy one keeps to source-destination pairs that were used before, to credentials
that were active on the source within a day, or to both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.history import History
    from graphhunt.lab.generator.world import World

GOALS = ("exploration", "spread", "targeted", "star")
STAR = 3
STEALTH_NONE, STEALTH_PAIRS, STEALTH_ACTIVE, STEALTH_FULL = range(4)
_EXPOSED_US = 7 * DAY_US
_MEMORY_US = 30 * DAY_US

_TECHNIQUES = ("psexec", "smbexec", "wmi", "winrm", "dcom", "schtask", "rdp", "pth")
_LOUD = np.array([0.30, 0.10, 0.20, 0.15, 0.05, 0.05, 0.10, 0.05])
_QUIET = np.array([0.05, 0.0, 0.25, 0.30, 0.05, 0.08, 0.27, 0.0])


@dataclass(frozen=True)
class Hop:
    """One movement: ``acct`` from ``src`` to ``dst`` at ``t`` (µs); ``stolen_on`` is -1 or where it was stolen."""

    t: int
    src: int
    dst: int
    acct: int
    technique: str
    stolen_on: int


@dataclass(frozen=True)
class Plan:
    """A finished intrusion: its cell, its foothold and its hops in time order."""

    goal: int
    stealth: int
    machine: int
    acct: int
    hops: tuple[Hop, ...]


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
    hops: list[Hop] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start, self.owner = self.machine, self.acct
        self.visited = {self.machine}
        self.stolen: dict[int, int] = {self.acct: -1}
        self.own = self._reach(self.acct)
        self.access = {self.acct: self.own}
        self.limit = int(self.rng.integers(7, 14)) if self.goal == 1 else 9
        self.own_limit = int(self.rng.integers(3, 7))
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
        return [
            (src, dst, acct)
            for src in sorted(sources)
            for acct in self._credentials(src)
            for dst in self._destinations(src, acct)
        ]

    def _credentials(self, src: int) -> list[int]:
        if self.stealth < STEALTH_ACTIVE:
            return sorted(self.stolen)
        active = set(self.history.accounts_on(src, self.now - DAY_US, self.now).tolist()) | {self.acct}
        return sorted(active & set(self.stolen))

    def _destinations(self, src: int, acct: int) -> list[int]:
        # What the owner can open himself is never opened with a stolen credential: it would only add noise.
        reach = self.access[acct] - self.visited
        if reach and self.stealth in (STEALTH_PAIRS, STEALTH_FULL):
            since = self.now - _MEMORY_US
            exact = reach.intersection(self.history.triples_from(src, acct, since, self.now).tolist())
            use_exact = bool(exact) and self.rng.random() < 0.5
            pairs = self.history.reached_from(src, since, self.now).tolist()
            reach = exact if use_exact else reach.intersection(pairs)
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
        """Make one movement; false when there is none left."""
        options = self.options()
        if not options:
            return False
        options = self.prefer(options)
        src, dst, acct = options[int(self.rng.integers(len(options)))]
        fresh = self.stolen[acct] if acct != self.acct else -1
        self.hops.append(Hop(self.now, src, dst, acct, self._technique(), fresh))
        self.machine, self.acct = dst, acct
        self.visited.add(dst)
        self.now += self._pause()
        self.steal()
        return True

    def _technique(self) -> str:
        quiet = self.stealth / STEALTH_FULL
        weights = _LOUD * (1 - quiet) + _QUIET * quiet
        return str(self.rng.choice(_TECHNIQUES, p=weights / weights.sum()))

    def _pause(self) -> int:
        # LANL's red team: median gap of 101 s within a burst; between bursts an intruder waits for hours.
        burst = self.rng.random() < 0.7
        median, sigma = (101.0, 1.2) if burst else (2.5 * 3600, 0.8)
        wait = min(median * float(np.exp(self.rng.normal(0, sigma))), 20 * 3600.0)
        return min(int(SECOND_US * wait), self.longest_us) + SECOND_US


def plan_intrusion(
    world: World, history: History, cell: tuple[int, int], window: tuple[int, int], rng: np.random.Generator
) -> Plan | None:
    """Return one intrusion of the ``cell`` (goal, stealth) within ``window`` (µs), or None when it got stuck.

    It starts on the workstation of a person who logged on there that day.
    """
    first, last = window
    row = _local_logon(history, first, last - 2 * DAY_US, rng)
    if row is None:
        return None
    late = cell[1] < STEALTH_ACTIVE and rng.random() < 0.3
    wait = int((rng.uniform(0.2, 7.0) + (7.0 if late else 0.0)) * HOUR_US)
    return _play(_intruder(world, history, cell, row, wait, rng), last)


def plan_day_intrusion(
    world: World, history: History, cell: tuple[int, int], window: tuple[int, int], rng: np.random.Generator
) -> Plan | None:
    """Return an intrusion like ``plan_intrusion`` that ends within ``window`` (µs), which is one day.

    It begins early and never waits for more than forty minutes.
    """
    row = _local_logon(history, *window, rng)
    if row is None:
        return None
    intruder = _intruder(world, history, cell, row, int(rng.uniform(0.2, 4.0) * HOUR_US), rng)
    intruder.longest_us = 40 * 60 * SECOND_US
    plan = _play(intruder, window[1])
    return plan if plan and plan.hops[-1].t < window[1] else None


def _local_logon(history: History, first: int, last: int, rng: np.random.Generator) -> int | None:
    logons = history.logons
    low, high = np.searchsorted(logons.t, [first, last])
    local = np.flatnonzero(logons.src[low:high] == logons.dst[low:high]) + low
    return int(rng.choice(local)) if len(local) else None


def _intruder(
    world: World, history: History, cell: tuple[int, int], row: int, wait: int, rng: np.random.Generator
) -> _Intruder:
    logons = history.logons
    begin = int(logons.t[row]) + wait
    return _Intruder(world, history, *cell, int(logons.dst[row]), int(logons.acct[row]), begin, rng)


def _play(intruder: _Intruder, last: int) -> Plan | None:
    while len(intruder.hops) < intruder.limit and not intruder.done() and intruder.now < last and intruder.step():
        pass
    if not _worth(intruder):
        return None
    return Plan(intruder.goal, intruder.stealth, intruder.start, intruder.owner, tuple(intruder.hops))


def _worth(intruder: _Intruder) -> bool:
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
        cell = (number % 12 // 4, number % 4)
        for _ in range(4000):
            plan = plan_intrusion(world, history, cell, window, rng)
            if plan is not None:
                plans.append(plan)
                break
    return plans


def technique_logon(technique: str) -> tuple[int, bool]:
    """Return the logon type a technique leaves at the destination and whether it authenticates with NTLM."""
    return (10 if technique == "rdp" else 3), technique in {"smbexec", "pth", "star"}


def attack_columns(plans: list[Plan]) -> NDArray[np.int64]:
    """Return the hops of all plans as rows of (t, src, dst, acct, logon type, NTLM, plan number)."""
    rows = [
        (hop.t, hop.src, hop.dst, hop.acct, *map(int, technique_logon(hop.technique)), number)
        for number, plan in enumerate(plans)
        for hop in plan.hops
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 7)
