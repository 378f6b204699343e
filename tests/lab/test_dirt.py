"""Each switch of the dirt changes what it says, and only with the switch on."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graphhunt.cli.app import app
from graphhunt.lab.generator import Dirt, GeneratorConfig, generate
from graphhunt.lab.generator.truth import Truth, load_truth
from graphhunt.lab.generator.world import build_world
from tests.lab.conftest import Made
from tests.lab.reading import Record, identity, machine, records

CLEAN = GeneratorConfig(seed=2, hosts=40, users=25, days=1, chains=1, bursts=0, beacon_seconds=300.0, dirt=Dirt.none())


def _made(folder: Path, **dirt: object) -> Made:
    config = replace(CLEAN, dirt=replace(CLEAN.dirt, **dirt))  # type: ignore[arg-type]
    truth = generate(config, folder)
    return Made(folder, truth, records(folder))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return _made(tmp_path_factory.mktemp("clean"))


def _delay(record: Record) -> float:
    """Return the seconds from event to arrival, both on the local clock."""
    arrived, happened = (datetime.fromisoformat(record[name]) for name in ("EventReceivedTime", "EventTime"))
    return (arrived - happened).total_seconds()


def test_a_clean_set_has_no_copies_no_losses_and_no_delay(clean: Made) -> None:
    expected = clean.truth.expected
    assert (expected.duplicates, expected.late, expected.lost) == (0, 0, {})
    assert len({identity(record) for record in clean.records}) == len(clean.records)
    assert max(map(_delay, clean.records)) <= 4
    assert min(map(_delay, clean.records)) >= 0


def test_a_clean_set_shows_every_start_of_what_ends(clean: Made) -> None:
    sysmon = [record for record in clean.records if "Sysmon" in record["SourceName"]]
    started = {record["ProcessGuid"] for record in sysmon if record["EventID"] == 1}
    assert {record["ProcessGuid"] for record in sysmon if record["EventID"] == 5} <= started


def test_copies_are_exact_and_as_many_as_asked(tmp_path: Path) -> None:
    made = _made(tmp_path, duplicates=0.05)
    by_identity = defaultdict(list)
    for record in made.records:
        by_identity[identity(record)].append(record)
    copies = [found for found in by_identity.values() if len(found) > 1]
    assert len(copies) == made.truth.expected.duplicates
    assert len(copies) / len(by_identity) == pytest.approx(0.05, abs=0.012)
    assert all(found[0] == found[1] for found in copies)


def test_late_records_come_late(tmp_path: Path) -> None:
    made = _made(tmp_path, late_arrival=0.1)
    late = sum(_delay(record) > 60 for record in made.records)
    assert late / len(made.records) == pytest.approx(0.1, abs=0.03)


def test_arrival_never_runs_back_within_a_file(clean: Made) -> None:
    for name in clean.truth.files:
        arrivals = [r["@timestamp"] for r in records_of(clean.folder / name)]
        assert arrivals == sorted(arrivals)


def records_of(path: Path) -> list[Record]:
    """Return the records of one file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_two_spellings_of_a_machine_name(tmp_path: Path, clean: Made) -> None:
    def spellings(made: Made) -> int:
        return len({record["Hostname"] for record in made.records}) - len(set(map(machine, made.records)))

    assert spellings(clean) == 0
    made = _made(tmp_path, two_hostnames=True)
    assert spellings(made) >= 8
    assert {"Security", "security"} <= {record["Channel"] for record in made.records}


def test_lost_starts_leave_processes_nobody_saw_starting(tmp_path: Path) -> None:
    made = _made(tmp_path, lost_starts=0.3)
    sysmon = [record for record in made.records if "Sysmon" in record["SourceName"]]
    started = {record["ProcessGuid"] for record in sysmon if record["EventID"] == 1}
    ended = {record["ProcessGuid"] for record in sysmon if record["EventID"] == 5}
    assert len(ended - started) / len(ended) == pytest.approx(0.3, abs=0.08)


