"""The LANL tables have the published formats and tell the same story as their truth."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from graphhunt.lab.generator import GeneratorConfig, Truth, generate

_USER = re.compile(r"(U\d+|C\d+\$)@DOM1")
_COMPUTER = re.compile(r"C\d+")
_TYPES = {
    "Interactive",
    "Network",
    "Batch",
    "Service",
    "Unlock",
    "NewCredentials",
    "RemoteInteractive",
    "CachedInteractive",
}


class Tables(NamedTuple):
    truth: Truth
    auth: list[list[str]]
    proc: list[list[str]]
    flows: list[list[str]]
    redteam: list[list[str]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("lanl")
    config = GeneratorConfig(seed=9, hosts=150, users=120, days=3, chains=4, bursts=1, formats=("lanl",))
    truth = generate(config, folder)

    def rows(name: str) -> list[list[str]]:
        with (folder / f"{name}.txt").open(newline="") as opened:
            return list(csv.reader(opened))

    return Tables(truth, *(rows(name) for name in ("auth", "proc", "flows", "redteam")))


def test_every_table_has_its_columns(tables: Tables) -> None:
    assert {len(row) for row in tables.auth} == {9}
    assert {len(row) for row in tables.proc} == {5}
    assert {len(row) for row in tables.flows} == {9}
    assert {len(row) for row in tables.redteam} == {4}


def test_values_are_written_as_published(tables: Tables) -> None:
    for time, source_user, target_user, source, target, package, kind, orientation, success in tables.auth:
        assert int(time) >= 1
        assert _USER.fullmatch(source_user)
        assert _USER.fullmatch(target_user)
        assert _COMPUTER.fullmatch(source)
        assert _COMPUTER.fullmatch(target)
        assert package in {"Kerberos", "NTLM", "Negotiate"}
        assert kind in _TYPES
        assert orientation in {"LogOn", "LogOff"}
        assert success in {"Success", "Fail"}
    assert {row[4] for row in tables.proc} == {"Start", "End"}
    assert all(re.fullmatch(r"P\d+", row[3]) for row in tables.proc)
    assert all(re.fullmatch(r"N?\d+", row[3]) and row[6] == "6" for row in tables.flows)


def test_time_never_runs_back(tables: Tables) -> None:
    for table in tables[1:]:
        times = [int(row[0]) for row in table]
        assert times == sorted(times)


def test_every_red_row_is_found_in_auth(tables: Tables) -> None:
    auth = {(row[0], row[1], row[3], row[4]) for row in tables.auth if row[7] == "LogOn"}
    assert tables.redteam
    assert all(tuple(row) in auth for row in tables.redteam)


def test_red_rows_are_the_hops_of_the_truth(tables: Tables) -> None:
    truth = tables.truth
    hops = [hop for chain in truth.chains + truth.bursts for hop in chain.hops]
    times = sorted((hop.t - truth.start) // 1_000_000 + 1 for hop in hops)
    assert times == [int(row[0]) for row in tables.redteam]


def test_row_counts_are_those_of_the_truth(tables: Tables) -> None:
    assert tables.truth.expected.tables == {
        "auth": len(tables.auth),
        "proc": len(tables.proc),
        "flows": len(tables.flows),
        "redteam": len(tables.redteam),
    }


def test_compressed_tables_hold_the_same(tmp_path: Path) -> None:
    small = {"seed": 1, "hosts": 30, "users": 20, "days": 1, "formats": ("lanl",)}
    generate(GeneratorConfig(**small), tmp_path / "plain")  # type: ignore[arg-type]
    generate(GeneratorConfig(**small, compress=True), tmp_path / "packed")  # type: ignore[arg-type]
    plain = (tmp_path / "plain" / "auth.txt").read_bytes()
    assert gzip.decompress((tmp_path / "packed" / "auth.txt.gz").read_bytes()) == plain
