"""The engine's heap: one GiB, never more than a quarter of the memory, 512 MiB where there is little."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from graphhunt.errors import UsageError
from graphhunt.settings import Settings, load_settings
from graphhunt.store import open_store
from graphhunt.store.embedded import engine_status, memory, stop_engine


@pytest.mark.parametrize(
    ("wanted", "machine", "heap"),
    [
        (1024, 24_000, 1024),
        (1024, 4096, 1024),
        (1024, 4095, 512),
        (1024, 2048, 512),
        (1024, 1024, 256),
        (8192, 24_000, 6000),
        (8192, 3000, 512),
        (256, 24_000, 256),
        (256, 2000, 256),
    ],
)
def test_the_heap_is_what_is_wanted_within_the_machine(wanted: int, machine: int, heap: int) -> None:
    assert memory.heap(wanted, machine) == heap


@pytest.mark.parametrize("wanted", [0, -1])
def test_no_size_is_refused(wanted: int) -> None:
    with pytest.raises(UsageError, match="engine_memory_mb"):
        memory.heap(wanted, 24_000)


def test_the_default_is_one_gib() -> None:
    assert load_settings({}).engine_memory_mb == 1024


def test_a_limit_of_the_container_or_of_a_group_above_counts(tmp_path: Path) -> None:
    inner = tmp_path / "system.slice" / "a.service"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n", encoding="ascii")
    (inner.parent / "memory.max").write_text(f"{3 * 2**30}\n", encoding="ascii")
    old = tmp_path / "memory" / "docker"
    old.mkdir(parents=True)
    (old / "memory.limit_in_bytes").write_text(f"{2**30}\n", encoding="ascii")
    assert memory._limits("/system.slice/a.service", tmp_path) == [3 * 2**30]
    assert memory._limits("/docker", tmp_path) == [2**30]
    assert memory._limits("/", tmp_path) == []
    assert 0 < memory.machine() <= psutil.virtual_memory().total // 2**20


def test_the_running_engine_has_that_heap(tmp_path: Path) -> None:
    with open_store(tmp_path, "", Settings(engine_idle=1.0)):
        words = psutil.Process(engine_status(tmp_path)["engine"]).cmdline()
    stop_engine(tmp_path)
    total = psutil.virtual_memory().total // 2**20
    assert [word for word in words if word.startswith(("-Xmx", "-XX:MaxRAM"))] == [
        f"-Xmx{memory.heap(1024, memory.machine())}m"
    ]
    assert total < 4096 or "-Xmx1024m" in words or memory.machine() < total
