"""Who made and changed accounts, groups, settings and the directory; expected rows worked out by hand."""

from __future__ import annotations

from typing import Any

import polars as pl

from graphhunt.graph.graph import Graph, build
from graphhunt.model import (
    AccountChange,
    CertificateIssue,
    DirectoryAccess,
    DirectoryChange,
    DirectoryObject,
    Enumeration,
    Fact,
    Logon,
    MachineState,
    PolicyChange,
    ProcessStart,
)
from tests.graph.facts import SECOND, T0, frames

DOMAIN = "S-1-5-21-1-2-3"
ADMIN, NEW, GROUP = f"{DOMAIN}-500", f"{DOMAIN}-1601", f"{DOMAIN}-512"
BY_ADMIN: dict[str, Any] = {"user": "adm", "domain": "CORP", "sid": ADMIN, "logon_id": "0x77"}


def change(action: str, seconds: int = 0, kind: str = "user", **given: Any) -> AccountChange:
    fields: dict[str, Any] = {
        "time": T0 + seconds * SECOND,
        "host": "dc1",
        "code": "Security/4720",
        **BY_ADMIN,
        **given,
    }
    return AccountChange(action=action, object_type=kind, **fields)


def member(action: str, seconds: int, who: str = NEW, **given: Any) -> AccountChange:
    group = {"group": "Domain Admins", "group_domain": "CORP", "group_sid": GROUP}
    return change(action, seconds, "group", target_sid=who, **group, **given)


def graph(*facts: Fact) -> Graph:
    return build(frames(facts))


def rows(found: Graph, kind: str, *columns: str) -> list[tuple[object, ...]]:
    table = found.relationships.get(kind)
    return [] if table is None else table.sort("start", *columns).select(columns).rows()


def test_a_new_account_is_a_node_with_who_made_it() -> None:
    made = change("create", target_user="eve", target_domain="CORP", target_sid=NEW, changes=["SamAccountName=eve"])
    found = graph(made)
    eve = found.nodes["User"].filter(pl.col("id") == NEW).row(0, named=True)
    assert (eve["name"], eve["domain"], eve["first_seen"]) == ("eve", "CORP", T0)
    wanted = [(ADMIN, NEW, "User", "create", "SamAccountName=eve", "dc1", "0x77", 1)]
    columns = ("from_id", "to_id", "to_label", "action", "changes", "machine_id", "logon_id", "count")
    assert rows(found, "MANAGED", *columns) == wanted


def test_a_renamed_account_is_found_by_both_names() -> None:
    renamed = change("rename", old_user="eve", target_user="svc", target_domain="CORP", target_sid=NEW)
    found = graph(renamed)
    account = found.nodes["User"].filter(pl.col("id") == NEW).row(0, named=True)
    assert account["aliases"] == ["CORP\\eve", "CORP\\svc"]
    assert rows(found, "MANAGED", "action", "old_name") == [("rename", "eve")]


def test_membership_lasts_from_being_put_in_to_being_taken_out() -> None:
    other: dict[str, Any] = {"user": "ops", "sid": f"{DOMAIN}-1102"}
    found = graph(
        change("create", target_user="eve", target_domain="CORP", target_sid=NEW),
        member("add-member", 10), member("remove-member", 20, **other), member("add-member", 30),
        member("add-member", 5, who=f"{DOMAIN}-1700", success=False),
    )  # fmt: skip
    columns = ("from_id", "to_id", "start", "end", "open", "added_by", "removed_by", "count")
    assert rows(found, "MEMBER_OF", *columns) == [
        (NEW, GROUP, T0 + 10 * SECOND, T0 + 20 * SECOND, False, ADMIN, f"{DOMAIN}-1102", 2),
        (NEW, GROUP, T0 + 30 * SECOND, T0 + 30 * SECOND, True, ADMIN, None, 1),
    ]
    acts = rows(found, "MANAGED", "action", "to_label", "member_id", "success")
    assert ("add-member", "Group", f"{DOMAIN}-1700", False) in acts
    assert found.nodes["Group"].select("id", "name", "domain", "sid").rows() == [
        (GROUP, "Domain Admins", "CORP", GROUP)
    ]


def test_a_machines_own_groups_are_apart_and_groups_in_groups_are_groups() -> None:
    local: dict[str, Any] = {"group": "Administrators", "group_domain": "Builtin", "group_sid": "S-1-5-32-544"}
    found = graph(
        change("add-member", 0, "group", host="pc1", target_sid=GROUP, **local),
        change("add-member", 1, "group", host="pc2", target_sid=GROUP, **local),
    )
    ends = rows(found, "MEMBER_OF", "from_id", "from_label", "to_id")
    assert ends == [(GROUP, "Group", "S-1-5-32-544@pc1"), (GROUP, "Group", "S-1-5-32-544@pc2")]
    assert GROUP not in found.nodes["User"].get_column("id")
    machines = found.nodes["Group"].select("id", "machine_id").rows()
    assert machines == [(GROUP, None), ("S-1-5-32-544@pc1", "pc1"), ("S-1-5-32-544@pc2", "pc2")]


