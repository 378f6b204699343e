"""Long work over HTTP: uploads, imports, analyses; progress as it happens, cancellation, what a restart shows."""

from __future__ import annotations

import functools
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphhunt.api import work
from graphhunt.api.app import create_app
from graphhunt.case.jobs import ENDED, Jobs, Tell, Uploads
from graphhunt.errors import CancelledError, LimitError, MissingError, UsageError
from graphhunt.hunt import Hunt
from graphhunt.smalldb import SmallDatabase
from graphhunt.store.embedded import stop_engine
from tests.api import case
from tests.api.conftest import ADDRESS, API_TOKEN
from tests.conftest import small_settings

WAIT = 60.0


def until(what: Callable[[], Any]) -> Any:
    """Wait until something is so, and give it."""
    ends = time.monotonic() + WAIT
    while time.monotonic() < ends:
        if found := what():
            return found
        time.sleep(0.02)
    pytest.fail("waited in vain")


def ended(jobs: Jobs, job_id: str) -> str:
    return str(until(lambda: (s := jobs.get(job_id).state) in ENDED and s))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    """A workspace with nothing in it."""
    folder = tmp_path_factory.mktemp("imports") / "workspace"
    with Hunt(folder, settings=small_settings(engine_idle=30.0, upload_bytes=200_000)) as hunt:
        assert hunt.workspace.events() == 0
        yield hunt
    stop_engine(folder)


@pytest.fixture(scope="module")
def server(empty: Hunt) -> Iterator[TestClient]:
    """A client of a server on the workspace, with the case loaded, so that tests run in any order."""
    app = create_app(empty, token="t", api_tokens=[API_TOKEN], folder=empty.workspace.path)
    with TestClient(app, base_url=ADDRESS, headers={"Authorization": f"Bearer {API_TOKEN}"}) as client:
        upload = send(client, "first.json", case_bytes())
        assert finished(client, client.post("/api/v1/imports", json={"uploads": [upload]}).json()["id"])
        yield client


def send(server: TestClient, name: str, data: bytes) -> str:
    answer = server.post("/api/v1/uploads", params={"name": name}, content=data)
    assert answer.status_code == 201, answer.text
    assert answer.json()["size"] == len(data)
    return str(answer.json()["id"])


def finished(server: TestClient, job_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        job = server.get(f"/api/v1/jobs/{job_id}").json()
        return job if job["state"] in ENDED else None

    return dict(until(look))


def fresh_bytes() -> bytes:
    """Give the case's file with record numbers, and so events, that nothing else has."""
    return "".join(json.dumps(item) + "\n" for item in case.records()).encode()


@functools.cache
def case_bytes() -> bytes:
    """Give the file that the server has loaded."""
    return fresh_bytes()


def test_uploads_are_loaded_as_the_command_line_loads_them(server: TestClient, empty: Hunt) -> None:
    before = empty.workspace.events()
    upload = send(server, "case.json", fresh_bytes())
    waiting = server.get("/api/v1/uploads").json()
    assert [(u["id"], u["name"]) for u in waiting["items"]] == [(upload, "case.json")]
    assert waiting["limit"] == 200_000
    wanted = {"uploads": [upload]}
    begun = server.post("/api/v1/imports", json=wanted, headers={"Idempotency-Key": "one"})
    assert begun.status_code == 202
    job = finished(server, begun.json()["id"])
    assert begun.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["state"], job["kind"], job["title"]) == ("succeeded", "load", "load case.json")
    assert job["result"]["events_loaded"] == len(case.records())
    assert job["result"]["nodes"]["Machine"] == 3
    assert job["phase"]
    assert server.get("/api/v1/status").json()["events"] == before + len(case.records())
    assert server.get("/api/v1/uploads").json()["items"] == []
    again = server.post("/api/v1/imports", json=wanted, headers={"Idempotency-Key": "one"})
    assert again.json()["id"] == job["id"]
    assert server.post("/api/v1/imports", json=wanted).status_code == 404
    found = server.get("/api/v1/search", params={"q": "machine:alpha"}).json()
    assert found["groups"][0]["items"][0]["id"] == "alpha"


