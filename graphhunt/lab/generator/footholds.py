"""Where and when an intruder begins: a desk, a server, the VPN pool or an address outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.clock import is_weekend, office_times
from graphhunt.lab.generator.config import DAY_US, HOUR_US

if TYPE_CHECKING:
    from graphhunt.lab.generator.history import History
    from graphhunt.lab.generator.world import World

_SEEN_US = 7 * DAY_US
# Intruders keep other hours than the office, but who moves at weekends moves where nobody hides him.
_WEEKEND = 0.25


@dataclass(frozen=True)
class Foothold:
    """The machine, the account and the time (µs) an intrusion begins with; ``late`` ones begin in the evening.

    ``outside`` is the address it comes in from, -1 for one that begins inside.
    """

    machine: int
    acct: int
    begin: int
    outside: int = -1


def find_foothold(
    world: World, history: History, window: tuple[int, int], late: bool, rng: np.random.Generator
) -> Foothold | None:
    """Return where an intrusion begins within ``window`` (µs), or None when nobody logged on there.

    Without the difference "footholds" it is a desk, some hours after its owner sat down there.
    """
    shares = world.shares
    if not shares["start_by_night"]:
        return _at_desk(history, window, late, rng)
    begin = _any_time(world, window, rng)
    lot = rng.random()
    for name, find in (("start_server", _on_server), ("start_vpn", _from_vpn), ("start_internet", _from_outside)):
        if lot < shares[name]:
            return find(world, history, begin, rng)
        lot -= shares[name]
    row = local_logon(history, begin - _SEEN_US, begin, rng)
    return None if row is None else Foothold(int(history.logons.dst[row]), int(history.logons.acct[row]), begin)


def _at_desk(history: History, window: tuple[int, int], late: bool, rng: np.random.Generator) -> Foothold | None:
    row = local_logon(history, *window, rng)
    if row is None:
        return None
    wait = int((rng.uniform(0.2, 7.0) + (7.0 if late else 0.0)) * HOUR_US)
    logons = history.logons
    return Foothold(int(logons.dst[row]), int(logons.acct[row]), int(logons.t[row]) + wait)


def _any_time(world: World, window: tuple[int, int], rng: np.random.Generator) -> int:
    days = max(1, (window[1] - window[0]) // DAY_US)
    busy = np.array([_WEEKEND if is_weekend(window[0], day) else 1.0 for day in range(days)])
    day = int(rng.choice(days, p=busy / busy.sum()))
    night = rng.random() < world.shares["start_by_night"]
    hour = int(rng.integers(0, DAY_US)) if night else int(office_times(rng, 1)[0])
    return window[0] + day * DAY_US + hour


def _on_server(world: World, history: History, begin: int, rng: np.random.Generator) -> Foothold | None:
    low, high = np.searchsorted(history.logons.t, [begin - _SEEN_US, begin])
    if high <= low:
        return None
    for row in rng.integers(low, high, 50).tolist():
        machine, acct = int(history.logons.dst[row]), int(history.logons.acct[row])
        if world.first_server <= machine < world.first_jump and acct < world.persons:
            return Foothold(machine, acct, begin)
    return None


def _from_vpn(world: World, history: History, begin: int, rng: np.random.Generator) -> Foothold | None:
    del history
    return Foothold(int(rng.choice(world.places.vpn)), int(rng.integers(world.persons)), begin)


def _from_outside(world: World, history: History, begin: int, rng: np.random.Generator) -> Foothold | None:
    del history
    gateway, outside = int(rng.choice(world.places.gateways)), int(rng.choice(world.places.internet))
    return Foothold(gateway, int(rng.integers(world.persons)), begin, outside)


def local_logon(history: History, first: int, last: int, rng: np.random.Generator) -> int | None:
    """Return a row of somebody who sat down at a machine within [first, last) (µs), None when there is none."""
    logons = history.logons
    low, high = np.searchsorted(logons.t, [first, last])
    local = np.flatnonzero(logons.src[low:high] == logons.dst[low:high]) + low
    return int(rng.choice(local)) if len(local) else None
