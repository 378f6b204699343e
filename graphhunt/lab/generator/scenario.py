"""Intrusions in full records: who is attacked, which way it goes, and what is found on the way.

A plan is made per day from the world alone, so a day with its intrusions can be generated without the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.clock import is_weekend, local_midnight
from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from graphhunt.lab.generator.world import World

_REMOTE = ("psexec", "service", "smbexec", "wmi", "winrm", "dcom", "schtask", "rdp", "pth")
_SHARES = np.array([0.15, 0.12, 0.1, 0.18, 0.15, 0.06, 0.08, 0.1, 0.06])
# Figures of LANL's red team: at most 71 targets of one user, median gap 101 s.
_BURST_TARGETS = 71
_GAP_MEDIAN_S = 101.0
_SERVICE_WORDS = ("Updater", "PrintSpooler2", "WinHelperSvc", "TelemetryHost", "MsiBroker", "SysCache")


@dataclass(frozen=True)
class Step:
    """One planned hop; ``stolen_on`` is the machine its account was taken from just before, or -1."""

    t: int
    source: int
    target: int
    account: int
    technique: str
    label: str
    stolen_on: int


@dataclass(frozen=True)
class Intrusion:
    """A planned intrusion of one day: foothold, steps in time order, and when its beacons end (µs).

    ``cell`` names goal and stealth of one that was planned for a cell; such an intruder finds only credentials that
    honest people left, so none are laid out for him.
    """

    id: str
    machine: int
    person: int
    begin: int
    steps: tuple[Step, ...]
    end: int
    c2: tuple[str, int]
    beacon_us: int
    cell: str = ""


@dataclass(frozen=True)
class Burst:
    """A star: one source, one account, many targets; ``times`` and ``targets`` belong together."""

    id: str
    machine: int
    account: int
    times: tuple[int, ...]
    targets: tuple[int, ...]


def working_days(world: World) -> list[int]:
    """Return the numbers of the working days, or all days when there is none."""
    days = [day for day in range(world.config.days) if not is_weekend(world.config.start, day)]
    return days or list(range(world.config.days))


def intrusions_of(world: World, day: int) -> list[Intrusion]:
    """Return the intrusions that are played on ``day``."""
    config = world.config
    rng = stream(config.seed, "intrusion days")
    days = rng.choice(working_days(world), config.chains)
    return [_plan(world, number, day) for number in range(config.chains) if days[number] == day]


def bursts_of(world: World, day: int) -> list[Burst]:
    """Return the star-shaped bursts that are played on ``day``."""
    config = world.config
    days = stream(config.seed, "burst days").choice(working_days(world), config.bursts)
    return [_burst(world, number, day) for number in range(config.bursts) if days[number] == day]


def _plan(world: World, number: int, day: int) -> Intrusion:
    rng = stream(world.config.seed, "intrusion", number)
    present = np.flatnonzero(b.present_persons(world, day))
    plain = np.setdiff1d(present, np.concatenate([world.admin_person, world.help_person]))
    person = int(rng.choice(plain if len(plain) else np.arange(world.persons)))
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    begin = midnight + int(rng.uniform(9.0, 13.0) * HOUR_US)
    steps = _steps(world, rng, person, begin)
    beacon = int(world.config.beacon_seconds * SECOND_US)
    end = min(steps[-1].t + int(rng.uniform(1.0, 2.0) * HOUR_US), midnight + DAY_US - HOUR_US)
    return Intrusion(f"chain-{number + 1}", int(world.home[person]), person, begin, steps, end, control(rng), beacon)


def control(rng: np.random.Generator) -> tuple[str, int]:
    """Return the address and port an intruder's machines call, of the ranges that web sites here have too."""
    address = f"198.{18 + rng.integers(2)}.{rng.integers(1, 251)}.{rng.integers(1, 251)}"
    return address, int(rng.choice([443, 80, 8080]))


def service_word(rng: np.random.Generator) -> str:
    """Return an inconspicuous name for a service or task."""
    return str(rng.choice(_SERVICE_WORDS))


