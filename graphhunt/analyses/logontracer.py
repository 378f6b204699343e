"""`analyze logontracer`: LogonTracer's ranking of accounts and hosts, where it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox.logontracer import account_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    logons = extract.logons.select(
        account="user_id", host=pl.col("source").fill_null(pl.col("machine_id")), time="start",
        event=pl.concat_str(pl.lit("4624/"), pl.col("logon_type").cast(pl.String).fill_null("?")),
        ntlm=pl.col("auth_package").fill_null("").str.to_uppercase().str.contains("NTLM"),
    )  # fmt: skip
    failed = extract.failures.select(
        account="user_id", host=pl.col("source").fill_null(pl.col("machine_id")), time="start",
        event=pl.lit("4625"), ntlm=pl.lit(value=False),
    )  # fmt: skip
    admins = [a.strip() for a in (values["admins"] or "").split(",") if a.strip()]
    found = account_view(pl.concat([logons, failed]), admins)
    named = found.rename({"rank": "logontracer_rank", "scaled": "logontracer_scaled",
                          "change": "logontracer_change", "odd": "logontracer_odd"})  # fmt: skip
    machines = set(extract.logons["machine_id"].drop_nulls())
    host = pl.col("kind") == "host"
    known = pl.col("id").is_in(list(machines))
    return {
        "User": named.filter(~host),
        "Machine": named.filter(host & known).drop("logontracer_change", "logontracer_odd"),
        "IP": named.filter(host & ~known).drop("logontracer_change", "logontracer_odd"),
    }


_RANKS = {
    "logontracer_rank": "PageRank with a damping per node; adds up to 1",
    "logontracer_scaled": "the rank, scaled to 0 to 1",
}

ANALYSIS = Analysis(
    name="logontracer",
    prefix="logontracer",
    summary="Ranks accounts and hosts as LogonTracer does: PageRank, change points, odd sequences of events.",
    compute=_compute,
    properties=(
        *(Written(t, p, m) for t in ("User", "Machine", "IP") for p, m in _RANKS.items()),
        Written("User", "logontracer_change", "largest change score of the account's hourly counts"),
        Written("User", "logontracer_odd", "mean surprise of the account's sequence of events, nats"),
    ),
    parameters=(Parameter("admins", "str", None, "ids of administrators, separated by commas"),),
)
"""The analytic."""
