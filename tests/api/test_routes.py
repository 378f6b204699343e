"""Every route on the real embedded engine, against what the case's records say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from graphhunt.hunt import Hunt
from graphhunt.questions import pivots
from graphhunt.questions.pivots.names import Names
from tests.api import case

BRAVO = "/api/v1/entities/Machine/bravo"


def pages(client: TestClient, path: str, **params: object) -> Iterator[dict]:
    """Follow the cursors of a list to its end."""
    cursor = None
    while True:
        answer = client.get(path, params={**params, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        yield answer.json()
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return


def test_search_groups_kinds_and_puts_whole_names_first(client: TestClient) -> None:
    groups = client.get("/api/v1/search", params={"q": "BRAVO"}).json()["groups"]
    assert groups[0]["kind"] == "Machine"
    assert [item["id"] for item in groups[0]["items"]] == ["bravo"]
    assert groups[0]["items"][0]["rank"] == 0
    assert groups[1]["kind"] == "Process"
    assert groups[1]["more"] is True
    assert len(groups[1]["items"]) == 8


@pytest.mark.parametrize("text", ["user:ada", "kind:user ada", "USER: ADA", "account:ada"])
def test_search_with_a_kind(client: TestClient, text: str) -> None:
    groups = client.get("/api/v1/search", params={"q": text}).json()["groups"]
    assert [group["kind"] for group in groups] == ["User"]
    assert [item["label"] for item in groups[0]["items"]] == ["LAB\\ada"]


def test_search_finds_addresses_and_command_lines(client: TestClient) -> None:
    kinds = {g["kind"]: g["items"] for g in client.get("/api/v1/search", params={"q": "9.9.9"}).json()["groups"]}
    assert [item["id"] for item in kinds["IP"]] == ["9.9.9.9"]
    found = client.get("/api/v1/search", params={"q": "-enc aaaa"}).json()["groups"]
    assert [item["id"] for group in found for item in group["items"]] == [f"bravo|{case.guid('bravo', 21)}"]


def test_search_takes_odd_text_as_text(client: TestClient) -> None:
    for text in ["", " ", "%", "'", '"', "\\", "`", "$", "c:\\windows", "\x00", "()[]{}*+?.^|", *case.PAYLOADS]:
        assert client.get("/api/v1/search", params={"q": text}).status_code == 200


def test_pasted_list(client: TestClient) -> None:
    answer = client.post("/api/v1/search/list", json={"texts": ["bravo", " alpha ", "no such thing", "bravo"]}).json()
    assert [(item["kind"], item["id"]) for item in answer["items"]] == [("Machine", "bravo"), ("Machine", "alpha")]
    assert answer["missing"] == ["no such thing"]


def test_entity_has_its_properties_with_written_times(client: TestClient) -> None:
    answer = client.get("/api/v1/entities/IP/9.9.9.9").json()
    assert answer["properties"]["version"] == 4
    assert answer["first_seen"] == f"{case.DAY}T10:00:09.000000Z"
    assert answer["last_seen"] == f"{case.DAY}T10:31:00.000000Z"


def test_ids_with_slashes_and_markup(client: TestClient) -> None:
    process = f"bravo|{case.guid('bravo', 21)}"
    assert client.get(f"/api/v1/entities/Process/{quote(process, safe='')}").json()["id"] == process
    file = client.get("/api/v1/search", params={"q": "file:cmd.exe"}).json()["groups"][0]["items"][0]["id"]
    assert client.get(f"/api/v1/entities/File/{quote(file, safe='')}/counts").json()["items"]
    for odd in ["a/b", "a/counts", "http://x/?q=1#f", "../../etc", "%2F", "é\u202e"]:
        answer = client.get(f"/api/v1/entities/URL/{quote(odd, safe='')}")
        assert answer.status_code == 404
        assert odd in answer.json()["detail"] or repr(odd)[1:-1] in answer.json()["detail"]


def test_counts_per_relation_direction_and_kind(client: TestClient) -> None:
    rows = client.get(f"{BRAVO}/counts").json()["items"]
    found = {(r["relation"], r["outgoing"], r["neighbour_kind"]): (r["relationships"], r["neighbours"]) for r in rows}
    assert found["REMOTE_LOGON", False, "Machine"] == (1, 1)
    assert found["REMOTE_LOGON", True, "Machine"] == (1, 1)
    assert found["LOGGED_ON", False, "User"] == (1, 1)
    started = {r["ProcessGuid"] for r in case.records() if r["EventID"] == 1 and r["Hostname"].startswith("bravo")}
    parents = {r["ParentProcessGuid"] for r in case.records() if r["EventID"] == 1}
    assert found["RAN", True, "Process"] == (len(started | parents),) * 2


def test_counts_in_a_window(client: TestClient) -> None:
    params = {"since": f"{case.DAY}T10:20:00Z", "until": f"{case.DAY}T10:40:00Z"}
    rows = client.get("/api/v1/entities/Machine/charlie/counts", params=params).json()["items"]
    assert [(r["relation"], r["relationships"]) for r in rows if r["relation"] == "REMOTE_LOGON"] == [
        ("REMOTE_LOGON", 1)
    ]
    assert client.get(f"{BRAVO}/counts", params={"since": params["until"], "until": params["since"]}).status_code == 422


@pytest.mark.parametrize("order", ["recent", "often", "first"])
def test_neighbours_page_without_gap_or_repeat(client: TestClient, order: str) -> None:
    params = {"relation": "RAN", "outgoing": True, "neighbour_kind": "Process", "order": order}
    whole = next(pages(client, f"{BRAVO}/neighbors", **params, limit=1000))
    assert whole["next_cursor"] is None
    ids = [item["node"]["id"] for item in whole["items"]]
    assert len(ids) == len(set(ids)) == whole["total"]["value"]
    parts = [
        item["node"]["id"] for page in pages(client, f"{BRAVO}/neighbors", **params, limit=7) for item in page["items"]
    ]
    assert parts == ids
    times = [item["last" if order == "recent" else "first"] for item in whole["items"]]
    if order != "often":
        assert times == sorted(times, reverse=order == "recent")


def test_graph_gives_edges_among_what_is_shown(client: TestClient) -> None:
    machines = [{"kind": "Machine", "id": name} for name in ("alpha", "bravo", "charlie", "delta")]
    answer = client.post("/api/v1/graph", json={"nodes": machines}).json()
    assert [node["id"] for node in answer["nodes"]] == ["alpha", "bravo", "charlie"]
    assert answer["missing"] == [{"kind": "Machine", "id": "delta"}]
    assert [(e["start"]["id"], e["relation"], e["end"]["id"], e["relationships"]) for e in answer["edges"]] == [
        ("alpha", "REMOTE_LOGON", "bravo", 1), ("bravo", "REMOTE_LOGON", "charlie", 1),
    ]  # fmt: skip
    assert answer["edges"][0]["first"] == f"{case.DAY}T10:00:00.000000Z"
    newcomer = client.post("/api/v1/graph", json={"nodes": machines[:1], "shown": machines[1:2]}).json()
    assert [(e["start"]["id"], e["end"]["id"]) for e in newcomer["edges"]] == [("alpha", "bravo")]


def test_edge_leads_to_relationships_and_to_the_original_records(client: TestClient) -> None:
    wanted = {
        "start": {"kind": "Machine", "id": "alpha"},
        "relation": "REMOTE_LOGON",
        "end": {"kind": "Machine", "id": "bravo"},
    }  # fmt: skip
    rows = client.post("/api/v1/edges/relationships", json=wanted).json()
    assert len(rows["items"]) == 1
    assert rows["next_cursor"] is None
    relation = rows["items"][0]
    assert relation["logon_id"] == "0xb0b"
    assert relation["start"] == f"{case.DAY}T10:00:00.000000Z"
    events = client.get(f"/api/v1/entities/Machine/alpha/relationships/REMOTE_LOGON/{relation['id']}/events").json()
    proof = [json.loads(item["record"]) for item in events["items"]]
    assert any(item["EventID"] == 4624 and item["TargetUserName"] == "ada" for item in proof)
    assert events["missing"] == []
    one = events["items"][0]
    assert one["file"].endswith(".json")
    assert one["position"]
    assert client.get(f"/api/v1/evidence/{one['event_id']}").json() == one


def test_unknown_evidence_is_named(client: TestClient) -> None:
    assert client.get("/api/v1/evidence/" + "0" * 32).status_code == 404
    answer = client.post("/api/v1/evidence", json={"event_ids": ["0" * 32, "no id"]}).json()
    assert answer == {"items": [], "missing": ["0" * 32, "no id"], "damaged": []}
    assert client.get("/api/v1/entities/Machine/alpha/relationships/RAN/none/events").status_code == 404


def test_paths_are_those_of_the_hunt(client: TestClient, hunt: object) -> None:
    answer = client.post("/api/v1/paths", json={"to": "charlie"}).json()
    assert answer == json.loads(json.dumps(hunt.paths(to="charlie")))  # type: ignore[attr-defined]
    last = answer["paths"][0]["hops"][-1]
    assert (last["from"].lower(), last["to"].lower(), last["user"], last["start"]) == (
        "bravo", "charlie", "grace", f"{case.DAY}T10:30:00.000000Z",
    )  # fmt: skip
    early = client.post("/api/v1/paths", json={"to": "charlie", "until": f"{case.DAY}T10:15:00Z"}).json()
    assert early["paths"] == []
    assert early["reason"]


def test_timeline_of_several_entities_is_in_order(client: TestClient) -> None:
    nodes = [{"kind": "Machine", "id": name} for name in ("alpha", "bravo", "charlie")]
    items = client.post("/api/v1/timeline", json={"nodes": nodes}).json()["items"]
    assert [(i["start_ref"]["id"], i["end_ref"]["id"], i["start"][11:19]) for i in items] == [
        ("alpha", "bravo", "10:00:00"), ("bravo", "charlie", "10:30:00"),
    ]  # fmt: skip
    cut = client.post("/api/v1/timeline", json={"nodes": nodes, "limit": 1}).json()
    assert (len(cut["items"]), cut["truncated"]) == (1, True)


def test_entity_timeline_pages(client: TestClient) -> None:
    whole = [i for page in pages(client, f"{BRAVO}/timeline", limit=1000) for i in page["items"]]
    parts = [i for page in pages(client, f"{BRAVO}/timeline", limit=9) for i in page["items"]]
    assert parts == whole
    assert [i["start"] for i in whole] == sorted(i["start"] for i in whole)
    remote = client.get(f"{BRAVO}/timeline", params={"relations": ["REMOTE_LOGON"]}).json()["items"]
    assert [(i["outgoing"], i["other"]["id"]) for i in remote] == [(False, "alpha"), (True, "charlie")]


def test_heatmap_counts_by_weekday_and_hour(client: TestClient) -> None:
    cells = client.get("/api/v1/entities/User/" + user_id(client, "ada") + "/heatmap").json()["cells"]
    assert [len(row) for row in cells] == [24] * 7
    assert cells[0][10] >= 3
    assert sum(map(sum, cells[1:])) == 0, f"{case.DAY} is a Monday"


def user_id(client: TestClient, name: str) -> str:
    """Look an account's id up, ready for a path."""
    groups = client.get("/api/v1/search", params={"q": f"user:{name}"}).json()["groups"]
    return quote(groups[0]["items"][0]["id"], safe="")


