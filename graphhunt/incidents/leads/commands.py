"""Leads of command lines and of who started whom: what was run says what it was for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import Entity, Lead
from graphhunt.incidents.programs import POWERSHELL, TOOL_IMPORTS, TOOLS
from graphhunt.questions.pivots.unusual import unusual_parent
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

Row = dict[str, Any]

_FETCHERS = r"^(?:mshta|regsvr32|msiexec|rundll32|installutil|presentationhost|hh|ieexec)\.exe$"
_ZIPPERS = r"^(?:rar|winrar|7z|7za|7zr|7zg|zip|winzip32|wzzip)(?:\.exe)?$"

_WORDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(program), re.compile(words))
    for kind, program, words in (
        # ATT&CK T1550.002, T1558: hashes and tickets as arguments of the tools that take them.
        (
            "hash_on_command_line", r"",
            r"/(?:rc4|aes128|aes256|ntlm|aeskey):[0-9a-f]{16}|sekurlsa::|\basktgt\b|lsadump::",
        ),
        # T1069.002: by the name of the group in English Windows; 512 is its relative id in any language.
        ("asked_admins", r"^net\.exe$|^dsquery\.exe$", r"domain admins|enterprise admins|-512\b"),
        ("who_am_i", r"^whoami(?:\.exe)?$", r""),
        # T1543.003, T1569.002: sc.exe takes another machine as \\name.
        ("remote_service_control", r"^sc\.exe$", r"\\\\[^\s\\]+\s+(?:create|config|start|stop|delete)\b"),
        # T1105, T1218, T1220: programs of Windows that fetch files or run remote scripts (LOLBAS project).
        ("download", r"^certutil\.exe$", r"[-/](?:urlcache|verifyctl)\b"),
        ("download", r"^bitsadmin\.exe$", r"/(?:transfer|addfile)\b.{0,1000}https?://"),
        ("download", _FETCHERS, r"https?://"),
        ("download", r"^wmic\.exe$", r"/format:\s{0,20}[\"']?https?://"),
        # T1218, T1140: the same kind of programs given a script, or a file to decode.
        ("system_program_script", r"^(?:mshta|rundll32|regsvr32)\.exe$", r"javascript:|vbscript:|\bscrobj\b"),
        ("system_program_script", r"^certutil\.exe$", r"[-/]decode(?:hex)?\b"),
        # T1564.003: a window that nobody is to see.
        ("hidden_command", r"^(?:powershell|pwsh)\.exe$", r"[-/]w(?:i[a-z]{0,9})?[\s:]{1,20}[\"']?(?:hidden\b|1\b)"),
        # T1136, T1098: net.exe makes accounts and puts them in groups.
        ("account_command", r"^net1?\.exe$", r"\b(?:user|localgroup|group)\b.{1,1000}\s/(?:add|active:yes)\b"),
        ("account_command", r"^(?:useradd|adduser)$", r""),
        ("account_command", r"^(?:usermod|gpasswd)$", r"\b(?:sudo|wheel|root|admin)\b"),
        # T1685.005.
        ("log_clear_command", r"^wevtutil\.exe$", r"\bcl\b|\bclear-log\b"),
        ("log_clear_command", r"^(?:powershell|pwsh)\.exe$", r"clear-eventlog\b|remove-eventlog\b"),
        # T1490.
        (
            "copies_deleted", r"^(?:vssadmin|wmic|wbadmin|powershell|pwsh)\.exe$",
            r"delete\b.{0,40}\bshadow|shadowcopy\b.{0,40}delete|delete catalog|delete systemstatebackup",
        ),
        ("copies_deleted", r"^bcdedit\.exe$", r"recoveryenabled\s{1,20}no\b"),
        # T1047, T1569.002, T1021.003: tools for remote commands read the answer from a share of the machine itself
        # (Impacket, wmiexec, smbexec and dcomexec).
        (
            "remote_command", r"^cmd\.exe$",
            r"^\"?[^\"]{0,260}cmd(?:\.exe)?\"?\s{1,9}/q\s{1,9}/c\s"
            r".*(?:>\s?\\\\[^\\\s]{1,255}\\(?:admin|[a-z])\$|\\temp\\[^\\\s]{1,255}\.bat\b)",
        ),
        # T1560.001: an archive that only its maker can read.
        ("locked_archive", _ZIPPERS, r"(?:^|\s)(?:a|-a|u)\s.{0,2000}-h?p\S|\s-(?:hp|p)\S.{0,2000}\sa\s"),
    )
)  # fmt: skip
"""Kinds by the name of a program and words of its command line, in lower case."""

_LOOKED_AT = 32_768
"""Characters of a command line that words are looked for in; Windows takes no longer ones."""

_WRITABLE = r"^[a-z]:\\(?:users|programdata|perflogs|temp|windows\\temp|windows\\tasks|recycler|\$recycle\.bin)\\"
_KEPT = r"^[a-z]:\\programdata\\(?:microsoft|package cache)\\"
"""Folders that any user may write to, and those among them that the system keeps for its own services."""

_OWN_LEADS = frozenset({"services.exe", "wmiprvse.exe", "wsmprovhost.exe", "mmc.exe", "dllhost.exe"})
"""Parents that start programs for others: what came over them is a lead of the remote logon."""

_SYSTEM_ONES = frozenset({"lsass.exe", "services.exe", "svchost.exe", "lsaiso.exe", "csrss.exe"})
"""Children with one proper parent; another one is usually a gap of the records."""


def command_leads(tables: Tables) -> Iterator[Lead]:
    """Give the leads of command lines."""
    told = tables.processes.filter(pl.col("start").is_not_null() & (pl.col("evidence").list.len() > 0))
    for row in told.filter(pl.col("command_line").is_not_null()).iter_rows(named=True):
        yield from _encoded(row)
        yield from _words(row)
    for row in told.iter_rows(named=True):
        yield from _tools(row)
    yield from _shells(tables, told)
    yield from _of_services(tables, told)


def of_process(kind: str, row: Row, evidence: list[str] | None = None, time: int | None = None, **facts: Any) -> Lead:
    """Make a lead of a process; of the account whose work it was where it ran as the system.

    Args:
        kind: Kind of lead.
        row: The process, as `Tables.processes` has it.
        evidence: The records; those of its start by default.
        time: When; its start by default.
        facts: What the sentence says beside process, program, account and machine.
    """
    known = {
        "process": Entity("Process", row["id"]), "program": row["name"], "to": Entity("Machine", row["machine_id"]),
        "account": Entity("User", row["user_id"]) if row["user_id"] else None, **facts,
    }  # fmt: skip
    when = row["start"] if time is None else time
    return Lead(kind, f"process|{row['id']}", when, row["machine_id"], row["user_id"],
                tuple(evidence or row["evidence"]), known)  # fmt: skip


def _encoded(row: Row) -> Iterator[Lead]:
    """An encoded command; what it does decides what it weighs."""
    if (row["name"] or "") not in POWERSHELL:
        return
    found = decoded(row["command_line"])
    if found is None:
        return
    telling = bool(found.urls) or bool(set(found.facts) - {"fetches"}) or len(found.facts) > 1
    kind = "encoded_command" if telling else "encoded_plain"
    yield of_process(kind, row, does=found.facts, urls=found.urls, undecoded=found.reason)


def _words(row: Row) -> Iterator[Lead]:
    line, program = row["command_line"][:_LOOKED_AT].lower(), row["name"] or ""
    for kind, named, words in _WORDS:
        if named.search(program) and words.search(line):
            yield of_process(kind, row, command=row["command_line"])


def _tools(row: Row) -> Iterator[Lead]:
    """A tool that intruders use, by the name it runs or was built under, or by what it imports."""
    for name in (row["name"], (row["original_file_name"] or "").lower()):
        tool = TOOLS.get((name or "").removesuffix(".exe"))
        if tool:
            yield of_process("tool", row, tool=tool, by=name)
            return
    tool = TOOL_IMPORTS.get((row["imphash"] or "").lower())
    if tool:
        yield of_process("tool", row, tool=tool, by="imphash " + row["imphash"].lower())


def _of_services(tables: Tables, told: pl.DataFrame) -> Iterator[Lead]:
    """A service runs a program from a folder that every user may write to."""
    started = tables.edges("STARTED").filter(pl.col("from_label") == "Service").get_column("to_id")
    service = tables.processes.filter(pl.col("name") == "services.exe").get_column("id")
    children = tables.edges("SPAWNED").filter(pl.col("from_id").is_in(service.implode())).get_column("to_id")
    own = pl.col("id").is_in(pl.concat([started, children]).implode())
    path = pl.col("path").str.to_lowercase()
    writable = path.str.contains(_WRITABLE) & ~path.str.contains(_KEPT)
    for row in told.filter(own & writable).iter_rows(named=True):
        yield of_process("service_in_user_folder", row, path=row["path"])


def _shells(tables: Tables, told: pl.DataFrame) -> Iterator[Lead]:
    """A program that serves or shows documents started an interpreter."""
    parents = tables.processes.select(from_id="id", parent="name")
    pairs = tables.edges("SPAWNED").select("from_id", "to_id", "id", proof="evidence").join(parents, on="from_id")
    known = set(pairs.select("parent").unique().drop_nulls().to_series()) - _OWN_LEADS
    odd = {
        (parent, child): why
        for parent in known
        for child in told.get_column("name").unique().drop_nulls()
        if child not in _SYSTEM_ONES and (why := unusual_parent(parent, child))
    }
    rows = pairs.filter(pl.col("parent").is_in(list(known))).join(told, left_on="to_id", right_on="id", how="inner")
    for row in rows.iter_rows(named=True):
        if why := odd.get((row["parent"], row["name"])):
            yield of_process("server_shell", {**row, "id": row["to_id"]}, row["proof"], parent=row["parent"], why=why)
