"""Every value of every parameter that has a list of them, on the real campaign: what comes back fits, and is typed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from graphhunt.entities import Client, File, Machine, User
from graphhunt.entities import values as known
from tests.entities.conftest import StoreHunt
from tests.entities.test_contract import ACTION, ATTRIBUTES, COMMUNICATION, DETECTION, TREE

KINDS = [*known.program_kinds(), known.ALLOWED]
VALUES: dict[str, dict[str, Any]] = {
    "get_executions": {
        "kind": KINDS, "operation": known.EXECUTION_OPERATIONS, "attributes": known.ATTRIBUTES,
    },
    "get_files": {"kind": KINDS, "operation": known.FILE_OPERATIONS, "attributes": known.ATTRIBUTES},
    "get_registry": {"kind": KINDS, "operation": known.REGISTRY_OPERATIONS},
    "get_communications": {
        "protocol": known.PROTOCOLS, "port": [*known.PORTS, 5985, "445"], "iptype": known.IP_TYPES,
        "direction": known.DIRECTIONS,
    },
}  # fmt: skip
COLUMNS = {
    "get_executions": ACTION | ATTRIBUTES, "get_files": ACTION | ATTRIBUTES, "get_registry": ACTION,
    "get_communications": COMMUNICATION, "get_blocked": DETECTION, "get_detections": DETECTION,
    "get_execution_tree": TREE,
}  # fmt: skip


def of_kind(name: str, hunt: StoreHunt) -> Any:
    machine = Machine("workstation6", hunt=hunt)
    made = {
        "User": lambda: User(r"THESHIRE\pgustavo", hunt=hunt),
        "Machine": lambda: machine,
        "Client": lambda: Client(hunt=hunt),
        "File": lambda: File(name="powershell.exe", hunt=hunt),
        "Process": lambda: machine.get_executions(file="powershell.exe", operation="create").entities("Process"),
    }
    return made[name]()


@pytest.mark.parametrize("kind", ["User", "Machine", "Client", "File", "Process"])
def test_full_tables_are_typed_as_the_documents_say(hunt: StoreHunt, kind: str) -> None:
    entity = of_kind(kind, hunt)
    for method, columns in COLUMNS.items():
        if hasattr(entity, method):
            frame = getattr(entity, method)().df
            assert list(frame.columns)[: len(columns)] == list(columns), method
            assert {name: str(frame[name].dtype) for name in columns} == columns, method
            assert len(frame) or method in {"get_blocked", "get_detections"}, method


@pytest.mark.parametrize("method", VALUES)
def test_each_value_gives_the_rows_that_fit(hunt: StoreHunt, method: str) -> None:
    """Each part is one of the whole; parts by operation, type and direction add up to it."""
    machine = of_kind("Machine", hunt)
    whole = getattr(machine, method)().df
    for name, values in VALUES[method].items():
        parts = {value: getattr(machine, method)(**{name: value}).df for value in values}
        for value, part in parts.items():
            assert rows(part) <= rows(whole), (name, value)
            assert fits(name, value, part), (name, value)
        together = getattr(machine, method)(**{name: list(values)}).df
        assert rows(together) == set().union(*map(rows, parts.values())), name
        if name in {"iptype", "direction"} or (name, method) == ("operation", "get_executions"):
            assert sum(map(len, parts.values())) == len(whole), name


def rows(frame: pd.DataFrame) -> set[tuple[Any, ...]]:
    return {tuple(map(str, row)) for row in frame.drop(columns="EventIds").itertuples(index=False)}


def fits(name: str, value: Any, frame: pd.DataFrame) -> bool:
    """Tell whether a column says of every row what was asked for; True where no column tells."""
    port = (
        frame["RemotePort"].where(frame["Direction"] == "Outgoing", frame["LocalPort"])
        if "Direction" in frame
        else None
    )
    checks: dict[tuple[str, Any], Any] = {
        ("attributes", "ATTR_REMOTE"): lambda: frame["RemoteSession"],
        ("attributes", "ATTR_EXTERNAL"): lambda: frame["External"],
        ("attributes", "ATTR_FRESHUNKNOWN"): lambda: frame["FreshUnknown"],
        ("attributes", "ATTR_LANSHARED"): lambda: frame["LanShared"],
        ("protocol", "RDP"): lambda: port == 3389,
        ("iptype", "Public"): lambda: frame["Ipv4Status"] == "External",
        ("iptype", "Private"): lambda: frame["Ipv4Status"] == "Internal",
        ("direction", value): lambda: frame["Direction"] == value,
        ("port", value): lambda: port == known.PORTS.get(str(value), value if isinstance(value, int) else 445),
    }
    if name == "protocol" and value != "RDP":
        return bool((frame["Protocol"] == value).all())
    if name == "operation" and value not in {"newcmp", "opencmp", "script"}:
        return bool((frame["Operation"] == value).all())
    check = checks.get((name, value))
    return check is None or bool(check().fillna(False).all())