def test_process_tree(client: TestClient) -> None:
    path = f"/api/v1/entities/Process/{quote('bravo|' + case.guid('bravo', 21), safe='')}/process-tree"
    tree = client.get(path).json()
    nodes = {node["id"]: node for node in tree["nodes"]}
    assert tree["root"] == f"bravo|{case.guid('bravo', 1)}"
    shell = nodes[f"bravo|{case.guid('bravo', 21)}"]
    assert shell["parent"] == f"bravo|{case.guid('bravo', 20)}"
    assert shell["badges"]["network"] == 1
    assert shell["badges"]["child"] == len(case.PAYLOADS)
    assert "service" in nodes[f"bravo|{case.guid('bravo', 20)}"]["unusual"]
    assert tree["truncated"] is False
    cut = client.get(path, params={"limit": 10}).json()
    assert len(cut["nodes"]) <= 10
    assert cut["truncated"] is True
    assert "more than 10" in cut["reasons"][0]
    assert client.get(f"{BRAVO}/process-tree").status_code == 422


def test_every_ready_question_runs(client: TestClient) -> None:
    found = client.get("/api/v1/pivots").json()["items"]
    assert len(found) >= 15
    for pivot in found:
        assert pivot["cypher"]
        answer = client.post(f"/api/v1/pivots/{pivot['id']}:run", json={"kind": pivot["kind"], "id": "nothing"})
        assert answer.json() == {"nodes": [], "truncated": False}, pivot["id"]


