"""Exports of EDR products and normalised events, by what the READMEs of the shared samples say must come out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.model import Fact, Record, Rejected, Skipped
from graphhunt.sources import loading
from tests.graph.facts import records

FOLDERS = (
    "mde_devicelogonevents", "mde_deviceprocessevents", "mde_network_file_registry", "mde_alerts", "ocsf",
    "crowdstrike_fdr", "elastic_defend", "ecs_generic", "sentinelone_cloud_funnel",
    "carbonblack_cloud", "cortex_xdr",
)  # fmt: skip


@cache
def lines(folder: Path) -> list[dict[str, Any]]:
    """Give what a README says, one object a line of its block."""
    block = (folder / "README.md").read_text("utf-8").partition("```jsonl\n")[2].partition("```")[0]
    return [json.loads(line) for line in block.splitlines()]


def read(path: Path) -> tuple[str, list[Record]]:
    source = loading.Source(path.name, path)
    loader = loading.choose(source)
    return loader.name, [item for item in loader.read(source) if isinstance(item, Record)]


def facts(path: Path) -> list[list[Fact]]:
    return [record.outcome for record in read(path)[1] if isinstance(record.outcome, list)]


@pytest.fixture(scope="module")
def drawn(shared_data: Path) -> Callable[[str], Drawn]:
    @cache
    def graph(folder: str) -> Drawn:
        where = shared_data / "sources" / folder
        told = [each for line in lines(where) if "file" in line for each in facts(where / line["file"])]
        return Drawn(build(records(told)))

    return graph


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_file_is_recognised_and_read(folder: str, shared_data: Path) -> None:
    for line in lines(shared_data / "sources" / folder):
        if "file" not in line:
            continue
        name, found = read(shared_data / "sources" / folder / line["file"])
        kinds = [type(record.outcome) for record in found]
        told = (name, len(found), kinds.count(list), kinds.count(Skipped), kinds.count(Rejected))
        assert told == tuple(line[key] for key in ("format", "read", "loaded", "skipped", "rejected")), line["file"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_edge_is_drawn(folder: str, drawn: Callable[[str], Drawn], shared_data: Path) -> None:
    graph = drawn(folder)
    for line in lines(shared_data / "sources" / folder):
        if "edge" in line:
            found = [row for row in graph.rows(line["edge"]) if graph.agrees(row, line)]
            assert len(found) == 1, (line, found or graph.rows(line["edge"]))


class Drawn:
    """A graph, and what READMEs call its nodes."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = {row["id"]: row for table in graph.nodes.values() for row in table.iter_rows(named=True)}

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return list(self.graph.relationships.get(kind, pl.DataFrame()).iter_rows(named=True))

    def called(self, wanted: str) -> set[str]:
        node = self.nodes[wanted]
        found = {wanted, wanted.replace("|", "\\"), wanted.replace("test|", "mde:"), wanted.partition("|")[2]}
        found |= {f"detection:{wanted.partition('|')[2]}", f"sha256 {wanted[:4]}…"}
        found |= {node[key] for key in ("name", "path") if node.get(key)} | set(node.get("aliases") or ())
        found |= {f"pid {node.get('pid')}", f"pid {node.get('pid')} started {stamp(node.get('start'))}"}
        guid = (node.get("guid") or "").rpartition(":")[2]
        return found | {f"{product} {guid}" for product in ("falcon", "s1", "entity", "cb", "cortex", "uid")}

    def agrees(self, row: dict[str, Any], line: dict[str, Any]) -> bool:
        """Tell whether a relationship is the one that a line tells of."""
        stated = {key: value for key, value in line.items() if key not in ("edge", "from", "to", "at")}
        told = {**self.nodes[row["to_id"]], **self.nodes[row["from_id"]], **row}
        to = line["to"]
        if line["edge"] == "SET_REGISTRY":  # a value stands below its key
            to = f"{to}\\{stated.pop('value')}"
        if line["edge"] == "WROTE":  # the share and who wrote over it are OPENED_SHARE's
            stated = {key: value for key, value in stated.items() if key not in ("share", "source_ip")}
        if line["edge"] == "RAN":
            told |= {key: self.nodes[row["to_id"]][key] for key in ("path", "pid", "logon_id")}
        if "user" in stated:
            user = row.get("user_id") or self.nodes[row["to_id"]].get("user_id") or row["to_id"]
            told["user"] = stated["user"].lower() in {name.lower() for name in self.called(user)} and stated["user"]
        ends = {line["from"].lower(): row["from_id"], to.lower(): row["to_id"]}
        named = all(name in {each.lower() for each in self.called(end)} for name, end in ends.items())
        times = [row["start"]]
        if row.get("start_how") == "first act":  # its logon was recorded after what was done in it
            times.append(row["end"])
        return named and line["at"] in map(stamp, times) and all(told.get(key) == stated[key] for key in stated)


def stamp(micros: int | None) -> str:
    """Write a time as READMEs do."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros or 0)
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
