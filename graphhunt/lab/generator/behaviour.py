"""What an honest day looks like, as columns.

``benign_day`` returns every logon of one day.  Each population has its own small function; all of them are
vectorised, because ten million logons are made through here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graphhunt.lab.generator.clock import day_factor, local_midnight, office_times
from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.streams import log_normal, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

    Ints = NDArray[np.integer[Any]]

KIND_HABIT, KIND_LOCAL, KIND_NOVEL, KIND_NESTED, KIND_SHARED, KIND_ADMIN, KIND_HELP, KIND_SERVICE = range(8)
KIND_SWEEP, KIND_SCAN, KIND_BACKUP, KIND_REVERSED, KIND_DEPLOY, KIND_JUMP, KIND_INTRUDER = range(8, 15)
KIND_ONWARD, KIND_PEER = range(15, 17)
KINDS = 17

VIA_SMB, VIA_RPC, VIA_WINRM, VIA_RDP, VIA_SSH = range(5)

_TYPES_LOCAL = np.array([2, 7, 11], dtype=np.int8)


@dataclass
class Logons:
    """Logons as columns of equal length; ``t`` and ``end`` in µs UTC, ``end`` -1 when no logoff was recorded.

    ``kind`` tells which population made the row, ``via`` the protocol it came by.  A logon made from inside another
    one is made ``within`` the logon to its source at that time (µs) by account ``as_acct``; both are -1 for one made
    at a desk or by a service.  These four are used to draw host events and causes and to list decoys; none is part
    of what a detector gets.
    """

    t: NDArray[np.int64]
    src: NDArray[np.int32]
    dst: NDArray[np.int32]
    acct: NDArray[np.int32]
    logon_type: NDArray[np.int8]
    ok: NDArray[np.int8]
    end: NDArray[np.int64]
    auth: NDArray[np.int8]
    kind: NDArray[np.int8]
    via: NDArray[np.int8]
    within: NDArray[np.int64]
    as_acct: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of logons."""
        return len(self.t)

    def take(self, rows: NDArray[np.int64]) -> Logons:
        """Return the chosen rows, in the given order."""
        return Logons(*(column[rows] for column in vars(self).values()))


def concatenate(parts: list[Logons]) -> Logons:
    """Return all rows of ``parts`` one after the other."""
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Logons(*(np.concatenate(column) for column in columns))


def sort_logons(logons: Logons) -> Logons:
    """Return the rows by time, source, destination and account, the order all outputs have."""
    return logons.take(np.lexsort((logons.acct, logons.dst, logons.src, logons.t)))


def make_logons(
    t: NDArray[np.int64],
    route: tuple[Ints, Ints, Ints],
    logon_type: Ints,
    kind: int,
    rng: np.random.Generator,
) -> Logons:
    """Return logons over ``route`` (src, dst, acct) with outcome, protocol and duration drawn.

    Network sessions last seconds to minutes, interactive ones hours; about 2 % fail, 10 % use NTLM, and 8 % of
    the logoffs are never recorded.
    """
    size = len(t)
    median = np.where(logon_type == 3, 40.0, 5_400.0)
    length = np.clip(median * np.exp(rng.normal(0.0, 1.2, size)), 0.05, 40_000.0) * SECOND_US
    ok = (rng.random(size) >= 0.02).astype(np.int8)
    recorded = (rng.random(size) < 0.92) & (ok == 1)
    return Logons(
        t=t,
        src=route[0].astype(np.int32),
        dst=route[1].astype(np.int32),
        acct=route[2].astype(np.int32),
        logon_type=logon_type.astype(np.int8),
        ok=ok,
        end=np.where(recorded, t + length.astype(np.int64), -1),
        auth=(rng.random(size) < 0.1).astype(np.int8),
        kind=np.full(size, kind, dtype=np.int8),
        via=np.where(logon_type == 10, VIA_RDP, VIA_SMB).astype(np.int8),
        within=np.full(size, -1, dtype=np.int64),
        as_acct=np.full(size, -1, dtype=np.int32),
    )


