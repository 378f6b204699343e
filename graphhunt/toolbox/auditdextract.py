"""Linux audit records as a frame, under msticpy's names: `read_from_file`, `extract_events_to_df` and the rest.

An event is what shares time, serial number and node; it is one row with the fields of all its records. What an
execve's records say makes a row of type `SYSCALL_EXECVE` with the whole command line. Where the records of an event
say several things under one name, as the paths of a system call do, the row has the list of them.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

from graphhunt.errors import UsageError
from graphhunt.toolbox import _audit_fields as fields
from graphhunt.toolbox._audit_fields import EXECVE, NUMBERS
from graphhunt.toolbox._frames import as_str, require_columns
from graphhunt.toolbox._text_columns import as_text
from graphhunt.toolbox.process_tree import build_process_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "EXECVE", "NUMBERS", "extract_events_to_df", "generate_process_tree", "get_event_subset", "read_from_file",
    "unpack_auditd",
]  # fmt: skip

_FIRST = ["EventType", "mssg_id", "TimeStamp", "node"]


def read_from_file(
    filepath: str | Path,
    event_type: str | None = None,
    verbose: bool = False,
    dummy_sep: str = "\t",
    *,
    records: bool = False,
) -> pd.DataFrame:
    """Read an audit log, plain or gzipped.

    Args:
        filepath: The file.
        event_type: Keep this type only.
        verbose: Accepted for compatibility.
        dummy_sep: Accepted for compatibility.
        records: Give a row for each record instead, those of a program's start as one.

    Returns:
        A row for each event, `EventType`, `mssg_id` (time and serial), `TimeStamp` (UTC), `node` and every field;
        `attrs["skipped_lines"]` counts the lines that are no audit record.
    """
    del verbose, dummy_sep
    path = Path(filepath)
    with gzip.open(path, "rt", errors="replace") if path.suffix == ".gz" else path.open(errors="replace") as stream:
        found, skipped = fields.parsed(stream.read().split("\n"))
    frame = _frame(found, event_type, whole=not records)
    frame.attrs["skipped_lines"] = skipped
    return frame


def extract_events_to_df(
    data: pd.DataFrame, input_column: str = "AuditdMessage", event_type: str | None = None, verbose: bool = False
) -> pd.DataFrame:
    """Unpack a column whose cells hold the records of an event, as `[{type: text}, …]` or as lines; it isn't changed.

    Args:
        data: The frame, with any index; `mssg_id` and `TimeStamp` are taken over where they are.
        input_column: The column.
        event_type: Keep this type only.
        verbose: Accepted for compatibility.

    Raises:
        UsageError: The frame has no such column.
    """
    del verbose
    require_columns(data, [input_column])
    cells = list(enumerate(data[input_column].tolist()))
    lines = [(number, line) for number, cell in cells if isinstance(cell, str) for line in cell.split("\n")]
    written, _ = fields.parsed([line for _, line in lines], [number for number, _ in lines])
    listed = [row for number, cell in cells if isinstance(cell, list) for row in _listed(cell, number)]
    found = pl.concat([written, pl.DataFrame(listed, schema=fields.SCHEMA, orient="row")])
    known = {name: data[name].tolist() for name in ("mssg_id", "TimeStamp") if name in data}
    return _frame(found.sort("cell", maintain_order=True), event_type, known)


def unpack_auditd(audit_str: Iterable[Mapping[str, str]]) -> Mapping[str, Mapping[str, Any]]:
    """Give the fields of the records of one event by type; `[{"SYSCALL": "arch=… pid=…"}, …]`."""
    frame = _frame(pl.DataFrame(_listed(audit_str, 0), schema=fields.SCHEMA, orient="row"), None, whole=False)
    found: dict[str, Mapping[str, Any]] = {}
    for _, row in frame.iterrows():
        said = {str(name): value for name, value in row.dropna().items()}
        kind = said.pop("EventType")
        found[kind if kind not in found else f"{kind}_{len(found)}"] = said
    return found


def get_event_subset(data: pd.DataFrame, event_type: str) -> pd.DataFrame:
    """Give the rows of a type without the columns that are empty there.

    Raises:
        UsageError: The frame has no column `EventType`.
    """
    require_columns(data, ["EventType"])
    return data[data["EventType"] == event_type].dropna(axis=1, how="all").infer_objects()


def generate_process_tree(
    audit_data: pd.DataFrame, branch_depth: int = 4, processes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Link the program starts of audit data to trees; see `build_process_tree`.

    Args:
        audit_data: What `read_from_file` gives.
        branch_depth: Deepest level to list; -1 for no limit.
        processes: Program starts to link instead.

    Raises:
        UsageError: There is no program start.
    """
    starts = get_event_subset(audit_data, EXECVE) if processes is None else processes
    if starts.empty:
        raise UsageError("there is no program start in these audit data")
    schema = {"process_name": "exe", "process_id": "pid", "parent_id": "ppid", "time_stamp": "TimeStamp",
              "cmd_line": "cmdline", "path_separator": "/", "user_name": "auid"}  # fmt: skip
    schema |= {"host_name_column": "node"} if "node" in starts else {}
    tree = build_process_tree(starts, schema)
    levels = tree["path"].str.count("/")
    return tree if branch_depth < 0 else tree[levels < branch_depth]


def _listed(records: Iterable[Mapping[str, str]], cell: int) -> list[tuple[Any, ...]]:
    """Give the records that a cell lists, as rows of `SCHEMA`."""
    return [
        (cell, "", str(kind), None, as_text([as_str(body)])[0])
        for record in records
        if hasattr(record, "items")
        for kind, body in record.items()
    ]


def _frame(
    records: pl.DataFrame, event_type: str | None, known: Mapping[str, list[Any]] | None = None, whole: bool = True
) -> pd.DataFrame:
    """Make the frame, with whole numbers as such and times in UTC.

    Args:
        records: Records as of `SCHEMA`.
        event_type: Keep this type only.
        known: Ids and times by cell, for records that don't state their own.
        whole: One row for each event.
    """
    rows = fields.in_rows(records, whole)
    if event_type is not None:
        rows = rows.filter(pl.when("any_part").then(pl.lit(EXECVE)).otherwise("kind").first().over("row") == event_type)
        rows = rows.with_columns(row=pl.col("row").rank("dense") - 1)
    if rows.is_empty():
        return pd.DataFrame(columns=_FIRST[:3])
    facts = fields.kinds(rows)
    first: dict[str, Any] = {"EventType": facts["kind"].to_list(), **_times(facts, known or {})}
    if (facts["node"] != "").any():
        first["node"] = facts["node"].replace("", None).to_list()
    return pd.DataFrame({**first, **{k: v for k, v in fields.columns(rows).items() if k not in first}})


def _times(facts: pl.DataFrame, known: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Give the ids and times of rows, where they are known: as the records state them, else by their cell."""
    own, cells = facts["id"].to_list(), facts["cell"].to_list()
    found: dict[str, Any] = {}
    if any(own) or "mssg_id" in known:
        found["mssg_id"] = [
            one or known.get("mssg_id", {cell: None})[cell] for one, cell in zip(own, cells, strict=True)
        ]
    if any(own) or "TimeStamp" in known:
        times = [
            float(one.partition(":")[0]) if one else known.get("TimeStamp", {cell: None})[cell]
            for one, cell in zip(own, cells, strict=True)
        ]
        given = pd.Series(times)
        numeric = pd.api.types.is_numeric_dtype(given.dtype)
        found["TimeStamp"] = pd.to_datetime(given, unit="s", utc=True).dt.round("ms") if numeric else given
    return found
