"""The shared samples of clouds' logs give the records, edges and facts that their READMEs say."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import Graph, build
from graphhunt.model import Record, Rejected, Skipped
from graphhunt.sources import loading

FOLDERS = ("entra_signin", "entra_audit_m365", "aws_cloudtrail", "okta", "gcp_audit")
_SAME_NAME = {"key": "access_key"}


def lines(shared_data: Path, folder: str) -> list[dict[str, Any]]:
    text = (shared_data / "sources" / folder / "README.md").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"')]


@pytest.mark.parametrize("folder", FOLDERS)
def test_records_are_what_the_readme_says(shared_data: Path, folder: str) -> None:
    for row in (row for row in lines(shared_data, folder) if "file" in row):
        source = loading.Source("x", shared_data / "sources" / folder / row["file"])
        loader = loading.choose(source)
        outcomes = [item.outcome for item in loader.read(source) if isinstance(item, Record)]
        loaded = sum(isinstance(outcome, list) for outcome in outcomes)
        skipped = sum(isinstance(outcome, Skipped) for outcome in outcomes)
        rejected = sum(isinstance(outcome, Rejected) for outcome in outcomes)
        found = {"read": len(outcomes), "loaded": loaded, "skipped": skipped, "rejected": rejected}
        assert (loader.name, found) == (row["format"], {name: row[name] for name in found})


@pytest.fixture(scope="module")
def clouds(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    workspace = Workspace(tmp_path_factory.mktemp("clouds"))
    ingest(workspace, [shared_data / "sources" / folder for folder in FOLDERS])
    return build(lambda kind: workspace.facts(kind).collect())


def stated(table: pl.DataFrame, row: dict[str, Any], ends: tuple[str, str]) -> list[dict[str, Any]]:
    """Give the relationships that begin, end and were when a line says."""
    at = datetime.fromisoformat(row["at"])
    time = int(at.timestamp()) * 1_000_000 + at.microsecond
    told = table.filter(
        (pl.col("from_id") == ends[0].lower())
        & (pl.col("to_id").str.to_lowercase() == ends[1].lower())
        & (pl.col("start") <= time)
        & (pl.col("end") >= time)
    )
    return [
        found
        for found in told.iter_rows(named=True)
        if all(
            str(found.get(_SAME_NAME.get(name, name))).lower() == str(value).lower()
            for name, value in row.items()
            if _SAME_NAME.get(name, name) in table.columns and name != "technique"
        )
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_edges_are_those_of_the_readme(shared_data: Path, clouds: Graph, folder: str) -> None:
    for row in (row for row in lines(shared_data, folder) if "edge" in row):
        assert stated(clouds.relationships[row["edge"]], row, (row["from"], row["to"])), row


@pytest.mark.parametrize("folder", FOLDERS)
def test_facts_are_those_of_the_readme(shared_data: Path, clouds: Graph, folder: str) -> None:
    for row in (row for row in lines(shared_data, folder) if "fact" in row):
        if row["fact"] == "CloudAction":
            table, end = clouds.relationships["ACTED_ON"], {"m365": "entra:t37"}.get(folder)
            places = [end] if end else table.get_column("to_id").unique().to_list()
            assert any(stated(table, row, (row["user"], place)) for place in places), row
            continue
        found = [
            each
            for place in clouds.nodes["Group"].filter(pl.col("name") == row["group"]).get_column("id")
            for each in stated(clouds.relationships["MANAGED"], {**row}, (row["subject"], place))
        ]
        assert [each["member_id"] for each in found] == [row["target"]], row


def test_an_address_of_a_cloud_is_no_machines(clouds: Graph) -> None:
    assert "HAD_IP" not in clouds.relationships
    assert clouds.nodes["Machine"].get_column("id").to_list() == ["i-0123456789abcdef0"]
    kinds = dict(clouds.nodes["User"].select("id", "kind").iter_rows())
    assert kinds["aws:111122223339/role/admin39"] == "role"
    assert kinds["user36@corp.example"] == "person"
