"""Records of older loaders are read again from what is kept; what must come out is what a fresh load gives."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from graphhunt.errors import UsageError
from graphhunt.evidence import Workspace, upkeep
from graphhunt.evidence.ingest import ingest, intake
from graphhunt.evidence.reread import older, reread
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.model import FACTS, Fact, FileWarning, Logon, Record, Rejected, Skipped
from graphhunt.sources.held import read_held, write_held
from graphhunt.sources.loading import Held, Source, loaders, version_of
from graphhunt.sources.versions import module_version
from tests.evidence import fakes

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "loaders" / "data"
REREAD = (
    "windows_json",
    "windows_xml",
    "windows_csv",
    "mde_csv",
    "suricata",
    "osquery",
    "zeek",
    "auditd",
    "linux_auth",
)
KINDS = [str(fact.__struct_config__.tag) for fact in FACTS]


class Older(fakes.FakeLoader):
    """What it once knew: everybody is nobody, and what says to be skipped is a logon too."""

    version = "1"

    def _outcome(self, raw: str) -> list[Fact] | Skipped | Rejected:
        found = super()._outcome(raw)
        if isinstance(found, Rejected):
            return Skipped("nothing to be seen")
        return [Logon(time=1, host="h", user="nobody")]


class Newer(fakes.FakeLoader):
    version = "2"

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        return self._outcome(held.raw)


class Hanging(Newer):
    """Dies of a record that is kept."""

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        raise MemoryError


class Other(Newer):
    name = "other"

    def sniff(self, head: bytes, name: str) -> float:
        return 1.0 if head.startswith(b"#other") else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        for number, raw in enumerate(source.path.read_text().splitlines()[1:], 2):
            yield Record(raw, f"line {number}", self._outcome(raw))


class OlderOther(Other):
    version = "1"

    def _outcome(self, raw: str) -> list[Fact] | Skipped | Rejected:
        return Skipped("not known yet")


def told(workspace: Workspace) -> dict[str, Any]:
    """Give all that loaders told: facts, records with their outcomes, and the counts of files."""
    facts = {kind: workspace.facts(kind).collect().sort("event_id", "ordinal").rows() for kind in KINDS}
    paths = [workspace.folder(segment.id) / EVIDENCE_FILE for segment in workspace.live() if segment.rows]
    records = pl.concat([pl.read_parquet(path) for path in paths]).sort("event_id").rows()
    sources = sorted(
        (s.file, s.version, s.read, s.loaded, s.rejected, sorted(s.skipped.items())) for s in workspace.sources()
    )
    return {"facts": facts, "records": records, "sources": sources, "print": workspace.fingerprint()}


def made(folder: Path, path: Path, loader: fakes.FakeLoader) -> Workspace:
    workspace = Workspace(folder)
    ingest(workspace, [path], known={loader.name: loader}, workers=1)
    return workspace


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fakes.write(tmp_path_factory.mktemp("logs") / "a.fake", fakes.lines(0, 200))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Workspace:
    """What the newer loader gives."""
    return made(tmp_path_factory.mktemp("fresh") / "ws", logs, Newer())


@pytest.fixture(scope="module")
def _older(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Path:
    return made(tmp_path_factory.mktemp("older") / "ws", logs, Older()).path


@pytest.fixture
def old(tmp_path: Path, _older: Path) -> Workspace:
    """What the older loader gave."""
    return Workspace(shutil.copytree(_older, tmp_path / "old"))


def test_what_is_read_again_equals_a_fresh_load(old: Workspace, fresh: Workspace) -> None:
    newer = {"fake": Newer()}
    assert old.fingerprint() != fresh.fingerprint()
    assert older(old, newer) == {"records": {"fake": 200}, "lost": {}}
    assert reread(old, known=newer) == (200, [])
    assert older(old, newer) == {"records": {}, "lost": {}}
    assert told(old) == told(fresh)
    fakes.check(old, fakes.lines(0, 200))
    assert old.verify() == []
    assert reread(old, known=newer) == (0, [])
    assert told(Workspace(old.path)) == told(fresh)


def test_many_segments_with_merged_indexes_and_packed_ones(
    tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH_RECORDS", 9)
    for name, value in (("SMALL_ROWS", 5), ("PACK_COUNT", 2), ("INDEX_COUNT", 3)):
        monkeypatch.setattr(upkeep, name, value)
    old = made(tmp_path / "old", logs, Older())
    assert old.journal.indexes()
    assert reread(old, known={"fake": Newer()}).records == 200
    fakes.check(old, fakes.lines(0, 200))
    assert old.verify() == []
    monkeypatch.setattr(upkeep, "GRACE", -1.0)
    again = Workspace(tmp_path / "old")  # which removes what was replaced
    fakes.check(again, fakes.lines(0, 200))
    assert again.verify() == []
    assert len(list((again.home / "segments").iterdir())) == len(again.live())


def test_facts_that_were_changed_since_become_what_the_records_say(old: Workspace, fresh: Workspace) -> None:
    """A workspace of before versions were kept, with other facts than its records say."""
    (segment,) = old.live()
    sources = [replace(source, version="") for source in segment.sources]
    old.journal.append(replace(segment, sources=sources, model=""))
    assert older(old, {"fake": Newer()})["records"] == {"fake": 200}
    reread(old, known={"fake": Newer()})
    assert told(old) == told(fresh)
    assert old.live()[0].model == fresh.live()[0].model != ""


def test_only_one_loader_where_that_is_asked(tmp_path: Path, logs: Path) -> None:
    other = fakes.write(tmp_path / "b.fake", fakes.lines(300, 340))
    other.write_bytes(other.read_bytes().replace(b"#fake", b"#other", 1))
    known = {"fake": Older(), "other": OlderOther()}
    workspace = Workspace(tmp_path / "ws")
    ingest(workspace, [logs, other], known=known, workers=1)
    assert len(workspace.live()) == 1
    newer = {"fake": Newer(), "other": Other()}
    assert older(workspace, newer)["records"] == {"fake": 200, "other": 40}
    assert reread(workspace, "other", known=newer).records == 40
    assert older(workspace, newer)["records"] == {"fake": 200}
    assert workspace.facts("logon").filter(pl.col("user") == "nobody").collect().height == 200 - 20
    with pytest.raises(UsageError, match="third"):
        reread(workspace, "third", known=newer)


def test_a_worker_that_fails_leaves_the_old_one(old: Workspace) -> None:
    before = told(old)
    records, warnings = reread(old, known={"fake": Hanging()})
    assert (records, len(warnings)) == (0, 1)
    assert told(old) == before
    assert older(old, {"fake": Hanging()})["records"] == {"fake": 200}


def test_a_loader_that_cannot_read_again_is_named(old: Workspace) -> None:
    class Unable(fakes.FakeLoader):
        version = "3"

    assert older(old, {"fake": Unable()}) == {"records": {}, "lost": {"fake": 200}}
    assert reread(old, known={"fake": Unable()}) == (0, [])


class Contextual(Newer):
    """Knows a record by what it noted of its file."""

    def context(self, source: Source) -> str:
        return "noted"

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        assert held.context == "noted"
        return self._outcome(held.raw)


def test_what_a_loader_has_to_know_of_the_file_comes_with_the_file(
    old: Workspace, fresh: Workspace, logs: Path
) -> None:
    """The older loader noted nothing; loading the file once more adds no record, and tells what is needed."""
    newer = {"fake": Contextual()}
    assert older(old, newer) == {"records": {}, "lost": {"fake": 200}}
    report = ingest(old, [logs], known=newer, workers=1)
    assert report.events_skipped == {"duplicate": 200}
    assert older(old, newer) == {"records": {"fake": 200}, "lost": {}}
    assert reread(old, known=newer) == (200, [])
    assert older(old, newer) == {"records": {}, "lost": {}}
    assert told(old)["facts"] == told(fresh)["facts"]


KILLED = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from graphhunt.evidence import Workspace, journal, reread
from tests.evidence import test_reread
module, name = {{"write": (reread, "write_facts"), "commit": (journal, "write_atomic")}}[
    sys.argv[2]
]
setattr(module, name, lambda *given, **more: os.kill(os.getpid(), signal.SIGKILL))
reread.reread(Workspace(sys.argv[1]), known={{"fake": test_reread.Newer()}})
"""


