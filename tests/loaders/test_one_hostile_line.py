"""One hostile line among good ones: the good ones say what they said, and the cost is in proportion to its size."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from graphhunt.model import FileWarning, Record, Rejected
from graphhunt.sources import loading
from tests.growth import steeper_than_linear

DATA = Path(__file__).parent / "data"
LOADERS = loading.loaders()
SAMPLES = {
    "auditd": "audit.log", "linux_auth": "auth.log", "mde_csv": "processes.csv", "osquery": "results.log",
    "suricata": "eve.json", "windows_csv": "events.csv", "windows_json": "nxlog.jsonl", "windows_xml": "events.xml",
    "zeek": "conn.log", "bloodhound": "graph.json",
    "cloudtrail": "trail.jsonl", "entra": "diagnostic.jsonl", "gcp_audit": "audit.jsonl", "m365": "activity.jsonl",
    "okta": "log.jsonl",
}  # fmt: skip
"""A sample of each format that is read as text. What is binary is read by a killable worker."""

RUNS = (
    "a", "0", " ", "=", "a=", 'a="', "a='", '"', "'", "\\", "\\u", "{", "}", "[", '{"a":', '[{"a":"', ",", ',"', ':"',
    "<", "<a>", "<Event>", "<Event ", "</Event>", "<System>", "&", "&#0", "&a;", "<!", "\t", "\r", "\0", "\x80", "ÿ",
    ": ", " ; USER=a ; COMMAND=", "a from 1 port 1: ", "2026-01-01T", "type=A msg=audit(1.000:1):", "S-1-5-21-", "-",
    "\\x", "0.", ";", "%", "::", "0x",
)  # fmt: skip
SIZES = (10_000, 100_000)
LARGER = (1_000_000, 10_000_000)
COSTLIEST = 1


def sample(name: str) -> tuple[list[bytes], int]:
    """Give a sample's lines, and before which of them a hostile one is put."""
    lines = (DATA / name / SAMPLES[name]).read_bytes().splitlines(keepends=True)
    if name == "bloodhound":
        return lines, next(at for at, line in enumerate(lines) if b"PROD VAULT" in line)
    if name == "windows_xml":
        return lines, 2
    if name == "auditd":  # not between the lines of one event
        return lines, next(at for at, line in enumerate(lines) if at > 2 and b"type=PROCTITLE" in lines[at - 1])
    return lines, len(lines) // 2 + 1


def wrapped(name: str, run: bytes) -> list[bytes]:
    """Put a run into a line: bare, and where the format has a value."""
    if name == "bloodhound":  # what isn't an object there damages the document around it
        return [msgspec.json.encode({"id": run.decode("latin-1"), "kinds": ["User"]}) + b",\n"]
    value = msgspec.json.encode(run.decode("latin-1"))
    values = {
        "auditd": b"type=USER_LOGIN msg=audit(1604994496.155:1): acct=" + run,
        "linux_auth": b"Feb 21 21:54:44 host sshd[1]: Failed password for " + run,
        "osquery": b'{"hostIdentifier":"h","unixTime":1600000000,"columns":{"pid":"1","cmdline":' + value + b"}}",
        "suricata": b'{"event_type":"alert","timestamp":"2026-03-02T08:00:00Z","alert":{"signature":' + value + b"}}",
        "windows_json": b'{"EventID":4698,"Channel":"Security","Hostname":"h","EventTime":"2026-03-02T08:00:00Z",'
        b'"TaskContent":' + value + b',"Message":' + value + b"}",
        "windows_xml": b"<Event><System><EventID>1</EventID></System><EventData>" + run + b"</EventData></Event>",
    }
    return [line + b"\n" for line in (run, values.get(name, b"x," + run))]


def read(name: str, path: Path) -> list[Record | FileWarning]:
    return list(LOADERS[name].read(loading.Source(path.name, path)))


def facts(items: list[Record | FileWarning]) -> Counter[bytes]:
    found = (item.outcome for item in items if isinstance(item, Record) and isinstance(item.outcome, list))
    return Counter(msgspec.json.encode(fact) for outcome in found for fact in outcome)


def hostile(name: str) -> list[tuple[str, int]]:
    """List the runs, each bare and as a value."""
    return [(run, form) for run in RUNS for form in range(len(wrapped(name, b"")))]


def test_every_loader_of_text_is_here() -> None:
    assert set(LOADERS) - {"evtx"} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_good_lines_stay_and_the_cost_is_linear(name: str, tmp_path: Path) -> None:
    lines, at = sample(name)
    path = tmp_path / SAMPLES[name]
    path.write_bytes(b"".join(lines))
    good = facts(read(name, path))
    assert good

    def load(run: str, form: int, size: int) -> None:
        data = run.encode("utf-8" if run == "ÿ" else "latin-1")
        line = wrapped(name, data * (size // len(data)))[form]
        path.write_bytes(b"".join([*lines[:at], line, *lines[at:]]))
        items = read(name, path)
        assert good - facts(items) == Counter(), f"{run!r} × {size:,} costs facts of good lines"
        assert not any("loader failed" in item.reason for item in items if isinstance(item, FileWarning))

    spent: dict[tuple[str, int], float] = {}
    for run, form in hostile(name):
        steep = steeper_than_linear(lambda size, run=run, form=form: load(run, form, size), SIZES)  # type: ignore[misc]
        assert steep == "", f"{run!r}, form {form}: {steep}"
        begun = time.process_time()
        load(run, form, SIZES[-1])
        spent[run, form] = time.process_time() - begun
    for run, form in sorted(spent, key=spent.__getitem__)[-COSTLIEST:]:
        steep = steeper_than_linear(lambda size, run=run, form=form: load(run, form, size), LARGER)  # type: ignore[misc]
        assert steep == "", f"{run!r}, form {form}: {steep}"


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "bloodhound"])
def test_a_record_over_the_limit_is_rejected_with_its_place(name: str, tmp_path: Path) -> None:
    lines, at = sample(name)
    path = tmp_path / SAMPLES[name]
    path.write_bytes(b"".join(lines))
    good = facts(read(name, path))
    long = wrapped(name, b"A" * (17 * 1024 * 1024))[-1]
    path.write_bytes(b"".join([*lines[:at], long, *lines[at:]]))
    items = read(name, path)
    [rejected] = [
        item
        for item in items
        if isinstance(item, Record) and isinstance(item.outcome, Rejected) and "too large" in item.outcome.reason
    ]
    [warning] = [item for item in items if isinstance(item, FileWarning) and "too large" in item.reason]
    assert (warning.file, warning.position) == (path.name, rejected.position)
    assert len(rejected.raw) == 64 * 1024
    assert name == "windows_xml" or rejected.position == f"line {at + 1}"
    assert facts(items) == good
