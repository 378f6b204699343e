"""Hostile XML: nothing is read from outside, nothing grows, and the events beside it are still read."""

from __future__ import annotations

import json
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphhunt.loaders.windows_json import WindowsJsonLoader
from graphhunt.loaders.windows_xml import WindowsXmlLoader

from graphhunt.model import Connection, FileWarning, Logoff, Record, Rejected
from graphhunt.sources import loading

GOOD = (
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>4634</EventID>'
    '<TimeCreated SystemTime="2026-03-02T08:00:00Z"/><Channel>Security</Channel><Computer>H</Computer></System>'
    '<EventData><Data Name="TargetUserName">%s</Data></EventData></Event>'
)
LAUGHS = "<!DOCTYPE Events [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """Listen on a free port and keep what connects."""
    seen: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                client, _ = server.accept()
            except TimeoutError:
                continue
            seen.append(b"connected")
            client.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1], seen
    stop.set()
    thread.join()
    server.close()


def hostile(port: int, secret: Path) -> list[tuple[str, str]]:
    """List (what stands before the events, what stands in one) of each attack."""
    file, http = secret.as_uri(), f"http://127.0.0.1:{port}/x"
    return [
        (LAUGHS, "&a11;"),
        ("<!DOCTYPE Events [<!ENTITY a '" + "A" * 100_000 + "'>]>", "&a;" * 1_000),
        (f"<!DOCTYPE Events [<!ENTITY x SYSTEM '{file}'>]>", "&x;"),
        (f"<!DOCTYPE Events [<!ENTITY x SYSTEM '{http}'>]>", "&x;"),
        (f"<!DOCTYPE Events [<!ENTITY % p SYSTEM '{http}'> %p;]>", "&p;"),
        (f"<!DOCTYPE Events SYSTEM '{http}'>", "&x;"),
        (f"<!DOCTYPE Events PUBLIC '-//X//EN' '{http}'>", "&x;"),
        ("", f"<!DOCTYPE x [<!ENTITY y SYSTEM '{file}'>]>&y;"),
        ("", f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{file}' parse='text'/>"),
        (f"<?xml-stylesheet href='{http}'?>", f"<?x {http}?>"),
        ("", "&undefined;"),
        ("<!DOCTYPE Events [<!ATTLIST Event a CDATA #FIXED 'x'>]>", "<![CDATA[</Event>]]>"),
    ]


@pytest.mark.parametrize("number", range(12))
def test_nothing_is_fetched_expanded_or_lost(number: int, tmp_path: Path, listener: tuple[int, list[bytes]]) -> None:
    port, connections = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET", "utf-8")
    before, inside = hostile(port, secret)[number]
    path = tmp_path / "events.xml"
    path.write_text(f"<?xml version='1.0'?>{before}<Events>{GOOD % 'a'}{GOOD % inside}{GOOD % 'b'}</Events>", "utf-8")
    tracemalloc.start()
    items = list(WindowsXmlLoader().read(loading.Source("events.xml", path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    facts = [item.outcome[0] for item in items if isinstance(item, Record) and isinstance(item.outcome, list)]
    users = [fact.user for fact in facts if isinstance(fact, Logoff)]
    assert [user for user in users if user in ("a", "b")] == ["a", "b"]
    assert "TOP-SECRET" not in str(items)
    assert connections == []
    assert peak < 100_000_000
    warned = [item.reason for item in items if isinstance(item, FileWarning)]
    assert warned == (["the document type declaration was not read"] if "<!DOCTYPE" in before + inside else [])


def test_xml_inside_json_is_as_safe(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    inside = LAUGHS.replace("Events", "EventData") + "<EventData><Data Name='Application'>&a11;</Data></EventData>"
    row = {"EventID": 5156, "Channel": "Security", "Computer": "H", "TimeGenerated": "2026-03-02T08:00:00Z"}
    path.write_text(json.dumps({**row, "EventData": inside}) + "\n", "utf-8")
    [record] = WindowsJsonLoader().read(loading.Source("events.json", path))
    assert isinstance(record, Record)
    assert isinstance(record.outcome, list)
    assert isinstance(record.outcome[0], Connection)
    assert record.outcome[0].path is None


def test_an_event_without_end_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "events.xml"
    path.write_bytes(b"<Events><Event >" + b"A" * (17 * 1024 * 1024) + (GOOD % "b").encode())
    items = list(WindowsXmlLoader().read(loading.Source("events.xml", path)))
    outcomes = [item.outcome for item in items if isinstance(item, Record)]
    assert outcomes[0] == Rejected("record too large: over 16 MiB")
    assert isinstance(outcomes[-1], list)
