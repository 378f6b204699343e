"""Process trees out of process events: `build_process_tree` and `build_proc_tree` under msticpy's names.

A parent is looked for on the same host only, among processes with the parent's id (and image, where the
source states it) that started no later than the child; the latest one wins, since ids are reused. A parent
that no event shows gets a row of its own (`Inferred`), so that its children stay together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import require_columns, ticks, utc_times
from graphhunt.toolbox._text_columns import picked, to_pandas, to_polars
from graphhunt.toolbox._tree_match import Rows, match_parents
from graphhunt.toolbox._tree_paths import break_cycles, tree_order, tree_paths
from graphhunt.toolbox.process_schema import ProcSchema, infer_schema
from graphhunt.toolbox.process_tree_utils import get_summary_info

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = "unknown"
"""Name of an inferred parent whose image the source doesn't state."""

_NO_LOGON = frozenset({"0x0", "0", "", "nan", "none", "<na>"})


def build_process_tree(
    procs: pd.DataFrame,
    schema: ProcSchema | dict[str, Any] | None = None,
    show_summary: bool = False,
    debug: bool = False,
    **kwargs: Any,
) -> pd.DataFrame:
    """Link process events to trees.

    Args:
        procs: Process events in a known or given schema; it isn't changed.
        schema: Column names as a `ProcSchema` or a dict of its fields; inferred by default.
        show_summary: Put `get_summary_info` into the result's `attrs["summary"]`.
        debug: Accepted for compatibility.
        **kwargs: Accepted for compatibility.

    Returns:
        The events (identical ones once) and inferred parents, indexed by `proc_key`, sorted by `path`, with
        `parent_key`, `source_index`, `parent_index`, `path`, `IsRoot`, `IsLeaf`, `IsBranch`, `Inferred`,
        `EffectiveLogonId`, `new_process_lc` and `parent_proc_lc`. Times are UTC.

    Raises:
        UsageError: No schema fits, or the frame lacks a needed column.
    """
    require_columns(procs, ())
    chosen = _schema(procs, schema).present(procs)
    frame = _cleaned(procs, chosen)
    parents = match_parents(_rows(frame, chosen))
    frame, parents = _with_inferred(frame, parents, chosen)
    if chosen.grandparent_id:
        frame, parents = _with_inferred(frame, match_parents(_rows(frame, chosen)), chosen)
    tree = _linked(frame, break_cycles(parents), chosen)
    if show_summary:
        tree.attrs["summary"] = get_summary_info(tree)
    return tree


def _schema(procs: pd.DataFrame, schema: ProcSchema | dict[str, Any] | None) -> ProcSchema:
    """Take the caller's schema or infer one."""
    if isinstance(schema, dict):
        try:
            return ProcSchema(**schema)
        except TypeError as error:
            raise UsageError(f"The schema is not complete: {error}") from error
    found = schema or infer_schema(procs)
    if found is None:
        raise UsageError("No known schema fits these columns", hint="pass schema= with the column names")
    return found


def _cleaned(procs: pd.DataFrame, schema: ProcSchema) -> pd.DataFrame:
    """Keep process events, each once, by time; add the folded names and the effective logon id."""
    frame = procs
    if schema.event_id_column and schema.event_id_identifier is not None:
        wanted = _is_event(frame[schema.event_id_column], schema.event_id_identifier)
        frame = frame if wanted.all() else frame[wanted]
    frame = frame.assign(**{c: utc_times(frame[c]) for c in _time_columns(schema)})
    if not frame[schema.time_stamp].is_monotonic_increasing:
        frame = frame.sort_values(schema.time_stamp, kind="stable")
    frame = _each_once(frame, schema).reset_index(drop=True)
    frame = frame.assign(**{c: _whole(frame[c]) for c in (schema.process_id, schema.parent_id)})
    return frame.assign(
        EffectiveLogonId=_logon(frame, schema),
        new_process_lc=_lower(frame, schema.process_name),
        parent_proc_lc=_lower(frame, schema.parent_name),
        Inferred=False,
    )


def _whole(ids: pd.Series[Any]) -> pd.Series[Any]:
    """Write ids as whole numbers where a null beside them made fractions of them."""
    whole = pd.api.types.is_float_dtype(ids.dtype) and bool((ids.dropna() % 1 == 0).all())
    return ids.astype("Int64") if whole else ids


