"""The graph's tables in three forms, and drawn parts as files: checked against the loaded case and other readers."""

from __future__ import annotations

import io
import json
import re

import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.api.case import PAYLOADS

ARROW = "application/vnd.apache.arrow.stream"


def pages(client: TestClient, name: str, limit: int) -> list[dict[str, object]]:
    rows, cursor = [], None
    while True:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        answer = client.get(f"/api/v1/tables/{name}", params=query).json()
        rows += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            assert answer["total"] == {"value": len(rows), "relation": "eq"}
            return rows


def test_tables_are_listed_with_their_heights(client: TestClient) -> None:
    found = {item["name"]: item for item in client.get("/api/v1/tables").json()["items"]}
    assert found["Machine"]["of"] == "node"
    assert found["REMOTE_LOGON"]["of"] == "relationship"
    assert {"id", "name", "first_seen"} <= set(found["Machine"]["columns"])
    counted = client.post("/api/v1/query", json={"cypher": "MATCH (n:Process) RETURN count(n) AS n"}).json()
    assert found["Process"]["rows"] == counted["rows"][0]["n"]


def test_pages_lines_and_arrow_hold_the_same_rows(client: TestClient) -> None:
    rows = pages(client, "Process", 17)
    assert [row["id"] for row in rows] == sorted(str(row["id"]) for row in rows)
    lines = client.get("/api/v1/tables/Process", headers={"Accept": "application/jsonl"})
    assert lines.headers["content-type"] == "application/jsonl"
    assert "attachment" in lines.headers["content-disposition"]
    assert sorted(map(json.loads, lines.text.splitlines()), key=lambda row: row["id"]) == rows
    arrow = client.get("/api/v1/tables/Process", headers={"Accept": ARROW})
    assert arrow.headers["content-type"] == ARROW
    table = pl.read_ipc_stream(io.BytesIO(arrow.content)).sort("id")
    assert table["id"].to_list() == [row["id"] for row in rows]
    assert table.schema["first_seen"] == pl.Datetime("us", "UTC")
    written = table["first_seen"].dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_list()
    assert written == [row["first_seen"] for row in rows]


def test_arrow_is_read_by_pyarrow(client: TestClient) -> None:
    ipc = pytest.importorskip("pyarrow.ipc")
    content = client.get("/api/v1/tables/Machine", headers={"Accept": ARROW}).content
    names = ipc.open_stream(content).read_all().column("id").to_pylist()
    assert {"alpha", "bravo", "charlie"} <= set(names)


@pytest.mark.parametrize("name", ["Nothing", "ClockSkew", "..", "Machine.parquet", "%2e%2e%2fcurrent"])
def test_other_names_are_no_tables(client: TestClient, name: str) -> None:
    assert client.get(f"/api/v1/tables/{name}").status_code == 404


def drawn(client: TestClient, form: str) -> str:
    nodes = [{"kind": "Machine", "id": name} for name in ("alpha", "bravo", "charlie")]
    rows = client.post("/api/v1/query", json={"cypher": "MATCH (n:Process) RETURN n.id AS id", "limit": 500}).json()
    nodes += [{"kind": "Process", "id": row["id"]} for row in rows["rows"]]
    answer = client.post(f"/api/v1/export/{form}", json={"nodes": nodes})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return answer.text


def test_a_pyvis_page_needs_nothing_from_outside_and_runs_no_name(client: TestClient) -> None:
    page = drawn(client, "pyvis")
    assert "alpha" in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"']\s*(?:https?:)?//", page)
    for payload in PAYLOADS[:20]:
        assert payload not in page


def test_timesketch_lines_tell_each_event_once_in_order(client: TestClient) -> None:
    lines = [json.loads(line) for line in drawn(client, "timesketch").splitlines()]
    assert all({"message", "datetime", "timestamp_desc"} <= line.keys() for line in lines)
    assert [line["timestamp"] for line in lines] == sorted(line["timestamp"] for line in lines)
    hops = [line for line in lines if line["timestamp_desc"] == "remote logon"]
    assert [(line["source_id"], line["target_id"], line["datetime"]) for line in hops] == [
        ("alpha", "bravo", "2026-03-02T10:00:00.000000Z"),
        ("bravo", "charlie", "2026-03-02T10:30:00.000000Z"),
    ]


def test_an_unknown_form_is_refused(client: TestClient) -> None:
    assert client.post("/api/v1/export/exe", json={"nodes": []}).status_code == 422


def test_paths_keep_to_observed_logons_unless_asked(client: TestClient) -> None:
    def found(**more: object) -> list[dict[str, object]]:
        return list(client.post("/api/v1/paths", json={"from": "alpha", "to": "charlie", **more}).json()["paths"])

    assert found() == found(edges="observed")
    assert found(edges="possible") == []  # the case has no directory
    assert client.post("/api/v1/paths", json={"edges": "any"}).status_code == 422
