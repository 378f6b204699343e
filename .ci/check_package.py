"""Check a built source archive and wheel: everything the checkout has to ship is inside, and nothing else.

Usage: check_package.py FOLDER (with one .tar.gz and one .whl). Exit code 1 with one line per fault.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {"graphhunt": "graphhunt", "loaders": "graphhunt/loaders", "cypher": "graphhunt/cypher", "ui": "graphhunt/ui"}
UNWANTED = ("node_modules/", "__pycache__/", ".pyc", "tests/", ".DS_Store")


def tracked(*folders: str) -> list[str]:
    """List the files under version control in these folders."""
    command = ["git", "ls-files", "-z", "--", *folders]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in output.split("\0") if name]


def expected_in_wheel() -> set[str]:
    """Name the files of the four shipped folders as the wheel must hold them."""
    wanted = {"graphhunt/py.typed", "graphhunt/ui/__init__.py", "graphhunt/ui/dist/index.html"}
    for folder in ("graphhunt", "loaders", "cypher"):
        for name in tracked(folder):
            if name.endswith((".py", ".cypher", ".sql")):
                wanted.add(SHIPPED[folder] + name.removeprefix(folder))
    return wanted


def faults_of_wheel(path: Path) -> list[str]:
    """Compare the wheel with the tree."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        entry_points = archive.read(next(n for n in names if n.endswith("/entry_points.txt"))).decode()
    faults = [f"wheel lacks {name}" for name in sorted(expected_in_wheel() - names)]
    faults += [f"wheel must not hold {name}" for name in sorted(names) if any(part in name for part in UNWANTED)]
    tops = {name.split("/")[0] for name in names}
    faults += [f"wheel has a second top level: {top}" for top in sorted(tops) if not top.startswith("graphhunt")]
    if "graphhunt = graphhunt.cli:main" not in entry_points:
        faults.append("wheel has no graphhunt command")
    return faults


def faults_of_sdist(path: Path) -> list[str]:
    """Compare the source archive with version control, and look for the built workspace."""
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    # Files whose name starts with a dot serve the checkout only.
    wanted = {name for name in tracked() if not Path(name).name.startswith(".")}
    wanted |= {"ui/dist/index.html", "ui/dist/.stamp"}
    faults = [f"source archive lacks {name}" for name in sorted(wanted - names)]
    unwanted = ("node_modules/", "__pycache__/")
    return faults + [f"source archive must not hold {n}" for n in sorted(names) if any(u in n for u in unwanted)]


def main(folder: Path) -> int:
    """Check both files of a folder and report."""
    wheel, sdist = next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))
    faults = faults_of_wheel(wheel) + faults_of_sdist(sdist)
    for line in faults or [f"{p.name}: {p.stat().st_size / 1e6:.2f} MB, complete" for p in (wheel, sdist)]:
        sys.stdout.write(line + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