def test_a_group_of_a_directory_and_of_records_is_one() -> None:
    listed = DirectoryObject(time=T0, host=None, object_id=GROUP, type="Group", name="DOMAIN ADMINS@CORP.EXAMPLE")
    found = graph(listed, member("add-member", 0))
    assert found.nodes["Group"].get_column("id").to_list() == [GROUP]


def test_looking_up_names_the_process() -> None:
    began = ProcessStart(time=T0 - SECOND, host="pc1", pid=7, path=r"C:\w\net1.exe", **BY_ADMIN)
    local: dict[str, Any] = {"group": "Administrators", "group_domain": "Builtin", "group_sid": "S-1-5-32-544"}
    asked = Enumeration(time=T0, host="pc1", **BY_ADMIN, **local, pid=7, path=r"C:\w\net1.exe")
    found = graph(began, asked)
    [(source, target, process, program)] = rows(found, "ENUMERATED", "from_id", "to_id", "process_id", "program")
    assert (source, target, program) == (ADMIN, "S-1-5-32-544@pc1", r"C:\w\net1.exe")
    assert process in found.nodes["Process"].get_column("id")


def test_settings_logs_and_clocks() -> None:
    found = graph(
        PolicyChange(time=T0, host="pc1", what="audit policy", operation="change", target="{a}", changes=["x", "y"],
                     **BY_ADMIN),
        MachineState(time=T0 + 1, host="pc1", code="Security/1102", state="log_cleared", **BY_ADMIN),
        MachineState(time=T0 + 2, host="pc1", state="clock_changed", clock_delta=-3_600_200_000, **BY_ADMIN),
        MachineState(time=T0 + 3, host="pc1", state="boot"),
    )  # fmt: skip
    assert rows(found, "CHANGED_SETTING", "from_id", "to_id", "what", "operation", "target", "changes") == [
        (ADMIN, "pc1", "audit policy", "change", "{a}", "x; y"),
        (ADMIN, "pc1", "log", "clear", "Security", None),
        (ADMIN, "pc1", "clock", "change", None, "-3600 s"),
    ]


def test_the_directory_is_changed_read_and_certified() -> None:
    guid = "{0d7a3f10-1111-4222-8333-abcdefabcdef}"
    changed = DirectoryChange(
        time=T0, host="dc1", operation="add", object="CN=eve,DC=corp", object_guid=guid, object_class="user",
        attribute="servicePrincipalName", value="a" * 2000, **BY_ADMIN,
    )  # fmt: skip
    rights = ["DS-Replication-Get-Changes", "DS-Replication-Get-Changes-All"]
    read = DirectoryAccess(
        time=T0 + 1, host="dc1", object=guid.strip("{}"), object_type="domainDNS", rights=rights, mask=256, **BY_ADMIN
    )
    asked = CertificateIssue(
        time=T0 + 2, host="ca1", operation="issue", user="adm", domain="CORP", template="User", alternative_name="eve"
    )
    found = graph(Logon(time=T0, host="dc1", **BY_ADMIN), changed, read, asked)
    node = guid.strip("{}").upper()
    assert found.nodes["DirectoryObject"].select("id", "name", "type").rows() == [(node, "CN=eve,DC=corp", "user")]
    assert rows(found, "CHANGED_OBJECT", "from_id", "to_id", "attribute", "value") == [
        (ADMIN, node, "servicePrincipalName", "a" * 1000)
    ]
    assert rows(found, "USED_RIGHTS", "from_id", "to_id", "rights") == [(ADMIN, node, ", ".join(rights))]
    assert rows(found, "ASKED_CERTIFICATE", "from_id", "to_id", "operation", "alternative_name") == [
        (ADMIN, "ca1", "issue", "eve")
    ]


def test_a_machines_own_objects_are_apart() -> None:
    secret: dict[str, Any] = {"object": "Policy\\Secrets\\$MACHINE.ACC", "object_type": "SecretObject", **BY_ADMIN}
    found = graph(*(DirectoryAccess(time=T0, host=host, **secret) for host in ("pc1", "pc2")))
    ids = ["pc1|Policy\\Secrets\\$MACHINE.ACC", "pc2|Policy\\Secrets\\$MACHINE.ACC"]
    assert found.nodes["DirectoryObject"].get_column("id").to_list() == ids
