"""Nothing of the machine it was made on, of a package registry or of a secret is in the files that are committed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("graphhunt/", "loaders/", "cypher/", "ui/", "_build/", ".ci/", "docs/", "benchmarks/")

# Written in pieces, so that this file does not find itself.
HOSTS = [
    "pyp" + "i.org",
    "python" + "hosted.org",
    "registry.np" + "mjs",
    "np" + "mmirror",
    "maven" + ".org",
    "repo.maven." + "apache",
    "deb." + "debian.org",
    "proxy." + "golang.org",
    "static.crates" + ".io",
    "artifact" + "ory",
]
SECRETS = [
    r"-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE" + r" KEY-----",
    r"\bAKIA" + r"[0-9A-Z]{16}\b",
    r"\bgh[pousr]_" + r"[A-Za-z0-9]{36}\b",
    r"\bxox[baprs]-" + r"[0-9A-Za-z-]{20,}",
]
MACHINE = [r"(?<![\w.~])/wo" + r"rk/", r"(?<![\w.~])/ro" + r"ot/\.(?:pyenv|cache|m2|npm)", r"pytest-of-" + r"root"]


@cache
def tracked() -> list[str]:
    """List the committed files; outside a clone (an unpacked source archive) there is nothing to check."""
    command = ["git", "ls-files", "-z"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        pytest.skip("not a clone: no list of committed files")
    return [name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts(*, only: tuple[str, ...] = ("",)) -> Iterator[tuple[str, str]]:
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if name.startswith(only) and b"\0" not in content[:8192]:
            yield name, content.decode("utf-8", "replace")


def hits(patterns: list[str], *, only: tuple[str, ...] = ("",)) -> list[str]:
    sought = re.compile("|".join(patterns), re.I)
    return [f"{name}: {match[0]}" for name, text in texts(only=only) for match in sought.finditer(text)]


def test_no_machine_paths() -> None:
    assert hits(MACHINE) == []


def test_no_fixed_temporary_folder_in_code() -> None:
    assert hits([r"(?<![\w.])/tm" + r"p/\w"], only=CODE) == []


def test_no_registry_hosts() -> None:
    assert hits([re.escape(host) for host in HOSTS]) == []


def test_no_secrets() -> None:
    assert hits(SECRETS) == []


def test_no_large_or_generated_files() -> None:
    generated = re.compile(r"(^|/)(node_modules|__pycache__|ui/dist|\.venv|\.neo4j|build)/|\.(pyc|egg-info)(/|$)")
    assert [name for name in tracked() if generated.search(name)] == []
    assert [name for name in tracked() if (ROOT / name).stat().st_size > 1_000_000] == []
