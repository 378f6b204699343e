"""People, tokens and what each may do: every route times every kind of caller, against a table written here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphhunt.accounts import Accounts
from graphhunt.api.app import create_app
from graphhunt.errors import ConflictError, MissingError, UsageError
from graphhunt.hunt import Hunt
from graphhunt.web import Pages
from tests.api.conftest import ADDRESS

WORD = "correct horse battery"
ROLES = ("reader", "analyst", "loader", "admin")

READ, WRITE, LOAD, ADMIN, JOBS = (
    {"reader", "analyst", "admin"},
    {"analyst", "admin"},
    {"loader", "admin"},
    {"admin"},
    {"reader", "analyst", "loader", "admin"},
)

EXPECTED: dict[str, set[str]] = {
    "GET /status": READ, "GET /coverage": READ, "GET /recorded": READ, "GET /accounting": READ,
    "GET /schema": READ, "GET /search": READ, "POST /search/list": READ,
    "GET /entities/{kind}/{entity_id}": READ, "GET /entities/{kind}/{entity_id}/why": READ,
    "GET /entities/{kind}/{entity_id}/counts": READ, "GET /entities/{kind}/{entity_id}/neighbors": READ,
    "GET /entities/{kind}/{entity_id}/timeline": READ, "GET /entities/{kind}/{entity_id}/heatmap": READ,
    "GET /entities/{kind}/{entity_id}/process-tree": READ, "GET /entities/{kind}/{entity_id}/marks": READ,
    "GET /entities/{kind}/{entity_id}/relationships/{relation}/{relationship_id}/events": READ,
    "POST /graph": READ, "POST /edges/relationships": READ, "GET /evidence/{event_id}": READ, "POST /evidence": READ,
    "POST /timeline": READ, "POST /paths": READ, "GET /pivots": READ, "POST /pivots/{pivot_id}:run": READ,
    "POST /views": READ, "GET /views/{view_id}": READ, "POST /difference": READ,
    "POST /query": WRITE,
    "GET /cases": READ, "POST /cases": WRITE, "GET /cases/{case_id}": READ, "PATCH /cases/{case_id}": WRITE,
    "DELETE /cases/{case_id}": WRITE, "GET /cases/{case_id}/items": READ, "POST /cases/{case_id}/items": WRITE,
    "GET /cases/{case_id}/items/{item_id}": READ, "PUT /cases/{case_id}/items/{item_id}": WRITE,
    "DELETE /cases/{case_id}/items/{item_id}": WRITE, "GET /cases/{case_id}/items/{item_id}/history": READ,
    "GET /cases/{case_id}/report": READ,
    "GET /jobs": JOBS, "GET /jobs/{job_id}": JOBS, "DELETE /jobs/{job_id}": JOBS, "GET /jobs/{job_id}/events": JOBS,
    "GET /events": JOBS,
    "GET /uploads": LOAD, "POST /uploads": LOAD, "DELETE /uploads/{upload_id}": LOAD, "POST /imports": LOAD,
    "GET /analyses": READ, "GET /analyses/runs": READ, "POST /analyses/{name}:run": WRITE,
    "POST /analyses/{name}:undo": WRITE, "GET /analyses/{name}/comparison": READ,
    "GET /identity/{kind}/{entity_id}": READ, "POST /identity/preview": WRITE,
    "GET /identity/statements": READ, "POST /identity/statements": WRITE,
    "GET /incidents": READ, "GET /incidents/{incident_id}": READ, "GET /incidents/{incident_id}/storyboard": READ,
    "POST /incidents/{incident_id}/links": WRITE,
    "PATCH /incidents/{incident_id}": WRITE, "GET /incidents/{incident_id}/changes": READ,
    "DELETE /incident-changes/{change_id}": WRITE,
    "GET /incident-links": READ, "DELETE /incident-links/{link_id}": WRITE, "GET /networks": READ, "POST /decode": READ,
    "PUT /networks": WRITE, "DELETE /networks": WRITE, "POST /demo": LOAD,
    "GET /reports/incident/{incident_id}": READ, "PUT /reports/incident/{incident_id}/texts/{part}": WRITE,
    "GET /reports/incident/{incident_id}/draft": READ, "POST /commands": READ,
    "DELETE /reports/incident/{incident_id}/texts/{part}": WRITE,
    "POST /reports/incident/{incident_id}/items": WRITE, "PUT /reports/incident/{incident_id}/items": WRITE,
    "GET /stories": READ, "GET /stories/{kind}/{entity_id}": READ, "GET /stories/{kind}/{entity_id}/processes": READ,
    "POST /records:search": READ, "GET /records/{event_id}": READ, "GET /records/{event_id}/raw": READ,
    "GET /records/{event_id}/around": READ,
    "GET /graph/incident/{incident_id}": READ, "GET /graph/incident/{incident_id}/ways": READ,
    "GET /graph/incident/{incident_id}/expand": READ,
    "GET /map": READ, "GET /map/outline": READ,
    "GET /hunts": READ, "POST /hunts:ask": READ, "POST /hunts:run": WRITE,
    "GET /session": JOBS, "DELETE /session": JOBS, "GET /tokens": JOBS, "POST /tokens": JOBS,
    "DELETE /tokens/{token_id}": JOBS,
    "GET /users": ADMIN, "POST /users": ADMIN, "PATCH /users/{name}": ADMIN, "DELETE /users/{name}": ADMIN,
    "GET /audit": ADMIN,
    "GET /tables": READ, "GET /tables/{name}": READ, "POST /export/{form}": READ,
}  # fmt: skip
PUBLIC = {"GET /health", "POST /session"}


@pytest.fixture
def client(hunt: Hunt, built: Pages) -> Iterator[TestClient]:
    """A stranger at a server with one person per role, called by the role's name."""
    app = create_app(hunt, token=None, pages=built)
    for role in ROLES:
        app.state.accounts.add_user(role, WORD, [role])
    headers = {"Sec-Fetch-Site": "same-origin"}
    yield TestClient(app, base_url=ADDRESS, headers=headers, raise_server_exceptions=False)
    app.state.accounts.close()


