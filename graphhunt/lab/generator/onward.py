"""Honest double hops: work that goes on from a machine that was itself reached over the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.config import SECOND_US
from graphhunt.lab.generator.streams import log_normal, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

_FURTHER = 0.2
_GENERATIONS = 3


def onward(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return what goes on from network logons of people and administrators, over up to three machines."""
    rng = stream(world.config.seed, "onward", day)
    shares = world.shares
    chance = np.zeros(b.KINDS)
    chance[[b.KIND_HABIT, b.KIND_NOVEL, b.KIND_SHARED]] = shares["people_onward"]
    chance[[b.KIND_ADMIN, b.KIND_SWEEP]] = shares["admins_onward"]
    open_rows = (rows.logon_type == 3) & (rows.ok == 1) & (rows.src != rows.dst)
    base = rows.take(np.flatnonzero(open_rows & (rng.random(len(rows)) < chance[rows.kind])))
    parts = []
    for _ in range(_GENERATIONS):
        made = _steps(world, base, rng)
        parts.append(made)
        base = made.take(np.flatnonzero((made.ok == 1) & (rng.random(len(made)) < _FURTHER)))
    return b.concatenate(parts)


def _steps(world: World, base: b.Logons, rng: np.random.Generator) -> b.Logons:
    fan = rng.random(len(base)) < world.shares["onward_fan"]
    base = base.take(np.repeat(np.arange(len(base)), np.where(fan, rng.integers(2, 7, len(base)), 1)))
    other = rng.random(len(base)) < world.shares["onward_other_account"]
    acct = np.where(other, _other_account(world, base.acct, rng), base.acct)
    return _made(world, base, acct, delays(world, len(base), rng), rng)


def _made(
    world: World, base: b.Logons, acct: NDArray[np.int32], delay: NDArray[np.int64], rng: np.random.Generator
) -> b.Logons:
    dst = targets_of(world, acct, rng)
    keep = np.flatnonzero(dst != base.dst)
    kinds = np.where(rng.random(len(keep)) < 0.15, 10, 3).astype(np.int8)
    way = (base.dst[keep], dst[keep], acct[keep])
    made = b.make_logons(base.t[keep] + delay[keep], way, kinds, b.KIND_ONWARD, rng)
    return b.made_within(made, base.take(keep))


def delays(world: World, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how long after its arrival a session goes on: minutes, or hours in sessions that are kept."""
    soon = log_normal(rng, 400.0, 1.4, size)
    late = 3_600.0 + log_normal(rng, 10_000.0, 1.0, size)
    seconds = np.where(rng.random(size) < world.shares["onward_late"], late, soon)
    return (np.clip(seconds, 1.0, 60_000.0) * SECOND_US).astype(np.int64)


def _other_account(world: World, acct: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
    """Return the second account of whoever owns each: his administrator's, his team's, or that of a service."""
    size = len(acct)
    own = np.full(len(world.accounts), -1, dtype=np.int64)
    own[world.admin_person] = world.first_admin + np.arange(len(world.admin_person))
    services = world.first_service + rng.integers(0, len(world.service_sources), size)
    person = np.minimum(acct, world.persons - 1)
    team = world.first_shared + world.department[person] % len(world.shared_department)
    staff = world.first_admin + rng.integers(0, len(world.admin_person), size)
    lots = rng.random(size)
    usual = np.where(acct < world.persons, np.where(lots < 0.7, team, staff), np.where(lots < 0.6, services, staff))
    return np.where(own[acct] >= 0, own[acct], usual).astype(np.int32)


def targets_of(world: World, acct: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
    """Return where each account goes: its usual servers, and now and then one that it rarely or never uses."""
    dst = rng.choice(world.servers, len(acct))
    person = np.flatnonzero(acct < world.persons)
    dst[person] = world.habits.draw(acct[person].astype(np.int64), rng)
    admin = np.flatnonzero((acct >= world.first_admin) & (acct < world.first_help))
    dst[admin] = world.admin_servers.draw((acct[admin] - world.first_admin).astype(np.int64), rng)
    team = np.flatnonzero((acct >= world.first_shared) & (acct < world.first_service))
    dst[team] = world.shared_servers.draw((acct[team] - world.first_shared).astype(np.int64), rng)
    lots = rng.random(len(acct))
    rare = lots < 0.1
    dst[rare] = rng.choice(world.servers, int(rare.sum()))
    desk = lots > 0.97
    dst[desk] = rng.integers(0, world.first_server, int(desk.sum()))
    return dst.astype(np.int32)


def support_onward(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return what support and administrators do from a desk they visit, some of it with another account."""
    rng = stream(world.config.seed, "support onward", day)
    visit = (rows.dst < world.first_server) & np.isin(rows.kind, (b.KIND_HELP, b.KIND_ADMIN, b.KIND_SWEEP))
    visit &= (rows.ok == 1) & (rows.src != rows.dst)
    base = rows.take(np.flatnonzero(visit & (rng.random(len(rows)) < world.shares["support_onward"])))
    base = base.take(np.repeat(np.arange(len(base)), rng.integers(1, 4, len(base))))
    staff = world.first_admin + rng.integers(0, len(world.admin_person), len(base))
    as_admin = rng.random(len(base)) < world.shares["support_as_admin"]
    acct = np.where(as_admin, staff, base.acct).astype(np.int32)
    return _made(world, base, acct, delays(world, len(base), rng), rng)
