"""Files of the same bytes are read once: by two loads, within one, in slices; and the counts still add up."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from graphhunt.evidence import Workspace
from graphhunt.evidence.contents import complete
from graphhunt.evidence.ingest import ingest, intake, run
from graphhunt.model import FileWarning, Record
from graphhunt.sources import slices
from graphhunt.sources.pool import Pool
from tests.evidence import fakes

READ: list[str] = []


class Counting(fakes.FakeLoader):
    version = "1"


class Newer(Counting):
    version = "2"


class Damaged(Counting):
    """Says of every file that it isn't whole."""

    def read(self, source) -> Iterator[Record | FileWarning]:
        yield from super().read(source)
        yield FileWarning(file=source.name, loader=self.name, reason="cut off")


class Lines(fakes.LineFake):
    version = "1"


@pytest.fixture(autouse=True)
def _nothing_read(monkeypatch) -> None:
    """Note which files are given to workers to read."""
    READ.clear()
    submit = Pool.submit

    def noting(pool, source, loader, tag, **given):
        READ.append(source.name)
        submit(pool, source, loader, tag, **given)

    monkeypatch.setattr(Pool, "submit", noting)


def load(workspace, *paths, loader=None, **options):
    loader = loader or Counting()
    return ingest(workspace, paths, known={loader.name: loader}, **options)


def balanced(report) -> bool:
    return report.events_read == report.events_loaded + sum(report.events_skipped.values()) + report.events_rejected


def entries(workspace) -> int:
    return len(list((workspace.home / "journal").iterdir()))


def test_a_file_of_an_earlier_load_is_counted_not_read(tmp_path):
    content = fakes.lines(0, 100)
    workspace = Workspace(tmp_path / "ws")
    path = fakes.write(tmp_path / "a.fake", content)
    load(workspace, path)
    copy = tmp_path / "copy.fake"
    copy.write_bytes(path.read_bytes())
    before, journal = workspace.fingerprint(), entries(workspace)
    READ.clear()
    report = load(workspace, path, copy)
    assert READ == []
    assert (report.files, report.events_read, report.events_loaded, report.events_rejected) == (2, 200, 0, 0)
    assert report.events_skipped == {"duplicate": 200}
    assert (workspace.fingerprint(), entries(workspace)) == (before, journal)
    fakes.check(workspace, content)


@pytest.mark.parametrize(
    ("again", "options"),
    [
        (Newer(), {}),
        (Counting(), {"client_id": "another"}),
        (Damaged(), {}),
    ],
    ids=["another version", "another tenant", "damage"],
)
def test_what_may_give_something_else_is_read(tmp_path, again, options):
    workspace = Workspace(tmp_path / "ws")
    path = fakes.write(tmp_path / "a.fake", fakes.lines(0, 100))
    load(workspace, path, loader=Damaged() if isinstance(again, Damaged) else Counting())
    READ.clear()
    report = load(workspace, path, loader=again, **options)
    assert [str(path)] == READ
    assert report.events_read == 100
    assert balanced(report)


def test_a_loader_without_a_version_is_asked_again(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    load(workspace, fakes.write(tmp_path / "a.fake", fakes.lines(0, 10)))
    assert len(complete(workspace.contents())) == 1
    assert complete(replace(source, version="") for source in workspace.contents()) == {}


def test_files_of_the_same_bytes_within_a_load_are_read_once(tmp_path):
    content, other = fakes.lines(0, 100), fakes.lines(60, 160)
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("a", "b", "c"):
        fakes.write(folder / f"{name}.fake", content)
    fakes.write(folder / "d.fake", other)
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        archive.write(folder / "a.fake", "one.fake")
        archive.write(folder / "a.fake", "two.fake")
        archive.write(folder / "d.fake", "three.fake")
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, folder)
    assert [str(folder / "a.fake"), str(folder / "d.fake")] == READ
    assert (report.files, report.events_read) == (7, 700)
    # 160 lines are new; all others were there already.
    assert report.events_skipped["duplicate"] == 700 - 160
    assert balanced(report)
    fakes.check(workspace, fakes.lines(0, 160))
    # Every file is on record, with what it held.
    assert {source.file.rpartition("/")[2]: source.read for source in workspace.sources()} == {
        "a.fake": 100, "b.fake": 100, "c.fake": 100, "d.fake": 100,
        "e.zip!one.fake": 100, "e.zip!two.fake": 100, "e.zip!three.fake": 100,
    }  # fmt: skip


