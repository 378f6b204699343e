"""The detector as a whole: real campaigns with hand-checked hops, made-up cases, and prequential scoring."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from graphhunt.lateral.detector import LateralOptions, Lists, detect
from graphhunt.lateral.detector.chains import walk_chains
from graphhunt.lateral.detector.findings import PROPERTIES
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR, SECOND
from graphhunt.lateral.scores import corroboration, logon_table


def detected(tables):
    table = logon_table(tables)
    assert table is not None
    return table, detect(table, corroboration(table, tables))


@pytest.fixture(scope="module")
def theshire(theshire_graph):
    return detected(theshire_graph)


@pytest.fixture(scope="module")
def purplesharp(purplesharp_graph):
    return detected(purplesharp_graph)


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


# Ground truth A's table: minute of the act, source, destination, account, ATT&CK id it must carry.
LISTED_A = [
    ("2020-09-20 06:57", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1569.002"),
    ("2020-09-20 16:16", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1569.002"),
    ("2020-09-20 21:09", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1021.006"),
    ("2020-09-20 21:39", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1047"),
    ("2020-09-21 04:14", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1047"),
    ("2020-09-21 08:09", "WORKSTATION6", "MORDORDC", "sbeavers", "T1078"),
    ("2020-09-22 03:30", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1021.002"),
    ("2020-09-22 03:31", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1021.002"),
    ("2020-09-22 03:32", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1021.002"),
    ("2020-09-22 06:16", "WORKSTATION5", "WORKSTATION6", "pgustavo", "T1021.002"),
    ("2020-09-22 06:16", "WORKSTATION5", "MORDORDC", "pgustavo", "T1021.002"),
    ("2020-09-22 08:38", "1.2.3.4", "WORKSTATION5", "pgustavo", "T1021.001"),
]


def acts(table, found):
    return [
        (hop.start // (60 * SECOND), table.host_name(hop.src), table.host_name(hop.dst),
         table.account_name(hop.acct), hop)
        for finding in found.findings for hop in finding.hops
    ]  # fmt: skip


def test_every_listed_hop_of_the_campaign_is_found_with_its_technique(theshire):
    table, found = theshire
    seen = acts(table, found)
    for when, src, dst, user, technique in LISTED_A:
        minute = at(when) // (60 * SECOND)
        hops = [one[4] for one in seen if one[:4] == (minute, src, dst, user)]
        assert any(technique in hop.techniques for hop in hops), (when, src, dst)


def test_no_benign_hop_is_listed(theshire):
    """Of six logons from WORKSTATION5 on the controller, two are of the sweep; the others are its daily work."""
    table, found = theshire
    listed = {(at(when) // (60 * SECOND), src, dst, user) for when, src, dst, user, _ in LISTED_A}
    assert {one[:4] for one in acts(table, found)} <= listed
    assert found.scope.hops > sum(len(hop.rows) for finding in found.findings for hop in finding.hops)


def test_the_change_of_account_is_a_switch_and_told_in_words(theshire):
    table, found = theshire
    hop = next(one[4] for one in acts(table, found) if one[3] == "sbeavers")
    assert hop.klass == "S"
    assert hop.certainty == 1.0
    assert table.account_name(hop.root) == "pgustavo"
    assert any("changed on WORKSTATION6: pgustavo" in reason for reason in hop.reasons)


def test_wmi_with_seven_logons_is_one_hop(theshire):
    table, found = theshire
    hops = [one[4] for one in acts(table, found) if one[0] == at("2020-09-20 21:39") // (60 * SECOND)]
    assert [len(hop.rows) for hop in hops] == [7]


def test_a_short_case_says_so_and_gives_no_p(theshire):
    _, found = theshire
    assert any("Too little history" in note for note in found.notes)
    assert all(finding.p != finding.p for finding in found.findings)


def test_the_fan_out_is_one_finding_of_three_machines(purplesharp):
    table, found = purplesharp
    first = found.findings[0]
    assert {table.host_name(hop.dst) for hop in first.hops} == {"MORDORDC", "WORKSTATION6", "WORKSTATION7"}
    assert all("T1021.006" in hop.techniques for hop in first.hops)
    assert len(found.findings) == 1


def office(days=40, intruder=True):
    """Thirty people go from their desk to two servers every day; on day 36 one desk uses others' accounts."""
    rows = [
        (day * DAY + 8 * HOUR + person * SECOND, person, 30 + (person + i) % 2, person)
        for day in range(days) for person in range(30) for i in range(2)
    ]  # fmt: skip
    start = 36 * DAY + 11 * HOUR
    if intruder:
        rows += [(start, 3, 32, 7), (start + 60 * SECOND, 32, 33, 8), (start + HOUR, 32, 34, 9)]
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True))
    names = {"hosts": [f"h{i}" for i in range(35)], "accounts": [f"user{i}" for i in range(30)]}
    return LogonTable.from_arrays(t, src, dst, acct, logon_type=[3] * len(t), **names)