def accounts_of(client: TestClient) -> Accounts:
    found: Accounts = client.app.state.accounts  # type: ignore[attr-defined]
    return found


def sign_in(client: TestClient, name: str, password: str = WORD) -> int:
    return client.post("/api/v1/session", json={"name": name, "password": password}).status_code


def operations(client: TestClient) -> Iterator[tuple[str, str]]:
    paths = client.app.openapi()["paths"]  # type: ignore[attr-defined]
    for path, methods in paths.items():
        for method in methods:
            yield method.upper(), path.removeprefix("/api/v1")


def status(client: TestClient, method: str, path: str, token: str | None = None) -> int:
    """Ask with parameters that fit nothing, so that who is let in changes nothing."""
    for name in ("case_id", "item_id", "job_id"):
        path = path.replace("{" + name + "}", "0" * 16)
    path = path.replace("{kind}", "Machine").replace("{", "").replace("}", "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    params = {"seconds": "0"} if path == "/events" else {}  # a stream that would go on for an hour
    return int(client.request(method, f"/api/v1{path}", headers=headers, params=params).status_code)


def test_every_route_is_in_the_table(client: TestClient) -> None:
    found = {f"{method} {path}" for method, path in operations(client)}
    assert found - PUBLIC <= EXPECTED.keys()
    assert len(found) >= 55


@pytest.mark.parametrize("role", ROLES)
def test_every_route_lets_in_whom_the_table_says(client: TestClient, role: str) -> None:
    scopes = {"reader": ["read"], "analyst": ["read", "annotate"], "loader": ["load"],
              "admin": ["read", "annotate", "load", "admin"]}[role]  # fmt: skip
    _, token = accounts_of(client).make_token("all", scopes, role)
    for method, path in operations(client):
        name = f"{method} {path}"
        if name == "POST /demo" and role in EXPECTED[name]:
            continue  # it takes nothing that could fit nothing, and would load the demonstration
        got = status(client, method, path, token)
        assert got < 500, name
        if name not in PUBLIC and role not in EXPECTED[name]:
            assert got == 403, name
        elif name != "POST /tokens":
            assert got not in (401, 403), name


def test_nobody_else_is_let_in(client: TestClient) -> None:
    accounts = accounts_of(client)
    _, expired = accounts.make_token("old", ["read"], "reader", days=1)
    accounts._db.run("UPDATE token SET expires = 1")
    key, revoked = accounts.make_token("lost", ["admin"], "admin")
    accounts.revoke(key)
    _, shut = accounts.make_token("shut", ["read"], "analyst")
    accounts.set_disabled("analyst", disabled=True)
    for token in (None, "gh_000000000000_" + "x" * 43, expired, revoked, shut, shut.upper(), shut[:-1]):
        for method, path in operations(client):
            if f"{method} {path}" not in PUBLIC:
                assert status(client, method, path, token) == 401, (method, path, token)


def test_a_token_can_do_no_more_than_its_owner_may_now(client: TestClient) -> None:
    accounts = accounts_of(client)
    _, token = accounts.make_token("t", ["read", "annotate"], "analyst")
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/api/v1/cases", json={"title": "x"}, headers=headers).status_code == 201
    accounts.set_roles("analyst", ["reader"])
    assert client.post("/api/v1/cases", json={"title": "x"}, headers=headers).status_code == 403
    assert client.get("/api/v1/schema", headers=headers).status_code == 200


def test_people_sign_in_and_out(client: TestClient) -> None:
    assert client.get("/api/v1/session").status_code == 401
    answer = client.post("/api/v1/session", json={"name": "analyst", "password": WORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert WORD not in answer.text
    assert client.get("/api/v1/session").json() == {
        "name": "analyst",
        "scopes": ["annotate", "read"],
        "via": "password",
    }
    made = client.post("/api/v1/cases", json={"title": "mine"})
    assert made.json()["author"] == "analyst"
    kept = dict(client.cookies)
    assert client.delete("/api/v1/session").status_code == 204
    client.cookies.update(kept)
    assert client.get("/api/v1/session").status_code == 401


def test_cookies_of_https_stay_on_https(client: TestClient) -> None:
    secure = TestClient(client.app, base_url="https://127.0.0.1:8765", headers={"Sec-Fetch-Site": "same-origin"})
    answer = secure.post("/api/v1/session", json={"name": "reader", "password": WORD})
    assert "secure" in answer.headers["set-cookie"].lower().split("; ")


def test_changing_or_shutting_out_ends_sessions_at_once(client: TestClient) -> None:
    accounts = accounts_of(client)
    assert sign_in(client, "reader") == 200
    accounts.set_password("reader", WORD + "!")
    assert client.get("/api/v1/schema").status_code == 401
    assert sign_in(client, "reader") == 401
    assert sign_in(client, "reader", WORD + "!") == 200
    accounts.set_disabled("reader", disabled=True)
    assert client.get("/api/v1/schema").status_code == 401
    assert sign_in(client, "reader", WORD + "!") == 401


def test_wrong_passwords_have_to_wait(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [sign_in(client, "nobody", f"wrong {n}") for n in range(10)] == [401] * 10
    answer = client.post("/api/v1/session", json={"name": "nobody", "password": WORD})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 900
    assert sign_in(client, "reader") == 200


def test_changes_with_a_cookie_say_where_they_come_from(client: TestClient) -> None:
    assert sign_in(client, "analyst") == 200
    silent = TestClient(client.app, base_url=ADDRESS, cookies=dict(client.cookies))
    assert silent.get("/api/v1/schema").status_code == 200
    assert silent.post("/api/v1/cases", json={"title": "x"}).status_code == 403
    assert silent.post("/api/v1/cases", json={"title": "x"}, headers={"Origin": ADDRESS}).status_code == 201


def test_tokens_are_made_by_people_for_what_they_may(client: TestClient) -> None:
    assert sign_in(client, "analyst") == 200
    assert client.post("/api/v1/tokens", json={"name": "x", "scopes": ["load"]}).status_code == 403
    made = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"], "days": 1}).json()
    listed = client.get("/api/v1/tokens").json()["items"]
    assert [(t["id"], t["owner"], t["scopes"], t["revoked"]) for t in listed] == [
        (made["id"], "analyst", ["read"], False)
    ]
    assert made["token"] not in client.get("/api/v1/tokens").text
    headers = {"Authorization": f"Bearer {made['token']}"}
    script = TestClient(client.app, base_url=ADDRESS, headers=headers)
    assert script.get("/api/v1/schema").status_code == 200
    assert script.post("/api/v1/tokens", json={"name": "y", "scopes": ["read"]}).status_code == 403
    other = TestClient(client.app, base_url=ADDRESS, headers={"Sec-Fetch-Site": "same-origin"})
    assert sign_in(other, "reader") == 200
    assert other.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert script.get("/api/v1/schema").status_code == 401


def test_admins_manage_people(client: TestClient) -> None:
    assert sign_in(client, "admin") == 200
    new = {"name": "grace", "password": WORD, "roles": ["analyst", "loader"]}
    assert client.post("/api/v1/users", json=new).json()["roles"] == ["analyst", "loader"]
    assert client.post("/api/v1/users", json=new).status_code == 409
    refused: list[dict[str, Any]] = [{"name": "a b"}, {"password": "short"}, {"roles": []}, {"roles": ["king"]}]
    for wrong in refused:
        assert client.post("/api/v1/users", json={**new, "name": "other", **wrong}).status_code == 422
    edited = client.patch("/api/v1/users/grace", json={"roles": ["reader"], "disabled": True}).json()
    assert (edited["roles"], edited["disabled"]) == (["reader"], True)
    assert [u["name"] for u in client.get("/api/v1/users").json()["items"]] == [
        "admin",
        "analyst",
        "grace",
        "loader",
        "reader",
    ]
    assert client.delete("/api/v1/users/grace").status_code == 204
    assert client.delete("/api/v1/users/grace").status_code == 404


def test_the_audit_log_tells_who_did_what(client: TestClient) -> None:
    sign_in(client, "reader", "wrong password")
    sign_in(client, "analyst")
    client.post("/api/v1/query", json={"cypher": "MATCH (m:Machine) RETURN m.id AS id LIMIT 1"})
    client.get("/api/v1/schema")
    sign_in(client, "reader")
    client.post("/api/v1/cases", json={"title": "x"})
    sign_in(client, "admin")
    lines = client.get("/api/v1/audit").json()["items"]
    assert [(line["who"], line["action"], line["status"]) for line in lines] == [
        ("admin", "signIn", 200), ("reader", "openCase", 403), ("reader", "signIn", 200), ("analyst", "runQuery", 200),
        ("analyst", "signIn", 200), ("reader", "signIn", 401),
    ]  # fmt: skip
    first = client.get("/api/v1/audit", params={"limit": 2}).json()
    rest = client.get("/api/v1/audit", params={"limit": 100, "cursor": first["next_cursor"]}).json()
    assert first["items"] + rest["items"] == lines


def test_secrets_are_kept_as_hashes_only(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "access.db")
    accounts.add_user("ada", WORD, ["admin"])
    _, token = accounts.make_token("t", ["read"], "ada")
    accounts.close()
    kept = sqlite3.connect(tmp_path / "access.db")
    dump = "\n".join(kept.iterdump())
    kept.close()
    assert WORD not in dump
    assert token not in dump
    assert "$argon2id$" in dump
    assert (tmp_path / "access.db").stat().st_mode & 0o077 == 0


def test_the_accounts_refuse_what_they_cant_keep() -> None:
    accounts = Accounts(None)
    accounts.add_user("ada", WORD, ["reader"])
    with pytest.raises(ConflictError):
        accounts.add_user("ada", WORD, ["reader"])
    for call in (lambda: accounts.set_roles("bob", ["reader"]), lambda: accounts.remove_user("bob")):
        with pytest.raises(MissingError):
            call()
    for days, scopes in ((0, ["read"]), (9999, ["read"]), (1, []), (1, ["fly"])):
        with pytest.raises(UsageError):
            accounts.make_token("t", scopes, "ada", days)
    accounts.close()
