"""`graphhunt eval` on small files in the published formats: every metric, as text and as JSON."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.lab.test_readers import flow

from .test_commands import RUNNER, app, data, run

SHOWN = {
    "detected_at_3_per_day", "detected_at_5_per_day", "detected_at_9_per_day", "detected_at_20_per_day", "rec_at_10",
    "precision_at_100", "recall_in_500", "ap", "path_exact", "time_order_violations", "seconds", "peak_memory_mb",
    "random_ap", "edgebank_ap", "rarity_ap", "isolation_forest_ap", "pmf_ap", "pagerank_ap",
}  # fmt: skip
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


def test_lanl_prints_the_protocol_with_its_baselines(tmp_path: Path) -> None:
    files = [str(path) for path in auth(tmp_path)]
    found = data(tmp_path / "ws", "eval", "lanl", *files, "--history-days", "7")
    assert found.keys() >= SHOWN
    # Four logons between desks that nobody ever used so, in one day of habits: all four are found at once.
    assert found["detected_at_9_per_day"] == 1.0
    assert found["time_order_violations"] == 0
    assert 0 <= found["random_ap"] <= 1
    shown = run(tmp_path / "ws", "eval", "lanl", *files).stdout
    assert all(name in shown for name in SHOWN)


def test_a_day_to_stop_at_leaves_later_attacks_out(tmp_path: Path) -> None:
    files = [str(path) for path in auth(tmp_path)]
    found = data(tmp_path / "ws", "eval", "lanl", *files, "--history-days", "7", "--until-day", "8")
    assert found["detected_at_9_per_day"] is None


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
    found = data(tmp_path / "ws", "eval", "optc", str(tmp_path / "ecar"), str(tmp_path / "labels.csv"))
    assert found.keys() >= SHOWN
    assert found["detected_at_9_per_day"] == 1.0


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
    (tmp_path / "labels.csv").write_text("id,description,label\n")
    assert run(tmp_path / "ws", "eval", "optc", str(tmp_path / "ecar"), str(tmp_path / "labels.csv")).exit_code == 1
