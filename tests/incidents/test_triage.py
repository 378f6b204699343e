"""One list to look at: a process once with one reason of each source, what compares only where there is enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.networks import Networks
from graphhunt.incidents.questions.triage import QUESTION
from graphhunt.incidents.triage import Item, Triage, read_today, triage

from .made import process, ran, tables

DAY = 86_400_000_000


def asked(case: Path, **given: Any) -> dict[str, Any]:
    told = SimpleNamespace(snapshot=Snapshot(case / "graph"), workspace=SimpleNamespace(path=case))
    return QUESTION.ask(told, given)  # type: ignore[arg-type]


def test_a_process_stands_in_it_once(real_case: Callable[[str], Path]) -> None:
    """Ground truth A: every process once, the five payloads with their commands in clear."""
    found = asked(real_case("mordor_theshire_2020"), budget=100)
    processes = [row["process_id"] for row in found["rows"] if row["process_id"]]
    assert len(processes) == len(set(processes))
    clear = [row for row in found["rows"] if row["decoded"] and "scriptblocklogging" in row["decoded"].lower()]
    assert {row["program"] for row in clear} == {"powershell.exe"}
    assert len(clear) == 5
    assert all(len(row["reasons"]) == len(set(row["sources"])) and row["evidence"] for row in found["rows"])


def test_where_there_is_too_little_to_compare_with_it_says_so(real_case: Callable[[str], Path]) -> None:
    """Ground truth A has three machines."""
    (note,) = asked(real_case("mordor_theshire_2020"))["notes"]
    assert "3 machines" in note
    assert "5 machines and 3 days" in note


def estate() -> Any:
    """Five machines that start the same three programs on each of three days, and one that starts another once."""
    made = [
        process(name, f"{name} /start", id=f"{machine} {day} {name}", machine_id=machine, start=day * DAY,
                path=rf"C:\Windows\System32\{name}", parent_path=r"C:\Windows\explorer.exe")
        for machine in "abcde" for day in range(3) for name in ("notepad.exe", "calc.exe", "mspaint.exe")
    ]  # fmt: skip
    odd = process("other.exe", "other.exe --quiet", id="odd", machine_id="c", start=DAY,
                  path=r"C:\Users\u\other.exe", parent_path=r"C:\Windows\explorer.exe")  # fmt: skip
    who = process("whoami.exe", "whoami", id="who", machine_id="d", start=DAY, parent_path=r"C:\Windows\explorer.exe")
    return tables(Process=[*made, odd, who], RAN=ran(*made, odd, who))


def test_rarity_and_clusters_stand_beside_evidence() -> None:
    """On 15 host-days the pair of the odd ones has -ln(1.5 / 16) = 2.37, their shape -ln(1.5 / 2) = 0.29.

    That is below what is listed by itself; beside evidence it counts, at most 2.
    """
    known = estate()
    found = triage(known, Networks(known))
    assert not found.notes
    (item,) = found.items
    assert (item.key, list(item.reasons)) == ("process|who", ["evidence", "rarity", "clusters"])
    assert item.score == 1 + 2 + 0.5


def item(machine: str, score: float) -> Item:
    return Item(f"process|{machine} {score}", machine, "ann", 0, score)


def test_the_budget_counts_units_of_reading() -> None:
    """Two things of one account on one machine and day are read as one."""
    items = [item("a", 5), item("a", 4), item("b", 3), item("c", 2)]
    assert read_today(Triage(items, [], 1), 2) == (items[:3], 1)
    assert read_today(Triage(items, [], 2), 2) == (items, 0)
