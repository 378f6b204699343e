"""The one stream of a workspace: what stands when somebody begins to listen, and every change after it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphhunt.case.jobs import Jobs, Tell
from graphhunt.hunt import Hunt
from graphhunt.store.embedded import stop_engine
from tests.api import case
from tests.conftest import small_settings
from tests.ui.serving import PASSWORD, served

WAIT = 300.0
Event = tuple[str, dict[str, Any]]


class Stream:
    """A listener's events, read one by one."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.iter_lines()
        self.ended = False

    def next(self) -> Event | None:
        """Give the next event; None at the stream's end."""
        name = None
        for line in self._lines:
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: ") and name:
                return name, json.loads(line[6:])
        self.ended = True
        return None

    def until(self, name: str, **wanted: Any) -> dict[str, Any]:
        """Give the next event of a name with these values."""
        while (event := self.next()) is not None:
            if event[0] == name and wanted.items() <= event[1].items():
                return event[1]
        pytest.fail(f"the stream ended before {name} {wanted}")


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    folder = tmp_path_factory.mktemp("events") / "workspace"
    with Hunt(folder, settings=small_settings(engine_idle=30.0)) as hunt:
        assert hunt.workspace.events() == 0
        yield hunt
    stop_engine(folder)


@pytest.fixture(scope="module")
def address(hunt: Hunt) -> Iterator[str]:
    with served(hunt) as server:
        yield server["GRAPHHUNT_URL"].split("?")[0].rstrip("/")


@contextmanager
def signed_in(address: str, name: str) -> Iterator[httpx.Client]:
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=WAIT) as client:
        assert client.post("/session", json={"name": name, "password": PASSWORD}).status_code == 200
        yield client


