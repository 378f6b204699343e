"""Intrusions of the twelve cells, in full records."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest

from graphhunt.errors import UsageError
from graphhunt.lab.generator import GeneratorConfig, Truth, generate
from graphhunt.lab.generator.run import play_day
from graphhunt.lab.generator.world import build_world
from tests.lab.reading import Record, machine, records

CELLS = GeneratorConfig(
    seed=4,
    hosts=90,
    users=60,
    days=6,
    chains=0,
    bursts=0,
    cell_attacks=24,
    beacon_seconds=1_800.0,
    processes_per_user_day=2.0,
    flows_per_user_day=1.0,
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth, list[Record]]:
    folder = tmp_path_factory.mktemp("cells")
    truth = generate(CELLS, folder)
    return folder, truth, records(folder)


def test_every_cell_is_played_twice(played: tuple[Path, Truth, list[Record]]) -> None:
    cells = Counter(chain.cell for chain in played[1].chains)
    goals = ("exploration", "spread", "targeted")
    assert cells == {f"{goal}/{stealth}": 2 for goal in goals for stealth in range(4)}


def test_attacks_come_after_the_history_and_within_a_day(played: tuple[Path, Truth, list[Record]]) -> None:
    for chain in played[1].chains:
        first, last = chain.hops[0].t, chain.hops[-1].t
        assert first >= CELLS.start + 3 * 86_400_000_000
        assert last - first < 86_400_000_000


def test_hops_start_where_the_intruder_already_is(played: tuple[Path, Truth, list[Record]]) -> None:
    for chain in played[1].chains:
        owned = {chain.start}
        for hop in chain.hops:
            assert hop.src in owned
            assert hop.stolen_on is None or hop.stolen_on in owned
            owned.add(hop.dst)


def test_a_stolen_credential_was_used_there_by_its_owner(played: tuple[Path, Truth, list[Record]]) -> None:
    _, truth, found = played
    logons = {(machine(r), r["TargetUserName"]) for r in found if r["EventID"] == 4624}
    for chain in truth.chains:
        for hop in chain.hops:
            if hop.stolen_on:
                assert (hop.stolen_on, hop.user.partition("\\")[2]) in logons


def test_every_hop_has_its_logon(played: tuple[Path, Truth, list[Record]]) -> None:
    _, truth, found = played
    logons = {(machine(r), r["TargetLogonId"], r["TargetUserName"]) for r in found if r["EventID"] == 4624}
    for chain in truth.chains:
        for hop in chain.hops:
            assert (hop.logon.host, hop.logon.logon_id, hop.user.partition("\\")[2]) in logons


def test_a_day_with_cells_can_be_made_alone(played: tuple[Path, Truth, list[Record]]) -> None:
    folder, truth, _ = played
    out = io.BytesIO()
    play_day(build_world(CELLS), 4, out)
    assert out.getvalue() == (folder / truth.files[4]).read_bytes()


def test_cells_need_a_history() -> None:
    with pytest.raises(UsageError):
        GeneratorConfig(days=2, cell_attacks=12)
