"""Process trees: the real files, two hosts with equal ids, reused ids, cycles, and the walks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt import analytics as ga
from graphhunt.errors import UsageError
from graphhunt.toolbox._tree_paths import LONGEST_PATH, break_cycles, depths, tree_order, tree_paths


def sysmon(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Build events from (host, second, id, parent id, image, parent image)."""
    names = ["Computer", "second", "ProcessId", "ParentProcessId", "Image", "ParentImage"]
    frame = pd.DataFrame(rows, columns=names)
    frame["UtcTime"] = pd.Timestamp("2024-01-01T00:00:00Z") + pd.to_timedelta(frame.pop("second"), unit="s")
    return frame.assign(EventID=1, CommandLine="x", User="u", LogonId="0x1")


def parents(tree: pd.DataFrame) -> dict[Any, Any]:
    """Give each real process's parent as (host, id, image)."""

    def name(row: pd.Series) -> tuple[Any, ...]:
        return (row["Computer"], int(row["ProcessId"]), row["Image"])

    return {
        name(row): None if (up := ga.get_parent(tree, row)) is None else name(up)
        for _, row in tree.iterrows() if not row["Inferred"]
    }  # fmt: skip


def test_real_windows_events(shared_data: Path) -> None:
    procs = pd.read_csv(shared_data / "msticpy" / "processes_on_host.csv")
    tree = ga.build_process_tree(procs)
    assert ga.get_summary_info(tree) == {
        "Processes": 369, "RootProcesses": 6, "LeafProcesses": 279, "BranchProcesses": 84,
        "IsolatedProcesses": 0, "LargestTreeDepth": 5,
    }  # fmt: skip
    assert (tree.loc[tree["Inferred"], "IsRoot"]).all()
    assert tree["path"].is_monotonic_increasing


def test_real_defender_events_match_parents_by_their_start(shared_data: Path) -> None:
    tree = ga.build_process_tree(pd.read_csv(shared_data / "msticpy" / "mde_proc_cs1.csv.gz"))
    assert (len(tree), int(tree["IsRoot"].sum()), ga.get_tree_depth(tree)) == (1642, 9, 16)
    shown = tree[~tree["Inferred"]]
    stated = shown["InitiatingProcessId"].astype(int).tolist()
    assert [int(ga.get_parent(tree, row)["CreatedProcessId"]) for _, row in shown.iterrows()] == stated


def test_equal_ids_on_two_hosts_are_not_joined() -> None:
    tree = ga.build_process_tree(
        sysmon(("a", 0, 10, 1, r"c:\p.exe", r"c:\r.exe"), ("b", 1, 11, 10, r"c:\q.exe", r"c:\p.exe"))
    )
    assert parents(tree)[("b", 11, r"c:\q.exe")] == ("b", 10, r"c:\p.exe")
    assert tree.loc[tree["Inferred"], "Computer"].tolist() == ["a", "b"]
    assert len(ga.get_roots(tree)) == 2


def test_a_reused_id_means_the_latest_process_before_the_child() -> None:
    tree = ga.build_process_tree(
        sysmon(
            ("a", 0, 10, 1, r"c:\p.exe", ""), ("a", 5, 20, 10, r"c:\q.exe", r"c:\p.exe"),
            ("a", 9, 10, 1, r"c:\p.exe", ""), ("a", 12, 21, 10, r"c:\q.exe", r"c:\p.exe"),
        )
    )  # fmt: skip
    first, second = (tree[tree["ProcessId"] == i].iloc[0] for i in (20, 21))
    assert ga.get_parent(tree, first)["UtcTime"] == pd.Timestamp("2024-01-01T00:00:00Z")
    assert ga.get_parent(tree, second)["UtcTime"] == pd.Timestamp("2024-01-01T00:00:09Z")


def test_ids_in_any_spelling_match() -> None:
    frame = sysmon(("a", 0, "0x1F", 1, r"c:\p.exe", ""), ("a", 1, 40, 31.0, r"c:\q.exe", r"c:\p.exe"))
    tree = ga.build_process_tree(frame)
    child = tree[tree["Image"] == r"c:\q.exe"].iloc[0]
    assert ga.get_parent(tree, child)["Image"] == r"c:\p.exe"


def test_a_process_is_never_its_own_parent_and_cycles_are_cut() -> None:
    tree = ga.build_process_tree(
        sysmon(("a", 0, 7, 7, r"c:\p.exe", r"c:\p.exe"),
               ("a", 1, 1, 2, r"c:\x.exe", r"c:\y.exe"), ("a", 1, 2, 1, r"c:\y.exe", r"c:\x.exe"))
    )  # fmt: skip
    assert not (tree["parent_key"] == tree.index).any()
    assert tree["path"].notna().all()
    assert ga.get_tree_depth(tree) >= 2
    assert all(ga.get_root(tree, key)["IsRoot"] for key in tree.index)


def test_a_custom_schema_with_only_what_is_needed() -> None:
    frame = pd.DataFrame({"img": ["a", "b"], "id": [1, 2], "up": [0, 1], "at": [10, 11]})
    schema = {"process_name": "img", "process_id": "id", "parent_id": "up", "time_stamp": "at"}
    tree = ga.build_process_tree(frame, schema=schema)
    child = tree[tree["img"] == "b"].iloc[0]
    assert ga.get_parent(tree, child)["img"] == "a"
    with pytest.raises(UsageError, match="'img'"):
        ga.build_process_tree(frame.drop(columns="img"), schema=schema)
    with pytest.raises(UsageError, match="not complete"):
        ga.build_process_tree(frame, schema={"process_name": "img"})
    with pytest.raises(UsageError, match="schema"):
        ga.build_process_tree(frame)


