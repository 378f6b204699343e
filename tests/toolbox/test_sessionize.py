"""Sessions: the documented rule, an independent brute force, and each fault of the peer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import create_session_col, sessionize_data

BASE = pd.Timestamp("2024-03-01T10:00:00Z")


def events(*rows: tuple[Any, float], user: str = "user") -> pd.DataFrame:
    """Build events from (user, minutes after the base time)."""
    return pd.DataFrame(
        {
            user: [r[0] for r in rows],
            "time": [BASE + pd.Timedelta(minutes=r[1]) for r in rows],
            "event": [f"e{i}" for i in range(len(rows))],
        }
    )


def brute(rows: list[tuple[tuple[Any, ...], int | None, int]], longest: int, gap: int) -> set[frozenset[int]]:
    """Fold (user, microseconds, row number) into sessions, one event at a time, from the rule's words."""
    sessions: list[tuple[tuple[Any, ...], int, int, list[int]]] = []
    timed = [r for r in rows if r[1] is not None]
    for user, time, number in sorted(timed, key=lambda r: (repr(r[0]), r[1])):
        assert time is not None
        if sessions:
            owner, start, last, members = sessions[-1]
            if owner == user and time - last <= gap and time - start <= longest:
                members.append(number)
                sessions[-1] = (owner, start, time, members)
                continue
        sessions.append((user, time, time, [number]))
    return {frozenset(s[3]) for s in sessions}


def as_sets(result: pd.DataFrame) -> set[frozenset[int]]:
    timed = result[result["session_ind"].notna()]
    return {frozenset(g["number"]) for _, g in timed.groupby("session_ind")}


USERS = ["alice", "bob", None, "dummy_str", ""]
HOSTS = [1, 2, 3, None]


def random_frame(rng: np.random.Generator) -> tuple[pd.DataFrame, list[tuple[tuple[Any, ...], int | None, int]]]:
    """Make a frame of a random shape and the same events as plain tuples."""
    n = int(rng.integers(0, 25))
    spread = int(rng.choice([0, 3, 30, 300]))
    minutes = rng.integers(0, spread + 1, n)
    users = [USERS[i] for i in rng.integers(0, len(USERS), n)]
    hosts = [HOSTS[i] for i in rng.integers(0, len(HOSTS), n)]
    lost = rng.random(n) < (0.1 if rng.random() < 0.3 else 0)
    micros: list[int | None] = [
        None if lost[i] else int(BASE.timestamp() * 1e6) + int(minutes[i]) * 60_000_000 for i in range(n)
    ]
    rows = [((users[i], hosts[i]), micros[i], i) for i in range(n)]
    times: Any = pd.to_datetime(pd.Series(micros, dtype="Int64"), unit="us", utc=True)
    form = int(rng.integers(0, 5))
    if form == 1:
        times = times.dt.tz_convert("Asia/Kolkata")
    elif form == 2:
        times = times.dt.tz_localize(None)
    elif form == 3:
        times = times.map(lambda t: None if pd.isna(t) else t.isoformat()).astype(object)
    elif form == 4 and not lost.any():
        times = pd.Series(micros, dtype="int64") // 1_000_000
    kind = int(rng.integers(0, 3))
    frame = pd.DataFrame({"user": users, "host": hosts, "time": times, "number": range(n)})
    if kind == 1:
        frame["user"] = frame["user"].astype("category")
        frame["host"] = frame["host"].astype("Int64")
    elif kind == 2:
        frame["user"] = frame["user"].astype(object)
        frame["host"] = frame["host"].astype(object)
    return frame, rows


