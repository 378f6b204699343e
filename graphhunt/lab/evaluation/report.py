"""What an evaluation ran on, and its measures as JSON and as tables for people."""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

SHOWN = (
    "incident_recall_at_3", "incident_recall_at_5", "incident_recall_at_9", "incident_recall_at_20",
    "lead_recall_at_3", "lead_recall_at_5", "lead_recall_at_9", "lead_recall_at_20", "coverage", "purity",
    "fragments", "units_to_first_true", "benign_incidents_a_day", "benign_units_a_day", "fdr_realised_at_5",
    "benign_p_below_05", "benign_p_below_01", "benign_p_below_001", "benign_significant", "cause_accuracy_proved",
    "cause_accuracy_inferred", "technique_accuracy",
)  # fmt: skip
"""Measures that people are shown first, in this order; the JSON holds all."""

COMPARED = ("incident_recall_at_9", "incident_recall_at_20", "lead_recall_at_9", "lead_recall_at_20")
"""Measures that are shown of every baseline."""

SECTIONS = ("logons", "host_events")
"""What a case is measured on."""

_CHUNK = 2**20


def facts(data: str, options: Mapping[str, Any], inputs: Iterable[Path] = (), seed: int = 0) -> dict[str, Any]:
    """Say what is run and on what: version, options, SHA-256 of the input, seed and machine.

    Args:
        data: Name of the data set.
        options: Every option.
        inputs: Files and folders that are read; a folder has one digest over the names and digests of its files.
        seed: Seed of what is drawn: the generated set; else the random order, the fits and the intervals.
    """
    return {
        "data": data, "version": version("graphhunt"), "options": dict(options), "seed": seed,
        "sha256": {path.name: digest(path) for path in inputs},
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
    }  # fmt: skip


def digest(path: Path) -> str:
    """Give the SHA-256 of a file, or of the names and digests of all files of a folder."""
    if not path.is_dir():
        return _of_file(path)
    whole = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        whole.update(f"{file.relative_to(path).as_posix()}\0{_of_file(file)}\n".encode())
    return whole.hexdigest()


def _of_file(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            found.update(block)
    return found.hexdigest()


def plain(value: Any) -> Any:
    """Give a report as JSON has it: what isn't a number is null."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write(report: Mapping[str, Any], path: Path) -> None:
    """Write a report as JSON."""
    path.write_text(json.dumps(plain(report), indent=1) + "\n", encoding="utf-8")


def measures(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield a row per measure: its name, and per section its value with the 95 % interval."""
    sections = [report[name] for name in SECTIONS if name in report]
    for name in SHOWN:
        yield (name, *(_with_interval(section, name) for section in sections))


def compared(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield a row per section and method: which, and the measures of `COMPARED`."""
    for name in SECTIONS:
        if name in report:
            section = report[name]
            methods = {"graphhunt": section, **section["baselines"], **section.get("ablations", {})}
            for method, values in methods.items():
                yield (name, method, *(number(values[measure]) for measure in COMPARED))


def heads(report: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the heads of the table of measures."""
    return ("measure", *(name.replace("_", " ") for name in SECTIONS if name in report))


def _with_interval(section: Mapping[str, Any], name: str) -> str:
    low_high = section["intervals"].get(name)
    text = number(section[name])
    if low_high is None or text == "-":
        return text
    return f"{text} ({number(low_high[0])} to {number(low_high[1])})"


def number(value: float | None) -> str:
    """Write a measure with three significant digits; a dash where there is none."""
    return "-" if value is None or not math.isfinite(value) else f"{value:.3g}"
