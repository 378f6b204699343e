"""Programs by what they mean for causes: one list, of what operating systems ship."""

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
