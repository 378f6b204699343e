"""What stands around a suspicious hop: suspicious arrivals before it, departures after it, other switched accounts.

An intrusion is several suspicious hops that follow one another in time; a colleague's desk is one. Heat from
a busy machine is divided by the root of the number of accounts that passed it, because among many hops some
suspicious one always precedes. A day is scored when it is over, so hops later the same day count; later days
never do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.lateral.detector import _context
from graphhunt.lateral.paths._jit import kernels
from graphhunt.lateral.paths.table import DAY, Flags, Floats, Ints, LogonTable

FADE = 0.5
"""Share of an arrival's own heat that it hands on."""

MOST_ROTATIONS = 3
"""Further accounts that count at most."""


@dataclass(frozen=True, slots=True)
class Context:
    """Per row with a score: heat that came in, heat that went on, and other accounts switched to from its source."""

    arrived: Floats
    departed: Floats
    rotations: Floats


def context_of(table: LogonTable, hops: Flags, score: Floats, day: Ints, *, window_us: int = DAY) -> Context:
    """Look around every hop with a score.

    Args:
        table: The logons.
        hops: Rows that are hops.
        score: Suspicion per row, 0 for none.
        day: Day number per row.
        window_us: How far to look, µs.
    """
    run, hosts = kernels(_context, len(table)), len(table.hosts)
    columns = (table.t, table.src, table.dst, table.acct, hops, score)
    arrived = run.arrivals(*columns, hosts, window_us, FADE)
    departed = run.departures(*columns, day, hosts, window_us)
    others = run.rotations(table.t, table.src, table.acct, score, day, hosts, window_us)
    return Context(
        np.sqrt(np.asarray(arrived, dtype=np.float64)),
        np.sqrt(np.asarray(departed, dtype=np.float64)),
        np.minimum(np.asarray(others, dtype=np.float64), MOST_ROTATIONS),
    )
