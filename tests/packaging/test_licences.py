"""Everything that the base install brings has a licence that allows shipping graphhunt under Apache-2.0."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zlib|0BSD|Unlicense|CC0)\b", re.I
)
COPYLEFT = re.compile(r"\b(A?GPL|General Public)\b", re.I)


def closure(requirements: list[str]) -> dict[str, Distribution]:
    """Collect the installed packages that these need on this machine, without extras."""
    found: dict[str, Distribution] = {}
    todo = [(Requirement(text), "") for text in requirements]
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": extra})):
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        for text in found[name].requires or []:
            needed = Requirement(text)
            wanted = requirement.extras or {""}
            todo += [(needed, option) for option in wanted]
    return found


def licence(package: Distribution) -> str:
    """Say what the package's metadata states: expression, classifiers or the first line of its text."""
    meta = package.metadata
    first = [*(meta.get_all("License-Expression") or [""]), *(meta.get_all("License") or [""])]
    stated = [text.strip().split("\n")[0] for text in first]
    stated += [line for line in meta.get_all("Classifier") or [] if line.startswith("License ::")]
    return "; ".join(text for text in stated if text)


def test_licences_are_permissive() -> None:
    packages = closure(PROJECT["dependencies"])
    assert len(packages) > len(PROJECT["dependencies"]), "the closure holds more than what is named"
    doubtful = {name: licence(package) for name, package in packages.items() if not ALLOWED.search(licence(package))}
    assert doubtful == {}
    copyleft = {name: licence(p) for name, p in packages.items() if COPYLEFT.search(licence(p))}
    assert copyleft == {}
