"""Host events beside the logons: remote execution, services, LSASS access, explicit credentials, tasks.

Honest work makes them as well: administrators run commands remotely, deployment installs services, protection
software reads LSASS.  The shares below are design choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.intrusion import Hop, Plan
    from graphhunt.lab.generator.world import World

REMOTE_EXECUTION, SERVICE_INSTALL, LSASS_ACCESS, EXPLICIT_CREDENTIALS, TASK_REGISTERED = range(5)
CORROBORATION_KINDS = {
    REMOTE_EXECUTION: "remote_execution",
    SERVICE_INSTALL: "service_install",
    LSASS_ACCESS: "lsass_access",
    EXPLICIT_CREDENTIALS: "explicit_credentials",
    TASK_REGISTERED: "task_registered",
}

PROTECTION, SYSTEM_TOOL, TASK_MANAGER, ADMIN_TOOL, SCRIPT_HOST, UNSIGNED = range(6)
"""Actor of an access to LSASS."""

# Rights asked for, as masks: queries, memory reads, everything.
_QUERY, _READ = (0x1000, 0x1400, 0x0400, 0x2000), (0x1010, 0x1410, 0x1038, 0x1FFFFF)
_NO_RIGHTS = (-1, -1)

# Chance of (remote execution, service, explicit credentials, task) per honest logon of a kind.
_HONEST = {
    b.KIND_ADMIN: (0.15, 0.02, 0.5, 0.01),
    b.KIND_SHARED: (0.002, 0.0, 0.5, 0.0),
    b.KIND_HELP: (0.12, 0.01, 0.5, 0.005),
    b.KIND_SWEEP: (0.9, 0.02, 0.0, 0.01),
    b.KIND_DEPLOY: (0.95, 0.1, 0.0, 0.03),
    b.KIND_SCAN: (0.3, 0.03, 0.0, 0.0),
    b.KIND_BACKUP: (0.02, 0.001, 0.0, 0.0),
    b.KIND_SERVICE: (0.005, 0.0, 0.0, 0.0),
    b.KIND_HABIT: (0.001, 0.0, 0.002, 0.0),
    b.KIND_NOVEL: (0.002, 0.0, 0.01, 0.0),
    b.KIND_NESTED: (0.002, 0.0, 0.002, 0.0),
    b.KIND_ONWARD: (0.1, 0.01, 0.2, 0.005),
    b.KIND_PEER: (0.002, 0.0, 0.01, 0.0),
}
_COLUMNS = ("t", "host", "acct", "kind", "logon", "peer", "subject", "actor", "rights")
_COVERAGE = 0.8
_WITHOUT_EXECUTION = {"land", "rdp", "ssh"}
_EXECUTES = {"psexec", "smbexec", "wmi", "winrm", "dcom", "schtask", "pth"}
_LSASS_SHARE = (0.7, 0.65, 0.5, 0.45)


@dataclass(frozen=True)
class HostEvents:
    """Host events as rows of (t, host, acct, kind, logon row, peer, subject, actor, rights).

    ``actor`` and ``rights`` are -1 but for accesses to LSASS.
    """

    rows: NDArray[np.int64]

    def order(self) -> NDArray[np.int64]:
        """Return the places of the rows by time."""
        return np.lexsort((self.rows[:, 3], self.rows[:, 1], self.rows[:, 0]))

    def frame(self, position: NDArray[np.int64]) -> pl.DataFrame:
        """Return them by time, with logon rows renumbered by ``position`` (old row to new row, -1 for none)."""
        logon = self.rows[:, 4]
        order = self.order()
        columns = dict(zip(_COLUMNS, self.rows.T, strict=True))
        columns["logon"] = np.where(logon >= 0, position[np.maximum(logon, 0)], -1)
        return pl.DataFrame({name: column[order] for name, column in columns.items()}).with_columns(
            pl.col("host", "acct", "logon", "peer", "subject", "rights").cast(pl.Int32),
            pl.col("kind", "actor").cast(pl.Int8),
        )

    def on(self, hosts: NDArray[np.bool_]) -> HostEvents:
        """Return those of the marked machines."""
        return HostEvents(self.rows[hosts[self.rows[:, 1]]])


def honest_events(world: World, logons: b.Logons, rng: np.random.Generator) -> HostEvents:
    """Return the host events of harmless logons plus those of the machines' own software."""
    chance = np.zeros((b.KINDS, 4))
    for kind, shares in _HONEST.items():
        chance[kind] = shares
    hit = rng.random((len(logons), 4)) < chance[logons.kind] * coverage_of(world)
    hit &= (logons.ok == 1)[:, None]
    # Remote desktops run what the user starts under his own shell, which is no remote execution.
    hit[logons.logon_type != 3, 0] = False
    owner = np.full(len(world.places.silent), -1, dtype=np.int64)
    owner[world.home] = np.arange(world.persons)
    parts = [
        _at_destination(logons, np.flatnonzero(hit[:, 0]), REMOTE_EXECUTION, rng),
        _at_destination(logons, np.flatnonzero(hit[:, 1]), SERVICE_INSTALL, rng),
        _at_destination(logons, np.flatnonzero(hit[:, 3]), TASK_REGISTERED, rng),
        _at_source(logons, np.flatnonzero(hit[:, 2] & (owner[logons.src] >= 0)), owner, rng),
        _accesses(world, logons, rng),
        _rollout(world, (int(logons.t[0]), int(logons.t[-1]))),
    ]
    return HostEvents(np.concatenate(parts))


