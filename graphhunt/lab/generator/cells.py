"""Intrusions of the twelve cells of goal and stealth, played as full records.

They are planned over the honest logons of all days, which are cheap columns, and each stays within one day, so a
day can still be made alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.clock import local_midnight
from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.history import History
from graphhunt.lab.generator.intrusion import GOALS, Plan, plan_day_intrusion
from graphhunt.lab.generator.scenario import Intrusion, Step, control, intrusions_of, service_word, working_days
from graphhunt.lab.generator.streams import stream
from graphhunt.lab.generator.unusual import honest_day
from graphhunt.lab.generator.world import build_world

if TYPE_CHECKING:
    import numpy as np

    from graphhunt.lab.generator.config import GeneratorConfig
    from graphhunt.lab.generator.world import World

_ATTEMPTS = 1_000


def all_intrusions(world: World, day: int) -> list[Intrusion]:
    """Return everything that is played on ``day``: chains of the templates and intrusions of the cells."""
    chains = intrusions_of(world, day)
    if not world.config.cell_attacks:
        return chains
    return chains + [intrusion for played, intrusion in _planned(world.config) if played == day]


@lru_cache(maxsize=2)
def _planned(config: GeneratorConfig) -> tuple[tuple[int, Intrusion], ...]:
    world = build_world(config)
    honest = b.sort_logons(b.concatenate([honest_day(world, day) for day in range(config.days)]))
    history = History(honest)
    # The first half is history: without it nobody could keep to what was used before.
    days = [day for day in working_days(world) if day >= config.days // 2] or [config.days - 1]
    found = []
    for number in range(config.cell_attacks):
        rng = stream(config.seed, "cell attack", number)
        plan, day = _attempt(world, history, (number % 12 // 4, number % 4), days, rng)
        if plan:
            found.append((day, _intrusion(world, number, plan, day, rng)))
    return tuple(found)


def _attempt(
    world: World, history: History, cell: tuple[int, int], days: list[int], rng: np.random.Generator
) -> tuple[Plan | None, int]:
    config = world.config
    for _ in range(_ATTEMPTS):
        day = int(rng.choice(days))
        midnight = local_midnight(config.start, day, config.utc_offset_minutes)
        plan = plan_day_intrusion(world, history, cell, (midnight, midnight + DAY_US - 2 * HOUR_US), rng)
        if plan:
            return plan, day
    return None, -1


def _intrusion(world: World, number: int, plan: Plan, day: int, rng: np.random.Generator) -> Intrusion:
    steps = tuple(
        Step(hop.t, hop.src, hop.dst, hop.acct, hop.technique, service_word(rng), hop.stolen_on) for hop in plan.moves
    )
    midnight = local_midnight(world.config.start, day, world.config.utc_offset_minutes)
    end = min(steps[-1].t + int(rng.uniform(1.0, 2.0) * HOUR_US), midnight + DAY_US - HOUR_US)
    begin = plan.hops[0].t - int(rng.uniform(200.0, 700.0) * SECOND_US)
    return Intrusion(
        id=f"cell-{number + 1}",
        machine=plan.machine,
        person=plan.acct,
        begin=begin,
        steps=steps,
        end=end,
        c2=control(rng),
        beacon_us=int(world.config.beacon_seconds * SECOND_US),
        cell=f"{GOALS[plan.goal]}/{plan.stealth}",
    )