def test_skewed_clocks_make_the_same_connection_seem_at_two_times(tmp_path: Path, clean: Made) -> None:
    def spread(made: Made) -> float:
        seen: dict[tuple[str, ...], dict[str, datetime]] = defaultdict(dict)
        for record in made.records:
            if record["EventID"] == 3 and "Sysmon" in record["SourceName"]:
                ends = (record["SourceIp"], record["SourcePort"], record["DestinationIp"], record["DestinationPort"])
                seen[ends][record["Initiated"]] = datetime.fromisoformat(record["UtcTime"])
        gaps = [abs((at["true"] - at["false"]).total_seconds()) for at in seen.values() if len(at) == 2]
        return max(gaps)

    assert spread(clean) < 0.1
    assert spread(_made(tmp_path, skew_sigma_s=1.0)) > 1.0


def test_a_machine_on_local_time_is_off_by_the_zone(tmp_path: Path) -> None:
    made = _made(tmp_path, local_time_hosts=0.2)
    off = {machine(record) for record in made.records if _delay(record) > 3.9 * 3600}
    assert 2 <= len(off) <= 20


def test_addresses_move_with_dhcp_and_never_meet(clean: Made) -> None:
    fixed, moving = (build_world(replace(CLEAN, dirt=replace(CLEAN.dirt, dhcp=on))) for on in (False, True))
    machines = range(len(fixed.machines))
    for day in range(5):
        assert len({moving.address(number, day) for number in machines}) == len(machines)
        assert [fixed.address(number, day) for number in machines] == [fixed.address(number) for number in machines]
    moved = [number for number in machines if moving.address(number, 1) != moving.address(number, 2)]
    assert len(moved) == CLEAN.workstation_count


def test_servers_keep_their_addresses() -> None:
    world = build_world(replace(CLEAN, dirt=Dirt()))
    for number in world.servers.tolist():
        assert world.address(number, 1) == world.address(number, 9)


def test_translated_workstations_share_an_outside_address() -> None:
    world = build_world(GeneratorConfig(hosts=900, users=700))
    shared = defaultdict(list)
    for number in range(world.first_server):
        if world.outside_address(number) != world.address(number):
            shared[world.outside_address(number)].append(number)
    assert max(map(len, shared.values())) >= 3


def test_restarts_reuse_logon_ids(tmp_path: Path) -> None:
    def shared(reboots: float) -> tuple[int, int]:
        config = replace(CLEAN, days=2, dirt=replace(CLEAN.dirt, reboots=reboots))
        folder = tmp_path / str(reboots)
        truth = generate(config, folder)
        first, second = (_network_logons(folder / name) for name in truth.files)
        return len(first & second), truth.expected.events.get("Security/4608", 0)

    assert shared(0.0) == (0, 0)
    reused, boots = shared(0.9)
    assert reused > 0
    assert boots > 50


def _network_logons(path: Path) -> set[tuple[str, str]]:
    found = [record for record in records_of(path) if record["EventID"] == 4624 and record["LogonType"] == "3"]
    return {(machine(record), record["TargetLogonId"]) for record in found}


def test_each_dirt_can_be_switched_off_on_the_command_line(tmp_path: Path) -> None:
    def made(name: str, *options: str) -> Truth:
        size = ["--hosts", "20", "--users", "12", "--chains", "0", "--seed", "4"]
        result = CliRunner().invoke(app, ["generate", str(tmp_path / name), *size, *options])
        assert result.exit_code == 0, result.output
        return load_truth(tmp_path / name)

    usual, without = made("usual"), made("without", "--without", "duplicates", "--without", "lost_starts")
    assert usual.expected.duplicates > 0
    assert without.expected.duplicates == 0
    assert sum(usual.expected.lost.values()) > 0
    assert without.expected.lost == {}
    assert without.expected.late > 0
    wrong = CliRunner().invoke(app, ["generate", str(tmp_path / "wrong"), "--without", "mud"])
    assert wrong.exit_code == 2
    assert "lost_starts" in wrong.stderr
