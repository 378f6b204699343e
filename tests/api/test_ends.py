"""What ends when a person changes: every change times every way of being signed in."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from graphhunt.accounts import Accounts
from graphhunt.accounts.accounts import MAX_DETAIL
from graphhunt.accounts.tries import FREE_TRIES, Tries
from graphhunt.api.access import Access
from graphhunt.api.app import create_app
from graphhunt.api.audit import SignIns, detail
from graphhunt.hunt import Hunt
from graphhunt.smalldb import SmallDatabase
from tests.api.conftest import ADDRESS

WORD, OTHER = "correct horse battery", "another horse battery"
SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def app(hunt: Hunt) -> Iterator[Any]:
    """A server with an admin and an analyst."""
    made = create_app(hunt, token=None)
    accounts = Accounts(None, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made.state.accounts, made.state.access = accounts, Access(None, accounts=accounts)
    for layer in made.user_middleware:
        if "access" in layer.kwargs:
            layer.kwargs["access"] = made.state.access
    accounts.add_user("root", WORD, ["admin"])
    accounts.add_user("ada", WORD, ["analyst", "loader"])
    yield made
    accounts.close()


def signed_in(app: Any, name: str, password: str = WORD) -> TestClient:
    client = TestClient(app, base_url=ADDRESS, headers=SITE)
    assert client.post("/api/v1/session", json={"name": name, "password": password}).status_code == 200
    return client


def script(app: Any, owner: str, *scopes: str) -> TestClient:
    _, token = app.state.accounts.make_token("t", scopes, owner)
    return TestClient(app, base_url=ADDRESS, headers={"Authorization": f"Bearer {token}"})


def shut_out_and_in(accounts: Accounts) -> None:
    for out in (True, False):
        accounts.set_disabled("ada", disabled=out)


def make_anew(accounts: Accounts) -> None:
    accounts.remove_user("ada")
    accounts.add_user("ada", WORD, ["analyst"])


Change = Callable[[TestClient, Accounts], object]
CHANGES: dict[str, tuple[Change, Change, int]] = {
    # The change by an admin's request, the same by the command line's call, and whether the narrower token stays.
    "password": (lambda c, a: c.patch("/api/v1/users/ada", json={"password": OTHER}),
                 lambda c, a: a.set_password("ada", OTHER), 401),
    "same password": (lambda c, a: c.patch("/api/v1/users/ada", json={"password": WORD}),
                      lambda c, a: a.set_password("ada", WORD), 401),
    "fewer roles": (lambda c, a: c.patch("/api/v1/users/ada", json={"roles": ["reader"]}),
                    lambda c, a: a.set_roles("ada", ["reader"]), 200),
    "other roles": (lambda c, a: c.patch("/api/v1/users/ada", json={"roles": ["loader"]}),
                    lambda c, a: a.set_roles("ada", ["loader"]), 401),
    "more roles": (lambda c, a: c.patch("/api/v1/users/ada", json={"roles": ["admin"]}),
                   lambda c, a: a.set_roles("ada", ["admin"]), 200),
    "shut out": (lambda c, a: c.patch("/api/v1/users/ada", json={"disabled": True}),
                 lambda c, a: a.set_disabled("ada", disabled=True), 401),
    "let in again": (lambda c, a: [c.patch("/api/v1/users/ada", json={"disabled": out}) for out in (True, False)],
                     lambda c, a: shut_out_and_in(a), 401),
    "removed": (lambda c, a: c.delete("/api/v1/users/ada"), lambda c, a: a.remove_user("ada"), 401),
    "made anew": (lambda c, a: [c.delete("/api/v1/users/ada"),
                                c.post("/api/v1/users", json={"name": "ada", "password": WORD, "roles": ["analyst"]})],
                  lambda c, a: make_anew(a), 401),
}  # fmt: skip


@pytest.mark.parametrize("by", [0, 1], ids=["admin", "command line"])
@pytest.mark.parametrize("name", CHANGES)
def test_sessions_and_tokens_end(app: Any, name: str, by: int) -> None:
    admin = signed_in(app, "root")
    sessions = [signed_in(app, "ada"), signed_in(app, "ada")]
    reads, does_all = script(app, "ada", "read"), script(app, "ada", "read", "annotate", "load")
    others = [script(app, "root", "read"), admin]
    for client in (*sessions, reads, does_all, *others):
        assert client.get("/api/v1/schema").status_code == 200
    by_admin, by_command, narrower = CHANGES[name]
    (by_command if by else by_admin)(admin, app.state.accounts)
    assert [s.get("/api/v1/schema").status_code for s in sessions] == [401, 401]
    assert reads.get("/api/v1/schema").status_code == narrower
    may_write = does_all.post("/api/v1/cases", json={"title": "x"}).status_code
    assert may_write == {"fewer roles": 403, "other roles": 403, "more roles": 201}.get(name, 401)
    may_load = does_all.get("/api/v1/uploads").status_code
    assert may_load == {"fewer roles": 403, "other roles": 200, "more roles": 200}.get(name, 401)
    assert [o.get("/api/v1/schema").status_code for o in others] == [200, 200]


def test_what_a_token_lost_it_does_not_get_back(app: Any) -> None:
    """A token that was stolen before its owner lost a role is no key on the day the role is given back."""
    token = script(app, "ada", "read", "annotate")
    app.state.accounts.set_roles("ada", ["reader"])
    app.state.accounts.set_roles("ada", ["admin"])
    assert token.get("/api/v1/schema").status_code == 200
    assert token.post("/api/v1/cases", json={"title": "x"}).status_code == 403


def test_who_changes_their_own_password_stays_here_and_goes_everywhere_else(app: Any) -> None:
    here, there, token = signed_in(app, "root"), signed_in(app, "root"), script(app, "root", "read")
    before = dict(here.cookies)
    assert here.patch("/api/v1/users/root", json={"password": OTHER}).status_code == 200
    assert here.get("/api/v1/schema").status_code == 200
    assert there.get("/api/v1/schema").status_code == 401
    assert token.get("/api/v1/schema").status_code == 401
    here.cookies.clear()
    here.cookies.update(before)
    assert here.get("/api/v1/schema").status_code == 401, "the old session's cookie is worth nothing either"


def test_the_audit_log_has_what_was_asked_and_what_was_changed(app: Any) -> None:
    ada, root = signed_in(app, "ada"), signed_in(app, "root")
    log = app.state.accounts.audit
    statement = "MATCH (m:Machine)\n// \u202e a remark \x1b[2J\nRETURN m.id AS id LIMIT 1"
    assert ada.post("/api/v1/query", json={"cypher": statement, "params": {"p": 7}}).status_code == 200
    line = log(1)[0]["detail"]
    assert "MATCH (m:Machine)\\n// \\u202e a remark \\u001b[2J\\nRETURN m.id AS id LIMIT 1" in line
    assert '"params": {"p": 7}' in line
    assert ada.post("/api/v1/query", json={"cypher": "CREATE (n) RETURN n"}).status_code == 403
    assert (log(1)[0]["status"], "CREATE (n) RETURN n" in log(1)[0]["detail"]) == (403, True)
    case = ada.post("/api/v1/cases", json={"title": "first"}).json()
    address = f"/api/v1/cases/{case['id']}"
    assert ada.patch(address, json={"title": "second"}, headers={"If-Match": '"1"'}).status_code == 200
    assert (log(1)[0]["action"], json.loads(log(1)[0]["detail"])) == ("editCase", {"title": "second"})
    assert root.patch("/api/v1/users/ada", json={"roles": ["reader"]}).status_code == 200
    assert json.loads(log(1)[0]["detail"]) == {"roles": ["reader"]}
    assert root.post("/api/v1/uploads?name=evil.evtx", content=b"x").status_code == 201
    assert json.loads(log(1)[0]["detail"]) == {"name": "evil.evtx"}
    listed = root.get("/api/v1/audit").json()["items"]
    assert all("detail" in item for item in listed)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/session", {"name": "ada", "password": OTHER}),
        ("POST", "/api/v1/session", {"name": "ada", "passwrod": OTHER}),
        ("POST", "/api/v1/session", [OTHER]),
        ("POST", "/api/v1/users", {"name": "bob", "password": OTHER, "roles": ["reader"]}),
        ("POST", "/api/v1/users", {"name": "bob", "pass": OTHER, "roles": ["reader"]}),
        ("PATCH", "/api/v1/users/ada", {"password": OTHER}),
        ("PATCH", "/api/v1/users/ada", {"pw": {"new": OTHER}}),
        ("POST", "/api/v1/tokens", {"name": "x", "scopes": ["read"], "my_secret": [OTHER]}),
    ],
)
def test_no_password_gets_into_the_audit_log(app: Any, method: str, path: str, body: object) -> None:
    root = signed_in(app, "root")
    root.request(method, path, json=body)
    root.request(method, path, content=json.dumps(body)[:-1].encode(), headers={"Content-Type": "application/json"})
    assert OTHER not in json.dumps(app.state.accounts.audit(10))


def test_a_stranger_writes_little_into_the_audit_log(app: Any) -> None:
    """A sign-in that can't be one is not told of, and one refused for too many tries once a minute, with the number."""
    stranger, log = TestClient(app, base_url=ADDRESS, headers=SITE), app.state.accounts.audit
    app.state.accounts._tries = Tries(lambda: 0.0)  # no wait ends
    for name in ("x" * 16_000, ["x" * 16_000], {"x": "y" * 16_000}):
        assert stranger.post("/api/v1/session", json={"name": name, "password": "wrong"}).status_code == 422
    assert log() == []
    wrong = [
        stranger.post(f"/api/v1/session?name={'y' * 4000}", json={"name": "ada", "password": "wrong"}).status_code
        for _ in range(FREE_TRIES + 20)
    ]
    assert wrong == [401] * FREE_TRIES + [429] * 20
    refused, *others = log()
    assert (refused["status"], json.loads(refused["detail"])) == (
        429,
        {"name": "ada", "password": "********", "refused": 1},
    )
    assert [line["status"] for line in others] == [401] * FREE_TRIES


