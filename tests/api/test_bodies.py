"""What a request may cost before anybody knows who sends it: every route, against a real server process."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.gate import WITH_BODY, WORD, Server, operations, running

pytestmark = pytest.mark.slow

HUGE = 300_000_000
"""Bytes announced; most that one route is really sent."""

PUMP = 40 * 2**20
MAY_GROW = 30 * 2**20
PUBLIC = {"getHealth", "signIn"}
JSON = "Content-Type: application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose bodies must arrive quickly, so that a slow one is refused within the test."""
    with running(tmp_path_factory.mktemp("bodies"), GRAPHHUNT_BODY_TIMEOUT="2") as found:
        # What Python loads with the first requests isn't what a body costs.
        for method, path, _ in operations():
            who = f"Authorization: Bearer {found.admin}"
            found.ask(method, path, ["Content-Length: 2", JSON, who], b"{}")
        yield found


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has used yet."""
    with running(tmp_path) as found:
        yield found


def test_a_big_body_from_nobody_costs_no_memory_on_any_route(untouched: Server) -> None:
    server = untouched
    before = server.memory()
    asked = 0
    for method, path, operation in [*operations(), ("POST", "/", ""), ("POST", "/api/v1/nothing", "")]:
        for length in (f"Content-Length: {HUGE}", "Transfer-Encoding: chunked"):
            chunked = length.startswith("T")
            # An announced body is answered before its first byte; so is one in chunks where nobody may ask.
            early = None
            if not (chunked and operation in PUBLIC):
                early = server.ask(method, path, [length, JSON])
            answer = server.ask(method, path, [length, JSON], b'{"a": "', pump=PUMP, chunked=chunked)
            for found in filter(None, (early, answer)):
                where = (method, path, length, found)
                assert found.sent < PUMP, where
                assert found.headers.get("connection") == "close", where
                if operation == "getHealth" and chunked:
                    assert found.status == 200, where  # its body is nobody's, and is not read
                else:
                    assert found.status in (401, 413) or (not operation and found.status in (404, 405)), where
                    assert found.problem["status"] == found.status
            assert server.memory() - before < MAY_GROW, (method, path, length)
            asked += 1
    assert asked >= 140


def test_a_big_body_of_somebody_is_refused_on_every_route_but_uploads(server: Server) -> None:
    before = server.memory()
    for method, path, operation in operations():
        if operation == "upload":
            continue
        for length in (f"Content-Length: {HUGE}", "Transfer-Encoding: chunked"):
            if length.startswith("T") and operation not in WITH_BODY:
                continue  # has no body of its own: it answers, and reads nothing
            headers = [length, JSON, f"Authorization: Bearer {server.admin}",
                       'If-Match: "1"', "Idempotency-Key: x"]  # fmt: skip
            answer = server.ask(method, path, headers, b'{"a": "', pump=PUMP, chunked=length.startswith("T"))
            assert answer.status == 413, (method, path, length, answer)
            assert "bytes" in str(answer.problem["detail"])
    assert server.memory() - before < MAY_GROW


def test_a_body_just_within_the_limit_is_read(server: Server) -> None:
    state = "s" * 999_999
    body = json.dumps({"state": state}).encode()
    headers = [
        f"Content-Length: {len(body)}",
        JSON,
        f"Authorization: Bearer {server.admin}",
    ]
    assert server.ask("POST", "/api/v1/views", headers, body).status == 201


def test_the_longest_name_and_password_fit_however_they_are_escaped(server: Server) -> None:
    body = json.dumps({"name": "\U0001f600" * 64, "password": "\U0001f600" * 1000}).encode("ascii")
    assert len(body) > 12_000
    headers = [f"Content-Length: {len(body)}", JSON]
    assert server.ask("POST", "/api/v1/session", headers, body).status == 401


def test_a_slow_body_is_given_up(server: Server) -> None:
    for operation, path, who in (("signIn", "/api/v1/session", []),
                                 ("runQuery", "/api/v1/query", [f"Authorization: Bearer {server.admin}"]),
                                 ("upload", "/api/v1/uploads?name=a.log", [f"Authorization: Bearer {server.admin}"]),
                                 ):  # fmt: skip
        for length in ("Content-Length: 100", "Transfer-Encoding: chunked"):
            answer = _unfinished(server, path, [length, JSON, *who])
            assert answer == 408, (operation, length)
    listed = server.ask("GET", "/api/v1/uploads", [f"Authorization: Bearer {server.admin}"])
    assert json.loads(listed.body)["items"] == []
    assert "Traceback" not in server.log.read_text()


def _unfinished(server: Server, path: str, headers: list[str]) -> int:
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall("\r\n".join(head).encode())
        line.sendall(b"5\r\n" if "chunked" in str(headers) else b"{")
        text = line.recv(2**16)
        return int(text.split()[1])


@pytest.mark.parametrize("depth", [65, 900, 5000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused_on_every_route(server: Server, depth: int, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deep = opening * depth + "1" + closing * depth
    for wrapped in (deep, json.dumps({"cypher": "RETURN 1", "name": "x", "password": WORD, "params": 0}).replace(
        '"params": 0', f'"params": {{"a": {deep}}}')):  # fmt: skip
        body = wrapped.encode()
        for method, path, operation in operations():
            if operation not in WITH_BODY:
                continue
            headers = [f"Content-Length: {len(body)}", JSON,
                       f"Authorization: Bearer {server.admin}", 'If-Match: "1"']  # fmt: skip
            answer = server.ask(method, path, headers, body)
            assert answer.status in (400, 413), (method, path, answer)
            assert answer.problem["type"] in ("urn:graphhunt:problem:nesting", "urn:graphhunt:problem:limit")
    assert "Traceback" not in server.log.read_text()


def test_brackets_in_text_are_not_nesting(server: Server) -> None:
    body = json.dumps({"state": '[{"\\' * 1000}).encode()
    headers = [
        f"Content-Length: {len(body)}",
        JSON,
        f"Authorization: Bearer {server.admin}",
    ]
    assert server.ask("POST", "/api/v1/views", headers, body).status == 201


def test_ten_thousand_parts_are_no_more_than_text(server: Server) -> None:
    before = server.memory()
    body = b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"; filename="%d"\r\n\r\nx\r\n' % (n, n)
                    for n in range(10_000)) + b"--b--\r\n"  # fmt: skip
    body = body.ljust(900_000)
    for method, path, operation in operations():
        if operation in WITH_BODY:
            for kind in ("multipart/form-data; boundary=b", FORM):
                headers = [f"Content-Length: {len(body)}", f"Content-Type: {kind}",
                           f"Authorization: Bearer {server.admin}", 'If-Match: "1"']  # fmt: skip
                answer = server.ask(method, path, headers, body)
                assert 400 <= answer.status < 500, (method, path, answer)
    assert server.memory() - before < MAY_GROW


@pytest.mark.parametrize("head", [["X: " + "x" * 200_000], [f"X{n}: y" for n in range(20_000)]])
def test_large_heads_are_refused(server: Server, head: list[str]) -> None:
    before = server.memory()
    for _ in range(20):
        assert 400 <= server.ask("GET", "/api/v1/health", head).status < 500
    assert 400 <= server.ask("GET", "/" + "a" * 200_000).status < 500
    assert server.memory() - before < MAY_GROW
