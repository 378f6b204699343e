"""Reader of DARPA OpTC's eCAR files with LMDEval's labels.

Flow starts between internal addresses are the edges; an event is malicious if its id is in the label file
(`id, description, label`). A flow logged at both ends is kept once, by its outbound record. Addresses become
host names by the records themselves. Flows name no logon account: the source host stands for it, so the
causal terms are blind here and the result says how far rarity and context alone carry.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import numpy as np

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.paths.table import DAY, LogonTable

_START, _FLOW = '"action":"START"', '"object":"FLOW"'
_INSIDE = ("10.", "142.", "fe80:")
_BROADCAST = ("10.255.255.255", "142.20.59.255")


def read_optc(folder: Path, labels: Path, *, history_days: int = 5, lateral_only: bool = True) -> LabelledCase:
    """Read a folder of eCAR files (`.json`, `.json.gz`) into a labelled case.

    Args:
        folder: Folder with the files, searched through.
        labels: The label file.
        history_days: Days of history before the test period.
        lateral_only: Count only labels that say lateral movement as attacks.

    Returns:
        The case; malicious flows from one host on one day are one attack.
    """
    malicious = _labels(labels, lateral_only=lateral_only)
    flows, names = _flows(sorted(folder.rglob("*.json*")), malicious)
    rows = sorted((t, names.get(src, src), names.get(dst, dst), bad) for t, src, dst, bad in flows)
    hosts = sorted({host for row in rows for host in row[1:3]})
    number = {host: index for index, host in enumerate(hosts)}
    t = np.array([row[0] for row in rows], dtype=np.int64)
    src = np.array([number[row[1]] for row in rows], dtype=np.int32)
    dst = np.array([number[row[2]] for row in rows], dtype=np.int32)
    table = LogonTable.from_arrays(t, src, dst, src, hosts=hosts, accounts=hosts)
    since = (int(t[0]) // DAY + history_days) * DAY if len(t) else 0
    return LabelledCase("OpTC", table, since, _attacks(t, src, [row[3] for row in rows]))


def _labels(path: Path, *, lateral_only: bool) -> set[str]:
    with path.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return {row["id"] for row in rows if not lateral_only or row.get("label") == "Lateral movement"}


def _flows(paths: Iterable[Path], malicious: set[str]) -> tuple[list[tuple[int, str, str, bool]], dict[str, str]]:
    seen: dict[tuple[str, str, str, str, str], list[tuple[int, bool, bool]]] = {}
    names: dict[str, str] = {}
    for event in _events(paths):
        properties = event["properties"]
        source, target = properties["src_ip"], properties["dest_ip"]
        if not (_inside(source) and _inside(target)):
            continue
        outbound = properties["direction"] == "outbound"
        names[source if outbound else target] = event["hostname"]
        key = (source, target, *(str(properties[name]) for name in ("src_port", "dest_port", "l4protocol")))
        at = int(datetime.fromisoformat(event["timestamp"]).timestamp() * 1_000_000)
        seen.setdefault(key, []).append((at, outbound, event["id"] in malicious))
    return [(at, key[0], key[1], bad) for key, found in seen.items() for at, bad in _once(found)], names


def _once(found: list[tuple[int, bool, bool]]) -> list[tuple[int, bool]]:
    """Keep one record per flow: the outbound ones if there are any; a label on either end counts."""
    outbound = [one for one in found if one[1]] or found
    lost = any(bad for _, _, bad in found) and not any(bad for _, _, bad in outbound)
    return [(at, bad or lost) for at, _, bad in outbound]


def _events(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
            for line in stream:
                # Most records are not flow starts: looking at the text first saves decoding them.
                if _START in line and _FLOW in line:
                    yield json.loads(line)


def _inside(address: str) -> bool:
    if not address.startswith(_INSIDE) or address in _BROADCAST or address.endswith(".255"):
        return False
    try:
        return not ip_address(address).is_multicast
    except ValueError:
        return False


def _attacks(t: np.ndarray, src: np.ndarray, bad: list[bool]) -> np.ndarray:
    labels = np.full(len(t), -1, dtype=np.int32)
    rows = np.flatnonzero(np.array(bad, dtype=bool))
    if len(rows):
        _, number = np.unique(np.column_stack((src[rows], t[rows] // DAY)), axis=0, return_inverse=True)
        labels[rows] = number.ravel()
    return labels
