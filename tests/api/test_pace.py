"""Rates and remaining time against values worked out by hand."""

from __future__ import annotations

import pytest

from graphhunt.case.jobs import Job, Tell
from graphhunt.case.jobs.pace import Pace

Reports = list[tuple[float, int]]


def pace(*reports: tuple[float, int]) -> Pace:
    made = Pace()
    for now, done in reports:
        made.note(now, done)
    return made


@pytest.mark.parametrize(
    ("reports", "now", "total", "rate", "left"),
    [
        pytest.param([], 5.0, 100, None, None, id="nothing was reported"),
        pytest.param([(0.0, 50)], 5.0, 100, None, None, id="one report has no duration"),
        pytest.param([(0.0, 0), (0.0, 5_000_000)], 0.0, 6_000_000, None, None, id="no time has passed"),
        pytest.param([(0.0, 0), (0.0001, 5158)], 0.0001, 9000, None, None, id="too short to say 51,580,000 per second"),
        pytest.param([(0.0, 0), (1.99, 1000)], 1.99, 2000, None, None, id="just too short"),
        pytest.param([(0.0, 0), (2.0, 1000)], 2.0, 2000, 500.0, 2.0, id="just long enough"),
        pytest.param([(7.0, 0), (17.0, 100)], 17.0, 400, 10.0, 30.0, id="100 of 400 in ten seconds leave thirty"),
        pytest.param([(0.0, 900), (4.0, 1000)], 4.0, 2000, 25.0, 40.0, id="what was done before is not counted"),
        pytest.param([(0.0, 0), (4.0, 0)], 4.0, 100, None, None, id="nothing was done"),
        pytest.param([(0.0, 0), (4.0, 100)], 4.0, 100, 25.0, None, id="all is done: nothing is left"),
        pytest.param([(0.0, 0), (4.0, 100)], 4.0, 0, 25.0, None, id="the total is not known"),
        pytest.param([(0.0, 0), (4.0, 100)], 4.0, 50, 25.0, None, id="more was done than there should be"),
        pytest.param([(0.0, 0), (10.0, 100)], 20.0, 400, 10.0, 20.0, id="time goes on without a report"),
        pytest.param([(0.0, 0), (4.0, 100)], 12.0, 200, 25.0, None, id="it should be over: nothing is promised"),
        pytest.param([(0.0, 0), (4.0, 100)], 19.1, 4000, None, None, id="no news for fifteen seconds"),
        pytest.param([(0.0, 100), (4.0, 200), (5.0, 3), (6.0, 9)], 6.0, 20, None, None, id="it counts anew"),
        # 100 a second for a minute, then 10 a second for twenty: what counts is the last fifteen seconds.
        pytest.param(
            [(float(t), 100 * t) for t in range(61)] + [(60.0 + t, 6000 + 10 * t) for t in range(1, 21)],
            80.0, 7200, 10.0, 100.0, id="it slowed down",
        ),
        # Reports every 20 s are further apart than the span looked back over, and still say something.
        pytest.param([(0.0, 0), (20.0, 200), (40.0, 600)], 40.0, 1000, 20.0, 20.0, id="rare reports"),
    ],
)  # fmt: skip
def test_rate_and_time_left(reports: Reports, now: float, total: int, rate: float | None, left: float | None) -> None:
    made = pace(*reports)
    assert made.rate(now) == (None if rate is None else pytest.approx(rate))
    assert made.left(now, total) == (None if left is None else pytest.approx(left))


def test_many_reports_a_second_keep_the_whole_span() -> None:
    made = pace(*((n / 1000, n) for n in range(10_001)))
    assert made.rate(10.0) == pytest.approx(1000.0)


def told(monkeypatch: pytest.MonkeyPatch, *reports: tuple[float, str, int, int]) -> Job:
    """Report (clock, phase, done, total) and give the job."""
    clock = iter([report[0] for report in reports])
    monkeypatch.setattr("graphhunt.case.jobs.job.time.monotonic", lambda: next(clock))
    job = Job("x", "load", "x", "ada", 0)
    tell = Tell(job, lambda: None)
    for _, phase, done, total in reports:
        tell.progress(phase, done, total)
    return job


def test_bytes_are_read_and_rows_written(monkeypatch: pytest.MonkeyPatch) -> None:
    job = told(monkeypatch, (100.0, "read", 0, 4000), (110.0, "read", 1000, 4000))
    assert (job.unit, job.rate, job.eta) == ("bytes", 100.0, 30.0)
    job = told(monkeypatch, (100.0, "write", 0, 40), (105.0, "write", 10, 40))
    assert (job.unit, job.rate, job.eta) == ("rows", 2.0, 15.0)


def test_a_phase_of_one_step_has_neither_rate_nor_end(monkeypatch: pytest.MonkeyPatch) -> None:
    job = told(monkeypatch, (100.0, "correlate", 0, 1), (190.0, "correlate", 1, 1))
    assert (job.unit, job.rate, job.eta) == ("steps", None, None)


def test_another_phase_is_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    first = (0.0, "read", 0, 4000), (10.0, "read", 4000, 4000)
    job = told(monkeypatch, *first, (11.0, "write", 5000, 9000), (11.5, "write", 6000, 9000))
    assert (job.rate, job.eta) == (None, None)


def test_silence_is_noticed_by_whoever_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0, 11.0, 15.0, 26.0])
    monkeypatch.setattr("graphhunt.case.jobs.job.time.monotonic", lambda: next(clock))
    job = Job("x", "load", "x", "ada", 0)
    tell = Tell(job, lambda: None)
    tell.progress("write", 0, 400)
    tell.progress("write", 100, 400)
    assert (tell.measure(), job.eta) == (False, 30.0)  # a second later: too soon to look again
    assert (tell.measure(), job.rate, job.eta) == (True, 10.0, 25.0)
    assert (tell.measure(), job.rate, job.eta) == (True, None, None)


def test_another_phase_that_begins_while_the_rest_is_asked_for_is_no_error() -> None:
    made = pace((0.0, 0), (4.0, 100))
    lock = made._lock

    class Restarts:
        """The lock; whoever waited for it begins another phase as soon as it is free."""

        def __enter__(self) -> None:
            lock.acquire()

        def __exit__(self, *_: object) -> None:
            lock.release()
            made._reports.clear()

    made._lock = Restarts()  # type: ignore[assignment]
    assert made.left(4.0, 200) == pytest.approx(4.0)
    assert made.left(4.0, 200) is None
