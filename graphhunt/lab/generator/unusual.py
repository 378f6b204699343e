"""Honest days with everything in them that looks like an intruder: other desks, typing errors, patch days, new tasks.

``honest_day`` is what every output uses.  With no hardening it is the plain day of ``behaviour``; otherwise each
difference changes or adds rows from a stream of its own, so that one can be switched off without moving the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.automation import automated, with_failing_scans, with_moved_sources
from graphhunt.lab.generator.clock import day_factor, local_midnight, office_times
from graphhunt.lab.generator.config import HOUR_US, SECOND_US
from graphhunt.lab.generator.desks import from_elsewhere, kiosks
from graphhunt.lab.generator.onward import onward, support_onward
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

_LATEST_FAILURE_S = 40
_HUMAN_KINDS = (b.KIND_HABIT, b.KIND_NOVEL, b.KIND_NESTED, b.KIND_SHARED, b.KIND_ADMIN, b.KIND_HELP, b.KIND_ONWARD)
_MANAGED_KINDS = (b.KIND_ADMIN, b.KIND_HELP, b.KIND_ONWARD, b.KIND_SWEEP, b.KIND_DEPLOY)


def honest_day(world: World, day: int) -> b.Logons:
    """Return every harmless logon that starts on day ``day``, sorted; the same for the same seed and day."""
    rows = b.benign_day(world, day)
    if not any(world.shares.values()):
        return rows
    rows = with_moved_sources(world, day, from_elsewhere(world, day, rows))
    rows = b.concatenate([rows, *_additions(world, day, rows)])
    rows = b.concatenate([rows, _failures(world, day, rows), _expired(world, day), _odd_sessions(world, day, rows)])
    rows = with_failing_scans(world, day, rows)
    return b.sort_logons(with_protocols(world, rows, stream(world.config.seed, "protocols", day)))


def _additions(world: World, day: int, rows: b.Logons) -> Iterator[b.Logons]:
    yield onward(world, day, rows)
    yield support_onward(world, day, rows)
    yield _peers(world, day, rows)
    yield _first_visits(world, day, rows)
    yield _patch_day(world, day)
    yield kiosks(world, day)
    yield from automated(world, day)


def _people_rows(rows: b.Logons, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    person = np.isin(rows.kind, (b.KIND_HABIT, b.KIND_NOVEL))
    return np.flatnonzero(person & (rng.random(len(rows)) < share))


def _peers(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return visits to colleagues' machines: shared folders, printers, developers' test machines."""
    rng = stream(world.config.seed, "peers", day)
    base = rows.take(_people_rows(rows, world.shares["peer_logons"], rng))
    colleagues = world.home[rng.integers(0, world.persons, len(base))]
    kinds = np.where(rng.random(len(base)) < 0.2, 10, 3).astype(np.int8)
    return _visits(base, colleagues, kinds, rng)