def made_within(rows: Logons, base: Logons) -> Logons:
    """Return ``rows`` as made from inside the sessions of ``base``, which has as many rows."""
    rows.within[:] = base.t
    rows.as_acct[:] = base.acct
    return rows


def benign_day(world: World, day: int) -> Logons:
    """Return every harmless logon that starts on day ``day``, sorted; the same for the same seed and day."""
    populations = (_people, _shared, _admins, _help_desk, _services, _sweeps)
    parts = [population(world, day, stream(world.config.seed, population.__name__, day)) for population in populations]
    return sort_logons(concatenate(parts))


def present_persons(world: World, day: int) -> NDArray[np.bool_]:
    """Tell for each person whether he works on that day."""
    rng = stream(world.config.seed, "presence", day)
    since = day - world.absent[:, 0]
    away = (since >= 0) & (since < world.absent[:, 1])
    return (rng.random(world.persons) < 0.88 * day_factor(world.config.start, day)) & ~away


def _midnight(world: World, day: int) -> int:
    return local_midnight(world.config.start, day, world.config.utc_offset_minutes)


def _people(world: World, day: int, rng: np.random.Generator) -> Logons:
    present = np.flatnonzero(present_persons(world, day))
    who = np.repeat(present, rng.poisson(world.rate[present]))
    size = len(who)
    dst = world.habits.draw(who, rng)
    lot = rng.random(size)
    near, far = lot < 0.025, lot > 0.995
    dst[near] = world.department_servers.draw(world.department[who[near]].astype(np.int64), rng)
    dst[far] = rng.choice(world.servers, int(far.sum()))
    src = np.where(rng.random(size) < 0.97, world.home[who], world.second[who])
    t = _midnight(world, day) + office_times(rng, size, world.shift[who])
    kinds = np.where(rng.random(size) < 0.05, 10, 3).astype(np.int8)
    rows = make_logons(t, (src, dst, who), kinds, KIND_HABIT, rng)
    rows.kind[near | far] = KIND_NOVEL
    return concatenate([rows, _nested(world, rows, rng), _local(world, day, present, rng)])


def _local(world: World, day: int, present: NDArray[np.int64], rng: np.random.Generator) -> Logons:
    t = _midnight(world, day) + np.clip(
        ((8.0 + world.shift[present] + rng.normal(0, 0.4, len(present))) * HOUR_US).astype(np.int64), 0, DAY_US - 1
    )
    home = world.home[present]
    kinds = rng.choice(_TYPES_LOCAL, len(present), p=[0.5, 0.4, 0.1])
    return make_logons(t, (home, home, present), kinds, KIND_LOCAL, rng)


def _nested(world: World, rows: Logons, rng: np.random.Generator) -> Logons:
    """Return what people do from inside a remote desktop: the server is now the source."""
    desks = np.flatnonzero((rows.logon_type == 10) & (rows.ok == 1) & (rows.acct < world.persons))
    base = np.repeat(desks, rng.integers(0, 3, len(desks)))
    who = rows.acct[base].astype(np.int64)
    src = rows.dst[base]
    dst = world.habits.draw(who, rng)
    t = rows.t[base] + (log_normal(rng, 900.0, 1.0, len(base)) * SECOND_US).astype(np.int64)
    keep = dst != src
    kinds = np.full(int(keep.sum()), 3, dtype=np.int8)
    nested = make_logons(t[keep], (src[keep], dst[keep], who[keep]), kinds, KIND_NESTED, rng)
    return made_within(nested, rows.take(base[keep]))


def _shared(world: World, day: int, rng: np.random.Generator) -> Logons:
    """Return uses of a team's account by its members, from their own workstations."""
    present = present_persons(world, day)
    teams = np.repeat(
        np.arange(len(world.shared_department)), rng.poisson(3.0 * present.mean(), len(world.shared_department))
    )
    members = [np.flatnonzero((world.department == unit) & present)[:12] for unit in world.shared_department.tolist()]
    teams = teams[[len(members[team]) > 0 for team in teams.tolist()]] if len(teams) else teams
    who = np.array([rng.choice(members[team]) for team in teams.tolist()], dtype=np.int64)
    t = _midnight(world, day) + office_times(rng, len(teams))
    dst = world.shared_servers.draw(teams, rng)
    kinds = np.where(rng.random(len(teams)) < 0.2, 10, 3).astype(np.int8)
    return make_logons(t, (world.home[who], dst, world.first_shared + teams), kinds, KIND_SHARED, rng)


