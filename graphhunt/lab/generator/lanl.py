"""LANL's tables (csr.lanl.gov "cyber1"): auth, proc, flows and redteam, without header, seconds from 1.

Users, computers and processes are numbered as there: ``U12@DOM1``, ``C3``, ``P7``; the account of a computer is
``C3$@DOM1``; a port is written as ``N`` and a number unless it is a well-known one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import polars as pl

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator import units as u
from graphhunt.lab.generator.assembly import logon_frame
from graphhunt.lab.generator.cells import all_intrusions
from graphhunt.lab.generator.config import SECOND_US
from graphhunt.lab.generator.scenario import bursts_of, decoy_logons
from graphhunt.lab.generator.streams import log_normal, stream
from graphhunt.lab.generator.truth import Chain, Hop, LogonKey
from graphhunt.lab.generator.unusual import honest_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

TABLES = ("auth", "proc", "flows", "redteam")
_LOGON_TYPES = {
    -1: "?",
    2: "Interactive",
    3: "Network",
    4: "Batch",
    5: "Service",
    7: "Unlock",
    8: "NetworkCleartext",
    9: "NewCredentials",
    10: "RemoteInteractive",
    11: "CachedInteractive",
}
_AUTH, _PROC, _FLOW, _RED = "auth", "proc", "flows", "redteam"
# LANL: two thirds of the flows could be tied to something known; ports above this one are anonymised there.
_WELL_KNOWN = 1024
_PROGRAMS = 62_974


class LanlWriter:
    """Appends day after day to the open files; what belongs to a later day waits, so that time never runs back."""

    def __init__(self, world: World, files: dict[str, BinaryIO]) -> None:
        self._world = world
        self._files = files
        self._kept: dict[str, pl.DataFrame] = {}
        self.rows = dict.fromkeys(TABLES, 0)

    def day(self, day: int) -> None:
        """Write everything that starts on ``day`` and what earlier days left for it."""
        logons = day_logons(self._world, day)
        units = u.day_units(self._world, day, logons)
        until = (day + 1) * 86_400 - self._world.config.utc_offset_minutes * 60
        rng = stream(self._world.config.seed, "lanl", day)
        self._put(_AUTH, auth_table(self._world, logons, units), until)
        self._put(_PROC, proc_table(self._world, units, rng), until)
        self._put(_FLOW, flow_table(self._world, logons, units, rng), until)
        self._put(_RED, red_table(self._world, day), until)

    def close(self) -> None:
        """Write what is still waiting."""
        for name in TABLES:
            self._put(name, None, None)

    def _put(self, name: str, table: pl.DataFrame | None, until: int | None) -> None:
        parts = [part for part in (self._kept.pop(name, None), table) if part is not None]
        if not parts:
            return
        rows = pl.concat(parts).sort("time", maintain_order=True)
        if until is not None:
            self._kept[name] = rows.filter(pl.col("time") > until)
            rows = rows.filter(pl.col("time") <= until)
        self.rows[name] += rows.height
        self._files[name].write(rows.write_csv(include_header=False).encode())


def day_logons(world: World, day: int) -> b.Logons:
    """Return the honest logons, decoys and intruders' hops of a day, sorted; hops have kind 15."""
    parts = [honest_day(world, day), _hops(world, day)]
    if world.config.decoys:
        parts.append(decoy_logons(world, day))
    return b.sort_logons(b.concatenate(parts))


def _hops(world: World, day: int) -> b.Logons:
    rows = _hop_rows(world, day)
    t, acct, src, dst, kind, ntlm = (rows[:, column] for column in range(6))
    logons = b.make_logons(t, (src, dst, acct), kind, b.KIND_INTRUDER, stream(world.config.seed, "hops", day))
    logons.ok[:] = 1
    logons.auth = ntlm.astype(np.int8)
    return logons


