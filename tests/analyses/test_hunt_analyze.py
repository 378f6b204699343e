"""The facade runs analytics: what a notebook calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphhunt.errors import UsageError
from graphhunt.hunt import Hunt
from graphhunt.store import Store
from tests.analyses import toy


def test_a_notebook_runs_an_analytic_and_reads_its_results(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.install(monkeypatch.setattr)
    toy.fill(store)
    with Hunt(tmp_path / "workspace") as hunt:
        monkeypatch.setattr(hunt, "_store", store)
        seen: list[tuple[str, int, int]] = []
        report = hunt.analyze("toy", value=3, progress=lambda *step: seen.append(step))
        assert report["written"] == {"Process": toy.NODES}
        assert seen[-1] == ("write", toy.NODES, toy.NODES)
        assert {r["toy_value"] for r in hunt.results("toy", "Process")} == {3}
        (value,) = hunt.query("MATCH (n:Process {id: 'p1'}) RETURN n.toy_value").rows
        assert value == [3]
        with pytest.raises(UsageError, match="no analytic"):
            hunt.analyze("nope")
        hunt._store = None
