"""Facts about a process's start that make it worth a look, whatever its counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl


def _names(text: str) -> frozenset[str]:
    """Cut a text into names."""
    return frozenset(text.split())


_DOCUMENT_APPS = _names(
    "winword.exe excel.exe powerpnt.exe outlook.exe msaccess.exe mspub.exe visio.exe onenote.exe "
    "eqnedt32.exe acrord32.exe acrobat.exe chrome.exe msedge.exe firefox.exe iexplore.exe"
)
_SERVERS = _names("w3wp.exe httpd.exe nginx.exe tomcat.exe java.exe sqlservr.exe php-cgi.exe mysqld.exe")
_REMOTE_PARENTS = _names(
    "services.exe wmiprvse.exe wsmprovhost.exe winrshost.exe mmc.exe dllhost.exe taskeng.exe taskhostw.exe psexesvc.exe"
)
_SCRIPT_HOSTS = _names(
    "powershell.exe pwsh.exe cmd.exe wscript.exe cscript.exe mshta.exe rundll32.exe regsvr32.exe "
    "msbuild.exe installutil.exe certutil.exe bitsadmin.exe bash sh dash zsh python python3 perl"
)
_HIDDEN = ("<encoded>", " -enc", " -e ", " -ec ", "frombase64string", "-windowstyle hidden", " -w hidden")


def bonus_facts(frame: pl.DataFrame) -> list[list[str]]:
    """List the facts of each row of `image`, `parent` and `shape`."""
    rows: Iterable[tuple[str, str, str]] = frame.select("image", "parent", "shape").iter_rows()
    return [_facts(*row) for row in rows]


def _facts(image: str, parent: str, shape: str) -> list[str]:
    """List one start's facts."""
    if image not in _SCRIPT_HOSTS:
        return []
    said = []
    if parent in _DOCUMENT_APPS:
        said.append(f"{parent}, which opens documents, started {image}")
    if parent in _SERVERS:
        said.append(f"the server {parent} started {image}")
    if parent in _REMOTE_PARENTS:
        said.append(f"{parent}, which runs what comes from remote, started {image}")
    if any(mark in shape for mark in _HIDDEN):
        said.append("the command is encoded or hidden")
    return said