def _hop_rows(world: World, day: int) -> NDArray[np.int64]:
    """Return the planned hops of a day as rows (time, account, source, destination, logon type, NTLM)."""
    rows = []
    for plan in all_intrusions(world, day):
        for step in plan.steps:
            ntlm = step.technique in {"smbexec", "pth"}
            kind = 10 if step.technique == "rdp" else 3
            rows.append((step.t, step.account, step.source, step.target, kind, int(ntlm)))
    for burst in bursts_of(world, day):
        star = zip(burst.times, burst.targets, strict=True)
        rows += [(t, burst.account, burst.machine, target, 3, 1) for t, target in star]
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 6)


def planned_chains(world: World, day: int) -> tuple[list[Chain], list[Chain]]:
    """Return the truth about the chains and bursts of a day from their plans; the tables know no LogonIds."""
    names, domain = world.machines, world.config.domain.upper()
    chains, bursts = [], []
    for plan in all_intrusions(world, day):
        chain = Chain(plan.id, plan.cell, names[plan.machine], f"{domain}\\{world.accounts[plan.person]}", [])
        for step in plan.steps:
            user = f"{domain}\\{world.accounts[step.account]}"
            key = LogonKey(names[step.target], "", step.t)
            chain.hops.append(Hop(step.t, names[step.source], names[step.target], user, step.technique, key))
        chains.append(chain)
    for burst in bursts_of(world, day):
        source_name, user = names[burst.machine], f"{domain}\\{world.accounts[burst.account]}"
        star = zip(burst.times, burst.targets, strict=True)
        hops = [Hop(t, source_name, names[d], user, "burst", LogonKey(names[d], "", t)) for t, d in star]
        bursts.append(Chain(burst.id, "", source_name, user, hops))
    return chains, bursts


def _seconds(world: World, t: NDArray[np.int64]) -> NDArray[np.int64]:
    return (t - world.config.start) // SECOND_US + 1


def _user(column: str) -> pl.Expr:
    """Return ``U5@DOM1``, or ``C3$@DOM1`` for the account of computer 3, which is coded as -4."""
    number = pl.col(column)
    person = pl.format("U{}@DOM1", number)
    machine = pl.format("C{}$@DOM1", -number - 1)
    return pl.when(number >= 0).then(person).otherwise(machine)


def _computer(column: str) -> pl.Expr:
    return pl.format("C{}", pl.col(column))


def auth_table(world: World, logons: b.Logons, units: NDArray[np.int64]) -> pl.DataFrame:
    """Return the auth table of a day: LogOn for every logon, LogOff where one was recorded."""
    people = logon_frame(logons)
    rows = pl.concat([people, _machine_logons(world, units)])
    on = rows.with_columns(orientation=pl.lit("LogOn"), success=pl.col("ok"))
    off = rows.filter(pl.col("end") >= 0).with_columns(t=pl.col("end"), orientation=pl.lit("LogOff"), success=1)
    both = pl.concat([on, off.with_columns(pl.col("success").cast(pl.Int8))])
    network = pl.col("logon_type") == 3
    package = pl.when(~network).then(pl.lit("Negotiate")).when(pl.col("auth") == 1).then(pl.lit("NTLM"))
    return both.select(
        time=(pl.col("t") - world.config.start) // SECOND_US + 1,
        source_user=_user("acct"),
        destination_user=_user("acct"),
        source=_computer("src"),
        destination=_computer("dst"),
        auth=package.otherwise(pl.lit("Kerberos")),
        type=pl.col("logon_type").replace_strict(_LOGON_TYPES, return_dtype=pl.String),
        orientation="orientation",
        success=pl.when(pl.col("success") == 1).then(pl.lit("Success")).otherwise(pl.lit("Fail")),
    )