def test_ready_questions_give_what_the_records_say(client: TestClient) -> None:
    def ask(pivot: str, kind: str, key: str) -> list[str]:
        answer = client.post(f"/api/v1/pivots/{pivot}:run", json={"kind": kind, "id": key})
        assert answer.status_code == 200, answer.text
        return [node["id"] for node in answer.json()["nodes"]]

    assert ask("machine.reached", "Machine", "bravo") == ["charlie"]
    assert ask("machine.came_from", "Machine", "bravo") == ["alpha"]
    assert ask("machine.outside_addresses", "Machine", "bravo") == ["9.9.9.9"]
    assert ask("ip.machines", "IP", "10.0.0.2") == ["bravo"]
    assert ask("process.addresses", "Process", f"bravo|{case.guid('bravo', 21)}") == ["9.9.9.9"]
    wrong = client.post("/api/v1/pivots/machine.reached:run", json={"kind": "User", "id": "x"})
    assert wrong.status_code == 422


def test_query_is_read_only(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/query", json={"cypher": "MATCH (m:Machine) RETURN m.id AS id ORDER BY id", "limit": 2}
    ).json()
    assert answer == {"columns": ["id"], "rows": [{"id": "alpha"}, {"id": "bravo"}], "truncated": True}
    for cypher in [
        "CREATE (n:Machine {id: 'x'})",
        "MATCH (n) DETACH DELETE n",
        "LOAD CSV FROM 'file:///etc/passwd' AS x RETURN x",
    ]:
        refused = client.post("/api/v1/query", json={"cypher": cypher})
        assert refused.status_code in (400, 403), cypher
        assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/api/v1/entities/Machine/x").status_code == 404


