"""One signed-in analyst throws a statement without end, sixteen at once: what the others and the log see of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from graphhunt.hunt import Hunt
from graphhunt.store.embedded import stop_engine
from graphhunt.store.places import Places
from tests.api import case
from tests.conftest import small_settings
from tests.security import bombs
from tests.ui.serving import PASSWORD, served

PATIENCE = 60.0
"""Seconds: many times what ending and starting the engine takes, on a machine with other work to do."""


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    folder = tmp_path_factory.mktemp("lockout")
    (folder / "logs").mkdir()
    settings = small_settings(query_timeout=2.0, query_wait=1.0, engine_idle=60.0)
    with Hunt(folder / "case", settings=settings) as found:
        found.load(case.write(folder / "logs"))
        yield found
    stop_engine(folder / "case")


class Server:
    """The served case and who is signed in there."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._clients = contextlib.ExitStack()
        self.address = environment["GRAPHHUNT_URL"].split("/?")[0] + "/api/v1"
        name, _, value = environment["GRAPHHUNT_COOKIE"].partition("=")
        self.owner = self._client({name: value})

    def _client(self, cookies: dict[str, str]) -> httpx.Client:
        headers = {"Sec-Fetch-Site": "same-origin"}
        client = httpx.Client(base_url=self.address, cookies=cookies, headers=headers, timeout=PATIENCE)
        return self._clients.enter_context(client)

    def close(self) -> None:
        self._clients.close()

    def signed_in(self, name: str) -> httpx.Client:
        client = self._client({})
        answer = client.post("/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code < 300, answer.text
        return client


@pytest.fixture
def server(hunt: Hunt) -> Iterator[Server]:
    with served(hunt, hunt.folder) as environment:
        found = Server(environment)
        yield found
        found.close()


def attack(client: httpx.Client) -> list[httpx.Response]:
    answers: list[httpx.Response] = []
    ask = lambda: answers.append(client.post("/query", json={"cypher": bombs.KINDS["any"]}))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(bombs.AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def asked_meanwhile(owner: httpx.Client, over: threading.Event) -> Iterator[dict[str, Any]]:
    while not over.wait(0.1):
        search = owner.get("/search", params={"q": "bravo"})
        query = owner.post("/query", json={"cypher": "RETURN 1 AS one"})
        yield {"search": search.status_code, "query": query.json().get("rows")}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_an_analyst_locks_nobody_out(hunt: Hunt, server: Server) -> None:
    ana, over = server.signed_in("ana"), threading.Event()
    answers: list[httpx.Response] = []

    def work() -> None:
        answers.extend(attack(ana))
        over.set()

    attacking = threading.Thread(target=work)
    attacking.start()
    seen = list(asked_meanwhile(server.owner, over))
    attacking.join()
    assert seen
    assert all(one == {"search": 200, "query": [{"one": 1}]} for one in seen)

    ends = sorted(answer.status_code for answer in answers)
    assert set(ends) == {413, 429}
    assert ends.count(413) >= 2
    for answer in answers:
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.json()["type"] == "urn:graphhunt:problem:busy"
        else:
            assert "couldn't be ended" in answer.json()["detail"]
    assert bombs.wait_until(lambda: Places(hunt.folder).seats() == [])
    assert bombs.busy_threads(hunt.store) == 0

    lines = [row for row in server.owner.get("/audit").json()["items"] if row["action"] == "endEngine"]
    assert lines
    assert {(row["who"], row["target"]) for row in lines} == {("ana", bombs.KINDS["any"])}
