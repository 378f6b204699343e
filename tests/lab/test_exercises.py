"""`own` and `lmdg` on the demonstration's logs, with what was done written down in their formats from its truth."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from graphhunt.errors import LoadError
from graphhunt.lab.evaluation import read_lmdg, read_own
from graphhunt.lab.evaluation.lmdg import read_report
from graphhunt.lab.evaluation.own import read_truth
from tests.lab.conftest import Made

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(t: int) -> str:
    return (EPOCH + timedelta(microseconds=t)).isoformat(timespec="seconds").replace("+00:00", "Z")


def ends(case, rows):
    table = case.table
    hosts = [
        [table.host_name(int(end)).split(".")[0].lower() for end in column[rows]] for column in (table.src, table.dst)
    ]
    users = [table.account_name(int(acct)).split("\\")[-1].lower() for acct in table.acct[rows]]
    return list(zip(*hosts, users, strict=True))


def told(made: Made):
    return [
        (hop.src.split(".")[0].lower(), hop.dst.split(".")[0].lower(), hop.user.split("\\")[-1].lower())
        for hop in made.truth.chains[0].hops
    ]


@pytest.fixture(scope="module")
def logs(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exercise") / "logs"
    shutil.copytree(demo.folder, folder, ignore=shutil.ignore_patterns("truth.json"))
    return folder


def test_own_labels_the_logons_of_each_row_and_says_what_is_in_no_log(demo: Made, logs: Path, tmp_path: Path) -> None:
    hops = demo.truth.chains[0].hops
    with (tmp_path / "done.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["attack", "t", "src", "dst", "account", "technique", "parent"])
        for number, hop in enumerate(hops):
            writer.writerow(["red", iso(hop.t), hop.src, hop.dst, hop.user, "T1021.006;T1047", number or ""])
        writer.writerow(["red", iso(hops[0].t), "nowhere", "elsewhere", "nobody", "", ""])
    found = read_own(logs, tmp_path / "done.csv")
    case = found.case
    rows = np.flatnonzero(case.labels >= 0)
    assert (found.hops, found.matched) == (len(hops) + 1, len(hops))
    assert set(ends(case, rows)) == set(told(demo))
    assert case.attacks == 1
    assert {case.truth.techniques[int(row)] for row in rows} == {("T1021.006", "T1047")}
    # Each row but the first names the one before it as what led to it.
    first = {row for row in case.truth.causes if case.truth.causes[row] == -1}
    assert set(ends(case, sorted(first))) == {told(demo)[0]}
    assert case.events is not None
    # An attack within the days of history: everything is scored.
    assert case.since <= case.table.t[0]


def test_lmdg_labels_what_left_the_agents_machine_during_a_command(demo: Made, logs: Path) -> None:
    hops = demo.truth.chains[0].hops
    reports = logs / "Caldera_Attacks_Reports" / "LMT_SC-2_V-1_TRIAL-3"
    reports.mkdir(parents=True)
    for number, hop in enumerate(hops, start=1):
        command = {
            "command": "", "plaintext_command": f'wmic /node:"{hop.dst}" /user:"{hop.user}" process call create x',
            "delegated_timestamp": iso(hop.t - 1_000_000), "finished_timestamp": iso(hop.t + 4_000_000),
            "agent_metadata": {"host": hop.src.split(".")[0], "username": "CORP\\somebody", "pid": 1},
            "attack_metadata": {"tactic": "lateral-movement", "technique_id": "T1047"},
        }  # fmt: skip
        # The names are spelt as unevenly as in the published ones.
        name = (
            f"LMT_{'SC' if number % 2 else 'Sc'}-2_V{'-' if number % 2 else ''}1_STP-{number}_TRIAL-3_event-logs.json"
        )
        (reports / name).write_text(json.dumps([command]))
    case = read_lmdg(logs)
    shutil.rmtree(logs / "Caldera_Attacks_Reports")
    rows = np.flatnonzero(case.labels >= 0)
    assert set(ends(case, rows)) == set(told(demo))
    assert case.attacks == 1
    assert {case.truth.techniques[int(row)] for row in rows} == {("T1047",)}


def test_a_truth_without_a_column_or_with_a_bad_time_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "done.csv"
    path.write_text("attack,when,src,dst,account\n")
    with pytest.raises(LoadError, match="no column t; it has attack, when"):
        read_truth(path)
    path.write_text("attack,t,src,dst,account\nred,2026-01-01T00:00:00Z,a,b,c\nred,yesterday,a,b,c\n")
    with pytest.raises(LoadError, match="line 3"):
        read_truth(path)


def test_lmdg_says_what_it_expected_and_what_it_found(tmp_path: Path) -> None:
    (tmp_path / "Security.evtx").write_bytes(b"")
    with pytest.raises(LoadError, match=r"0 reports and 1 other files, such as Security\.evtx") as refused:
        read_lmdg(tmp_path)
    assert "Caldera's reports" in str(refused.value)
    report = tmp_path / "LMT_SC-1_V-1_STP-1_TRIAL-1_event-logs.json"
    report.write_text('[{"command": "x"}]')
    with pytest.raises(LoadError, match="agent_metadata"):
        list(read_report(report))
