"""Stretches of time with records: what is expected is laid out by hand."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.questions.recorded import MOST, recorded, stretches, strip
from graphhunt.times import iso, micros

START = "2026-01-02T03:00:00Z"


def workspace(folder: Path, offsets: list[int]) -> Workspace:
    """Load one logon of one machine at each of the offsets, seconds after the start."""
    lines = [
        {
            "@timestamp": iso((micros(START) or 0) + second * 10**6), "Hostname": "ws1.corp.local", "EventID": 4624,
            "Channel": "Security", "LogonType": 3, "TargetUserName": f"ann{number}", "TargetLogonId": hex(number + 999),
            "IpAddress": "10.0.0.5",
        }
        for number, second in enumerate(offsets)
    ]  # fmt: skip
    given = folder / "given.json"
    given.write_text("\n".join(map(json.dumps, lines)))
    found = Workspace(folder / "workspace")
    ingest(found, [given], workers=1)
    return found


def test_fifteen_minutes_of_silence_part_two_stretches(tmp_path: Path) -> None:
    found = strip(workspace(tmp_path, [0, 30, 60, 60 + 900, 60 + 900 + 901]))
    assert [(row["start"], row["end"], row["records"]) for row in found["stretches"]] == [
        ("2026-01-02T03:00:00.000000Z", "2026-01-02T03:16:00.000000Z", 4),
        ("2026-01-02T03:31:01.000000Z", "2026-01-02T03:31:01.000000Z", 1),
    ]
    assert (found["records"], found["minutes"]) == (5, 16)
    for row in found["stretches"]:
        assert sum(row["bars"]) == row["records"]
        assert len(row["bars"]) >= 4


def test_of_many_stretches_those_nearest_are_drawn_as_one(tmp_path: Path) -> None:
    """Forty records, an hour apart but for the last, which is a day later: the day's silence stays."""
    offsets = [3600 * hour for hour in range(40)] + [3600 * 39 + 86_400]
    found = strip(workspace(tmp_path, offsets))
    assert len(found["stretches"]) == MOST
    assert found["stretches"][-1]["records"] == 1
    assert found["records"] == sum(row["records"] for row in found["stretches"]) == len(offsets)
    assert all(a["end"] < b["start"] for a, b in pairwise(found["stretches"]))
    assert [sum(row["bars"]) for row in found["stretches"]] == [row["records"] for row in found["stretches"]]


def test_minutes_are_told_by_machine_and_kind_with_their_first_record(tmp_path: Path) -> None:
    loaded = workspace(tmp_path, [0, 30, 60])
    frame = recorded(loaded)
    assert frame.select("code", "records").rows() == [("Security/4624", 2), ("Security/4624", 1)]
    assert frame.get_column("machine").n_unique() == 1
    first = loaded.evidence.get(frame.row(0, named=True)["event_id"])
    assert first is not None
    assert json.loads(first.raw)["TargetUserName"] == "ann0"
    assert len(stretches(frame)) == 1


def test_nothing_loaded_is_no_stretch(tmp_path: Path) -> None:
    assert strip(Workspace(tmp_path)) == {"records": 0, "first": None, "last": None, "minutes": 0, "stretches": []}
