"""Alerts by hand: what Defender finds and stops is one alert that names its file, process, account and machine."""

from __future__ import annotations

from graphhunt.graph.graph import build
from graphhunt.model import Detection, ProcessStart
from tests.graph.facts import SECOND, T0, frames

TOOL = r"C:\Users\ann\a-b.exe"


def defender(number: int, **given: object) -> Detection:
    values: dict[str, object] = {
        "time": T0 + number * SECOND, "host": "pc1", "code": f"Defender/{1115 + number}", "detection_id": "{D1}",
        "rule": "Tool", "user": "ann", "domain": "CORP", "path": r"C:\x\cmd.exe",
    } | given  # fmt: skip
    return Detection(**values)  # type: ignore[arg-type]


def test_found_then_stopped_is_one_alert_with_its_file() -> None:
    facts = [
        ProcessStart(time=T0, host="pc1", pid=7, path=r"C:\x\cmd.exe", user="ann", domain="CORP"),
        defender(1, target=f"containerfile:_C:\\z.zip; file:_{TOOL}", action="Not Applicable", pid=7),
        defender(2, target=f"file:_{TOOL}->inner.bin", action="Quarantine", pid=7),
    ]
    graph = build(frames(facts))
    [alert] = graph.nodes["Alert"].to_dicts()
    assert (alert["action"], alert["product"], alert["rule"]) == ("Quarantine", "Defender", "Tool")
    flagged = {(row["to_label"], row["to_id"]) for row in graph.relationships["FLAGGED"].to_dicts()}
    files = {to for label, to in flagged if label == "File"}
    assert files == {f"pc1|{TOOL.lower()}", r"pc1|c:\z.zip"}
    assert {label for label, _ in flagged} == {"File", "Machine", "Process", "User"}
    nodes = {row["id"]: row for row in graph.nodes["File"].to_dicts()}
    assert nodes[f"pc1|{TOOL.lower()}"]["name"] == "a-b.exe"


def test_a_hash_names_the_file_and_a_category_does_not() -> None:
    facts = [
        defender(1, detection_id="1", sha256="A" * 64, target=TOOL),
        defender(2, detection_id="2", target="Potential Corporate Privacy Violation"),
    ]
    graph = build(frames(facts))
    flagged = graph.relationships["FLAGGED"].to_dicts()
    assert [row["to_id"] for row in flagged if row["to_label"] == "File"] == ["a" * 64]
    assert len({row["from_id"] for row in flagged}) == 2
