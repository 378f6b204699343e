"""Measures in units read, on a small case whose values can be counted by hand.

Two days. Sixty clients (hosts 0 to 59) each have one honest logon of their own account to a server of their own, on
the first day; the score of client i is 100 - i, so that its unit is the (i + 1)-th to be read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graphhunt.errors import UsageError
from graphhunt.incidents.weights import weights
from graphhunt.lab.evaluation.accuracy import cause_metrics, judged, technique_metrics
from graphhunt.lab.evaluation.bench import run_detector
from graphhunt.lab.evaluation.bonuses import Evidence
from graphhunt.lab.evaluation.case import LabelledCase, Truth
from graphhunt.lab.evaluation.closure import Closure, Forming
from graphhunt.lab.evaluation.hops import Hops, Ranking, logged_hops
from graphhunt.lab.evaluation.metrics import intervals, noise_metrics, recalls, shown_metrics
from graphhunt.lab.evaluation.outcome import Outcome, outcomes
from graphhunt.lab.evaluation.significance import benign_p, realised_rates
from graphhunt.lateral.detector import detect
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR

BEGIN, CLIENTS, HOSTS = 10 * DAY, 60, 200
HONEST = [(BEGIN + i, i, 100 + i, i, 100.0 - i) for i in range(CLIENTS)]
"""(time, source, destination, account, score) of the honest logons."""


def case(attacks, honest=HONEST):
    """Put attacks, lists of rows like those of HONEST, among the honest logons; give the case and its scores."""
    rows = [(*row, -1) for row in honest]
    rows += [(*row, number) for number, hops in enumerate(attacks) for row in hops]
    rows.append((BEGIN + 2 * DAY - 1, 199, 198, 99, 0.0, -1))
    rows.sort(key=lambda row: row[0])
    t, src, dst, acct, score, labels = (np.array(column) for column in zip(*rows, strict=True))
    names = {"hosts": [f"h{i}" for i in range(HOSTS)], "accounts": [f"a{i}" for i in range(100)]}
    table = LogonTable.from_arrays(t, src, dst, acct, **names)
    return LabelledCase("hand-made", table, BEGIN, labels.astype(np.int32)), score


def followed(made, score, led=None):
    hops = Hops.of(made)
    return outcomes(made, hops, Ranking.of(made, hops, score), led)


def test_an_incident_is_found_within_the_budget_that_reaches_it():
    # Between the 4th and the 5th honest unit; the 7th and 8th; the 11th and 12th; the 41st and 42nd.
    made, score = case([[(BEGIN + HOUR, 60 + n, 170 + n, 70 + n, 100.5 - at)] for n, at in enumerate((4, 7, 11, 41))])
    found, _ = followed(made, score)
    assert [(each.read, each.first, each.lead) for each in found] == [(5, 5, 5), (8, 8, 8), (12, 12, 12), (42, 42, 42)]
    told = shown_metrics(found, made.days)
    assert made.days == 2
    expected = {3: 0.25, 5: 0.5, 9: 0.75, 20: 0.75}
    for budget, share in expected.items():
        assert told[f"incident_recall_at_{budget}"] == told[f"lead_recall_at_{budget}"] == share
    assert told["units_to_first_true"] == 10
    assert told["fragments"] == told["coverage"] == told["purity"] == 1.0
    assert recalls(found, 2).keys() == {name for name in told if "_recall_at_" in name}


def test_other_attacks_cost_nothing():
    low = [(BEGIN + HOUR, 60, 170, 70, 97.5)]
    high = [[(BEGIN + HOUR, 61 + n, 171 + n, 71 + n, 150.0)] for n in range(5)]
    alone, together = case([low]), case([low, *high])
    assert followed(*alone)[0][0] == followed(*together)[0][0]


def test_the_twin_says_what_honest_rows_score():
    attack = [(BEGIN + HOUR, 60, 170, 70, 90.2)]
    made, score = case([attack])
    hops = Hops.of(made)
    twin = np.zeros(CLIENTS + 1)
    assert outcomes(made, hops, Ranking.of(made, hops, score, twin))[0][0].read == 1
    with pytest.raises(UsageError, match="other logons"):
        Ranking.of(made, hops, score, twin[:-1])


def test_hops_out_of_one_client_are_one_incident_and_cost_their_units():
    # Three accounts from client 60 within six hours each, the fourth seven hours after the third.
    times = (1, 6, 11, 18)
    attack = [(BEGIN + hour * HOUR, 60, 170 + n, 70 + n, 98.5 - n) for n, hour in enumerate(times)]
    [each], _ = followed(*case([attack]))
    # Two honest units (100 and 99) are above; opening the incident costs its three.
    assert (each.read, each.first, each.lead, each.fragments) == (5, 3, 3, 2)
    assert (each.coverage, each.purity) == (0.75, 1.0)


def test_an_honest_hop_beside_lowers_purity_and_its_unit_may_be_read_first():
    # The client's owner at work an hour before, more suspicious than the attack.
    honest = [*HONEST, (BEGIN, 60, 160, 60, 99.5)]
    [each], _ = followed(*case([[(BEGIN + HOUR, 60, 170, 70, 98.5)]], honest))
    # Above its incident (99.5) is one unit; the incident costs two, and its first unit is the honest one.
    assert (each.read, each.first, each.coverage, each.purity) == (3, 3, 1.0, 0.5)


def test_a_server_joins_by_account_only():
    # Ten accounts came to server 190 before: then hops of different accounts out of it stay apart.
    before = [(BEGIN - DAY + n, 80 + n, 190, 80 + n, 0.0) for n in range(10)]
    attack = [(BEGIN + HOUR, 190, 170, 70, 98.5), (BEGIN + 2 * HOUR, 190, 171, 71, 97.5),
              (BEGIN + 3 * HOUR, 190, 172, 70, 96.5)]  # fmt: skip
    [each], _ = followed(*case([attack], [*before, *HONEST]))
    assert each.fragments == 2
    assert each.coverage == pytest.approx(2 / 3)


def test_a_shared_address_is_no_client():
    # Ten accounts came from address 190 before, as from a pool that many are given: its users have nothing in common.
    before = [(BEGIN - DAY + n, 190, 80 + n, 80 + n, 0.0) for n in range(10)]
    attack = [(BEGIN + HOUR, 190, 170, 70, 98.5)]
    [each], _ = followed(*case([attack], [*before, *HONEST, (BEGIN, 190, 160, 60, 99.5)]))
    assert (each.fragments, each.purity) == (1, 1.0)


def test_what_is_proved_to_have_led_there_and_come_of_it_is_in_the_incident():
    # 60 -> 61 -> 62 over two days, only the middle hop is a lead; each is proved to have caused the next.
    attack = [(BEGIN + HOUR, 60, 61, 70, -1.0), (BEGIN + 20 * HOUR, 61, 62, 71, 98.5),
              (BEGIN + 40 * HOUR, 62, 63, 72, -1.0)]  # fmt: skip
    made, score = case([attack])
    hops = Hops.of(made)
    led = np.full(len(hops), -1)
    first, second, third = (int(hops.place[row]) for row in np.flatnonzero(made.labels == 0))
    led[second], led[third] = first, second
    [alone], _ = followed(made, score)
    assert (alone.coverage, alone.fragments) == (pytest.approx(1 / 3), 1)
    [each], _ = followed(made, score, led)
    assert (each.coverage, each.purity, each.fragments, each.read) == (1.0, 1.0, 1, 5)


def test_one_account_that_reaches_many_machines_is_one_actor_over_all_days():
    scanner = [(BEGIN + day * DAY + n * 1000, 60, 110 + n, 70, 150.0) for day in (0, 1) for n in range(16)]
    made, score = case([], [*HONEST, *scanner])
    hops = Hops.of(made)
    closure = Closure(made, hops, Ranking.of(made, hops, score))
    assert sum(70 in hops.acct[list(each.hops)] for each in closure.benign) == 1
    # Sixty clients, the last row's account and the scanner; the scanner's two units are read as one incident.
    assert noise_metrics(closure, made.days) == {"benign_incidents_a_day": 31.0, "benign_units_a_day": 31.5}


def test_opening_an_incident_costs_ten_units_at_most_and_an_attack_below_them_is_not_shown():
    own = [(BEGIN + n * 60_000_000, 60, 110 + n, 60 + n, 150.0 - n) for n in range(12)]
    below = [(BEGIN + HOUR, 60, 170, 90, 98.5)]
    [each], _ = followed(*case([below], [*HONEST, *own]))
    assert each.read == np.inf
    assert each.lead == 15
    above = [(BEGIN + HOUR, 60, 170, 90, 145.5)]
    [each], _ = followed(*case([above], [*HONEST, *own]))
    assert (each.read, each.first) == (10, 6)


def test_what_leaves_a_machine_that_a_strong_lead_came_to_is_joined():
    # 60 -> 61, then 61 -> 62 by another account 23 hours later, and 61 -> 63 by a third one 25 hours later.
    attack = [(BEGIN + HOUR, 60, 61, 70, 98.5), (BEGIN + 24 * HOUR, 61, 62, 71, 97.5),
              (BEGIN + 26 * HOUR, 61, 63, 72, 96.5)]  # fmt: skip
    made, score = case([attack[:2]])
    [each], _ = followed(made, score)
    assert (each.fragments, each.coverage, each.read) == (1, 1.0, 4)
    [late], _ = followed(*case([[attack[0], attack[2]]]))
    assert (late.fragments, late.coverage) == (2, 0.5)
    hops = Hops.of(made)
    ranking = Ranking.of(made, hops, score)
    [apart], _ = outcomes(made, hops, ranking, None, Forming(followed=False))
    assert (apart.fragments, apart.coverage) == (2, 0.5)


def test_what_only_a_weak_lead_came_to_is_not_joined():
    # Two days at nine units a day: the eighteenth honest unit (100 - 17) is the last strong one.
    for score, fragments in ((83.5, 1), (82.5, 2)):
        attack = [(BEGIN + HOUR, 60, 61, 70, score), (BEGIN + 2 * HOUR, 61, 62, 71, 70.0)]
        [each], _ = followed(*case([attack]))
        assert each.fragments == fragments


def test_a_sum_counts_each_further_unit_half():
    # 80 + 70 / 2 = 115 is above the best honest unit (100); the best alone is below twenty of them.
    attack = [(BEGIN + HOUR, 60, 170, 70, 80.0), (BEGIN + 2 * HOUR, 60, 171, 71, 70.0)]
    made, score = case([attack])
    hops = Hops.of(made)
    ranking = Ranking.of(made, hops, score)
    read = [outcomes(made, hops, ranking, None, Forming(summed=summed))[0][0].read for summed in (False, True)]
    assert read == [22, 2]


def test_bonuses_are_for_classes_that_the_best_hop_lacks():
    benign, attack = np.zeros((3, 2)), np.zeros((3, 2))
    benign[0], attack[1] = (4.0, 0.0), (4.0, 2.0)
    nothing, relay = np.zeros(3, dtype=bool), np.array([False, True, False])
    shown = Evidence(benign, attack, (nothing, nothing))
    rule = weights()
    # A quarter of 2 nats for the second class; the first one the best hop has itself.
    assert shown.bonus([0, 1], 0, {1}) == pytest.approx(0.5)
    assert shown.bonus([0, 1], 0, ()) == 0.0
    assert shown.bonus([1, 2], 1, {1}) == pytest.approx(min(rule.further, 1.0) + 0.5)
    assert Evidence(benign, attack, (nothing, relay)).bonus([0, 1], 0, {1}) == pytest.approx(0.5 + rule.relay)


def test_hops_of_unknown_source_count_as_part_of_the_attack():
    attack = [(BEGIN + HOUR, 60, 170, 70, 98.5), (BEGIN + 2 * HOUR, -1, 171, 71, 98.0)]
    made, score = case([attack])
    assert logged_hops(made) == {0: 2}
    assert followed(made, score)[0][0].coverage == 0.5


def test_an_attack_without_a_hop_that_can_be_ranked_is_missed():
    made, score = case([[(BEGIN + HOUR, -1, 170, 70, 98.5)]])
    [each], closure = followed(made, score)
    assert (each.read, each.lead, each.first) == (np.inf, np.inf, closure.listed)
    assert shown_metrics([each], made.days)["incident_recall_at_20"] == 0.0


def test_ties_gain_nothing_from_row_order():
    made, score = case([[(BEGIN, 60 + n, 170 + n, 70 + n, 0.0)] for n in range(3)])
    found, _ = followed(made, np.zeros(len(score)))
    assert [each.read > 6 for each in found] == [True] * 3


def test_intervals_are_as_wide_as_few_attacks_make_them():
    found = [Outcome(n, float(1 if n % 2 else 1000), 1.0, 1.0, 1.0, 1.0, 1) for n in range(40)]
    low, high = intervals(found, 1)["incident_recall_at_9"]
    # A share of a half among forty: 1.96 standard errors are 0.155.
    assert low == pytest.approx(0.345, abs=0.05)
    assert high == pytest.approx(0.655, abs=0.05)
    assert intervals(found, 1)["fragments"] == [1.0, 1.0]


def test_benign_p_values_are_counted_below_each_level():
    p = np.array([0.0005, 0.005, 0.03, 0.2, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, np.nan])
    assert benign_p(p) == {"benign_p_below_05": 0.3, "benign_p_below_01": 0.2, "benign_p_below_001": 0.1}


def test_the_realised_rate_counts_false_ones_among_what_passes():
    # One attack on day 1: its three units and one benign unit have p = 0.0001, 96 others 0.5. All four pass at 5 %.
    p = np.array([0.0001] + [0.5] * 96 + [0.0001] * 3)
    attack = np.array([-1] * 97 + [0] * 3)
    found = realised_rates(p, np.ones(100, dtype=int), attack)
    assert found["fdr_realised_at_5"] == 0.25
    assert found["significant_at_5"] == 4
    nothing = realised_rates(np.full(100, 0.5), np.ones(100, dtype=int), attack)
    assert nothing["fdr_realised_at_5"] == 0.0


def test_the_rule_decides_over_the_units_of_a_day():
    # A day has a fifteenth of the rate. p = 0.00008 passes among 40 units (0.05 / 15 / 40 = 0.000083), but not among
    # the 400 of another day (0.0000083, and as much again for the first discovery).
    day = np.array([1] * 40 + [2] * 400)
    p = np.full(440, 0.9)
    p[[0, 40]] = 0.00008
    attack = np.full(440, -1)
    attack[[0, 40]] = 0
    assert realised_rates(p, day, attack)["significant_at_5"] == 1


def test_techniques_are_right_wrong_or_missing_and_wrong_counts_double():
    assert judged(["T1047", "T1078"], ("T1047",)) == "right"
    assert judged(["T1047", "T1003.001"], ("T1047",)) == "wrong"
    assert judged(["T1021", "T1078"], ("T1047",)) == "missing"
    made, _ = case([[(BEGIN + HOUR * n, 60, 170 + n, 70, 98.5) for n in range(4)]])
    table = replace(made.table, techniques=("T1047", "T1021.006"))
    rows = np.flatnonzero(made.labels == 0)
    table.technique[rows] = [0, 0, 1, -1]
    known = replace(made, table=table, truth=Truth({int(row): ("T1047",) for row in rows}))
    told = technique_metrics(known, run_detector(known).scoring)
    assert [told[f"technique_{verdict}"] for verdict in ("right", "wrong", "missing")] == [2, 1, 1]
    assert told["technique_accuracy"] == pytest.approx(2 / 5)


def test_causes_are_right_if_they_name_the_hop_that_led_there():
    # a70 goes 60 -> 61 -> 62 -> 63; records prove the second rightly and the third wrongly.
    attack = [(BEGIN + HOUR * n, 60 + n, 61 + n, 70, 98.5) for n in range(3)]
    made, _ = case([attack])
    first, second, third = np.flatnonzero(made.labels == 0).tolist()
    proved = np.full(len(made.table), -2, dtype=np.int32)
    proved[second], proved[third] = first, -1
    truth = Truth(causes={first: -1, second: first, third: second})
    told = cause_metrics(replace(made, truth=truth, proved=proved), detect(made.table).scores)
    assert told["cause_accuracy_proved"] == 0.5
    assert told["cause_proved"] == pytest.approx(2 / 3)
    # Nobody came into 60 before: the detector infers that the first hop began there.
    assert told["cause_accuracy_inferred"] == 1.0


def test_a_case_without_anything_to_rank_gives_no_numbers_and_no_error():
    made, score = case([])
    empty = replace(made, since=BEGIN + 100 * DAY)
    found, closure = followed(empty, score)
    assert found == []
    assert np.isnan(shown_metrics(found, empty.days)["incident_recall_at_9"])
    assert closure.listed == 0
    assert intervals(found, empty.days) == {}


@pytest.mark.parametrize("seed", range(20))
def test_adding_one_attack_gives_what_joining_everything_anew_gives(seed):
    rng = np.random.default_rng(seed)

    def some(count, first_account):
        return [
            (BEGIN + int(rng.integers(0, 36)) * HOUR + n, int(rng.integers(0, 6)), 100 + int(rng.integers(0, 50)),
             first_account + int(rng.integers(0, 3)), float(rng.random()))
            for n in range(count)
        ]  # fmt: skip

    attacks = [some(5, 0), some(5, 0)]
    made, score = case(attacks, some(25, 0))
    hops = Hops.of(made)
    ranking = Ranking.of(made, hops, score)
    led = np.where(rng.random(len(hops)) < 0.2, rng.integers(0, len(hops), len(hops)), -1)
    # What led to a hop came before it, and was no other attack's.
    other = (hops.attack[led] >= 0) & (hops.attack[led] != hops.attack)
    led = np.where((hops.t[led] < hops.t) & ~other, led, -1)
    closure = Closure(made, hops, ranking, led)
    for number in np.unique(hops.attack[hops.attack >= 0]):
        own = np.flatnonzero(hops.attack == number)
        there = np.flatnonzero((ranking.benign > -np.inf) | (hops.attack == number))
        value = np.maximum(ranking.benign, np.where(hops.attack == number, ranking.attack, -np.inf))
        found, merged = closure.with_attack(own)
        slow = joined_anew(hops, there, led)
        assert {each.hops for each in found} == {part for part in slow if part & set(own.tolist())}
        for each in found:
            above = [part for part in slow if not part & set(own.tolist()) and max(value[list(part)]) > each.score]
            units = sum(min(10, len(np.unique(hops.unit[list(part)]))) for part in above)
            assert each.score == max(value[list(each.hops)])
            assert closure.read_before(each.score, merged) == units


def joined_anew(hops, there, led):
    """Join all hops that are there, every pair by the rules; none is too many to be joined, and all are leads."""
    part = {int(hop): {int(hop)} for hop in there}
    for a in there:
        for b in there:
            near = hops.src[a] == hops.src[b] and abs(hops.t[a] - hops.t[b]) <= 6 * HOUR
            if (near or led[a] == b) and part[int(a)] is not part[int(b)]:
                whole = part[int(a)] | part[int(b)]
                for hop in whole:
                    part[hop] = whole
    return {frozenset(each) for each in part.values()}
