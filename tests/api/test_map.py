"""The map: every public address is on it or counted as not on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.hunt import Hunt
from graphhunt.pivots import Window
from graphhunt.pivots.addresses import addresses
from tests.api import case
from tests.api.conftest import ADDRESS, API_TOKEN
from tests.conftest import small_settings
from tests.entities.test_pictures import mmdb

HOUR = 3_600_000_000


def row(kinds: str, ends: tuple[str, str], start: int, end: int | None = None) -> dict[str, object]:
    labels = kinds.split()
    return {"from_label": labels[0], "from_id": ends[0], "to_label": labels[1], "to_id": ends[1],
            "start": start, "end": start if end is None else end}  # fmt: skip


TABLES = {
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
    assert (found.total, found.private) == (2, 1)
    late = addresses(Tables(), Window(3 * HOUR, 4 * HOUR))  # type: ignore[arg-type]
    assert [(one["id"], one["acts"]) for one in late.items] == [("8.8.8.8", 2), ("9.9.9.9", 1)]
    assert (late.total, late.private) == (2, 0)


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
