"""The enterprise behaves in size, time and degree as designed."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from graphhunt.lab.generator import GeneratorConfig, generate, logon_days
from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.config import DAY_US, HOUR_US
from graphhunt.lab.generator.world import build_world
from tests.lab.conftest import Made

WEEK = GeneratorConfig(seed=6, hosts=1_200, users=900, days=7, utc_offset_minutes=0)


@pytest.fixture(scope="module")
def week() -> list[b.Logons]:
    world = build_world(WEEK)
    return [b.benign_day(world, day) for day in range(7)]


def test_shares_of_machines_follow_the_design() -> None:
    config = GeneratorConfig(hosts=10_000, users=12_000)
    assert config.workstation_count / 10_000 == pytest.approx(0.86, abs=0.01)
    assert config.server_count == 1_300
    assert config.controller_count == 30
    assert config.admin_count == 240
    assert config.service_count == 360


def test_people_work_by_day_with_a_pause_at_noon(week: list[b.Logons]) -> None:
    hours = np.concatenate([(day.t[day.kind == b.KIND_HABIT] % DAY_US) // HOUR_US for day in week[:5]])
    count = np.bincount(hours, minlength=24)
    assert count[8:18].sum() / count.sum() > 0.8
    assert count[12] < 0.75 * min(count[10], count[14])
    assert count[0:5].sum() / count.sum() < 0.03


def test_weekends_are_quiet_for_people_only(week: list[b.Logons]) -> None:
    people = [int((day.kind == b.KIND_HABIT).sum()) for day in week]
    backups = [int((day.kind == b.KIND_BACKUP).sum()) for day in week]
    assert np.mean(people[5:]) / np.mean(people[:5]) == pytest.approx(0.1, abs=0.05)
    assert np.mean(backups[5:]) / np.mean(backups[:5]) == pytest.approx(1.0, abs=0.1)


def test_few_servers_get_most_visits(week: list[b.Logons]) -> None:
    visits = np.concatenate([day.dst[day.kind == b.KIND_HABIT] for day in week])
    counts = np.sort(np.unique(visits, return_counts=True)[1])[::-1]
    assert counts[: len(counts) // 10].sum() / counts.sum() > 0.3
    assert counts.max() > 10 * np.median(counts)


def test_people_keep_to_a_handful_of_servers(week: list[b.Logons]) -> None:
    habits = b.concatenate(week)
    habits = habits.take(np.flatnonzero(habits.kind == b.KIND_HABIT))
    reached = np.unique(habits.acct.astype(np.int64) * 10_000 + habits.dst) // 10_000
    per_person = np.unique(reached, return_counts=True)[1]
    assert 3 <= np.median(per_person) <= 17


def test_administrators_reach_further_than_others(week: list[b.Logons]) -> None:
    world = build_world(WEEK)
    everything = b.concatenate(week)
    admin = (everything.acct >= world.first_admin) & (everything.acct < world.first_help)
    pairs = np.unique(everything.acct[admin].astype(np.int64) * 10_000 + everything.dst[admin]) // 10_000
    assert np.median(np.unique(pairs, return_counts=True)[1]) > 20


def test_most_sessions_end_on_record_and_after_they_began(week: list[b.Logons]) -> None:
    everything = b.concatenate(week)
    good = everything.ok == 1
    known = everything.end[good] >= 0
    assert known.mean() == pytest.approx(0.92, abs=0.01)
    assert (everything.end[good][known] > everything.t[good][known]).all()
    assert (everything.end[~good] == -1).all()


def test_outputs_are_in_order_of_time(week: list[b.Logons]) -> None:
    assert all((np.diff(day.t) >= 0).all() for day in week)


def test_types_of_logons_have_their_shares(small: Made) -> None:
    types = small.truth.expected.logon_types
    total = sum(types.values())
    assert types["3"] / total == pytest.approx(0.75, abs=0.1)
    assert types["5"] / total == pytest.approx(0.08, abs=0.03)
    assert types["4"] / total == pytest.approx(0.02, abs=0.015)
    assert types["10"] / total == pytest.approx(0.02, abs=0.015)


def test_more_than_half_of_all_logons_are_those_of_machines(small: Made) -> None:
    logons = [record for record in small.records if record["EventID"] == 4624]
    machines = Counter(record["TargetUserName"].endswith("$") for record in logons)
    assert machines[True] / len(logons) > 0.5


def test_memory_does_not_grow_with_the_days(tmp_path: Path) -> None:
    def peak(days: int) -> int:
        config = GeneratorConfig(seed=1, hosts=10, users=5, days=days, chains=0, bursts=0)
        tracemalloc.start()
        generate(config, tmp_path / str(days))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(6) < 1.5 * peak(2) + 500_000


def test_columns_are_bounded_by_a_day() -> None:
    def peak(days: int) -> int:
        config = GeneratorConfig(seed=1, hosts=500, users=400, days=days)
        tracemalloc.start()
        for _ in logon_days(config):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(12) < 1.5 * peak(3) + 500_000
