"""Lists of indicators in every form, and matching against them."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from graphhunt.errors import LoadError
from graphhunt.toolbox.intel.indicators import IndicatorList, read_lists

DAY = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z, µs."""


def values(found: IndicatorList) -> set[tuple[str, str]]:
    return set(found.table.select("kind", "value").iter_rows())


def test_text(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(
        "# a list\n1.2.3.4 # scanner\nevil[.]Example.org\nhxxps://Bad.org/Path?A\n" + "A" * 64 + "\n" + "b" * 40 + "\n"
        "2001:DB8:0::1\n10.0.0.0/8\n10.0.0.5/24\nann@bad.org\n999.1.1.1\nword\n\n"
    )
    found = read_lists([file])
    assert values(found) == {
        ("ipv4", "1.2.3.4"), ("dns", "evil.example.org"), ("url", "https://bad.org/Path?A"), ("sha256_hash", "a" * 64),
        ("sha1_hash", "b" * 40), ("ipv6", "2001:db8::1"), ("network", "10.0.0.0/8"), ("network", "10.0.0.0/24"),
        ("email", "ann@bad.org"),
    }  # fmt: skip
    assert found.passed_over == {"not an indicator": 2}
    assert set(found.table["source"]) == {"mine"}


def test_csv(tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(
        "# made by hand\nfirst_seen,indicator,type,tlp,feed,severity,expires\n"
        "2026-01-01T00:00:00Z,1.2.3.4,ip,TLP:AMBER,f1,high,2026-01-02\n"
        '"2026-01-01T01:00:00+01:00",bad.org,domain,white,,,\n'
    )
    rows = {row["value"]: row for row in read_lists([file]).table.to_dicts()}
    assert rows["1.2.3.4"] | {} == {
        "kind": "ipv4", "value": "1.2.3.4", "source": "f1", "valid_from": DAY, "valid_until": DAY + 86_400_000_000,
        "tlp": "amber", "severity": "high", "description": None, "id": None,
    }  # fmt: skip
    assert (rows["bad.org"]["valid_from"], rows["bad.org"]["tlp"], rows["bad.org"]["source"]) == (DAY, "clear", "feed")
    bare = tmp_path / "bare.csv"
    bare.write_text("bad.org,some words\n1.2.3.4,x\n")
    assert values(read_lists([bare])) == {("dns", "bad.org"), ("ipv4", "1.2.3.4")}


def indicator(pattern: str, **more: object) -> dict[str, object]:
    return {"type": "indicator", "spec_version": "2.1", "id": "indicator--1", "pattern": pattern,
            "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z", **more}  # fmt: skip


def test_stix(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    objects = [
        {"type": "identity", "id": "identity--1", "name": "Some CERT"},
        indicator("[ipv4-addr:value = '1.2.3.4']", created_by_ref="identity--1", name="C2",
                  object_marking_refs=["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"]),
        indicator("[file:hashes.'SHA-256' = '" + "c" * 64 + "'] OR [file:hashes.MD5 = '" + "d" * 32 + "']"),
        indicator("[url:value = 'http://bad.org/it\\'s AND more']", valid_until="2026-01-02T00:00:00.000Z"),
        indicator("[domain-name:value IN ('a.org', 'b.org')]"),
        indicator("[domain-name:value = 'c.org' AND ipv4-addr:value = '5.6.7.8']"),
        indicator("[ipv4-addr:value = '9.9.9.9']", revoked=True),
        indicator("[process:name = 'x.exe']"),
        {"type": "malware", "id": "malware--1"}, "stray",
    ]  # fmt: skip
    file.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}))
    found = read_lists([file])
    assert values(found) == {
        ("ipv4", "1.2.3.4"), ("sha256_hash", "c" * 64), ("md5_hash", "d" * 32), ("url", "http://bad.org/it's AND more"),
        ("dns", "a.org"), ("dns", "b.org"),
    }  # fmt: skip
    first = found.table.filter(pl.col("value") == "1.2.3.4").to_dicts()[0]
    assert (first["source"], first["tlp"], first["description"], first["valid_from"]) == (
        "Some CERT",
        "amber",
        "C2",
        DAY,
    )
    assert found.passed_over == {"a pattern of several conditions": 1, "revoked": 1, "a pattern of other objects": 1}


def test_misp(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    event = {"Event": {
        "uuid": "e1", "info": "Campaign", "date": "2026-01-01", "threat_level_id": "1", "Orgc": {"name": "CIRCL"},
        "Tag": [{"name": "tlp:green"}],
        "Attribute": [
            {"type": "ip-dst|port", "value": "1.2.3.4|443", "to_ids": True, "uuid": "a1"},
            {"type": "domain", "value": "seen.org", "to_ids": False},
        ],
        "Object": [{"name": "file", "Attribute": [
            {"type": "filename|sha256", "value": "a.exe|" + "e" * 64, "to_ids": True, "Tag": [{"name": "tlp:red"}]},
        ]}],
    }}  # fmt: skip
    (folder / "e1.json").write_text(json.dumps(event))
    (folder / "e2.json").write_text("{half")
    found = read_lists([folder])
    rows = {row["value"]: row for row in found.table.to_dicts()}
    assert rows.keys() == {"1.2.3.4", "e" * 64}
    assert (rows["1.2.3.4"]["source"], rows["1.2.3.4"]["tlp"], rows["1.2.3.4"]["severity"]) == (
        "CIRCL",
        "green",
        "high",
    )
    assert rows["e" * 64]["tlp"] == "red"
    assert found.passed_over == {"an event that can't be read": 1, "not for detection, or of another type": 1}


def test_matching(tmp_path: Path) -> None:
    file = tmp_path / "l.txt"
    file.write_text("10.0.0.0/8\n10.1.0.0/16\n2001:db8::/32\nbad.org\n1.2.3.4\n")
    asked = pl.DataFrame({
        "kind": ["ipv4", "ipv4", "ipv6", "dns", "ipv4", "dns"],
        "value": ["10.1.2.3", "1.2.3.4", "2001:db8::7", "bad.org", "11.0.0.1", "not.bad.org"], "n": [1, 2, 3, 4, 5, 6],
    })  # fmt: skip
    found = read_lists([file]).match(asked)
    assert set(found.select("n", "indicator").iter_rows()) == {
        (1, "10.0.0.0/8"), (1, "10.1.0.0/16"), (2, "1.2.3.4"), (3, "2001:db8::/32"), (4, "bad.org"),
    }  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [("x.json", "{half"), ("x.json", '{"objects": 7}'), ("none.txt", None)])
def test_what_is_no_list_is_said(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(LoadError):
        read_lists([tmp_path / name])


def test_empty_lists(tmp_path: Path) -> None:
    for name in ("e.txt", "e.csv"):
        (tmp_path / name).write_text("")
        assert len(read_lists([tmp_path / name])) == 0