@pytest.mark.parametrize("seed", range(10))
def test_equals_a_brute_force_on_generated_frames(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(220):
        frame, rows = random_frame(rng)
        longest, gap = int(rng.choice([0, 1, 5, 20, 60, 10_000])), int(rng.choice([0, 1, 5, 20, 60]))
        before = frame.copy(deep=True)
        result = create_session_col(frame, ["user", "host"], "time", longest, gap)
        assert as_sets(result) == brute(rows, longest * 60_000_000, gap * 60_000_000)
        folded = sessionize_data(frame, ["user", "host"], "time", longest, gap, "number")
        assert {frozenset(v) for v in folded["number_list"]} == as_sets(result)
        assert folded["number_events"].tolist() == [len(v) for v in folded["number_list"]]
        assert (folded["duration"] == folded["time_max"] - folded["time_min"]).all()
        pd.testing.assert_frame_equal(frame, before)


def test_limits_are_strict() -> None:
    data = events(("a", 0), ("a", 30), ("a", 60), ("a", 60.001), ("b", 0), ("b", 30.001))
    result = create_session_col(data, ["user"], "time", 60, 30)
    assert result["session_ind"].tolist() == [0, 0, 0, 1, 2, 3]


def test_age_is_counted_from_the_sessions_own_start() -> None:
    data = events(*[("a", m) for m in range(0, 100, 10)])
    result = create_session_col(data, ["user"], "time", 25, 15)
    assert result["session_ind"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]


def test_output_has_the_documented_columns_sorted_by_user_and_time() -> None:
    data = events(("b", 1), ("a", 5), ("a", 0))
    folded = sessionize_data(data, ["user"], "time", 60, 30, "event")
    assert list(folded.columns) == ["user", "time_min", "time_max", "event_list", "duration", "number_events"]
    assert folded["event_list"].tolist() == [["e2", "e1"], ["e0"]]
    assert folded["duration"].tolist() == [timedelta(minutes=5), timedelta(0)]


def test_a_user_called_dummy_str_stays_apart_from_null_users() -> None:
    folded = sessionize_data(events(("dummy_str", 0), (None, 1)), ["user"], "time", 60, 30, "event")
    assert len(folded) == 2
    assert folded["user"].tolist()[0] == "dummy_str"
    assert pd.isna(folded["user"].tolist()[1])


@pytest.mark.parametrize("dtype", ["category", "Int64"])
def test_categorical_and_nullable_integer_users(dtype: Any) -> None:
    data = events((1, 0), (1, 1), (None, 2), (2, 0))
    data["user"] = data["user"].astype("Int64").astype(dtype)
    result = create_session_col(data, ["user"], "time", 60, 30)
    assert result["session_ind"].tolist() == [0, 0, 1, 2]
    assert result["user"].dtype == data["user"].dtype


def test_a_user_column_called_index() -> None:
    data = events(("a", 0), ("a", 1), user="index")
    assert sessionize_data(data, ["index"], "time", 60, 30, "event")["index"].tolist() == ["a"]


def test_columns_of_the_input_survive() -> None:
    data = events(("a", 0), ("a", 1)).assign(time_diff="mine", cml_time="too", session_ind=7)
    result = create_session_col(data, ["user"], "time", 60, 30)
    assert result["time_diff"].tolist() == ["mine", "mine"]
    assert result["cml_time"].tolist() == ["too", "too"]
    assert list(result.columns).count("session_ind") == 1
    assert result["session_ind"].tolist() == [0, 0]


def test_session_ind_cannot_be_a_user_column() -> None:
    with pytest.raises(UsageError, match="session_ind"):
        create_session_col(events(("a", 0)).assign(session_ind=1), ["session_ind"], "time", 60, 30)


def test_naive_times_become_utc() -> None:
    data = pd.DataFrame({"user": ["a"], "time": [datetime(2024, 1, 1, 12)]})  # noqa: DTZ001 - naive on purpose
    result = create_session_col(data, ["user"], "time", 60, 30)
    assert str(result["time"].dtype) == "datetime64[ns, UTC]"
    assert result["time"].iloc[0] == datetime(2024, 1, 1, 12, tzinfo=UTC)


def test_session_ind_is_an_integer() -> None:
    assert create_session_col(events(("a", 0)), ["user"], "time", 60, 30)["session_ind"].dtype == np.int64
    lost = events(("a", 0), ("a", 1))
    lost.loc[1, "time"] = pd.NaT
    assert str(create_session_col(lost, ["user"], "time", 60, 30)["session_ind"].dtype) == "Int64"


def test_rows_without_time_are_in_no_session_and_counted() -> None:
    data = events(("a", 0), ("a", 1), ("b", 0))
    data.loc[1, "time"] = pd.NaT
    result = create_session_col(data, ["user"], "time", 60, 30)
    assert result["session_ind"].isna().tolist() == [False, False, True]
    assert result.attrs["rows_without_time"] == 1
    folded = sessionize_data(data, ["user"], "time", 60, 30, "event")
    assert folded["event_list"].tolist() == [["e0"], ["e2"]]
    assert folded.attrs["rows_without_time"] == 1


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000, 1_000_000_000])
def test_epoch_numbers_are_read_in_their_own_unit(factor: int) -> None:
    seconds = [1_700_000_000, 1_700_000_000 + 29 * 60, 1_700_000_000 + 60 * 60]
    data = pd.DataFrame({"user": "a", "time": [s * factor for s in seconds]})
    result = create_session_col(data, ["user"], "time", 600, 30)
    assert result["session_ind"].tolist() == [0, 0, 1]
    assert result["time"].iloc[0] == datetime.fromtimestamp(seconds[0], UTC)


def test_zones_are_folded_before_sorting() -> None:
    east = timezone(timedelta(hours=9))
    texts = [datetime(2024, 1, 1, 9, 0, tzinfo=east).isoformat(), "2024-01-01T00:10:00Z", "2024-01-01 00:05:00"]
    data = pd.DataFrame({"user": "a", "time": texts, "n": [0, 1, 2]})
    folded = sessionize_data(data, ["user"], "time", 60, 30, "n")
    assert folded["n_list"].tolist() == [[0, 2, 1]]


def test_importing_changes_no_pandas_option() -> None:
    import subprocess
    import sys

    code = (
        "import pandas as pd; f=lambda: {k: pd.get_option(k) for k in pd.options.__dir__() "
        "for k in pd._config.config._registered_options if not pd._config.config._get_deprecated_option(k)};"
        "a=f(); import graphhunt.toolbox.sessionize; assert a==f()"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_empty_frame_keeps_its_columns() -> None:
    empty = events(("a", 0)).iloc[:0]
    assert list(create_session_col(empty, ["user"], "time", 60, 30).columns) == [*empty.columns, "session_ind"]
    assert sessionize_data(empty, ["user"], "time", 60, 30, "event").empty


def test_unreadable_times_and_columns_are_named() -> None:
    data = events(("a", 0)).astype({"time": object})
    data.loc[0, "time"] = "yesterday-ish"
    with pytest.raises(UsageError, match="yesterday-ish"):
        create_session_col(data, ["user"], "time", 60, 30)
    with pytest.raises(UsageError, match="'nobody'"):
        create_session_col(data, ["nobody"], "time", 60, 30)
    with pytest.raises(UsageError, match="minutes"):
        create_session_col(events(("a", 0)), ["user"], "time", -1, 30)
