"""A small line format with a loader of its own, and what a load of it must give, by independent reckoning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.errors import LoadError
from graphhunt.model import Fact, FileWarning, Logon, Privileges, ProcessStart, Record, Rejected, Skipped
from graphhunt.sources.loading import Loader, Source

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace  # slow to import, and workers import this module

FIRST = b"#fake"


class FakeLoader:
    """Reads lines `{"n": …, "kind": …}` after a line `#fake`."""

    name = "fake"

    def sniff(self, head: bytes, name: str) -> float:
        return 1.0 if head.startswith(FIRST) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        with source.open() as stream:
            if stream.readline().strip() != FIRST:
                raise LoadError("no fake file")
            for number, line in enumerate(stream, 2):
                raw = line.decode("utf-8", "backslashreplace").rstrip("\n")
                yield Record(raw=raw, position=f"line {number}", outcome=self._outcome(raw))

    def _outcome(self, raw: str) -> list[Fact] | Skipped | Rejected:
        try:
            value = json.loads(raw)
        except ValueError:
            return Rejected("not JSON")
        n = value["n"]
        common = {"time": 1_600_000_000_000_000 + n, "host": f"host{n % 7}", "code": "fake/1"}
        if value["kind"] == "skip":
            return Skipped(f"reason {n % 3}")
        if value["kind"] == "both":
            return [Logon(**common, user=f"u{n}", logon_id=hex(n)), Privileges(**common, privileges=["a", str(n)])]
        return [ProcessStart(**common, pid=n, path=f"c:\\{n}.exe", command_line="x" * (n % 50))]


class LineFake(FakeLoader):
    """The same lines without a first one: may be read from any line on."""

    name = "fake"

    def sniff(self, head: bytes, name: str) -> float:
        return 1.0 if head.startswith(b"{") else 0.0

    def by_line(self, head: bytes) -> bool:
        return head.startswith(b"{")

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        with source.open() as stream:
            stream.read(4)
            stream.seek(0)
            for number, line in enumerate(stream, 1):
                raw = line.decode("utf-8", "backslashreplace").rstrip("\n")
                yield Record(raw=raw, position=f"line {number}", outcome=self._outcome(raw))
                if not line.endswith(b"\n"):
                    yield FileWarning(file=source.name, loader="fake", reason="cut off", position=f"line {number}")


LOADERS: dict[str, Loader] = {"fake": FakeLoader()}


def lines(start: int, stop: int) -> list[str]:
    """Every tenth is broken, every fifth skipped, every third gives two facts."""
    out = []
    for n in range(start, stop):
        kind = "skip" if n % 5 == 1 else "both" if n % 3 == 0 else "start"
        out.append(f"broken {n}" if n % 10 == 7 else json.dumps({"n": n, "kind": kind}))
    return out


def write(path: Path, content: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join([FIRST, *(line.encode() for line in content)]) + b"\n")
    return path


def event_id(raw: str, client: str = "default", loader: str = "fake") -> str:
    """The documented id, written down anew."""
    h = hashlib.blake2b(digest_size=16)
    for part in (client.encode(), loader.encode(), raw.encode()):
        h.update(len(part).to_bytes(8, "little") + part)
    return h.hexdigest()


def expected_facts(content: list[str]) -> dict[str, set[tuple[Any, ...]]]:
    """Facts by kind as (event id, ordinal, time, distinguishing value)."""
    facts: dict[str, set[tuple[Any, ...]]] = {"logon": set(), "privileges": set(), "process_start": set()}
    for raw in set(content):
        if raw.startswith("broken"):
            continue
        value = json.loads(raw)
        n, key = value["n"], event_id(raw)
        time = 1_600_000_000_000_000 + n
        if value["kind"] == "both":
            facts["logon"].add((key, 0, time, f"u{n}"))
            facts["privileges"].add((key, 1, time, f"a {n}"))
        elif value["kind"] == "start":
            facts["process_start"].add((key, 0, time, n))
    return facts


def stored_facts(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    logon = workspace.facts("logon", ["event_id", "ordinal", "time", "user"]).collect().rows()
    start = workspace.facts("process_start", ["event_id", "ordinal", "time", "pid"]).collect().rows()
    given = workspace.facts("privileges", ["event_id", "ordinal", "time", "privileges"]).collect().rows()
    return {"logon": logon, "process_start": start, "privileges": [(*row[:3], " ".join(row[3])) for row in given]}


def check(workspace: Workspace, content: list[str]) -> None:
    """The workspace holds exactly these records and their facts, each once."""
    unique = set(content)
    assert workspace.events() == len(unique)
    stored = stored_facts(workspace)
    for kind, rows in expected_facts(content).items():
        assert len(stored[kind]) == len(rows)
        assert set(stored[kind]) == rows
    records = workspace.evidence.get_many(event_id(raw) for raw in unique)
    assert {record.raw for record in records} == unique
    assert workspace.verify() == []