def _machine_logons(world: World, units: NDArray[np.int64]) -> pl.DataFrame:
    """Return what happens on one computer or to its controller: own logons, services, batch jobs, unlocking."""
    controllers = len(world.machines) - world.first_controller
    parts = []
    for unit, kind in ((u.MACHINE, 3), (u.SERVICE, 5), (u.BATCH, 4), (u.UNLOCK, 7)):
        rows = units[units[:, 1] == unit]
        host = world.home[rows[:, 2]] if unit == u.UNLOCK else rows[:, 2]
        frame = {
            "t": rows[:, 0],
            "src": host,
            "dst": world.first_controller + world.subnet[host] % controllers if kind == 3 else host,
            "acct": rows[:, 2] if unit == u.UNLOCK else -host - 1,
            "logon_type": np.full(len(rows), kind),
            "ok": np.ones(len(rows)),
            "end": rows[:, 0] + 12 * SECOND_US if kind == 3 else np.full(len(rows), -1),
            "auth": np.zeros(len(rows)),
        }
        parts.append(pl.DataFrame({name: np.asarray(column, dtype=np.int64) for name, column in frame.items()}))
    return pl.concat(parts).with_columns(
        pl.col("src", "dst", "acct").cast(pl.Int32), pl.col("logon_type", "ok", "auth").cast(pl.Int8)
    )


def proc_table(world: World, units: NDArray[np.int64], rng: np.random.Generator) -> pl.DataFrame:
    """Return the proc table of a day: Start, and End for most; names follow a Zipf law."""
    rows = units[(units[:, 1] == u.DESKTOP) | (units[:, 1] == u.BACKGROUND)]
    desk = rows[:, 1] == u.DESKTOP
    who = rows[:, 2]
    computer = np.where(desk, world.home[np.where(desk, who, 0)], who)
    user = np.where(desk, who, -who - 1)
    program = (_PROGRAMS ** rng.random(len(rows))).astype(np.int64)
    started = _seconds(world, rows[:, 0])
    ended = started + log_normal(rng, 60.0, 1.5, len(rows)).astype(np.int64)
    table = pl.DataFrame({"user": user, "computer": computer, "program": program, "start": started, "end": ended})
    seen = rng.random(len(rows)) >= world.config.dirt.lost_starts
    start = table.filter(pl.Series(seen)).with_columns(time=pl.col("start"), what=pl.lit("Start"))
    end = table.with_columns(time=pl.col("end"), what=pl.lit("End"))
    name = pl.format("P{}", pl.col("program"))
    return pl.concat([start, end]).select(
        "time", user=_user("user"), computer=_computer("computer"), process=name, what="what"
    )


def flow_table(world: World, logons: b.Logons, units: NDArray[np.int64], rng: np.random.Generator) -> pl.DataFrame:
    """Return the flows table of a day: behind half of the remote logons, and to the internet (computers ``C9...``)."""
    remote = np.flatnonzero((logons.src != logons.dst) & (rng.random(len(logons)) < 0.5))
    web = units[units[:, 1] == u.FLOW]
    outside = len(world.machines) + (20_000 ** rng.random(len(web))).astype(np.int64)
    size = len(remote) + len(web)
    packets = np.maximum(2, log_normal(rng, 12.0, 1.3, size)).astype(np.int64)
    port = np.concatenate([np.where(logons.logon_type[remote] == 10, 3389, 445), np.full(len(web), 443)])
    ephemeral = pl.format("N{}", pl.Series("n", rng.integers(_WELL_KNOWN, 60_000, size)))
    return pl.DataFrame(
        {
            "time": _seconds(world, np.concatenate([logons.t[remote], web[:, 0]])),
            "duration": log_normal(rng, 4.0, 1.5, size).astype(np.int64),
            "src": np.concatenate([logons.src[remote], world.home[web[:, 2]]]),
            "dst": np.concatenate([logons.dst[remote], outside]),
            "port": port,
            "packets": packets,
            "bytes": packets * rng.integers(52, 900, size),
        }
    ).select(
        "time",
        "duration",
        _computer("src").alias("source"),
        ephemeral.alias("source_port"),
        _computer("dst").alias("destination"),
        pl.col("port").cast(pl.String).alias("destination_port"),
        pl.lit("6").alias("protocol"),
        "packets",
        "bytes",
    )


def red_table(world: World, day: int) -> pl.DataFrame:
    """Return the redteam table of a day: one row per hop of chains and bursts."""
    rows = _hop_rows(world, day)
    return pl.DataFrame(
        {"time": _seconds(world, rows[:, 0]), "acct": rows[:, 1], "src": rows[:, 2], "dst": rows[:, 3]}
    ).select("time", user=_user("acct"), source=_computer("src"), destination=_computer("dst"))
