"""Labelled logons for judging lateral-movement detectors, without a detour over JSON.

The detector gets ``logons``, ``corroboration`` and perhaps ``owners``; ``labels``, ``attacks`` and ``decoys`` are
the truth and stay with the judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.config import DAY_US, SECOND_US, GeneratorConfig
from graphhunt.lab.generator.corroboration import CORROBORATION_KINDS, HostEvents, honest_events, intruder_events
from graphhunt.lab.generator.history import History
from graphhunt.lab.generator.intrusion import GOALS, Plan, attack_columns, plan_cells
from graphhunt.lab.generator.star import plan_stars
from graphhunt.lab.generator.streams import stream
from graphhunt.lab.generator.world import World, build_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["CORROBORATION_KINDS", "AttackTruth", "EvalSet", "HopTruth", "eval_set", "logon_days", "logon_frame"]

_DECOY_KINDS = {
    "sweep": b.KIND_SWEEP,
    "scanner": b.KIND_SCAN,
    "backup": b.KIND_BACKUP,
    "reversed": b.KIND_REVERSED,
}


@dataclass(frozen=True)
class HopTruth:
    """One malicious logon: time (µs), machine and account numbers, technique and its row in ``logons``."""

    t: int
    src: int
    dst: int
    acct: int
    technique: str
    row: int


@dataclass(frozen=True)
class AttackTruth:
    """One intrusion; ``cell`` is goal x 4 + stealth, ``rows`` its logon rows in time order."""

    index: int
    goal: str
    stealth: int
    cell: int
    start_machine: int
    start_acct: int
    hops: tuple[HopTruth, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the rows of ``EvalSet.logons`` that belong to the intrusion."""
        return tuple(hop.row for hop in self.hops)

    @property
    def first(self) -> int:
        """Return the time of the first hop in µs."""
        return self.hops[0].t

    @property
    def last(self) -> int:
        """Return the time of the last hop in µs."""
        return self.hops[-1].t


@dataclass(frozen=True)
class EvalSet:
    """Logons, host events and inventory of one synthetic enterprise, and the truth about them.

    ``logons`` has the columns t, src, dst, acct, logon_type, ok, end, auth and is sorted by time;
    ``corroboration`` t, host, acct, kind, logon, peer, subject.  Rows before ``history_end`` are free of attacks.
    """

    seed: int
    start: int
    history_end: int
    end: int
    logons: pl.DataFrame
    machines: tuple[str, ...]
    accounts: tuple[str, ...]
    machine_role: NDArray[np.int8]
    machine_subnet: NDArray[np.int16]
    owners: pl.DataFrame
    corroboration: pl.DataFrame
    labels: NDArray[np.int32]
    attacks: tuple[AttackTruth, ...]
    decoys: dict[str, NDArray[np.int32]]


def eval_set(  # noqa: PLR0913 - each is a size the caller may want to vary
    seed: int,
    *,
    users: int = 1500,
    servers: int = 500,
    admins: int = 40,
    service_accounts: int = 15,
    days: int = 45,
    history_days: int = 30,
    attacks: int = 90,
    stars: int = 0,
    rate: float = 3.6,
) -> EvalSet:
    """Return the evaluation set of one seed: about 305,000 logons and 90 attacks with the default sizes.

    ``stars`` adds that many stolen accounts used in the manner of LANL's red team (goal "star", cell 12; LANL has 98).
    ``attacks=0`` gives the harmless set for calibration: the same logons without the intruders.  ``rate`` is the
    mean number of remote logons of a person on a working day.
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
    )
    world = build_world(config)
    window = (config.start + history_days * DAY_US, config.end)
    honest = _honest_logons(world, window)
    plans = _plans(world, honest, attacks, window)
    plans += plan_stars(world, stars, window, stream(seed, "stars"))
    return _assemble(world, honest, plans, window)


def logon_frame(logons: b.Logons) -> pl.DataFrame:
    """Return logons as the published frame, without the column that tells who made them."""
    return pl.DataFrame({name: column for name, column in vars(logons).items() if name != "kind"})


def logon_days(config: GeneratorConfig) -> Iterator[pl.DataFrame]:
    """Yield the harmless logons of each day as a frame, for scale: more than a million rows a second.

    The columns are those of ``EvalSet.logons``; memory is bounded by one day.
    """
    world = build_world(config)
    for day in range(config.days):
        yield logon_frame(b.benign_day(world, day))


def _honest_logons(world: World, window: tuple[int, int]) -> b.Logons:
    parts = [b.benign_day(world, day) for day in range(world.config.days)]
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


def _attack_logons(plans: list[Plan], rng: np.random.Generator) -> b.Logons:
    columns = attack_columns(plans)
    t, src, dst, acct, logon_type, ntlm = (columns[:, number] for number in range(6))
    rows = b.make_logons(
        t,
        (src.astype(np.int32), dst.astype(np.int32), acct.astype(np.int32)),
        logon_type.astype(np.int8),
        b.KIND_INTRUDER,
        rng,
    )
    # A hop that did not succeed would be no hop.
    rows.ok[:] = 1
    rows.auth |= ntlm.astype(np.int8)
    return rows


def _assemble(world: World, honest: b.Logons, plans: list[Plan], window: tuple[int, int]) -> EvalSet:
    seed = world.config.seed
    everything = b.concatenate([honest, _attack_logons(plans, stream(seed, "attack rows"))])
    order = np.lexsort((everything.acct, everything.dst, everything.src, everything.t))
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    logons = everything.take(order)
    events = np.concatenate(
        [
            honest_events(world, honest, stream(seed, "honest host events")).rows,
            intruder_events(plans, len(honest), stream(seed, "intruder host events")).rows,
        ]
    )
    attacks, labels = _truth(plans, position, len(honest))
    return EvalSet(
        seed=seed,
        start=world.config.start,
        history_end=window[0],
        end=window[1],
        logons=logon_frame(logons),
        machines=world.machines,
        accounts=world.accounts,
        machine_role=world.role,
        machine_subnet=world.subnet,
        owners=pl.DataFrame({"machine": world.home, "acct": np.arange(world.persons, dtype=np.int32)}),
        corroboration=HostEvents(events).frame(position),
        labels=labels,
        attacks=attacks,
        decoys={name: np.flatnonzero(logons.kind == kind).astype(np.int32) for name, kind in _DECOY_KINDS.items()},
    )


def _truth(
    plans: list[Plan], position: NDArray[np.int64], first: int
) -> tuple[tuple[AttackTruth, ...], NDArray[np.int32]]:
    labels = np.full(len(position), -1, dtype=np.int32)
    attacks = []
    for index, plan in enumerate(plans):
        hops = []
        for hop in plan.hops:
            row = int(position[first])
            labels[row] = index
            hops.append(HopTruth(hop.t, hop.src, hop.dst, hop.acct, hop.technique, row))
            first += 1
        cell = plan.goal * 4 + plan.stealth
        attacks.append(AttackTruth(index, GOALS[plan.goal], plan.stealth, cell, plan.machine, plan.acct, tuple(hops)))
    return tuple(attacks), labels
