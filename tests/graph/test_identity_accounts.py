"""Accounts of machines stay the machine's own: clones, Unix systems, cut names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.case import Case
from graphhunt.graph.identity_statements import Statement
from graphhunt.model import Authentication, Fact, Logon, ProcessStart, ShareAccess

from .facts import SECOND, T0, frames

LOCAL, CORP = "S-1-5-21-9-9-9", "S-1-5-21-1-2-3"


def logon(host: str, user: str | None, domain: str | None, sid: str | None = None, at: int = 0) -> Logon:
    return Logon(time=T0 + at * SECOND, host=host, user=user, domain=domain, sid=sid, logon_type=3, logon_id="0x1")


def accounts(facts: list[Fact]) -> set[str]:
    return set(Case(frames(facts)).accounts.nodes().get_column("id"))


def loaded(path: Path, folder: Path) -> Case:
    workspace = Workspace(folder)
    ingest(workspace, [path])
    return Case(lambda kind: workspace.facts(kind).collect())


def users(case: Case, name: str) -> dict[str, list[str]]:
    found = case.accounts.nodes().filter(pl.col("name").str.to_lowercase() == name.lower())
    return dict(found.select("id", "aliases").iter_rows())


def test_clones_issue_the_same_sids_for_their_own_accounts() -> None:
    facts: list[Fact] = [
        logon("A.x.example", "Bob", "A", f"{LOCAL}-1001"), logon("B.x.example", "Bob", "B", f"{LOCAL}-1001"),
        ProcessStart(time=T0, host="B.x.example", pid=1, path="a.exe", sid=f"{LOCAL}-1001"),
        ProcessStart(time=T0, host="B.x.example", pid=2, path="a.exe", user="bob", domain="."),
        ProcessStart(time=T0, host="C.x.example", pid=3, path="a.exe", user="bob", domain="A"),
    ]  # fmt: skip
    case = Case(frames(facts))
    assert accounts(facts) == {f"{LOCAL}-1001@a", f"{LOCAL}-1001@b"}
    assert dict(case.facts("process_start").select("pid", "user_id").iter_rows()) == {
        1: f"{LOCAL}-1001@b", 2: f"{LOCAL}-1001@b", 3: f"{LOCAL}-1001@a",
    }  # fmt: skip
    (doubt,) = case.accounts.doubts().iter_rows(named=True)
    assert (doubt["kind"], doubt["subject"], doubt["repaired"]) == ("cloned_sid", f"{LOCAL}-1001", True)
    assert len(doubt["evidence"]) == 3


def test_an_issuer_with_a_domain_is_never_a_machine() -> None:
    """A host may have its domain's name; one record with the domain is enough."""
    facts: list[Fact] = [
        logon("CORP.corp.local", "ann", "CORP", f"{CORP}-1001"),
        logon("SRV.corp.local", "ann", "CORP.LOCAL", f"{CORP}-1001"),
        Authentication(time=T0, host="DC.corp.local", user="bob", domain="OTHER", sid=f"{CORP}-1002", success=True),
    ]  # fmt: skip
    assert accounts(facts) == {f"{CORP}-1001", f"{CORP}-1002"}


def test_only_a_logon_of_the_machine_shows_that_it_issued_a_sid() -> None:
    share = ShareAccess(time=T0, host="SRV", share="IPC$", user="bob", domain="SRV", sid=f"{LOCAL}-1001")
    assert accounts([share]) == {f"{LOCAL}-1001"}
    assert accounts([share, logon("SRV", "ann", "SRV", f"{LOCAL}-1002")]) == {
        f"{LOCAL}-1001@srv", f"{LOCAL}-1002@srv",
    }  # fmt: skip


def test_local_accounts_of_two_machines_of_one_short_name() -> None:
    facts: list[Fact] = [logon(f"FS01.{suffix}.example", "bob", "FS01") for suffix in ("alpha", "beta")]
    assert accounts(facts) == {r"fs01@alpha.example\bob", r"fs01@beta.example\bob"}


@pytest.mark.parametrize(
    ("user", "domain", "expected"),
    [
        ("root", None, {r"weba\root", r"dbb\root"}),
        (r"CORP\ann", None, {r"corp\ann"}),
        ("ann@corp.local", None, {r"corp\ann"}),
        ("ann", "CORP", {r"corp\ann"}),
    ],
)
def test_accounts_of_unix_are_each_machines_own_but_for_a_directorys(
    user: str, domain: str | None, expected: set[str]
) -> None:
    facts: list[Fact] = [
        Logon(time=T0, host=host, code="syslog/sshd", user=user, domain=domain, logon_type=10)
        for host in ("weba", "dbb")
    ]  # fmt: skip
    assert accounts(facts) == expected


