"""Beacons: connections that come back as by a clock, scored as RITA v5 scores them, with prevalence.

The score is the mean of four parts: timestamps, data sizes, duration and histogram, each 0 to 1. A source
without sizes (Sysmon states none) is scored by the other three, and the result says so. Prevalence is kept
beside the score: many hosts calling one address is usually an update service, one host is not.

A pair is scored by *active span*: its connections are cut where it pauses for much longer than it usually does, and
each span is scored over its own first and last connection. What calls for a day and then sleeps for months would score
low over all of them.

References:
    RITA v5 (activecm/rita), `analysis/beacons.go` and `default-config.hjson`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

Values = NDArray[np.float64]

SECOND = 1_000_000
DAY = 86_400 * SECOND
BINS = 24
LEAST_CONNECTIONS = 4
LEAST_INTERVALS = 3
LEAST_IN_SPAN = 8
"""Connections of an active span that can be scored."""

LONGEST_PAUSE, PAUSES = 6 * 3600.0, 20
"""An active span ends where a gap exceeds this many seconds, and this many times the pair's median interval."""

_LEAST_SPREAD = 10
_MODE_SHARE = 0.05
_LEAST_BARS_BIMODAL = 11
_LEAST_BARS_DURATION = 6
_IDEAL_RUN = 12
_LEVELS = ((1.0, "critical"), (0.9, "high"), (0.7, "medium"), (0.5, "low"))
_FRESH_DAYS, _OLD_DAYS, _AGE_WEIGHT = 7, 30, 0.15


class Parts(NamedTuple):
    """The parts of one pair's score; `sizes` is None where the source states none."""

    timestamps: float
    sizes: float | None
    duration: float
    histogram: float

    @property
    def score(self) -> float:
        """Mean of the parts there are."""
        known = [p for p in self if p is not None]
        return round(sum(known) / len(known), 3)


def quartiles(ordered: Values) -> tuple[float, float, float]:
    """Give the medians of the lower half, the whole and the upper half; the middle value is in neither half."""
    half = len(ordered) // 2
    upper = ordered[len(ordered) - half :]
    return float(np.median(ordered[:half])), float(np.median(ordered)), float(np.median(upper))


def evenness(values: Values, default: float) -> float:
    """Score how even some values are: mean of symmetry (Bowley) and closeness to the median (MAD), 0 to 1.

    Args:
        values: At least three numbers.
        default: Score of closeness where the median is below 1.
    """
    ordered = np.sort(values)
    low, middle, high = quartiles(ordered)
    skewed = high - low >= _LEAST_SPREAD and middle not in (low, high)
    symmetry = 1 - abs((low + high - 2 * middle) / (high - low)) if skewed else 1.0
    deviation = float(np.median(np.abs(ordered - middle)))
    closeness = max(0.0, (middle - deviation) / middle) if middle >= 1 else default
    return round((symmetry + closeness) / 2, 3)


def histogram(times: Values, start: float, end: float) -> NDArray[np.int64]:
    """Count the times in 24 equal spans of the data set; a time beyond either end counts in the nearest."""
    place = np.floor((times - start) / ((end - start) / BINS)).astype(np.int64)
    counts: NDArray[np.int64] = np.bincount(np.clip(place, 0, BINS - 1), minlength=BINS)
    return counts


def longest_run(counts: NDArray[np.int64]) -> int:
    """Count the longest run of filled spans, going round from the last to the first."""
    best = run = 0
    for filled in (counts > 0).tolist() * 2:
        run = run + 1 if filled else 0
        best = max(best, run)
    return min(best, len(counts))


