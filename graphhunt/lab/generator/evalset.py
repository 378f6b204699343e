"""Labelled logons for judging lateral-movement detectors, without a detour over JSON.

The detector gets ``logons``, ``corroboration`` and perhaps ``owners``; ``labels``, ``attacks`` and ``decoys`` are
the truth and stay with the judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.assembly import assemble, logon_frame
from graphhunt.lab.generator.config import DAY_US, SECOND_US, GeneratorConfig
from graphhunt.lab.generator.corroboration import CORROBORATION_KINDS
from graphhunt.lab.generator.hardening import Hardening
from graphhunt.lab.generator.history import History
from graphhunt.lab.generator.intrusion import Plan, attack_count, plan_cells
from graphhunt.lab.generator.labelled import AttackTruth, EvalSet, HopTruth
from graphhunt.lab.generator.star import plan_stars
from graphhunt.lab.generator.streams import stream
from graphhunt.lab.generator.unusual import honest_day
from graphhunt.lab.generator.world import World, build_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

__all__ = [
    "CORROBORATION_KINDS",
    "AttackTruth",
    "EvalSet",
    "HopTruth",
    "eval_set",
    "logon_days",
    "logon_frame",
    "set_of",
]


def eval_set(  # noqa: PLR0913 - each is a size the caller may want to vary
    seed: int,
    *,
    users: int = 1500,
    servers: int = 500,
    admins: int = 40,
    service_accounts: int = 15,
    days: int = 45,
    history_days: int = 30,
    attacks: int | None = 90,
    stars: int = 0,
    rate: float = 3.6,
) -> EvalSet:
    """Return the evaluation set of one seed: about 270,000 logons and 90 attacks with the default sizes.

    With so many each is to be ranked alone among the harmless rows (``EvalSet.alone``); ``attacks=None`` gives the one
    to three that a real estate may have, ``attacks=0`` the harmless set for calibration: the same logons without the
    intruders.  ``stars`` adds that many stolen accounts used in the manner of LANL's red team (goal "star", cell 12;
    LANL has 98).  ``rate`` is the mean number of remote logons of a person on a working day.  Every difference between
    intruders and honest people is made honest; ``set_of`` takes a configuration with fewer.
    """
    config = GeneratorConfig(
        seed=seed,
        hosts=users + servers + 10,
        users=users,
        servers=servers,
        admins=admins,
        service_accounts=service_accounts,
        days=days,
        utc_offset_minutes=0,
        logons_per_user_day=rate,
        hardening=Hardening(),
    )
    return set_of(config, history_days=history_days, attacks=attacks, stars=stars)


def set_of(config: GeneratorConfig, *, history_days: int, attacks: int | None, stars: int = 0) -> EvalSet:
    """Return the evaluation set of a configuration, whose ``hardening`` names the differences that are made honest.

    The other arguments are those of ``eval_set``.
    """
    world = build_world(config)
    window = (config.start + history_days * DAY_US, config.end)
    honest = _honest_logons(world, window)
    count = attack_count(world, stream(config.seed, "how many")) if attacks is None else attacks
    plans = _plans(world, honest, count, window)
    plans += plan_stars(world, stars, window, stream(config.seed, "stars"))
    return assemble(world, honest, plans, window)


def logon_days(config: GeneratorConfig) -> Iterator[pl.DataFrame]:
    """Yield the harmless logons of each day as a frame, for scale: more than a million rows a second.

    The columns are those of ``EvalSet.logons``; memory is bounded by one day.
    """
    world = build_world(config)
    for day in range(config.days):
        yield logon_frame(honest_day(world, day))


def _honest_logons(world: World, window: tuple[int, int]) -> b.Logons:
    parts = [honest_day(world, day) for day in range(world.config.days)]
    logons = b.concatenate([*parts, _reversed_chains(world, window)])
    inside = (logons.t >= world.config.start) & (logons.t < world.config.end)
    return b.sort_logons(logons.take(np.flatnonzero(inside)))


def _plans(world: World, honest: b.Logons, count: int, window: tuple[int, int]) -> list[Plan]:
    return plan_cells(world, History(honest), count, window, stream(world.config.seed, "intruders"))


def _reversed_chains(world: World, window: tuple[int, int]) -> b.Logons:
    """Return look-alikes of chains whose later hop came first in time, so that nothing was passed on."""
    rng = stream(world.config.seed, "reversed")
    size = max(4, world.persons // 75)
    who = rng.integers(0, world.persons, size)
    middle = world.department_servers.draw(world.department[who].astype(np.int64), rng)
    final = world.department_servers.draw(world.department[who].astype(np.int64), rng)
    begin = window[0] + rng.integers(0, max(1, window[1] - window[0] - DAY_US), size)
    later = begin + rng.integers(600, 18_000, size) * SECOND_US
    t = np.concatenate([begin, later])
    src = np.concatenate([middle, world.home[who]])
    dst = np.concatenate([final, middle])
    keep = src != dst
    way = (src[keep], dst[keep], np.concatenate([who, who])[keep])
    return b.make_logons(t[keep], way, np.full(int(keep.sum()), 3, dtype=np.int8), b.KIND_REVERSED, rng)