def test_the_others_are_read_where_the_first_had_faults(tmp_path):
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        for name in ("one", "two", "three"):
            archive.writestr(f"{name}.fake", "#fake\n" + "\n".join(fakes.lines(0, 20)))
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, tmp_path / "e.zip", loader=Damaged())
    assert sorted(name.rpartition("!")[2] for name in READ) == ["one.fake", "three.fake", "two.fake"]
    assert (report.events_read, report.events_skipped["duplicate"], len(report.warnings)) == (60, 40, 3)
    assert balanced(report)


def test_a_strict_load_reads_everything(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    good = [line for n, line in enumerate(fakes.lines(0, 20)) if n % 10 not in (0, 7)]
    path = fakes.write(tmp_path / "a.fake", [line for line in good if line.startswith("{")])
    load(workspace, path)
    READ.clear()
    load(workspace, path, path, strict=True)
    assert [str(path), str(path)] == READ


def test_slices_of_a_file_count_as_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(slices, "SLICE_BYTES", 2_000)
    monkeypatch.setattr(run, "WORTH_BYTES", 2_000)
    content = [line for line in fakes.lines(0, 400) if line.startswith("{")]
    for name in ("a", "b"):
        (tmp_path / f"{name}.lines").write_text("\n".join(content) + "\n", "utf-8")
    workspace = Workspace(tmp_path / "ws")
    paths = [tmp_path / "a.lines", tmp_path / "b.lines"]
    first = load(workspace, *paths, loader=Lines(), workers=2)
    assert (first.files, first.events_read) == (2, 2 * len(content))
    assert first.events_skipped["duplicate"] == len(content)
    assert balanced(first)
    assert workspace.events() == len(content)
    assert [*complete(workspace.contents()).values()] == [len(content)]
    again = load(workspace, *paths, loader=Lines(), workers=2)
    assert (again.files, again.events_read, again.events_skipped) == (
        2, 2 * len(content), {"duplicate": 2 * len(content)},
    )  # fmt: skip


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_lost_segment_comes_back_when_its_source_is_loaded_again(tmp_path, monkeypatch, number):
    monkeypatch.setattr(intake, "BATCH_RECORDS", 40)
    content = fakes.lines(0, 100)
    workspace = Workspace(tmp_path / "ws")
    paths = [fakes.write(tmp_path / f"{name}.fake", content) for name in "ab"]
    load(workspace, *paths)
    lost = workspace.live()[number]
    shutil.rmtree(workspace.folder(lost.id))
    workspace.journal.forget(lost.id)
    report = load(workspace, paths[0])
    assert report.events_loaded + report.events_rejected + sum(report.events_skipped.values()) == 100
    fakes.check(workspace, content)
    READ.clear()
    assert load(workspace, *paths).events_skipped == {"duplicate": 200}
    assert READ == []


@pytest.mark.parametrize("stop", [40, 70, 80, 100])
def test_a_file_that_begins_like_another_is_read_once(tmp_path, monkeypatch, stop):
    monkeypatch.setattr(intake, "BATCH_RECORDS", 40)
    workspace = Workspace(tmp_path / "ws")
    early = fakes.write(tmp_path / "early.fake", fakes.lines(0, stop))
    load(workspace, early)
    late = fakes.write(tmp_path / "late.fake", fakes.lines(0, 130))
    load(workspace, late)
    READ.clear()
    journal = entries(workspace)
    assert load(workspace, early, late).events_skipped == {"duplicate": stop + 130}
    assert (READ, entries(workspace)) == ([], journal)
    fakes.check(workspace, fakes.lines(0, 130))


def test_files_read_at_the_same_time_are_each_on_record(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "BATCH_RECORDS", 40)
    monkeypatch.setattr(run, "WORTH_BYTES", 1)
    for number in range(6):
        fakes.write(tmp_path / "in" / f"{number}.fake", fakes.lines(number * 70, number * 70 + 100))
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, tmp_path / "in", workers=3)
    # Each file but the first shares 30 lines with the one before it.
    assert (report.files, report.events_read, report.events_skipped["duplicate"]) == (6, 600, 150)
    assert balanced(report)
    fakes.check(workspace, fakes.lines(0, 450))
    assert [source.read for source in workspace.sources()] == [100] * 6
    READ.clear()
    assert load(workspace, tmp_path / "in", workers=3).events_skipped == {"duplicate": 600}
    assert READ == []
