"""Process rarity and command shapes: surprises worked by hand, planted rare trees, and ground truth A."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from graphhunt.toolbox.command_shape import command_shape
from graphhunt.toolbox.rarity import BONUS, DAY, process_rarity


@pytest.mark.parametrize(
    ("command", "shape"),
    [
        (r"C:\Users\Bob Smith\AppData\Local\Temp\a12\x.exe 123", r"c:\users\<user>\appdata\local\temp\<temp> <n>"),
        ("run {6F9619FF-8B86-D011-B42D-00CF4FC964FF} x", "run <guid> x"),
        ("ping 10.0.0.7   -n 4", "ping <ip> -n <n>"),
        ("powershell -enc " + "QUJDREVGR0hJSktM" * 4 + "==", "powershell -enc <encoded>"),
        ("sha deadbeefdeadbeefdeadbeefdeadbeef", "sha <hex>"),
        ("conhost 0xffffffff -ForceV1", "conhost <hex> -forcev<n>"),
        ("icacls S-1-5-21-1-2-3-500", "icacls <sid>"),
        ("cat /home/al/x /tmp/y.12", "cat /home/<user>/x /tmp/<temp>"),
        ("", ""),
        (r"C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule", "svchost -k netsvcs -s schedule"),
        (r'"C:\WINDOWS\system32\svchost.exe" -k netsvcs', "svchost -k netsvcs"),
        (
            r"%SystemRoot%\System32\svchost.exe -k UnistackSvcGroup -s CDPUserSvc_3a1f2",
            "svchost -k unistacksvcgroup -s cdpusersvc",
        ),
        (r"C:\Users\Public\svchost.exe -k netsvcs", r"c:\users\<user>\svchost.exe -k netsvcs"),
        ("svchost.exe -k netsvcs -p -s Schedule & calc", "svchost.exe -k netsvcs -p -s schedule & calc"),
    ],
)
def test_shapes(command: str, shape: str) -> None:
    assert command_shape(command) == shape


def test_a_hostile_command_is_folded_in_bounded_time() -> None:
    assert len(command_shape("a" * 10**6 + "=" * 10**6)) < 5000


def rows(*given: tuple[Any, ...]) -> pl.DataFrame:
    """Build processes from (id, parent id, machine, day, parent name, name, command)."""
    columns = ["id", "parent_id", "machine_id", "start", "parent_name", "name", "command_line"]
    frame = pl.DataFrame(given, schema=columns, orient="row")
    return frame.with_columns(pl.col("start") * DAY)


def test_surprises_equal_the_formula() -> None:
    frame = rows(*[(f"p{i}", None, f"m{i % 4}", i // 4, "a", "b", "b x") for i in range(12)],
                 ("q", "p0", "m0", 0, "b", "c", "c"), ("r", "q", "m0", 0, "c", "d", "d"))  # fmt: skip
    found = {row["id"]: row for row in process_rarity(frame).iter_rows(named=True)}
    common = max(0.0, -math.log(12.5 / 13))
    single = -math.log(1.5 / 2)
    assert found["p0"]["own"] == pytest.approx(2 * common, abs=1e-4)
    assert found["q"]["score"] == pytest.approx(single + common + single, abs=1e-4)
    assert found["r"]["score"] == pytest.approx(single + single + common + single, abs=1e-4)
    assert {found[i]["tree_score"] for i in ("p0", "q", "r")} == {found["r"]["score"]}
    assert (found["p0"]["shape_hosts"], found["p0"]["shape_days"], found["p0"]["pair_days"]) == (4, 12, 12)
    assert (found["p0"]["rare_shape"], found["r"]["rare_shape"]) == (False, True)


def test_the_service_manager_may_start_any_service_of_the_system() -> None:
    """Its own host by its own path surprises nobody; the same name from elsewhere does, and a new name is told."""
    started = [(f"p{i}", None, f"m{i}", 0, "services.exe", "svchost.exe", "svchost.exe -k a -s b") for i in range(9)]
    new = ("new", None, "m0", 0, "services.exe", "svchost.exe", "svchost.exe -k a -s c")
    false = ("false", None, "m0", 0, "services.exe", "svchost.exe", "svchost.exe -k a -s d")
    own = r"C:\Windows\System32\svchost.exe"
    frame = rows(*started, new, false).with_columns(
        path=pl.when(pl.col("id") == "false").then(pl.lit(r"C:\Temp\svchost.exe")).otherwise(pl.lit(own))
    )
    found = {row["id"]: row for row in process_rarity(frame).iter_rows(named=True)}
    assert (found["new"]["score"], found["new"]["rare_shape"]) == (0, True)
    assert "this shape of svchost.exe on 1 of 9 host-days, 1 host" in found["new"]["reasons"]
    assert found["false"]["score"] > 1


def test_repeating_events_changes_nothing() -> None:
    base = [(f"p{i}", None, "m", 0, "a", "b", "b") for i in range(3)]
    many = [(f"z{i}", None, "m", 0, "a", "b", "b") for i in range(500)]
    few, lots = (process_rarity(rows(*r)) for r in (base, base + many))
    assert few.row(0, named=True)["score"] == lots.filter(pl.col("id") == "p0").row(0, named=True)["score"]


def test_a_planted_tree_stands_out_with_reasons() -> None:
    rng = np.random.default_rng(2)
    daily = [("explorer.exe", "chrome.exe", "chrome"), ("services.exe", "svchost.exe", "svchost -k net"),
             ("svchost.exe", "taskhostw.exe", "taskhostw")]  # fmt: skip
    given: list[tuple[Any, ...]] = []
    for machine in range(10):
        for day in range(10):
            for parent, name, command in daily:
                given.append((f"{machine}-{day}-{name}", None, f"m{machine}", day, parent, name, command))
    hidden = "powershell -enc " + "QUJD" * 20
    given += [
        ("evil1", None, "m3", 9, "outlook.exe", "winword.exe", "winword x.doc"),
        ("evil2", "evil1", "m3", 9, "winword.exe", "powershell.exe", hidden),
    ]
    order = rng.permutation(len(given))
    found = process_rarity(rows(*(given[i] for i in order))).sort("score", descending=True)
    best = found.row(0, named=True)
    assert best["id"] == "evil2"
    assert best["score"] > 2 * BONUS
    assert any("winword.exe, which opens documents" in r for r in best["reasons"])
    assert "the command is encoded or hidden" in best["reasons"]
    assert all(found.filter(~pl.col("id").str.starts_with("evil"))["score"] < 1)


def test_cycles_and_empty_frames() -> None:
    loop = rows(("a", "b", "m", 0, "y", "x", None), ("b", "a", "m", 0, "x", "y", None))
    assert process_rarity(loop)["score"].is_finite().all()
    assert process_rarity(loop.clear()).is_empty()


STAGERS = (
    "{d273d0f0-fd6c-5f66-7605-000000000800}", "{d273d0f0-8078-5f67-cc06-000000000800}",
    "{d273d0f0-c4f7-5f67-a707-000000000800}", "{d273d0f0-cc10-5f67-1008-000000000800}",
    "{d273d0f0-28bd-5f68-af08-000000000800}",
)  # fmt: skip


@pytest.mark.slow
def test_the_five_stagers_of_ground_truth_a_are_rare_with_reasons(
    shared_data: Path, real_case: Callable[[str], Path], tmp_path: Path
) -> None:
    import graphhunt as gh
    from graphhunt.analyses.runs import analyze
    from tests.conftest import small_settings

    shutil.copytree(real_case("mordor_theshire_2020"), tmp_path / "w", ignore=shutil.ignore_patterns("graph"))
    with gh.Hunt(tmp_path / "w", "", small_settings()) as hunt:
        hunt.load(shared_data / "mordor_theshire_2020")
        analyze(hunt.store, "process-rarity", {"anyway": True})
        table = hunt.query(
            "MATCH (p:Process) WHERE p.guid IN $guids RETURN p.guid AS guid, p.rarity_rare_shape AS rare, "
            "p.rarity_score AS score, p.rarity_reasons AS reasons, p.rarity_shape AS shape",
            {"guids": list(STAGERS)},
        )
        scores = hunt.query("MATCH (p:Process) WHERE p.rarity_score IS NOT NULL RETURN p.rarity_score AS s", limit=5000)
    found = {row[0]: row for row in table.rows}
    assert set(found) == set(STAGERS)
    median = float(np.median([r[0] for r in scores.rows]))
    for _, rare, score, reasons, shape in found.values():
        assert rare is True
        assert score > 2 * median
        assert "the command is encoded or hidden" in reasons
        assert any("1 host" in r for r in reasons)
        assert "<encoded>" in shape
