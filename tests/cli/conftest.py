"""What the tests of commands share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphhunt.store.embedded import stop_engine


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for a workspace, whose small engine is ended after the test."""
    monkeypatch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
    monkeypatch.setenv("GRAPHHUNT_ENGINE_IDLE", "5")
    yield tmp_path / "ws"
    stop_engine(tmp_path / "ws")
