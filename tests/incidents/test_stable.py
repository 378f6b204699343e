"""Ids, scores and sentences are the same however the records come: in which order, in how many files, how often."""

from __future__ import annotations

import gzip
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
from tests.graph.twins import TwinCase

B, C = "mordor_purplesharp", "apt29_zeek_day1"


def lines_of(folder: Path) -> list[str]:
    """Give the records of a folder of archives or plain files, one a line."""
    found: list[str] = []
    for file in sorted(each for each in folder.iterdir() if each.is_file()):
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                texts = [archive.read(name).decode("utf-8") for name in archive.namelist()]
        else:
            data = file.read_bytes()
            texts = [(gzip.decompress(data) if file.suffix == ".gz" else data).decode("utf-8")]
        found += [line for text in texts for line in text.splitlines() if line.strip()]
    return found


def loaded_otherwise(folder: Path, lines: list[str]) -> Found:
    """Load records in another order, cut into three files, the second loaded twice."""
    workspace = Workspace(folder / "case")
    random.Random(5).shuffle(lines)
    for number in (0, 1, 2, 1):
        file = folder / f"{number}-{len(list(folder.iterdir()))}.json"
        file.write_text("\n".join(lines[number::3]) + "\n", "utf-8")
        ingest(workspace, [file])
    found = Snapshot(folder / "case" / "graph")
    found.replace(build(lambda kind: workspace.facts(kind).collect()), workspace.fingerprint())
    return incidents_of(found)


@pytest.mark.parametrize("which", ["as recorded", "twin"])
@pytest.mark.parametrize("recording", [B, C])
def test_the_answer_is_the_same(
    shared_data: Path,
    recorded: Callable[[str], Found],
    twin_case: Callable[[str], TwinCase],
    tmp_path: Path,
    recording: str,
    which: str,
) -> None:
    twin = twin_case(recording) if which == "twin" else None
    known = incidents_of(Snapshot(twin.case / "graph")) if twin else recorded(recording)
    other = loaded_otherwise(tmp_path, lines_of(twin.folder / "records" if twin else shared_data / recording))
    told = [json.dumps(each.story(1), sort_keys=True) for each in other.incidents]
    assert told == [json.dumps(each.story(1), sort_keys=True) for each in known.incidents]
