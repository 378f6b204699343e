"""Work for other machines whose logon no record tells; rows made by hand, each with what it is not."""

from __future__ import annotations

from typing import Any

import pytest

from graphhunt.incidents.leads.unsourced import unsourced_leads
from graphhunt.incidents.sentences import Writer, plain
from graphhunt.incidents.tables import Tables

from .made import commands, process, tables


def service(name: str, image: str, **more: Any) -> dict[str, list[dict[str, Any]]]:
    """Make a service that an account installed."""
    made = {"id": "i", "from_id": "ann", "from_label": "User", "to_id": "m|s", "start": 0, "evidence": ["e"], **more}
    return {"Service": [{"id": "m|s", "name": name, "image": image, "machine_id": "m"}], "INSTALLED": [made]}


def kinds(known: Tables) -> list[str]:
    return [lead.kind for lead in unsourced_leads(known)]


@pytest.mark.parametrize(
    ("name", "image", "kind"),
    [
        ("PSEXESVC", "%SystemRoot%\\PSEXESVC.exe", "tool_service"),
        ("Helper", "C:\\Windows\\PAExec-1-X.exe", "tool_service"),
        ("a", "cmd.exe", "shell_service"),
        ("a", "%COMSPEC% /C start /b powershell", "shell_service"),
        ("a", '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -e AAAA', "shell_service"),
    ],
)
def test_a_service_that_runs_commands(name: str, image: str, kind: str) -> None:
    known = tables(**service(name, image))
    (lead,) = unsourced_leads(known)
    assert (lead.kind, lead.vertex, lead.account, lead.evidence) == (kind, "work|m|s", "ann", ("e",))
    assert plain(Writer(known).lead(lead, lead.account)).endswith("from where isn't in the records")


@pytest.mark.parametrize(
    "image",
    [
        "C:\\Program Files\\Cmd Tools\\agent.exe", "C:\\Windows\\System32\\svchost.exe -k netsvcs",
        "C:\\Program Files\\A\\cmdagent.exe", "system32\\drivers\\cmd.sys",
    ],
)  # fmt: skip
def test_a_service_with_a_program_of_its_own(image: str) -> None:
    assert not kinds(tables(**service("a", image)))


def test_a_service_whose_remote_logon_is_told_has_a_lead_of_that() -> None:
    logon = {
        "id": "h", "from_id": "x", "from_label": "Machine", "to_id": "m", "user_kind": "person", "certainty": 0.9,
        "technique": "T1569.002", "logon_session_id": "s1", "start": 0,
    }  # fmt: skip
    made = service("PSEXESVC", "PSEXESVC.exe", logon_session_id="s1")
    assert not kinds(tables(REMOTE_LOGON=[logon], **made))
    assert kinds(tables(REMOTE_LOGON=[logon | {"technique": "T1021.002"}], **made)) == ["tool_service"]


def child(parent: str, name: str, **more: Any) -> Tables:
    made = [{"id": "s", "from_id": f"m|{parent}", "to_id": f"m|{name}", "start": 0, "evidence": ["e s"]}]
    return commands(process(parent), process(name, **more), SPAWNED=made)


@pytest.mark.parametrize(
    ("parent", "name", "kind"),
    [
        ("services.exe", "cmd.exe", "service_shell"),
        ("services.exe", "svchost.exe", None),
        ("wmiprvse.exe", "powershell.exe", "wmi_shell"),
        ("wmiprvse.exe", "msiexec.exe", None),
        ("psexesvc.exe", "whoami.exe", "served_command"),
        ("wsmprovhost.exe", "hostname.exe", "served_command"),
        ("wsmprovhost.exe", "dllhost.exe", None),
        ("explorer.exe", "cmd.exe", None),
    ],
)
def test_a_child_of_what_works_for_others(parent: str, name: str, kind: str | None) -> None:
    assert kinds(child(parent, name)) == ([kind] if kind else [])
    assert not kinds(child(parent, name, remote_session_id="s1"))


@pytest.mark.parametrize(
    ("program", "more", "listed"),
    [
        ("explorer.exe", {}, True),
        ("mmc.exe", {}, True),
        ("svchost.exe", {}, False),
        ("explorer.exe", {"local_port": 3389}, False),
        ("explorer.exe", {"direction": "outgoing"}, False),
        ("explorer.exe", {"to_id": "127.0.0.1"}, False),
        ("explorer.exe", {"to_id": "10.0.0.1"}, False),
    ],
)
def test_a_program_that_another_machine_drives(program: str, more: dict[str, Any], listed: bool) -> None:
    call = {"id": "c", "from_id": f"m|{program}", "to_id": "10.0.0.8", "start": 0, "direction": "incoming",
            "local_port": 49_200, "machine_id": "m", "evidence": ["e c"], **more}  # fmt: skip
    own = [{"id": "a", "from_id": "m", "to_id": "10.0.0.1"}]
    known = commands(process(program), CONNECTED=[call], HAD_IP=own)
    assert kinds(known) == (["driven_program"] if listed else [])
