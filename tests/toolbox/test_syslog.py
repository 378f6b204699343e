"""Syslog sessions and risky commands: pairing, and each fault of the peer."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import cluster_syslog_logons_df, cmd_speed, risky_cmd_line, risky_sudo_sessions

BASE = pd.Timestamp("2024-01-01T00:00:00Z")


def at(minute: float) -> pd.Timestamp:
    return BASE + pd.Timedelta(minutes=minute)


def pam(*rows: tuple[float, str, str, object]) -> pd.DataFrame:
    """Build syslog from (minute, opened or closed, user, process id)."""
    return pd.DataFrame(
        {
            "TimeGenerated": [at(r[0]) for r in rows],
            "Computer": "h",
            "ProcessID": [r[3] for r in rows],
            "SyslogMessage": [f"pam_unix(sshd:session): session {r[1]} for user {r[2]} by (uid=0)" for r in rows],
        }
    )


def listed(frame: pd.DataFrame) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    return list(frame.itertuples(index=False, name=None))


def test_overlapping_sessions_end_with_their_own_logoff() -> None:
    frame = pam((0, "opened", "alice", 1), (1, "opened", "bob", 2), (2, "closed", "bob", 2), (9, "closed", "alice", 1))
    assert listed(cluster_syslog_logons_df(frame)) == [("alice", at(0), at(9)), ("bob", at(1), at(2))]


def test_two_sessions_of_one_account_are_told_apart_by_process() -> None:
    frame = pam((0, "opened", "a", 1.0), (1, "opened", "a", 2.0), (2, "closed", "a", 1.0), (3, "closed", "a", 2.0))
    assert listed(cluster_syslog_logons_df(frame)) == [("a", at(0), at(2)), ("a", at(1), at(3))]
    swapped = pam((0, "opened", "a", 1), (1, "opened", "a", 2), (2, "closed", "a", 2), (3, "closed", "a", 1))
    assert listed(cluster_syslog_logons_df(swapped)) == [("a", at(0), at(3)), ("a", at(1), at(2))]


def test_without_process_ids_the_earliest_opening_is_closed_first() -> None:
    frame = pam((0, "opened", "a", None), (0, "closed", "a", None), (1, "opened", "a", None), (5, "closed", "a", None))
    assert listed(cluster_syslog_logons_df(frame)) == [("a", at(0), at(0)), ("a", at(1), at(5))]


def test_open_sessions_stay_and_unsorted_input_is_fine() -> None:
    frame = pam((5, "closed", "a", 1), (3, "opened", "b", 2), (0, "opened", "a", 1))
    result = cluster_syslog_logons_df(frame)
    assert result["User"].tolist() == ["a", "b"]
    assert result["End"].isna().tolist() == [False, True]


def test_no_session_gives_an_empty_frame() -> None:
    frame = pd.DataFrame({"TimeGenerated": [at(0)], "SyslogMessage": ["nothing"]})
    assert cluster_syslog_logons_df(frame).empty


def test_the_real_file(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "msticpy" / "syslog_data.csv")
    message = frame["SyslogMessage"]
    sessions = cluster_syslog_logons_df(frame)
    assert len(sessions) == message.str.contains("session opened").sum()
    assert sessions["End"].notna().sum() <= message.str.contains("session closed").sum()
    assert (sessions["End"].dropna() >= sessions.loc[sessions["End"].notna(), "Start"]).all()


def commands(*rows: tuple[float, str | None]) -> pd.DataFrame:
    """Build commands from (second, command)."""
    times = [BASE + pd.Timedelta(seconds=s) for s, _ in rows]
    return pd.DataFrame({"TimeGenerated": times, "Command": [c for _, c in rows]})


def test_commands_of_one_instant_are_all_kept() -> None:
    found = risky_cmd_line(commands((0, "cat x >> authorized_keys"), (0, "/bin/bash -i"), (0, "ls")), "Syslog")
    assert found == {BASE: "cat x >> authorized_keys\n/bin/bash -i"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_decoded_base64_is_matched(encoding: str) -> None:
    hidden = base64.b64encode("mv /var/log/auth /dev/null".encode(encoding)).decode()
    assert list(risky_cmd_line(commands((0, f"run {hidden}")), "Syslog").values()) == [f"run {hidden}"]
    assert not risky_cmd_line(commands((0, "run " + base64.b64encode(b"ls -l /home/user").decode())), "Syslog")


def test_the_callers_frame_is_not_changed() -> None:
    frame = commands((0, ""), (1, "/bin/bash"), (2, None))
    before = frame.copy(deep=True)
    assert len(risky_cmd_line(frame, "Syslog")) == 1
    cmd_speed(frame, "Command", events=1)
    pd.testing.assert_frame_equal(frame, before)


def test_rules_from_a_file_and_unknown_logs(tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"Mine": ["whoami$"], "Bad": ["("]}))
    assert risky_cmd_line(commands((0, "whoami")), "Mine", str(rules)) == {BASE: "whoami"}
    with pytest.raises(UsageError, match="Nope"):
        risky_cmd_line(commands((0, "x")), "Nope")
    with pytest.raises(UsageError, match="regular expression"):
        risky_cmd_line(commands((0, "x")), "Bad", str(rules))
    with pytest.raises(UsageError, match="'Cmd'"):
        risky_cmd_line(commands((0, "x")), "Syslog", cmd_field="Cmd")


def test_a_burst_needs_as_many_commands_as_asked() -> None:
    frame = commands(*[(i * 0.1, f"c{i}") for i in range(3)])
    (burst,) = cmd_speed(frame, "Command", time=1, events=3)
    rows, took = burst[0]
    assert rows["Command"].tolist() == ["c0", "c1", "c2"]
    assert took == pd.Timedelta(seconds=0.2)
    assert cmd_speed(frame, "Command", time=1, events=4) == []


def test_unsorted_commands_never_take_negative_time() -> None:
    frame = commands((100, "c2"), (0, "c0"), (50, "c1"), (100.5, "c3"))
    found = cmd_speed(frame, "Command", time=2, events=2)
    assert [next(iter(f)) for f in found] == [2]
    assert all(took >= pd.Timedelta(0) for f in found for _, took in f.values())


def test_text_times_are_read_and_limits_checked() -> None:
    frame = commands((0, "a"), (1, "b")).assign(TimeGenerated=["2024-01-01 00:00:00", "2024-01-01 00:00:01"])
    assert len(cmd_speed(frame, "Command", time=5, events=2)) == 1
    with pytest.raises(UsageError, match="events=0"):
        cmd_speed(frame, "Command", events=0)


def test_risky_sessions() -> None:
    sessions = pd.DataFrame({"User": ["a", "b", "c"], "Start": [at(0), at(10), at(20)], "End": [at(5), at(15), pd.NaT]})
    naive = at(2).tz_localize(None)
    risky = {naive: "rm -rf /", at(3): "nc -e sh", at(30): "wget x"}
    burst = cmd_speed(commands((660, "x"), (661, "y")), "Command", events=2)
    found = risky_sudo_sessions(sessions, risky_actions=risky, suspicious_actions=burst)
    assert found == {0: "rm -rf /\nnc -e sh", 1: "Suspicious event pattern", 2: "wget x"}
    with pytest.raises(UsageError, match="needed"):
        risky_sudo_sessions(sessions)
