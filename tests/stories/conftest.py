"""Cases that stories are told of: one made by hand, and ground truth A; no engine is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphhunt.hunt import Hunt
from tests.api import case
from tests.lateral.case import snapshot


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    """The case of the interface's tests: alpha to bravo as ada, bravo to charlie as grace, and hostile names."""
    folder: Path = tmp_path_factory.mktemp("made")
    (folder / "logs").mkdir()
    snapshot(folder / "case", case.write(folder / "logs"))
    with Hunt(folder / "case") as hunt:
        yield hunt


@pytest.fixture(scope="package")
def truth(real_case: Callable[[str], Path]) -> Iterator[Hunt]:
    """Ground truth A."""
    with Hunt(real_case("mordor_theshire_2020")) as hunt:
        yield hunt
