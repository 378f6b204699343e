"""Process trees as offline drawings: `plot_process_tree` and `build_and_show_process_tree` under msticpy's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.svg import TEXT_WIDTH, Canvas, Plot, fitting
from graphhunt.toolbox._frames import require_columns
from graphhunt.toolbox.process_schema import ProcSchema, infer_schema
from graphhunt.toolbox.process_tree import build_process_tree
from graphhunt.toolbox.timeline_data import colour_at

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROW, _INDENT, _WIDTH, _DEEPEST = 22.0, 18.0, 1100.0, 30
MOST_DRAWN = 5_000
"""Processes drawn at most; the drawing says how many are left out."""


def tree_rows(data: pd.DataFrame, schema: ProcSchema, legend_col: str | None = None) -> list[dict[str, Any]]:
    """Compute what a drawing shows: one entry per process in path order, with depth, texts and group."""
    rows = []
    for row in data.sort_values("path", kind="stable").to_dict("records"):
        name = str(row.get(schema.process_name))
        rows.append(
            {
                "depth": str(row["path"]).count("/"),
                "name": name.rsplit(schema.path_separator, 1)[-1],
                "pid": str(row.get(schema.process_id)),
                "time": _time(row.get(schema.time_stamp)),
                "command": "" if not schema.cmd_line else _text(row.get(schema.cmd_line)),
                "user": "" if not schema.user_name else _text(row.get(schema.user_name)),
                "path": name,
                "inferred": bool(row.get("Inferred", False)),
                "group": "" if legend_col is None else _text(row.get(legend_col)),
            }
        )
    return rows


def _text(value: Any) -> str:
    return "" if value is None or (not isinstance(value, list | dict) and pd.isna(value)) else str(value)


def _time(value: Any) -> str:
    return "" if value is None or pd.isna(value) else pd.Timestamp(value).strftime("%Y-%m-%d %H:%M:%S")


def plot_process_tree(
    data: pd.DataFrame,
    schema: ProcSchema | dict[str, Any] | None = None,
    output_var: str | None = None,
    legend_col: str | None = None,
    show_table: bool = False,
    **kwargs: Any,
) -> tuple[Plot, Plot]:
    """Draw a process tree made by `build_process_tree`.

    Args:
        data: The process tree.
        schema: Column names; inferred by default.
        output_var: Accepted for compatibility; nothing is put into the caller's variables.
        legend_col: Column whose values are told apart by colour.
        show_table: Accepted for compatibility; commands stand beside the tree.
        **kwargs: `title`, `width`; others are accepted for compatibility.

    Returns:
        The drawing twice, as figure and as layout, for callers that unpack two.

    Raises:
        UsageError: The frame isn't a process tree, or a column is missing.
    """
    require_columns(data, ())
    if "path" not in data.columns:
        raise UsageError("This isn't a process tree", hint="make one with build_process_tree")
    chosen = ProcSchema(**schema) if isinstance(schema, dict) else schema or infer_schema(data)
    if chosen is None:
        raise UsageError("No known schema fits these columns", hint="pass schema= with the column names")
    if legend_col is not None and legend_col not in data.columns:
        raise UsageError(f"Column {legend_col!r} is not in the frame")
    plot = _draw(tree_rows(data, chosen, legend_col), kwargs)
    return plot, plot


def build_and_show_process_tree(
    data: pd.DataFrame,
    schema: ProcSchema | dict[str, Any] | None = None,
    output_var: str | None = None,
    legend_col: str | None = None,
    **kwargs: Any,
) -> tuple[Plot, Plot]:
    """Build a process tree from events and draw it; arguments as of `plot_process_tree`."""
    tree = build_process_tree(data, schema)
    return plot_process_tree(tree, schema or infer_schema(data), output_var, legend_col, **kwargs)


def _legend(canvas: Canvas, groups: Mapping[str, int]) -> None:
    """Name the colours in a row, as many as fit."""
    x = 16.0
    for group, number in groups.items() if len(groups) > 1 else ():
        name = fitting(group or "(none)", 200)
        if x + 30 + len(name) * TEXT_WIDTH > canvas.width:
            canvas.text(x, 44, f"and {len(groups) - number} more", "m")
            return
        canvas.circle((x, 40, 5), colour_at(number))
        canvas.text(x + 10, 44, name, "m")
        x += 30 + len(name) * TEXT_WIDTH


def _draw(rows: list[dict[str, Any]], options: Mapping[str, Any]) -> Plot:
    """Draw processes below each other, indented by depth, with a line to the parent."""
    shown, title = rows[:MOST_DRAWN], str(options.get("title") or "Process tree")
    groups = {g: i for i, g in enumerate(dict.fromkeys(r["group"] for r in shown))}
    width, top = float(options.get("width") or _WIDTH), 68 if len(groups) > 1 else 48
    canvas = Canvas(width, top + _ROW * max(1, len(shown)) + 20, title)
    canvas.text(12, 22, title, "t")
    _legend(canvas, groups)
    last: dict[int, float] = {}
    for i, row in enumerate(shown):
        depth, y = min(row["depth"], _DEEPEST), top + i * _ROW
        x = 16 + depth * _INDENT
        if depth and depth - 1 in last:
            canvas.line((x - _INDENT, last[depth - 1] + 6, x - _INDENT, y), "g")
            canvas.line((x - _INDENT, y, x - 6, y), "g")
        last[depth] = y
        hint = "\n".join(f"{k}: {row[k]}" for k in ("path", "pid", "time", "user", "command") if row[k])
        canvas.circle((x, y, 5), colour_at(groups[row["group"]]), hint, 0.35 if row["inferred"] else 0.9)
        canvas.text(x + 10, y + 4, f"{row['name']} ({row['pid']})")
        beside = max(430.0, x + 240)
        canvas.text(beside, y + 4, fitting(f"{row['time']}  {row['command']}", width - beside - 8), "m")
    left_out = len(rows) - len(shown)
    notes = [f"{left_out} more processes are not drawn."] if left_out else [] if rows else ["No data to plot."]
    for note in notes:
        canvas.text(12, canvas.height - 6, note, "m")
    return Plot(canvas, {"title": title, "rows": shown, "groups": list(groups), "notes": notes})
