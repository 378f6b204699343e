"""Samples of every source, loaded together: each file's records are what its README says, and its edges are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from graphhunt.errors import LoadError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import build
from graphhunt.model import Record, Rejected, Skipped
from graphhunt.sources import loading

from .told import Seen, Told, told

READ = (
    "chainsaw",
    "elasticsearch_fields",
    "evtxecmd",
    "fluentbit_winevtlog",
    "gelf_nxlog",
    "getwinevent_clixml",
    "getwinevent_json",
    "hayabusa",
    "kibana_csv",
    "logstash_nested",
    "nxlog_rfc3164",
    "osquery_windows_eventlog",
    "rfc5424_winlogbeat",
    "sentinel_csv_semicolon",
    "splunk_results",
    "velociraptor_rows",
    "wazuh_archives",
    "win_account_management",
    "zircolite",
)
"""Folders whose samples are read as they say."""


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> dict[str, list[Told]]:
    """What each folder's README says."""
    found: dict[str, list[Told]] = {}
    for line in told(shared_data / "sources"):
        found.setdefault(line.folder, []).append(line)
    return found


@pytest.fixture(scope="module")
def seen(shared_data: Path, made_once: Callable[..., Path]) -> Seen:
    """The graph of all of them."""

    def make(folder: Path) -> None:
        ingest(Workspace(folder), [shared_data / "sources" / name for name in READ])

    workspace = Workspace(made_once("samples-of-sources", make))
    return Seen(build(lambda kind: workspace.facts(kind).collect()))


def kinds(records: list[Record]) -> dict[str, int]:
    named = Counter(
        "skipped" if isinstance(r.outcome, Skipped) else "rejected" if isinstance(r.outcome, Rejected) else "loaded"
        for r in records
    )
    return {"read": len(records), **{name: named[name] for name in ("loaded", "skipped", "rejected")}}


@pytest.mark.parametrize("folder", READ)
def test_each_file_has_the_records_that_its_readme_says(
    folder: str, lines: dict[str, list[Told]], shared_data: Path
) -> None:
    known = loading.loaders()
    for line in (each.line for each in lines[folder] if "read" in each.line):
        path = shared_data / "sources" / folder / line["file"]
        source = loading.Source(path.name, path)
        loader = loading.choose(source, known=lambda: known)
        found = [item for item in loader.read(source) if isinstance(item, Record)]
        assert kinds(found) == {name: line[name] for name in ("read", "loaded", "skipped", "rejected")}
        envelopes = [name.replace("-", "_").removesuffix("_hunt") for name in line.get("envelopes", ())]
        stem = loader.name.removesuffix("_windows")
        assert not envelopes or envelopes[0].startswith(stem), f"{loader.name} instead of {envelopes[0]}"


@pytest.mark.parametrize("folder", READ)
def test_each_edge_that_a_readme_says_is_drawn(folder: str, lines: dict[str, list[Told]], seen: Seen) -> None:
    edges = [each.line for each in lines[folder] if "edge" in each.line and not each.options]
    missing = [line for line in edges if not seen.has(line)]
    assert missing == [], list(chain.from_iterable(seen.near(line) for line in missing))


@pytest.mark.parametrize("name", ["relay07", "indexer1", "WEC99", "wazuh-manager", "agent-srv12", "198.51.100.250"])
def test_what_only_passed_a_record_on_is_no_machine(name: str, seen: Seen) -> None:
    assert not seen.is_machine(name)


def test_a_file_of_two_formats_that_ask_for_as_much_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "both.json"
    path.write_text('{"result":{"_raw":"x"},"preview":false,"Event":{"System":{}},"columns":{"eventid":1}}\n')
    known = loading.loaders()
    twins = {"a": known["splunk"], "b": known["splunk"]}
    with pytest.raises(LoadError, match="it fits"):
        loading.choose(loading.Source("both.json", path), known=lambda: twins)
