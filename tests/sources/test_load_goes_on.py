"""R3: a parser that crashes or hangs in the middle of a load costs its own file only, and is named."""

from __future__ import annotations

import os
import zipfile

import pytest

from graphhunt.errors import LoadError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest, intake, run
from graphhunt.sources.loading import Loader
from graphhunt.sources.pool import WorkerLimits
from tests.evidence import fakes
from tests.sources import misbehaving


def balanced(report) -> bool:
    return report.events_read == report.events_loaded + sum(report.events_skipped.values()) + report.events_rejected


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", [misbehaving.Segfault, misbehaving.NativeSleep, misbehaving.Memory, misbehaving.Quits])
def test_the_other_files_are_loaded(tmp_path, monkeypatch, kind, workers):
    monkeypatch.setattr(run, "WORTH_BYTES", 1)
    content = fakes.lines(0, 40)
    folder = tmp_path / "in"
    fakes.write(folder / "1.fake", content[:20])
    fakes.write(folder / "4.fake", content[20:])
    bad = [folder / "2.bad", folder / "3.bad"]
    for number, path in enumerate(bad):
        path.write_bytes(b"bad %d" % number)
    limits = WorkerLimits(memory=300 << 20, silence=3.0 if kind is misbehaving.NativeSleep else 60.0)
    workspace = Workspace(tmp_path / "ws")
    known = {"fake": fakes.FakeLoader(), "bad": kind()}
    report = ingest(workspace, [folder], known=known, worker_limits=limits, workers=workers)
    assert (report.files, report.files_rejected) == (4, 0)
    assert report.events_read == 40 + 2 * 10
    assert balanced(report)
    assert sorted(warning.file for warning in report.warnings) == [str(path) for path in bad]
    assert all("; 10 records were read before" in warning.reason for warning in report.warnings)
    assert len(workspace.warnings()) == 2
    assert workspace.events() == 60
    assert {r.raw for r in workspace.evidence.get_many(map(fakes.event_id, content))} == set(content)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (misbehaving.SniffRaises, "ZeroDivisionError: oops"),
        (misbehaving.SniffHangs, "gave nothing for 1 s"),
        (misbehaving.SniffCrashes, "SIGSEGV"),
        (misbehaving.SniffHoards, "MemoryError"),
        (misbehaving.SniffQuits, "exit code 3"),
    ],
)
def test_a_loader_that_fails_to_look_at_a_file_costs_no_other(tmp_path, kind, reason):
    content = fakes.lines(0, 40)
    folder = tmp_path / "in"
    for number in range(4):
        fakes.write(folder / f"{number}.fake", content[number * 10 : number * 10 + 10])
    (folder / "5.bad").write_bytes(b"bad")
    workspace = Workspace(tmp_path / "ws")
    known = {"bad": kind(), "fake": fakes.FakeLoader()}
    limits = WorkerLimits(memory=300 << 20, silence=1.0 if kind is misbehaving.SniffHangs else 60.0)
    report = ingest(workspace, [folder], known=known, worker_limits=limits)
    assert (report.files, report.files_rejected, report.events_read) == (4, 1, 40)
    assert balanced(report)
    # One warning tells that the loader fails, and one why a file isn't read; the others have other loaders.
    first, unread = report.warnings
    assert (first.file, first.loader) == (str(folder / "0.fake"), "bad")
    assert reason in first.reason
    assert unread.file == str(folder / "5.bad")
    assert "not recognised" in unread.reason
    assert "the loader bad failed" in unread.reason
    fakes.check(workspace, content)


def test_a_loader_that_has_to_be_stopped_often_is_asked_no_more(tmp_path):
    for number in range(40):
        fakes.write(tmp_path / "in" / f"{number:02}.fake", fakes.lines(number, number + 1))
    for number in range(40, 80):
        (tmp_path / "in" / f"{number}.bad").write_bytes(b"bad")
    workspace = Workspace(tmp_path / "ws")
    known: dict[str, Loader] = {"bad": misbehaving.SniffHangs(), "fake": fakes.FakeLoader()}
    report = ingest(workspace, [tmp_path / "in"], known=known, worker_limits=WorkerLimits(silence=1.0))
    assert (report.files, report.files_rejected, report.events_read) == (40, 40, 40)
    assert "stopped 3 times before" in report.warnings[-1].reason


