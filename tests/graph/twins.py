"""Makes the alias twin of a recording: the same happenings under other names, addresses, ids and dates.

The tool that makes twins lies beside the real telemetry. Its words are used a piece of a line at a time, so that
what stands in many records is translated once.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import polars as pl
import pytest

from graphhunt import schema
from graphhunt.graph.graph import Graph
from tests.lateral.case import snapshot

DAY = 86_400_000_000

_PIECES = re.compile(r'(?<!\\)((?:\\[rnt])+)|(?<="),(?=")')
"""Between these no word of a record's line goes on."""

_UNIX = re.compile(r'("ts"\s*:\s*)(\d+(?:\.\d+)?)')
_STARTED = re.compile(r"(?<=\|)\d{16}$")
"""The time in the id of a process that is known by pid and start."""

_BEGUN = re.compile(r"(?<=[0-9a-fA-F]{8}-)([0-9a-fA-F]{4})-([0-9a-fA-F]{4})(?=-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})")
"""The second in Sysmon's GUIDs, lower half first; a twin whose GUIDs kept theirs would have other boots."""

_YEARS = range(1_420_070_400, 1_893_456_000)
"""Seconds that are taken for times, 2015 to 2029: GUIDs drawn at random (RFC 9562, version 4) aren't."""

_RECORD = re.compile(r"(?<=\|)[0-9a-f]{32}$")
"""The id of a record in the id of an alert that has none of its own."""

_DRAWN = ("names", "nets", "ips", "guids", "sids", "offset", "third")
_SETS = ("providers", "logon_ids")
"""What the maker of twins has drawn and learnt of a recording."""

WORDS = "words.json"
"""File beside a twin's records with its words."""

_SESSIONS = ("logon_session_id", "logon_group", "origin_session_id", "remote_session_id", "caused_by", "act")
"""Columns that hold ids of sessions, which are hashes of names and times."""

_HASHED = {"evidence", "technique_records", "search"}
"""Columns that hold ids of records, which are hashes of their text, or what repeats others."""

_RENAMED = {"USED_RIGHTS": {"rights"}, "DirectoryObject": {"type"}}
"""Columns that hold what the twin's maker renames though Windows names it: GUIDs of extended rights and classes."""


class Twin:
    """The twin of a recording, and what each of its words is called there.

    Args:
        tool: The script that makes twins.
        seed: Which twin.
        days: By how many days it is later; whole weeks.

    Attributes:
        later: By how much it is later, µs.
    """

    def __init__(self, tool: Path, *, seed: int, days: int) -> None:
        self.later = days * DAY
        self._module = _module(tool)
        self._words = self._module.Twin(seed, days, [])
        self._known: dict[str, str] = {}
        self._lines: list[list[str]] = []

    def learn(self, source: Path) -> None:
        """Read a recording, and give its words new ones."""
        files = [part for file in sorted(source.rglob("*")) if file.is_file() for part in self._module.texts(file)]
        self._lines = [text.splitlines() for _, text in files]
        for record in _records(self._lines):
            self._words.learn(record)
        self._words.ready()

    def keep(self, file: Path) -> None:
        """Write what is called how; words are drawn in the order of the questions, so another process can't tell."""
        kept = {name: getattr(self._words, name) for name in _DRAWN}
        file.write_text(json.dumps(kept | {name: sorted(getattr(self._words, name)) for name in _SETS}), "utf-8")

    def recall(self, file: Path) -> None:
        """Read what is called how."""
        kept = json.loads(file.read_text("utf-8"))
        for name in _DRAWN:
            setattr(self._words, name, kept[name])
        for name in _SETS:
            setattr(self._words, name, set(kept[name]))
        self._words.ready()

    def write(self, folder: Path) -> None:
        """Write the twin's files."""
        folder.mkdir(parents=True)
        for number, lines in enumerate(self._lines):
            text = "\n".join(self._line(line) for line in lines)
            (folder / f"{number:03}.jsonl").write_text(text + "\n", "utf-8", "surrogateescape")

    def case(self, source: Path, folder: Path) -> None:
        """Write a recording's twin to `records` of a folder, its workspace with tables to `case`, the words beside."""
        self.learn(source)
        self.write(folder / "records")
        snapshot(folder / "case", folder / "records")
        self.keep(folder / WORDS)

    def _line(self, line: str) -> str:
        pieces, at = [], 0
        for cut in _PIECES.finditer(line):
            pieces += [self.word(line[at : cut.start()]), cut[0]]
            at = cut.end()
        return _UNIX.sub(self._later, "".join([*pieces, self.word(line[at:])]))

    def _later(self, match: re.Match[str]) -> str:
        return f"{match[1]}{float(match[2]) + self.later / 1e6:.6f}"

    def word(self, text: str) -> str:
        """Give what a text is in the twin."""
        if text not in self._known:
            self._known[text] = _BEGUN.sub(self._begun, self._words.whole(text))
        return self._known[text]

    def _begun(self, match: re.Match[str]) -> str:
        second = int(match[2] + match[1], 16)
        moved = f"{second + self.later // 1_000_000:08x}" if second in _YEARS else (match[2] + match[1]).lower()
        return f"{moved[4:]}-{moved[:4]}"

    def name(self, text: str) -> str:
        """Give what an identifier or value is in the twin; case doesn't count."""
        moved = _STARTED.sub(lambda found: str(int(found[0]) + self.later), text)
        return str(self.word(moved)).casefold()

    def renamed(self, text: str) -> bool:
        """Tell whether a name or address is another one in the twin."""
        return self.name(text) != text.casefold()


