"""Errors have one shape; limits are said."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.errors import AccessError, GraphhuntError, LimitError, QueryError, StoreError, UsageError
from tests.api.conftest import ADDRESS
from tests.conftest import small_settings

BRAVO = "/api/v1/entities/Machine/bravo"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/nothing", None, 404),
        ("GET", "/api/v1/entities/Nothing/x", None, 422),
        ("GET", "/api/v1/entities/Machine/none", None, 404),
        ("GET", "/api/v1/search", None, 422),
        ("GET", "/api/v1/search?q=x&kinds=Planet", None, 422),
        ("GET", "/api/v1/search?q=x&limit=100000", None, 422),
        ("GET", f"{BRAVO}/counts?since=yesterday", None, 422),
        ("GET", f"{BRAVO}/neighbors?relation=RAN&neighbour_kind=Process&cursor=!!!", None, 422),
        ("GET", f"{BRAVO}/neighbors?relation=RAN&neighbour_kind=Process&cursor=eyJhIjoxfQ", None, 422),
        ("GET", f"{BRAVO}/neighbors?relation=RAN&neighbour_kind=Process&limit=0", None, 422),
        ("GET", f"{BRAVO}/neighbors?relation=RAN&neighbour_kind=Process&limit=1001", None, 422),
        ("POST", "/api/v1/graph", {"nodes": [{"kind": "Nothing", "id": "x"}]}, 422),
        ("POST", "/api/v1/graph", {"nodes": [], "admin": True}, 422),
        ("POST", "/api/v1/graph", {"nodes": [{"kind": "Machine", "id": "x"}] * 5001}, 422),
        ("POST", "/api/v1/paths", {"max_hops": 0}, 422),
        ("POST", "/api/v1/query", {"cypher": "MATCH (n RETURN n"}, 400),
        ("DELETE", "/api/v1/search?q=x", None, 405),
        ("POST", "/index.html", None, 405),
    ],
)
def test_errors_are_problem_details(client: TestClient, method: str, path: str, body: object, status: int) -> None:
    answer = client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"].startswith("urn:graphhunt:problem:")
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == path.partition("?")[0]


def test_validation_names_every_fault(client: TestClient) -> None:
    errors = client.post("/api/v1/paths", json={"max_hops": 0, "k": 10_000}).json()["errors"]
    assert {error["in"] for error in errors} == {"body.max_hops", "body.k"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("u", hint="try v"), 422), (AccessError("a"), 403), (LimitError("l"), 413),
        (QueryError("q", where="file:1"), 400), (StoreError("s"), 503), (GraphhuntError("g"), 500),
    ],
)  # fmt: skip
def test_each_family_of_errors_has_its_status(error: GraphhuntError, status: int) -> None:
    answer = failing(error).get("/api/v1/status", headers={"Authorization": "Bearer gh"})
    assert answer.status_code == status
    assert answer.json()["detail"] == error.message
    assert answer.json().get("hint") == error.hint
    assert answer.json().get("where") == error.where


def test_a_fault_of_ours_tells_the_log_and_not_the_user(caplog: pytest.LogCaptureFixture) -> None:
    answer = failing(RuntimeError("password=hunter2")).get("/api/v1/status", headers={"Authorization": "Bearer gh"})
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["trace_id"] in caplog.text
    assert answer.headers["content-security-policy"]


def failing(error: Exception) -> TestClient:
    """Give a client of a server whose hunt fails."""

    class Failing:
        settings = small_settings()
        folder = Path()

        def status(self, **_asked: bool) -> None:
            raise error

    app = create_app(Failing(), token="t", api_tokens=["gh"])  # type: ignore[arg-type]
    return TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
