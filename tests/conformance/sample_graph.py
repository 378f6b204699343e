"""The small graph that every query's example runs on: three nodes of each label, four relationships of each kind."""

from __future__ import annotations

from typing import Any

from graphhunt.schema import NODES, endpoint_pairs
from graphhunt.store import Store, statements

START = 1_700_000_000_000_000
"""2023-11-14 22:13:20 UTC in microseconds; everything happens from then on, in steps of a minute."""

MINUTE = 60_000_000
PAIRS = ((1, 1), (1, 2), (2, 3), (3, 1))
PROCESS_NAMES = {1: "explorer.exe", 2: "cmd.exe", 3: "powershell.exe"}


def node(label: str, number: int) -> dict[str, Any]:
    """Make the node `<label>-<number>`."""
    name = PROCESS_NAMES[number] if label == "Process" else f"{label} {number}"
    props: dict[str, Any] = {
        "name": name,
        "client_id": "default",
        "first_seen": START + number * MINUTE,
        "last_seen": START + (number + 10) * MINUTE,
        "search": f"{label} {number} {name}".lower(),
    }
    props.update(EXTRA.get(label, lambda number: {})(number))
    return {"id": f"{label.lower()}-{number}", "props": props}


def session(process: int) -> str:
    """Give the logon session of a process: the first two share one."""
    return f"0x{(process + 1) // 2}"


def _process(number: int) -> dict[str, Any]:
    return {
        "path": rf"c:\windows\{PROCESS_NAMES[number]}",
        "command_line": f"{PROCESS_NAMES[number]} /c whoami {number}",
        "pid": 1000 + number,
        "machine_id": f"machine-{number}",
        "user_id": f"user-{number}",
        "logon_id": session(number),
        "logon_session_id": session(number),
        "integrity": "high",
        "sha256": f"{number:064x}",
        "start": START + number * MINUTE,
        "end": START + (number + 5) * MINUTE,
        "stub": number == 3,
    }


EXTRA: dict[str, Any] = {
    "User": lambda number: {"kind": "person", "domain": "corp", "aliases": [f"corp\\user{number}"]},
    "Machine": lambda number: {"fqdn": f"m{number}.corp.example", "os": "Windows", "aliases": [f"m{number}"]},
    "Process": _process,
    "File": lambda number: {"path": rf"c:\temp\f{number}.dll", "sha256": f"{number:064x}", "machine_id": "machine-1"},
    "IP": lambda number: {"version": 4, "scope": "public" if number == 3 else "private"},
    "Service": lambda number: {"machine_id": f"machine-{number}", "image": rf"c:\s{number}.exe"},
    "ScheduledTask": lambda number: {"machine_id": f"machine-{number}", "command": f"task{number}.exe"},
    "Share": lambda number: {"machine_id": f"machine-{number}"},
    "RegistryKey": lambda number: {"path": rf"hklm\software\run{number}", "machine_id": f"machine-{number}"},
    "Alert": lambda number: {
        "rule": f"rule {number}",
        "level": "high",
        "technique": ["T1021"],
        "product": "test",
        "action": "Blocked",
    },
    "AnalysisRun": lambda number: {"state": "done", "start": START, "end": START + number * MINUTE, "version": "1"},
}


def relationship(kind: str, ends: tuple[str, str], start: int, end: int) -> dict[str, Any]:
    """Make the relationship `<type>-<start label>-<start>-<end label>-<end>`."""
    place = PAIRS.index((start, end))
    props: dict[str, Any] = {
        "start": START + (place + start) * MINUTE,
        "end": START + (place + start + 3) * MINUTE,
        "count": place + 1,
        "source": "sample",
        "evidence": [f"{place:032x}"],
        "confidence": "observed",
    }
    props.update(REL_EXTRA.get(kind, lambda start, end: {})(start, end))
    return {
        "id": f"{kind}-{ends[0]}-{start}-{ends[1]}-{end}".lower(),
        "start": f"{ends[0]}-{start}".lower(),
        "end": f"{ends[1]}-{end}".lower(),
        "props": props,
    }


