"""Starting up is light: the heavy packages are imported by what needs them, when it needs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "polars", "sklearn", "scipy", "networkx", "numba", "pyarrow", "fastapi", "matplotlib", "IPython"}
HELP = """
import contextlib, io
from graphhunt.cli import main
sys.argv = ["graphhunt", "--help"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""


def loaded(code: str, folder: Path) -> set[str]:
    """Run code in a new interpreter, away from the checkout, and name the modules it left imported."""
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("code", ["import graphhunt", HELP], ids=["import", "help"])
def test_heavy_packages_stay_out(code: str, tmp_path: Path) -> None:
    assert loaded(code, tmp_path) & HEAVY == set()


def test_public_names_are_few_and_real(tmp_path: Path) -> None:
    import graphhunt

    public = list(getattr(graphhunt, "__all__", []))
    assert len(public) <= 20
    assert [name for name in public if not hasattr(graphhunt, name)] == []
