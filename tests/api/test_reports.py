"""The report as the page writes in it: the draft, texts and the list, over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.hunt import Hunt
from tests.conftest import small_settings


def test_a_report_is_written_in_and_added_to(real_case: Callable[[str], Path], tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    shutil.copytree(real_case("mordor_theshire_2020"), folder)
    with Hunt(folder, settings=small_settings()) as hunt:
        client = TestClient(create_app(hunt, token="once"), base_url="http://127.0.0.1:8765")
        client.headers["Sec-Fetch-Site"] = "same-origin"
        assert client.get("/?token=once").status_code == 200
        own = client.get("/api/v1/incidents").json()["items"][0]
        at = f"/api/v1/reports/incident/{own['id']}"
        act = client.get(f"/api/v1/incidents/{own['id']}").json()["steps"][0]["id"]
        draft = client.get(f"{at}/draft").json()
        assert (draft["added"], draft["list_version"], draft["written"]) == ([], 0, [])
        made = client.post(f"{at}/items", json={"kind": "search", "refs": ["4697 host:WORKSTATION6"]})
        assert made.status_code == 201
        assert client.post(f"{at}/items", json={"kind": "thought", "refs": ["x"]}).status_code == 422
        # A text that is given under the id of an act of the incident is the incident's.
        by_act = f"/api/v1/reports/incident/{act}"
        assert client.put(f"{by_act}/texts/reach", json={"text": "One <b>site</b>."}).json()["incident"] == own["id"]
        draft = client.get(f"{at}/draft").json()
        assert draft["summary"]["reach"]["text"] == "One <b>site</b>."
        assert [row["refs"] for row in draft["added"]] == [["4697 host:WORKSTATION6"]]
        assert draft["written"] == ["reach"]
        assert client.put(f"{at}/items", json={"items": []}).status_code == 428
        old = client.put(f"{at}/items", json={"items": []}, headers={"If-Match": '"0"'})
        assert (old.status_code, old.json()["current"]["version"]) == (412, draft["list_version"])
        based = {"If-Match": made.headers["etag"]}
        assert client.put(f"{at}/items", json={"items": []}, headers=based).json()["items"] == []
        assert client.delete(f"{at}/texts/reach").json()["text"] == "One <b>site</b>."
        assert client.delete(f"{at}/texts/reach").status_code == 404
        assert client.get("/api/v1/reports/incident/none/draft").status_code == 404


def test_an_acts_command_is_given_whole_and_in_clear(real_case: Callable[[str], Path], tmp_path: Path) -> None:
    """The five payloads of the ground truth fetch from 10.10.10.5, and Rubeus was given a hash on its command line."""
    folder = tmp_path / "workspace"
    shutil.copytree(real_case("mordor_theshire_2020"), folder)
    with Hunt(folder, settings=small_settings()) as hunt:
        client = TestClient(create_app(hunt, token="once"), base_url="http://127.0.0.1:8765")
        client.headers["Sec-Fetch-Site"] = "same-origin"
        client.get("/?token=once")
        own = client.get("/api/v1/incidents").json()["items"][0]["id"]
        cards = client.get(f"/api/v1/incidents/{own}/storyboard").json()["cards"]
        asked = [client.post("/api/v1/commands", json={"processes": card["processes"]}).json() for card in cards]
        found = {item["process"]: item for answer in asked for item in answer["items"]}
        shells = [item for item in found.values() if item["name"] == "powershell.exe"]
        clear = [item["decoded"] for item in shells if item["decoded"]]
        assert len([each for each in clear if any(url.startswith("http://10.10.10.5") for url in each["urls"])]) == 5
        assert all(len(each["text"]) > 1000 for each in clear)
        (secret,) = [item for item in found.values() if "/rc4:" in item["command"]]
        digits = secret["command"].partition("/rc4:")[2][:32]
        assert f"/rc4:{digits[:8]}…" in secret["masked"]
        assert digits not in secret["masked"]
        parts = [part for card in cards for said in (*card["lines"], *card["sentences"]) for part in said["parts"]]
        holding = [part for part in parts if digits in str(part.get("value", ""))]
        assert all(digits not in part["masked"] for part in holding)
