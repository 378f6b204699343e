"""Ids, scores and sentences are the same however the records come: in which order, in how many files, how often."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import build
from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.find import Found, incidents_of


@pytest.fixture(scope="module")
def shuffled(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Ground truth B in another order, cut into three files, the second loaded twice."""
    folder: Path = tmp_path_factory.mktemp("shuffled")
    lines = [
        line
        for archive in sorted((shared_data / "mordor_purplesharp").glob("*.zip"))
        for name in zipfile.ZipFile(archive).namelist()
        for line in zipfile.ZipFile(archive).read(name).decode("utf-8").splitlines()
        if line.strip()
    ]
    random.Random(5).shuffle(lines)
    workspace = Workspace(folder / "case")
    for number in (0, 1, 2, 1):
        file = folder / f"{number}-{len(list(folder.iterdir()))}.json"
        file.write_text("\n".join(lines[number::3]) + "\n", "utf-8")
        ingest(workspace, [file])
    found = Snapshot(folder / "case" / "graph")
    found.replace(build(lambda kind: workspace.facts(kind).collect()), workspace.fingerprint())
    return incidents_of(found)


def test_the_answer_is_the_same(shuffled: Found, recorded: Callable[[str], Found]) -> None:
    told = [json.dumps(each.story(1), sort_keys=True) for each in shuffled.incidents]
    assert told == [json.dumps(each.story(1), sort_keys=True) for each in recorded("mordor_purplesharp").incidents]