@contextmanager
def listening(client: httpx.Client, seconds: int = 300) -> Iterator[Stream]:
    with client.stream("GET", "/events", params={"seconds": seconds}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


def load(client: httpx.Client, data: bytes) -> str:
    upload = client.post("/uploads", params={"name": "case.json"}, content=data).json()["id"]
    return str(client.post("/imports", json={"uploads": [upload]}).json()["id"])


def lines() -> bytes:
    """Give the case with record numbers that nothing else has."""
    return "".join(json.dumps(item) + "\n" for item in case.records()).encode()


def test_a_listener_hears_of_anothers_load_to_its_end_and_of_the_graph(address: str) -> None:
    with signed_in(address, "ana") as ana, signed_in(address, "lou") as lou, listening(ana) as stream:
        stream.until("jobs")
        mark = stream.until("graph")["mark"]
        job = load(lou, lines())
        events = [stream.next()]
        while events[-1] and not (events[-1][0] == "job" and events[-1][1]["state"] == "succeeded"):
            events.append(stream.next())
        jobs = [data for name, data in filter(None, events) if name == "job"]
        assert {data["id"] for data in jobs} == {job}
        assert [data["sequence"] for data in jobs] == sorted(data["sequence"] for data in jobs)
        assert f"{len(case.records())} events loaded" in jobs[-1]["summary"]
        assert jobs[-1]["result"] is None
        marks = [data["mark"] for name, data in filter(None, events) if name == "graph"] or [
            stream.until("graph")["mark"]
        ]
        assert mark not in marks


def test_whoever_comes_back_hears_what_stands(address: str) -> None:
    with signed_in(address, "ana") as ana, signed_in(address, "lou") as lou:
        with listening(ana) as stream:
            stream.until("jobs")
            job = load(lou, lines())
            stream.until("job", id=job)
        with listening(lou) as own:
            own.until("job", id=job, state="succeeded")
        with listening(ana) as stream:
            listed = stream.until("jobs")["items"]
            assert [(one["state"], one["id"]) for one in listed if one["id"] == job] == [("succeeded", job)]
            assert stream.until("graph")["mark"]


def test_a_load_of_the_command_line_is_heard(address: str, hunt: Hunt, tmp_path: Path) -> None:
    file = tmp_path / "more.json"
    file.write_bytes(lines())
    with signed_in(address, "rex") as rex, listening(rex) as stream:
        before = stream.until("graph")["mark"]
        command = [str(Path(sys.executable).with_name("graphhunt")), "load", str(file), "--workspace", str(hunt.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert stream.until("graph")["mark"] not in ("", before)
        assert rex.get("/status").json()["events"] == hunt.workspace.events()


def test_a_loader_hears_of_own_jobs_only_and_not_of_the_graph(address: str) -> None:
    with signed_in(address, "lou") as lou, signed_in(address, "ana") as ana, listening(lou) as stream:
        assert all(job["author"] == "lou" for job in stream.until("jobs")["items"])
        ana.post("/analyses/measures:run", json={})
        jobs, names = {load(lou, lines()), load(lou, lines())}, set()
        heard: dict[str, str] = {}
        while heard != dict.fromkeys(jobs, "succeeded"):
            event = stream.next()
            assert event is not None
            names.add(event[0])
            if event[0] == "job":
                assert event[1]["id"] in jobs
                heard[event[1]["id"]] = event[1]["state"]
        assert "graph" not in names


def test_a_damaged_graph_is_left_to_whoever_reads_it(address: str, hunt: Hunt) -> None:
    with signed_in(address, "ana") as ana, signed_in(address, "lou") as lou:
        with listening(lou) as own:
            own.until("job", id=load(lou, lines()), state="succeeded")
        current = hunt.folder / "graph" / "current.json"
        whole = current.read_bytes()
        current.write_bytes(whole[:-40])
        try:
            with listening(ana, seconds=2) as stream:
                names = [event[0] for event in iter(stream.next, None)]
            assert "jobs" in names
            assert "graph" not in names
            assert current.read_bytes() == whole[:-40]
        finally:
            current.write_bytes(whole)


def test_the_stream_ends_when_its_time_is_over(address: str) -> None:
    with signed_in(address, "rex") as rex, listening(rex, seconds=1) as stream:
        stream.until("jobs")
        while stream.next() is not None:
            pass
        assert stream.ended


def test_the_stream_ends_with_the_session(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphhunt.api.routes.events._BEAT", math.inf)  # it ends at once, and not with a beat
    with signed_in(address, "ana") as ana, listening(ana) as stream:
        stream.until("jobs")
        with httpx.Client(base_url=f"{address}/api/v1", cookies=ana.cookies) as other:
            assert other.delete("/session", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
        while stream.next() is not None:
            pass
        assert stream.ended
        assert ana.get("/events").status_code == 401


def test_every_change_is_given_once_and_in_order() -> None:
    jobs = Jobs(None)
    gate, told = threading.Event(), threading.Event()

    def work(tell: Tell) -> dict[str, Any]:
        tell.progress("read", 1, 10)
        told.set()
        gate.wait(WAIT)
        return {"n": 1}

    start, none = jobs.changes()
    assert none == []
    job = jobs.submit("load", "a", "ada", work)
    told.wait(WAIT)
    number, changed = jobs.changes(start)
    assert [(one.id, one.state) for one in changed] == [(job.id, "running")]
    assert jobs.changes(number) == (number, [])
    gate.set()
    while (found := jobs.changes(number))[1] == [] or found[1][0].state == "running":
        pass
    assert [(one.id, one.state) for one in found[1]] == [(job.id, "succeeded")]
    jobs.close()


def test_results_are_read_only_when_asked_for() -> None:
    jobs = Jobs(None)
    job = jobs.submit("load", "ü", "ada", lambda _: {"n": [1, 2]})
    while jobs.get(job.id).state != "succeeded":
        pass
    assert [one.result for one in jobs.list()] == [{"n": [1, 2]}]
    (lean,) = jobs.list(result=False)
    assert (lean.title, lean.state, lean.result) == ("ü", "succeeded", None)
    full = jobs.get(job.id)
    assert full.describe() == lean.describe() | {"result": {"n": [1, 2]}}
    assert full.describe(result=False) == lean.describe()
    assert full.result == {"n": [1, 2]}
    jobs.close()