def _first_visits(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return first visits to machines that hardly anybody uses; some are refused."""
    rng = stream(world.config.seed, "first visits", day)
    share = world.shares["first_visits"] + world.shares["honest_new_target"]
    base = rows.take(_people_rows(rows, share, rng))
    kinds = np.where(rng.random(len(base)) < 0.1, 10, 3).astype(np.int8)
    made = _visits(base, rng.choice(world.servers, len(base)), kinds, rng)
    refused = rng.random(len(made)) < 0.3
    made.ok[refused], made.end[refused] = 0, -1
    return made


def _visits(base: b.Logons, dst: NDArray[np.int32], kinds: NDArray[np.int8], rng: np.random.Generator) -> b.Logons:
    keep = (dst != base.src) & (base.src != base.dst)
    t = base.t + rng.integers(60, 1_800, len(base)) * SECOND_US
    made = b.make_logons(t[keep], (base.src[keep], dst[keep], base.acct[keep]), kinds[keep], b.KIND_PEER, rng)
    made.within[:], made.as_acct[:] = base.within[keep], base.as_acct[keep]
    return made


def _patch_day(world: World, day: int) -> b.Logons:
    """Return a burst of visits to desks by one support or administrator's account, on some working days."""
    rng = stream(world.config.seed, "patch day", day)
    wanted = rng.random() < world.shares["patch_day"] * day_factor(world.config.start, day)
    size = min(world.first_server, int(rng.integers(20, 61))) if wanted else 0
    helper = rng.random() < 0.6
    number = int(rng.integers(len(world.help_person) if helper else len(world.admin_person)))
    person = int(world.help_person[number] if helper else world.admin_person[number])
    acct = (world.first_help if helper else world.first_admin) + number
    dst = rng.choice(world.first_server, size, replace=False)
    begin = _midnight(world, day) + int(office_times(rng, 1)[0])
    t = begin + np.sort(rng.integers(0, 3 * HOUR_US, size))
    keep = dst != world.home[person]
    way = (np.full(size, world.home[person])[keep], dst[keep], np.full(size, acct)[keep])
    return b.make_logons(t[keep], way, np.full(int(keep.sum()), 3, dtype=np.int8), b.KIND_HELP, rng)


def _failures(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return the mistyped passwords before logons that then succeed: one to three within a minute."""
    rng = stream(world.config.seed, "mistyped", day)
    human = np.isin(rows.kind, _HUMAN_KINDS) & (rows.ok == 1) & (rows.src != rows.dst)
    chosen = np.flatnonzero(human & (rng.random(len(rows)) < world.shares["mistyped"]))
    return failed_before(rows.take(np.repeat(chosen, rng.integers(1, 4, len(chosen)))), rng)


def failed_before(rows: b.Logons, rng: np.random.Generator) -> b.Logons:
    """Return ``rows`` as failed attempts some seconds earlier."""
    rows.t[:] -= rng.integers(2, _LATEST_FAILURE_S, len(rows)) * SECOND_US
    rows.ok[:], rows.end[:] = 0, -1
    return rows


def _expired(world: World, day: int) -> b.Logons:
    """Return bursts of failures of people whose password has expired: their programs go on trying."""
    rng = stream(world.config.seed, "expired", day)
    present = np.flatnonzero(b.present_persons(world, day))
    who = present[rng.random(len(present)) < world.shares["expired"]]
    begin = _midnight(world, day) + office_times(rng, len(who))
    tries = rng.integers(5, 16, len(who))
    who, begin = np.repeat(who, tries), np.repeat(begin, tries)
    t = begin + rng.integers(0, 2 * HOUR_US, len(who))
    way = (world.places.desks(day)[who], world.habits.draw(who, rng), who)
    made = b.make_logons(t, way, np.full(len(who), 3, dtype=np.int8), b.KIND_HABIT, rng)
    made.ok[:], made.end[:] = 0, -1
    return made


def _odd_sessions(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return the local sessions (types 2 and 9) of people who start something as somebody else."""
    rng = stream(world.config.seed, "odd sessions", day)
    other = (rows.as_acct >= 0) & (rows.as_acct != rows.acct)
    lots = rng.random(len(rows))
    staff = np.isin(rows.kind, (b.KIND_ADMIN, b.KIND_HELP)) & (lots < 2 * world.shares["odd_types"])
    chosen = np.flatnonzero((other & (lots < 0.5) & bool(world.shares["odd_types"])) | staff)
    return started_as_other(rows.take(chosen[rows.src[chosen] < len(world.machines)]), rng)


def started_as_other(rows: b.Logons, rng: np.random.Generator) -> b.Logons:
    """Return the local sessions that come before ``rows`` when their account is entered by hand.

    Type 9 keeps the name of whoever asked, type 2 has the new one.
    """
    net = rng.random(len(rows)) < 0.5
    asked = np.where(rows.as_acct >= 0, rows.as_acct, rows.acct)
    acct = np.where(net, asked, rows.acct)
    kinds = np.where(net, 9, 2).astype(np.int8)
    t = rows.t - rng.integers(1, 120, len(rows)) * SECOND_US
    return b.make_logons(t, (rows.src, rows.src, acct), kinds, b.KIND_LOCAL, rng)


def with_protocols(world: World, rows: b.Logons, rng: np.random.Generator) -> b.Logons:
    """Return the rows with what the target makes of them: protocol, NTLM, SSH on Linux, clear-text logons."""
    lots = rng.random((3, len(rows)))
    remote = rows.logon_type == 3
    managed = np.isin(rows.kind, _MANAGED_KINDS) & remote
    rows.via[managed & (lots[0] < 0.3)] = b.VIA_RPC
    rows.via[(managed & (lots[0] < 0.15)) | (remote & (lots[0] < 0.02))] = b.VIA_WINRM
    rows.logon_type[remote & np.isin(rows.kind, _HUMAN_KINDS) & (lots[1] < world.shares["odd_types"])] = 8
    return as_target_logs(world, rows, lots[2])


def as_target_logs(world: World, rows: b.Logons, lots: NDArray[np.float64]) -> b.Logons:
    """Return the rows with NTLM by target (a lot decides) and Linux targets reached by SSH, which has no type."""
    if world.shares["ntlm_usual"]:
        rows.auth[:] = lots < world.places.ntlm[rows.dst]
    linux = world.places.linux[rows.dst] & (rows.src != rows.dst)
    rows.via[linux], rows.logon_type[linux], rows.auth[linux] = b.VIA_SSH, -1, 0
    return rows


def _midnight(world: World, day: int) -> int:
    return local_midnight(world.config.start, day, world.config.utc_offset_minutes)
