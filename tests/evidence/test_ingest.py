"""Loading: counts, duplicates, order, splitting, parallel loads, archives, bad files."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphhunt import ids
from graphhunt.errors import LoadError, UsageError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest, intake, run
from graphhunt.model import Connection, FileWarning, Logon, Record
from graphhunt.sources import slices
from graphhunt.sources.loading import Source, version_of
from graphhunt.sources.pool import Pool
from tests.evidence import fakes

ROOT = Path(__file__).parents[2]


def kept(workspace, event_id):
    record = workspace.evidence.get(event_id)
    assert record is not None
    return record


def load(workspace, *paths, **options):
    return ingest(workspace, paths, known=options.pop("known", fakes.LOADERS), **options)


def balanced(report) -> bool:
    return report.events_read == report.events_loaded + sum(report.events_skipped.values()) + report.events_rejected


def test_counts_follow_from_the_file(tmp_path):
    content = fakes.lines(0, 100)
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, fakes.write(tmp_path / "a.fake", content))
    assert (report.files, report.files_rejected, report.warnings) == (1, 0, [])
    assert (report.events_read, report.events_rejected) == (100, 10)
    # 20 numbers end in 1 or 6 (n % 5 == 1) and none of them ends in 7
    assert sum(report.events_skipped.values()) == 20
    assert set(report.events_skipped) == {"reason 0", "reason 1", "reason 2"}
    assert report.events_loaded == 70
    assert balanced(report)
    fakes.check(workspace, content)


def test_a_second_load_changes_nothing(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    path = fakes.write(tmp_path / "a.fake", fakes.lines(0, 500))
    load(workspace, path)
    before = workspace.fingerprint()
    report = load(workspace, path)
    assert report.events_skipped == {"duplicate": 500}
    assert (report.events_loaded, report.events_rejected, report.files) == (0, 0, 1)
    assert workspace.fingerprint() == before
    fakes.check(workspace, fakes.lines(0, 500))


def test_equal_records_within_a_file_count_once(tmp_path):
    content = [*fakes.lines(0, 50), *fakes.lines(20, 70)]
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, fakes.write(tmp_path / "a.fake", content))
    assert report.events_skipped["duplicate"] == 30
    assert balanced(report)
    fakes.check(workspace, content)


def test_tenants_are_kept_apart(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    path = fakes.write(tmp_path / "a.fake", fakes.lines(0, 10))
    load(workspace, path, client_id="one")
    report = load(workspace, path, client_id="two")
    assert "duplicate" not in report.events_skipped
    assert workspace.events() == 20
    assert set(workspace.facts("logon", ["client_id"]).collect()["client_id"]) == {"one", "two"}
    raw = fakes.lines(0, 1)[0]
    assert kept(workspace, fakes.event_id(raw, client="two")).client_id == "two"


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_shuffled_split_repeated_and_overlapping_loads_are_one_set(tmp_path_factory, data):
    content = fakes.lines(0, 60)
    pieces = data.draw(
        st.lists(st.lists(st.sampled_from(content), min_size=1, max_size=40), min_size=1, max_size=7), label="pieces"
    )
    batch = data.draw(st.sampled_from([13, 40, 1000]), label="batch")
    folder = tmp_path_factory.mktemp("r7")
    for number, piece in enumerate(pieces):
        fakes.write(folder / "in" / f"{number}.fake", piece)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "BATCH_RECORDS", batch)
        workspace = Workspace(folder / "ws")
        report = load(workspace, folder / "in", workers=1)
        fakes.check(workspace, [raw for piece in pieces for raw in piece])
    assert balanced(report)
    assert report.events_read == sum(len(piece) for piece in pieces)
    total = sum(int(fakes.event_id(raw), 16) for raw in {raw for piece in pieces for raw in piece}) % 2**128
    read = f"fake {version_of(fakes.LOADERS['fake'])}"
    assert workspace.fingerprint() == ids.digest("events", str(workspace.events()), f"{total:032x}", read)


def test_four_processes_load_overlapping_files_at_once(tmp_path):
    content = fakes.lines(0, 4000)
    chances = random.Random(7)
    jobs = []
    for number in range(4):
        part = content[number * 700 : number * 700 + 1900]
        chances.shuffle(part)
        fakes.write(tmp_path / f"{number}.fake", part)
        code = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "from graphhunt.evidence import Workspace; from graphhunt.evidence.ingest import ingest, intake\n"
            "from tests.evidence import fakes; intake.BATCH_RECORDS = 97\n"
            f"w, path = Workspace({str(tmp_path / 'ws')!r}), {str(tmp_path / f'{number}.fake')!r}\n"
            "r = ingest(w, [path], known=fakes.LOADERS)\n"
            "print(r.events_read - r.events_skipped.get('duplicate', 0))"
        )
        jobs.append(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True))
    new = sum(int(job.communicate()[0]) for job in jobs)
    assert all(job.returncode == 0 for job in jobs)
    workspace = Workspace(tmp_path / "ws")
    assert new == workspace.events() == 4000
    fakes.check(workspace, content)


def test_threads_of_one_process_may_load_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "BATCH_RECORDS", 50)
    path = fakes.write(tmp_path / "a.fake", fakes.lines(0, 1000))
    workspace = Workspace(tmp_path / "ws")
    threads = [threading.Thread(target=load, args=(workspace, path), kwargs={"workers": 1}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fakes.check(workspace, fakes.lines(0, 1000))


def test_several_workers_give_what_one_gives(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "WORTH_BYTES", 1)
    for number in range(7):
        fakes.write(tmp_path / "in" / f"{number}.fake", fakes.lines(number * 300, number * 300 + 400))
    (tmp_path / "in" / "x.bin").write_bytes(b"what is this")
    with zipfile.ZipFile(tmp_path / "in" / "z.zip", "w") as archive:
        archive.write(tmp_path / "in" / "0.fake", "again.fake")
        archive.write(tmp_path / "in" / "1.fake", "deeper/again.fake")
    seen = []
    many, one = Workspace(tmp_path / "many"), Workspace(tmp_path / "one")
    shared = load(many, tmp_path / "in", workers=3, progress=lambda *state: seen.append(state))
    alone = load(one, tmp_path / "in", workers=1)
    fakes.check(many, fakes.lines(0, 2200))
    assert many.fingerprint() == one.fingerprint()
    assert (shared.files, shared.files_rejected, shared.events_read) == (9, 1, alone.events_read)
    assert shared.events_skipped["duplicate"] == alone.events_skipped["duplicate"] == 1400
    assert [w.file for w in shared.warnings] == [str(tmp_path / "in" / "x.bin")]
    assert seen[-1][1] == seen[-1][2] > 0
    assert seen[-1][3] == shared.events_read


@pytest.mark.parametrize("packed", [False, True])
def test_big_files_of_lines_are_read_in_slices(tmp_path, monkeypatch, packed):
    monkeypatch.setattr(run, "WORTH_BYTES", 1)
    monkeypatch.setattr(slices, "SLICE_BYTES", 3000)
    content = fakes.lines(0, 2000)
    path = tmp_path / "big.json"
    path.write_bytes("\n".join(content).encode())
    if packed:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(path, "big.json")
        path = tmp_path / "a.zip"
    known = {"fake": fakes.LineFake()}
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, path, known=known, workers=3)
    assert (report.files, report.files_rejected, report.events_read) == (1, 0, 2000)
    assert [(w.reason, w.position) for w in report.warnings] == [("cut off", "line 2000")]
    fakes.check(workspace, content)
    for number, raw in enumerate(content, 1):
        assert kept(workspace, fakes.event_id(raw)).position == f"line {number}"
    (source,) = workspace.sources()
    assert source.read == 2000
    assert source.bytes == len("\n".join(content))
    assert not list((workspace.home / "staging").iterdir())


def test_slices_hold_every_byte_once(tmp_path, monkeypatch):
    monkeypatch.setattr(slices, "SLICE_BYTES", 50)
    path = tmp_path / "a.json"
    chances = random.Random(3)
    for _ in range(50):
        text = "".join(chances.choice(["{1}\n", "x\n", "\n", "{" + "y" * 70 + "\n", "{"]) for _ in range(40))
        path.write_text("{" + text)
        parts = list(slices.cut(Source("a", path), "hash"))
        read = []
        for part in parts:
            with part.open() as stream:
                read.append(stream.read())
        assert b"".join(read) == path.read_bytes()
        assert all(piece.startswith(b"{") for piece in read)
        assert all(piece.endswith(b"\n") for piece in read[:-1])
        assert [p.part.lines for p in parts] == [b"".join(read[:i]).count(b"\n") for i in range(len(parts))]


def test_a_loader_that_no_other_process_can_import_is_refused(tmp_path):
    class Local(fakes.FakeLoader):
        pass

    workspace = Workspace(tmp_path / "ws")
    path = fakes.write(tmp_path / "a.fake", fakes.lines(0, 10))
    with pytest.raises(UsageError, match=r"'fake' can't be run in a process of its own .*put its class into a module"):
        load(workspace, path, known={"fake": Local()})
    assert workspace.events() == 0


class Nosy(fakes.FakeLoader):
    """Gives the number of the process that it runs in, as the user of a logon."""

    def read(self, source: Source):
        yield Record(raw=source.name, position="0", outcome=[Logon(time=1, user=str(os.getpid()))])


@pytest.mark.parametrize("workers", [1, 2])
def test_every_loader_is_read_in_another_process(tmp_path, workers):
    for number in range(40):
        fakes.write(tmp_path / "in" / f"{number}.fake", [str(number)])
    workspace = Workspace(tmp_path / "ws")
    assert load(workspace, tmp_path / "in", known={"fake": Nosy()}, workers=workers).events_loaded == 40
    pids = set(workspace.facts("logon", ["user"]).collect()["user"])
    assert str(os.getpid()) not in pids
    assert len(pids) == 1  # so little isn't worth a second worker


def test_archives_and_folders_are_walked(tmp_path):
    part = [fakes.lines(n * 10, n * 10 + 10) for n in range(4)]
    paths = [fakes.write(tmp_path / "make" / f"{n}.fake", lines) for n, lines in enumerate(part)]
    folder = tmp_path / "in" / "below"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "a.Zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(paths[0], "logs/0.fake")
    with tarfile.open(folder / "b.tar.gz", "w:gz") as tar:
        tar.add(paths[1], "1.fake")
    (folder / "c.fake.gz").write_bytes(gzip.compress(paths[2].read_bytes()))
    (folder / "d.fake").write_bytes(paths[3].read_bytes())
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, tmp_path / "in")
    assert (report.files, report.events_read, report.warnings) == (4, 40, [])
    fakes.check(workspace, [line for lines in part for line in lines])
    names = {Path(source.file).name for source in workspace.sources()}
    assert names == {"0.fake", "b.tar.gz!1.fake", "c.fake.gz!c.fake", "d.fake"}
    record = workspace.evidence.get(fakes.event_id(part[0][3]))
    assert record is not None
    assert record.file == str(folder / "a.Zip!logs/0.fake")
    assert record.position == "line 5"
    assert not list((workspace.home / "staging").iterdir())


def test_unknown_and_empty_files_are_rejected_and_the_rest_goes_on(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(b"unknown")
    (tmp_path / "in" / "b.fake").write_bytes(b"")
    fakes.write(tmp_path / "in" / "c.fake", fakes.lines(0, 10))
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, tmp_path / "in")
    assert (report.files, report.files_rejected, report.events_read) == (1, 2, 10)
    reasons = {Path(w.file).name: w.reason for w in report.warnings}
    assert "not recognised" in reasons["a.txt"]
    assert "empty" in reasons["b.fake"]
    assert [w.reason for w in workspace.warnings()] == [w.reason for w in report.warnings]
    load(workspace, tmp_path / "in")
    assert len(workspace.warnings()) == 2


class Faulty(fakes.FakeLoader):
    def read(self, source: Source):
        yield from list(super().read(source))[:3]
        raise KeyError("bug")


def test_a_loader_that_raises_ends_only_its_file(tmp_path):
    fakes.write(tmp_path / "in" / "a.fake", fakes.lines(0, 10))
    fakes.write(tmp_path / "in" / "b.fake", fakes.lines(10, 20))
    report = load(Workspace(tmp_path / "ws"), tmp_path / "in", known={"fake": Faulty()})
    assert (report.files, report.events_read) == (2, 6)
    assert [w.reason for w in report.warnings] == ["the loader failed: KeyError: 'bug'; 3 records were read before"] * 2


class Wrong(fakes.FakeLoader):
    """Gives facts that break their own types."""

    def read(self, source: Source):
        good = Logon(time=5, user="fine")
        yield Record(raw="0", position="0", outcome=[good])
        yield Record(raw="1", position="1", outcome=[Logon(time="yesterday")])  # type: ignore[arg-type]
        yield Record(raw="2", position="2", outcome=[good, Connection(time=1, bytes_out=2**64)])
        yield Record(raw="3", position="3", outcome=["no fact"])  # type: ignore[list-item]
        yield Record(raw="4\ud800", position="4", outcome=[Logon(time=6, user="half \udfff pair")])
        yield FileWarning(file=source.name, loader="fake", reason="odd", position="9")


def test_facts_that_break_their_type_reject_the_record_only(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    report = load(workspace, fakes.write(tmp_path / "a.fake", []), known={"fake": Wrong()})
    assert (report.events_read, report.events_loaded, report.events_rejected) == (5, 2, 3)
    rejects = {r.raw: r.reason for r in workspace.evidence.rejects()}
    assert set(rejects) == {"1", "2", "3"}
    assert "`int`" in rejects["1"]
    assert "connection" in rejects["2"]
    users = workspace.facts("logon", ["user"]).collect()["user"].to_list()
    assert sorted(users) == ["fine", "half \\udfff pair"]
    assert workspace.facts("connection").collect().height == 0
    assert kept(workspace, fakes.event_id("4\\ud800")).raw == "4\\ud800"


def test_strict_raises_at_the_first_trouble(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    fine = [line for line in fakes.lines(0, 30) if not line.startswith("broken")]
    fakes.write(tmp_path / "in" / "a.fake", fine)
    assert load(workspace, tmp_path / "in", strict=True).events_read == 27
    broken = fakes.write(tmp_path / "b.fake", fakes.lines(0, 10))
    with pytest.raises(LoadError, match=r"not JSON in .*b\.fake, line 9"):
        load(workspace, broken, strict=True)
    (tmp_path / "in" / "c.bin").write_bytes(b"???")
    with pytest.raises(LoadError, match="not recognised"):
        load(workspace, tmp_path / "in", strict=True)
    with pytest.raises(LoadError):
        load(workspace, fakes.write(tmp_path / "d.fake", []), known={"fake": Wrong()}, strict=True)
    assert not list((workspace.home / "staging").iterdir())


def test_strict_errors_come_through_from_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "WORTH_BYTES", 1)
    for n in range(4):
        fakes.write(tmp_path / "in" / f"{n}.fake", ["broken 1"])
    with pytest.raises(LoadError, match=r"not JSON in .*fake, line 2"):
        load(Workspace(tmp_path / "ws"), tmp_path / "in", strict=True, workers=2)


def test_wrong_names_are_said_at_once(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    path = fakes.write(tmp_path / "a.fake", fakes.lines(0, 3))
    with pytest.raises(LoadError, match="no such file"):
        load(workspace, path, tmp_path / "absent")
    with pytest.raises(UsageError, match="valid: fake"):
        load(workspace, path, format="fkae")
    assert workspace.events() == 0
    assert load(workspace, path, format="fake").events_read == 3


def test_a_file_that_vanishes_before_it_is_read_costs_no_other(tmp_path, monkeypatch):
    for name, start in (("a", 0), ("b", 10), ("c", 20)):
        fakes.write(tmp_path / "in" / f"{name}.fake", fakes.lines(start, start + 10))
    submit = Pool.submit

    def late(pool, source, loader, tag):
        (tmp_path / "in" / "b.fake").unlink(missing_ok=True)
        submit(pool, source, loader, tag)

    monkeypatch.setattr(Pool, "submit", late)
    report = load(Workspace(tmp_path / "ws"), tmp_path / "in")
    assert (report.files, report.files_rejected, report.events_read) == (2, 1, 20)
    (warning,) = report.warnings
    assert warning.file == str(tmp_path / "in" / "b.fake")
    assert "can't be read" in warning.reason