@pytest.mark.parametrize("moment", ["write", "commit"])
def test_whoever_is_killed_leaves_the_old_one_or_the_new_one(old: Workspace, fresh: Workspace, moment: str) -> None:
    """Before the last step the old one counts; after it the new one, which is whole by then."""
    before = told(old)
    done = subprocess.run([sys.executable, "-c", KILLED, str(old.path), moment], check=False)
    assert done.returncode == -9
    again = Workspace(old.path)
    assert told(again) == (told(fresh) if moment == "commit" else before)
    assert again.verify() == []
    reread(again, known={"fake": Newer()})
    assert told(again) == told(fresh)
    assert not [left for left in (again.home / "staging").iterdir() if left.is_dir()]


def test_a_version_is_that_of_all_a_loader_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "jumpers"
    package.mkdir()
    for name, text in (
        ("__init__", ""), ("one", "from . import _part\n"), ("_part", "from ._deep import (\n    VALUE,\n)\n"),
        ("_deep", "VALUE = 1\n"), ("two", "import json\n"),
    ):  # fmt: skip
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    one, two = (module_version.__wrapped__(f"jumpers.{name}") for name in ("one", "two"))
    (package / "_deep.py").write_text("VALUE = 20\n")
    _forget()
    assert module_version.__wrapped__("jumpers.one") not in (one, "")
    assert module_version.__wrapped__("jumpers.two") == two
    assert module_version("jumpers.none") == ""


