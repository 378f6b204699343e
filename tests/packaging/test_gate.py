"""The gate runs its cheap stages first, and doesn't start the long ones when one of them failed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize("cheap", ["style", "types", "layers"])
def test_no_long_stage_starts_after_a_failed_cheap_one(cheap: str, root: Path, tmp_path: Path) -> None:
    gate = tmp_path / ".ci" / "run"
    gate.parent.mkdir()
    shutil.copyfile(root / ".ci" / "run", gate)
    # Without the tools' environment the cheap stage fails at once; the long ones would write this file.
    command = f"python3 -m venv .venv && touch {tmp_path}/started"
    (tmp_path / "README.md").write_text(f"<!-- command: test -->\n```sh\n{command}\n```\n", "utf-8")
    done = subprocess.run(
        ["bash", gate, cheap, "bare", "coverage", "tests"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    for name in ("bare", "coverage", "tests"):
        assert f"{name}: not started, as this failed: {cheap}" in done.stdout
    assert not (tmp_path / "started").exists()