def test_files_whose_names_are_not_utf_8_are_loaded_or_told(tmp_path):
    folder = tmp_path / "in"
    content = fakes.lines(0, 20)
    fakes.write(folder / "1.fake", content[:10])
    fakes.write(folder / os.fsdecode(b"\xff.fake"), content[10:])
    (folder / os.fsdecode(b"\xfe.zzz")).write_bytes(b"nothing known")
    with zipfile.ZipFile(folder / "named.zip", "w") as packed:
        packed.writestr(zipfile.ZipInfo("n"), b"x")
    damaged = bytearray((folder / "named.zip").read_bytes())
    at = damaged.index(b"PK\x01\x02")
    damaged[at + 9] |= 0x08  # the name is said to be UTF-8
    damaged[at + 46] = 0xFF
    (folder / "named.zip").write_bytes(damaged)
    workspace = Workspace(tmp_path / "ws")
    report = ingest(workspace, [folder], known={"fake": fakes.FakeLoader()})
    assert (report.files, report.files_rejected) == (2, 2)
    assert balanced(report)
    assert sorted(source.file for source in workspace.sources()) == [
        str(folder / "1.fake"), str(folder / "\\udcff.fake"),
    ]  # fmt: skip
    assert sorted(warning.file for warning in report.warnings) == [
        str(folder / "\\udcfe.zzz"), str(folder / "named.zip"),
    ]  # fmt: skip


def test_a_signal_without_a_name_costs_one_file(tmp_path):
    fakes.write(tmp_path / "in" / "2.fake", fakes.lines(0, 5))
    (tmp_path / "in" / "1.bad").write_bytes(b"bad")
    known: dict[str, Loader] = {"fake": fakes.FakeLoader(), "bad": misbehaving.RealTimeSignal()}
    report = ingest(Workspace(tmp_path / "ws"), [tmp_path / "in"], known=known)
    assert report.events_read == 15
    assert "the parser crashed (signal 40)" in report.warnings[0].reason


def test_facts_without_end_are_committed_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "BATCH_BYTES", 4 << 20)
    (tmp_path / "1.bad").write_bytes(b"bad")
    workspace = Workspace(tmp_path / "ws")
    report = ingest(workspace, [tmp_path / "1.bad"], known={"bad": misbehaving.Grows()})
    assert report.events_read == report.events_loaded == 510
    # 125,250 facts of 256 bytes each are 30 MiB, in parts of 4
    assert len(workspace.journal.segments()) >= 7


def test_of_endless_warnings_the_first_are_kept_and_the_others_counted(tmp_path):
    (tmp_path / "1.bad").write_bytes(b"bad")
    report = ingest(Workspace(tmp_path / "ws"), [tmp_path / "1.bad"], known={"bad": misbehaving.Complains()})
    assert len(report.warnings) == 1001
    assert report.warnings[-1].reason == "500 more warnings of this file"
    assert balanced(report)


def test_workers_that_never_start_end_the_load_with_the_reason(tmp_path):
    fakes.write(tmp_path / "in" / "1.fake", fakes.lines(0, 5))
    known: dict[str, Loader] = {"bad": misbehaving.NeverReady(), "fake": fakes.FakeLoader()}
    workspace = Workspace(tmp_path / "ws")
    with pytest.raises(LoadError, match=r"can't start.*SIGKILL"):
        ingest(workspace, [tmp_path / "in"], known=known)
    report = ingest(workspace, [tmp_path / "in"], known={"fake": fakes.FakeLoader()})
    assert (report.files, report.events_read) == (1, 5)
