"""Walking process trees made by `build_process_tree`, under msticpy's names.

A process is given by its key (index of the frame) or as its row. Frames come back sorted by `path`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import require_columns


def get_process_key(procs: pd.DataFrame, source_index: int | str) -> str:
    """Give the key of the process with a source index, as number or text."""
    require_columns(procs, ["source_index"])
    try:
        wanted = int(source_index)
    except (TypeError, ValueError):
        raise UsageError(f"{source_index!r} is no source index") from None
    found = procs.index[procs["source_index"].astype("int64") == wanted]
    if not len(found):
        raise UsageError(f"No process has source index {source_index!r}")
    return str(found[0])


def get_process(procs: pd.DataFrame, source: str | pd.Series[Any]) -> pd.Series[Any]:
    """Give a process as a row.

    Raises:
        UsageError: No process has that key, or `source` is neither a key nor a row.
    """
    if isinstance(source, pd.Series):
        return source
    if not isinstance(source, str):
        raise UsageError("A process is given by its key or its row", where=type(source).__name__)
    if source not in procs.index:
        raise UsageError(f"No process has the key {source!r}")
    row = procs.loc[source]
    return row.iloc[0] if isinstance(row, pd.DataFrame) else row


def get_roots(procs: pd.DataFrame) -> pd.DataFrame:
    """Give the processes without a parent."""
    require_columns(procs, ["IsRoot"])
    return procs[procs["IsRoot"].astype(bool)]


def get_parent(procs: pd.DataFrame, source: str | pd.Series[Any]) -> pd.Series[Any] | None:
    """Give a process's parent, or None for a root."""
    key = get_process(procs, source)["parent_key"]
    if pd.isna(key) or key not in procs.index:
        return None
    return get_process(procs, key)


def _lineage(procs: pd.DataFrame, source: str | pd.Series[Any]) -> list[pd.Series[Any]]:
    """List a process and its ancestors, nearest first; ends where a chain closes on itself."""
    line = [get_process(procs, source)]
    seen = {line[0].name}
    while (above := get_parent(procs, line[-1])) is not None and above.name not in seen:
        seen.add(above.name)
        line.append(above)
    return line


def get_root(procs: pd.DataFrame, source: str | pd.Series[Any]) -> pd.Series[Any]:
    """Give the root of a process's tree."""
    return _lineage(procs, source)[-1]


def get_ancestors(procs: pd.DataFrame, source: str | pd.Series[Any], include_source: bool = True) -> pd.DataFrame:
    """Give a process's ancestors, root first."""
    line = _lineage(procs, source)
    keys = [p.name for p in line[0 if include_source else 1 :]]
    return _by_path(procs[procs.index.isin(keys)])


def get_children(procs: pd.DataFrame, source: str | pd.Series[Any], include_source: bool = True) -> pd.DataFrame:
    """Give the processes a process started."""
    key = get_process(procs, source).name
    chosen = procs["parent_key"] == key
    if include_source:
        chosen |= procs.index == key
    return _by_path(procs[chosen])


def get_descendents(
    procs: pd.DataFrame, source: str | pd.Series[Any], include_source: bool = True, max_levels: int = -1
) -> pd.DataFrame:
    """Give what a process started, what those started, and so on.

    Args:
        procs: Process tree.
        source: The process.
        include_source: Count the process itself in.
        max_levels: Generations to follow; -1 for all.
    """
    key = get_process(procs, source).name
    found, level, depth = {key}, {key}, 0
    while level and (max_levels < 0 or depth < max_levels):
        level = set(procs.index[procs["parent_key"].isin(level)]) - found
        found |= level
        depth += 1
    if not include_source:
        found.discard(key)
    return _by_path(procs[procs.index.isin(found)])


def get_siblings(procs: pd.DataFrame, source: str | pd.Series[Any], include_source: bool = True) -> pd.DataFrame:
    """Give the processes with the same parent; a root has none but itself."""
    proc = get_process(procs, source)
    parent = get_parent(procs, proc)
    family = procs[procs.index == proc.name] if parent is None else get_children(procs, parent, include_source=False)
    return family if include_source else family[family.index != proc.name]


def get_root_tree(procs: pd.DataFrame, source: str | pd.Series[Any]) -> pd.DataFrame:
    """Give the whole tree a process belongs to."""
    return get_descendents(procs, get_root(procs, source))


def get_tree_depth(procs: pd.DataFrame) -> int:
    """Count the levels of the deepest tree; 0 for an empty frame."""
    require_columns(procs, ())
    if procs.empty:
        return 0
    require_columns(procs, ["path"])
    return int(procs["path"].str.count("/").max()) + 1


def get_summary_info(procs: pd.DataFrame) -> dict[str, int]:
    """Count processes by their place in the trees."""
    require_columns(procs, ["IsRoot", "IsLeaf", "IsBranch"])
    root, leaf, branch = (procs[c].astype(bool) for c in ("IsRoot", "IsLeaf", "IsBranch"))
    return {
        "Processes": len(procs),
        "RootProcesses": int(root.sum()),
        "LeafProcesses": int(leaf.sum()),
        "BranchProcesses": int(branch.sum()),
        "IsolatedProcesses": int((root & leaf).sum()),
        "LargestTreeDepth": get_tree_depth(procs),
    }


def _by_path(procs: pd.DataFrame) -> pd.DataFrame:
    """Sort by path."""
    return procs.sort_values("path", kind="stable")
