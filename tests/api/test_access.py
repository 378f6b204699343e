"""Who is let in: the one-time link, cookies, scripts' tokens, other hosts and other sites."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from graphhunt.api.access import PUBLIC_API, Access
from tests.api.conftest import API_TOKEN


def test_link_is_exchanged_for_a_cookie_and_leaves_the_address(stranger: TestClient) -> None:
    answer = stranger.get("/?token=once&x=1", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?x=1"
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("graphhunt_8765=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "once" not in cookie


def test_link_works_once(stranger: TestClient) -> None:
    stranger.get("/?token=once", follow_redirects=False)
    assert stranger.get("/api/v1/schema").status_code == 200
    stranger.cookies.clear()
    again = stranger.get("/?token=once", follow_redirects=False)
    assert again.status_code == 403
    assert "used" in again.text
    assert stranger.get("/api/v1/schema").status_code == 401


def test_used_link_still_opens_the_page_of_its_own_browser(client: TestClient) -> None:
    assert client.get("/?token=once", follow_redirects=False).status_code == 303


def test_prefetch_does_not_use_the_link_up(stranger: TestClient) -> None:
    stranger.get("/?token=once", headers={"Sec-Purpose": "prefetch"})
    assert stranger.get("/?token=once", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("token", ["", "wrong", "once ", "ONCE"])
def test_wrong_token_gives_no_session(stranger: TestClient, token: str) -> None:
    stranger.get("/", params={"token": token}, follow_redirects=False)
    assert stranger.get("/api/v1/schema").status_code == 401


def test_scripts_use_a_bearer_token(stranger: TestClient) -> None:
    assert stranger.get("/api/v1/schema", headers={"Authorization": f"Bearer {API_TOKEN}"}).status_code == 200
    for bad in ("Bearer gh_other", f"Basic {API_TOKEN}", API_TOKEN, "Bearer once"):
        assert stranger.get("/api/v1/schema", headers={"Authorization": bad}).status_code == 401


def test_every_route_needs_a_session(stranger: TestClient) -> None:
    """No route is forgotten: the list comes from the application itself."""
    document = stranger.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {API_TOKEN}"}).json()
    asked = 0
    for path, operations in document["paths"].items():
        concrete = path.replace("{", "").replace("}", "")
        for method in operations:
            answer = stranger.request(method, concrete)
            public = (method.upper(), path) in PUBLIC_API
            assert (answer.status_code in (200, 422)) if public else answer.status_code == 401, (method, path)
            asked += 1
    assert asked >= 20
    assert stranger.get("/api/v1/openapi.json").status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8765", "localhost.evil.example", "0.0.0.0:8765", "", "[::2]:8765"]
)
def test_other_host_names_are_refused(client: TestClient, host: str) -> None:
    """DNS rebinding: the browser sends the attacker's name, even with our cookie."""
    answer = client.get("/api/v1/schema", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST:8765"])
def test_loopback_names_are_answered(stranger: TestClient, host: str) -> None:
    answer = stranger.get("/api/v1/schema", headers={"Host": host, "Authorization": f"Bearer {API_TOKEN}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8765"])
def test_other_origins_are_refused(client: TestClient, origin: str) -> None:
    answer = client.post("/api/v1/views", json={"state": "x"}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert client.post("/api/v1/views", json={"state": "x"}, headers={"Origin": "http://127.0.0.1:8765"}).is_success


def test_who_is_refused_behind_a_proxy_is_told_the_setting(client: TestClient) -> None:
    """The browser says https, and what arrives here is http."""
    own = client.post("/api/v1/views", json={"state": "x"}, headers={"Origin": "https://127.0.0.1"})
    assert (own.status_code, "trusted_proxies" in own.json()["hint"]) == (403, True)
    for origin in ("https://evil.example", "null", "https://["):
        foreign = client.post("/api/v1/views", json={"state": "x"}, headers={"Origin": origin})
        assert (foreign.status_code, "hint" in foreign.json()) == (403, False)


def test_requests_made_by_other_sites_are_refused(client: TestClient) -> None:
    assert client.get("/api/v1/schema", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/api/v1/schema", headers={"Sec-Fetch-Site": "same-site"}).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_headers_are_on_every_answer(stranger: TestClient) -> None:
    for path, headers in (("/", {}), ("/api/v1/schema", {}), ("/nothing", {}), ("/", {"Host": "evil.example"})):
        found = stranger.get(path, headers=headers).headers
        policy = found["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert found["x-content-type-options"] == "nosniff"
        assert found["referrer-policy"] == "no-referrer"
    assert stranger.get("/api/v1/health").headers["cache-control"] == "no-store"


def test_swagger_pages_from_a_cdn_are_off(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert "swagger" not in client.get(path).text.lower()


def test_tokens_are_kept_as_hashes_only() -> None:
    access = Access("secret-token", ["gh_secret"])
    session = access.exchange("secret-token")
    assert session is not None
    assert "secret" not in repr(vars(access))
    assert session not in repr(vars(access))
    assert access.exchange("secret-token") is None
    assert access.exchange(access.new_link_token()) not in (None, session)


def test_no_route_has_two_meanings(stranger: TestClient) -> None:
    document = stranger.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {API_TOKEN}"}).json()
    ids = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(ids) == len(set(ids))
    assert document["openapi"].startswith("3.1")