def test_an_unknown_file_is_told_of_and_nothing_is_kept(server: TestClient, empty: Hunt) -> None:
    before = empty.workspace.events()
    upload = send(server, "picture.evtx.png", b"\x89PNG\r\n\x1a\n" + bytes(1000))
    job = finished(server, server.post("/api/v1/imports", json={"uploads": [upload]}).json()["id"])
    assert job["state"] == "succeeded"
    assert (job["result"]["files"], job["result"]["files_rejected"], job["warned"]) == (0, 1, 1)
    assert "picture.evtx.png" in job["warnings"][0]
    assert empty.workspace.events() == before
    assert not list((empty.folder / "uploads").iterdir())


def test_the_demonstration_is_loaded_by_one_request(server: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is another file here; that of `graphhunt demo` takes a while to load."""

    def write(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "demo.json").write_bytes(case_bytes())

    monkeypatch.setattr(work, "generate_demo", write)
    job = finished(server, server.post("/api/v1/demo").json()["id"])
    assert (job["state"], job["kind"], job["title"]) == ("succeeded", "load", "load the demonstration")
    assert (job["result"]["files"], job["result"]["files_rejected"]) == (1, 0)


def test_a_job_streams_its_progress_and_its_end(server: TestClient) -> None:
    upload = send(server, "again.json", case_bytes())
    job = server.post("/api/v1/imports", json={"uploads": [upload]}).json()["id"]
    events = []
    with server.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                events.append([line[7:]])
            elif line.startswith("data: "):
                events[-1].append(json.loads(line[6:]))
    assert events[-1][0] == "end"
    assert events[-1][1]["state"] == "succeeded"
    assert events[-1][1]["result"]["events_loaded"] == 0
    assert events[-1][1]["result"]["events_skipped"]["duplicate"] == len(case.records())
    assert all(name == "progress" for name, *_ in events[:-1])


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a\\b", "c:x", "a\nb", "\u202etxt.exe", "x" * 300, " . "])
def test_names_that_are_no_file_names_are_refused(server: TestClient, name: str, empty: Hunt) -> None:
    answer = server.post("/api/v1/uploads", params={"name": name}, content=b"x")
    assert answer.status_code == 422
    assert server.get("/api/v1/uploads").json()["items"] == []


def test_uploads_have_a_limit_announced_or_not(server: TestClient, empty: Hunt) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 10_000

    for body in (b"x" * 200_001, parts()):
        answer = server.post("/api/v1/uploads", params={"name": "big.json"}, content=body)
        assert answer.status_code == 413
        assert "200,000" in answer.json()["detail"]
    assert server.post("/api/v1/uploads", params={"name": "none.json"}, content=b"").status_code == 422
    assert not list((empty.folder / "uploads").iterdir())


def test_an_upload_can_be_taken_back(server: TestClient) -> None:
    upload = send(server, "x.json", b"{}")
    assert server.delete(f"/api/v1/uploads/{upload}").status_code == 204
    assert server.delete(f"/api/v1/uploads/{upload}").status_code == 404
    assert server.delete("/api/v1/uploads/..").status_code in (404, 405)
    assert server.post("/api/v1/imports", json={"uploads": [upload]}).status_code == 404
    assert server.post("/api/v1/imports", json={"uploads": [upload], "format": "none"}).status_code == 422


def test_an_analysis_runs_as_a_job_and_can_be_undone(server: TestClient) -> None:
    names = [a["name"] for a in server.get("/api/v1/analyses").json()["items"]]
    assert "measures" in names
    assert server.post("/api/v1/analyses/none:run", json={}).status_code == 422
    assert server.post("/api/v1/analyses/measures:run", json={"parameters": {"x": 1}}).status_code == 422
    begun = server.post("/api/v1/analyses/measures:run", json={})
    job = finished(server, begun.json()["id"])
    assert (job["state"], job["result"]["written"]) == ("succeeded", {"Machine": 3})
    why = server.get("/api/v1/entities/Machine/bravo/why").json()
    measures = next(r for r in why["rankings"] if r["analysis"] == "measures")
    degree = next(f for f in measures["facts"] if f["property"] == "measure_degree")
    assert degree["value"] == 2
    assert degree["meaning"] == "nodes it is linked to by the measured relations"
    runs = server.get("/api/v1/analyses/runs", params={"name": "measures"}).json()["items"]
    assert [(r["state"], r["counts"]) for r in runs] == [("current", {"Machine": 3})]
    assert server.post("/api/v1/analyses/measures:undo").json()["current"] is None
    nothing = server.get("/api/v1/entities/Machine/bravo/why").json()
    assert nothing["rankings"] == []
    assert nothing["reason"] or nothing["logons"]  # another test may have hunted
    assert server.get("/api/v1/entities/Machine/none/why").status_code == 404


def test_a_statement_about_identities_is_a_job_and_can_be_taken_back(server: TestClient) -> None:
    def said(**wanted: str) -> dict[str, Any]:
        return finished(server, server.post("/api/v1/identity/statements", json=wanted).json()["id"])

    job = said(verdict="join", a="alpha", b="bravo", reason="one box")
    assert job["state"] == "succeeded"
    assert server.get("/api/v1/entities/Machine/bravo").status_code == 404
    assert said(verdict="undo", a=job["result"]["id"])["state"] == "succeeded"
    assert server.get("/api/v1/entities/Machine/bravo").status_code == 200
    rows = server.get("/api/v1/identity/statements").json()["items"]
    assert [(row["verdict"], row["standing"], row["reason"]) for row in rows] == [
        ("join", False, "one box"), ("undo", True, ""),
    ]  # fmt: skip
    assert said(verdict="join", a="alpha", b="nosuch")["state"] == "failed"


def test_what_a_statement_about_identities_would_change_is_told_and_not_done(server: TestClient) -> None:
    wanted = {"verdict": "join", "a": "alpha", "b": "bravo"}
    before = server.get("/api/v1/identity/statements").json()
    (move,) = server.post("/api/v1/identity/preview", json=wanted).json()["items"]
    assert [move[name] for name in ("entity", "before", "after")] == ["machine", "bravo", "alpha"]
    assert move["records"] >= len(move["evidence"]) > 0
    for event in move["evidence"]:
        assert server.get(f"/api/v1/evidence/{event}").json()["record"]
    assert server.get("/api/v1/identity/statements").json() == before
    known = server.get("/api/v1/identity/machine/bravo").json()
    assert [text.partition(".")[0].casefold() for text in known["spellings"]] == ["bravo"]
    assert server.post("/api/v1/identity/preview", json=wanted | {"b": "nosuch"}).status_code == 422


def test_jobs_are_listed_newest_first_in_pages(server: TestClient) -> None:
    for number in range(3):
        upload = send(server, f"{number}.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
        finished(server, server.post("/api/v1/imports", json={"uploads": [upload]}).json()["id"])
    whole = [job["id"] for job in server.get("/api/v1/jobs").json()["items"]]
    first = server.get("/api/v1/jobs", params={"limit": 2}).json()
    second = server.get("/api/v1/jobs", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [job["id"] for job in first["items"] + second["items"]] == whole[:4]
    assert server.get("/api/v1/jobs/" + "0" * 16).status_code == 404


def test_a_running_job_is_cancelled_and_a_waiting_one_never_begins() -> None:
    jobs = Jobs(None)
    entered, done = threading.Event(), []

    def long(tell: Tell) -> dict[str, Any]:
        entered.set()
        while True:
            tell.progress("count", 1, 10, 5)
            time.sleep(0.01)

    def short(tell: Tell) -> dict[str, Any]:
        done.append(1)
        return {}

    first, second = jobs.submit("load", "a", "ada", long), jobs.submit("load", "b", "ada", short)
    entered.wait(WAIT)
    assert jobs.get(first.id).state == "running"
    assert jobs.cancel(second.id).state == "cancelled", "it doesn't wait for its turn to be called off"
    jobs.cancel(first.id)
    assert (ended(jobs, first.id), ended(jobs, second.id)) == ("cancelled", "cancelled")
    assert done == []
    assert (jobs.get(first.id).phase, jobs.get(first.id).events) == ("count", 5)
    assert jobs.cancel(first.id).state == "cancelled"
    with pytest.raises(MissingError):
        jobs.cancel("0" * 16)
    jobs.close()


def test_a_load_is_cancelled_midway_and_completed_by_the_next(tmp_path: Path) -> None:
    logs, folder = tmp_path / "logs", tmp_path / "workspace"
    logs.mkdir()
    case.write(logs)
    with Hunt(folder, settings=small_settings()) as hunt:

        def stop(phase: str, done: int, total: int, events: int) -> None:
            raise CancelledError("stopped")

        with pytest.raises(CancelledError):
            hunt.load(logs, progress=stop)
        assert hunt.load(logs)["nodes"]["Machine"] == 3
        assert hunt.workspace.events() == len(case.records())
    stop_engine(folder)


def test_failures_are_told_in_words_and_the_worker_goes_on() -> None:
    jobs = Jobs(None)

    def known(tell: Tell) -> dict[str, Any]:
        raise UsageError("this is wrong")

    def unknown(tell: Tell) -> dict[str, Any]:
        return {"x": 1 / 0}

    found = [jobs.submit("load", "x", "ada", work) for work in (known, unknown, lambda tell: {"fine": True})]
    assert [ended(jobs, job.id) for job in found] == ["failed", "failed", "succeeded"]
    assert jobs.get(found[0].id).error == "this is wrong"
    assert "ZeroDivisionError" in str(jobs.get(found[1].id).error)
    assert jobs.get(found[2].id).result == {"fine": True}
    jobs.close()


def test_a_restart_says_which_jobs_died(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "jobs.db")
    job = jobs.submit("load", "x", "ada", lambda tell: {"n": 1})
    assert ended(jobs, job.id) == "succeeded"
    jobs.close()
    database = SmallDatabase(tmp_path / "jobs.db", ("",))
    dead = {**job.describe(), "id": "d" * 16, "state": "running", "result": None, "ended": None}
    for process in ("1:0.00", "4194303:1.00"):
        dead["id"] = process[0] * 16
        database.run(
            "INSERT INTO job VALUES (?, 5, 'running', ?, 'ada', NULL, ?)", (dead["id"], process, json.dumps(dead))
        )
    database.close()
    after = Jobs(tmp_path / "jobs.db")
    assert after.get(job.id).result == {"n": 1}
    for key in ("1" * 16, "4" * 16):
        assert after.get(key).state == "failed"
        assert "server stopped" in str(after.get(key).error)
    after.close()


def test_too_many_waiting_jobs_are_refused() -> None:
    jobs = Jobs(None)
    gate = threading.Event()
    for _ in range(100):
        jobs.submit("load", "x", "ada", lambda tell: {"ok": gate.wait(WAIT)})
    with pytest.raises(LimitError):
        jobs.submit("load", "x", "ada", lambda tell: {})
    gate.set()
    jobs.close()


def test_forgotten_uploads_are_removed(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", 100)
    receiving = uploads.begin("a.json")
    receiving.write(b"x")
    kept = receiving.finish()
    assert uploads.path(kept.id).read_bytes() == b"x"
    import os

    os.utime(tmp_path / "uploads" / kept.id, (1, 1))
    with pytest.raises(MissingError):
        Uploads(tmp_path / "uploads", 100).path(kept.id)


def test_hunts_are_listed_asked_and_run(server: TestClient) -> None:
    names = [hunt["name"] for hunt in server.get("/api/v1/hunts").json()["items"]]
    assert names[0] == "lateral-movement"
    assert "pivot/ask/machine/reached" in names
    asked = server.post("/api/v1/hunts:ask", json={"name": "pivot/ask/machine/reached", "parameters": {"id": "bravo"}})
    assert [row["node"]["id"] for row in asked.json()["rows"]] == ["charlie"]
    assert server.post("/api/v1/hunts:ask", json={"name": "none"}).status_code == 422
    job = finished(server, server.post("/api/v1/hunts:run", json={"name": "lateral-movement"}).json()["id"])
    assert job["state"] == "succeeded"
    assert [hop["to"].lower() for finding in job["result"]["findings"] for hop in finding["hops"]]
    why = server.get("/api/v1/entities/Machine/charlie/why").json()["logons"]
    assert [(logon["start_ref"]["id"], logon["end_ref"]["id"], logon["user"]) for logon in why] == [
        ("bravo", "charlie", "grace")
    ]
    assert any("class" in words for words in why[0]["words"])
