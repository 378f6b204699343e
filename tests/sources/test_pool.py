"""A loader in a worker may crash, loop, hoard or babble: the parent gets what it read and a named warning."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from graphhunt.model import FileWarning, Logon, Record, Rejected, Skipped
from graphhunt.sources.loading import Source
from graphhunt.sources.pool import Pool, WorkerLimits
from graphhunt.sources.slices import Part, Slice
from tests.sources import misbehaving
from tests.sources.reading import Reader

LIMITS = WorkerLimits(memory=300 << 20, silence=4.0, seconds=20.0, cpu=20.0)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "evidence.bad"
    path.write_bytes(b"bad bytes")
    return Source("case.zip!evidence.bad", path)


def run(kind: type, source: Source, limits: WorkerLimits = LIMITS) -> tuple[list[Record], list[FileWarning]]:
    with Reader(limits) as reader:
        items = reader.read(kind(), source)
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, FileWarning)]


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_a_good_loader_gives_the_same_as_in_process(source):
    with Reader(LIMITS) as reader:
        items = reader.read(misbehaving.Good(), source)
    assert items == list(misbehaving.Good().read(source))
    first, *_, skipped, rejected = [item.outcome for item in items if isinstance(item, Record)]
    assert isinstance(first, list)
    assert isinstance(first[0], Logon)
    assert isinstance(skipped, Skipped)
    assert isinstance(rejected, Rejected)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (misbehaving.Segfault, "SIGSEGV"),
        (misbehaving.Abort, "SIGABRT"),
        (misbehaving.PythonLoop, "nothing for"),
        (misbehaving.NativeSleep, "nothing for"),
        (misbehaving.Memory, "memory"),
        (misbehaving.Quits, "exit code 3"),
        (misbehaving.Killed, "SIGKILL"),
        (misbehaving.Raises, "ZeroDivisionError: oops"),
        (misbehaving.Refuses, "the header is damaged (copy it again)"),
        (misbehaving.Nonsense, "nonsense"),
        (misbehaving.Closes, "closed its pipes"),
    ],
)
def test_what_was_read_is_kept_and_the_warning_names_the_file(source, kind, reason):
    before = children()
    patient = kind is not misbehaving.PythonLoop and kind is not misbehaving.NativeSleep
    records, warnings = run(kind, source, LIMITS._replace(silence=30.0 if patient else LIMITS.silence))
    assert [r.raw for r in records] == [f"evidence.bad {i}" for i in range(10)]
    assert len(warnings) == 1
    assert (warnings[0].file, warnings[0].loader, warnings[0].position) == (source.name, "bad", "record 9")
    assert reason in warnings[0].reason
    assert "10 records" in warnings[0].reason
    assert children() == before


def test_endless_records_end_at_the_output_limit(source):
    records, warnings = run(misbehaving.Endless, source)
    assert sum(len(r.raw) for r in records) <= 65 << 20
    assert "far more than the file can hold" in warnings[0].reason


def test_a_slow_loader_ends_at_the_wall_limit(source):
    records, warnings = run(misbehaving.Slow, source, LIMITS._replace(seconds=3.0, seconds_per_mib=0.0))
    assert len(records) > 10
    assert "took more than 3 s" in warnings[0].reason


def test_a_looping_loader_ends_at_the_cpu_limit(source):
    limits = LIMITS._replace(silence=60.0, seconds=60.0, cpu=1.0, seconds_per_mib=0.0)
    records, warnings = run(misbehaving.PythonLoop, source, limits)
    assert len(records) == 10
    assert "CPU" in warnings[0].reason


def test_a_slow_reader_of_records_is_not_held_against_the_worker(source):
    with Reader(LIMITS._replace(silence=2.0, seconds=3.0), seen=lambda item: time.sleep(0.4)) as reader:
        items = reader.read(misbehaving.Good(), source)
    assert len(items) == 13


def test_one_worker_reads_many_files_and_is_replaced_after_a_crash(source):
    items: list[Record | FileWarning] = []
    known = {"nosy": misbehaving.Nosy(), "bad": misbehaving.Segfault()}
    with Pool[None](known, limits=LIMITS, take=lambda tag, item: items.append(item)) as pool:
        for name in ("nosy", "nosy", "bad", "nosy"):
            pool.submit(source, name, None)
        pool.finish()
    pids = [i.raw for i in items if isinstance(i, Record) and i.position == "pid"]
    assert pids[0] == pids[1] != pids[2]


def test_what_the_loader_prints_does_no_harm(source):
    records, warnings = run(misbehaving.Chatty, source)
    assert len(records) == 11
    assert warnings == []


def test_the_worker_has_no_secrets_and_writes_no_files(source, monkeypatch):
    monkeypatch.setenv("GRAPHHUNT_PASSWORD", "canary")
    with Path(os.devnull).open("rb") as extra:
        os.set_inheritable(extra.fileno(), True)
        records, _ = run(misbehaving.Nosy, source)
    seen = {r.position: r.raw for r in records}
    assert "GRAPHHUNT_PASSWORD" not in seen["environment"]
    assert "HOME" not in seen["environment"]
    assert int(seen["files"]) <= 6
    assert seen["write"] == "OSError"
    written = source.path.with_name("written")
    assert not written.exists() or written.read_bytes() == b""


def test_leaving_early_ends_the_worker(source):
    before = children()

    def leave(tag, item):
        assert children() != before
        raise InterruptedError

    with Pool({"bad": misbehaving.Endless()}, take=leave) as pool:
        pool.submit(source, "bad", None)
        with pytest.raises(InterruptedError):
            pool.finish()
    assert children() == before


def test_the_worker_dies_with_its_parent(source):
    code = (
        f"import sys; sys.path[:0] = [{str(Path(__file__).parents[2])!r}]\n"
        "from tests.sources import misbehaving; from pathlib import Path\n"
        "from graphhunt.sources.loading import Source\n"
        "from graphhunt.sources.pool import Pool\n"
        "pool = Pool({'bad': misbehaving.PythonLoop()}, take=lambda tag, item: print(item.position, flush=True))\n"
        f"pool.submit(Source('x', Path({str(source.path)!r})), 'bad', None)\n"
        "pool.finish()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    for line in parent.stdout:
        if line.strip() == "record 9":
            break
    (worker,) = psutil.Process(parent.pid).children()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs([worker], timeout=10)
    assert not alive


def test_what_a_loader_started_ends_with_its_worker(source):
    with Reader(LIMITS._replace(silence=1.0)) as reader:
        items = reader.read(misbehaving.LeavesAChild(), source)
    child = Path("/proc") / next(i.raw for i in items if isinstance(i, Record) and i.position == "child")
    until = time.monotonic() + 10
    while child.exists() and time.monotonic() < until:  # whoever takes over orphans reaps it when it likes
        if child.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.05)
    assert time.monotonic() < until


def test_a_slice_begins_for_its_loader_as_its_file_does(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"first": 1}\n{"second": 2}\n')
    part = Slice.of(Source("log", path), Part(13, 28, 1, "0" * 64, 28))
    with part.open() as stream:
        assert stream.read() == b'{"second": 2}\n'
    assert part.head() == path.read_bytes()
