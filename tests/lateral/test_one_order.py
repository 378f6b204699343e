"""One order for one intrusion: `demo`, `paths`, `paths --rank` and the hunt agree on hops, scores and their order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphhunt.hunt import Hunt
from graphhunt.store.embedded import stop_engine
from tests.cli.test_commands import data
from tests.conftest import small_settings

Answer = dict[str, Any]


@pytest.fixture(scope="module", params=["demo", "mordor_theshire_2020", "cases/nan2.jsonl"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hunt, Answer]]:
    """A loaded case, and what `demo` printed of it (nothing for the others)."""
    folder = tmp_path_factory.mktemp("case")
    printed: Answer = {}
    if request.param == "demo":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
            patch.setenv("GRAPHHUNT_ENGINE_IDLE", "5")
            printed = data(folder, "demo", "--no-serve", "--workspace", str(folder))
    if request.param == "mordor_theshire_2020":
        kept = request.getfixturevalue("real_case")(request.param)
        shutil.copytree(kept, folder, ignore=shutil.ignore_patterns("graph"), dirs_exist_ok=True)
    with Hunt(folder, None, small_settings()) as hunt:
        if request.param != "demo":
            hunt.load(request.getfixturevalue("shared_data") / request.param)
        yield hunt, printed
    stop_engine(folder)


def best(hops: list[Answer]) -> str:
    """The most telling class of hops, those left out that are in a chain for what led to them."""
    return min((hop["class"] for hop in hops if not hop.get("lead_in")), key="PESNH".index)


def shape(answer: Answer) -> list[Any]:
    return [(path["class"], [(h["relationship_ids"], h["class"]) for h in path["hops"]]) for path in answer["paths"]]


def test_paths_with_and_without_rank_are_the_same_list(case: tuple[Hunt, Answer]) -> None:
    hunt, _ = case
    for asked in ({}, {"k": 3}, {"to": hunt.paths(k=1)["paths"][0]["hops"][-1]["to"]}):
        plain, ranked = hunt.paths(**asked), hunt.paths(rank=True, **asked)
        assert shape(plain) == shape(ranked)
        assert plain["scope"] == ranked["scope"]


def test_paths_and_the_hunt_class_each_logon_alike_and_in_one_order(case: tuple[Hunt, Answer]) -> None:
    """Cases of days have no baseline: classes order both lists, and there is no score."""
    hunt, _ = case
    found, paths = hunt.hunt("lateral-movement", write=False), hunt.paths(k=500)
    assert found["scope"] == paths["scope"]
    assert found["scope"]["mode"] == "case"
    assert all(one["score"] is None and one["p"] is None for one in found["findings"])
    of_hunt = {one: h["class"] for f in found["findings"] for h in f["hops"] for one in h["relationship_ids"]}
    of_paths = {one: h["class"] for p in paths["paths"] for h in p["hops"] for one in h["relationship_ids"]}
    assert {one: klass for one, klass in of_paths.items() if one in of_hunt}.items() <= of_hunt.items()
    for listed in (found["findings"], paths["paths"]):
        assert [one["class"] for one in listed] == [best(one["hops"]) for one in listed]
        assert [one["class"] for one in listed] == sorted((one["class"] for one in listed), key="PESNH".index)
    proved = {one for f in found["findings"] for h in f["hops"] if h["class"] == "P" for one in h["relationship_ids"]}
    assert proved <= of_paths.keys()
    first = {one for h in found["findings"][0]["hops"] for one in h["relationship_ids"]}
    assert first & {one for h in paths["paths"][0]["hops"] for one in h["relationship_ids"]}


def test_a_chain_asked_for_by_its_ends_has_the_same_class(case: tuple[Hunt, Answer]) -> None:
    hunt, _ = case
    for finding in hunt.hunt("lateral-movement", write=False)["findings"][:3]:
        hop = next(hop for hop in finding["hops"] if hop["class"] == finding["class"] and not hop["lead_in"])
        for asked in ({"from_": hop["from"], "to": hop["to"]}, {"user": hop["user"]}):
            answer = hunt.paths(k=200, **asked)
            classes = {one: h["class"] for p in answer["paths"] for h in p["hops"] for one in h["relationship_ids"]}
            assert classes[hop["relationship_id"]] == finding["class"]


def test_the_demo_prints_that_list(case: tuple[Hunt, Answer]) -> None:
    hunt, printed = case
    if not printed:
        pytest.skip("the demo makes its own case")
    assert shape(printed) == shape(hunt.paths(k=3))
    assert "what is proved comes first" in printed["scope"]["meaning"]


def test_hops_outside_the_window_of_the_hunt_say_so_and_come_last(tmp_path: Path) -> None:
    """A case of forty accounts and 25 days keeps its first two weeks back; paths through them have no score."""
    from .estates import write_estate

    write_estate(tmp_path / "log.jsonl", servers=2, accounts=40, days=25)
    with Hunt(tmp_path / "ws", None, small_settings()) as hunt:
        hunt.load(tmp_path / "log.jsonl")
        answer = hunt.paths(to="SRV1", k=2000)
        assert answer["scope"]["history"]["hops"] == 2 * 40 * 14
        scored = [path["score"] is not None for path in answer["paths"]]
        assert scored == sorted(scored, reverse=True)
        # Of the 40 logons a day to the server, those of 14 days were not scored.
        assert (scored.count(True), scored.count(False)) == (40 * 11, 40 * 14)
        assert all(hop["scored"] == (hop["score"] is not None) for p in answer["paths"] for hop in p["hops"])
        assert any("not scored" in note for note in answer["notes"])
    stop_engine(tmp_path / "ws")
