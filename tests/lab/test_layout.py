"""The records have the fields, and the types of values, of real exports of the same events.

Rule: a generated record has every field that all real records of its EventID have, and none that no real one
has.  Two events are checked apart because the real sets hold none of them.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.lab.conftest import Made
from tests.lab.reading import Record

# Not in the real sets: the first event of a boot, and the logoff a user asks for.
_WITHOUT_MODEL = {("Microsoft-Windows-Security-Auditing", number) for number in (4608, 4647)}
Kind = tuple[str, int]


def _real(folder: Path) -> list[Record]:
    found = []
    for archive in sorted(folder.glob("mordor_theshire_2020/*.zip")) + sorted(folder.glob("mordor_purplesharp/*.zip")):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                lines = io.TextIOWrapper(opened.open(name), encoding="utf-8")
                found += [json.loads(line) for line in lines if line.strip()]
    return found


def _by_kind(found: list[Record]) -> dict[Kind, list[Record]]:
    kinds: dict[Kind, list[Record]] = defaultdict(list)
    for record in found:
        kinds[record["SourceName"], record["EventID"]].append(record)
    return kinds


@pytest.fixture(scope="module")
def model(shared_data: Path) -> dict[Kind, list[Record]]:
    return _by_kind(_real(shared_data))


@pytest.fixture(scope="module", params=["small", "demo", "hardened"])
def generated(request: pytest.FixtureRequest) -> dict[Kind, list[Record]]:
    made: Made = request.getfixturevalue(request.param)
    return _by_kind(made.records)


def test_fields_lie_between_those_all_and_those_any_real_record_has(
    model: dict[Kind, list[Record]], generated: dict[Kind, list[Record]]
) -> None:
    for kind in generated.keys() - _WITHOUT_MODEL:
        always = set.intersection(*(set(record) for record in model[kind]))
        ever = set.union(*(set(record) for record in model[kind]))
        for record in generated[kind]:
            assert always <= set(record) <= ever, kind


def test_values_have_the_types_of_real_ones(
    model: dict[Kind, list[Record]], generated: dict[Kind, list[Record]]
) -> None:
    for kind in generated.keys() - _WITHOUT_MODEL:
        types: dict[str, set[type]] = defaultdict(set)
        for record in model[kind]:
            for name, value in record.items():
                types[name].add(type(value))
        for record in generated[kind]:
            assert all(type(value) in types[name] for name, value in record.items()), kind


def _folded(value: object) -> object:
    # "Security" and "security" are both real, though not for every event in so small a sample.
    return value.lower() if isinstance(value, str) else value


@pytest.mark.parametrize(
    "name",
    ["Channel", "ProviderGuid", "Task", "Category", "Version", "Keywords", "Severity", "SeverityValue", "OpcodeValue"],
)
def test_headers_are_those_of_real_events(
    model: dict[Kind, list[Record]], generated: dict[Kind, list[Record]], name: str
) -> None:
    for kind in generated.keys() - _WITHOUT_MODEL:
        allowed = {_folded(record.get(name)) for record in model[kind]}
        if kind[1] == 4776:
            # The real sets hold too few of them to have shown every severity with both texts.
            continue
        assert {_folded(record.get(name)) for record in generated[kind]} <= allowed, kind


def test_the_shares_of_events_are_near_the_real_ones(model: dict[Kind, list[Record]], small: Made) -> None:
    security = "Microsoft-Windows-Security-Auditing"

    def ratio(kinds: dict[Kind, list[Record]], upper: int, lower: int) -> float:
        return len(kinds[security, upper]) / len(kinds[security, lower])

    made = _by_kind(small.records)
    # Pairs that hang together in Windows itself: logoff and special logon per logon, end per start, file per share.
    for upper, lower in ((4634, 4624), (4672, 4624), (4689, 4688), (5145, 5140)):
        assert ratio(made, upper, lower) == pytest.approx(ratio(model, upper, lower), abs=0.45), (upper, lower)


def test_guids_carry_the_start_and_the_session(small: Made) -> None:
    for record in small.records:
        if record["EventID"] != 1 or "Sysmon" not in record["SourceName"]:
            continue
        parts = record["ProcessGuid"].strip("{}").split("-")
        started = int(parts[2] + parts[1], 16)
        logged = datetime.fromisoformat(record["UtcTime"]).replace(tzinfo=UTC).timestamp()
        # Less the four hours of a machine whose clock is on local time; the GUID cuts off the fraction.
        assert abs(started - logged) % (4 * 3600) <= 1.1
        session = record["LogonGuid"].strip("{}").split("-")
        logon_id = int.from_bytes(bytes.fromhex(session[3] + session[4]), "little")
        assert hex(logon_id) == record["LogonId"]
        assert parts[0] == session[0]
