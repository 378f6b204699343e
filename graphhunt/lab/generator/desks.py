"""Where honest rows come from: shared desks, hot desks, the VPN pool, home, a server, a kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.clock import local_midnight, office_times
from graphhunt.lab.generator.config import HOUR_US, SECOND_US
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

_KIOSK_USES = 12


def persons_of(world: World) -> NDArray[np.int64]:
    """Return the person behind each account, -1 for accounts of teams and services."""
    person = np.full(len(world.accounts), -1, dtype=np.int64)
    person[: world.persons] = np.arange(world.persons)
    person[world.first_admin : world.first_admin + len(world.admin_person)] = world.admin_person
    person[world.first_help : world.first_help + len(world.help_person)] = world.help_person
    return person


def from_elsewhere(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return the rows of a day with the sources people really had; what then leads nowhere is left out."""
    person = persons_of(world)[rows.acct]
    at_home = (person >= 0) & (rows.src == world.home[np.maximum(person, 0)])
    local = rows.src == rows.dst
    desks = _desks_of_day(world, day)
    rows.src[:] = np.where(at_home, desks[np.maximum(person, 0)], rows.src)
    rows.dst[:] = np.where(at_home & local, rows.src, rows.dst)
    rows = _by_administrators(world, day, rows)
    rows, entries = _from_outside(world, day, rows, (at_home & ~local, person))
    begun = _begun(world, day)[rows.acct]
    keep = (local | (rows.src != rows.dst)) & begun
    return b.concatenate([rows.take(np.flatnonzero(keep)), entries])


def _desks_of_day(world: World, day: int) -> NDArray[np.int32]:
    rng = stream(world.config.seed, "hot desks", day)
    hot = rng.random(world.persons) < world.shares["hot_desk"]
    guest = rng.integers(0, world.first_server, world.persons)
    return np.where(hot, guest, world.places.desks(day)).astype(np.int32)


def _begun(world: World, day: int) -> NDArray[np.bool_]:
    begun = np.ones(len(world.accounts), dtype=np.bool_)
    begun[world.first_admin : world.first_admin + len(world.admin_person)] = world.places.new_admin_day <= day
    return begun


def _by_administrators(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Let administrators start some work from servers, and those on call work at night over the VPN."""
    rng = stream(world.config.seed, "admin sources", day)
    admin = np.flatnonzero((rows.kind == b.KIND_ADMIN) & (rows.within < 0))
    numbers = (rows.acct[admin] - world.first_admin).astype(np.int64)
    server = world.admin_servers.draw(numbers, rng)
    lots = rng.random(len(admin))
    rows.src[admin] = np.where(lots < world.shares["admin_from_server"], server, rows.src[admin])
    on_call = rng.random(len(world.admin_person)) < world.shares["on_call"]
    night = admin[on_call[numbers]]
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    rows.t[night] = midnight + rng.integers(0, 5 * HOUR_US, len(night))
    rows.end[night] = -1
    rows.src[night] = rng.choice(world.places.vpn, len(night))
    return rows


def _from_outside(
    world: World, day: int, rows: b.Logons, desk: tuple[NDArray[np.bool_], NDArray[np.int64]]
) -> tuple[b.Logons, b.Logons]:
    """Move person-days to the VPN pool, and others to a gateway that is entered from an outside address."""
    rng = stream(world.config.seed, "outside", day)
    at_desk, person = desk
    lots = rng.random(world.persons)
    pool = rng.choice(world.places.vpn, world.persons)
    gateway = rng.choice(world.places.gateways, world.persons)
    vpn = world.shares["vpn_days"]
    over_vpn = at_desk & (lots[person] < vpn)
    remote = at_desk & (lots[person] >= vpn) & (lots[person] < vpn + world.shares["internet_work"])
    rows.src[over_vpn] = pool[person[over_vpn]]
    entries = _entries(world, rows.take(np.flatnonzero(remote)), gateway[person[remote]], rng)
    rows.src[remote] = gateway[person[remote]]
    rows.within[remote], rows.as_acct[remote] = entries.t, entries.acct
    return rows, entries


def _entries(world: World, rows: b.Logons, gateway: NDArray[np.int32], rng: np.random.Generator) -> b.Logons:
    places = world.places
    own = places.internet[rows.acct % len(places.internet)]
    elsewhere = rng.random(len(rows)) < 0.3
    src = np.where(elsewhere, rng.choice(places.internet, len(rows)), own)
    kinds = np.where(rng.random(len(rows)) < 0.5, 10, 3).astype(np.int8)
    t = rows.t - (rng.exponential(900.0, len(rows)) * SECOND_US).astype(np.int64) - SECOND_US
    return b.make_logons(t, (src, gateway, rows.acct), kinds, b.KIND_NESTED, rng)


def kiosks(world: World, day: int) -> b.Logons:
    """Return the uses of machines in halls and corridors, where anybody signs in for a minute."""
    rng = stream(world.config.seed, "kiosk uses", day)
    present = np.flatnonzero(b.present_persons(world, day))
    count = rng.poisson(_KIOSK_USES, len(world.places.kiosks)) if len(present) else np.zeros(0, dtype=np.int64)
    machine = np.repeat(world.places.kiosks, count)
    who = rng.choice(present, len(machine)) if len(machine) else np.zeros(0, dtype=np.int64)
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    t = midnight + office_times(rng, len(machine))
    local = b.make_logons(t, (machine, machine, who), np.full(len(who), 2, dtype=np.int8), b.KIND_LOCAL, rng)
    dst = world.habits.draw(who, rng)
    later = t + rng.integers(10, 300, len(who)) * SECOND_US
    visit = b.make_logons(later, (machine, dst, who), np.full(len(who), 3, dtype=np.int8), b.KIND_HABIT, rng)
    return b.concatenate([local, visit])
