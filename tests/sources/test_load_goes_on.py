"""R3: a parser that crashes or hangs in the middle of a load costs its own file only, and is named."""

from __future__ import annotations

import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest.intake import Intake
from graphhunt.evidence.ingest.report import Options
from graphhunt.sources.loading import Source
from graphhunt.sources.sandbox import SandboxLimits
from tests.evidence import fakes
from tests.sources import misbehaving


@pytest.mark.parametrize("kind", [misbehaving.Segfault, misbehaving.NativeSleep, misbehaving.Memory, misbehaving.Quits])
def test_the_other_files_are_loaded(tmp_path, kind):
    content = fakes.lines(0, 40)
    sources = [fakes.write(tmp_path / "1.fake", content[:20]), tmp_path / "2.bad", tmp_path / "3.bad"]
    sources.append(fakes.write(tmp_path / "4.fake", content[20:]))
    for path in sources[1:3]:
        path.write_bytes(b"bad")
    silence = 3.0 if kind is misbehaving.NativeSleep else 60.0
    limits = SandboxLimits(memory=300 << 20, silence=silence)
    workspace = Workspace(tmp_path / "ws")
    options = Options({"fake": fakes.IsolatedFake(), "bad": kind()}, sandbox=limits)
    with Intake(workspace, options) as intake:
        for path in sources:
            intake.read(Source(str(path), path), lambda: None)
    report = intake.report
    assert (report.files, report.files_rejected) == (4, 0)
    assert report.events_read == 40 + 2 * 10
    assert report.events_read == report.events_loaded + sum(report.events_skipped.values()) + report.events_rejected
    assert [warning.file for warning in report.warnings] == [str(sources[1]), str(sources[2])]
    assert len(workspace.warnings()) == 2
    assert workspace.events() == 60
    assert {r.raw for r in workspace.evidence.get_many(map(fakes.event_id, content))} == set(content)