def test_the_input_frame_is_not_changed_and_repeated_rows_count_once() -> None:
    frame = sysmon(("a", 0, 10, 1, r"c:\p.exe", r"c:\r.exe"))
    frame = pd.concat([frame, frame]).assign(tags=pd.Series([["x"], ["x"]]).to_numpy())
    before = frame.copy(deep=True)
    assert (~ga.build_process_tree(frame)["Inferred"]).sum() == 1
    pd.testing.assert_frame_equal(frame, before)


def random_tree(seed: int, n: int = 60) -> tuple[pd.DataFrame, dict[int, int]]:
    rng = np.random.default_rng(seed)
    up = {i: int(rng.integers(0, i)) if i and rng.random() < 0.9 else -1 for i in range(n)}
    rows = [("h", i, i + 100, up[i] + 100 if up[i] >= 0 else 1, f"c:\\p{i}", f"c:\\p{up[i]}") for i in range(n)]
    return sysmon(*rows), up


@pytest.mark.parametrize("seed", range(4))
def test_walks_equal_a_plain_search(seed: int) -> None:
    frame, up = random_tree(seed)
    tree = ga.build_process_tree(frame)
    key = {int(row["ProcessId"]) - 100: k for k, row in tree[~tree["Inferred"]].iterrows()}
    number = {k: i for i, k in key.items()}

    def numbers(found: pd.DataFrame) -> set[int]:
        return {number[k] for k in found.index if k in number}

    for i in range(0, len(up), 7):
        line = [i]
        while up[line[-1]] >= 0:
            line.append(up[line[-1]])
        below = {j for j in up if i in _line(up, j)}
        assert numbers(ga.get_ancestors(tree, key[i])) == set(line)
        assert numbers(ga.get_ancestors(tree, key[i], include_source=False)) == set(line[1:])
        assert numbers(ga.get_children(tree, key[i], include_source=False)) == {j for j in up if up[j] == i}
        assert numbers(ga.get_descendents(tree, key[i])) == below
        assert numbers(ga.get_descendents(tree, key[i], max_levels=1)) == {i, *(j for j in up if up[j] == i)}
        if up[i] >= 0:
            assert numbers(ga.get_siblings(tree, key[i])) == {j for j in up if up[j] == up[i]}
        assert numbers(ga.get_root_tree(tree, key[i])) >= below
        assert ga.get_process_key(tree, ga.get_process(tree, key[i])["source_index"]) == key[i]


def _line(up: dict[int, int], i: int) -> set[int]:
    line = {i}
    while up[i] >= 0:
        i = up[i]
        line.add(i)
    return line


def test_a_root_has_no_siblings_and_unknown_keys_are_named() -> None:
    tree = ga.build_process_tree(sysmon(("a", 0, 10, 1, r"c:\p.exe", r"c:\r.exe")))
    root = ga.get_roots(tree).index[0]
    assert ga.get_siblings(tree, root).index.tolist() == [root]
    assert ga.get_siblings(tree, root, include_source=False).empty
    with pytest.raises(UsageError, match="nobody"):
        ga.get_process(tree, "nobody")


def test_text_of_a_tree() -> None:
    frame = sysmon(("a", 0, 10, 1, r"c:\p.exe", ""), ("a", 1, 11, 10, r"c:\q.exe", r"c:\p.exe"))
    tree = ga.build_process_tree(frame)
    text = ga.tree_to_text(tree, schema=ga.infer_schema(frame))
    lines = text.splitlines()
    assert lines[0].startswith("+ Process: ")
    assert any(line.startswith("      +-- Process: c:\\q.exe  PID: 11") for line in lines)
    with pytest.raises(UsageError, match="template"):
        ga.tree_to_text(tree)


@given(st.lists(st.integers(-1, 14), max_size=15))
def test_depths_and_cycles_equal_a_plain_walk(pointers: list[int]) -> None:
    parents_ = np.array([p if p < len(pointers) else -1 for p in pointers], dtype=np.int64)

    def walk(table: np.ndarray, i: int) -> int:
        seen, depth = set(), 0
        while table[i] >= 0:
            if i in seen:
                return -1
            seen.add(i)
            i, depth = int(table[i]), depth + 1
        return depth

    assert depths(parents_).tolist() == [walk(parents_, i) for i in range(len(parents_))]
    cut = break_cycles(parents_)
    assert (depths(cut) >= 0).all()
    paths = tree_paths(cut, pl.Series([f"{i:03d}" for i in range(len(cut))]))
    assert tree_order(cut).tolist() == sorted(range(len(paths)), key=paths.__getitem__)
    changed = np.flatnonzero(cut != parents_)
    assert all(walk(parents_, int(i)) == -1 for i in changed)


def test_a_hostile_chain_does_not_fill_the_memory() -> None:
    n = 20 * LONGEST_PATH
    paths = tree_paths(np.arange(-1, n - 1), pl.Series([str(i) for i in range(n)]))
    assert max(map(len, paths)) < LONGEST_PATH * 7


def test_ids_stay_whole_numbers_beside_a_null() -> None:
    frame = sysmon(("h", 0, 1304.0, None, "C:\\a.exe", "C:\\x.exe"), ("h", 5, 1308.0, 1304.0, "C:\\b.exe", "C:\\a.exe"))
    assert str(frame["ParentProcessId"].dtype) == "float64"
    tree = ga.build_process_tree(frame)
    assert str(tree["ProcessId"].dtype) == str(tree["ParentProcessId"].dtype) == "Int64"
    assert [key.split("|")[2] for key in tree.index] == ["1304", "1308"]
    assert tree["parent_key"].dropna().tolist() == [tree.index[0]]
