"""Entity-days, hourly bursts, change points and LogonTracer's view: planted oddities and hand calculations."""

from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest

from graphhunt.toolbox.change_points import change_scores
from graphhunt.toolbox.entity_days import FEATURES, TRIAGE, deviations, entity_days, entity_outliers
from graphhunt.toolbox.hourly_counts import hourly_bursts
from graphhunt.toolbox.logontracer import account_changes, account_view, damped_pagerank, sequence_oddness

DAY, HOUR = 86_400_000_000, 3_600_000_000
MONDAY = 19_723 * DAY  # 2024-01-01


def logons(*given: tuple[str, str, str, int, int, str]) -> pl.DataFrame:
    names = ["entity", "other", "source", "start", "logon_type", "auth_package"]
    return pl.DataFrame(given, schema=names, orient="row")


def test_features_of_a_day_counted_by_hand() -> None:
    frame = logons(
        ("u", "m1", "s1", MONDAY + 9 * HOUR, 3, "NTLM"), ("u", "m1", "s1", MONDAY + 23 * HOUR, 10, "Kerberos"),
        ("u", "m2", "s2", MONDAY + DAY + 9 * HOUR, 9, "ntlm v2"), ("u", "m1", "s1", MONDAY + DAY + 10 * HOUR, 3, ""),
    )  # fmt: skip
    failed = pl.DataFrame({"entity": ["u"], "start": [MONDAY + 2 * DAY], "count": [7]})
    days = entity_days(frame, failed)
    first, second, third = days.rows(named=True)
    assert (first["logins"], first["destinations"], first["new_destinations"], first["network"]) == (2, 1, 1, 1)
    assert (first["off_hours"], first["ntlm"], first["remote_desktop"]) == (0.5, 0.5, 1)
    assert (second["new_destinations"], second["new_sources"], second["new_credentials"]) == (1, 1, 1)
    assert (second["destinations"], second["ntlm"], second["off_hours"]) == (2, 0.5, 0)
    assert (third["logins"], third["fails"]) == (0, 7)


def test_deviation_is_robust_z_against_the_entitys_own_past() -> None:
    days = pl.DataFrame(
        {"entity": ["u"] * 9, "day": range(9), **{f: [0.0] * 9 for f in FEATURES}}
    ).with_columns(logins=pl.Series([np.expm1(v) for v in (2, 4, 2, 4, 2, 4, 2, 4, 9)]))  # fmt: skip
    z = deviations(days)
    past = np.array([2.0, 4, 2, 4, 2, 4, 2, 4])
    residuals = [abs(v - np.median(past[:i])) for i, v in enumerate(past) if i >= 3]
    residuals = [*(abs(v - np.median([2, 4, 2, 4, 2, 4, 2, 4, 9])) for v in past[:3]), *residuals]
    expected = 0.6745 * (9 - 3) / max(np.median(residuals), 0.25)
    assert z[8, 0] == pytest.approx(expected)
    assert (z[:, 1] == 0).all()