def _steps(world: World, rng: np.random.Generator, person: int, begin: int) -> tuple[Step, ...]:
    length = int(rng.integers(1, 7))
    switch = int(rng.integers(1, length)) if length > 1 else length
    targets = _targets(world, rng, length, int(world.home[person]))
    t, account, steps = begin + int(rng.uniform(300, 1500)) * SECOND_US, person, []
    source = int(world.home[person])
    for hop, target in enumerate(targets):
        stolen = hop == switch or (hop > switch and rng.random() < 0.2)
        if stolen:
            account = world.first_admin + int(rng.integers(len(world.admin_person)))
        technique = str(rng.choice(_REMOTE, p=_SHARES / _SHARES.sum()))
        label = service_word(rng)
        steps.append(Step(t, source, target, account, technique, label, source if stolen else -1))
        source = target
        t += 60 * SECOND_US + _pause(rng)
    return tuple(steps)


def _pause(rng: np.random.Generator) -> int:
    median, sigma = (_GAP_MEDIAN_S, 1.0) if rng.random() < 0.7 else (3_600.0, 0.5)
    wait = median * float(np.exp(rng.normal(0.0, sigma)))
    return int(min(wait, 2 * 3_600.0) * SECOND_US)


def _targets(world: World, rng: np.random.Generator, length: int, home: int) -> list[int]:
    servers: list[int] = list(rng.permutation(world.servers))
    desks: list[int] = np.setdiff1d(np.arange(world.first_server), [home]).tolist()
    rng.shuffle(desks)
    chosen: list[int] = []
    for _ in range(min(length, len(servers) + len(desks))):
        pool = servers if servers and (rng.random() < 0.75 or not desks) else desks
        chosen.append(pool.pop())
    if len(chosen) > 1 and rng.random() < 0.3:
        chosen[-1] = world.first_controller
    return chosen


def _burst(world: World, number: int, day: int) -> Burst:
    rng = stream(world.config.seed, "burst", number)
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    machine = int(rng.integers(0, world.first_server))
    others = np.setdiff1d(np.arange(world.first_jump), [machine])
    size = min(len(others), int(rng.integers(8, _BURST_TARGETS + 1)))
    gaps = np.minimum(_GAP_MEDIAN_S * np.exp(rng.normal(0.0, 1.5, size)), 1_800.0)
    times = midnight + 8 * HOUR_US + (np.cumsum(gaps) * SECOND_US).astype(np.int64)
    keep = times < midnight + DAY_US - HOUR_US
    targets = rng.choice(others, size, replace=False)
    account = int(rng.integers(world.first_admin, world.first_help))
    return Burst(f"burst-{number + 1}", machine, account, tuple(times[keep].tolist()), tuple(targets[keep].tolist()))


def decoy_logons(world: World, day: int) -> b.Logons:
    """Return the look-alikes added to a day: a time-reversed chain every day, a sweep on the first one."""
    rng = stream(world.config.seed, "decoys", day)
    parts = [_reversed_chain(world, day, rng)]
    if day == 0:
        parts.append(b.sweep(world, day, rng))
    return b.concatenate(parts)


def _reversed_chain(world: World, day: int, rng: np.random.Generator) -> b.Logons:
    """Return A->B and B->C with one account, where B->C comes first in time."""
    person = int(rng.integers(world.persons))
    middle, final = (int(server) for server in rng.choice(world.servers, 2, replace=False))
    first = local_midnight(world.config.start, day, world.config.utc_offset_minutes) + int(
        rng.uniform(9.0, 12.0) * HOUR_US
    )
    t = np.array([first, first + int(rng.uniform(0.3, 2.0) * HOUR_US)])
    route = (
        np.array([middle, world.home[person]]),
        np.array([final, middle]),
        np.array([person, person]),
    )
    rows = b.make_logons(t, route, np.full(2, 3), b.KIND_REVERSED, rng)
    rows.ok[:] = 1
    return rows
