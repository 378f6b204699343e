"""Generated sets that several tests look at; each is made once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from graphhunt.lab.generator import (
    EvalSet,
    GeneratorConfig,
    Hardening,
    Truth,
    eval_set,
    generate,
    generate_demo,
    set_of,
)
from tests.lab.reading import Record, records


class Made(NamedTuple):
    """A generated folder, its truth and its records."""

    folder: Path
    truth: Truth
    records: list[Record]


SMALL = GeneratorConfig(seed=3, hosts=40, users=30, days=2, chains=6, bursts=2, beacon_seconds=120.0)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The demonstration with its usual seed."""
    folder = tmp_path_factory.mktemp("demo")
    truth = generate_demo(folder)
    return Made(folder, truth, records(folder))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two days of a small enterprise with six chains and two bursts."""
    folder = tmp_path_factory.mktemp("small")
    truth = generate(SMALL, folder)
    return Made(folder, truth, records(folder))


@pytest.fixture(scope="session")
def hardened(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A day of the same small enterprise with honest work that looks like an intruder's."""
    folder = tmp_path_factory.mktemp("hardened")
    config = replace(SMALL, days=1, chains=1, bursts=0, hardening=Hardening.of_records())
    return Made(folder, generate(config, folder), records(folder))


SIZES = {"users": 200, "servers": 80, "admins": 8, "service_accounts": 8, "days": 20, "history_days": 12}


def tenth(hardening: Hardening, seed: int = 1, attacks: int = 24) -> EvalSet:
    """An evaluation set of a tenth of the usual size, with the same numbers as `SIZES` gives."""
    config = GeneratorConfig(
        seed=seed, hosts=290, users=200, servers=80, admins=8, service_accounts=8, days=20, utc_offset_minutes=0,
        logons_per_user_day=3.6, hardening=hardening,
    )  # fmt: skip
    return set_of(config, history_days=12, attacks=attacks)


@pytest.fixture(scope="session")
def labelled() -> EvalSet:
    """An evaluation set of a tenth of the usual size."""
    return eval_set(1, attacks=24, **SIZES)


@pytest.fixture(scope="session")
def plain() -> EvalSet:
    """The same without hardening: every log is there, and intruders do nothing but what their cell says."""
    return tenth(Hardening.none())
