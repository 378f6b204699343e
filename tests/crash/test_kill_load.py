"""R4: a load killed at any moment, and repeated, ends as if it had never been killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import psutil
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from tests.evidence import fakes

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("GRAPHHUNT_TEST_KILLS", "20"))
CODE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from graphhunt.evidence import Workspace, upkeep
from graphhunt.evidence.ingest import ingest, intake, run
from tests.evidence import fakes
intake.BATCH_RECORDS, upkeep.SMALL_ROWS, upkeep.PACK_COUNT, upkeep.INDEX_COUNT, run.WORTH_BYTES = 60, 100, 5, 3, 1
print("ready", flush=True)
ingest(Workspace(sys.argv[1]), [sys.argv[2]], known=fakes.LOADERS, workers=int(sys.argv[3]))
"""


def make_input(folder: Path) -> list[str]:
    content = fakes.lines(0, 2400)
    for number in range(6):
        fakes.write(folder / f"{number}.fake", content[number * 300 : number * 300 + 400])
    with tarfile.open(folder / "z.tar.gz", "w:gz") as archive:
        for number in range(6, 8):
            name = f"{number}.fake"
            archive.add(fakes.write(folder.parent / "make" / name, content[number * 300 : number * 300 + 300]), name)
    return content


def start(workspace: Path, source: Path, workers: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(workspace), str(source), str(workers)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """Kill it; its workers must end by themselves."""
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive


def check_prefix(workspace: Workspace, content: list[str]) -> int:
    """Whatever is committed is whole and right, even if not complete."""
    expected = fakes.expected_facts(content)
    stored = fakes.stored_facts(workspace)
    known = {fakes.event_id(raw): raw for raw in content}
    records = workspace.evidence.get_many(known)
    assert len(records) == workspace.events()
    assert all(known[record.event_id] == record.raw for record in records)
    here = {record.event_id for record in records}
    for kind, rows in expected.items():
        assert len(stored[kind]) == len(set(stored[kind]))
        assert set(stored[kind]) == {row for row in rows if row[0] in here}
    assert workspace.verify() == []
    return len(records)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_loads_end_like_whole_ones(tmp_path):
    content = make_input(tmp_path / "in")
    whole = Workspace(tmp_path / "whole")
    process = start(tmp_path / "whole", tmp_path / "in", 1)
    begun = time.monotonic()
    process.communicate()
    took = time.monotonic() - begun
    fakes.check(whole, content)
    chances = random.Random(20260921)
    progress = []
    for number in range(-(-KILLS // 3)):
        path = tmp_path / f"ws{number}"
        for _ in range(3):
            process = start(path, tmp_path / "in", workers=1 + number % 2)
            time.sleep(chances.random() * took / 2)
            kill(process)
            progress.append(check_prefix(Workspace(path), content))
        workspace = Workspace(path)
        report = ingest(workspace, [tmp_path / "in"], known=fakes.LOADERS, workers=1)
        assert report.events_read == 6 * 400 + 600
        fakes.check(workspace, content)
        assert workspace.fingerprint() == whole.fingerprint()
        assert not [left for left in (workspace.home / "staging").iterdir() if left.is_dir()]
    assert sum(0 < kept < len(content) for kept in progress) > len(progress) / 4
