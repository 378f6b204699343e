"""Parent and child processes that seldom belong together, and why an analyst looks at them.

A small table of long-known pairs (ATT&CK T1059, T1021, T1047, T1566.001, T1505.003); it flags for reading,
it does not judge.
"""

from __future__ import annotations

from graphhunt.ids import file_name

_SHELLS = frozenset({
    "cmd.exe", "powershell.exe", "pwsh.exe", "wscript.exe", "cscript.exe", "mshta.exe", "rundll32.exe",
    "regsvr32.exe", "certutil.exe", "bitsadmin.exe", "bash.exe",
})  # fmt: skip
_OFFICE = frozenset({"winword.exe", "excel.exe", "powerpnt.exe", "outlook.exe", "onenote.exe", "msaccess.exe"})
_SERVERS = frozenset({"w3wp.exe", "httpd.exe", "nginx.exe", "tomcat.exe", "sqlservr.exe", "java.exe", "php-cgi.exe"})

_BY_PARENT: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (_OFFICE, _SHELLS, "an office program started an interpreter"),
    (_SERVERS, _SHELLS, "a server program started an interpreter"),
    (frozenset({"services.exe"}), _SHELLS, "a service was an interpreter: remote service execution looks like this"),
    (frozenset({"wmiprvse.exe"}), _SHELLS, "started through WMI"),
    (frozenset({"wsmprovhost.exe"}), _SHELLS | {"whoami.exe", "net.exe"}, "started through WinRM"),
    (frozenset({"mmc.exe", "dllhost.exe"}), _SHELLS, "started through DCOM or a console"),
    (frozenset({"lsass.exe"}), _SHELLS, "lsass does not start programs"),
    (frozenset({"spoolsv.exe"}), _SHELLS, "the print spooler started an interpreter"),
)

_ONE_PARENT = {
    "lsass.exe": ("wininit.exe",),
    "services.exe": ("wininit.exe",),
    "svchost.exe": ("services.exe", "svchost.exe", "msmpeng.exe"),
    "lsaiso.exe": ("wininit.exe",),
    "csrss.exe": ("smss.exe",),
}
"""System programs that have only these parents."""


def unusual_parent(parent: str, child: str) -> str | None:
    """Say why it is unusual that `parent` started `child` (names or paths); None if it is not known to be."""
    above, below = file_name(parent), file_name(child)
    for parents, children, reason in _BY_PARENT:
        if above in parents and below in children:
            return reason
    usual = _ONE_PARENT.get(below)
    if usual and above not in usual:
        return f"{below} is normally started by {usual[0]}"
    return None
