"""`graphhunt serve`: what requests use is imported before the first one comes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from graphhunt.store.embedded import stop_engine
from tests.store.test_start_up import WATCHED, load, logon, not_of_python


@pytest.mark.slow
def test_no_thread_of_a_server_imports_what_isnt_python_itself(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text("".join(map(logon, range(3))), encoding="utf-8")
    assert load(tmp_path / "ws", tmp_path / "one.jsonl").returncode == 0
    command = [sys.executable, "-c", WATCHED, "--workspace", str(tmp_path / "ws"), "serve", "--json"]
    environment = {**os.environ, "GRAPHHUNT_ENGINE_MEMORY_MB": "256", "XDG_STATE_HOME": str(tmp_path)}
    server = subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        text = ""
        while not text.endswith("}\n"):
            text += server.stdout.readline()
        answers = ask(json.loads(text)["url"], (tmp_path / "one.jsonl").read_bytes())
    finally:
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=120)
        stop_engine(tmp_path / "ws")
    assert {name: code for name, code in answers.items() if code >= 300} == {}
    # Polars imports small modules of its own, which import nothing that imports them, at the first use of a format.
    assert [name for name in not_of_python(said) if not name.startswith("polars._utils.")] == []
    assert "Traceback" not in said


def ask(url: str, log: bytes) -> dict[str, int]:
    """Use the server as the page does; give the status of each answer."""
    with httpx.Client(follow_redirects=True, timeout=120, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        found = {"page": client.get(url).status_code}
        base = url.partition("/?")[0] + "/api/v1"
        for path in ("status", "coverage", "search?q=user1", "analyses", "hunts", "tables", "tables/User?form=arrow"):
            found[path] = client.get(f"{base}/{path}").status_code
        asked = {
            "paths": {}, "hunts:ask": {"name": "lateral-movement"}, "hunts:run": {"name": "lateral-movement"},
            "query": {"cypher": "MATCH (n) RETURN n LIMIT 1"}, "analyses/measures:run": {}, "analyses/sessions:run": {},
        }  # fmt: skip
        for path, body in asked.items():
            found[path] = client.post(f"{base}/{path}", json=body).status_code
        upload = client.post(f"{base}/uploads?name=two.jsonl", content=log.replace(b"user1", b"user9"))
        job = client.post(f"{base}/imports", json={"uploads": [upload.json()["id"]]})
        found |= {"upload": upload.status_code, "import": job.status_code}
        state = "queued"
        while state in ("queued", "running"):
            state = client.get(f"{base}/jobs/{job.json()['id']}").json()["state"]
        found["job"] = 200 if state == "succeeded" else 500
    return found
