"""The happenings of a day beside the logons of people, as columns: machines' own logons, programs, web visits.

A unit is a row (time in µs UTC, what, who or where).  Both outputs draw on the same units, so the JSON records
and the LANL tables of one day tell of the same things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.behaviour import present_persons
from graphhunt.lab.generator.clock import local_midnight, office_times
from graphhunt.lab.generator.config import DAY_US
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.behaviour import Logons
    from graphhunt.lab.generator.world import World

LOGON, MACHINE, SERVICE, BATCH, DESKTOP, BACKGROUND, FLOW, BOOT, UNLOCK = range(9)

# Logons of a machine per network logon of people, so that types 3, 5 and 4 stand as 75 : 8 : 2 and more than
# half of all logons are those of machine accounts; unlocking makes types 2, 7 and 11 some 12 %.
_MACHINE_SHARE, _SERVICE_SHARE, _BATCH_SHARE = 3.0, 0.42, 0.105
_UNLOCKS = 1.4


def day_units(world: World, day: int, logons: Logons) -> NDArray[np.int64]:
    """Return all units of a day in time order; index of a LOGON unit is the row in ``logons``."""
    rows = np.arange(len(logons))
    people = np.stack([logons.t, np.full(len(rows), LOGON), rows], axis=1)
    units = np.concatenate([people, *_machine_units(world, day, logons), *_person_units(world, day)])
    return units[np.argsort(units[:, 0], kind="stable")]


def _machine_units(world: World, day: int, logons: Logons) -> list[NDArray[np.int64]]:
    rng = stream(world.config.seed, "machines", day)
    size = len(world.machines)
    network = max(1.0, float((logons.logon_type == 3).sum()) / size)
    means = (
        (MACHINE, network * _MACHINE_SHARE),
        (SERVICE, network * _SERVICE_SHARE),
        (BATCH, network * _BATCH_SHARE),
        (BACKGROUND, world.config.processes_per_user_day * 0.5),
    )
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    spread = [_spread(unit, size, mean, midnight, rng) for unit, mean in means]
    booted = np.flatnonzero(boots_on(world, day))
    return [*spread, np.stack([np.full(len(booted), midnight), np.full(len(booted), BOOT), booted], axis=1)]


def _spread(unit: int, size: int, mean: float, midnight: int, rng: np.random.Generator) -> NDArray[np.int64]:
    which = np.repeat(np.arange(size), rng.poisson(mean, size))
    t = midnight + rng.integers(0, DAY_US, len(which))
    return np.stack([t, np.full(len(which), unit), which], axis=1)


def _person_units(world: World, day: int) -> list[NDArray[np.int64]]:
    rng = stream(world.config.seed, "desks", day)
    present = np.flatnonzero(present_persons(world, day))
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    parts = []
    config = world.config
    means = ((DESKTOP, config.processes_per_user_day), (FLOW, config.flows_per_user_day), (UNLOCK, _UNLOCKS))
    for unit, mean in means:
        who = np.repeat(present, rng.poisson(mean, len(present)))
        t = midnight + office_times(rng, len(who), world.shift[who])
        parts.append(np.stack([t, np.full(len(who), unit), who], axis=1))
    return parts


def boots_on(world: World, day: int) -> NDArray[np.bool_]:
    """Tell for each machine whether it restarts at the local midnight that begins ``day``."""
    lots = stream(world.config.seed, "boots", day).random(len(world.machines))
    return np.asarray(lots < world.config.dirt.reboots)
