"""What methods show by default: maps, trees, areas, heat maps and tables, without help from outside and escaped."""

from __future__ import annotations

import re
import struct
from dataclasses import fields
from datetime import UTC, date, datetime
from ipaddress import IPv4Address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graphhunt.entities import Histogram, charts, pictures
from graphhunt.entities.collection import Collection
from graphhunt.entities.question import Question
from graphhunt.entities.rows import Connection, Detection, Execution, FileAction, RegistryAction, Row, TreeExecution
from graphhunt.entities.tables import Bandwidth, timetable
from tests.entities.test_values import FakeHunt

EVIL = "<img src=http://x.example onerror=alert(1)>\x1b]0;owned\x07\u202e\"'&"
OUTSIDE = re.compile(r"""(?:src|href|action)\s*=|@import|url\(|https?://(?!www\.w3\.org/2000/svg)""", re.I)


def rows_of(kind: type[Row], rows: list[dict[str, Any]], mmdb: str = "") -> Collection[Any]:
    hunt: Any = FakeHunt(rows)
    hunt.settings = SimpleNamespace(mmdb=mmdb)
    return Collection(kind, Question("executions", dict, hunt))


def text_parts(html: str) -> str:
    """Give a page without its fixed style and script."""
    return re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.S)


def mmdb(path: Path, places: dict[str, tuple[float, float, str]]) -> Path:
    """Write a database in the MaxMind format 2.0: a tree over the bits of addresses, then the records."""
    data, offsets = b"", {}
    for address, (north, east, city) in places.items():
        offsets[address] = len(data)
        data += packed({"city": {"names": {"en": city}}, "location": {"latitude": north, "longitude": east}})
    nodes: list[list[Any]] = [[None, None]]
    for address in places:
        at = 0
        bits = f"{int(IPv4Address(address)):032b}"
        for bit in map(int, bits[:-1]):
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][int(bits[-1])] = address
    count = len(nodes)

    def record(value: Any) -> bytes:
        number = count if value is None else value if isinstance(value, int) else count + 16 + offsets[value]
        return struct.pack(">I", number)

    about = {"binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "ip_version": 4,
             "database_type": "Test", "languages": [], "node_count": count, "record_size": 32,
             "description": {}}  # fmt: skip
    tree = b"".join(record(value) for node in nodes for value in node)
    path.write_bytes(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + packed(about))
    return path


def packed(value: Any) -> bytes:
    """Write a value as the format's data section does (short sizes only); numbers are 16 bits but for two."""
    if isinstance(value, dict):
        parts = [packed(k) + (WIDE[k](v) if k in WIDE else packed(v)) for k, v in value.items()]
        return bytes([7 << 5 | len(value)]) + b"".join(parts)
    if isinstance(value, list):
        return bytes([len(value), 4])
    if isinstance(value, float):
        return bytes([3 << 5 | 8]) + struct.pack(">d", value)
    if isinstance(value, int):
        return bytes([5 << 5 | 2]) + struct.pack(">H", value)
    text = value.encode()
    size = bytes([2 << 5 | len(text)]) if len(text) < 29 else bytes([2 << 5 | 29, len(text) - 29])
    return size + text


WIDE = {
    "node_count": lambda count: bytes([6 << 5 | 4]) + struct.pack(">I", count),
    "build_epoch": lambda time: bytes([8, 2]) + struct.pack(">Q", time),
}


CONNECTIONS = [
    {"date_time": 1, "last_seen": 5, "remote_ip": ip, "connections": n, "ipv4_status": "External", "remote_port": 443,
     "parent_filename": "a.exe"}
    for ip, n in (("203.0.113.5", 2), ("203.0.113.5", 3), ("198.51.100.7", 1), ("10.0.0.1", 1))
]  # fmt: skip


def test_connections_are_a_map_where_a_database_says_where_addresses_are(tmp_path: Path) -> None:
    file = mmdb(
        tmp_path / "places.mmdb", {"203.0.113.5": (48.85, 2.35, "Paris"), "198.51.100.7": (-33.9, 18.4, "<b>Cape</b>")}
    )
    found = rows_of(Connection, CONNECTIONS, str(file))
    plot, note, _ = pictures._map(found.rows, str(tmp_path / "places.mmdb"))
    assert plot is not None
    assert note == ""
    spots = {hint.split()[0]: (north, east, weight) for north, east, weight, hint in plot.data["spots"]}
    assert spots == {"203.0.113.5": (48.85, 2.35, 2), "198.51.100.7": (-33.9, 18.4, 1)}
    assert plot.data["notes"] == ["1 addresses have no place in the database."]
    html = found.print_dataframe()._repr_html_()
    assert "<circle" in html
    assert "Paris" in html
    assert "<b>" not in html
    assert not OUTSIDE.search(text_parts(found.print_dataframe().page))


