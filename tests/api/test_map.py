"""The map: every public address is on it or counted as not on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.hunt import Hunt
from graphhunt.questions.pivots import Window
from graphhunt.questions.pivots.addresses import addresses
from tests.api import case
from tests.api.conftest import ADDRESS, API_TOKEN
from tests.conftest import small_settings
from tests.entities.test_pictures import mmdb

HOUR = 3_600_000_000


def row(kinds: str, ends: tuple[str, str], start: int, end: int | None = None) -> dict[str, object]:
    labels = kinds.split()
    return {"from_label": labels[0], "from_id": ends[0], "to_label": labels[1], "to_id": ends[1],
            "start": start, "end": start if end is None else end}  # fmt: skip


TABLES: dict[str, Any] = {
    "CONNECTED": [*(row("Process IP", ("p", "8.8.8.8"), h * HOUR) for h in (1, 2, 3)),
                  row("Process IP", ("p", "10.0.0.1"), HOUR)],
    "FLOWED_TO": [row("IP IP", ("9.9.9.9", "8.8.8.8"), HOUR, 5 * HOUR)],
    "REMOTE_LOGON": [row("Machine Machine", ("a", "b"), HOUR), row("IP Machine", ("9.9.9.9", "b"), 0)],
    "IP": [{"id": key, "scope": "private" if key.startswith("10.") else "public"}
           for key in ("8.8.8.8", "9.9.9.9", "10.0.0.1", "7.7.7.7")],
}  # fmt: skip


class Tables:
    """Stands in for a snapshot."""

    def scan(self, name: str) -> pl.LazyFrame | None:
        return pl.LazyFrame(TABLES[name]) if name in TABLES else None


def test_acts_are_counted_at_either_end_and_by_the_window() -> None:
    found = addresses(Tables())  # type: ignore[arg-type]
    assert [(one["id"], one["acts"], one["relations"], one["first"], one["last"]) for one in found.items] == [
        ("8.8.8.8", 4, ["CONNECTED", "FLOWED_TO"], HOUR, 5 * HOUR),
        ("9.9.9.9", 2, ["FLOWED_TO", "REMOTE_LOGON"], 0, 5 * HOUR),
    ]
    assert (found.total, found.private, found.reserved) == (2, 1, 0)
    late = addresses(Tables(), Window(3 * HOUR, 4 * HOUR))  # type: ignore[arg-type]
    assert [(one["id"], one["acts"]) for one in late.items] == [("8.8.8.8", 2), ("9.9.9.9", 1)]
    assert (late.total, late.private) == (2, 0)


def test_it_says_why_made_up_and_inner_addresses_are_not_on_a_map(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {"198.18.7.7": 1, "198.19.0.1": 1, "203.0.113.9": 1, "2001:db8::1": 1, "10.0.0.1": 0, "198.20.0.1": 0}
    tables = {
        "CONNECTED": [row("Process IP", ("p", key), HOUR) for key in nowhere],
        "IP": [{"id": key, "scope": "private"} for key in nowhere],
    }
    monkeypatch.setattr(f"{__name__}.TABLES", tables)
    found = addresses(Tables())  # type: ignore[arg-type]
    assert (found.items, found.total, found.private) == ([], 0, len(nowhere))
    assert found.reserved == sum(nowhere.values())
    app = create_app(
        SimpleNamespace(settings=small_settings(), snapshot=Tables(), folder=Path()),  # type: ignore[arg-type]
        token=None, api_tokens=[API_TOKEN],
    )  # fmt: skip
    with_token = {"Authorization": f"Bearer {API_TOKEN}"}
    client = TestClient(app, base_url=ADDRESS, headers=with_token)
    answer = client.get("/api/v1/map").json()
    assert (answer["total"], answer["private"], answer["reserved"]) == (0, 6, 4)
    assert answer["reason"].startswith("No address can be on a map: there are only 2 of inner networks and 4 kept for")
    assert "mmdb" in answer["reason"]
    later = client.get("/api/v1/map", params={"since": "2026-03-02T00:00:00Z"}).json()
    assert (later["private"], later["reason"] is None or "mmdb" in later["reason"]) == (0, True)


@pytest.fixture
def placed(hunt: Hunt, tmp_path: Path) -> TestClient:
    """A client of a server that knows where one address is."""
    file = mmdb(tmp_path / "places.mmdb", {"9.9.9.9": (47.4, 8.5, "<b>Berne</b>")})
    given = SimpleNamespace(settings=small_settings(mmdb=str(file)), snapshot=hunt.snapshot, folder=hunt.folder)
    app = create_app(given, token=None, api_tokens=[API_TOKEN])  # type: ignore[arg-type]
    return TestClient(app, base_url=ADDRESS, headers={"Authorization": f"Bearer {API_TOKEN}"})


def test_places_come_from_the_database_and_the_rest_is_listed(placed: TestClient) -> None:
    found = placed.get("/api/v1/map").json()
    assert [(p["id"], p["name"], p["latitude"], p["longitude"]) for p in found["places"]] == [
        ("9.9.9.9", "<b>Berne</b>", 47.4, 8.5)
    ]
    assert found["reason"] is None
    assert found["placed"] == 1
    assert found["total"] == 1 + len(found["unplaced"])
    assert "9.9.9.9" not in {one["id"] for one in found["unplaced"]}
    early = placed.get("/api/v1/map", params={"until": f"{case.DAY}T00:00:00Z"}).json()
    assert (early["placed"], early["total"]) == (0, 0)


def test_without_a_database_it_says_so_and_lists_all(client: TestClient) -> None:
    found = client.get("/api/v1/map").json()
    assert "mmdb" in found["reason"]
    assert (found["placed"], found["places"]) == (0, [])
    assert "9.9.9.9" in {one["id"] for one in found["unplaced"]}


def test_the_outline_is_path_data(client: TestClient) -> None:
    answer = client.get("/api/v1/map/outline")
    assert set(answer.json()["path"]) <= set("Mlz -0123456789")
    assert "max-age" in answer.headers["cache-control"]
