"""The same seed gives the same bytes, and a day needs no other day."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphhunt.lab.generator import GeneratorConfig, eval_set, generate, generate_demo, load_truth
from graphhunt.lab.generator.behaviour import benign_day
from graphhunt.lab.generator.run import play_day
from graphhunt.lab.generator.world import build_world
from tests.lab.conftest import SMALL, Made
from tests.lab.reading import digest


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: digest(path) for path in sorted(folder.iterdir())}


def test_the_demonstration_is_the_same_twice(demo: Made, tmp_path: Path) -> None:
    generate_demo(tmp_path)
    assert _digests(tmp_path) == _digests(demo.folder)


def test_another_seed_gives_another_demonstration(demo: Made, tmp_path: Path) -> None:
    truth = generate_demo(tmp_path, seed=8)
    assert truth.chains[0].hops[0].logon != demo.truth.chains[0].hops[0].logon


@pytest.mark.parametrize("compress", [False, True])
def test_a_set_is_the_same_twice_compressed_or_not(tmp_path: Path, compress: bool) -> None:
    config = replace(SMALL, days=1, compress=compress, formats=("nxlog", "lanl"))
    generate(config, tmp_path / "a")
    generate(config, tmp_path / "b")
    first = _digests(tmp_path / "a")
    assert first == _digests(tmp_path / "b")
    assert len(first) == 6


def test_a_day_can_be_made_alone(small: Made) -> None:
    out = io.BytesIO()
    play_day(build_world(SMALL), 1, out)
    assert out.getvalue() == (small.folder / small.truth.files[1]).read_bytes()


def test_a_day_of_columns_does_not_depend_on_the_days_before() -> None:
    config = GeneratorConfig(seed=5, hosts=300, users=250, days=9)
    alone = benign_day(build_world(config), 6)
    world = build_world(config)
    in_turn = [benign_day(world, day) for day in range(9)][6]
    for name, column in vars(alone).items():
        assert np.array_equal(column, vars(in_turn)[name]), name


def test_the_truth_survives_its_file(small: Made) -> None:
    assert load_truth(small.folder) == small.truth


def test_evaluation_sets_repeat() -> None:
    sizes = {"users": 120, "servers": 40, "admins": 4, "service_accounts": 6, "days": 8, "history_days": 5}
    first, second = (eval_set(4, attacks=12, **sizes) for _ in range(2))
    assert first.logons.equals(second.logons)
    assert first.corroboration.equals(second.corroboration)
    assert first.attacks == second.attacks
    assert not eval_set(5, attacks=12, **sizes).logons.equals(first.logons)
