"""The logon table, folding, rarity counts and choke points against hand-made expectations."""

from __future__ import annotations

from math import log

import numpy as np
import polars as pl
import pytest

from graphhunt.errors import UsageError
from graphhunt.lateral.paths import LogonTable, choke_points, find_paths, fold, hop_rarity, rarity
from graphhunt.lateral.paths.choke import smallest_cut
from graphhunt.lateral.paths.table import DAY, SECOND


def frame(**changes):
    columns = {
        "id": ["r2", "r1", "r3"], "from_id": ["ws5", "1.2.3.4", None], "to_id": ["ws6", "ws5", "dc"],
        "user_id": ["u1", "u1", "m$"], "start": [20, 10, 30], "end": [20, 15, 40], "open": [True, False, False],
        "logon_type": [3, 10, None], "technique": ["T1047", None, None], "from_label": ["Machine", "IP", None],
        "user_kind": ["person", "person", "machine"],
    }  # fmt: skip
    return pl.DataFrame(columns | changes, strict=False)


def test_a_frame_becomes_a_table_sorted_by_time_with_unknowns_as_minus_one():
    table = LogonTable.from_frame(frame(), host_names={"ws5": "WORKSTATION5"}, account_names={"u1": "pgustavo"})
    assert [table.row_id(row) for row in range(3)] == ["r1", "r2", "r3"]
    assert table.end.tolist() == [15, -1, 40]
    assert [table.host_name(int(i)) for i in table.src] == ["1.2.3.4", "WORKSTATION5", "?"]
    assert table.logon_type.tolist() == [10, 3, -1]
    assert table.usable().tolist() == [True, True, False]
    assert table.host("workstation5") == table.host("WS5")
    assert table.host_kinds[table.host("1.2.3.4")] == "IP"
    assert table.account_name(table.account("PGUSTAVO")) == "pgustavo"


def test_a_frame_in_another_order_is_the_same_table():
    one = LogonTable.from_frame(frame())
    two = LogonTable.from_frame(frame().reverse())
    for name in ("t", "end", "src", "dst", "acct"):
        assert getattr(one, name).tolist() == getattr(two, name).tolist()


def test_unknown_names_and_missing_columns_are_usage_errors():
    table = LogonTable.from_frame(frame())
    with pytest.raises(UsageError, match="nobody"):
        table.account("nobody")
    with pytest.raises(UsageError, match="99"):
        table.host(99)
    with pytest.raises(UsageError, match="user_id"):
        LogonTable.from_frame(frame().drop("user_id"))


def test_clock_offsets_correct_the_order():
    # Host 1 runs 3 s behind: its logon at 98 s really came after the one at 100 s.
    table = LogonTable.from_arrays([100 * SECOND, 98 * SECOND], [0, 2], [2, 1], [0, 0], hosts="abc", accounts="x")
    fixed = table.with_clock_offsets({1: -3 * SECOND})
    assert fixed.t.tolist() == [100 * SECOND, 101 * SECOND]
    assert fixed.dst.tolist() == [2, 1]
    assert not find_paths(table, source=0, target=1, fold_us=-1).paths
    assert len(find_paths(fixed, source=0, target=1).paths) == 1


def test_logons_of_one_act_fold_into_one_hop_that_lists_them_all():
    times = [0, 1, 2, 30, 31, 200]
    table = LogonTable.from_arrays([t * SECOND for t in times], [0] * 6, [1] * 6, [0] * 6, end=[9 * SECOND] * 6)
    acts = fold(table, np.arange(6), np.array([1.0, 5.0, 2.0, 0.0, 0.0, 3.0]))
    assert [acts.rows_of(i) for i in range(len(acts))] == [(0, 1, 2), (3, 4), (5,)]
    assert acts.score.tolist() == [5.0, 0.0, 3.0]
    assert acts.take([0, 2]).rows_of(1) == (5,)


def test_a_job_that_never_pauses_is_cut_into_acts_of_a_minute():
    table = LogonTable.from_arrays(np.arange(0, 300, 5) * SECOND, [0] * 60, [1] * 60, [0] * 60)
    acts = fold(table, np.arange(60), np.zeros(60))
    assert len(acts) == 5
    assert max(len(acts.rows_of(i)) for i in range(5)) == 13


@pytest.mark.parametrize("compiled", [True, False])
def test_rarity_counts_earlier_days_only(compiled, monkeypatch):
    if compiled:
        pytest.importorskip("numba")
    monkeypatch.setattr(rarity, "COMPILE_ABOVE", -1 if compiled else 10**9)
    days = [0, 0, 1, 3, 3, 40]
    table = LogonTable.from_arrays([d * DAY + i for i, d in enumerate(days)], [0] * 6, [1, 1, 1, 1, 2, 1], [0] * 6)
    found = hop_rarity(table)
    term = found.terms[0]
    assert term.together.tolist() == [0, 0, 1, 2, 0, 0]
    assert term.given.tolist() == [0, 0, 1, 2, 2, 0]
    assert found.history_days.tolist() == [0, 0, 1, 2, 2, 0]
    assert term.surprise[4] == pytest.approx(-log(0.5 / 3))


def test_compiled_and_plain_day_counts_agree(monkeypatch):
    pytest.importorskip("numba")
    rng = np.random.default_rng(3)
    for _ in range(50):
        day = np.sort(rng.integers(0, 60, 200))
        key = rng.integers(-1, 6, 200)
        monkeypatch.setattr(rarity, "COMPILE_ABOVE", 10**9)
        plain = rarity.earlier_days(key, day, 10)
        monkeypatch.setattr(rarity, "COMPILE_ABOVE", -1)
        assert rarity.earlier_days(key, day, 10).tolist() == plain.tolist()
        brute = [len({d for d, k in zip(day[:i], key[:i], strict=True) if k == key[i] and day[i] - 10 <= d < day[i]})
                 if key[i] >= 0 else 0 for i in range(200)]  # fmt: skip
        assert plain.tolist() == brute


def test_the_host_every_way_passes_is_the_choke_point():
    # 0 -> 1 or 2 -> 3 -> 4: only 3 is on every way; account 9's hop into 3 is one of two.
    table = LogonTable.from_arrays(
        [1, 2, 3, 4, 5], [0, 0, 1, 2, 3], [1, 2, 3, 3, 4], [7, 7, 8, 9, 7],
        hosts=[f"h{i}" for i in range(5)], accounts=[f"a{i}" for i in range(10)],
    )  # fmt: skip
    found = choke_points(table, 0, 4)
    cuts = {(each.kind, each.name) for each in found if each.cuts_all}
    assert cuts == {("host", "h3"), ("account", "a7")}
    assert not next(each for each in found if each.name == "h1").cuts_all
    assert len(smallest_cut(table, 0, 4)) == 1


def test_reasons_say_who_changed_where_and_how_often():
    day = [0, 1, 2, 3]
    t = [d * DAY for d in day] + [3 * DAY + 60 * SECOND]
    table = LogonTable.from_arrays(t, [0, 0, 0, 0, 1], [1, 1, 1, 1, 2], [0, 0, 0, 0, 1],
                                   hosts=["WS5", "WS6", "DC"], accounts=["pgustavo", "sbeavers"])  # fmt: skip
    path = find_paths(table, source="ws5", target="dc").paths[0]
    assert [hop.dst for hop in path.hops] == [1, 2]
    assert "the account changes from pgustavo to sbeavers on WS6" in path.reasons
    assert any("WS6 to DC" in reason for reason in path.hops[1].reasons)