def test_held_records_come_back(tmp_path: Path) -> None:
    records = [Held("a", "line 1", "f"), Held("b\n", "line 2", "f", "[]", "damaged")]
    write_held(tmp_path / "held", records)
    assert list(read_held(tmp_path / "held")) == records


@pytest.mark.parametrize("name", REREAD)
def test_every_loader_says_the_same_again(name: str) -> None:
    """Of each sample, damaged ones too, every record that is kept is what it was when its file was read."""
    loader: Any = loaders()[name]
    counted = 0
    for path in sorted((SAMPLES / name).iterdir()):
        if path.name != "expected.jsonl" and path.stat().st_size:
            counted += _same(loader, Source(str(path), path))
    assert counted > 3


def test_evtx_says_the_same_again(shared_data: Path) -> None:
    loader: Any = loaders()["evtx"]
    paths = sorted((shared_data / "evtx_cc0").rglob("*.evtx"))
    assert sum(_same(loader, Source(str(path), path)) for path in paths) > 3


def _same(loader: Any, source: Source) -> int:
    """Compare each record of a source with what it is again; records whose file alone tells are left out."""
    context = loader.context(source) if hasattr(loader, "context") else ""
    counted = 0
    for record in loader.read(source):
        if isinstance(record, Record):
            rejected = record.outcome.reason if isinstance(record.outcome, Rejected) else ""
            raw = record.raw.encode("utf-8", "backslashreplace").decode()
            again = loader.again(Held(raw, record.position, source.name, context, rejected))
            assert again in (record.outcome, None), record
            counted += again is not None
    return counted


def _forget() -> None:
    from graphhunt.sources import versions

    versions._text.cache_clear()


def test_versions_are_kept_with_what_was_read(fresh: Workspace) -> None:
    (segment,) = fresh.live()
    assert {source.version for source in segment.sources} == {version_of(Newer())}
    assert pq.read_metadata(fresh.folder(segment.id) / EVIDENCE_FILE).num_rows == 200
