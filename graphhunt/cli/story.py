"""`graphhunt story`: all that is known of one machine, account or address, in sentences and tables."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphhunt.cli.context import DbOption, JsonOption, WorkspaceOption, command, open_case
from graphhunt.cli.show import json_out, line, message, prose, table
from graphhunt.errors import UsageError
from graphhunt.incidents.lead import MINUTE
from graphhunt.incidents.sentences import plain
from graphhunt.plain import counted
from graphhunt.times import iso, micros

_SHOWN = 15
"""Rows of a table that are shown; --json gives all."""


@command
def run(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="Machine, account or address by any name; host:, account: or address: before it tells "
            "one from another.",
            metavar="HOST|ACCOUNT|ADDRESS",
            show_default=False,
        ),
    ],
    since: Annotated[str | None, typer.Option(help="From this time on, ISO 8601 (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Before this time.")] = None,
    around: Annotated[str | None, typer.Option(help="Around this time.")] = None,
    minutes: Annotated[int, typer.Option(min=1, help="Minutes before and after --around.")] = 10,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    db: DbOption = None,
) -> None:
    """Tell the story of a machine, an account or an address: who came, what ran, talked outside and changed."""
    if around and (since or until):
        raise UsageError("--around stands for --since and --until", hint="give one or the other")
    if around:
        since, until = _around(around, minutes)
    with open_case(context, workspace, db) as hunt:
        told = hunt.story(None, name, since=since, until=until)
    if json:
        json_out(told)
        return
    _show(told)


def _around(time: str, minutes: int) -> tuple[str | None, str | None]:
    middle = micros(time) or 0
    return iso(middle - minutes * MINUTE), iso(middle + minutes * MINUTE)


def _show(told: dict[str, Any]) -> None:
    ranks = ", ".join(f"{each['rank']} ({each['id']})" for each in told["incidents"])
    line(f"{told['name']}   {told['kind']} {told['id']}" + (f"   in incident {ranks}" if ranks else ""))
    for sentence in told["sentences"]:
        prose(f"{'!' if sentence['lead'] else ' '} {said(sentence)} ({counted(sentence['total'], 'record')})", "  ")
    for title, columns, rows, total in tables(told["tables"]):
        line()
        line(title)
        table(columns, rows[:_SHOWN])
        if total > _SHOWN:
            message(f"{title.lower()}: {total - _SHOWN:,} rows more; --json gives them")


def said(sentence: dict[str, Any]) -> str:
    """Give a sentence as plain text, with moments to the second."""
    parts = [{"time": _second(part["time"])} if "time" in part else part for part in sentence["parts"]]
    return plain({**sentence, "parts": parts})


def tables(given: dict[str, Any]) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]], int]]:
    """Give the tables that have rows: title, columns, rows and how many there are."""
    made = {
        "came": ("Who came", ("first", "account", "machine", "from", "how", "times", "record")),
        "went": ("Where they went on", ("first", "account", "machine", "from", "how", "times", "record")),
        "ran": ("What ran", ("first", "account", "machine", "program", "times", "command", "record")),
        "talked": ("What it talked to outside", ("first", "address", "port", "where", "by", "times", "record")),
        "changed": ("What changed", ("first", "what", "by", "times", "record")),
        "recorded": ("What was recorded", ("first", "kind", "records", "last", "record")),
    }
    found = []
    for name, (title, columns) in made.items():
        rows = [(_second(row["start"]), *_CELLS[name](row), _first(row)) for row in given[name]["rows"]]
        if rows:
            found.append((title, columns, rows, int(given[name]["total"])))
    return found


def _came(row: dict[str, Any]) -> tuple[object, ...]:
    how = "failed" if row["outcome"] == "failed" else row["technique_name"] or _types(row["logon_types"])
    return _name(row["account"]), _name(row["machine"]), _name(row["from"]), how, row["count"]


def _types(types: list[int]) -> str:
    return "type " + ", ".join(map(str, types)) if types else ""


def _ran(row: dict[str, Any]) -> tuple[object, ...]:
    command_line = row["commands"][0][:120] if row["commands"] else ""
    program = ("! " if row["leads"] else "") + (row["program"] or "?")
    return _name(row["account"]), _name(row["machine"]), program, row["count"], command_line


def _talked(row: dict[str, Any]) -> tuple[object, ...]:
    by = ", ".join(each["name"] for each in row["programs"]) or ("a sensor" if row["sensed"] else "")
    return row["address"], row["port"], row["where"], by, row["count"]


def _changed(row: dict[str, Any]) -> tuple[object, ...]:
    return said(row["sentence"]), ", ".join(_name(each) for each in row["accounts"]), row["count"]


def _recorded(row: dict[str, Any]) -> tuple[object, ...]:
    return row.get("code") or _name(row["machine"]), row["records"], _second(row["end"])


_CELLS = {
    "came": _came, "went": _came, "ran": _ran, "talked": _talked, "changed": _changed, "recorded": _recorded,
}  # fmt: skip
"""What gives the cells of a row, by table."""


def _name(named: dict[str, Any] | None) -> str:
    return str(named["name"]) if named else ""


def _first(row: dict[str, Any]) -> str:
    return str(row["evidence"]["ids"][0]) if row["evidence"]["ids"] else ""


def _second(time: str | None) -> str:
    return f"{time[:10]} {time[11:19]}" if time else ""
