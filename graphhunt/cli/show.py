"""Output: JSON and tables on stdout, messages and progress on stderr; evidence is never markup.

Log text is an attacker's text: control characters, escape sequences and direction marks are shown as codes,
so that a record can't move the cursor, recolour the screen or reorder a line.
"""

from __future__ import annotations

import io
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from graphhunt.plain import clean, counted

__all__ = ["clean", "json_out", "line", "message", "progress", "table"]


def message(text: str) -> None:
    """Write a line for the user to stderr."""
    sys.stderr.write(clean(text) + "\n")


def line(text: str = "") -> None:
    """Write one line of data to stdout; a line break in it is shown as a code, so that no record adds a line."""
    sys.stdout.write(clean(text) + "\n")


def block(text: str) -> None:
    """Write text of several lines to stdout, such as an original record."""
    sys.stdout.write(clean(text, lines=True) + "\n")


def prose(text: str, indent: str = "") -> None:
    """Write a sentence or list to stdout, wrapped between words where the output is a terminal."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    parts = textwrap.wrap(clean(text), width, initial_indent=indent, subsequent_indent=f"{indent}  ",
                          break_long_words=False) if width else []  # fmt: skip
    for part in parts or [indent + text]:
        line(part)


def clocks_apart(skew: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """List the pairs of machines whose clocks differ by a second or more, the widest apart first."""
    return sorted((p for p in skew if abs(p["seconds"]) >= 1), key=lambda pair: -abs(pair["seconds"]))


def drifted(pair: dict[str, Any]) -> bool:
    """Tell whether the difference of two clocks changes by a second or more from day to day."""
    return bool(pair["most"] - pair["least"] >= 1)


def skew_words(pair: dict[str, Any]) -> str:
    """Say in one sentence how far the clocks of two machines differ, and between what if it changed."""
    days = f"; from day to day between {pair['least']:+.1f} and {pair['most']:+.1f} s" if drifted(pair) else ""
    told = f"the clock of {pair['to']} is {pair['seconds']:+.1f} s against {pair['from']}"
    return f"{told} ({counted(pair['connections'], 'connection')}){days}"


def clocks_words(state: dict[str, Any]) -> list[str]:
    """Say by how much the machines' clocks differ, if by a second or more, and how many logs' times were corrected."""
    apart = clocks_apart(state["clock_skew"])
    machines = {name for pair in apart for name in (pair["from"], pair["to"])}
    told = []
    if apart:
        told.append(f"The clocks of {len(machines)} machines differ by up to {abs(apart[0]['seconds']):.1f} s")
    if found := len(state["corrected"]):
        told.append(f"{counted(found, 'correction')} of logs' times, by other logs")
    return told


def corrected_words(row: dict[str, Any]) -> str:
    """Say in one sentence how the times of a log were wrong, and what was done about it."""
    whose = f"{row['code'] or row['channel']} on {row['machine'] or 'a sensor'} ({row['loader']})"
    days = f"from {row['from'][:10]} until {row['until'][:10]}"
    proof = f"{counted(row['pairs'], 'record')} that other logs tell of, too"
    if row["what"] == "zone":
        return f"the times of {whose} were {row['seconds'] / 3600:+.2f} h off UTC {days}: moved back, by {proof}"
    return (
        f"the times of {whose} were up to {row['seconds']:,.0f} s astray {days}: {row['taken']} was taken, by {proof}"
    )


def doubt_words(doubts: dict[str, dict[str, int]]) -> list[str]:
    """Count the doubts in words, one sentence per kind."""
    counts = [(kind.replace("_", " "), n["found"], n["repaired"]) for kind, n in doubts.items()]
    return [f"doubt: {kind}: {found:,} found, {repaired:,} repaired" for kind, found, repaired in counts]


def document(text: str) -> None:
    """Write what another program reads, such as CSV, as it is; only a terminal is kept from its control codes."""
    sys.stdout.write(clean(text.replace("\r\n", "\n"), lines=True) if sys.stdout.isatty() else text)


def steady_streams() -> None:
    """Let no character end an answer: pipes get UTF-8, and a terminal shows codes for what it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def json_out(data: object) -> None:
    """Write data as one indented JSON document to stdout; control characters are escaped by JSON itself."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    sys.stdout.write(orjson.dumps(data, option=options, default=str).decode() + "\n")


_WIDEST = 1_000_000
"""Columns in which any table has room, to learn how many it takes."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write an aligned table to stdout, as wide as the terminal allows."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(Text(clean(column)), overflow="fold")
    for row in rows:
        grid.add_row(*(Text("" if cell is None else clean(cell)) for cell in row))
    console = Console(highlight=False, markup=False, emoji=False)
    if not sys.stdout.isatty():
        console.width = 200
    if console.measure(grid, options=console.options.update(width=_WIDEST)).maximum > console.width:
        grid.leading = 1  # where cells take several lines, one row must be told from the next
    console.print(grid)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int, int], None]]:
    """Show progress bars on stderr while the block runs; nothing when stderr isn't a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[note]}"), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(phase: str, done: int, total: int, events: int) -> None:
            note = f"{events:,} events" if events else ""
            if phase not in tasks:
                tasks[phase] = bars.add_task(phase, total=total or None, note=note)
            bars.update(tasks[phase], completed=done, total=total or None, note=note)

        yield tell
