"""A generated machine never contradicts itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from graphhunt.errors import UsageError
from graphhunt.lab.generator import Dirt, GeneratorConfig, generate
from tests.lab.conftest import Made
from tests.lab.reading import Record, machine, records


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("clean")
    config = GeneratorConfig(seed=21, hosts=40, users=30, chains=4, beacon_seconds=60.0, dirt=Dirt.none())
    truth = generate(config, folder)
    return Made(folder, truth, records(folder))


def _sysmon(made: Made, event_id: int) -> list[Record]:
    return [r for r in made.records if r["EventID"] == event_id and "Sysmon" in r["SourceName"]]


def _security(made: Made, event_id: int) -> list[Record]:
    return [r for r in made.records if r["EventID"] == event_id and "Security" in r["SourceName"]]


def _time(record: Record) -> datetime:
    return datetime.fromisoformat(record.get("UtcTime") or record["EventTime"])


def test_session_numbers_are_unique_on_a_machine(clean: Made) -> None:
    seen = [(machine(r), r["TargetLogonId"]) for r in _security(clean, 4624) if r["TargetLogonId"] != "0x3e7"]
    assert len(seen) == len(set(seen))


def test_sessions_end_after_they_began_and_belong_to_the_same_account(clean: Made) -> None:
    begun = {(machine(r), r["TargetLogonId"]): r for r in _security(clean, 4624)}
    ended = _security(clean, 4634)
    assert ended
    for record in ended:
        start = begun[machine(record), record["TargetLogonId"]]
        assert _time(start) <= _time(record)
        assert start["TargetUserSid"] == record["TargetUserSid"]
        assert start["LogonType"] == record["LogonType"]


def test_special_logons_belong_to_a_session(clean: Made) -> None:
    begun = {(machine(r), r["TargetLogonId"]) for r in _security(clean, 4624)}
    assert {(machine(r), r["SubjectLogonId"]) for r in _security(clean, 4672)} <= begun


def test_children_start_after_their_parents_on_the_same_machine(clean: Made) -> None:
    started = {record["ProcessGuid"]: record for record in _sysmon(clean, 1)}
    known = 0
    for record in started.values():
        parent = started.get(record["ParentProcessGuid"])
        if parent:
            known += 1
            assert machine(parent) == machine(record)
            assert _time(parent) <= _time(record)
            assert parent["Image"] == record["ParentImage"]
            assert parent["ProcessId"] == record["ParentProcessId"]
    assert known > 30


def test_both_sources_tell_of_the_same_starts(clean: Made) -> None:
    sysmon = sorted((machine(r), int(r["ProcessId"]), r["Image"]) for r in _sysmon(clean, 1))
    security = sorted((machine(r), int(r["NewProcessId"], 16), r["NewProcessName"]) for r in _security(clean, 4688))
    assert sysmon == security


def test_a_process_number_is_never_used_by_two_at_once(clean: Made) -> None:
    ends = {record["ProcessGuid"]: _time(record) for record in _sysmon(clean, 5)}
    lives = defaultdict(list)
    for record in _sysmon(clean, 1):
        lives[machine(record), record["ProcessId"]].append((_time(record), ends.get(record["ProcessGuid"])))
    for spans in lives.values():
        spans.sort(key=lambda span: span[0])
        for (_, end), (begin, _) in pairwise(spans):
            assert end is not None
            assert end <= begin


def test_record_numbers_grow_with_time_without_gaps(clean: Made) -> None:
    by_log = defaultdict(list)
    for record in clean.records:
        by_log[machine(record), record["Channel"].lower()].append(record)
    for found in by_log.values():
        found.sort(key=lambda record: record["RecordNumber"])
        numbers = [record["RecordNumber"] for record in found]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        times = [record["EventTime"] for record in found]
        assert times == sorted(times)


def test_an_account_has_one_sid(clean: Made) -> None:
    sids = defaultdict(set)
    for record in _security(clean, 4624):
        sids[record["TargetUserName"]].add(record["TargetUserSid"])
    assert all(len(found) == 1 for found in sids.values())


def test_reading_lsass_is_no_mark_of_an_intruder(clean: Made) -> None:
    masks: defaultdict[str, int] = defaultdict(int)
    for record in _sysmon(clean, 10):
        masks[record["GrantedAccess"]] += record["TargetImage"].endswith("lsass.exe")
    stolen = sum(hop.stolen_on is not None for chain in clean.truth.chains for hop in chain.hops)
    assert stolen > 0
    assert sum(masks.values()) > 5 * stolen
    assert masks["0x1010"] >= stolen + 4


@pytest.mark.parametrize(("hosts", "users"), [(8, 2), (12, 3), (9, 40)])
def test_the_smallest_enterprises_work(tmp_path: Path, hosts: int, users: int) -> None:
    truth = generate(GeneratorConfig(seed=1, hosts=hosts, users=users, beacon_seconds=900.0), tmp_path)
    assert truth.expected.lines > 100
    assert len(truth.chains) == 3


@pytest.mark.parametrize("wrong", [{"hosts": 3}, {"users": 0}, {"days": 0}, {"chains": -1}, {"formats": ("evtx",)}])
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        replace(GeneratorConfig(), **wrong)  # type: ignore[arg-type]
