"""Cases: what analysts write is kept with author and time, two at once lose nothing, reports are safe."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.case.casebook import Casebook, Target
from graphhunt.errors import ConflictError, MissingError, UsageError
from graphhunt.hunt import Hunt
from graphhunt.smalldb import SmallDatabase
from tests.api import case
from tests.api.conftest import ADDRESS, API_TOKEN

CASES = "/api/v1/cases"
BRAVO = {"kind": "Machine", "id": "bravo"}


def opened(client: TestClient, title: str = "Intrusion") -> str:
    answer = client.post(CASES, json={"title": title, "description": "What we know."})
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"{CASES}/{answer.json()['id']}"
    return str(answer.json()["id"])


def put_in(client: TestClient, case_id: str, body: dict[str, object], target: object = None) -> dict[str, object]:
    answer = client.post(f"{CASES}/{case_id}/items", json={"body": body, "target": target})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_case_holds_what_was_written_with_author_and_time(client: TestClient) -> None:
    key = opened(client)
    note = put_in(client, key, {"type": "note", "text": "ada came from alpha"}, BRAVO)
    assert note["target"] == {**BRAVO, "relation": None, "relationship_id": None}
    assert note["body"] == {"text": "ada came from alpha"}
    assert note["author"] == note["changed_by"] != ""
    assert str(note["created"]).endswith("Z")
    put_in(client, key, {"type": "tag", "tag": "pivot"}, BRAVO)
    put_in(client, key, {"type": "verdict", "verdict": "malicious", "reason": "service"}, BRAVO)
    put_in(client, key, {"type": "pin", "event_ids": ["0" * 32], "comment": "4697"})
    put_in(client, key, {"type": "view", "name": "start", "state": "{}"})
    found = client.get(f"{CASES}/{key}").json()
    assert found["items"] == {"note": 1, "pin": 1, "tag": 1, "verdict": 1, "view": 1}
    listed = client.get(f"{CASES}/{key}/items").json()["items"]
    assert [item["type"] for item in listed] == ["note", "tag", "verdict", "pin", "view"]
    about = client.get(f"{CASES}/{key}/items", params={"kind": "Machine", "entity_id": "bravo", "type": "tag"}).json()
    assert [item["body"] for item in about["items"]] == [{"tag": "pivot"}]
    marks = client.get("/api/v1/entities/Machine/bravo/marks").json()["items"]
    assert [mark["type"] for mark in marks if mark["case_id"] == key] == ["verdict", "tag", "note"]


def test_two_analysts_editing_at_once_lose_nothing(client: TestClient) -> None:
    key = opened(client)
    note = put_in(client, key, {"type": "note", "text": "first"})
    address = f"{CASES}/{key}/items/{note['id']}"
    seen = client.get(address).headers["etag"]
    one = client.put(address, json={"body": {"type": "note", "text": "by one"}}, headers={"If-Match": seen})
    assert (one.status_code, one.headers["etag"]) == (200, '"2"')
    two = client.put(address, json={"body": {"type": "note", "text": "by two"}}, headers={"If-Match": seen})
    assert two.status_code == 412
    assert two.headers["content-type"] == "application/problem+json"
    assert two.json()["current"]["body"] == {"text": "by one"}
    assert two.json()["current"]["version"] == 2
    again = client.put(address, json={"body": {"type": "note", "text": "both"}}, headers={"If-Match": '"2"'})
    assert again.json()["body"] == {"text": "both"}
    assert client.delete(address, headers={"If-Match": '"2"'}).status_code == 412
    assert client.delete(address, headers={"If-Match": '"3"'}).status_code == 204
    assert client.get(address).status_code == 404
    kept = client.get(f"{address}/history").json()["items"]
    assert [(v["version"], v["body"]["text"], v["deleted"]) for v in kept] == [
        (1, "first", False), (2, "by one", False), (3, "both", False), (4, "both", True),
    ]  # fmt: skip


def test_edits_name_the_version_they_are_based_on(client: TestClient) -> None:
    address = f"{CASES}/{opened(client)}"
    assert client.patch(address, json={"title": "x"}).status_code == 428
    assert client.patch(address, json={"title": "x"}, headers={"If-Match": "*"}).status_code == 400
    assert client.patch(address, json={"title": "x"}, headers={"If-Match": '"9"'}).status_code == 412
    done = client.patch(address, json={"status": "closed"}, headers={"If-Match": '"1"'})
    assert (done.json()["title"], done.json()["status"], done.json()["version"]) == ("Intrusion", "closed", 2)
    assert client.get(address, headers={"If-None-Match": '"2"'}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"1"'}).status_code == 200
    assert client.delete(address, headers={"If-Match": '"2"'}).status_code == 204
    assert client.get(address).status_code == 404
    assert client.get(f"{address}/items").status_code == 404


def test_one_verdict_per_target_and_tags_once(client: TestClient) -> None:
    key = opened(client)
    first = put_in(client, key, {"type": "verdict", "verdict": "unknown"}, BRAVO)
    second = client.post(
        f"{CASES}/{key}/items", json={"body": {"type": "verdict", "verdict": "benign"}, "target": BRAVO}
    )
    assert second.status_code == 409
    assert second.json()["current"]["id"] == first["id"]
    name = put_in(client, key, {"type": "alias", "alias": "the file server"}, BRAVO)
    another = {"body": {"type": "alias", "alias": "staging"}, "target": BRAVO}
    assert client.post(f"{CASES}/{key}/items", json=another).json()["current"]["body"] == {"alias": "the file server"}
    address = f"{CASES}/{key}/items/{name['id']}"
    renamed = client.put(address, json={"body": another["body"]}, headers={"If-Match": '"1"'})
    assert renamed.json()["body"] == {"alias": "staging"}
    assert client.get("/api/v1/entities/Machine/bravo").json()["label"] == "bravo"  # the telemetry's name stays
    tag = put_in(client, key, {"type": "tag", "tag": "hop 1"}, BRAVO)
    assert put_in(client, key, {"type": "tag", "tag": " hop 1 "}, BRAVO)["id"] == tag["id"]
    relation = {**BRAVO, "relation": "REMOTE_LOGON", "relationship_id": "r1"}
    assert put_in(client, key, {"type": "verdict", "verdict": "benign"}, relation)["target"] == relation


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"type": "verdict", "verdict": "evil"}, BRAVO),
        ({"type": "alias", "alias": " "}, BRAVO),
        ({"type": "alias", "alias": "x"}, None),
        ({"type": "verdict", "verdict": "benign"}, None),
        ({"type": "note", "text": ""}, None),
        ({"type": "note", "text": "x", "author": "someone else"}, None),
        ({"type": "note", "text": "x" * 50_001}, None),
        ({"type": "pin", "event_ids": []}, None),
        ({"type": "spell", "text": "x"}, None),
        ({"type": "note", "text": "x"}, {"kind": "Nothing", "id": "x"}),
        ({"type": "note", "text": "x"}, {"kind": "Machine", "id": "x", "relation": "RAN"}),
    ],
)
def test_what_does_not_fit_is_refused(client: TestClient, body: dict[str, object], target: object) -> None:
    answer = client.post(f"{CASES}/{opened(client)}/items", json={"body": body, "target": target})
    assert answer.status_code == 422, answer.text


def test_items_of_another_case_are_not_reached_through_it(client: TestClient) -> None:
    mine, other = opened(client), opened(client)
    note = put_in(client, mine, {"type": "note", "text": "x"})
    address = f"{CASES}/{other}/items/{note['id']}"
    edit = {"body": {"type": "note", "text": "y"}}
    assert client.get(address).status_code == 404
    assert client.put(address, json=edit, headers={"If-Match": '"1"'}).status_code == 404
    assert client.delete(address, headers={"If-Match": '"1"'}).status_code == 404
    assert client.get(f"{address}/history").status_code == 404


def test_cases_and_items_come_in_pages(client: TestClient) -> None:
    key = opened(client)
    for number in range(7):
        put_in(client, key, {"type": "note", "text": str(number)})
    texts, cursor = [], None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"{CASES}/{key}/items", params=params).json()
        texts += [item["body"]["text"] for item in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert texts == [str(number) for number in range(7)]
    newer = opened(client, "Newer")
    first = client.get(CASES, params={"limit": 1}).json()
    assert [item["id"] for item in first["items"]] == [newer]
    second = client.get(CASES, params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in second["items"]] == [key]


class Reader(HTMLParser):
    """Collects the elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_report_quotes_hostile_text_and_runs_nothing(client: TestClient) -> None:
    key = opened(client, "<script>window.__xss=1</script>")
    for payload in case.PAYLOADS:
        put_in(client, key, {"type": "note", "text": payload}, {"kind": "User", "id": payload})
        put_in(client, key, {"type": "tag", "tag": payload[:100]}, BRAVO)
    answer = client.get(f"{CASES}/{key}/report", headers={"Accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "unsafe" not in answer.headers["content-security-policy"]
    reader = Reader()
    reader.feed(answer.text)
    assert reader.elements <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "pre", "span", "table", "thead",
        "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert reader.attributes <= {"lang", "charset", "http-equiv", "content", "class", "scope"}
    for sign in ("\u202e", "\u2066", "\u001b"):
        assert sign not in answer.text


def test_report_has_verdicts_relations_and_pinned_records(client: TestClient) -> None:
    key = opened(client)
    remote = client.post(
        "/api/v1/edges/relationships",
        json={"start": {"kind": "Machine", "id": "alpha"}, "relation": "REMOTE_LOGON", "end": BRAVO},
    ).json()["items"][0]
    events = client.get(f"/api/v1/entities/Machine/alpha/relationships/REMOTE_LOGON/{remote['id']}/events").json()
    pinned = [item["event_id"] for item in events["items"]]
    put_in(client, key, {"type": "verdict", "verdict": "malicious", "reason": "first hop"}, BRAVO)
    put_in(client, key, {"type": "note", "text": "from here"}, {"kind": "Machine", "id": "alpha"})
    put_in(client, key, {"type": "pin", "event_ids": [*pinned, "f" * 32]}, BRAVO)
    put_in(client, key, {"type": "view", "name": "the hop", "state": '{"big":1}'})
    report = client.get(f"{CASES}/{key}/report").json()
    assert [(e["id"], e["verdict"]) for e in report["entities"]] == [("bravo", "malicious"), ("alpha", None)]
    assert [(e["start_ref"]["id"], e["relation"], e["end_ref"]["id"]) for e in report["timeline"]] == [
        ("alpha", "REMOTE_LOGON", "bravo")
    ]
    assert [record["event_id"] for record in report["records"]] == pinned
    assert report["missing_records"] == ["f" * 32]
    assert report["items"][-1]["body"] == {"name": "the hop"}
    page = client.get(f"{CASES}/{key}/report", params={"format": "html"}).text
    assert "TargetUserName" in page
    assert "is not shown" in page


def test_cases_outlive_the_server_and_never_touch_the_graph(hunt: Hunt, tmp_path: Path) -> None:
    before = hunt.status(digest=True)["digest"]
    file = tmp_path / "casebook.db"
    headers = {"Authorization": f"Bearer {API_TOKEN}"}
    for turn in range(2):
        app = create_app(hunt, token="t", api_tokens=[API_TOKEN], folder=tmp_path)
        with TestClient(app, base_url=ADDRESS, headers=headers) as client:
            if turn == 0:
                key = opened(client)
                put_in(client, key, {"type": "verdict", "verdict": "benign"}, BRAVO)
            assert client.get(f"{CASES}/{key}/items").json()["items"][0]["body"]["verdict"] == "benign"
    assert file.stat().st_mode & 0o077 == 0
    assert hunt.status(digest=True)["digest"] == before


def test_the_book_itself_keeps_versions(tmp_path: Path) -> None:
    book = Casebook(tmp_path / "book.db")
    other = Casebook(tmp_path / "book.db")
    key = book.open_case("one", "ada")["id"]
    item = other.add(key, "note", {"text": "a"}, "grace", Target("User", "u"))
    book.edit(key, item["id"], 1, "ada", {"text": "b"})
    with pytest.raises(ConflictError, match="ada changed this"):
        other.edit(key, item["id"], 1, "grace", {"text": "c"})
    with pytest.raises(MissingError):
        book.add("0" * 16, "note", {"text": "a"}, "ada")
    with pytest.raises(UsageError):
        book.open_case("  ", "ada")
    assert [(h["version"], h["author"], h["body"]["text"]) for h in other.history(key, item["id"])] == [
        (1, "grace", "a"), (2, "ada", "b"),
    ]  # fmt: skip
    book.close()
    other.close()


def test_an_older_file_of_saved_views_is_taken_over(tmp_path: Path) -> None:
    old = SmallDatabase(tmp_path / "casebook.db", ())
    old.run("CREATE TABLE view (id TEXT PRIMARY KEY, state TEXT NOT NULL, created INTEGER NOT NULL)")
    old.run("INSERT INTO view VALUES ('k', 's', 1)")
    old.close()
    book = Casebook(tmp_path / "casebook.db")
    assert book.view("k") == "s"
    assert book.open_case("new", "ada")["items"] == {}
    book.close()


def test_entity_ids_with_slashes_keep_their_marks(client: TestClient) -> None:
    key = opened(client)
    url = "http://evil.example/a/b?c=d"
    put_in(client, key, {"type": "tag", "tag": "c2"}, {"kind": "URL", "id": url})
    marks = client.get(f"/api/v1/entities/URL/{quote(url, safe='')}/marks").json()["items"]
    assert json.dumps(marks[0]["target"]["id"]) == json.dumps(url)