def test_an_intrusion_in_an_office_is_the_first_finding_and_one_chain():
    table = office()
    found = detect(table, options=LateralOptions(since=31 * DAY))
    own = [hop for hop in found.findings[0].hops if not hop.lead_in]
    hops = [(table.host_name(hop.src), table.host_name(hop.dst)) for hop in own]
    assert hops == [("h3", "h32"), ("h32", "h33"), ("h32", "h34")]
    assert "user7 never logged on to h32 in 30 days; 0 of 30 days" in own[0].reasons
    # User 7 works on the servers that user 3 visited in the morning: there the credential can have been taken.
    led = [hop for hop in found.findings[0].hops if hop.lead_in]
    assert [(table.host_name(hop.src), table.account_name(hop.acct)) for hop in led] == [("h3", "user3")]
    assert len(found.findings) == 1
    assert any(note.startswith("No p-values: the days before hold") for note in found.notes)


def test_the_same_office_without_intruder_has_no_significant_finding():
    found = detect(office(intruder=False), options=LateralOptions(since=31 * DAY))
    assert not any(finding.significant for finding in found.findings)


def test_the_properties_are_those_promised_one_row_per_logon():
    found = detect(office(), options=LateralOptions(since=31 * DAY))
    frame = found.properties()
    assert tuple(frame.columns) == ("id", *PROPERTIES)
    assert frame["id"].is_unique().all()
    assert frame["lm_hop"].to_list() == [1, 2, 3, 4]
    assert frame["lm_chain_id"].n_unique() == 1
    assert all(frame["lm_reason"].str.len_chars() > 0)


def test_a_suppression_list_is_named_and_takes_its_hops_out():
    lists = Lists(help_desk=["USER7", "user8", "user9"])
    found = detect(office(), options=LateralOptions(since=31 * DAY, lists=lists))
    assert [(one.name, one.rows) for one in found.suppressed] == [("help desk", 3)]
    assert not found.findings


def test_later_days_do_not_change_a_score():
    table = office()
    until = 38 * DAY
    part = table.take(np.flatnonzero(table.t < until))
    whole = detect(table, options=LateralOptions(since=31 * DAY, links=False)).scores
    early = detect(part, options=LateralOptions(since=31 * DAY, links=False)).scores
    assert np.allclose(whole.signature[: len(part)], early.signature)
    # The order among habits (below 1e-3) is scaled by the case as a whole.
    assert np.allclose(whole.total[: len(part)], early.total, atol=1e-3)


def test_the_result_does_not_depend_on_the_run():
    one, two = (detect(office(), options=LateralOptions(since=31 * DAY)) for _ in range(2))
    assert one.properties().equals(two.properties())
    assert pl.Series(one.scores.total).equals(pl.Series(two.scores.total))


def test_chains_do_not_join_across_days_or_from_a_much_weaker_hop():
    table = LogonTable.from_arrays(
        [0, HOUR, 2 * HOUR, 3 * DAY], [0, 1, 1, 1], [1, 2, 3, 4], [0, 1, 2, 3],
        hosts=list("abcde"), accounts=list("wxyz"),
    )  # fmt: skip
    score = np.array([10.0, 9.0, 4.0, 9.5])
    chains = {row: chain.number for row, chain, _ in walk_chains(table, score, np.ones(4, bool))}
    assert chains[0] == chains[1]
    assert len({chains[0], chains[2], chains[3]}) == 3
