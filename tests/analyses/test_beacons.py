"""Beacons: RITA v5's own worked examples, and pairs with a known clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from graphhunt.analyses.beacons import beacons_of
from graphhunt.toolbox.beacons import (
    DAY,
    SECOND,
    active_spans,
    beacon_parts,
    duration_score,
    evenness,
    find_beacons,
    histogram,
    histogram_score,
    level,
    longest_run,
)

START = 1_517_338_924


def gaps(*seconds: int) -> np.ndarray:
    return np.array(seconds, dtype=float)


@pytest.mark.parametrize(
    ("values", "default", "score"),
    [
        (gaps(*[60] * 9), 1, 1.0),
        (gaps(98, 99, 99, 100, 100, 100, 101, 101, 102), 1, 0.995),
        (gaps(*[98, 300] * 5), 1, 0.746),
        (gaps(1, 299, 25, 4975, 90, 2, 42, 500, 1500), 1, 0.083),
        (gaps(*range(1, 11)), 0, 0.773),
        (gaps(0, 0, 0), 0, 0.5),
        (gaps(0, 0, 0), 1, 1.0),
    ],
)
def test_evenness_equals_the_published_examples(values: np.ndarray, default: float, score: float) -> None:
    assert evenness(values, default) == pytest.approx(score, abs=0.001)


def test_histogram_has_24_equal_spans_and_keeps_the_last_time() -> None:
    counts = histogram(np.array([0.0, 9.9, 10.0, 239.9, 240.0]), 0, 240)
    assert (len(counts), counts[0], counts[1], counts[23]) == (24, 2, 1, 2)


def test_runs_go_round_from_the_last_span_to_the_first() -> None:
    counts = np.zeros(24, dtype=np.int64)
    counts[[22, 23, 0, 1, 2, 10]] = 1
    assert longest_run(counts) == 5
    assert longest_run(np.ones(24, dtype=np.int64)) == 24


def test_flat_and_two_height_histograms_score_high() -> None:
    assert histogram_score(np.full(24, 7)) == 1.0
    assert histogram_score(np.array([10, 100] * 12)) == 1.0
    lone = np.zeros(24, dtype=np.int64)
    lone[3] = 50
    assert histogram_score(lone) == 0.0
    mixed = np.arange(1, 25) * 100
    fit = 2 / 23  # worked by hand: 24 heights in 20 bins of 120, at most 2 share one; the two fullest hold 4
    assert histogram_score(mixed) == pytest.approx(max(1 - mixed.std() / mixed.mean(), 2 * fit), abs=0.001)


def test_duration_needs_six_filled_spans() -> None:
    counts = np.zeros(24, dtype=np.int64)
    counts[:5] = 1
    assert duration_score(counts, 100, 100) == 0
    counts[:6] = 1
    assert duration_score(counts, 20, 100) == 0.5
    assert duration_score(counts, 90, 100) == 0.9


def test_too_few_connections_or_intervals_give_no_score() -> None:
    assert beacon_parts(gaps(0, 60, 120), None, 0, 1000) is None
    assert beacon_parts(gaps(0, 0, 0, 0, 60), None, 0, 1000) is None
    assert beacon_parts(gaps(0, 60, 120, 180), None, 0, 0) is None


def connections(source: str, destination: str, times: list[int], size: int | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"source": source, "destination": destination, "time": [t * SECOND for t in times],
         "bytes_out": pl.Series([size] * len(times), dtype=pl.Int64)}
    )  # fmt: skip


def test_a_clock_beats_people_and_prevalence_is_told() -> None:
    rng = np.random.default_rng(1)
    clock = [START + 300 * i + int(rng.integers(-5, 6)) for i in range(288)]
    people = sorted(START + int(t) for t in rng.choice(86_400, 300, replace=False) ** 2 // 86_400)
    frame = pl.concat(
        [connections("h1", "9.9.9.9", clock, 512), connections("h2", "8.8.8.8", people, 900),
         *(connections(f"h{i}", "1.1.1.1", clock[::7]) for i in range(1, 9))]
    )  # fmt: skip
    found = find_beacons(frame)
    best = found.filter(pl.col("destination") == "9.9.9.9").row(0, named=True)
    assert best["score"] > 0.97
    assert (best["hosts"], best["prevalence"], best["level"]) == (1, 0.125, "critical")
    assert found.filter(pl.col("destination") == "8.8.8.8")["score"][0] < best["score"] - 0.2
    common = found.filter(pl.col("destination") == "1.1.1.1").row(0, named=True)
    assert (common["hosts"], common["ds"]) == (8, None)
    assert any("no sizes" in r for r in common["reasons"])
    assert common["score"] == pytest.approx(round(sum(common[k] for k in ("ts", "dur", "hist")) / 3, 3))


def test_fresh_addresses_gain_and_old_ones_lose() -> None:
    clock = [START + 600 * i for i in range(100)]
    frame = connections("h", "9.9.9.9", clock)
    score = find_beacons(frame)["score"][0]
    fresh, middle, old = (find_beacons(frame, now=START * SECOND + days * DAY)["modified"][0] for days in (7, 20, 30))
    assert (fresh, middle, old) == (min(1.0, round(score + 0.15, 3)), score, round(score - 0.15, 3))


def test_levels() -> None:
    assert [level(s) for s in (0.49, 0.5, 0.7, 0.9, 1.0)] == ["none", "low", "medium", "high", "critical"]
    assert find_beacons(pl.DataFrame()).is_empty()


HOUR = 3600


def test_a_span_ends_at_a_pause_of_six_hours_and_of_twenty_intervals() -> None:
    minutes = [60.0 * i for i in range(20)]
    for pause, spans in ((6 * HOUR - 1, 1), (6 * HOUR + 1, 2)):
        later = [minutes[-1] + pause + each for each in minutes]
        assert len(active_spans(np.array(minutes + later))) == spans
    daily = [24.0 * HOUR * i for i in range(10)]  # a call a day: twenty intervals are longer than six hours
    assert len(active_spans(np.array(daily))) == 1


def test_a_span_needs_eight_connections() -> None:
    assert [len(active_spans(np.array([60.0 * i for i in range(count)]))) for count in (7, 8)] == [0, 1]
    assert find_beacons(connections("h", "9.9.9.9", [START + 60 * i for i in range(7)])).is_empty()


def test_what_sleeps_between_is_scored_where_it_is_active() -> None:
    """An hour of calls now and a week later: even in each, and nothing in between."""
    hour = [60 * i for i in range(61)]
    frame = connections("h", "9.9.9.9", [START + each for each in hour] + [START + 7 * 86_400 + each for each in hour])
    (row,) = find_beacons(frame).rows(named=True)
    assert (row["spans"], row["connections"]) == (2, 61)
    assert (row["first"], row["last"]) == (START * SECOND, (START + 3600) * SECOND)
    assert (row["ts"], row["dur"]) == (1.0, 1.0)
    assert row["score"] > 0.95
    assert "the best of 2 active spans" in row["reasons"]


def test_the_programs_of_a_clock_stand_beside_it() -> None:
    """Twenty calls by one program and one by another; a call a day before the span is a third one's."""
    calls = [(START + 60 * i, r"C:\Users\a\UP.exe") for i in range(20)]
    calls += [(START + 90, r"C:\Windows\x.exe"), (START - 86_400, r"C:\old.exe")]
    (row,) = beacons_of(evidence(calls), {}).rows(named=True)
    assert (row["source"], row["connections"], row["programs"]) == ("h1", 21, ["up.exe", "x.exe"])
    assert [beacons_of(evidence(calls), {}, most).height for most in (0, 1)] == [0, 1]


def evidence(calls: list[tuple[int, str]]) -> Any:
    """Give evidence that holds connections of one machine to one address: when (s) and by which program."""
    made = pl.DataFrame(calls, schema={"time": pl.Int64, "path": pl.String}, orient="row").with_row_index("n")
    made = made.select(
        "path", time=pl.col("time") * SECOND, host=pl.lit("h1"), source_ip=pl.lit("10.0.0.1"),
        source_port=pl.col("n").cast(pl.Int64) + 50_000, destination_ip=pl.lit("9.9.9.9"),
        destination_port=pl.lit(443, pl.Int64), bytes_out=pl.lit(None, pl.Int64), initiated=pl.lit(None, pl.Boolean),
        direction=pl.lit(None, pl.String), allowed=pl.lit(value=True),
    )  # fmt: skip
    known = {"connection": made, "flow": made.clear()}
    return SimpleNamespace(facts=lambda kind, columns: known[kind].lazy().select(columns))
