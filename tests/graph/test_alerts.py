"""Alerts by hand: what Defender finds and stops is one alert that names its file, process, account and machine."""

from __future__ import annotations

from graphhunt.graph.graph import build
from graphhunt.model import Detection, Fact, Logon, ProcessStart
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


def sessions_of_alerts(*facts: Fact) -> list[object]:
    """Give what each alert says of its session, by the numbers of the alerts; beside two sessions of one account."""
    logons = [
        Logon(time=T0, host="pc1", user="ann", domain="CORP", logon_id=logon, logon_type=2) for logon in ("0x1", "0x2")
    ]
    started = ProcessStart(
        time=T0 + SECOND, host="pc1", pid=7, path=r"C:\x\cmd.exe", user="ann", domain="CORP", logon_id="0x2"
    )
    graph = build(frames([*logons, started, *facts]))
    known = {row["id"]: row["logon_id"] for row in graph.relationships["LOGGED_ON"].to_dicts()}
    alerts = graph.nodes["Alert"].sort("detection_id").get_column("logon_session_id")
    return [known.get(session, session) for session in alerts]


def test_an_alert_belongs_to_the_session_it_names_else_to_that_of_its_process() -> None:
    named = defender(3, detection_id="1", logon_id="0x1", pid=7)
    by_process = defender(3, detection_id="2", pid=7)
    unknown = defender(3, detection_id="3", pid=9, path=r"C:\y\other.exe")
    elsewhere = defender(3, detection_id="4", host=None, logon_id="0x1")
    assert sessions_of_alerts(named, by_process, unknown, elsewhere) == ["0x1", "0x2", None, None]


def test_a_later_record_of_an_alert_may_tell_its_session() -> None:
    found = defender(3, detection_id="1", path=None)
    stopped = defender(4, detection_id="1", pid=7)
    assert sessions_of_alerts(found, stopped) == ["0x2"]
