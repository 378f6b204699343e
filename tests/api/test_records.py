"""All records over HTTP: what is found, one record, its bytes, and what happened around it."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from tests.api import case

SEARCH = "/api/v1/records:search"


def found(client: TestClient, q: str, **given: object) -> dict[str, object]:
    """Search and give the answer."""
    answer = client.post(SEARCH, json={"q": q, **given})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_as_many_as_there_are(client: TestClient) -> None:
    records = case.records()
    assert found(client, "")["total"] == len(records)
    logons = [record for record in records if record["EventID"] == 4624]
    assert found(client, "4624")["total"] == len(logons) > 0
    answer = client.post(SEARCH, json={"q": "code:Security/4624", "limit": 1}).json()
    assert [len(answer["items"]), sum(answer["histogram"]["counts"])] == [1, len(logons)]
    assert answer["next_cursor"] == answer["items"][0]["event_id"]
    hosts = {record["Hostname"].partition(".")[0].upper() for record in logons}
    assert {row["value"] for row in answer["facets"]["machine"]["values"]} == hosts


@pytest.mark.parametrize(("q", "at", "length"), [("4624 hsot:x", 5, 4), ('a "b', 2, 2), ("since:never", 0, 11)])
def test_a_query_that_cannot_be_read_says_where(client: TestClient, q: str, at: int, length: int) -> None:
    answer = client.post(SEARCH, json={"q": q})
    assert answer.status_code == 422
    assert (answer.json()["at"], answer.json()["length"]) == (at, length)


@pytest.mark.parametrize(
    "body", [{"q": "x" * 4001}, {"limit": 501}, {"limit": 0}, {"group": "host"}, {"cursor": "x" * 65}, {"more": 1}]
)
def test_what_is_out_of_bounds_is_refused(client: TestClient, body: dict[str, object]) -> None:
    assert client.post(SEARCH, json=body).status_code == 422


def test_a_record_its_bytes_and_what_is_around_it(client: TestClient) -> None:
    (item, *_) = client.post(SEARCH, json={"q": "4624", "limit": 1}).json()["items"]
    record = client.get(f"/api/v1/records/{item['event_id']}").json()
    written = json.loads(record["record"])
    assert written["TargetLogonId"] in {each.get("TargetLogonId") for each in case.records()}
    assert record["fields"]["TargetUserName"] == written["TargetUserName"]
    assert "/" not in record["file"]
    raw = client.get(f"/api/v1/records/{item['event_id']}/raw")
    assert raw.content == record["record"].encode()
    assert raw.headers["content-type"] == "application/octet-stream"
    assert raw.headers["content-disposition"].startswith("attachment")
    around = client.get(f"/api/v1/records/{item['event_id']}/around", params={"minutes": 1}).json()["q"]
    near = client.post(SEARCH, json={"q": around}).json()["items"]
    assert item["event_id"] in {each["event_id"] for each in near}
    assert {each["machine"] for each in near} == {item["machine"]}


@pytest.mark.parametrize("tail", ["", "/raw", "/around"])
def test_a_record_that_is_not_there(client: TestClient, tail: str) -> None:
    assert client.get(f"/api/v1/records/{'0' * 32}{tail}").status_code == 404


def test_a_stranger_finds_nothing(stranger: TestClient) -> None:
    assert stranger.post(SEARCH, json={"q": ""}).status_code == 401
