"""Which SIDs are groups'.

Source: Microsoft, "Well-known SIDs" (MS-DTYP 2.4.2.4) and "Active Directory security groups".
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

GROUP_NAMES = {
    "S-1-1-0": "Everyone", "S-1-5-2": "Network", "S-1-5-3": "Batch", "S-1-5-4": "Interactive", "S-1-5-6": "Service",
    "S-1-5-9": "Enterprise Domain Controllers", "S-1-5-11": "Authenticated Users", "S-1-5-14": "Remote Interactive",
    "S-1-5-113": "Local account", "S-1-5-114": "Local account and member of Administrators group",
}  # fmt: skip
"""Names of groups that every Windows has."""

BUILTIN = "S-1-5-32-"
"""Beginning of the SIDs of a machine's own built-in groups."""

_OF_DOMAINS = r"^S-1-5-21-\d+-\d+-\d+-(?:498|51[2-9]|52[0-25-7]|553|57[12])$"
"""Numbers that every domain gives its own groups: Domain Admins, Domain Users and so on."""


def known_groups(frames: Mapping[str, pl.DataFrame]) -> frozenset[str]:
    """List the SIDs that some fact states to be a group's."""
    found: set[str] = set()
    for frame in frames.values():
        if "group_sid" in frame.columns:
            found |= set(frame.get_column("group_sid").drop_nulls())
    if "directory_object" in frames:
        listed = frames["directory_object"].filter(pl.col("type") == "Group")
        found |= set(listed.get_column("object_id").drop_nulls())
    return frozenset(found)


def is_group(sid: str, known: frozenset[str]) -> pl.Expr:
    """Tell whether the SID in a column is a group's."""
    told = pl.col(sid).is_in(sorted(known | GROUP_NAMES.keys()))
    return (told | pl.col(sid).str.starts_with(BUILTIN) | pl.col(sid).str.contains(_OF_DOMAINS)).fill_null(value=False)


def without_groups(frame: pl.DataFrame, known: frozenset[str]) -> pl.DataFrame:
    """Give account changes as sightings of accounts: a member that is a group is none."""
    account = pl.when(~is_group("target_sid", known))
    names = ("target_user", "target_domain", "target_sid")
    return frame.with_columns(account.then(pl.col(name)).alias(name) for name in names)
