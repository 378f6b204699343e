"""Helpers of the loader tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real telemetry, or skip the test where it isn't there."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("GRAPHHUNT_SHARED_DATA", beside))
    if not (folder / "README.md").is_file():
        pytest.skip("the shared telemetry isn't here")
    return folder
