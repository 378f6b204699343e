"""Numeric features of process events for clustering: `add_process_features` under msticpy's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pandas as pd

from graphhunt.toolbox._frames import texts
from graphhunt.toolbox._text_scan import TextScan

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_SYSTEM_SESSIONS = frozenset({0x3E7, -1})
"""LogonId of the local system on Windows; session id of daemons on Linux."""


def add_process_features(
    input_frame: pd.DataFrame, path_separator: str | None = None, force: bool = False
) -> pd.DataFrame:
    """Add numeric features of the image path, the command line and the session.

    From `NewProcessName`: processName, processNameLen, processNameTokens, pathScore, pathLogScore, pathHash.
    From `CommandLine`: commandlineLen, commandlineLogLen, commandlineTokens, commandlineTokensFull,
    commandlineTokensHash, commandlineScore, commandlineLogScore.
    From `SubjectLogonId`: isSystemSession (0x3e7, 999 or -1, as text or number, in any spelling).
    A source column that isn't there gives no features; nulls in the two text columns become empty text.

    Args:
        input_frame: Process events; it isn't changed.
        path_separator: What separates folders. By default each row's own: a backslash if it has one.
        force: Compute features again that the frame already has.

    Returns:
        A copy with the features added.
    """
    output = input_frame.copy()
    made: dict[str, Any] = {}
    for column, features in (("NewProcessName", _path_features), ("CommandLine", _command_features)):
        if column in output:
            codes, values = _distinct(output[column])
            output[column] = np.array(values, dtype=object)[codes]
            made |= {k: v[codes] for k, v in features(values, path_separator).items()}
    if "SubjectLogonId" in output:
        codes, ids = pd.factorize(output["SubjectLogonId"], use_na_sentinel=True)
        system = np.array([*map(is_system_session, ids), False])
        made["isSystemSession"] = system[codes]
    keep = {k: v for k, v in made.items() if force or k not in output}
    return output.assign(**keep)


def is_system_session(value: Any) -> bool:
    """Tell whether a logon or session id is the system's: 0x3e7, 999 or -1, as text or number."""
    try:
        if isinstance(value, str):
            return int(value.strip(), 0) in _SYSTEM_SESSIONS
        return bool(value == -1 or value == 0x3E7)
    except (TypeError, ValueError):
        return False


def _distinct(column: pd.Series[Any]) -> tuple[NDArray[np.intp], list[str]]:
    """Give a column as numbers into its distinct texts; nulls are empty text."""
    codes, values = pd.factorize(column, use_na_sentinel=True)
    found = [*texts(pd.Series(values)), ""]
    return np.where(codes < 0, len(found) - 1, codes), found


def _path_features(paths: list[str], separator: str | None) -> dict[str, NDArray[Any]]:
    """Compute the features of image paths."""
    scan = TextScan(paths)
    return {
        "processName": np.array([_parts(p, separator)[-1] for p in paths], dtype=object),
        "processNameLen": scan.lengths,
        "processNameTokens": _numbers(paths, lambda p: sum(map(bool, _parts(p, separator)))),
        "pathScore": scan.scores,
        "pathLogScore": _log10(scan.scores),
        "pathHash": _numbers(paths, lambda p: crc32(p.encode("utf-8", "surrogatepass"))),
    }


def _parts(path: str, separator: str | None) -> list[str]:
    """Cut a path at the given separator, or at the one its own text uses."""
    return path.split(separator or ("\\" if "\\" in path else "/"))


def _command_features(commands: list[str], _separator: str | None) -> dict[str, NDArray[Any]]:
    """Compute the features of command lines."""
    scan = TextScan(commands)
    return {
        "commandlineLen": scan.lengths,
        "commandlineLogLen": _log10(scan.lengths),
        "commandlineTokens": _numbers(commands, lambda c: len(c.split())),
        "commandlineTokensFull": scan.delimiters,
        "commandlineTokensHash": scan.hashes,
        "commandlineScore": scan.scores,
        "commandlineLogScore": _log10(scan.scores),
    }


def _numbers(values: list[str], function: Callable[[str], int]) -> NDArray[np.int64]:
    """Apply a function to each distinct text."""
    return np.fromiter(map(function, values), dtype=np.int64, count=len(values))


def _log10(values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Take log10, with 0 for 0."""
    return np.log10(np.maximum(values, 1).astype(np.float64))
