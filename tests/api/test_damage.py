"""A record that was altered in the workspace is named by the interface and by reports, and never shown."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.case.casebook import Casebook
from graphhunt.case.report import case_report
from graphhunt.errors import DamageError
from graphhunt.hunt import Hunt
from graphhunt.web import Pages
from tests.api.conftest import ADDRESS


class Forged(NamedTuple):
    """A copy of the case with one altered record, and another record of the same file."""

    hunt: Hunt
    altered: str
    whole: str
    text: str


@pytest.fixture
def forged(hunt: Hunt, tmp_path: Path) -> Iterator[Forged]:
    shutil.copytree(hunt.folder, tmp_path / "ws", ignore=shutil.ignore_patterns("engine"))
    path = sorted((tmp_path / "ws").glob("evidence/segments/*/evidence.parquet"))[0]
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[0]["raw"] = rows[0]["raw"].replace("ada", "eve").replace("4624", "4634")
    assert rows[0]["raw"] != table.column("raw")[0].as_py()
    pq.write_table(table.from_pylist(rows, table.schema), path)
    with Hunt(tmp_path / "ws") as copy:
        yield Forged(copy, rows[0]["event_id"], rows[1]["event_id"], rows[1]["raw"])


def test_the_interface_names_an_altered_record_and_shows_the_others(forged: Forged, built: Pages) -> None:
    app = create_app(forged.hunt, token="once", pages=built)
    client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
    client.get("/?token=once")
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post("/api/v1/evidence", json={"event_ids": [forged.altered, forged.whole]}, headers=headers).json()
    assert [(item["event_id"], item["record"]) for item in answer["items"]] == [(forged.whole, forged.text)]
    assert "other parts of its file are damaged" in answer["items"][0]["damage"]
    assert [one["event_id"] for one in answer["damaged"]] == [forged.altered]
    assert "evidence.parquet, row 0" in answer["damaged"][0]["reason"]
    alone = client.get(f"/api/v1/evidence/{forged.altered}", headers=headers)
    assert (alone.status_code, alone.json()["type"]) == (500, "urn:graphhunt:problem:damage")
    assert "graphhunt verify" in alone.json()["hint"]


def test_a_report_leaves_out_an_altered_record_and_says_so(hunt: Hunt, forged: Forged) -> None:
    class Source:
        store = hunt.store
        evidence = staticmethod(forged.hunt.evidence)

    book = Casebook(None)
    key = str(book.open_case("forged", "ada")["id"])
    book.add(key, "pin", {"event_ids": [forged.altered, forged.whole]}, "ada")
    report: dict[str, Any] = case_report(Source(), book, key)
    assert [record["record"] for record in report["records"]] == [forged.text]
    assert report["missing_records"] == []
    assert len([said for said in report["limits"] if forged.altered in said]) == 1
    assert any(forged.whole in said and "damaged" in said for said in report["limits"])


def test_a_damaged_casebook_is_a_typed_error(tmp_path: Path) -> None:
    Casebook(tmp_path / "casebook.db").close()
    path = tmp_path / "casebook.db"
    path.write_bytes(b"no database " * 400)
    with pytest.raises(DamageError, match=r"casebook\.db"):
        Casebook(path)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("PRAGMA user_version")