def _each_once(frame: pd.DataFrame, schema: ProcSchema) -> pd.DataFrame:
    """Drop the later ones of equal rows; only rows of one time, next to each other, can be equal."""
    time = ticks(frame[schema.time_stamp])
    near = np.append(False, time[1:] == time[:-1])
    near[:-1] |= near[1:]
    tied = frame[near] if near.any() else frame.iloc[:0]
    if not tied.duplicated([schema.time_stamp, schema.process_id]).any():
        return frame
    plain = {c: tied[c].map(_hashable) for c in tied.columns if tied[c].dtype == object}
    again = np.zeros(len(frame), dtype=bool)
    again[near] = tied.assign(**plain).duplicated().to_numpy()
    return frame[~again]


def _time_columns(schema: ProcSchema) -> list[str]:
    """List the schema's time columns."""
    found = (schema.time_stamp, schema.parent_time_stamp, schema.grandparent_time_stamp)
    return [c for c in found if c]


def _hashable(value: Any) -> Any:
    """Stand in for lists and dicts when rows are compared."""
    return repr(value) if isinstance(value, list | dict | set) else value


def _is_event(column: pd.Series[Any], wanted: Any) -> pd.Series[Any]:
    """Mark the rows of the wanted kind; 4688 and "4688" are one."""
    if pd.api.types.is_numeric_dtype(column.dtype) and isinstance(wanted, int):
        return column == wanted
    return column.astype(str) == str(wanted)


def _lower(frame: pd.DataFrame, column: str | None) -> pd.Series[Any]:
    """Give a text column in lower case; unknown where it is null, empty or absent."""
    if column is None:
        return to_pandas(pl.repeat(UNKNOWN, len(frame), dtype=pl.String, eager=True), frame.index)
    codes, values = pd.factorize(frame[column], use_na_sentinel=True)
    folded = pl.Series([*(str(v).lower() or UNKNOWN for v in values.tolist()), UNKNOWN], dtype=pl.String)
    codes[codes < 0] = len(values)
    return to_pandas(folded.gather(codes), frame.index)


def _logon(frame: pd.DataFrame, schema: ProcSchema) -> Any:
    """Give the logon a process belongs to: the target's where the event states one, else the subject's."""
    if schema.logon_id is None:
        return 0
    if schema.target_logon_id is None:
        return frame[schema.logon_id]
    codes, values = pd.factorize(frame[schema.target_logon_id], use_na_sentinel=True)
    stated = np.array([*(str(v).lower() not in _NO_LOGON for v in values), False])[codes]
    if not stated.any():
        return frame[schema.logon_id]
    return frame[schema.logon_id].astype(object).where(~stated, frame[schema.target_logon_id].astype(object))


def _column(frame: pd.DataFrame, name: str | None) -> pd.Series[Any] | None:
    """Give a column if the schema names one."""
    return None if name is None else frame[name]


def _rows(frame: pd.DataFrame, schema: ProcSchema) -> Rows:
    """Take the columns that tell parents from a frame."""
    return Rows(
        host=_column(frame, schema.host_name_column), pid=frame[schema.process_id],
        parent_pid=frame[schema.parent_id], name=frame["new_process_lc"],
        parent_name=frame["parent_proc_lc"] if schema.parent_name else None, time=frame[schema.time_stamp],
        parent_time=_column(frame, schema.parent_time_stamp), separator=schema.path_separator,
    )  # fmt: skip


