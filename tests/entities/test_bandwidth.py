"""Traffic by hand, from flows and connection records, on both engines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graphhunt.entities import Client, Machine, Process, TimePeriod, User
from graphhunt.store import Store
from tests.entities.conftest import Counting, StoreHunt

DAY = 86_400_000_000
T0 = 18_500 * DAY + 3_600_000_000
SECOND = 1_000_000


def link(kind: str, ends: tuple[str, str], number: int, **values: Any) -> dict[str, Any]:
    start = values.pop("start", T0)
    props = {"start": start, "end": values.pop("end", start), "count": 1, "evidence": [], **values}
    return {"start": ends[0], "end": ends[1], "id": f"{kind}{number}", "props": props}


@pytest.fixture(scope="module")
def hunt(kept_store: Store) -> StoreHunt:
    """Machine m (10.0.0.1) with processes a and b, and what they and a sensor say."""
    common = {"first_seen": T0, "last_seen": T0 + DAY, "client_id": "default"}
    kept_store.put_nodes("Machine", [{"id": "m", "props": {"name": "m", **common}}])
    kept_store.put_nodes("Client", [{"id": "default", "props": {"name": "default"}}])
    kept_store.put_nodes("User", [{"id": "u", "props": {"name": "u", **common}}])
    kept_store.put_nodes("Process", [
        {"id": name, "props": {"name": f"{name}.exe", "machine_id": "m", "user_id": "u", **common}} for name in "ab"
    ])  # fmt: skip
    addresses = ("10.0.0.1", "10.0.0.2", "8.8.8.8", "9.9.9.9")
    kept_store.put_nodes("IP", [{"id": ip, "props": {"scope": "private"}} for ip in addresses])
    kept_store.put_relationships(("RAN", "Machine", "Process"), [link("RAN", ("m", n), i) for i, n in enumerate("ab")])
    kept_store.put_relationships(("EXECUTED", "User", "Process"), [link("EX", ("u", n), i) for i, n in enumerate("ab")])
    kept_store.put_relationships(("HAD_IP", "Machine", "IP"), [
        link("HAD", ("m", f"10.0.0.{last}"), last, end=T0 + DAY) for last in (1, 2)
    ])  # fmt: skip
    out = {"protocol": "tcp", "direction": "outgoing", "local_ip": "10.0.0.1"}
    second = {**out, "local_ip": "10.0.0.2"}
    kept_store.put_relationships(("CONNECTED", "Process", "IP"), [
        # Only a talks to 8.8.8.8:443: the flow is its own.
        link("C", ("a", "8.8.8.8"), 1, remote_port=443, **out),
        # b talks to it too, from the machine's second address.
        link("C", ("b", "8.8.8.8"), 7, remote_port=443, **second),
        # What a alone is known to have said to port 444, b can have said too: its own address isn't known.
        link("C", ("a", "8.8.8.8"), 8, remote_port=444, **out),
        link("C", ("b", "8.8.8.8"), 9, remote_port=444, **{**out, "local_ip": None}),
        # Both talk to 9.9.9.9:80 at that time: whose flow it is nobody knows.
        link("C", ("a", "9.9.9.9"), 2, remote_port=80, **out),
        link("C", ("b", "9.9.9.9"), 3, remote_port=80, **out),
        # b states bytes of its own where no flow was seen, on the next day.
        link("C", ("b", "8.8.8.8"), 4, remote_port=22, start=T0 + DAY, bytes_out=3_000_000, bytes_in=0, **out),
        # and bytes that a flow covers: for the machine they count once.
        link("C", ("b", "8.8.8.8"), 5, remote_port=25, bytes_out=5_000_000, bytes_in=0, **out),
        # Incoming: 8.8.8.8 talks to a's port 5000.
        link("C", ("a", "8.8.8.8"), 6, local_port=5000, protocol="tcp", direction="incoming", local_ip="10.0.0.1"),
    ])  # fmt: skip
    flow = {"protocol": "tcp"}
    kept_store.put_relationships(("FLOWED_TO", "IP", "IP"), [
        link("F", ("10.0.0.1", "8.8.8.8"), 1, start=T0 + 2 * SECOND, remote_port=443, bytes_out=1_000_000,
             bytes_in=2_000_000, **flow),
        link("F", ("10.0.0.1", "9.9.9.9"), 2, remote_port=80, bytes_out=10_000_000, bytes_in=20_000_000, **flow),
        link("F", ("10.0.0.1", "8.8.8.8"), 3, remote_port=25, bytes_out=5_100_000, bytes_in=0, **flow),
        link("F", ("8.8.8.8", "10.0.0.1"), 4, remote_port=5000, bytes_out=400_000, bytes_in=700_000, **flow),
        link("F", ("10.0.0.1", "8.8.8.8"), 6, remote_port=444, bytes_out=2_000_000, bytes_in=0, **flow),
        link("F", ("8.8.8.8", "9.9.9.9"), 5, remote_port=80, bytes_out=999, bytes_in=999, **flow),
    ])  # fmt: skip
    return StoreHunt(Counting(kept_store))


def days(table: Any) -> dict[date, Any]:
    return {
        row.Date: (pytest.approx(row.Outgoing), pytest.approx(row.Incoming)) for row in table.itertuples(index=False)
    }


FIRST, NEXT = date(2020, 8, 26), date(2020, 8, 27)


def test_a_machine_has_its_flows_and_what_no_flow_covers(hunt: StoreHunt) -> None:
    expected = {FIRST: (1 + 10 + 5.1 + 0.7 + 2, 2 + 20 + 0.4), NEXT: (3.0, 0.0)}
    assert days(Machine("m", hunt=hunt).get_bandwidth()) == expected
    assert days(Client(hunt=hunt).get_bandwidth()) == expected
    assert days(Machine("m", hunt=hunt).get_bandwidth(period=TimePeriod.day(NEXT))) == {NEXT: (3.0, 0.0)}


def test_a_process_has_its_own_bytes_and_the_flows_only_it_can_have_made(hunt: StoreHunt) -> None:
    assert days(Process.of(["a"], hunt=hunt).get_bandwidth()) == {FIRST: (1 + 0.7, 2 + 0.4)}
    assert days(Process.of(["b"], hunt=hunt).get_bandwidth()) == {FIRST: (5.0, 0.0), NEXT: (3.0, 0.0)}
    both = {FIRST: (1 + 0.7 + 5, 2 + 0.4), NEXT: (3.0, 0.0)}
    assert days(User("u", hunt=hunt).get_bandwidth()) == both
    assert days(User("u", hunt=hunt).get_bandwidth(muid="elsewhere")) == {}
    assert days(Machine("m", hunt=hunt).get_bandwidth(file="a.exe")) == {FIRST: (1 + 0.7, 2 + 0.4)}
    assert days(Machine("m", hunt=hunt).get_bandwidth(users="u")) == both
