"""`graphhunt eval` on small files in the published formats: every metric, as text and as JSON."""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import pytest

from graphhunt.lab.evaluation.report import digest
from tests.lab.test_readers import flow

from .test_commands import RUNNER, app, data, run

RECALLS = {f"{kind}_recall_at_{budget}" for kind in ("incident", "lead") for budget in (3, 5, 9, 20)}
SHOWN = RECALLS | {
    "coverage", "purity", "fragments", "units_to_first_true", "fdr_realised_at_5", "benign_p_below_05",
    "benign_p_below_01", "benign_p_below_001", "cause_accuracy_proved", "cause_accuracy_inferred",
    "technique_accuracy",
}  # fmt: skip
BASELINES = {"random", "edgebank", "rarity_sum", "rarity_chained", "link_model", "pagerank", "isolation_forest"}
DAY = 86_400


def auth(folder: Path) -> tuple[Path, Path]:
    """Write ten days of five people at their habits, and one who goes from desk to desk on the ninth."""
    line = "{},{u}@DOM1,{u}@DOM1,{s},{d},Kerberos,Network,LogOn,Success"
    habits = [
        line.format(day * DAY + 60 * number + 1, u=f"U{number}", s=f"C{number}", d=server)
        for day in range(10)
        for number in range(5)
        for server in ("C100", "C101")
    ]
    walk = [(8 * DAY + 7_000 + 100 * step, f"C{step}", f"C{step + 1}") for step in range(4)]
    strange = [line.format(at, u="U0", s=source, d=target) for at, source, target in walk]
    lines = sorted([*habits, *strange], key=lambda text: int(text.split(",")[0]))
    (folder / "auth.txt.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (folder / "redteam.txt").write_text("".join(f"{at},U0@DOM1,{source},{target}\n" for at, source, target in walk))
    return folder / "auth.txt.gz", folder / "redteam.txt"


def test_lanl_prints_and_writes_the_protocol_with_its_baselines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = [str(path) for path in auth(tmp_path)]
    found = data(tmp_path / "ws", "eval", "lanl", *files, "--history-days", "7")
    assert found["logons"].keys() >= SHOWN
    assert found["logons"]["baselines"].keys() == BASELINES
    assert all(values.keys() == RECALLS for values in found["logons"]["baselines"].values())
    # Four logons between desks that nobody ever used so, in one day of habits: they are read at once.
    assert found["logons"]["incident_recall_at_9"] == 1.0
    assert found["attacks"] == 4
    assert found["options"] == {"history_days": 7, "until_day": 30, "ablations": False}
    assert found["sha256"]["redteam.txt"] == hashlib.sha256((tmp_path / "redteam.txt").read_bytes()).hexdigest()
    assert found["version"] == version("graphhunt")
    assert found["seed"] == 0
    assert found["machine"].keys() == {"cores", "python", "system"}
    assert json.loads((tmp_path / "eval-lanl.json").read_text()) == found
    shown = run(tmp_path / "ws", "eval", "lanl", *files, "--history-days", "7").stdout
    assert all(name in shown for name in SHOWN | BASELINES)


def test_a_day_to_stop_at_leaves_later_attacks_out(tmp_path: Path) -> None:
    files, out = [str(path) for path in auth(tmp_path)], ["--out", str(tmp_path / "kept.json")]
    found = data(tmp_path / "ws", "eval", "lanl", *files, "--history-days", "7", "--until-day", "8", *out)
    assert found["logons"]["incident_recall_at_9"] is None
    assert json.loads((tmp_path / "kept.json").read_text()) == found


def test_optc_prints_the_same(tmp_path: Path) -> None:
    lines = [
        flow(f"{day}-{number}", f"142.20.56.{number}", "142.20.56.250", True, f"SysClient0{number}",
             f"2019-09-{day:02}T09:{number:02}:00.000-04:00")
        for day in range(16, 24)
        for number in range(20, 25)
    ]  # fmt: skip
    lines.append(flow("bad", "142.20.56.20", "142.20.56.21", True, "SysClient020", "2019-09-23T11:00:00.000-04:00"))
    (tmp_path / "ecar").mkdir()
    (tmp_path / "ecar" / "part.json.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (tmp_path / "labels.csv").write_text("id,description,label\nbad,Day 1,Lateral movement\n")
    out = ["--out", str(tmp_path / "kept.json")]
    found = data(tmp_path / "ws", "eval", "optc", str(tmp_path), *out)
    assert found["logons"].keys() >= SHOWN
    assert found["logons"]["incident_recall_at_9"] == 1.0
    assert found["sha256"].keys() == {tmp_path.name, "labels.csv"}


def test_the_digest_of_a_folder_is_that_of_its_files_names_and_digests(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two").write_bytes(b"2")
    (tmp_path / "one").write_bytes(b"1")
    sums = {name: hashlib.sha256(text).hexdigest() for name, text in (("b/two", b"2"), ("one", b"1"))}
    listed = "".join(f"{name}\0{found}\n" for name, found in sorted(sums.items()))
    assert digest(tmp_path) == hashlib.sha256(listed.encode()).hexdigest()


def test_a_missing_or_damaged_file_is_said(tmp_path: Path) -> None:
    missing = RUNNER.invoke(app, ["eval", "lanl", str(tmp_path / "auth"), str(tmp_path / "redteam")])
    assert missing.exit_code == 2
    assert "auth" in missing.output
    _, redteam = auth(tmp_path)
    (tmp_path / "cut.gz").write_bytes((tmp_path / "auth.txt.gz").read_bytes()[:200])
    (tmp_path / "text.gz").write_text("no archive")
    for name in ("cut.gz", "text.gz"):
        result = run(tmp_path / "ws", "eval", "lanl", str(tmp_path / name), str(redteam))
        assert result.exit_code == 1
        assert name in result.stderr
        assert "as published" in result.stderr
    (tmp_path / "ecar").mkdir()
    (tmp_path / "ecar" / "a.json").write_text('{"action":"START","object":"FLOW"}\n')
    assert run(tmp_path / "ws", "eval", "optc", str(tmp_path / "ecar")).exit_code == 2
    (tmp_path / "ecar" / "labels.csv").write_text("id,description,label\n")
    assert run(tmp_path / "ws", "eval", "optc", str(tmp_path / "ecar")).exit_code == 1


def test_what_the_readers_of_exercises_expected_and_found_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of use")
    result = run(tmp_path / "ws", "eval", "lmdg", str(tmp_path))
    assert result.exit_code == 1
    assert "0 reports and 1 other files, such as notes.txt" in result.stderr
    assert "Caldera" in result.stderr
    (tmp_path / "done.csv").write_text("attack,when\n")
    result = run(tmp_path / "ws", "eval", "own", str(tmp_path), "--truth", str(tmp_path / "done.csv"))
    assert result.exit_code == 1
    assert "no column t, src, dst, account" in result.stderr