class TwinCase(NamedTuple):
    """A recording's twin: its folder, with `records` and their workspace `case`, and what is called how in it."""

    folder: Path
    twin: Twin

    @property
    def case(self) -> Path:
        """The workspace."""
        return self.folder / "case"


def rows(graph: Graph, twin: Twin | None = None) -> dict[str, Counter[tuple[Any, ...]]]:
    """Give a graph's rows by table, as they would be in the twin if one is given; ids made of hashes are told apart."""
    tables = {**graph.nodes, **graph.relationships}
    called = {id_: told for kind in ("LOGGED_ON", "REMOTE_LOGON") for id_, told in _told(tables.get(kind), twin)}
    kept = {name: table.drop(_RENAMED.get(name, ())) for name, table in sorted(tables.items())}
    return {name: _rows(table, called, twin) for name, table in kept.items()}


def _told(table: pl.DataFrame | None, twin: Twin | None) -> list[tuple[str, str]]:
    """Give each session's id with what tells it from others in the twin."""
    if table is None:
        return []
    parts = [_values(table.get_column(name), {}, twin) for name in ("from_id", "to_id", "logon_id", "start")]
    return [(id_, str(told)) for id_, *told in zip(table.get_column("id"), *parts, strict=True)]


def _rows(table: pl.DataFrame, called: dict[str, str], twin: Twin | None) -> Counter[tuple[Any, ...]]:
    if "start_guessed" in table.columns:
        # The time in a ProcessGuid stays in the twin.
        table = table.with_columns(start=pl.when(~pl.col("start_guessed")).then("start"))
    dropped = _HASHED | ({"id"} if "from_id" in table.columns else set())
    columns = [table.get_column(name) for name in table.columns if name not in dropped]
    return Counter(zip(*(_values(column, called, twin) for column in columns), strict=True))


def _values(values: pl.Series, called: dict[str, str], twin: Twin | None) -> list[Any]:
    if values.name in _SESSIONS:
        return [None if value is None else called.get(value) for value in values]
    if values.dtype == pl.List(pl.String):
        return [None if value is None else tuple(sorted(_name(each, twin) for each in value)) for value in values]
    if values.dtype == pl.String:
        return [None if value is None else _name(value, twin) for value in values]
    if twin and values.name in schema.TIMES:
        return (values + twin.later).to_list()
    return values.to_list()


def _name(value: str, twin: Twin | None) -> str:
    plain = _RECORD.sub("", value).replace("s-1-5-21-", "S-1-5-21-")
    return twin.name(plain) if twin else plain.casefold()


def _records(files: list[list[str]]) -> Iterator[dict[str, Any]]:
    for line in (line for lines in files for line in lines):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _module(tool: Path) -> ModuleType:
    if not tool.exists():
        pytest.skip("what makes twins isn't beside the real telemetry")
    spec = importlib.util.spec_from_file_location("alias_twin", tool)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
