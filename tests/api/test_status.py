"""What is loaded, and what records contradict."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from graphhunt.hunt import Hunt


def test_status_lists_doubts_when_asked_and_at_most_a_thousand(
    hunt: Hunt, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubts = {"localhost": {"found": 1001, "repaired": 0}}
    rows: list[dict[str, Any]] = [
        {"kind": "localhost", "subject": str(n), "time": None, "text": "x", "evidence": []} for n in range(1001)
    ]

    def status(*, problems: bool = False) -> dict[str, Any]:
        return {"doubts": doubts, **({"problems": rows} if problems else {})}

    monkeypatch.setattr(hunt, "status", status)
    plain = client.get("/api/v1/status").json()
    assert (plain["doubts"], "problems" in plain) == (doubts, False)
    listed = client.get("/api/v1/status", params={"problems": "true"}).json()
    assert (listed["doubts"], listed["problems"]) == (doubts, rows[:1000])