def _admins(world: World, day: int, rng: np.random.Generator) -> Logons:
    """Return the work of administrators with their second accounts, straight or over a jump host."""
    present = present_persons(world, day)[world.admin_person]
    admins = np.repeat(np.arange(len(present)), np.where(present, rng.poisson(14.0, len(present)), 0))
    size = len(admins)
    person = world.admin_person[admins]
    dst = world.admin_servers.draw(admins, rng)
    lot = rng.random(size)
    dst[lot < 0.04] = rng.choice(world.servers, int((lot < 0.04).sum()))
    desk = lot > 0.95
    dst[desk] = rng.integers(0, world.first_server, int(desk.sum()))
    t = _midnight(world, day) + office_times(rng, size, world.shift[person])
    jumps = world.first_jump + (person % (world.first_controller - world.first_jump))
    over = rng.random(size) < 0.3
    src = np.where(over, jumps, world.home[person])
    kinds = np.where(rng.random(size) < 0.35, 10, 3).astype(np.int8)
    keep = src != dst
    rows = make_logons(t[keep], (src[keep], dst[keep], world.first_admin + admins[keep]), kinds[keep], KIND_ADMIN, rng)
    once = np.flatnonzero(over & (rng.random(size) < 0.5))
    before = t[once] - (log_normal(rng, 240.0, 0.8, len(once)) * SECOND_US).astype(np.int64)
    way = (world.home[person[once]], jumps[once], person[once])
    jump = make_logons(before, way, np.full(len(once), 10, dtype=np.int8), KIND_JUMP, rng)
    return concatenate([rows, jump, _onward(world, rows, rng)])


def _onward(world: World, rows: Logons, rng: np.random.Generator) -> Logons:
    """Return second steps of administrators, from a server they are on to another."""
    base = np.flatnonzero((rows.logon_type == 10) & (rows.ok == 1) & (rng.random(len(rows)) < 0.3))
    admins = (rows.acct[base] - world.first_admin).astype(np.int64)
    dst = world.admin_servers.draw(admins, rng)
    t = rows.t[base] + (log_normal(rng, 600.0, 1.0, len(base)) * SECOND_US).astype(np.int64)
    keep = dst != rows.dst[base]
    way = (rows.dst[base][keep], dst[keep], rows.acct[base][keep])
    further = make_logons(t[keep], way, np.full(int(keep.sum()), 3, dtype=np.int8), KIND_ADMIN, rng)
    return made_within(further, rows.take(base[keep]))


def _help_desk(world: World, day: int, rng: np.random.Generator) -> Logons:
    """Return remote support: a new workstation nearly every time, with the support account."""
    present = present_persons(world, day)[world.help_person]
    who = np.repeat(np.arange(len(present)), np.where(present, rng.poisson(8.0, len(present)), 0))
    t = _midnight(world, day) + office_times(rng, len(who))
    src = world.home[world.help_person[who]]
    dst = rng.integers(0, world.first_server, len(who))
    keep = src != dst
    kinds = np.where(rng.random(len(who)) < 0.5, 10, 3).astype(np.int8)
    way = (src[keep], dst[keep], world.first_help + who[keep])
    return make_logons(t[keep], way, kinds[keep], KIND_HELP, rng)


def _sweeps(world: World, day: int, rng: np.random.Generator) -> Logons:
    """Return an administrator's sweep over many servers within an hour, on some working days."""
    count = int(rng.random() < 0.2 * day_factor(world.config.start, day))
    admins = rng.integers(0, len(world.admin_person), count)
    size = min(len(world.servers), int(rng.integers(20, 90)))
    parts = [_one_sweep(world, day, int(admin), size, rng) for admin in admins]
    return concatenate([*parts, _one_sweep(world, day, 0, 0, rng)])


