"""Hand-written samples in the real field layout give exactly the facts that were written down by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from graphhunt.loaders._template import TemplateLoader

from graphhunt.model import Fact, Record, Rejected, Skipped
from graphhunt.sources import loading

DATA = Path(__file__).parent / "data"
FOLDERS = sorted(path.name for path in DATA.iterdir() if (path / "expected.jsonl").is_file())


def stated(fact: Fact) -> dict[str, Any]:
    """Give a fact's fields without those at their default."""
    kind = type(fact)
    default = msgspec.to_builtins(kind(time=0))
    return {
        name: value
        for name, value in msgspec.to_builtins(fact).items()
        if name in ("kind", "time") or value != default[name]
    }


def described(record: Record) -> dict[str, Any]:
    if isinstance(record.outcome, list):
        return {"facts": [stated(fact) for fact in record.outcome]}
    kind = "skipped" if isinstance(record.outcome, Skipped) else "rejected"
    return {kind: record.outcome.reason}


def load(folder: str, file: str) -> list[Record]:
    source = loading.Source(file, DATA / folder / file)
    loader = TemplateLoader() if folder == "template" else loading.loaders()[folder]
    items = loader.read(source)
    return [item for item in items if isinstance(item, Record)]


def expectations(folder: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in (DATA / folder / "expected.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row.pop("file"), []).append(row)
    return found


CASES = [(folder, file) for folder in FOLDERS for file in expectations(folder)]


@pytest.mark.parametrize(("folder", "file"), CASES)
def test_sample_gives_what_was_written_down(folder: str, file: str) -> None:
    got = [{"position": record.position, **described(record)} for record in load(folder, file)]
    assert got == expectations(folder)[file]


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_loader_has_a_damaged_and_an_empty_sample(folder: str) -> None:
    names = {path.stem for path in (DATA / folder).iterdir()}
    assert {"damaged", "empty"} <= names
    empty = next((DATA / folder).glob("empty.*"))
    assert load(folder, empty.name) == []
    outcomes = [record.outcome for file in (DATA / folder).glob("damaged*") for record in load(folder, file.name)]
    assert any(isinstance(outcome, Rejected) for outcome in outcomes)
    assert any(isinstance(outcome, list) for outcome in outcomes)
