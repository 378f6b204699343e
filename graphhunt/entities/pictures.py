"""How a collection is shown: its kind's default picture in notebooks, plain text in terminals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.entities import charts, geo
from graphhunt.entities.rows import Connection, Execution, Row, TreeExecution, columns
from graphhunt.errors import UsageError
from graphhunt.svg import escape

if TYPE_CHECKING:
    from graphhunt.svg import Plot

SHOWN = 20
"""Rows that a picture of a collection shows."""

_WIDEST = 48
"""Characters of a cell in the plain-text summary."""

_NO_MAP = "no map: set `mmdb` to a GeoLite2 City or like database"


@dataclass(frozen=True)
class Picture:
    """Something shown by default: HTML in a notebook, text elsewhere."""

    html: str
    text: str
    page: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html

    def to_html(self, path: str | Path) -> Path:
        """Write the picture to a file that opens offline, and give its path."""
        file = Path(path)
        file.write_text(self.page, encoding="utf-8")
        return file


def picture(kind: type[Row], rows: Sequence[Row], mmdb: str) -> Picture:
    """Draw rows as their kind is drawn by default.

    Args:
        kind: The class of the rows.
        rows: The rows.
        mmdb: The database that says where addresses are; empty for none.
    """
    html, text = _drawn(kind, rows, mmdb)
    return Picture(html, text, page_of(html))


def page_of(html: str) -> str:
    """Give a page that holds a picture and opens offline."""
    head = '<head><meta charset="utf-8"><title>graphhunt</title></head>'
    return f'<!doctype html><html lang="en">{head}<body>{html}</body></html>'


def _drawn(kind: type[Row], rows: Sequence[Any], mmdb: str) -> tuple[str, str]:
    text = text_table(kind, rows)
    plot: Plot | None = None
    note = ""
    if kind is Connection:
        plot, note, rows_shown = _map(rows, mmdb)
        if plot is None:
            return _paragraph(note) + html_rows(*rows_shown), f"{text}\n{note}"
    elif kind is TreeExecution or (kind is Execution and _is_tree(rows)):
        plot = charts.tree(_branches(rows))
    if plot is None:
        return html_table(kind, rows), text
    return plot._repr_html_(), text


def _is_tree(rows: Sequence[Any]) -> bool:
    ids = {row.process_id for row in rows if row.operation == "create"}
    return any(row.parent_id in ids for row in rows if row.operation == "create")


def _branches(rows: Sequence[Any]) -> list[charts.Branch]:
    made = [row for row in rows if row.process_id and row.operation == "create"]
    return [
        charts.Branch(
            row.process_id,
            row.parent_id,
            f"{row.child_filename or '?'} ({'?' if row.child_pid is None else row.child_pid})",
            f"{row.date_time:%Y-%m-%d %H:%M:%S}  {row.command_line or ''}" if row.date_time else row.command_line or "",
            "\n".join(str(part) for part in (row.child_path, row.logged_user, row.muid, row.command_line) if part),
        )
        for row in made
    ]


_ADDRESS_COLUMNS = ("RemoteIp", "Ipv4Status", "Connections", "Ports", "Processes", "FirstSeen", "LastSeen")


def _map(rows: Sequence[Any], mmdb: str) -> tuple[Plot | None, str, tuple[Sequence[str], list[list[Any]]]]:
    """Give the map, or why there is none and a table of addresses."""
    parted: dict[str | None, list[Any]] = {}
    for row in rows:
        parted.setdefault(row.remote_ip, []).append(row)
    if not mmdb:
        return None, _NO_MAP, (_ADDRESS_COLUMNS, [_address(ip, part) for ip, part in parted.items()])
    try:
        found = geo.places(mmdb, [ip for ip in parted if ip])
    except UsageError as error:
        return None, f"no map: {error}", (_ADDRESS_COLUMNS, [_address(ip, part) for ip, part in parted.items()])
    spots = [
        charts.Spot(place.latitude, place.longitude, len(parted[ip]), f"{ip} {place.name}: {len(parted[ip])} rows")
        for ip, place in found.items()
    ]
    lost = len(parted) - len(found)
    notes = [f"{lost} addresses have no place in the database."] if lost else []
    return charts.world(spots, notes), "", (_ADDRESS_COLUMNS, [])


def _address(ip: str | None, rows: Sequence[Any]) -> list[Any]:
    def several(field: str) -> list[str]:
        return sorted({str(getattr(row, field)) for row in rows if getattr(row, field) is not None})[:8]

    begun = [row.date_time for row in rows if row.date_time]
    ended = [row.last_seen or row.date_time for row in rows if row.last_seen or row.date_time]
    count = sum(row.connections or 0 for row in rows)
    times = [min(begun, default=None), max(ended, default=None)]
    return [ip, rows[0].ipv4_status, count, several("remote_port"), several("parent_filename"), *times]


def html_table(kind: type[Row], rows: Sequence[Row]) -> str:
    """Draw the first rows as a table; whatever the logs wrote is escaped."""
    shown = columns(kind)
    cells = [[getattr(row, column.field) for column in shown] for row in islice(rows, SHOWN)]
    return html_rows([column.name for column in shown], cells) + _paragraph(f"{len(rows)} rows")


def html_rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Draw cells as a table, escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(_text(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def text_table(kind: type[Row], rows: Sequence[Row]) -> str:
    """Lay the first rows out as text, columns without any value left out; control characters can't get through."""
    head = list(islice(rows, SHOWN))
    used = [c for c in columns(kind) if any(getattr(row, c.field) is not None for row in head)]
    cells = [[plain(_text(getattr(row, c.field)))[:_WIDEST] for c in used] for row in head]
    widths = [max([len(c.name), *(len(line[place]) for line in cells)]) for place, c in enumerate(used)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in ([[c.name for c in used], *cells] if used else [])
    ]
    more = f" (the first {SHOWN} are shown)" if len(rows) > SHOWN else ""
    return "\n".join([*lines, f"{len(rows)} {kind.__name__} rows{more}"])


def plain(text: str) -> str:
    """Replace what a terminal would obey (control characters, changes of direction) by a box."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
