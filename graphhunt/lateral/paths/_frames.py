"""Reads the columns of a logon table out of a frame of REMOTE_LOGON relationships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from graphhunt.errors import UsageError

_NEEDED = ("id", "from_id", "to_id", "user_id", "start")


def table_columns(
    frame: pl.DataFrame, names: Mapping[str, str], host_names: Mapping[str, str], account_names: Mapping[str, str]
) -> dict[str, Any]:
    """Give the arguments of `LogonTable.from_arrays`; `names` gives the frame's column for each usual name.

    Raises:
        UsageError: A needed column is missing.
    """
    missing = [names[key] for key in _NEEDED if names[key] not in frame.columns]
    if missing:
        raise UsageError(f"The logon frame lacks {', '.join(missing)}")
    frame = frame.sort(names["start"], *_turn(frame), names["id"])
    hosts = _dictionary(frame, names["from_id"], names["to_id"])
    accounts = _dictionary(frame, names["user_id"])
    techniques = _dictionary(frame, names["technique"]) if names["technique"] in frame.columns else ()
    return {
        "t": frame[names["start"]].cast(pl.Int64).to_numpy(),
        "src": _codes(frame, names["from_id"], hosts),
        "dst": _codes(frame, names["to_id"], hosts),
        "acct": _codes(frame, names["user_id"], accounts),
        "end": _ends(frame, names),
        "logon_type": _numbers(frame, names["logon_type"], -1),
        "ok": _numbers(frame, names["ok"], 1),
        "technique": _codes(frame, names["technique"], techniques) if techniques else None,
        "ids": frame[names["id"]],
        "hosts": hosts,
        "accounts": accounts,
        "techniques": techniques,
        "host_names": [host_names.get(host, host) for host in hosts],
        "account_names": [account_names.get(account, account) for account in accounts],
        "host_kinds": _kinds(frame, names["from_id"], names["from_label"], hosts, "Machine"),
        "account_kinds": _kinds(frame, names["user_id"], names["user_kind"], accounts, "person"),
    }


def _turn(frame: pl.DataFrame) -> list[pl.Expr]:
    """Give what breaks ties beside the id: LogonIds grow, so that of logons at one moment the lower came first."""
    if "logon_id" not in frame.columns:
        return []
    return [pl.col("logon_id").str.to_lowercase().str.strip_prefix("0x").str.to_integer(base=16, strict=False)]


def _dictionary(frame: pl.DataFrame, *columns: str) -> tuple[str, ...]:
    values = pl.concat([frame[column].cast(pl.String).rename("v") for column in columns])
    return tuple(values.drop_nulls().unique().sort().to_list())


def _codes(frame: pl.DataFrame, column: str, dictionary: tuple[str, ...]) -> Any:
    index = pl.DataFrame(
        {"key": pl.Series(dictionary, dtype=pl.String), "code": pl.Series(range(len(dictionary)), dtype=pl.Int32)}
    )
    coded = frame.select(pl.col(column).cast(pl.String).alias("key")).join(
        index, on="key", how="left", maintain_order="left"
    )
    return coded["code"].fill_null(-1).to_numpy()


def _numbers(frame: pl.DataFrame, column: str, default: int) -> Any:
    if column not in frame.columns:
        return None
    return frame[column].cast(pl.Int64, strict=False).fill_null(default).to_numpy()


def _ends(frame: pl.DataFrame, names: Mapping[str, str]) -> Any:
    if names["end"] not in frame.columns:
        return None
    end = frame[names["end"]].cast(pl.Int64).fill_null(-1).to_numpy()
    if names["open"] not in frame.columns:
        return end
    # A session whose logoff was not seen carries its start as `end`: that is not an end.
    return np.where(frame[names["open"]].fill_null(value=False).to_numpy(), -1, end)


def _kinds(frame: pl.DataFrame, key: str, column: str, dictionary: tuple[str, ...], default: str) -> Any:
    if column not in frame.columns:
        return [default] * len(dictionary)
    pairs = frame.select(pl.col(key).cast(pl.String), pl.col(column)).drop_nulls().unique().sort(pl.all())
    known: dict[str, str] = dict(zip(pairs[key].to_list(), pairs[column].to_list(), strict=True))
    return [known.get(value, default) for value in dictionary]