def coverage_of(world: World) -> float:
    """Return the share of host events that a sensor records."""
    return world.shares["event_share"] or _COVERAGE


def _delay(size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return (rng.gamma(2.0, 1.0, size) * SECOND_US).astype(np.int64)


def _at_destination(
    logons: b.Logons, rows: NDArray[np.int64], kind: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    t = logons.t[rows] + _delay(len(rows), rng)
    blank = np.full(len(rows), -1)
    columns = [t, logons.dst[rows], logons.acct[rows], blank * 0 + kind, rows, blank, blank, blank, blank]
    return np.stack(columns, axis=1)


def _at_source(
    logons: b.Logons, rows: NDArray[np.int64], owner: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    t = logons.t[rows] - _delay(len(rows), rng) // 4
    kind = np.full(len(rows), EXPLICIT_CREDENTIALS)
    src = logons.src[rows]
    blank = np.full(len(rows), -1)
    return np.stack([t, src, logons.acct[rows], kind, blank, logons.dst[rows], owner[src], blank, blank], axis=1)


def _accesses(world: World, logons: b.Logons, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return honest accesses to LSASS: mostly queries by protection and tools, some that may read memory."""
    first, last = int(logons.t[0]), int(logons.t[-1])
    per_day = max(1.0, len(world.machines) / 500) * max(1.0, world.shares["lsass_factor"])
    size = int(rng.poisson(per_day * max(1.0, (last - first) / DAY_US)))
    host = rng.integers(0, len(world.machines), size)
    t = rng.integers(first, last + 1, size)
    actor = rng.choice(6, size, p=[0.45, 0.25, 0.1, 0.08, 0.07, 0.05])
    reads = rng.random(size) < np.array([0.4, 0.2, 0.5, 0.7, 0.5, 0.5])[actor]
    return _lsass_rows(t, host, actor, np.where(reads, rng.choice(_READ, size), rng.choice(_QUERY, size)))


def _lsass_rows(
    t: NDArray[np.int64], host: NDArray[np.int64], actor: NDArray[np.int64], rights: NDArray[np.int64]
) -> NDArray[np.int64]:
    blank = np.full(len(t), -1)
    return np.stack([t, host, blank, blank * 0 + LSASS_ACCESS, blank, blank, blank, actor, rights], axis=1)


def _rollout(world: World, period: tuple[int, int]) -> NDArray[np.int64]:
    """Return the day on which a new protection agent arrives and looks into LSASS everywhere."""
    rng = stream(world.config.seed, "agent roll-out")
    day = int(rng.integers(world.config.days * 2 // 3, world.config.days))
    host = np.flatnonzero(rng.random(len(world.machines)) < world.shares["agent_rollout"])
    begin = world.config.start + day * DAY_US + 8 * HOUR_US
    t = np.minimum(begin + rng.integers(0, 9 * HOUR_US, len(host)), period[1])
    rights = rng.choice((0x1010, 0x1410, 0x1400), len(host))
    return _lsass_rows(t, host, np.full(len(host), PROTECTION), rights)


def intruder_events(
    world: World, plans: list[Plan], first_row: int, rng: np.random.Generator
) -> tuple[HostEvents, NDArray[np.int64]]:
    """Return the host events of intrusions, and the number of the intrusion behind each.

    The hops of the plans are the logon rows from ``first_row`` on, in plan order.
    """
    rows: list[tuple[int, ...]] = []
    numbers: list[int] = []
    row = first_row
    for number, plan in enumerate(plans):
        previous = plan.acct
        for hop in plan.hops:
            found = _hop_events(hop, row, previous, plan, rng) if hop.ok else []
            rows += found
            numbers += [number] * len(found)
            previous = hop.acct if hop.ok else previous
            row += 1
    recorded = rng.random(len(rows)) < coverage_of(world)
    events = np.array(rows, dtype=np.int64).reshape(-1, len(_COLUMNS))
    return HostEvents(events[recorded]), np.array(numbers, dtype=np.int64)[recorded]


def _hop_events(hop: Hop, row: int, previous: int, plan: Plan, rng: np.random.Generator) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    if hop.stolen_on >= 0 and rng.random() < _LSASS_SHARE[plan.stealth]:
        before = int(rng.exponential(240.0) + 5) * SECOND_US
        actor = int(rng.choice((TASK_MANAGER, ADMIN_TOOL, SCRIPT_HOST, UNSIGNED, SYSTEM_TOOL)))
        found.append((hop.t - before, hop.stolen_on, -1, LSASS_ACCESS, -1, -1, -1, actor, int(rng.choice(_READ))))
    if hop.acct != previous and rng.random() < 0.5:
        asked = hop.t - int(rng.integers(1, SECOND_US))
        found.append((asked, hop.src, hop.acct, EXPLICIT_CREDENTIALS, -1, hop.dst, previous, *_NO_RIGHTS))
    if hop.technique in _EXECUTES and plan.style not in _WITHOUT_EXECUTION:
        after = hop.t + int(rng.gamma(2.0, 1.0) * SECOND_US)
        found.append((after, hop.dst, hop.acct, REMOTE_EXECUTION, row, -1, -1, *_NO_RIGHTS))
        if hop.technique in {"psexec", "smbexec"}:
            found.append((after - 200_000, hop.dst, hop.acct, SERVICE_INSTALL, row, -1, -1, *_NO_RIGHTS))
        if hop.technique == "schtask":
            found.append((after - 200_000, hop.dst, hop.acct, TASK_REGISTERED, row, -1, -1, *_NO_RIGHTS))
    return found
