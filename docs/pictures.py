"""Makes the README's pictures of the workspace: the demo's incident and the story of a host in it, one in each theme.

    python docs/pictures.py

Needs Chromium, node, Pillow and the built workspace with its test packages (`npm ci && npm run build` in ui/).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
PICTURES = Path(__file__).parent / "pictures"
sys.path.insert(0, str(ROOT))

from graphhunt.hunt import Hunt  # noqa: E402
from graphhunt.lab.generator import generate_demo  # noqa: E402
from graphhunt.opening import open_hunt  # noqa: E402
from graphhunt.store.embedded import stop_engine  # noqa: E402
from tests.ui.serving import chromium, lacking, served  # noqa: E402


def take(folder: Path) -> None:
    """Load the demo and have node photograph the page."""
    generate_demo(Path("demo-logs"), seed=1)
    try:
        with open_hunt(Path("case")) as hunt:
            hunt.load("demo-logs")
            photograph(hunt, folder)
    finally:
        stop_engine(Path("case"))


def photograph(hunt: Hunt, folder: Path) -> None:
    """Serve a loaded hunt and have node take the pictures."""
    with served(hunt) as environment:
        subprocess.run(  # noqa: S603 - our own script
            [shutil.which("node") or "node", "tests/pictures.mjs", str(folder)], check=True, cwd=ROOT / "ui",
            env={**os.environ, **environment, "CHROMIUM": chromium() or ""},
        )  # fmt: skip


def shrink(folder: Path) -> None:
    """Put the pictures into their place with a palette, a third of the size."""
    PICTURES.mkdir(exist_ok=True)
    for theme in ("light", "dark"):
        with Image.open(folder / f"workspace-{theme}.png") as picture:
            small = picture.convert("RGB").quantize(200, dither=Image.Dither.NONE)
            small.save(PICTURES / f"workspace-{theme}.png", optimize=True)


def main() -> None:
    """Make the pictures small and put them into their place."""
    if reason := lacking():
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        take(Path(name))
        shrink(Path(name))


if __name__ == "__main__":
    main()