@pytest.mark.parametrize("given", ["", "missing.mmdb", "broken.mmdb"])
def test_without_a_database_there_is_a_table_of_addresses_that_says_why(given: str, tmp_path: Path) -> None:
    (tmp_path / "broken.mmdb").write_bytes(b"no database" * 100)
    found = rows_of(Connection, CONNECTIONS, str(tmp_path / given) if given else "")
    picture = found.print_dataframe()
    assert "no map" in picture._repr_html_()
    assert "no map" in str(picture)
    lines = re.findall(r"<tr><td>([^<]*)</td><td>[^<]*</td><td>(\d+)</td>", picture._repr_html_())
    assert lines == [("203.0.113.5", "5"), ("198.51.100.7", "1"), ("10.0.0.1", "1")]


def execution(number: int, parent: int | None, name: str = "a.exe") -> dict[str, Any]:
    return {"date_time": number, "operation": "create", "process_id": f"p{number}", "child_filename": name,
            "child_pid": number, "parent_id": None if parent is None else f"p{parent}"}  # fmt: skip


@pytest.mark.parametrize("kind", [Execution, TreeExecution])
def test_processes_that_made_each_other_are_a_tree(kind: type[Row]) -> None:
    """1 made 2 and 4, 2 made 3; 5's parent isn't among them; 6 and 7 are a circle."""
    made = [(1, None), (2, 1), (3, 2), (4, 1), (5, 99), (6, 7), (7, 6)]
    found = rows_of(kind, [execution(*pair) for pair in made])
    branches = pictures._branches(found.rows)
    depths = charts.tree(branches).data["rows"]
    assert depths == [("p1", 0), ("p2", 1), ("p3", 2), ("p4", 1), ("p5", 0), ("p6", 0), ("p7", 1)]
    html = found._repr_html_()
    assert html.count("<circle") == 7
    assert "a.exe (4)" in html


def test_executions_without_kin_are_a_table() -> None:
    html = rows_of(Execution, [execution(1, None), execution(2, 99)])._repr_html_()
    assert "<table" in html
    assert "2 rows" in html
    assert "<svg" not in html


def test_what_does_not_fit_is_told() -> None:
    many = rows_of(Execution, [execution(n, 0) for n in range(charts.MOST_PROCESSES + 5)])
    assert "5 more processes are not drawn" in many._repr_html_()
    table = rows_of(FileAction, [{"date_time": n} for n in range(50)])
    assert "50 rows" in table._repr_html_()
    assert table._repr_html_().count("<tr>") == pictures.SHOWN + 1
    assert f"50 FileAction rows (the first {pictures.SHOWN} are shown)" in str(table)


def test_bandwidth_is_areas_per_day_and_the_timetable_a_heat_map() -> None:
    days = [date(2020, 9, 20), date(2020, 9, 22)]
    table = Bandwidth({"Date": days, "Outgoing": [1.5, 3.0], "Incoming": [0.0, 6.0]})
    plot = table._plot()
    assert plot.data["series"] == {"Outgoing": [1.5, 3.0], "Incoming": [0.0, 6.0]}
    assert "2020-09-22" in table._repr_html_()
    assert "3.0" in str(table.print_dataframe())
    week = timetable([("u", 1, 0, 2.0, 1.0), ("u", 7, 23, 4.0, 0.5)])
    html = week._repr_html_()
    assert html.count("<rect") == 7 * 24
    assert "Sunday 23:00, 4 actions on average, deviation 0.5" in html
    for shown in (table, week):
        assert not OUTSIDE.search(text_parts(shown.print_dataframe().page))
    assert "No record states bytes" in Bandwidth({"Date": [], "Outgoing": [], "Incoming": []})._repr_html_()


@pytest.mark.parametrize("kind", [Execution, TreeExecution, FileAction, RegistryAction, Connection, Detection])
def test_whatever_logs_wrote_stays_text(kind: type[Row], tmp_path: Path) -> None:
    """Every text column of every kind is hostile; nothing of it becomes markup, and no terminal obeys it."""
    row = {field.name: EVIL for field in fields(kind) if str(field.type).startswith("str")}
    rows = [row | {"operation": "create"} if "operation" in row else row] * 2
    found = rows_of(kind, [{**one, "date_time": 1} for one in rows])
    picture = found.print_dataframe()
    file = picture.to_html(tmp_path / "page.html")
    for html in (found._repr_html_(), file.read_text(encoding="utf-8")):
        assert "<img" not in html
        assert "\x1b" not in html
        assert "\u202e" not in html
    assert not set(str(picture)) & {"\x1b", "\x07", "\u202e"}
    histogram = found.timeline(by="LoggedUser") if "logged_user" in row else None
    assert histogram is None or "<img" not in histogram._repr_html_()


def test_a_histogram_has_a_bar_per_count() -> None:
    hour = 3_600_000_000
    found = rows_of(Execution, [{"date_time": n * hour // 2} for n in range(4)])
    result = Histogram(bucket="1h").of(found.df)
    assert list(result.df["DateTime"]) == [datetime(1970, 1, 1, h, tzinfo=UTC) for h in (0, 1)]
    assert list(result.df["Count"]) == [2, 2]
    assert result._repr_html_().count("width:240px") == 2
    assert str(result).count("█" * 40) == 2
