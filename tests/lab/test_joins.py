"""Connections joined to logons by their port, on rows written by hand."""

from __future__ import annotations

import numpy as np
import polars as pl

from graphhunt.lab.evaluation.joins import join_ports, proved_events, simulated

S = 1_000_000
MACHINES = 10


def logons(*rows):
    schema = {"t": pl.Int64, "src": pl.Int32, "dst": pl.Int32, "port": pl.Int32, "session": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(acct=pl.lit(0, pl.Int32))


def connections(*rows):
    schema = {"t": pl.Int64, "host": pl.Int32, "port": pl.Int32, "peer": pl.Int32, "session": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_session_of_the_process_that_connected_leads_to_the_logon():
    # 1 -> 2 in session 20; from there, in that session, 2 -> 3; the user of 1 sat there in session 10.
    table = logons((0, 1, 1, -1, 10), (100 * S, 1, 2, 5000, 20), (200 * S, 2, 3, 6000, 30))
    seen = connections((99 * S, 1, 5000, 2, 10), (199 * S, 2, 6000, 3, 20))
    assert join_ports(table, seen, machines=MACHINES).proved.tolist() == [-2, -1, 1]


def test_the_kernel_and_sessions_on_no_record_prove_nothing_but_the_machine():
    table = logons((100 * S, -1, 2, 5000, 20), (200 * S, 12, 3, 6000, 30))
    seen = connections((99 * S, 1, 5000, 2, -1), (199 * S, 4, 6000, 3, 77))
    found = join_ports(table, seen, machines=MACHINES)
    assert found.proved.tolist() == [-2, -2]
    # A source that the log doesn't name, and an address (12 is no machine), become the machine that connected.
    assert found.source.tolist() == [1, 4]


def test_two_connections_or_a_late_one_or_another_machines_join_nothing():
    table = logons((100 * S, -1, 2, 5000, 20), (200 * S, 1, 3, 6000, 30), (300 * S, 1, 4, 7000, 40))
    seen = connections((99 * S, 1, 5000, 2, 10), (101 * S, 5, 5000, 2, 11), (100 * S, 1, 6000, 3, 10),
                       (299 * S, 6, 7000, 4, 10))  # fmt: skip
    found = join_ports(table, seen, machines=MACHINES)
    assert found.proved.tolist() == [-2, -2, -2]
    assert found.source.tolist() == [-1, 1, 1]


def test_what_is_proved_is_told_as_host_events():
    # Account 7 sits at 1 and goes to 2 as 8; in that session 2 -> 3 as 9, and 2 -> 4 still as 8.
    table = logons((0, 1, 1, -1, 10), (100 * S, 1, 2, 5000, 20), (200 * S, 2, 3, 6000, 30), (300 * S, 2, 4, 7000, 40))
    table = table.with_columns(acct=pl.Series([7, 8, 9, 8], dtype=pl.Int32))
    seen = connections((99 * S, 1, 5000, 2, 10), (199 * S, 2, 6000, 3, 20), (299 * S, 2, 7000, 4, 20))
    told = proved_events(table, join_ports(table, seen, machines=MACHINES))
    assert sorted(told.select("row", "kind", "host", "acct", "peer").rows()) == [
        (1, "local_switch", 1, 8, 2), (2, "credential_switch", 2, 9, 3), (2, "relayed", 2, 9, 3),
        (3, "relayed", 2, 8, 4),
    ]  # fmt: skip


def test_simulated_joins_prove_the_truth_of_machines_that_are_covered():
    # The user of 1 sits there; 1 -> 2, from there 2 -> 3; a service of 4 that no session made; from an address.
    table = logons((0, 1, 1, -1, 10), (1, 1, 2, 1, 20), (2, 2, 3, 2, 30), (3, 4, 5, 3, 40), (4, 12, 3, 4, 50))
    causes = np.array([-1, 0, 1, -2, 0])
    assert simulated(table, causes, share=1.0, machines=MACHINES).proved.tolist() == [-2, -1, 1, -2, -2]
    assert simulated(table, causes, share=0.0, machines=MACHINES).proved.tolist() == [-2] * 5


def test_a_larger_share_covers_the_machines_of_a_smaller_one():
    many = logons((0, 0, 0, -1, 1), *((n, n % MACHINES, (n + 1) % MACHINES, n, n + 1) for n in range(1, 200)))
    causes = np.append(-1, np.zeros(199, dtype=np.int64))
    proved = [simulated(many, causes, share=share, machines=MACHINES).proved > -2 for share in (0.3, 0.6)]
    assert proved[0].sum() < proved[1].sum()
    assert not (proved[0] & ~proved[1]).any()
