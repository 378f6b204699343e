"""What every loader must do, whoever wrote it: recognise only its own, lose nothing, survive any damage."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import msgspec
import pytest
from graphhunt.loaders._template import TemplateLoader

from graphhunt.errors import LoadError
from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources import loading, slices
from graphhunt.sources.pool import WorkerLimits
from tests.sources.reading import Reader

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "loaders" / "data"
LOADERS: dict[str, loading.Loader] = {**loading.loaders(), "template": TemplateLoader()}
OWN = sorted(
    entry.name
    for entry in entry_points(group=loading.ENTRY_POINT_GROUP)
    if entry.dist is not None and entry.dist.name == "graphhunt"
)
NAMES = [*OWN, "template"]
SAMPLES = [
    (name, path)
    for name in NAMES
    for path in sorted((DATA / name).glob("*"))
    if path.name != "expected.jsonl" and path.stem != "empty"
]
IDS = [f"{name}-{path.name}" for name, path in SAMPLES]
SOUND = [(name, path) for name, path in SAMPLES if path.stem != "damaged"]
NATIVE = {"evtx"}
"""Loaders that use a native parser, which could take this process with it."""

IN_PROCESS = [(name, path) for name, path in SAMPLES if name not in NATIVE]
IN_WORKER = [(name, path) for name, path in SAMPLES if name in NATIVE]
MUTATIONS = 2_000


def read(name: str, path: Path) -> list[Record | FileWarning]:
    return list(LOADERS[name].read(loading.Source(path.name, path)))


def records(items: list[Record | FileWarning]) -> list[Record]:
    return [item for item in items if isinstance(item, Record)]


def check(items: list[Record | FileWarning]) -> None:
    """Check that everything yielded can be stored: true types, valid text, numbers that fit, places apart."""
    for item in items:
        msgspec.json.encode(item)
        if isinstance(item, Record):
            item.raw.encode()
            check_outcome(item.outcome)
    places = [record.position for record in records(items)]
    assert len(set(places)) == len(places) or any("recovered" in place for place in places)


def check_outcome(outcome: list[Fact] | Skipped | Rejected) -> None:
    if not isinstance(outcome, list):
        assert 0 < len(outcome.reason) < 100
        return
    assert outcome
    for fact in outcome:
        assert msgspec.convert(msgspec.to_builtins(fact), type(fact), strict=True) == fact
        assert 0 < fact.time < 2**63
        assert re.fullmatch(r"[\w-]+/[\w.-]+", fact.code)
        assert all(-(2**63) <= value < 2**63 for value in msgspec.structs.astuple(fact) if isinstance(value, int))


@pytest.mark.parametrize("name", NAMES)
def test_is_named_documented_and_sampled(name: str) -> None:
    loader = LOADERS[name]
    module = sys.modules[type(loader).__module__]
    assert isinstance(loader, loading.Loader)
    assert loader.name == name == module.__name__.rpartition(".")[2].lstrip("_")
    assert module.__doc__ is not None
    assert "References:" in module.__doc__
    assert "Known gaps:" in module.__doc__
    # What is inside an envelope is tried by the samples of its source (tests/loaders/test_shared_sources.py).
    assert getattr(loader, "is_envelope", False) or (DATA / name / "expected.jsonl").is_file()


@pytest.mark.parametrize(("name", "path"), SOUND, ids=[f"{name}-{path.name}" for name, path in SOUND])
def test_only_its_own_loader_claims_a_sample(name: str, path: Path) -> None:
    head = loading.Source(path.name, path).head()
    sure = {other: LOADERS[other].sniff(head, "evidence") for other in NAMES}
    assert all(0 <= value <= 1 for value in sure.values())
    assert sure.pop(name) > 0.5
    others = {other for other, value in sure.items() if value > 0}
    assert {other for other in others if not getattr(LOADERS[other], "is_envelope", False)} == set()
    assert loading.choose(loading.Source("evidence", path), known=lambda: LOADERS).name == name


@pytest.mark.parametrize(
    "head", [b"", b"\0" * 70_000, b"\xff\xfe", b"{", b"[", b"<", b"#fields", b"\x80" * 9, b"PK\x03\x04"]
)
def test_nobody_claims_what_is_no_log(head: bytes) -> None:
    assert [name for name in NAMES if LOADERS[name].sniff(head, "evidence.log") > 0] == []


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=IDS)
def test_reading_twice_gives_the_same(name: str, path: Path) -> None:
    first = read(name, path)
    check(first)
    assert first == read(name, path)


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=IDS)
def test_truncation_costs_only_what_is_missing(name: str, path: Path, tmp_path: Path) -> None:
    data, whole = path.read_bytes(), {line for record in records(read(name, path)) for line in record.raw.split("\n")}
    cut = tmp_path / path.name
    for step in range(1, 64):
        cut.write_bytes(data[: len(data) * step // 64])
        items = read(name, cut)
        check(items)
        kept = [record.raw for record in records(items) if not isinstance(record.outcome, Rejected)]
        # At most the one line or record in which the cut falls may differ.
        assert len([line for raw in kept for line in raw.split("\n") if line not in whole]) <= 1


@pytest.mark.parametrize(("name", "path"), [case for case in SOUND if case[0] not in NATIVE])
def test_nothing_that_a_record_says_is_lost(name: str, path: Path) -> None:
    data = path.read_bytes()
    text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "backslashreplace")
    kept = "\n".join(record.raw for record in records(read(name, path)))
    header = 1 if path.suffix == ".csv" else 0
    lines = [line for line in text.splitlines()[header:] if not line.startswith(("#", "<?xml"))]
    words = set(re.findall(r"[\w.:-]{4,}", "\n".join(lines))) - {"Events"}
    assert {word for word in words if word not in kept} == set()


def mutants(data: bytes, other: bytes, seed: int) -> Iterator[bytes]:
    """Yield damaged copies without end: flipped bits, runs of one byte, cuts, splices, repeated parts."""
    rng = random.Random(seed)
    while True:
        bad = bytearray(data)
        at, size = rng.randrange(len(data)), rng.choice((1, 4, 40, 400))
        kind = rng.randrange(6)
        if kind == 0:
            for _ in range(rng.choice((1, 8, 64))):
                bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        elif kind == 1:
            bad[at : at + size] = bytes([rng.choice((0, 0x22, 0x7B, 0x7D, 0x3C, 0xFF))]) * size
        elif kind == 2:
            del bad[at : at + size]
        elif kind == 3:
            start = rng.randrange(len(other))
            bad[at : at + size] = other[start : start + size]
        elif kind == 4:
            bad[at:at] = bad[at : at + size] * rng.choice((1, 3, 30))
        else:
            bad[at : at + size] = rng.randbytes(size)
        yield bytes(bad)


@pytest.mark.parametrize(("name", "path"), IN_PROCESS, ids=[f"{name}-{path.name}" for name, path in IN_PROCESS])
def test_mutants_give_records_and_warnings_only(name: str, path: Path, tmp_path: Path) -> None:
    other = random.Random(path.name).choice(IN_PROCESS)[1].read_bytes()
    bad = tmp_path / path.name
    for _, data in zip(range(MUTATIONS // len(IN_PROCESS) + 1), mutants(path.read_bytes(), other, 7), strict=False):
        bad.write_bytes(data)
        check(read(name, bad))


@pytest.mark.parametrize(("name", "path"), IN_WORKER, ids=[f"{name}-{path.name}" for name, path in IN_WORKER])
def test_mutants_of_native_formats_never_reach_the_parent(name: str, path: Path, tmp_path: Path) -> None:
    bad = tmp_path / path.name
    data = path.read_bytes().rstrip(b"\0") + bytes(64)
    with Reader(WorkerLimits(memory=1 << 30, silence=10, seconds=20, cpu=20)) as reader:
        for _, mutant in zip(range(300), mutants(data, data, 7), strict=False):
            bad.write_bytes(mutant)
            try:
                items = reader.read(LOADERS[name], loading.Source(path.name, bad))
                check(items)
                # The worker turns an exception of the loader into a warning; a damaged file is no reason for one.
                reasons = [item.reason for item in items if isinstance(item, FileWarning)]
                assert [reason for reason in reasons if "the loader failed" in reason] == []
            except LoadError as error:
                assert "not an" in str(error)  # noqa: PT017 - the header was hit; no other refusal is allowed


CUTTABLE = [
    (name, path)
    for name, path in SAMPLES
    if isinstance(LOADERS[name], slices.LineLoader) and LOADERS[name].by_line(path.read_bytes()[: loading.HEAD_SIZE])  # type: ignore[attr-defined]
]


@pytest.mark.parametrize(("name", "path"), CUTTABLE, ids=[f"{name}-{path.name}" for name, path in CUTTABLE])
def test_a_file_read_in_slices_gives_the_same_records(name: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE_BYTES", 1)
    parts = list(slices.cut(loading.Source(path.name, path), "hash"))
    found = [
        msgspec.structs.replace(item, position=part.position(item.position))
        for part in parts
        for item in LOADERS[name].read(part)
        if isinstance(item, Record)
    ]
    assert len(parts) > 1
    assert found == records(read(name, path))