def _with_inferred(
    frame: pd.DataFrame, parents: NDArray[np.int64], schema: ProcSchema
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Append a row for each parent that no event shows, and point its children to it."""
    missing = (parents < 0) & frame[schema.parent_id].notna().to_numpy()
    if not missing.any():
        return frame, parents
    rows = _parent_rows(frame[missing], schema)
    key = (schema.host_name_column, schema.process_id, "new_process_lc", schema.time_stamp)
    which = rows.groupby([c for c in key if c], sort=False, dropna=False).ngroup().to_numpy()
    linked = np.append(parents, np.full(which.max() + 1, -1))
    linked[np.flatnonzero(missing)] = len(frame) + which
    rows = rows[~pd.Series(which, index=rows.index).duplicated()]
    return pd.concat([frame, rows], ignore_index=True), linked


def _parent_rows(children: pd.DataFrame, schema: ProcSchema) -> pd.DataFrame:
    """Write what each child says about its parent as a row of the parent."""
    row = {
        schema.process_id: children[schema.parent_id], schema.process_name: UNKNOWN,
        schema.time_stamp: pd.Series(pd.NaT, index=children.index, dtype=children[schema.time_stamp].dtype),
        "new_process_lc": children["parent_proc_lc"], "parent_proc_lc": UNKNOWN, "Inferred": True,
    }  # fmt: skip
    kept = (schema.host_name_column, schema.event_id_column, "EffectiveLogonId")
    row |= {c: children[c] for c in kept if c}
    if schema.parent_name:
        stated = children["parent_proc_lc"] != UNKNOWN
        row[schema.process_name] = children[schema.parent_name].where(stated, UNKNOWN)
    if schema.parent_time_stamp:
        row[schema.time_stamp] = children[schema.parent_time_stamp]
    lineage = (
        (schema.parent_id, schema.grandparent_id), (schema.parent_name, schema.grandparent_name),
        (schema.parent_time_stamp, schema.grandparent_time_stamp),
    )  # fmt: skip
    row |= {parent: children[own] for parent, own in lineage if parent and own}
    if schema.grandparent_name:
        row["parent_proc_lc"] = _lower(children, schema.grandparent_name)
    return pd.DataFrame(row)


def _linked(frame: pd.DataFrame, parents: NDArray[np.int64], schema: ProcSchema) -> pd.DataFrame:
    """Name each process by host, image, id and start, point to its parent, and put the rows in the order of paths."""
    keys = _unique(_key_texts(frame, schema))
    width = max(5, len(str(len(frame))))
    own = pl.int_range(len(frame), eager=True).cast(pl.String).str.zfill(width)
    order = tree_order(parents)
    texts = {
        "parent_key": picked(keys, parents), "source_index": own, "path": tree_paths(parents, own),
        "parent_index": picked(own, parents),
    }  # fmt: skip
    has_parent = parents >= 0
    is_parent = np.zeros(len(frame), dtype=bool)
    is_parent[parents[has_parent]] = True
    flags = {"IsRoot": ~has_parent, "IsLeaf": ~is_parent, "IsBranch": has_parent & is_parent}
    index = pd.Index(to_pandas(keys.gather(order)), name="proc_key")
    found = {name: to_pandas(values.gather(order), index) for name, values in texts.items()}
    found |= {name: pd.Series(values[order], index) for name, values in flags.items()}
    names = ("parent_key", *flags, "source_index", "path", "parent_index")
    return frame.iloc[order].set_axis(index).assign(**{name: found[name] for name in names})


def _key_texts(frame: pd.DataFrame, schema: ProcSchema) -> pl.Series:
    """Write `host|image|id|start` for each row; a part the source lacks is left out."""
    starts = pl.Series(frame[schema.time_stamp].dt.tz_localize(None).to_numpy(dtype="datetime64[us]"))
    stamps = starts.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f").fill_null("unseen")
    pids = to_polars(frame[schema.process_id]).fill_null("nan")
    parts = [to_polars(frame["new_process_lc"]), pids, stamps]
    if schema.host_name_column:
        parts.insert(0, to_polars(_lower(frame, schema.host_name_column)))
    return pl.select(pl.concat_str(parts, separator="|")).to_series()


def _unique(keys: pl.Series) -> pl.Series:
    """Number repeated keys, so that two processes never share one."""
    if keys.n_unique() == len(keys):
        return keys
    seen: dict[str, int] = {}
    found: list[str] = []
    for text in keys.to_list():
        count = seen[text] = seen.get(text, 0) + 1
        found.append(text if count == 1 else f"{text}|{count}")
    return pl.Series(found, dtype=pl.String)


def build_proc_tree(input_tree: pd.DataFrame, max_depth: int = -1) -> pd.DataFrame:
    """Write each process's `path` of source indexes from its root, and its parent's index.

    Args:
        input_tree: Processes with `parent_key` and `source_index`, indexed by `proc_key`; it isn't changed.
        max_depth: Deepest level to write; deeper processes have their own index as path. -1 for no limit.

    Returns:
        A copy with `path` and `parent_index`.

    Raises:
        UsageError: A column is missing.
    """
    require_columns(input_tree, ["parent_key", "source_index"])
    at = pd.Series(np.arange(len(input_tree)), index=input_tree.index)
    at = at[~at.index.duplicated()]
    parents = at.reindex(input_tree["parent_key"]).fillna(-1).to_numpy(dtype=np.int64)
    return _with_paths(input_tree, break_cycles(parents), max_depth)


def _with_paths(tree: pd.DataFrame, parents: NDArray[np.int64], max_depth: int) -> pd.DataFrame:
    """Add `path` and `parent_index`."""
    own = to_polars(tree["source_index"])
    paths = tree_paths(parents, own, max_depth)
    return tree.assign(path=to_pandas(paths, tree.index), parent_index=to_pandas(picked(own, parents), tree.index))
