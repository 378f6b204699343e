"""Ground truth B: one process reaches three hosts over WinRM at once."""

from __future__ import annotations

import polars as pl
import pytest

from graphhunt.graph.graph import Graph


@pytest.mark.parametrize(
    ("machine", "ip", "logon_id", "host_process", "shell"),
    [
        ("workstation6", "172.18.39.6", "0x8fc6d5", "{f3f7ca49-4305-5f91-4e02-000000000400}",
         "{f3f7ca49-4305-5f91-4f02-000000000400}"),
        ("workstation7", "172.18.39.7", "0x9b1ad0", "{4c9a7a20-4305-5f91-d103-000000000400}",
         "{4c9a7a20-4306-5f91-d203-000000000400}"),
        ("mordordc", "172.18.38.5", "0x2125fe4", "{fddc55f3-4305-5f91-1706-000000000400}",
         "{fddc55f3-4306-5f91-1906-000000000400}"),
    ],
)  # fmt: skip
def test_each_target(purplesharp: Graph, machine: str, ip: str, logon_id: str, host_process: str, shell: str) -> None:
    remote = purplesharp.relationships["REMOTE_LOGON"].filter(
        (pl.col("to_id") == machine) & (pl.col("logon_id") == logon_id)
    )
    (row,) = remote.iter_rows(named=True)
    assert (row["from_id"], row["user_name"], row["technique"]) == ("workstation5", "pgustavo", "T1021.006")
    assert row["confidence"] == "correlated"
    assert row["origin_process_id"] == "workstation5|{313fa531-4300-5f91-ae04-000000000400}"
    assert ip in purplesharp.nodes["Machine"].filter(pl.col("id") == machine).item(0, "ips")
    session = purplesharp.nodes["Process"].filter(pl.col("logon_id") == logon_id, pl.col("machine_id") == machine)
    assert {f"{machine}|{host_process}", f"{machine}|{shell}"} <= set(session.get_column("id"))


def test_the_collector_is_no_machine(purplesharp: Graph) -> None:
    """WEC, which collected the records, is known only as a target that was asked for a ticket to."""
    machines = purplesharp.nodes["Machine"]
    assert machines.filter("stub").get_column("id").to_list() == ["wec"]
    found = sorted(machines.filter(~pl.col("stub")).get_column("id"))
    assert found == ["mordordc", "workstation5", "workstation6", "workstation7"]


def test_people_reach_only_the_three_targets(purplesharp: Graph) -> None:
    """The authors name WEC as a fourth: no log of its own says so, and a ticket alone only makes it possible."""
    rows = purplesharp.relationships["REMOTE_LOGON"].filter(pl.col("user_kind") == "person")
    possible = rows.filter(pl.col("certainty") < 0.5)
    assert possible.select("from_id", "user_name", "to_id").rows() == [("workstation5", "pgustavo", "wec")]
    pairs = set(rows.filter(pl.col("certainty") >= 0.5).select("from_id", "user_name", "to_id").iter_rows())
    assert pairs == {("workstation5", "pgustavo", to) for to in ("workstation6", "workstation7", "mordordc")}


def test_clock_skew_is_estimated(purplesharp: Graph) -> None:
    """WORKSTATION7 runs 1.07 s ahead of WORKSTATION5 (same 5-tuples on both ends)."""
    skew = purplesharp.skew.filter((pl.col("origin") == "workstation5") & (pl.col("target") == "workstation7"))
    assert abs(skew.item(0, "skew") - 1_070_000) <= 20_000
