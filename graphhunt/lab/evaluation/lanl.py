"""Reader of LANL's "Comprehensive, multi-source cyber-security events": `auth` and `redteam`, as published.

auth: time, source user@domain, destination user@domain, source computer, destination computer, authentication
type, logon type, orientation, success or failure. redteam: time, user@domain, source computer, destination
computer. Seconds from 1, no header, gzip or plain. The rules are LMDEval's (Larroche 2026): LogOn events
between two computers; an event is malicious if (time, destination user, source, destination) is in redteam.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import polars as pl

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.paths.table import DAY, SECOND, LogonTable

_AUTH = ("time", "from_user", "user", "src", "dst", "auth", "type", "orientation", "outcome")
_REDTEAM = ("time", "user", "src", "dst")
_CHUNK = 64 * 2**20
_SYSTEM = ("SYSTEM@", "LOCAL SERVICE@", "NETWORK SERVICE@")
LOGON_TYPES = {
    "Interactive": 2, "Network": 3, "Batch": 4, "Service": 5, "Unlock": 7, "NetworkCleartext": 8,
    "NewCredentials": 9, "RemoteInteractive": 10, "CachedInteractive": 11,
}  # fmt: skip
"""Windows logon type by LANL's name."""


def read_lanl(
    auth: Path, redteam: Path, *, history_days: int = 14, until_day: int | None = None, distinct: bool = True
) -> LabelledCase:
    """Read LANL's files into a labelled case, chunk by chunk.

    Args:
        auth: The `auth` file.
        redteam: The `redteam` file.
        history_days: Days of history before the test period.
        until_day: Stop after this day.
        distinct: Keep one event per (user, source, destination, outcome) and hour; malicious ones are all kept.

    Returns:
        The case. The file names no campaigns: what the red team did with one account from one computer on one day is
        an attack.
    """
    truth = _table(redteam.read_bytes() if redteam.suffix != ".gz" else gzip.decompress(redteam.read_bytes()), _REDTEAM)
    truth = truth.unique().sort("time", "user", "src", "dst").with_columns(attack=_campaigns())
    end = None if until_day is None else until_day * DAY // SECOND
    parts = []
    for chunk in _chunks(auth):
        part = _logons(_table(chunk, _AUTH)).join(truth, on=list(_REDTEAM), how="left", maintain_order="left")
        parts.append(_distinct(part) if distinct else part)
        if end is not None and len(part) and cast("int", part["time"].max()) > end:
            break
    frame = pl.concat(parts) if parts else _logons(_table(b"", _AUTH)).with_columns(attack=pl.lit(None, pl.UInt32))
    frame = frame.filter(pl.col("time") <= end) if end is not None else frame
    frame = (_distinct(frame) if distinct else frame).sort("time", maintain_order=True)
    return _case(frame, history_days)


def _campaigns() -> pl.Expr:
    """Number the red team's accounts, computers and days."""
    return pl.struct("user", "src", pl.col("time") // (DAY // SECOND)).rank("dense").cast(pl.UInt32) - 1


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield whole lines in pieces of bounded size."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        rest = b""
        while block := cast("BinaryIO", stream).read(_CHUNK):
            cut = block.rfind(b"\n") + 1
            if not cut:
                rest += block
                continue
            yield rest + block[:cut]
            rest = block[cut:]
        if rest:
            yield rest


def _table(data: bytes, names: tuple[str, ...]) -> pl.DataFrame:
    schema = {name: pl.Int64 if name == "time" else pl.String for name in names}
    if not data.strip():
        return pl.DataFrame(schema=schema)
    return pl.read_csv(io.BytesIO(data), has_header=False, schema=schema, quote_char=None, ignore_errors=True)


def _logons(frame: pl.DataFrame) -> pl.DataFrame:
    kept = frame.filter((pl.col("orientation") == "LogOn") & (pl.col("src") != pl.col("dst")))
    return kept.select(
        "time", "user", "src", "dst",
        pl.col("type").replace_strict(LOGON_TYPES, default=-1, return_dtype=pl.Int8),
        (pl.col("outcome") == "Success").cast(pl.Int8).alias("ok"),
    ).drop_nulls(["time", "user", "src", "dst"])  # fmt: skip


def _distinct(frame: pl.DataFrame) -> pl.DataFrame:
    hour = (pl.col("time") // 3600).alias("hour")
    keyed = frame.with_columns(hour)
    first = keyed.filter(pl.col("attack").is_null()).unique(
        ["hour", "user", "src", "dst", "ok"], keep="first", maintain_order=True
    )
    return pl.concat([first, keyed.filter(pl.col("attack").is_not_null())]).drop("hour")


def _case(frame: pl.DataFrame, history_days: int) -> LabelledCase:
    hosts = pl.concat([frame["src"], frame["dst"].alias("src")]).unique().sort()
    users = frame["user"].unique().sort()
    table = LogonTable.from_arrays(
        frame["time"].to_numpy() * SECOND, _code(frame["src"], hosts), _code(frame["dst"], hosts),
        _code(frame["user"], users), logon_type=frame["type"].to_numpy(), ok=frame["ok"].to_numpy(),
        hosts=hosts.to_list(), accounts=users.to_list(), account_kinds=[account_kind(user) for user in users],
    )  # fmt: skip
    labels = frame["attack"].cast(pl.Int32).fill_null(-1).to_numpy()
    return LabelledCase("LANL", table, history_days * DAY, np.asarray(labels))


def account_kind(user: str) -> str:
    """Tell what kind of account a LANL user is: person, machine, system or anonymous."""
    if user.split("@", 1)[0].endswith("$"):
        return "machine"
    if user.startswith(_SYSTEM):
        return "system"
    return "anonymous" if user.startswith("ANONYMOUS LOGON@") else "person"


def _code(values: pl.Series, dictionary: pl.Series) -> np.ndarray:
    return np.searchsorted(dictionary.to_numpy(), values.to_numpy()).astype(np.int32)