def sweep(world: World, day: int, rng: np.random.Generator) -> Logons:
    """Return one administrator's sweep over up to ninety servers, for a day that must have one."""
    size = min(len(world.servers), int(rng.integers(20, 90)))
    return _one_sweep(world, day, int(rng.integers(len(world.admin_person))), size, rng)


def _one_sweep(world: World, day: int, admin: int, size: int, rng: np.random.Generator) -> Logons:
    dst = rng.choice(world.servers, size, replace=False)
    start = _midnight(world, day) + int(office_times(rng, 1)[0])
    t = start + np.sort(rng.integers(0, HOUR_US, size))
    src = np.full(size, world.home[world.admin_person[admin]])
    acct = np.full(size, world.first_admin + admin)
    return make_logons(t, (src, dst, acct), np.full(size, 3, dtype=np.int8), KIND_SWEEP, rng)


def _services(world: World, day: int, rng: np.random.Generator) -> Logons:
    """Return machines talking to machines: backup, monitoring, scanner, deployment and applications."""
    parts = [_backup(world, day, rng), _monitor(world, day, rng), _scanner(world, day, rng), _deploy(world, day, rng)]
    parts += [_application(world, day, number, rng) for number in range(4, len(world.service_sources))]
    return concatenate(parts)


def _service_rows(
    world: World, number: int, t: NDArray[np.int64], dst: NDArray[np.int32], kind: int, rng: np.random.Generator
) -> Logons:
    src = world.service_sources[number][rng.integers(0, len(world.service_sources[number]), len(t))]
    keep = src != dst
    acct = np.full(int(keep.sum()), world.first_service + number)
    return make_logons(t[keep], (src[keep], dst[keep], acct), np.full(len(acct), 3, dtype=np.int8), kind, rng)


def _backup(world: World, day: int, rng: np.random.Generator) -> Logons:
    targets = world.service_targets[0]
    dst = targets[rng.random(len(targets)) < 0.97]
    t = _midnight(world, day) + HOUR_US + rng.integers(0, 4 * HOUR_US, len(dst))
    return _service_rows(world, 0, t, dst, KIND_BACKUP, rng)


def _monitor(world: World, day: int, rng: np.random.Generator) -> Logons:
    rounds = np.repeat(np.arange(6) * 4 * HOUR_US, len(world.service_targets[1]))
    dst = np.tile(world.service_targets[1], 6)
    t = _midnight(world, day) + rounds + rng.integers(0, 30 * 60 * SECOND_US, len(rounds))
    return _service_rows(world, 1, t, dst, KIND_SERVICE, rng)


def _scanner(world: World, day: int, rng: np.random.Generator) -> Logons:
    dst = world.service_targets[2] if day % 7 in (2, 6) else world.service_targets[2][:0]
    t = _midnight(world, day) + 20 * HOUR_US + np.sort(rng.integers(0, 3 * HOUR_US, len(dst)))
    return _service_rows(world, 2, t, dst, KIND_SCAN, rng)


def _deploy(world: World, day: int, rng: np.random.Generator) -> Logons:
    targets = world.service_targets[3]
    dst = targets[rng.random(len(targets)) < 0.05 * day_factor(world.config.start, day)]
    t = _midnight(world, day) + office_times(rng, len(dst))
    return _service_rows(world, 3, t, dst, KIND_DEPLOY, rng)


def _application(world: World, day: int, number: int, rng: np.random.Generator) -> Logons:
    targets = world.service_targets[number]
    step = (30, 60, 120)[number % 3] * 60 * SECOND_US
    ticks = np.repeat(np.arange(0, DAY_US, step), len(targets))
    dst = np.tile(targets, DAY_US // step)
    t = _midnight(world, day) + ticks + (number * 7 % 60) * 60 * SECOND_US
    return _service_rows(world, number, t + rng.integers(0, 20 * SECOND_US, len(t)), dst, KIND_SERVICE, rng)