def test_a_machines_account_under_its_cut_name() -> None:
    facts: list[Fact] = [
        logon("MARKETING-LAPTOP-07.corp.local", "ann", "CORP"), logon("SRV", "MARKETING-LAPTO$", "CORP"),
        logon("SRV", "MARKETING-LAPTOP-07$", "corp.local", f"{CORP}-1801"),
    ]  # fmt: skip
    assert accounts(facts) == {r"corp\ann", f"{CORP}-1801"}


def test_a_name_of_several_sids_is_doubted_with_its_records() -> None:
    facts: list[Fact] = [
        logon("SRV", "ann", "CORP", f"{CORP}-1001"), logon("SRV", "ann", "CORP", f"{CORP}-2002", at=100),
        logon("SRV", "ann", "CORP", at=90),
    ]  # fmt: skip
    case = Case(frames(facts))
    assert case.facts("logon").sort("time").get_column("user_id").to_list() == [
        f"{CORP}-1001", f"{CORP}-2002", f"{CORP}-2002",
    ]  # fmt: skip
    (doubt,) = case.accounts.doubts().iter_rows(named=True)
    assert (doubt["kind"], doubt["subject"], doubt["time"], len(doubt["evidence"])) == (
        "several_sids",
        r"corp\ann",
        T0,
        2,
    )


def test_x08_clones_stay_apart(shared_data: Path, tmp_path: Path) -> None:
    found = users(loaded(shared_data / "cases" / "x08_users.xml", tmp_path), "Administrator")
    assert sorted(found.values()) == [[r"CLONEA\Administrator"], [r"CLONEB\Administrator"]]


def test_one_sid_on_three_real_machines_is_three_accounts(shared_data: Path, tmp_path: Path) -> None:
    found = users(loaded(shared_data / "evtx_lateral_movement", tmp_path), "IEUser")
    sid = "S-1-5-21-3583694148-1414552638-2922671848-1000"
    assert {f"{sid}@pc01", f"{sid}@pc02", f"{sid}@iewin7"} <= set(found)
    assert sid not in found


def test_x10_names_that_differ_in_bytes_stay_two(shared_data: Path, tmp_path: Path) -> None:
    """Two names in Windows-1252, and a warning that their letters were guessed."""
    workspace = Workspace(tmp_path)
    report = ingest(workspace, [shared_data / "cases" / "x10_cp1252_merge.xml"])
    case = Case(lambda kind: workspace.facts(kind).collect())
    assert set(case.accounts.nodes().get_column("name")) == {"k.M\u00fcller", "k.M\u00f6ller"}
    assert [row["reason"].partition(":")[0] for row in report.warning_rows()] == ["not UTF-8"] * 2


def test_two_roots_of_two_machines(shared_data: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    ingest(workspace, [shared_data / "cases" / f"linux_{part}.log" for part in "ab"])
    case = Case(lambda kind: workspace.facts(kind).collect())
    assert set(users(case, "root")) == {r"weba\root", r"dbb\root"}


def said(verdict: Any, a: str, b: str = "", start: int | None = None) -> Statement:
    return Statement(id="1", verdict=verdict, entity="account", a=a, b=b, start=start, author="x", time=1)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (said("apart", f"{CORP}-1001", r"CORP\ann"), [r"corp\ann", r"corp\ann", f"{CORP}-1001"]),
        (said("apart", r"CORP\ann", f"{CORP}-1001"), [f"{CORP}-1001", r"corp\ann", f"{CORP}-1001"]),
        (said("join", r"OLD\bob", r"CORP\ann"), [r"old\bob"] * 3),
        (
            said("split", r"CORP\ann", start=T0 + 5 * SECOND),
            [f"{CORP}-1001"] + [f"{CORP}-1001@2020-09-13T122645.000000Z"] * 2,
        ),
    ],
    ids=["name apart from SID", "SID apart from name", "join", "split"],
)
def test_an_analysts_word_comes_last(statement: Statement, expected: list[str]) -> None:
    """Records by name and SID, by name alone, and by SID alone."""
    facts: list[Fact] = [
        logon("SRV", "ann", "CORP", f"{CORP}-1001"), logon("SRV", "ann", "CORP", at=10),
        logon("SRV", None, None, f"{CORP}-1001", at=20), logon("SRV", "bob", "OLD", at=30),
    ]  # fmt: skip
    case = Case(frames(facts), statements=[statement])
    logons = case.facts("logon").sort("time").get_column("user_id").to_list()
    assert logons[:3] == expected
    assert set(case.accounts.nodes().get_column("id")) == set(logons)
