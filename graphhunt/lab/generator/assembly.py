"""Joins harmless days and intrusions to one labelled set, as the logs of its machines show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.corroboration import HostEvents, honest_events, intruder_events
from graphhunt.lab.generator.intrusion import GOALS, Plan, technique_logon
from graphhunt.lab.generator.labelled import AttackTruth, EvalSet, HopTruth, Labels
from graphhunt.lab.generator.observe import Traces, connection_frame, flow_frame, joined, parents, traces_of, witnesses
from graphhunt.lab.generator.places import ADDRESS
from graphhunt.lab.generator.streams import stream
from graphhunt.lab.generator.unusual import as_target_logs, started_as_other

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

_DECOY_KINDS = {
    "sweep": b.KIND_SWEEP,
    "scanner": b.KIND_SCAN,
    "backup": b.KIND_BACKUP,
    "reversed": b.KIND_REVERSED,
}
_VIA = {
    "rdp": b.VIA_RDP,
    "winrm": b.VIA_WINRM,
    "wmi": b.VIA_RPC,
    "dcom": b.VIA_RPC,
    "schtask": b.VIA_RPC,
    "ssh": b.VIA_SSH,
}
_PASSED_HASHES = {"pth", "star"}


@dataclass(frozen=True)
class _Played:
    """All rows, harmless ones first; ``hops`` and ``side`` are the intruders' rows and the plan of each."""

    rows: b.Logons
    traces: Traces
    labels: NDArray[np.int32]
    first_hop: int
    first_side: int


def assemble(world: World, honest: b.Logons, plans: list[Plan], window: tuple[int, int]) -> EvalSet:
    """Return the labelled set of a world; ``window`` (µs) is the time after the history."""
    seed, places = world.config.seed, world.places
    played = _played(world, honest, plans, window)
    rows, traces = played.rows, played.traces
    shown, position = _order(played)
    parent = parents(world, rows)
    connections, by_connection = connection_frame(rows, traces, parent)
    flows, by_flow = flow_frame(rows, traces)
    events, behind = _host_events(world, honest, plans, played.first_hop)
    above = np.where(parent >= 0, position[np.maximum(parent, 0)], -1)
    addresses = len(places.addresses)
    return EvalSet(
        seed=seed,
        start=world.config.start,
        history_end=window[0],
        end=window[1],
        logons=_shown_logons(world, rows, traces, shown),
        machines=world.machines + places.addresses,
        accounts=world.accounts,
        machine_role=np.append(world.role, np.full(addresses, ADDRESS, dtype=np.int8)),
        machine_subnet=np.append(world.subnet, np.full(addresses, -1, dtype=np.int16)),
        owners=pl.DataFrame({"machine": world.home, "acct": np.arange(world.persons, dtype=np.int32)}),
        corroboration=events.frame(position),
        connections=connections,
        flows=flows,
        sensors=places.sensor,
        labels=played.labels[shown],
        hidden=Labels(
            events=behind[events.order()],
            connections=played.labels[by_connection],
            flows=played.labels[by_flow],
            causes=np.where((parent >= 0) & (above < 0), -2, above)[shown],
            sources=rows.src[shown],
        ),
        attacks=_truth(plans, position, played),
        decoys={name: _places_of(rows.kind == kind, position) for name, kind in _DECOY_KINDS.items()},
    )


def _played(world: World, honest: b.Logons, plans: list[Plan], window: tuple[int, int]) -> _Played:
    seed = world.config.seed
    hops, number = _attack_logons(world, plans, stream(seed, "attack rows"))
    rng = stream(seed, "attack sessions")
    odd = 0.5 * bool(world.shares["odd_types"])
    entered = (hops.as_acct >= 0) & (hops.as_acct != hops.acct) & (hops.ok == 1) & (hops.src < len(world.machines))
    chosen = np.flatnonzero(entered & (rng.random(len(hops)) < odd))
    intruders = b.concatenate([hops, started_as_other(hops.take(chosen), rng)])
    traces = joined(
        traces_of(world, honest, window, stream(seed, "honest traces")),
        traces_of(world, intruders, window, stream(seed, "attack traces")),
    )
    labels = np.concatenate([np.full(len(honest), -1, dtype=np.int32), number, number[chosen]])
    first = len(honest)
    return _Played(b.concatenate([honest, intruders]), traces, labels, first, first + len(hops))


