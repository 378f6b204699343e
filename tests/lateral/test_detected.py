"""The kept result of the detector: each asker gets the answer to its own question."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from graphhunt.lateral import detection
from graphhunt.lateral.detection import DetectionOptions, detected


@pytest.mark.parametrize("folder", ["case", "other"])
def test_a_question_asked_in_between_does_not_change_an_answer(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Another thread may ask about the same or another case just after a result was kept."""
    case: Any = SimpleNamespace(folder="case", fingerprint="f")
    asked: Any = SimpleNamespace(folder=folder, fingerprint="f")

    class Interrupted(dict[str, Any]):
        calls = 0

        def __setitem__(self, key: str, value: Any) -> None:
            super().__setitem__(key, value)
            self.calls += 1
            if self.calls == 1:
                assert detected(asked, DetectionOptions(since=2)) == (folder, 2)

    monkeypatch.setattr(detection, "_kept", Interrupted())
    monkeypatch.setattr(detection, "_run", lambda snapshot, options: (snapshot.folder, options.since))
    assert detected(case, DetectionOptions(since=1)) == ("case", 1)