def test_refused_sign_ins_are_counted_by_address() -> None:
    now = [1000.0]
    notes = SignIns(lambda: now[0])
    assert notes.noted("signIn", 429, "192.0.2.1") == {"refused": 1}
    assert [notes.noted("signIn", 429, "192.0.2.1") for _ in range(7)] == [None] * 7
    assert notes.noted("signIn", 429, "2001:db8::1") == {"refused": 1}
    assert notes.noted("signIn", 429, "2001:db8::2") is None
    now[0] += 60
    assert notes.noted("signIn", 429, "192.0.2.1") == {"refused": 8}
    assert notes.noted("signIn", 422, "192.0.2.1") is None
    for operation, status in (("signIn", 401), ("signIn", 200), ("runQuery", 429), ("addUser", 422)):
        assert notes.noted(operation, status, "192.0.2.1") == {}


def test_the_name_of_a_sign_in_is_cut() -> None:
    scope = {"query_string": b"name=" + b"x" * 900, "state": {}}
    assert json.loads(detail(scope, "signIn")) == {"name": "x" * 64}


def test_lines_of_the_log_are_bounded_and_plain() -> None:
    accounts = Accounts(None)
    nasty = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2028, 0xD800])) + "é end"
    accounts.note(nasty, "password", "runQuery", nasty, 200, nasty, nasty)
    accounts.note("ada", "password", "runQuery", "x" * 10_000, 200, "", "y" * (MAX_DETAIL + 1))
    long, plain = accounts.audit(2)
    for name in ("who", "target", "address", "detail"):
        assert not [c for c in plain[name] if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
        assert plain[name].endswith("é end")
    assert long["detail"].startswith("y" * MAX_DETAIL + "… (cut; 24,001 characters, SHA-256 ")
    assert len(long["target"]) < 2200
    accounts.close()


def test_a_log_of_the_version_before_opens(tmp_path: Path) -> None:
    from graphhunt.accounts import accounts as module

    old = SmallDatabase(tmp_path / "access.db", module._STEPS[:1])
    old.run(
        "INSERT INTO audit (time, who, via, action, target, status, address) VALUES (1, 'a', 'b', 'c', 'd', 200, '')"
    )
    old.close()
    accounts = Accounts(tmp_path / "access.db")
    assert accounts.audit()[0]["detail"] == ""
    accounts.close()