def histogram_score(counts: NDArray[np.int64]) -> float:
    """Score how flat a histogram is, or how well two heights explain it; the better of the two."""
    mean = counts.mean()
    variation = counts.std() / mean
    flat = 0.0 if variation > 1 else round(1 - float(variation), 3)
    bars = counts[counts > 0]
    if len(bars) < _LEAST_BARS_BIMODAL:
        return flat
    width = math.ceil(float(counts.max()) * _MODE_SHARE)
    _, heights = np.unique(bars // width, return_counts=True)
    fit = float(np.sort(heights)[-2:].sum()) / max(len(bars) - 1, 1)
    return max(flat, min(1.0, round(fit, 3)))


def duration_score(counts: NDArray[np.int64], span: float, whole: float) -> float:
    """Score how much of the data set a pair covers, or how long it goes on without a pause."""
    if (counts > 0).sum() < _LEAST_BARS_DURATION:
        return 0.0
    coverage = math.ceil(span / whole * 1000) / 1000
    consistency = math.ceil(longest_run(counts) / _IDEAL_RUN * 1000) / 1000
    return min(1.0, max(coverage, consistency))


def beacon_parts(times: Values, sizes: Values | None, start: float, end: float) -> Parts | None:
    """Score one pair of hosts.

    Args:
        times: Connection times in seconds.
        sizes: Bytes sent per connection, where known.
        start: First time of the whole data set, seconds.
        end: Last time of the whole data set, seconds.

    Returns:
        The parts, or None with fewer than 4 connections or 3 intervals above zero.
    """
    ordered = np.sort(np.floor(times))
    gaps = np.diff(ordered)
    gaps = gaps[gaps > 0]
    if len(ordered) < LEAST_CONNECTIONS or len(gaps) < LEAST_INTERVALS or end <= start:
        return None
    counts = histogram(ordered, math.floor(start), math.floor(end) if end >= start + 1 else end)
    return Parts(
        timestamps=evenness(gaps, 1.0),
        sizes=None if sizes is None or len(sizes) < LEAST_INTERVALS else evenness(sizes, 0.0),
        duration=duration_score(counts, float(ordered[-1] - ordered[0]), end - start),
        histogram=histogram_score(counts),
    )


def level(score: float) -> str:
    """Name a score: none below 0.5, low, medium from 0.7, high from 0.9, critical at 1."""
    return next((name for limit, name in _LEVELS if score >= limit), "none")


def active_spans(times: Values) -> list[NDArray[np.int64]]:
    """Cut times where the gap exceeds the larger of six hours and 20 median intervals.

    Args:
        times: Seconds, in order.

    Returns:
        The places of the times of each span with enough connections to be scored, in order.
    """
    if len(times) < LEAST_IN_SPAN:
        return []
    gaps = np.diff(times)
    limit = max(LONGEST_PAUSE, PAUSES * float(np.median(gaps)))
    spans = np.split(np.arange(len(times), dtype=np.int64), np.flatnonzero(gaps > limit) + 1)
    return [span for span in spans if len(span) >= LEAST_IN_SPAN]


def find_beacons(connections: pl.DataFrame, now: int | None = None) -> pl.DataFrame:
    """Score every pair of source and destination by its best active span.

    Args:
        connections: `source`, `destination` (text), `time` (µs) and optionally `bytes_out`, one row per connection.
        now: Time "first seen" is counted back from, µs; by default the last connection's.

    Returns:
        One row per pair with an active span of at least 8 connections, best first: `source`, `destination`,
        `connections`, `first` and `last` of the best span, `spans` (how many were scored), `hosts` (sources that
        contact the destination), `prevalence` (their share), the parts `ts`, `ds` (null without sizes), `dur`, `hist`,
        the `score` of the parts, `modified` (the score with 0.15 more for destinations first seen within 7 days, 0.15
        less from 30 days on; 0 to 1), `level` and `reasons`.
    """
    if connections.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    frame = connections.drop_nulls(["source", "destination", "time"])
    sized = "bytes_out" in frame.columns
    frame = frame if sized else frame.with_columns(bytes_out=pl.lit(None, dtype=pl.Int64))
    latest = int(frame.get_column("time").max()) if now is None and frame.height else now or 0  # type: ignore[arg-type]
    hosts = frame.group_by("destination").agg(hosts=pl.col("source").n_unique(), seen=pl.col("time").min())
    ordered = frame.sort("time", "bytes_out").group_by("source", "destination").agg("time", "bytes_out")
    enough = ordered.filter(pl.col("time").list.len() >= LEAST_IN_SPAN).join(hosts, on="destination")
    everyone = frame["source"].n_unique()
    rows = [_row(pair, everyone, latest) for pair in enough.iter_rows(named=True)]
    found = pl.DataFrame([r for r in rows if r is not None], schema=_SCHEMA, orient="row")
    return found.sort(["modified", "score", "source", "destination"], descending=[True, True, False, False])


_SCHEMA = pl.Schema({
    "source": pl.String(), "destination": pl.String(), "connections": pl.Int64(), "first": pl.Int64(),
    "last": pl.Int64(), "spans": pl.Int64(), "hosts": pl.Int64(), "prevalence": pl.Float64(), "ts": pl.Float64(),
    "ds": pl.Float64(), "dur": pl.Float64(), "hist": pl.Float64(), "score": pl.Float64(), "modified": pl.Float64(),
    "level": pl.String(), "reasons": pl.List(pl.String),
})  # fmt: skip


class _Span(NamedTuple):
    """One active span: its times in seconds, and its score."""

    times: Values
    parts: Parts


def _spans(pair: dict[str, Any]) -> list[_Span]:
    """Score each active span of a pair over its own first and last connection."""
    times = np.asarray(pair["time"], dtype=np.float64) / SECOND
    sizes = pair["bytes_out"]
    found = []
    for places in active_spans(times):
        own, sent = times[places], [sizes[place] for place in places]
        known = None if None in sent else np.asarray(sent, dtype=np.float64)
        parts = beacon_parts(own, known, float(own[0]), float(own[-1]))
        if parts is not None:
            found.append(_Span(own, parts))
    return found


def _row(pair: dict[str, Any], everyone: int, now: int) -> tuple[object, ...] | None:
    """Put the row of one pair's best span together; of equal ones the earliest."""
    spans = _spans(pair)
    if not spans:
        return None
    times, parts = max(spans, key=lambda span: (span.parts.score, -span.times[0]))
    hosts, seen = int(pair["hosts"]), int(pair["seen"])
    days = (now - seen) / DAY
    shift = _AGE_WEIGHT if days <= _FRESH_DAYS else -_AGE_WEIGHT if days >= _OLD_DAYS else 0.0
    modified = round(min(1.0, max(0.0, parts.score + shift)), 3)
    return (
        pair["source"], pair["destination"], len(times), round(times[0] * SECOND), round(times[-1] * SECOND),
        len(spans), hosts, round(hosts / everyone, 4), parts.timestamps, parts.sizes, parts.duration, parts.histogram,
        parts.score, modified, level(modified), [*_reasons(parts, times, hosts, everyone), *_beside(len(spans))],
    )  # fmt: skip


def _beside(spans: int) -> list[str]:
    """Say that a pair has more than one active span."""
    return [f"the best of {spans} active spans"] if spans > 1 else []


def _reasons(parts: Parts, times: Values, hosts: int, everyone: int) -> list[str]:
    """Say in words what the score rests on."""
    gap = float(np.median(np.diff(np.sort(times))))
    said = [
        f"{len(times)} connections, every {gap:.0f} s in the median (evenness {parts.timestamps:.2f})",
        f"spread over its active span {parts.histogram:.2f}, duration {parts.duration:.2f}",
        f"{hosts} of {everyone} hosts contact the address",
    ]
    if parts.sizes is None:
        said.append("the source states no sizes; scored by the other three parts")
    else:
        said.append(f"evenness of sizes {parts.sizes:.2f}")
    return said
