"""Accounts of clouds: which node a UPN, or a name within a realm, means.

A UPN or an address of mail stands for itself (`ann@corp.example`), other names stand in their realm
(`aws:111122223333/ann`, `aws:111122223333/role/admin`). An account of a directory on premises is the same only where a
record states its SID beside the UPN, or where a record of Windows that somebody proved to be that account calls it by
an equal UPN: `corp.example` in a UPN is the tenant's word, not the domain `CORP`.
"""

from __future__ import annotations

import polars as pl

CLOUD = "\x1fcloud"
"""In place of a machine or a domain: the name is a cloud's."""

REALM = pl.col("realm")
"""The realm a fact is of."""


def cloud_name(user: str, domain: str | None) -> str:
    """Give an account's name in clouds, in lower case: providers don't tell names apart by case."""
    return f"{domain}/{user}".lower() if domain else user.lower()


def upns(frame: pl.DataFrame, user: str) -> pl.Expr:
    """Tell which of Windows' records call an account by a UPN that isn't just what a client claims."""
    if "code" not in frame.columns:
        return pl.lit(value=False)
    good = pl.col("success") if "success" in frame.columns else pl.lit(value=True)
    windows = pl.col("code").str.starts_with("Security/")
    return (windows & pl.col(user).str.contains(r"^[^@\\]+@[^@\\]+$") & good).fill_null(value=False)
