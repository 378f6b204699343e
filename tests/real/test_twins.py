"""Negative twins: the same recordings without the intrusion's hosts or hours list nothing as proved or evident."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from graphhunt.graph.snapshot import Snapshot
from graphhunt.lateral.detection import DetectionOptions
from graphhunt.times import micros
from tests.lateral.case import snapshot

from .listed import Listed, chains

QUIET = [
    ("mordor_theshire_2020", "2020-09-20T07:10:00Z", "2020-09-20T16:10:00Z"),
    ("mordor_theshire_2020", "2020-09-20T16:30:00Z", "2020-09-20T21:00:00Z"),
    ("mordor_theshire_2020", "2020-09-20T22:00:00Z", "2020-09-21T04:10:00Z"),
    ("mordor_theshire_2020", "2020-09-21T04:30:00Z", "2020-09-21T08:05:00Z"),
    ("mordor_theshire_2020", "2020-09-21T08:20:00Z", "2020-09-22T03:25:00Z"),
    ("mordor_theshire_2020", "2020-09-22T03:40:00Z", "2020-09-22T06:10:00Z"),
    ("mordor_theshire_2020", "2020-09-22T06:25:00Z", "2020-09-22T08:30:00Z"),
    ("mordor_purplesharp", "2020-10-22T00:00:00Z", "2020-10-22T08:29:00Z"),
]
"""Hours between the acts of the tables of truth."""


@pytest.mark.parametrize(("name", "since", "until"), QUIET)
def test_quiet_hours(real_case: Callable[[str], Path], name: str, since: str, until: str) -> None:
    options = DetectionOptions(since=micros(since), until=micros(until))
    found = chains(Snapshot(real_case(name) / "graph"), options)
    assert not {hop["class"] for finding in found["findings"] for hop in finding["hops"]} & {"P", "E"}


def test_a_without_the_hosts_of_the_intrusion(shared_data: Path, tmp_path: Path) -> None:
    """The controller's own records: what the two workstations did there is access, and no more."""
    kept = []
    for archive in sorted((shared_data / "mordor_theshire_2020").glob("*.zip")):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                lines = io.TextIOWrapper(opened.open(name), "utf-8")
                kept += [line for line in lines if "MORDORDC" in line and _host(line).startswith("MORDORDC")]
    assert len(kept) > 1000
    (tmp_path / "controller.json").write_text("".join(kept))
    found = Listed.of(snapshot(tmp_path / "case", tmp_path / "controller.json"))
    assert found.hunt["scope"]["scored"]["hops"] > 0
    assert not found.classes & {"P", "E"}


def _host(line: str) -> str:
    return str(json.loads(line).get("Hostname", "")).upper()


def test_c_without_the_hosts_of_the_intrusion(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "apt29_zeek_day1" / "combined_zeek.log.gz", "rt") as lines:
        kept = [line for line in lines if '"10.0.1.4"' not in line and '"192.168.0.4"' not in line]
    assert len(kept) > 100
    (tmp_path / "zeek.json").write_text("".join(kept))
    found = Listed.of(snapshot(tmp_path / "case", tmp_path / "zeek.json"))
    assert not found.classes & {"P", "E"}
    assert "10.0.1.4" not in {hop["from"] for hop in found.hops}