def _attack_logons(world: World, plans: list[Plan], rng: np.random.Generator) -> tuple[b.Logons, NDArray[np.int32]]:
    """Return the hops of all plans in their order as rows, and the plan number of each."""
    hops = [hop for plan in plans for hop in plan.hops]
    number = np.repeat(np.arange(len(plans), dtype=np.int32), [len(plan.hops) for plan in plans])
    table = np.array([(hop.t, hop.src, hop.dst, hop.acct, hop.ok, hop.within, hop.as_acct) for hop in hops])
    t, src, dst, acct, ok, within, as_acct = table.reshape(-1, 7).astype(np.int64).T
    types = np.array([technique_logon(hop.technique)[0] for hop in hops], dtype=np.int8)
    forced = np.array([technique_logon(hop.technique)[1] for hop in hops], dtype=np.int8)
    rows = b.make_logons(t, (src, dst, acct), types, b.KIND_INTRUDER, rng)
    # Whether a hop succeeded was settled when it was planned: what followed depends on it.
    rows.ok[:], rows.within[:], rows.as_acct[:] = ok, within, as_acct
    rows.end[rows.ok == 0] = -1
    rows.via[:] = [_VIA.get(hop.technique, b.VIA_SMB) for hop in hops]
    if world.shares["ntlm_usual"]:
        forced = np.array([hop.technique in _PASSED_HASHES for hop in hops], dtype=np.int8)
    rows.logon_type[(rows.logon_type == 3) & (rng.random(len(rows)) < world.shares["odd_types"])] = 8
    rows = as_target_logs(world, rows, rng.random(len(rows)))
    rows.auth |= forced
    return rows, number


def _order(played: _Played) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that are on record in the order of the log, and each row's place there (-1: none)."""
    rows, traces = played.rows, played.traces
    seen = np.flatnonzero(traces.seen)
    order = np.lexsort((rows.acct[seen], rows.dst[seen], traces.src[seen], traces.t[seen]))
    shown = seen[order]
    position = np.full(len(rows), -1, dtype=np.int64)
    position[shown] = np.arange(len(shown))
    return shown, position


def logon_frame(logons: b.Logons) -> pl.DataFrame:
    """Return logons as a frame of the columns that are not hidden truth."""
    names = ("t", "src", "dst", "acct", "logon_type", "ok", "end", "auth")
    return pl.DataFrame({name: getattr(logons, name) for name in names})


def _shown_logons(world: World, rows: b.Logons, traces: Traces, shown: NDArray[np.int64]) -> pl.DataFrame:
    taken = rows.take(shown)
    shift = traces.t[shown] - taken.t
    return logon_frame(taken).with_columns(
        t=pl.Series(traces.t[shown]),
        src=pl.Series(traces.src[shown]),
        end=pl.Series(np.where(taken.end >= 0, taken.end + shift, -1)),
        port=pl.Series(np.where(traces.port_shown[shown], traces.port[shown], -1).astype(np.int32)),
        session=pl.Series(traces.session[shown]),
        witness=pl.Series(witnesses(world, taken)),
    )


def _host_events(
    world: World, honest: b.Logons, plans: list[Plan], first_hop: int
) -> tuple[HostEvents, NDArray[np.int32]]:
    seed, places = world.config.seed, world.places
    watched = places.sensor & ~places.silent
    harmless = honest_events(world, honest, stream(seed, "honest host events")).on(watched)
    found, number = intruder_events(world, plans, first_hop, stream(seed, "intruder host events"))
    kept = watched[found.rows[:, 1]]
    behind = np.concatenate([np.full(len(harmless.rows), -1), number[kept]]).astype(np.int32)
    rows = np.concatenate([harmless.rows, found.rows[kept]])
    # A machine stamps its logons and its other events by the same clock.
    rows[:, 0] += places.skew[rows[:, 1]]
    return HostEvents(rows), behind


def _truth(plans: list[Plan], position: NDArray[np.int64], played: _Played) -> tuple[AttackTruth, ...]:
    side = played.labels[played.first_side :]
    at_side = position[played.first_side :]
    attacks = []
    first = played.first_hop
    for index, plan in enumerate(plans):
        hops = []
        for hop in plan.hops:
            hops.append(HopTruth(hop.t, hop.src, hop.dst, hop.acct, hop.technique, int(position[first]), hop.ok))
            first += 1
        beside = tuple(at_side[(side == index) & (at_side >= 0)].tolist())
        cell, goal = plan.goal * 4 + plan.stealth, GOALS[plan.goal]
        attack = AttackTruth(index, goal, plan.stealth, cell, plan.machine, plan.acct, tuple(hops), plan.style, beside)
        attacks.append(attack)
    return tuple(attacks)


def _places_of(mask: NDArray[np.bool_], position: NDArray[np.int64]) -> NDArray[np.int32]:
    places = position[mask]
    return np.sort(places[places >= 0]).astype(np.int32)
