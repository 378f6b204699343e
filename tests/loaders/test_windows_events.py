"""The table of Windows events: sampled, and right about values that are easy to get wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphhunt.loaders import _values as v
from graphhunt.loaders._windows import HANDLERS
from graphhunt.loaders._windows_event import Event, is_refused
from graphhunt.loaders.windows_json import WindowsJsonLoader
from hypothesis import given
from hypothesis import strategies as st

from graphhunt import ids
from graphhunt.model import AccountChange, FileWarning, Record, Rejected
from graphhunt.sources import loading

CODES = {f"{channel}/{number}" for channel, number in HANDLERS}
SAME_AS_A_SAMPLE = {
    "Security/4801", "AppLocker/8006", "AppLocker/8007",
    "Security/4609", "Security/4700", "Security/4701", "TaskScheduler/110", "TaskScheduler/142",
    "LocalSessionManager/22", "LocalSessionManager/23", "WMI-Activity/5859",
    "WMI-Activity/5860", "Defender/1117", "Security/4705", "Security/4717", "Security/4722", "Security/4724",
    "Security/4725", "Security/4726", "Security/4742", "Security/4743", "Security/4765", "Security/4767",
    "Security/4727", "Security/4729", "Security/4730", "Security/4731", "Security/4732", "Security/4734",
    "Security/4735", "Security/4737", "Security/4744", "Security/4745", "Security/4746", "Security/4747",
    "Security/4748", "Security/4749", "Security/4750", "Security/4752", "Security/4753", "Security/4755",
    "Security/4756", "Security/4757", "Security/4758", "Security/4759", "Security/4760", "Security/4761",
    "Security/4762", "Security/4763", "Security/4886", "Security/4888", "Security/4947", "Security/4948",
    "Security/5138", "Security/5141", "Firewall/2005", "Firewall/2006", "Firewall/2033",
}  # fmt: skip


def test_every_mapped_event_has_a_sample() -> None:
    seen = set()
    for path in (Path(__file__).parent / "data").glob("*/expected.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            seen |= {fact["code"] for fact in json.loads(line).get("facts", [])}
    assert CODES - seen == SAME_AS_A_SAMPLE


@pytest.mark.parametrize(
    ("keywords", "refused"),
    [
        ("0x8010000000000000", True),
        ("0x8020000000000000", False),
        (-9218868437227405312, True),
        (-9214364837600034816, False),
        (["Audit Failure"], True),
        (["Audit Success"], False),
        ("9" * 5000, False),
        ([[[]]], False),
        (None, False),
    ],
)
def test_audits_of_failure_are_told_by_their_keywords(keywords: object, refused: bool) -> None:
    assert is_refused(keywords) is refused


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0200C3F4C000022F0000000000000000", ("192.0.2.47", 50164)),
        ("1700C42200000000FD00000000000000000000000000001100000000", ("fd00::11", 50210)),
        ("0x0A00005000000000FD00000000000000000000000000001100000000", ("fd00::11", 80)),
        ("01002F746D702F7300", None),
        ("02", None),
        ("zz", None),
        (None, None),
    ],
)
def test_socket_addresses(value: object, expected: tuple[str, int] | None) -> None:
    assert v.socket_address(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("::ffff:10.0.0.1", "10.0.0.1"), ("::FFFF:10.0.0.1", "10.0.0.1"), ("::ffff:a00:1", "::ffff:a00:1"), ("-", None)],
)
def test_addresses_of_ipv4_lose_what_maps_them(value: object, expected: str | None) -> None:
    assert v.ip(value) == expected


GROUP_ACTS = [
    # Microsoft's list of the events of security and distribution group management.
    (4727, "create", "global", False), (4728, "add-member", "global", False), (4729, "remove-member", "global", False),
    (4730, "delete", "global", False), (4737, "change", "global", False), (4731, "create", "local", False),
    (4732, "add-member", "local", False), (4733, "remove-member", "local", False), (4734, "delete", "local", False),
    (4735, "change", "local", False), (4744, "create", "local", True), (4745, "change", "local", True),
    (4746, "add-member", "local", True), (4747, "remove-member", "local", True), (4748, "delete", "local", True),
    (4749, "create", "global", True), (4750, "change", "global", True), (4751, "add-member", "global", True),
    (4752, "remove-member", "global", True), (4753, "delete", "global", True), (4754, "create", "universal", False),
    (4755, "change", "universal", False), (4756, "add-member", "universal", False),
    (4757, "remove-member", "universal", False), (4758, "delete", "universal", False),
    (4759, "create", "universal", True), (4760, "change", "universal", True), (4761, "add-member", "universal", True),
    (4762, "remove-member", "universal", True), (4763, "delete", "universal", True),
]  # fmt: skip


@pytest.mark.parametrize(("number", "action", "scope", "distribution"), GROUP_ACTS)
def test_what_is_done_to_a_group_is_told_by_the_id(number: int, action: str, scope: str, distribution: bool) -> None:
    told = HANDLERS["Security", number](Event("Security", number, 1, "H", {"TargetUserName": "G"}))
    assert isinstance(told, list)
    [fact] = told
    assert isinstance(fact, AccountChange)
    assert (fact.action, fact.group_scope, fact.distribution) == (action, scope, distribution)


def read(path: Path, data: bytes) -> list[Record | FileWarning]:
    path.write_bytes(data)
    return list(WindowsJsonLoader().read(loading.Source(path.name, path)))


EVENT = (
    '{"Channel":"Security","EventID":4634,"Computer":"H","TimeGenerated":"2026-03-02T08:00:00Z","TargetLogonId":"0x%x"}'
)


def test_bytes_that_are_no_text_can_be_told_from_raw(tmp_path: Path) -> None:
    [record] = read(tmp_path / "a.json", EVENT.encode().replace(b'"H"', b'"H\xe9"') % 1 + b"\n")
    assert isinstance(record, Record)
    assert record.raw == (EVENT % 1).replace('"H"', r'"H\xe9"')
    assert isinstance(record.outcome, list)
    assert record.outcome[0].host == "H\ufffd"


def test_a_line_without_end_costs_only_itself(tmp_path: Path) -> None:
    long = b'{"x":"' + b"A" * (17 * 1024 * 1024)
    items = read(tmp_path / "a.json", (EVENT % 1).encode() + b"\n" + long + b"\n" + (EVENT % 2).encode() + b"\n")
    records = [item for item in items if isinstance(item, Record)]
    assert [record.position for record in records] == ["line 1", "line 2", "line 3"]
    assert [isinstance(record.outcome, Rejected) for record in records] == [False, True, False]
    assert len(records[1].raw) == 64 * 1024
    assert [item.reason for item in items if isinstance(item, FileWarning)] == ["record too large: over 16 MiB"]


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000, b'[{"a":"' + b"\\" * 100_001])
def test_deep_nesting_is_rejected(tmp_path: Path, deep: bytes) -> None:
    records = [item for item in read(tmp_path / "a.json", deep) if isinstance(item, Record)]
    assert all(isinstance(record.outcome, Rejected) for record in records)


@given(
    numbers=st.lists(st.integers(1, 2**40), min_size=1, max_size=8),
    extra=st.dictionaries(st.text(max_size=5).map("x".__add__), st.text(max_size=20), max_size=3),
    indent=st.sampled_from([None, 1, 4]),
    array=st.booleans(),
)
def test_any_json_text_of_the_same_records_is_read_alike(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], extra: dict[str, str], indent: int | None, array: bool
) -> None:
    rows = [{**json.loads(EVENT % number), **extra} for number in numbers]
    texts = [json.dumps(rows, indent=indent)] if array else [json.dumps(row, indent=indent) for row in rows]
    items = read(tmp_path_factory.mktemp("json") / "a.json", "\n".join(texts).encode())
    outcomes = [item.outcome for item in items if isinstance(item, Record)]
    assert [outcome[0].logon_id for outcome in outcomes if isinstance(outcome, list)] == [hex(n) for n in numbers]  # type: ignore[attr-defined]
    assert len(items) == len(numbers)


@given(
    st.text(max_size=40)
    | st.uuids().map(lambda u: f"{{{u}}}".upper())
    | st.just("{00000000-0000-0000-0000-000000000000}")
)
def test_guids_are_folded_as_the_graph_folds_them(value: str) -> None:
    assert v.guid(value) == ids.guid(v.text(value))


@given(st.integers(0, 2**64 - 1) | st.integers(0, 2**63 - 1).map(hex) | st.text("0x123abcXYZ-", max_size=8))
def test_logon_ids_are_folded_as_the_graph_folds_them(value: str | int) -> None:
    expected = ids.logon_id(v.text(value))
    assert v.logon_id(value) in (expected, None)
    if expected is not None and 0 < int(expected, 16) < 2**63:
        assert v.logon_id(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02 08:00:00", (1772438400_000000, False)),
        ("2026-03-02T08:00:00.1234567Z", (1772438400_123456, True)),
        ("2026-03-02T09:30:00+01:30", (1772438400_000000, True)),
        (1772438400, (1772438400_000000, True)),
        (1772438400.25, (1772438400_250000, True)),
        (1772438400_123, (1772438400_123000, True)),
        ("2026-03-02", None),
        ("1601-01-01T00:00:00Z", None),
        ("2026-02-30T08:00:00Z", None),
        (True, None),
        (float("nan"), None),
        ([], None),
        ("9" * 30, None),
    ],
)
def test_times(value: object, expected: tuple[int, bool] | None) -> None:
    assert v.micros(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0x1f", 31), ("31", 31), (31, 31), ("-1", None), ("0x", None), ("1e3", None), ("9" * 5000, None), (True, None)],
)
def test_numbers(value: object, expected: int | None) -> None:
    assert v.number(value, 100) == expected


def test_a_message_field_is_the_first_of_its_line() -> None:
    message = "Process Create:\r\nProcessId: 12\r\nCommandLine: x\r\nProcessId: 99\r\nParent ProcessId: 7"
    assert v.find("ProcessId", message) == "12"
    assert v.find("ProcessId", message.replace("ProcessId: 12", "ProcessId: -")) is None
    assert v.find("CommandLine", "a CommandLine: x") is None
    assert v.find("ProcessId", "x" * 20_000 + "\nProcessId: 12") is None
