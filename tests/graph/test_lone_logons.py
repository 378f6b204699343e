"""Logons without a LogonId, as sshd, wtmp and osquery tell of them: one each, however many records tell of it."""

from __future__ import annotations

import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.model import Logon
from tests.graph.facts import T0, frames


def logon(**other: object) -> Logon:
    fields = {"time": T0, "host": "web1", "user": "alice", "success": True, "source_ip": "192.0.2.7"} | other
    return Logon(**fields)  # type: ignore[arg-type]


def graph(*facts: Logon, shuffle: int | None = None) -> Graph:
    return build(frames(facts, shuffle))


def ids(found: Graph, kind: str) -> list[str]:
    return sorted(found.relationships[kind]["id"].to_list())


@pytest.mark.parametrize(
    "other",
    [
        {"source_ip": "192.0.2.8"}, {"source_port": 4022}, {"logon_process": "pts/1"}, {"user": "bob"},
        {"time": T0 + 1}, {"host": "web2"},
    ],
    ids=str,
)  # fmt: skip
def test_two_logons_are_two_though_the_second_is_the_same(other: dict[str, object]) -> None:
    found = graph(logon(), logon(**other))
    for kind in ("LOGGED_ON", "REMOTE_LOGON"):
        assert len(found.relationships[kind]) == 2
        assert len(set(ids(found, kind))) == 2
    assert ids(graph(logon(**other), logon(), shuffle=3), "LOGGED_ON") == ids(found, "LOGGED_ON")
    assert set(ids(graph(logon()), "LOGGED_ON")) < set(ids(found, "LOGGED_ON"))


def test_one_logon_told_by_two_records_is_one() -> None:
    found = graph(logon(code="last"), logon(code="logged_in_users"))
    for kind in ("LOGGED_ON", "REMOTE_LOGON"):
        (row,) = found.relationships[kind].to_dicts()
        assert (row["count"], len(row["evidence"])) == (2, 2)
