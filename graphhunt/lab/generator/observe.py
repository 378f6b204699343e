"""What the logs show of what happened: missing machines, hidden sources, clock errors, ports, sessions.

Every row is judged by where it happened and by lots of its own, so harmless rows are shown in the same way with and
without intruders beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.desks import persons_of
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.world import World

SECURITY_LOG, SESSION_LOG, SSH_LOG = range(3)
"""Witness of a logon: the 4624, the remote-desktop session logs (1149, 21, 24, 25) alone, or sshd."""

PORTS = np.array([445, 135, 5985, 3389, 22])
KERNEL, UNKNOWN = -1, -1


@dataclass(frozen=True)
class Traces:
    """What there is to see of each row: whether a log has it, the time and source shown, its session and connection.

    ``session`` is the number of the session at the destination, ``connected`` tells whether the source's sensor saw
    the connection, ``process`` what made it (-1: the kernel).
    """

    seen: NDArray[np.bool_]
    flow: NDArray[np.bool_]
    t: NDArray[np.int64]
    src: NDArray[np.int32]
    port: NDArray[np.int32]
    port_shown: NDArray[np.bool_]
    session: NDArray[np.int64]
    connected: NDArray[np.bool_]
    started: NDArray[np.int64]
    kernel: NDArray[np.bool_]
    process: NDArray[np.int64]
    sent: NDArray[np.int64]


def joined(first: Traces, second: Traces) -> Traces:
    """Return the traces of two tables one after the other."""
    names = [field.name for field in fields(Traces)]
    return Traces(**{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names})


def traces_of(world: World, rows: b.Logons, window: tuple[int, int], rng: np.random.Generator) -> Traces:
    """Return what the logs and sensors of ``world`` make of ``rows``; ``window`` (µs) is where a log gap may lie."""
    places, shares, size = world.places, world.shares, len(rows)
    remote = rows.src != rows.dst
    hidden = np.where(rows.via == b.VIA_WINRM, shares["hidden_winrm"], shares["hidden_source"])
    hide = remote & np.isin(rows.logon_type, (3, 8)) & (rng.random(size) < hidden)
    low = np.where(places.linux[rows.src], 32_768, 49_152)
    port = (low + rng.random(size) * (65_000 - low)).astype(np.int32)
    by_smb = rows.via == b.VIA_SMB
    sensor = places.sensor[rows.src] & remote & (rng.random(size) < shares["event_share"])
    before = np.where(by_smb & (rng.random(size) < 0.1), rng.exponential(1_800.0, size), rng.uniform(0.005, 0.4, size))
    shows_port = remote & (rng.random(size) < shares["port_seen"]) & (rows.via != b.VIA_RDP) & ~hide
    return Traces(
        seen=_logged(world, rows, window),
        flow=remote & places.network_only[rows.dst],
        t=rows.t + places.skew[rows.dst],
        src=np.where(hide, UNKNOWN, np.where(remote, places.translated[rows.src], rows.src)).astype(np.int32),
        port=port,
        port_shown=shows_port & ~places.session_logs_only[rows.dst],
        session=rng.integers(1 << 20, 1 << 40, size),
        connected=sensor & bool(shares["port_seen"]),
        started=rows.t + places.skew[rows.src] - (before * SECOND_US).astype(np.int64),
        kernel=by_smb & (rng.random(size) < shares["kernel_smb"]),
        process=rng.integers(1 << 20, 1 << 40, size),
        sent=np.exp(rng.normal(9.0, 2.0, size)).astype(np.int64),
    )


def _logged(world: World, rows: b.Logons, window: tuple[int, int]) -> NDArray[np.bool_]:
    places = world.places
    remote_desktop = (rows.via == b.VIA_RDP) & (rows.ok == 1)
    told = ~places.session_logs_only[rows.dst] | remote_desktop | (rows.src == rows.dst)
    rng = stream(world.config.seed, "log gap")
    length = int(world.shares["gap_hours"] * HOUR_US)
    begin = int(rng.integers(window[0], max(window[0] + 1, window[1] - DAY_US)))
    affected = rng.random(len(places.silent)) < 0.5
    lost = affected[rows.dst] & (rows.t >= begin) & (rows.t < begin + length)
    return np.asarray(~places.silent[rows.dst] & ~places.network_only[rows.dst] & told & ~lost)


def witnesses(world: World, rows: b.Logons) -> NDArray[np.int8]:
    """Return which log tells of each row."""
    places = world.places
    told = np.where(places.session_logs_only[rows.dst], SESSION_LOG, SECURITY_LOG)
    return np.where(rows.via == b.VIA_SSH, SSH_LOG, told).astype(np.int8)


def parents(world: World, rows: b.Logons) -> NDArray[np.int64]:
    """Return for each row the row whose session it was made in, -1 when nobody could know of one.

    That is the logon ``within`` which it was made, or what its person last did to sit down at the source.
    """
    person = persons_of(world)
    who = np.where(person[rows.acct] >= 0, person[rows.acct], world.persons + rows.acct)
    frame = pl.DataFrame(
        {
            "row": np.arange(len(rows)), "t": rows.t, "src": rows.src, "dst": rows.dst, "acct": rows.acct,
            "within": rows.within, "as_acct": rows.as_acct, "who": who,
        }
    )  # fmt: skip
    inside = frame.filter(pl.col("within") >= 0).join(
        frame.select("t", "dst", "acct", parent="row").unique(("t", "dst", "acct"), keep="first"),
        left_on=("within", "src", "as_acct"), right_on=("t", "dst", "acct"),
    )  # fmt: skip
    local = frame.filter(pl.col("src") == pl.col("dst")).select("t", "src", "who", parent="row").sort("t")
    desk = frame.filter((pl.col("within") < 0) & (pl.col("src") != pl.col("dst"))).sort("t")
    desk = desk.join_asof(local, on="t", by=("src", "who"), strategy="backward", check_sortedness=False)
    desk = desk.filter(pl.col("parent").is_not_null())
    found = np.full(len(rows), -1, dtype=np.int64)
    for part in (inside, desk):
        found[part["row"].to_numpy()] = part["parent"].to_numpy()
    return found


def connection_frame(
    rows: b.Logons, traces: Traces, parent: NDArray[np.int64]
) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """Return the connections that sensors saw at their sources, by time, and the row behind each.

    ``session`` is that of the acting process, -1 for the kernel's connections and where it is not on record.
    """
    row = np.flatnonzero(traces.connected)
    row = row[np.lexsort((rows.dst[row], rows.src[row], traces.started[row]))]
    kernel = traces.kernel[row]
    above = parent[row]
    known = ~kernel & (above >= 0)
    acting = np.where(known, traces.session[np.maximum(above, 0)], UNKNOWN)
    process = np.where(kernel, KERNEL, np.where(known, acting * 8 + rows.via[row], traces.process[row]))
    frame = pl.DataFrame(
        {
            "t": traces.started[row], "host": rows.src[row], "port": traces.port[row], "peer": rows.dst[row],
            "peer_port": PORTS[rows.via[row]].astype(np.int32), "process": process, "session": acting,
        }
    )  # fmt: skip
    return frame, row


def flow_frame(rows: b.Logons, traces: Traces) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """Return the flows into segments that only a network sensor watches, by time, and the row behind each."""
    row = np.flatnonzero(traces.flow)
    row = row[np.lexsort((rows.dst[row], rows.src[row], rows.t[row]))]
    frame = pl.DataFrame(
        {
            "t": rows.t[row], "src": rows.src[row], "port": traces.port[row], "dst": rows.dst[row],
            "peer_port": PORTS[rows.via[row]].astype(np.int32), "sent": traces.sent[row],
        }
    )  # fmt: skip
    return frame, row
