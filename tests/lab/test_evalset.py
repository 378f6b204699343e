"""The evaluation set keeps its contract: labels, cells, stealth and honest host events."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest

from graphhunt.lab.generator import CORROBORATION_KINDS, EvalSet, eval_set

_DAY = 86_400_000_000
_MOST_SKEW = 60_000_000
_WAY_IN = 2 * 3_600_000_000


def test_frames_have_the_published_columns(labelled: EvalSet) -> None:
    assert dict(labelled.logons.schema) == {
        "t": pl.Int64,
        "src": pl.Int32,
        "dst": pl.Int32,
        "acct": pl.Int32,
        "logon_type": pl.Int8,
        "ok": pl.Int8,
        "end": pl.Int64,
        "auth": pl.Int8,
        "port": pl.Int32,
        "session": pl.Int64,
        "witness": pl.Int8,
    }
    assert dict(labelled.corroboration.schema) == {
        "t": pl.Int64,
        "host": pl.Int32,
        "acct": pl.Int32,
        "kind": pl.Int8,
        "logon": pl.Int32,
        "peer": pl.Int32,
        "subject": pl.Int32,
        "actor": pl.Int8,
        "rights": pl.Int32,
    }


def test_rows_are_sorted_and_lie_within_the_period(labelled: EvalSet) -> None:
    t = labelled.logons["t"].to_numpy()
    assert (np.diff(t) >= 0).all()
    assert labelled.start <= t[0] + _MOST_SKEW
    assert t[-1] < labelled.end + _MOST_SKEW


def test_numbers_point_at_names(labelled: EvalSet) -> None:
    assert labelled.logons["dst"].is_between(0, len(labelled.machines) - 1).all()
    assert labelled.logons["src"].is_between(-1, len(labelled.machines) - 1).all()
    assert labelled.logons["acct"].is_between(0, len(labelled.accounts) - 1).all()
    assert len(set(labelled.accounts)) == len(labelled.accounts)
    assert len(set(labelled.machines)) == len(labelled.machines)


def test_every_cell_has_its_attacks(labelled: EvalSet) -> None:
    assert Counter(attack.cell for attack in labelled.attacks) == dict.fromkeys(range(12), 2)


def test_labels_and_hops_agree(labelled: EvalSet) -> None:
    labels = np.full(labelled.logons.height, -1)
    for attack in labelled.attacks:
        for hop in attack.hops:
            if hop.row >= 0:
                row = labelled.logons.row(hop.row, named=True)
                assert (row["dst"], row["acct"], row["ok"]) == (hop.dst, hop.acct, hop.ok)
                assert abs(row["t"] - hop.t) <= _MOST_SKEW
                assert labelled.hidden.sources[hop.row] == hop.src
        labels[[*attack.rows, *attack.side]] = attack.index
    assert np.array_equal(labels, labelled.labels)


def test_history_is_free_of_attacks(labelled: EvalSet) -> None:
    t = labelled.logons["t"].to_numpy()
    assert (labelled.labels[t < labelled.history_end - _MOST_SKEW - _WAY_IN] == -1).all()


def test_hops_start_where_the_intruder_already_is(labelled: EvalSet) -> None:
    for attack in labelled.attacks:
        owned = {attack.start_machine}
        times = [hop.t for hop in attack.hops]
        assert times == sorted(times)
        for hop in attack.hops:
            assert hop.src in owned
            assert hop.dst not in owned
            if hop.ok:
                owned.add(hop.dst)


def test_every_attack_changes_the_credential_for_something_new(labelled: EvalSet) -> None:
    logons = labelled.logons.with_columns(pl.Series("label", labelled.labels)).filter(pl.col("label") < 0)
    for attack in labelled.attacks:
        past = logons.filter((pl.col("t") < attack.first) & (pl.col("ok") == 1))
        own = set(past.filter(pl.col("acct") == attack.start_acct)["dst"])
        switched = [hop for hop in attack.hops if hop.acct != attack.start_acct]
        assert bool(switched) == (attack.style in {"usual", "ssh"})
        assert all(hop.dst not in own for hop in switched)


def _past(made: EvalSet, until: int, since: int) -> pl.DataFrame:
    rows = made.logons.with_columns(pl.Series("label", made.labels))
    return rows.filter((pl.col("t") < until) & (pl.col("t") >= since) & (pl.col("ok") == 1) & (pl.col("label") < 0))


def test_the_stealthy_keep_to_pairs_that_were_used(plain: EvalSet) -> None:
    for attack in plain.attacks:
        if attack.stealth in {1, 3}:
            for hop in attack.hops:
                past = _past(plain, hop.t, hop.t - 30 * _DAY)
                assert past.filter((pl.col("src") == hop.src) & (pl.col("dst") == hop.dst)).height


def test_the_careful_use_credentials_that_were_active(plain: EvalSet) -> None:
    for attack in plain.attacks:
        if attack.stealth < 2:
            continue
        current = attack.start_acct
        for hop in attack.hops:
            if hop.acct != current:
                past = _past(plain, hop.t, hop.t - _DAY)
                assert past.filter((pl.col("dst") == hop.src) & (pl.col("acct") == hop.acct)).height
            current = hop.acct


def test_goals_show_in_the_lengths(plain: EvalSet) -> None:
    lengths = {
        goal: np.mean([len(attack.hops) for attack in plain.attacks if attack.goal == goal])
        for goal in ("exploration", "spread", "targeted")
    }
    assert lengths["spread"] > 1.8 * max(lengths["exploration"], lengths["targeted"])
    assert all(len(attack.hops) <= 14 for attack in plain.attacks)


def test_host_events_belong_to_their_logons(labelled: EvalSet) -> None:
    joined = labelled.corroboration.filter(pl.col("logon") >= 0)
    rows = labelled.logons[joined["logon"].to_list()]
    assert (rows["dst"] == joined["host"]).all()
    assert (rows["acct"] == joined["acct"]).all()
    delay = joined["t"] - rows["t"]
    assert delay.is_between(-1_000_000, 60_000_000).all()


def test_host_events_are_mostly_honest(labelled: EvalSet) -> None:
    kinds = labelled.corroboration["kind"].unique().sort().to_list()
    assert kinds == sorted(CORROBORATION_KINDS)
    executions = labelled.corroboration.filter((pl.col("kind") == 0) & (pl.col("logon") >= 0))
    bad = labelled.labels[executions["logon"].to_numpy()] >= 0
    assert 0 < bad.mean() < 0.25


def test_decoys_are_harmless_rows(labelled: EvalSet) -> None:
    assert set(labelled.decoys) == {"sweep", "scanner", "backup", "reversed"}
    for rows in labelled.decoys.values():
        assert len(rows)
        assert (labelled.labels[rows] == -1).all()


def test_the_harmless_set_has_the_same_logons_without_attacks(labelled: EvalSet) -> None:
    sizes = {"users": 200, "servers": 80, "admins": 8, "service_accounts": 8, "days": 20, "history_days": 12}
    harmless = eval_set(1, attacks=0, **sizes)
    assert harmless.attacks == ()
    assert (harmless.labels == -1).all()
    assert harmless.logons.equals(labelled.logons.filter(pl.Series(labelled.labels == -1)))


def test_stars_are_like_the_published_red_team() -> None:
    made = eval_set(2, users=400, servers=120, admins=10, days=16, history_days=1, attacks=0, stars=98)
    sizes = [len(attack.hops) for attack in made.attacks]
    assert {attack.cell for attack in made.attacks} == {12}
    assert len(made.attacks) == pytest.approx(98, abs=4)
    assert np.median(sizes) == pytest.approx(2, abs=1)
    assert np.mean(sizes) == pytest.approx(4.2, abs=1.5)
    assert max(sizes) <= 71
    hops = [hop for attack in made.attacks for hop in attack.hops]
    sources = Counter(hop.src for hop in hops)
    assert len(sources) <= 4
    assert sources.most_common(1)[0][1] / len(hops) > 0.8
    assert not {hop.dst for hop in hops} & {hop.src for hop in hops if sources[hop.src] > 20}
    gaps = np.diff(sorted(hop.t for hop in hops)) / 1e6
    assert 40 < np.median(gaps) < 220


@pytest.mark.slow
def test_the_usual_set_has_its_size_for_every_seed() -> None:
    for seed in (0, 75):
        full = eval_set(seed)
        assert full.logons.height == pytest.approx(270_000, rel=0.1)
        assert len(full.attacks) == 90
        assert (full.labels >= 0).sum() == pytest.approx(510, rel=0.25)
        assert min(Counter(attack.cell for attack in full.attacks).values()) >= 7
