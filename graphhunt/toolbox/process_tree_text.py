"""Process trees as plain text: `tree_to_text` under msticpy's name."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.errors import UsageError
from graphhunt.toolbox.process_schema import ProcSchema

if TYPE_CHECKING:
    import pandas as pd


class TemplateLine(NamedTuple):
    """One line of a process's text: (shown name, column) pairs and the width to wrap at."""

    items: list[tuple[str, str]]
    wrap: int = 80


def tree_to_text(
    procs: pd.DataFrame,
    schema: ProcSchema | dict[str, Any] | None = None,
    template: list[TemplateLine] | None = None,
    sort_column: str = "path",
    wrap_column: int = 0,
) -> str:
    """Write a process tree as indented text.

    Args:
        procs: Process tree.
        schema: Column names, from which a template is made.
        template: Lines to write for each process.
        sort_column: Order of the processes.
        wrap_column: Width to wrap at, instead of the template's.

    Raises:
        UsageError: Neither a schema nor a template is given.
    """
    if template is None:
        if schema is None:
            raise UsageError("A schema or a template is needed to write a tree")
        template = _template(ProcSchema(**schema) if isinstance(schema, dict) else schema)
    ordered = procs.sort_values(sort_column, kind="stable")
    blocks = [_block(row, template, wrap_column) for row in ordered.to_dict("records")]
    return "".join(blocks)


def _template(schema: ProcSchema) -> list[TemplateLine]:
    """Make the usual lines from a schema."""
    lines = [
        TemplateLine([("Process", schema.process_name), ("PID", schema.process_id)]),
        TemplateLine([("Time", schema.time_stamp)]),
    ]
    if schema.cmd_line:
        lines.append(TemplateLine([("Cmdline", schema.cmd_line)]))
    account = [("Account", schema.user_id), ("LogonId", schema.logon_id)]
    if named := [(label, column) for label, column in account if column]:
        lines.append(TemplateLine(named))
    return lines


def _block(row: dict[Any, Any], template: list[TemplateLine], width: int) -> str:
    """Write one process."""
    depth = str(row["path"]).count("/")
    header = "+ " if depth == 0 else "   " * depth + "+-- "
    indent = " " * len(header)
    written = []
    for i, line in enumerate(template):
        found = [(name, row[column]) for name, column in line.items if column in row]
        text = "  ".join(f"{name}: {value}" if name else str(value) for name, value in found)
        wrapped = textwrap.wrap(
            text,
            width=max(width or line.wrap, len(indent) + 20),
            initial_indent=header if i == 0 else indent,
            subsequent_indent=indent + "   ",
        )
        written.append("\n".join(wrapped) + "\n")
    return "".join(written)