def test_a_planted_day_is_the_oddest_and_says_why() -> None:
    rng = np.random.default_rng(4)
    given = []
    for user in range(12):
        for day in range(20):
            for _ in range(int(rng.integers(3, 7))):
                start = MONDAY + day * DAY + int(rng.integers(8, 17)) * HOUR
                given.append((f"u{user}", f"m{user % 4}", f"w{user}", start, 2, "Kerberos"))
    given += [("u5", f"m{i}", "w99", MONDAY + 18 * DAY + 3 * HOUR, 3, "NTLM") for i in range(40)]
    found = entity_outliers(entity_days(logons(*given)))
    best = found.row(0, named=True)
    assert (best["entity"], best["day"], best["outlier"]) == ("u5", (MONDAY + 18 * DAY) // DAY, True)
    assert best["use"] == TRIAGE
    assert len(best["reasons"]) == 3
    assert any("first time" in r or "machines reached" in r or "type 3" in r for r in best["reasons"])
    assert found.equals(entity_outliers(entity_days(logons(*given))))
    assert entity_outliers(found.clear().select("entity", "day")).is_empty()


def test_bursts_are_judged_against_like_hours() -> None:
    quiet = [("u", MONDAY + day * DAY + 9 * HOUR + i) for day in range(28) for i in range(2)]
    burst = [("u", MONDAY + 27 * DAY + 9 * HOUR + 100 + i) for i in range(48)]
    found = hourly_bursts(pl.DataFrame(quiet + burst, schema=["entity", "start"], orient="row"))
    best = found.row(0, named=True)
    assert (best["hour"], best["count"], best["usual"], best["flagged"]) == (
        MONDAY + 27 * DAY + 9 * HOUR,
        50,
        2.0,
        True,
    )
    assert found["flagged"].sum() == 1
    few = hourly_bursts(pl.DataFrame([("u", MONDAY + i) for i in range(4)], schema=["entity", "start"], orient="row"))
    assert not few["flagged"].any()


def test_a_quiet_hour_counts_as_nothing() -> None:
    rows = [("u", MONDAY + 9 * HOUR), *(("u", MONDAY + 14 * DAY + 9 * HOUR + i) for i in range(30))]
    found = hourly_bursts(pl.DataFrame(rows, schema=["entity", "start"], orient="row"))
    assert found.row(0, named=True)["usual"] == 0.0
    assert found.row(0, named=True)["flagged"]


def test_change_scores_peak_at_the_change_and_repeat() -> None:
    rng = np.random.default_rng(0)
    series = np.vstack([rng.poisson(5, 400), rng.poisson(5, 400)]).astype(float)
    series[1, 250:] += 60
    scores = change_scores(series)
    assert (scores == change_scores(series)).all()
    assert np.isfinite(scores).all()
    assert abs(int(scores[1].argmax()) - 252) <= 8
    assert scores[1].max() > 2 * scores[0, 50:].max()
    assert change_scores(np.full((1, 5), 1e9)).shape == (1, 5)


def test_pagerank_equals_networkx_where_damping_is_one_number() -> None:
    rng = np.random.default_rng(7)
    edges = pl.DataFrame(
        {"a": [f"u{i}" for i in rng.integers(0, 20, 90)], "b": [f"h{i}" for i in rng.integers(0, 9, 90)]}
    )
    ranked = damped_pagerank(edges, 0.85, iterations=200)
    graph: nx.Graph[str] = nx.Graph()
    for a, b in edges.iter_rows():
        graph.add_edge(a, b, weight=graph.get_edge_data(a, b, {"weight": 0})["weight"] + 1)
    expected = nx.pagerank(graph, alpha=0.85, tol=1e-12, max_iter=500)
    assert ranked["rank"].sum() == pytest.approx(1)
    for name, rank, _ in ranked.iter_rows():
        assert rank == pytest.approx(expected[name], abs=1e-8)
    assert (ranked["scaled"].min(), ranked["scaled"].max()) == (0, 1)


def test_names_are_compared_whole_and_equal_ranks_do_not_divide_by_zero() -> None:
    edges = pl.DataFrame({"a": ["u", "u"], "b": ["10.0.0.1", "10.0.0.10"]})
    ranks = dict(damped_pagerank(edges).select("id", "rank").iter_rows())
    assert ranks["10.0.0.1"] == pytest.approx(ranks["10.0.0.10"])
    same = damped_pagerank(pl.DataFrame({"a": ["u"], "b": ["h"]}))
    assert same["scaled"].to_list() == [0, 0]


def test_parallel_logons_weigh_as_often_as_they_occur() -> None:
    edges = pl.DataFrame({"a": ["u"] * 10, "b": ["h1"] * 9 + ["h2"]})
    ranks = dict(damped_pagerank(edges).select("id", "rank").iter_rows())
    assert ranks["h1"] > 3 * ranks["h2"]


def events(*given: tuple[str, str, int, str, bool]) -> pl.DataFrame:
    return pl.DataFrame(given, schema=["account", "host", "time", "event", "ntlm"], orient="row")


def test_the_account_view_ranks_accounts_and_hosts() -> None:
    given = [(f"u{i % 5}", f"h{i % 3}", MONDAY + i * HOUR, "4624/3", False) for i in range(200)]
    given += [("hub", f"h{i % 3}", MONDAY + 100 * HOUR + i, "4624/3", True) for i in range(150)]
    view = account_view(events(*given), admins=["hub"])
    assert set(view["kind"]) == {"account", "host"}
    assert view["rank"].sum() == pytest.approx(1)
    assert view.filter(pl.col("kind") == "account").row(0, named=True)["id"] == "hub"
    assert view.filter(pl.col("kind") == "host")["change"].null_count() == 3
    changes = account_changes(events(*given))
    assert max(changes, key=lambda a: changes[a]) == "hub"
    assert account_view(events(*given).clear()).is_empty()


def test_an_unusual_sequence_is_odder_than_a_usual_one() -> None:
    usual = [
        (f"u{u}", "h", MONDAY + u * HOUR + i, ("4768", "4769", "4624")[i % 3], False)
        for u in range(8)
        for i in range(30)
    ]
    odd = [("x", "h", MONDAY + 9 * HOUR + i, ("4624", "4625", "4776", "4768")[(i * i) % 4], False) for i in range(30)]
    found = sequence_oddness(events(*usual, *odd))
    assert max(found, key=lambda a: found[a]) == "x"
