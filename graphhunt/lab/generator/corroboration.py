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
from graphhunt.lab.generator.config import DAY_US, SECOND_US

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
}
_COVERAGE = 0.8
_EXECUTES = {"psexec", "smbexec", "wmi", "winrm", "dcom", "schtask", "pth"}
_LSASS_SHARE = (0.7, 0.65, 0.5, 0.45)


@dataclass(frozen=True)
class HostEvents:
    """Host events as rows of (t, host, acct, kind, logon row, peer, subject)."""

    rows: NDArray[np.int64]

    def frame(self, position: NDArray[np.int64]) -> pl.DataFrame:
        """Return them by time, with logon rows renumbered by ``position`` (old row to new row)."""
        logon = self.rows[:, 4]
        moved = np.where(logon >= 0, position[np.maximum(logon, 0)], -1)
        order = np.lexsort((self.rows[:, 3], self.rows[:, 1], self.rows[:, 0]))
        columns = dict(zip(("t", "host", "acct", "kind", "logon", "peer", "subject"), self.rows.T, strict=True))
        columns["logon"] = moved
        return pl.DataFrame({name: column[order] for name, column in columns.items()}).with_columns(
            pl.col("host", "acct", "logon", "peer", "subject").cast(pl.Int32), pl.col("kind").cast(pl.Int8)
        )


def honest_events(world: World, logons: b.Logons, rng: np.random.Generator) -> HostEvents:
    """Return the host events of harmless logons plus those of the machines' own software."""
    chance = np.zeros((16, 4))
    for kind, shares in _HONEST.items():
        chance[kind] = shares
    hit = rng.random((len(logons), 4)) < chance[logons.kind] * _COVERAGE
    hit &= (logons.ok == 1)[:, None]
    # Remote desktops run what the user starts under his own shell, which is no remote execution.
    hit[logons.logon_type != 3, 0] = False
    owner = np.full(len(world.machines), -1, dtype=np.int64)
    owner[world.home] = np.arange(world.persons)
    parts = [
        _at_destination(logons, np.flatnonzero(hit[:, 0]), REMOTE_EXECUTION, rng),
        _at_destination(logons, np.flatnonzero(hit[:, 1]), SERVICE_INSTALL, rng),
        _at_destination(logons, np.flatnonzero(hit[:, 3]), TASK_REGISTERED, rng),
        _at_source(logons, np.flatnonzero(hit[:, 2] & (owner[logons.src] >= 0)), owner, rng),
        _protection(world, logons, rng),
    ]
    return HostEvents(np.concatenate(parts))


def _delay(size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return (rng.gamma(2.0, 1.0, size) * SECOND_US).astype(np.int64)


def _at_destination(
    logons: b.Logons, rows: NDArray[np.int64], kind: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    t = logons.t[rows] + _delay(len(rows), rng)
    blank = np.full(len(rows), -1)
    return np.stack([t, logons.dst[rows], logons.acct[rows], blank * 0 + kind, rows, blank, blank], axis=1)


def _at_source(
    logons: b.Logons, rows: NDArray[np.int64], owner: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    t = logons.t[rows] - _delay(len(rows), rng) // 4
    kind = np.full(len(rows), EXPLICIT_CREDENTIALS)
    src = logons.src[rows]
    return np.stack([t, src, logons.acct[rows], kind, kind * 0 - 1, logons.dst[rows], owner[src]], axis=1)


def _protection(world: World, logons: b.Logons, rng: np.random.Generator) -> NDArray[np.int64]:
    first, last = int(logons.t[0]), int(logons.t[-1])
    per_day = max(1.0, len(world.machines) / 500)
    size = int(rng.poisson(per_day * max(1.0, (last - first) / DAY_US)))
    blank = np.full(size, -1)
    host = rng.integers(0, len(world.machines), size)
    return np.stack(
        [rng.integers(first, last + 1, size), host, blank, blank * 0 + LSASS_ACCESS, blank, blank, blank], axis=1
    )


def intruder_events(plans: list[Plan], first_row: int, rng: np.random.Generator) -> HostEvents:
    """Return the host events of intrusions whose hops are the logon rows from ``first_row`` on, in plan order."""
    rows: list[tuple[int, ...]] = []
    row = first_row
    for plan in plans:
        previous = plan.acct
        for hop in plan.hops:
            rows += _hop_events(hop, row, previous, plan.stealth, rng)
            previous = hop.acct
            row += 1
    seen = [event for event in rows if rng.random() < _COVERAGE]
    return HostEvents(np.array(seen, dtype=np.int64).reshape(-1, 7))


def _hop_events(hop: Hop, row: int, previous: int, stealth: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    if hop.stolen_on >= 0 and rng.random() < _LSASS_SHARE[stealth]:
        before = int(rng.exponential(240.0) + 5) * SECOND_US
        found.append((hop.t - before, hop.stolen_on, -1, LSASS_ACCESS, -1, -1, -1))
    if hop.acct != previous and rng.random() < 0.5:
        asked = hop.t - int(rng.integers(1, SECOND_US))
        found.append((asked, hop.src, hop.acct, EXPLICIT_CREDENTIALS, -1, hop.dst, previous))
    if hop.technique in _EXECUTES:
        after = hop.t + int(rng.gamma(2.0, 1.0) * SECOND_US)
        found.append((after, hop.dst, hop.acct, REMOTE_EXECUTION, row, -1, -1))
        if hop.technique in {"psexec", "smbexec"}:
            found.append((after - 200_000, hop.dst, hop.acct, SERVICE_INSTALL, row, -1, -1))
        if hop.technique == "schtask":
            found.append((after - 200_000, hop.dst, hop.acct, TASK_REGISTERED, row, -1, -1))
    return found
