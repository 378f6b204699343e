"""Automation that is new, moves or fails: a second scanner, a deployment that begins, a service on another server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.clock import day_factor, local_midnight, office_times
from graphhunt.lab.generator.config import HOUR_US
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

_FIRST_APPLICATION = 4


def automated(world: World, day: int) -> Iterator[b.Logons]:
    """Yield the day of the accounts that begin within the last third of the period: a scanner and a deployment."""
    if not world.shares["new_automation"]:
        return
    rng = stream(world.config.seed, "new automation")
    begin = rng.integers(world.config.days * 2 // 3, world.config.days, 2)
    sources = rng.choice(world.servers, 2)
    scanned = rng.choice(world.first_jump, world.first_jump // 3, replace=False)
    today = stream(world.config.seed, "new automation", day)
    busy = day_factor(world.config.start, day)
    if day >= begin[0] and (day - begin[0]) % 3 == 0:
        yield _rounds(world, day, (int(sources[0]), 0, scanned), b.KIND_SCAN, today)
    if day >= begin[1]:
        served = np.flatnonzero(today.random(world.first_server) < 0.08 * busy)
        yield _rounds(world, day, (int(sources[1]), 1, served), b.KIND_DEPLOY, today)


def _rounds(
    world: World, day: int, task: tuple[int, int, NDArray[np.int64]], kind: int, rng: np.random.Generator
) -> b.Logons:
    source, number, targets = task
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    if kind == b.KIND_SCAN:
        t = midnight + 2 * HOUR_US + np.sort(rng.integers(0, 4 * HOUR_US, len(targets)))
    else:
        t = midnight + office_times(rng, len(targets))
    keep = targets != source
    size = int(keep.sum())
    acct = world.first_service + len(world.service_sources) + number
    way = (np.full(size, source), targets[keep], np.full(size, acct))
    return b.make_logons(t[keep], way, np.full(size, 3, dtype=np.int8), kind, rng)


def with_moved_sources(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return the rows with one application's service run from another server from a day of the last third on."""
    rng = stream(world.config.seed, "moved automation")
    applications = len(world.service_sources) - _FIRST_APPLICATION
    number = _FIRST_APPLICATION + int(rng.integers(max(1, applications)))
    begin = int(rng.integers(world.config.days * 2 // 3, world.config.days))
    server = int(rng.choice(world.servers))
    if world.shares["moved_automation"] and applications > 0 and day >= begin:
        own = (rows.acct == world.first_service + number) & (rows.dst != server)
        rows.src[own] = server
    return rows


def with_failing_scans(world: World, day: int, rows: b.Logons) -> b.Logons:
    """Return the rows with a share of the scanners' logons refused."""
    rng = stream(world.config.seed, "scan failures", day)
    failed = (rows.kind == b.KIND_SCAN) & (rng.random(len(rows)) < world.shares["scan_failures"])
    rows.ok[failed], rows.end[failed] = 0, -1
    return rows
