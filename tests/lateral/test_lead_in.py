"""What is added to a chain because it can have led to it, on tables whose answer can be told by hand."""

from __future__ import annotations

import numpy as np
import pytest

from graphhunt.lateral.detector import LateralOptions, detect
from graphhunt.lateral.detector._causal import FRESH, NO_CAUSE, SWITCH
from graphhunt.lateral.detector.causes import Side, causal_paths
from graphhunt.lateral.detector.habits import count_habits
from graphhunt.lateral.detector.lead_in import LeadIns
from graphhunt.lateral.detector.listing import LED
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR, SECOND


def leads(rows: list[tuple[int, int, int, int]], flags: list[int], before: list[int] | None = None) -> LeadIns:
    """Rows of (t, source, destination, account) with the flags of the causal pass."""
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True))
    names = {"hosts": [f"h{i}" for i in range(9)], "accounts": [f"a{i}" for i in range(9)]}
    table = LogonTable.from_arrays(t, src, dst, acct, **names)
    zeros, ints = np.zeros(len(t)), np.zeros(len(t), dtype=np.int32)
    back = np.array(before or [-1] * len(t), dtype=np.int32)
    side = Side(zeros, ints, np.ones(len(t), dtype=np.int16), back, zeros, np.array(flags, dtype=np.uint8))
    return LeadIns(table, table.usable(), side)


def test_a_switched_hop_gets_the_latest_logon_into_its_source() -> None:
    rows = [(1 * HOUR, 5, 1, 5), (2 * HOUR, 6, 1, 6), (3 * HOUR, 1, 2, 7), (4 * HOUR, 8, 1, 8)]
    assert leads(rows, [FRESH, FRESH, SWITCH, FRESH]).of([2]) == [1]


def test_a_credential_taken_elsewhere_points_to_the_visit_there() -> None:
    # Account 0 goes from its desk 0 to server 3, where account 7 had been; then 7 is used from that desk.
    rows = [(0, 7, 3, 7), (DAY, 0, 4, 0), (DAY + HOUR, 0, 3, 0), (DAY + 2 * HOUR, 0, 5, 0), (DAY + 3 * HOUR, 0, 2, 7)]
    found = leads(rows, [FRESH, FRESH, FRESH, FRESH, SWITCH])
    assert found.of([4]) == [2]
    late = [(0, 7, 3, 7), (8 * DAY, 0, 3, 0), (8 * DAY + HOUR, 0, 2, 7)]
    assert leads(late, [FRESH, FRESH, SWITCH]).of([2]) == []


def test_the_day_before_is_the_limit_and_the_same_moment_is_no_cause() -> None:
    assert leads([(0, 5, 1, 5), (DAY, 1, 2, 7)], [FRESH, SWITCH]).of([1]) == [0]
    assert leads([(0, 5, 1, 5), (DAY + 1, 1, 2, 7)], [FRESH, SWITCH]).of([1]) == []
    assert leads([(HOUR, 5, 1, 5), (HOUR, 1, 2, 7)], [FRESH, SWITCH]).of([1]) == []


def test_what_the_chain_explains_already_gets_nothing() -> None:
    rows = [(1 * HOUR, 5, 1, 5), (2 * HOUR, 6, 1, 6), (3 * HOUR, 1, 2, 7)]
    assert leads(rows, [FRESH, FRESH, SWITCH]).of([0, 2]) == []


def test_a_continued_session_gets_the_logon_that_opened_it_and_goes_two_steps_back_at_most() -> None:
    rows = [(i * HOUR, i, i + 1, 5) for i in range(4)]
    flags = [FRESH, 0, 0, 0]
    assert leads(rows, flags, [-1, 0, 1, 2]).of([3]) == [1, 2]
    assert leads(rows, [FRESH] * 4, [-1, 0, 1, 2]).of([3]) == []
    assert leads(rows, [FRESH, 0, 0, NO_CAUSE | FRESH]).of([3]) == [2]


def test_a_logon_from_where_the_hop_goes_to_explains_nothing() -> None:
    assert leads([(0, 2, 1, 5), (HOUR, 1, 2, 7)], [FRESH, SWITCH]).of([1]) == []


@pytest.mark.parametrize("seed", range(200))
def test_what_is_added_keeps_time_order_on_random_logons(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 60))
    t = np.sort(rng.integers(0, 3 * DAY, size))
    end = np.where(rng.random(size) < 0.5, -1, t + rng.integers(0, 8 * HOUR, size))
    table = LogonTable.from_arrays(
        t, rng.integers(0, 6, size), rng.integers(0, 6, size), rng.integers(0, 4, size), end=end,
        ok=rng.random(size) < 0.9, hosts=[f"h{i}" for i in range(6)], accounts=[f"a{i}" for i in range(4)],
    )  # fmt: skip
    hops = table.usable()
    found = LeadIns(table, hops, causal_paths(table, count_habits(table)).inbound)
    for row in np.flatnonzero(hops).tolist():
        added = found.of([row])
        assert len(added) <= 2
        chain = [row]
        for one in reversed(added):
            assert hops[one]
            # Each added logon is before one that it leads to: into its source, or out of the same source.
            later = [two for two in chain if table.t[one] < table.t[two] <= table.t[one] + DAY]
            assert any(table.src[two] in (table.dst[one], table.src[one]) for two in later)
            chain.append(one)


def test_a_finding_tells_its_lead_in_apart() -> None:
    """Thirty people at work; on day 36 person 3 goes to server 30 as always, then another's account leaves it."""
    rows = [
        (day * DAY + 8 * HOUR + person * SECOND, person, 30 + (person + i) % 2, person)
        for day in range(40) for person in range(30) for i in range(2) if (day, person) != (36, 9)
    ]  # fmt: skip
    start = 36 * DAY + 20 * HOUR
    rows += [(start, 3, 30, 3), (start + HOUR, 30, 34, 9)]
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True))
    names = {"hosts": [f"h{i}" for i in range(35)], "accounts": [f"user{i}" for i in range(30)]}
    table = LogonTable.from_arrays(t, src, dst, acct, logon_type=[3] * len(t), **names)
    result = detect(table, options=LateralOptions(since=31 * DAY))
    finding = result.findings[0]
    assert [(table.host_name(hop.src), table.host_name(hop.dst), hop.lead_in) for hop in finding.hops] == [
        ("h3", "h30", True),
        ("h30", "h34", False),
    ]
    assert finding.hops[0].reasons[0] == LED
    assert finding.score == finding.hops[1].score
    assert "1 of them only because" in finding.reasons[0]
    written = result.properties()
    assert written["id"].is_unique().all()
    assert sorted(written.filter(lm_chain_id=finding.chain_id)["lm_hop"]) == [1, 2]
