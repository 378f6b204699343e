"""Claims: what a record of one process opening another really says, and how much it speaks for theft.

Sysmon 10 and Security 4656 say that a process was opened with certain rights, Security 4663 that such a right was used.
None of them says that memory was read. Rights are bits (Windows SDK, "Process Security and Access Rights").
"""

from __future__ import annotations

import polars as pl

from graphhunt.graph.frames import basename

READ_MEMORY = 0x10
"""PROCESS_VM_READ."""

_RIGHTS = {
    READ_MEMORY: ("VM_READ", "read its memory"),
    0x20: ("VM_WRITE", "write its memory"),
    0x8: ("VM_OPERATION", "change how its memory is laid out"),
    0x2: ("CREATE_THREAD", "start threads in it"),
    0x40: ("DUP_HANDLE", "copy its handles"),
    0x80: ("CREATE_PROCESS", "start processes in its name"),
}
"""The rights that give power over a process, each with Windows' name and in words; others only tell of it."""

USE = "Security/4663"
"""The record of a use; every other says that a process was opened, or asked to be."""

READS, ACTS, OWN = 1.0, 0.6, 0.1
"""Grades: may read memory, may act on the process otherwise, and what part of that Windows' own programs keep."""

_SYSTEM = "S-1-5-18"
_OWN_PROGRAMS = (
    "svchost.exe", "lsass.exe", "csrss.exe", "wininit.exe", "msmpeng.exe", "mssense.exe", "services.exe", "smss.exe",
    "taskmgr.exe", "wmiprvse.exe", "sysmon.exe", "sysmon64.exe",
)  # fmt: skip
"""Programs of Windows and its tools that open other processes in ordinary work."""

_OWN_FOLDERS = (
    r"(?i)^(?:[a-z]:|\\device\\[^\\]+)\\(?:windows\\(?:(?:system32|syswow64)\\(?:wbem\\)?)?"
    r"|program files\\windows defender(?: advanced threat protection)?\\"
    r"|programdata\\microsoft\\windows defender\\platform\\[^\\]+\\)[^\\]+$"
)
"""Where those programs are installed; folders in them that anybody may write to are no such place."""


def mask(column: str) -> pl.Expr:
    """Give the rights in a hexadecimal text column as a number."""
    return pl.col(column).str.strip_prefix("0x").str.to_integer(base=16, strict=False, dtype=pl.Int64)


def _has(bits: pl.Expr, right: int) -> pl.Expr:
    return (bits & right != 0).fill_null(value=False)


def rights(column: str) -> pl.Expr:
    """List the rights over a process that a mask holds, by Windows' names; null if the mask isn't known."""
    named = [pl.when(_has(mask(column), bit)).then(pl.lit(name)) for bit, (name, _) in _RIGHTS.items()]
    return pl.when(mask(column).is_not_null()).then(pl.concat_list(named).list.drop_nulls())


def grade(granted: str, path: str, user: str) -> pl.Expr:
    """Weigh rights by who has them, 0 to 1.

    Args:
        granted: Column of the mask.
        path: Column of the actor's program.
        user: Column of the actor's account id; an unknown one of Windows' own programs is taken for SYSTEM.
    """
    bits = mask(granted)
    power = pl.when(_has(bits, READ_MEMORY)).then(READS).when(_has(bits, sum(_RIGHTS))).then(ACTS).otherwise(0.0)
    program = basename(path).is_in(list(_OWN_PROGRAMS))
    stated = pl.col(path).str.contains("\\", literal=True)
    place = ~stated | pl.col(path).str.contains(_OWN_FOLDERS)
    own = (program & place).fill_null(value=False) & (pl.col(user).fill_null(_SYSTEM) == _SYSTEM)
    return pl.when(own).then((power * OWN).round(2)).otherwise(power)


def opened(frame: pl.DataFrame) -> pl.Expr:
    """Say in one sentence who opened what with which rights, by which records and when.

    Args:
        frame: Has path, account, machine, target, granted, used (mask), codes (list), acts (how many) and start (µs).
    """
    if frame.is_empty():
        return pl.lit(None, pl.String)
    power, used = _powers(mask("granted")), _powers(pl.col("used"))
    only = pl.col("codes").list.eval(pl.element() == USE).list.all()
    right = pl.when(power == "").then(pl.lit("without a right over it")).otherwise(
        pl.format("with the right to {}", power)
    )  # fmt: skip
    had = pl.when(used == "").then(pl.lit("no right over it")).otherwise(pl.format("the right to {}", used))
    also = pl.when(used == "").then(pl.lit("")).otherwise(pl.format(" and used the right to {}", used))
    act = (
        pl.when(only)
        .then(pl.format("used on {} {}", _target(), had))
        .otherwise(pl.format("opened {} {}{}", _target(), right, also))
    )
    often = pl.when(pl.col("acts") > 1).then(pl.format("{} times, first ", "acts")).otherwise(pl.lit(""))
    return pl.format(
        "{} of {} on {} {} ({}; {}; {}{})",
        pl.col("path").fill_null("an unknown program"),
        pl.col("account").fill_null("an unknown account"),
        pl.col("machine"),
        act,
        pl.col("granted").fill_null("rights not recorded"),
        pl.col("codes").list.join(", "),
        often,
        pl.from_epoch("start", time_unit="us").dt.to_string("%Y-%m-%d %H:%M:%S"),
    )


def _target() -> pl.Expr:
    return pl.col("target").fill_null("an unknown program")


def _powers(bits: pl.Expr) -> pl.Expr:
    """Give the rights over a process that a mask holds, in words."""
    words = [pl.when(_has(bits, bit)).then(pl.lit(text)) for bit, (_, text) in _RIGHTS.items()]
    return pl.concat_list(words).list.drop_nulls().list.join(", ")