def test_views_are_kept_by_content(client: TestClient) -> None:
    first = client.post("/api/v1/views", json={"state": '{"nodes":["Machine:bravo"]}'})
    assert first.status_code == 201
    assert client.post("/api/v1/views", json={"state": '{"nodes":["Machine:bravo"]}'}).json() == first.json()
    assert client.get(f"/api/v1/views/{first.json()['id']}").json() == {"state": '{"nodes":["Machine:bravo"]}'}
    assert client.get("/api/v1/views/" + "0" * 24).status_code == 404
    assert client.get("/api/v1/views/../../etc/passwd").status_code == 404


def test_status_and_schema(client: TestClient) -> None:
    assert client.get("/api/v1/status").json()["events"] == len(case.records())
    schema = client.get("/api/v1/schema").json()
    assert {"kind": "Machine"}.items() <= schema["kinds"][1].items()
    assert any(relation["type"] == "REMOTE_LOGON" for relation in schema["relations"])


def test_hostile_names_come_back_as_they_were_written(client: TestClient) -> None:
    params = {"relation": "SPAWNED", "outgoing": True, "neighbour_kind": "Process", "limit": 1000}
    shell = f"/api/v1/entities/Process/{quote('bravo|' + case.guid('bravo', 21), safe='')}"
    answer = client.get(f"{shell}/neighbors", params=params)
    assert answer.headers["content-type"] == "application/json"
    assert {item["node"]["detail"] for item in answer.json()["items"]} == {text.strip() for text in case.PAYLOADS}


@pytest.mark.parametrize("text", ["bravo", "10.0.0", "user:ada", ""])
def test_names_in_memory_find_what_the_database_finds(hunt: Hunt, text: str) -> None:
    assert Names().search(hunt.store, hunt.snapshot, text, limit=3) == pivots.search(hunt.store, text, limit=3)


def test_stories_over_http(client: TestClient) -> None:
    listed = client.get("/api/v1/stories").json()
    assert {row["name"] for row in listed["machines"]["rows"]} == {"alpha", "bravo", "charlie"}
    told = client.get("/api/v1/stories/machine/bravo", params={"until": "2026-03-02T10:00:05Z"}).json()
    assert [row["account"]["name"] for row in told["tables"]["came"]["rows"]] == ["ada"]
    rows = client.get("/api/v1/stories/machine/bravo/processes").json()["rows"]
    assert {"cmd.exe", "powershell.exe"} <= {row["name"] for row in rows}
    for row in listed["accounts"]["rows"]:  # names with slashes, markup and escapes among them
        assert client.get(f"/api/v1/stories/user/{quote(row['id'], safe='')}").json()["id"] == row["id"]
    assert client.get("/api/v1/stories/machine/nothing").status_code == 404
    assert client.get("/api/v1/stories/file/bravo").status_code == 422
