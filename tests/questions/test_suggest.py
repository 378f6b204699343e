"""In which order what a search found is suggested, worked out by hand."""

from __future__ import annotations

from typing import Any

from graphhunt.questions.pivots import suggested


def hit(kind: str, label: str, rank: int, seen: int | None, noise: str | None = None) -> dict[str, Any]:
    """A hit as `pivots.search` gives it, as far as its place asks."""
    return {"kind": kind, "id": label.lower(), "label": label, "rank": rank, "last_seen": seen, "noise": noise}


def test_incidents_come_first_then_people_then_how_well_it_fits_then_who_was_seen_last() -> None:
    users = [
        hit("User", "LAB\\wor", 0, 5, "machine-account"),
        hit("User", "LAB\\work", 0, 1),
        hit("User", "LAB\\worker", 1, 3),
        hit("User", "LAB\\works", 1, 4),
        hit("User", "LAB\\worksvc", 0, 9, "service-account"),
        hit("User", "LAB\\network", 2, None),
        hit("User", "LAB\\old-work", 2, 0, "service-account"),
    ]
    group = {"kind": "User", "items": users, "more": False}
    (found,) = suggested([group], {("User", "lab\\old-work")}, 6)
    assert [item["label"][4:] for item in found["items"]] == [
        "old-work", "work", "works", "worker", "network", "worksvc",
    ]  # fmt: skip
    assert found["more"]


def test_the_account_of_a_machine_stands_with_the_machine() -> None:
    machines = {"kind": "Machine", "items": [hit("Machine", "WS6", 1, 1), hit("Machine", "WS7", 1, 1)], "more": False}
    accounts = [hit("User", "LAB\\WS6$", 1, 1, "machine-account"), hit("User", "LAB\\WS8$", 1, 1, "machine-account")]
    found = suggested([{"kind": "User", "items": accounts, "more": False}, machines], (), 8)
    assert [(group["kind"], [item["label"] for item in group["items"]]) for group in found] == [
        ("User", ["LAB\\WS8$"]), ("Machine", ["WS6", "WS7"]),
    ]  # fmt: skip
    assert machines["items"][0]["account"]["label"] == "LAB\\WS6$"  # type: ignore[index]
    assert suggested([{"kind": "User", "items": accounts[:1], "more": False}], (), 8)[0]["items"]


def test_of_two_machines_of_a_name_neither_gets_the_account() -> None:
    twins = [hit("Machine", "WS6", 1, 1), hit("Machine", "WS6", 1, 1)]
    account = hit("User", "LAB\\WS6$", 1, 1, "machine-account")
    found = suggested(
        [{"kind": "User", "items": [account], "more": False}, {"kind": "Machine", "items": twins, "more": False}], (), 8
    )
    assert found[0]["items"] == [account]
