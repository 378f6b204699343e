"""Proved causes on generated tables: the connection a sensor saw at its source, joined to the logon by its port.

The rule is that of the graph: one connection alone, to the logon's destination with the logon's source port, within a
minute. Its machine is the logon's source, also where the log names none or an address. If a process of a session that
is on record made it, the logon that began the session is proved to have led there; the kernel's connections prove the
machine only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from graphhunt.lateral.detector.corroboration import COLUMNS
from graphhunt.lateral.paths.table import SECOND, Codes, Ints

WITHIN = 60 * SECOND
"""How far the connection may be from the logon, µs."""

NOTHING_PROVED = -2
"""Records prove neither that a remote logon led to a row nor that none did."""


class Joined(NamedTuple):
    """What connections prove.

    Attributes:
        proved: Row of the remote logon that led to each row; -1 where none did, `NOTHING_PROVED` where nothing is
            proved.
        source: Source per row, by the connection where there is one.
        opener: Account whose session is proved to have led to each row, -1 where none is.
    """

    proved: Codes
    source: Codes
    opener: Codes


def join_ports(logons: pl.DataFrame, connections: pl.DataFrame, *, machines: int) -> Joined:
    """Join logons to the connections that made them.

    Args:
        logons: Columns t, src, dst, acct, port (-1 where none is named) and session, sorted by time.
        connections: Columns t, host, port, peer and session (-1 where none is known).
        machines: Numbers of machines; those above are addresses that stand for some machine.
    """
    rows = logons.select("t", "src", "dst", "acct", "port", "session").with_row_index("row")
    pairs = rows.filter((pl.col("port") >= 0) & (pl.col("src") != pl.col("dst"))).join(
        connections.select(at="t", host="host", port="port", dst="peer", acting="session"), on=["port", "dst"]
    )
    fits = ((pl.col("t") - pl.col("at")).abs() <= WITHIN) & (
        (pl.col("src") == pl.col("host")) | (pl.col("src") < 0) | (pl.col("src") >= machines)
    )
    alone = pairs.filter(fits).filter(pl.len().over("row") == 1)
    source = logons["src"].to_numpy().astype(np.int32)
    source[alone["row"].to_numpy()] = alone["host"].to_numpy()
    remote = pl.col("src") != pl.col("dst")
    began = rows.select(led="row", host="dst", acting="session", opener="acct", remote=remote)
    known = alone.filter(pl.col("acting") >= 0).join(
        began.unique(["host", "acting"], keep="none"), on=["host", "acting"]
    )
    proved = np.full(len(logons), NOTHING_PROVED, dtype=np.int32)
    led = known.select("row", "opener", led=pl.when("remote").then(pl.col("led").cast(pl.Int64)).otherwise(-1))
    proved[led["row"].to_numpy()] = led["led"].to_numpy()
    opener = np.full(len(logons), -1, dtype=np.int32)
    opener[led["row"].to_numpy()] = led["opener"].to_numpy()
    return Joined(proved, source, opener)


def simulated(logons: pl.DataFrame, causes: Ints, *, share: float, machines: int) -> Joined:
    """Give what would be proved if a share of the machines told the session behind every connection they make.

    Args:
        logons: Columns src, dst and acct.
        causes: The true row in whose session each was made; negative where there is none, or none on record.
        share: Share of machines, drawn by a fixed seed; more of them hold those of a smaller share.
        machines: Numbers of machines; those above are addresses.
    """
    covered = np.append(np.random.default_rng(0).random(machines) < share, False)
    src, dst, acct = (logons[name].to_numpy() for name in ("src", "dst", "acct"))
    telling = covered[np.where((src >= 0) & (src < machines), src, machines)]
    known = np.flatnonzero(telling & (src != dst) & (causes >= 0))
    led = causes[known]
    proved, opener = np.full(len(src), NOTHING_PROVED, dtype=np.int32), np.full(len(src), -1, dtype=np.int32)
    proved[known] = np.where(src[led] != dst[led], led, -1)
    opener[known] = acct[led]
    return Joined(proved, src.astype(np.int32), opener)


def proved_events(logons: pl.DataFrame, joined: Joined) -> pl.DataFrame:
    """Give the host events that the joins amount to, as the graph tells them: sessions and accounts that led on.

    Args:
        logons: Columns t, src, dst and acct, as they were joined.
        joined: What connections prove.
    """
    acct = logons["acct"].to_numpy()
    parts = [
        ("relayed", joined.proved >= 0),
        ("credential_switch", (joined.proved >= 0) & (acct[np.maximum(joined.proved, 0)] != acct)),
        ("local_switch", (joined.proved == -1) & (joined.opener >= 0) & (joined.opener != acct)),
    ]
    frames = []
    for kind, mark in parts:
        row = np.flatnonzero(mark)
        columns = {
            "t": logons["t"].to_numpy()[row], "host": joined.source[row], "acct": acct[row], "kind": [kind] * len(row),
            "row": row, "peer": logons["dst"].to_numpy()[row],
        }  # fmt: skip
        frames.append(pl.DataFrame(columns, schema=COLUMNS, strict=False))
    return pl.concat(frames)
