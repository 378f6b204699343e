"""A caller who hangs up ends the work done for them: over a real connection, on the embedded engine."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from graphhunt import queries
from graphhunt.hunt import Hunt
from graphhunt.store.embedded import stop_engine
from tests.api import case
from tests.conftest import small_settings
from tests.ui.serving import served

LONG = (
    "MATCH (a:Process),(b:Process),(c:Process),(d:Process),(e:Process),(f:Process),(g:Process) "
    "WHERE a.pid + b.pid + c.pid + d.pid + e.pid + f.pid + g.pid = -5 RETURN count(*)"
)
PATIENCE = 60
"""Seconds: much longer than ending takes, much shorter than the time the statement may take."""


def running(hunt: Hunt) -> int:
    rows = hunt.store.read(queries.library()["admin/running"])
    return sum(LONG in str(row["currentQuery"]) for row in rows)


@pytest.mark.slow
def test_hanging_up_ends_the_statement(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    with Hunt(tmp_path / "case", settings=small_settings(query_timeout=600.0)) as hunt, served(hunt) as environment:
        hunt.load(case.write(tmp_path / "logs"))
        name, _, value = environment["GRAPHHUNT_COOKIE"].partition("=")
        address = environment["GRAPHHUNT_URL"].split("/?")[0]
        headers = {"Sec-Fetch-Site": "same-origin"}
        client = httpx.Client(base_url=address, cookies={name: value}, headers=headers, timeout=3.0)
        with client, pytest.raises(httpx.ReadTimeout):
            client.post("/api/v1/query", json={"cypher": LONG})
        end = time.monotonic() + PATIENCE
        while running(hunt):
            assert time.monotonic() < end, "it goes on though nobody waits"
            time.sleep(0.05)
    stop_engine(tmp_path / "case")