def _logon(start: int, end: int) -> dict[str, Any]:
    return {"logon_id": f"0x{end}", "logon_type": 3, "auth_package": "NTLM", "source_ip": f"10.0.0.{start}"}


REL_EXTRA: dict[str, Any] = {
    "LOGGED_ON": lambda start, end: {**_logon(start, end), "logon_session_id": session(end)},
    "FAILED_LOGON": _logon,
    "REMOTE_LOGON": lambda start, end: {
        **_logon(start, end),
        "user_id": f"user-{start}",
        "user_name": f"user {start}",
        "technique": "T1021.002",
        "logon_session_id": session(end),
    },
    "RAN": lambda start, end: {"logon_id": session(end), "logon_session_id": session(end)},
    "EXECUTED": lambda start, end: {"logon_id": session(end), "logon_session_id": session(end)},
    "INSTALLED": lambda start, end: {"logon_id": f"0x{end}", "logon_session_id": session(end)},
    "CONNECTED": lambda start, end: {
        "remote_port": 440 + end,
        "protocol": "tcp",
        "direction": "outgoing",
        "bytes_out": 100 * start,
        "bytes_in": 10 * end,
        "machine_id": f"machine-{start}",
        "user_id": f"user-{start}",
    },
    "FLOWED_TO": lambda start, end: {"remote_port": 440 + end, "protocol": "tcp", "bytes_out": 5, "bytes_in": 7},
    "WROTE": lambda start, end: {"operation": "FileCreate", "path": rf"c:\temp\f{end}.dll"},
    "MANAGED": lambda start, end: {
        "action": "create" if start == end or start < end else "add-member",
        "member_id": "user-1" if start > end else None,
        "machine_id": f"machine-{end}",
    },
    "MEMBER_OF": lambda start, end: {"open": start == end},
    "AUTHENTICATED": lambda start, end: {"protocol": "kerberos", "success": start != 2},
}


RUN = "sessions/000001a"
"""The analytic run that the first node of each label, and the first logon, carry results of."""

HEAD = {
    "id": "current/sessions",
    "props": {
        "writer": "w1",
        "until": START,
        "current": RUN,
        "previous": "sessions/000000b",
        "counter": 1,
        "state": "pointer",
        "names": ["session_id", "session_run"],
    },
}


def _marked(row: dict[str, Any]) -> dict[str, Any]:
    marks = {"session_run__a": RUN, "session_count__a": 3}
    return {**row, "props": {**row["props"], **marks}}


def fill(store: Store) -> None:
    """Put the whole graph into an empty store."""
    for label in NODES:
        store.put_nodes(label, [_marked(node(label, 1)), node(label, 2), node(label, 3)], new=True)
    store.put_nodes("AnalysisRun", [HEAD], new=True)
    for ends in endpoint_pairs():
        rows = [relationship(ends[0], ends[1:], start, end) for start, end in PAIRS]
        store.put_relationships(ends, [_marked(rows[0]), *rows[1:]], new=True)


def statement_examples() -> dict[str, dict[str, Any]]:
    """Give sample parameters of every statement that is made from the schema; each changes or finds something here."""
    found: dict[str, dict[str, Any]] = {}
    for label in NODES:
        one, new = f"{label.lower()}-1", f"{label.lower()}-new"
        found[statements.create_nodes(label).name] = {"rows": [{"id": new, "props": {"name": "renamed"}}]}
        found[statements.merge_nodes(label).name] = {"rows": [{"id": one, "props": {"name": "renamed"}}]}
        found[statements.delete_nodes(label).name] = {"ids": [one]}
    for kind, start, end in endpoint_pairs():
        row = {"start": f"{start.lower()}-1", "end": f"{end.lower()}-3", "id": "new", "props": {"count": 1}}
        found[statements.create_relationships(kind, start, end).name] = {"rows": [row]}
        one = f"{kind}-{start}-1-{end}-2".lower()
        found[statements.known_relationships(kind).name] = {"ids": [one, "missing"]}
        found[statements.update_relationships(kind).name] = {"ids": [one], "props": {one: {"count": 7}}}
        found[statements.delete_relationships(kind).name] = {"ids": [one]}
    return found
