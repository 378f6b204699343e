"""Programs by what they mean: what operating systems ship, and tools of a public list (MITRE ATT&CK, software)."""

from __future__ import annotations

HUBS = frozenset({
    # Windows' own parents of everything.
    "services.exe", "svchost.exe", "wmiprvse.exe", "explorer.exe", "system", "lsass.exe", "wininit.exe", "winlogon.exe",
    "csrss.exe", "smss.exe", "taskhostw.exe", "sihost.exe", "runtimebroker.exe", "userinit.exe", "dllhost.exe",
    # Linux'.
    "init", "systemd", "sshd", "cron",
})  # fmt: skip
"""Programs that start others for whoever asks: that one started a process tells nothing of why."""

INTERPRETERS = frozenset({
    "powershell.exe", "pwsh.exe", "cmd.exe", "wscript.exe", "cscript.exe", "mshta.exe", "rundll32.exe", "regsvr32.exe",
    "msbuild.exe", "installutil.exe", "python.exe", "python3", "perl", "bash", "sh",
})  # fmt: skip
"""Programs that run what they are told (ATT&CK T1059, T1127 and T1218)."""

POWERSHELL = frozenset({"powershell.exe", "pwsh.exe"})
"""PowerShell, which takes encoded commands."""

TOOLS = {
    "mimikatz": "Mimikatz (S0002)", "lazagne": "LaZagne (S0349)", "pwdump": "pwdump (S0006)",
    "fgdump": "Fgdump (S0120)", "gsecdump": "gsecdump (S0008)", "wce": "Windows Credential Editor (S0005)",
    "sharphound": "BloodHound (S0521)", "bloodhound": "BloodHound (S0521)", "adfind": "AdFind (S0552)",
    "crackmapexec": "CrackMapExec (S0488)", "cme": "CrackMapExec (S0488)", "nbtscan": "NBTscan (S0590)",
    "htran": "HTRAN (S0040)", "winexe": "Winexe (S0191)", "pupy": "Pupy (S0192)", "koadic": "Koadic (S0250)",
    "responder": "Responder (S0174)", "rclone": "Rclone (S1040)", "ngrok": "ngrok (S0508)",
}  # fmt: skip
"""Tools that intruders use, by the name of their program, with their number in ATT&CK's list of software."""

TOOL_IMPORTS = {
    # SigmaHQ, rules on the creation of processes: "HackTool - Dumpert" and "HackTool - CreateMiniDump".
    "09d278f9de118ef09163c6140255c690": "Dumpert",
    "4a07f944a83e8a7c2525efa35dd30e2f": "CreateMiniDump",
}
"""Tools by the hash of what their program imports, which outlasts a new name."""

REMOTE_TOOLS = {
    "psexesvc": "PsExec (S0029)", "paexec": "PAExec", "remcom": "RemCom", "csexec": "CSExec",
    "winexesvc": "Winexe (S0191)", "xcmdsvc": "xCmd (S0123)",
}  # fmt: skip
"""Services that run commands for other machines, by what their name or program begins with; administrators, too."""


def remote_tool(*names: str | None) -> str | None:
    """Give the tool whose service has one of some names or paths; None if none has."""
    for name in names:
        base = (name or "").lower().replace("/", "\\").rpartition("\\")[2]
        for begins, tool in REMOTE_TOOLS.items():
            if base.startswith(begins):
                return tool
    return None
