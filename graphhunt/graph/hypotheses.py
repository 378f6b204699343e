"""How a remote session was used: hypotheses that compete by the records that speak for and against each.

A *naming* trace may bring a hypothesis in, a *supporting* one only raises it, a contrary one lowers it; a trace counts
once however many records show it. Sessions of one act (the same accounts and machines within seconds) lend each other
their traces, since Windows makes one to nine logons per act, except against what their own records say. The strongest
hypothesis names the technique, and its *margin* over the next says how sure that is. Where two are equal none is
named, and where something ran without any, that is what is said.

References: ATT&CK T1021.001-.006, T1047, T1053.005, T1210, T1546.003, T1569.002; JPCERT/CC "Detecting Lateral
Movement through Tracking Event Logs" (2017) for the traces of each tool.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

LENT = 0.75
"""What a trace of another session of the act is worth."""

NAMES_FROM = 1.5
"""A naming trace worth less brings no hypothesis in."""

LEVELS = ((6.0, "clear"), (3.0, "likely"), (0.0, "open"))
"""How sure a name is whose margin is at least (or for the last, above) so much."""

SAME_ACT = "part of the same act"
UNKNOWN_WAY = "execution followed, way unknown"
RAN = "ran"
"""Trace of a process in the session: no hypothesis, but something to explain."""

_TOLD = 8
"""Most records and alternatives that are told of."""


class Points(NamedTuple):
    """What one trace says of one hypothesis; `words` name the technique where it is the strongest."""

    trace: str
    hypothesis: str
    points: float
    naming: bool = False
    words: str | None = None


HYPOTHESES: dict[str, tuple[str, str]] = {
    "rdp": ("T1021.001", "RDP"),
    "winrm": ("T1021.006", "WinRM"),
    "wmi": ("T1047", "WMI"),
    "wmi_subscription": ("T1546.003", "WMI event subscription"),
    "dcom": ("T1021.003", "DCOM"),
    "ssh": ("T1021.004", "SSH"),
    "service": ("T1569.002", "service execution (PsExec-like)"),
    "service_control": ("T1021.002", "SMB, service control"),
    "task": ("T1053.005", "remote scheduled task"),
    "smb": ("T1021.002", "SMB"),
    "exploit": ("T1210", "exploitation of a remote service"),
}
"""Hypothesis to (ATT&CK id, name in words)."""

POINTS = (
    Points("rdp_type", "rdp", 10, naming=True),
    Points("rdp_unlock", "rdp", 6, naming=True),
    Points("rdp_port", "rdp", 6, naming=True),
    Points("rdp_told", "rdp", 6, naming=True),
    Points("winrm_shell", "winrm", 8, naming=True),
    Points("winrm_port", "winrm", 4, naming=True),
    Points("winrm_told", "winrm", 4, naming=True),
    Points("wmi_child", "wmi", 8, naming=True),
    Points("wmi_nearby", "wmi", 3, naming=True),
    Points("wmi_asked", "wmi", 2),
    Points("wmi_subscription", "wmi_subscription", 9, naming=True),
    Points("wmi_consumer_ran", "wmi_subscription", 3),
    Points("dcom_server", "dcom", 6, naming=True),
    Points("borrowed_child", "dcom", 8, naming=True, words="DCOM, by a program that was running"),
    Points("borrowed_port", "dcom", 5, naming=True, words="DCOM, by a program that was running"),
    # Everything asks the endpoint mapper: it names nothing.
    Points("mapper", "wmi", 1),
    Points("mapper", "dcom", 1),
    Points("ssh_child", "ssh", 8, naming=True),
    Points("ssh_told", "ssh", 8, naming=True),
    Points("ssh_port", "ssh", 4, naming=True),
    Points("service_made", "service", 8, naming=True),
    Points("service_second", "service", 5, naming=True),
    Points("service_changed", "service", 8, naming=True, words="service execution (changed service)"),
    Points("service_run", "service", 6, naming=True, words="service execution (no install recorded)"),
    Points("service_child", "service", 3),
    Points("service_control", "service_control", 5, naming=True),
    Points("task_made", "task", 8, naming=True),
    Points("task_second", "task", 5, naming=True),
    Points("task_pipe", "task", 5, naming=True, words="SMB, task scheduler pipe"),
    Points("task_child", "task", 3),
    Points("admin_share", "smb", 3, naming=True, words="SMB admin share"),
    Points("smb_port", "smb", NAMES_FROM, naming=True),
    Points("ipc_share", "smb", 1),
    Points("exploit_shell", "exploit", 5, naming=True),
    Points("anonymous", "exploit", 2),
    # A session with a desktop of its own isn't one that only runs something.
    *(Points("desktop", hypothesis, -6) for hypothesis in ("winrm", "wmi", "dcom", "service", "task")),
    # What services and their pipes were used for explains the shell.
    Points("service_work", "exploit", -8),
)
"""What every trace says; each weight was set by reason and checked on the recordings, none was searched for."""

_SHELLS = ("winrm_shell",)
_WAYS = {"rdp_port": "rdp", "winrm_port": "winrm", "winrm_told": "winrm", "smb_port": "smb", "ssh_port": "ssh",
         "mapper": "rpc", "borrowed_port": "rpc"}  # fmt: skip
"""What carried the session, by its traces."""


def weighed(traces: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Weigh the hypotheses of every session.

    Args:
        traces: `id` of the session, `trace`, `reason`, `event_id`, `process_id`.
        acts: `id` and `act` of every session.

    Returns:
        Per session `technique`, its name, reason, points, margin, level, what speaks for and against it with records,
        `alternatives`, `transport`, `traced` (records of all traces) and `remote_process_id`.
    """
    rows = _scored(traces, acts)
    named = _named(rows)
    chosen = _chosen(rows, named)
    frame = acts.join(chosen, on="id", how="left").join(_records(rows), on="id", how="left")
    frame = frame.join(_transport(rows), on="id", how="left")
    ran = traces.filter(pl.col("trace") == RAN).sort("id", "process_id", "event_id")
    ran = ran.unique("id", keep="first", maintain_order=True).select(
        "id", ran_reason="reason", ran_process="process_id"
    )
    return _unexplained(frame.join(ran, on="id", how="left")).sort("act", "id")


def _scored(traces: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Give what each trace says of each hypothesis per session: its own, and what the rest of its act lends."""
    table = pl.DataFrame(POINTS, orient="row", schema=_SCHEMA)
    # Of equal traces the one that says most stands for them: no hash of a record decides.
    said = pl.col("reason").str.len_chars() * -1
    own = traces.join(table, on="trace").sort("id", "trace", "process_id", said, "reason", "event_id", nulls_last=True)
    own = own.unique(["id", "trace", "hypothesis"], keep="first", maintain_order=True).with_columns(
        lent=pl.lit(value=False)
    )
    given = own.filter(pl.col("points") > 0).join(acts, on="id").unique(
        ["act", "trace", "hypothesis"], keep="first", maintain_order=True
    )  # fmt: skip
    nothing = pl.lit(None, pl.String)
    lent = given.drop("id").join(acts, on="act").join(own, on=["id", "trace", "hypothesis"], how="anti")
    lent = lent.join(own.filter(pl.col("points") < 0), on=["id", "hypothesis"], how="anti").with_columns(
        points=pl.col("points") * LENT, lent=pl.lit(value=True), event_id=nothing, process_id=nothing,
        reason=pl.lit(SAME_ACT),
    )  # fmt: skip
    return pl.concat([own, lent.select(own.columns)]).sort(
        "id", pl.col("points") * -1, "lent", "trace", "hypothesis", nulls_last=True
    )


_SCHEMA = {"trace": pl.String, "hypothesis": pl.String, "points": pl.Float64, "naming": pl.Boolean, "words": pl.String}


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the hypotheses that a naming trace brings in, strongest first, without ways that only carried another."""
    summed = rows.group_by("id", "hypothesis", maintain_order=True).agg(
        pl.col("points").sum(), named=(pl.col("naming") & (pl.col("points") >= NAMES_FROM)).any(),
        shell=pl.col("trace").is_in(_SHELLS).any(),
    )  # fmt: skip
    found = summed.filter(pl.col("named") & (pl.col("points") > 0))
    # WMI over WS-Management is both: WMI is how, WinRM what carried it.
    over = found.filter(pl.col("hypothesis") == "wmi").select(
        "id", hypothesis=pl.lit("winrm"), shell=pl.lit(value=False)
    )
    found = found.join(over, on=["id", "hypothesis", "shell"], how="anti")
    return found.sort("id", pl.col("points") * -1, "hypothesis").select("id", "hypothesis", "points")


def _chosen(rows: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Take the strongest hypothesis per session with its margin, name, reason and alternatives."""
    ids = {name: technique for name, (technique, _) in HYPOTHESES.items()}
    words = {name: text for name, (_, text) in HYPOTHESES.items()}
    ranked = named.with_columns(
        told=pl.format(
            "{} {} ({} points)",
            pl.col("hypothesis").replace_strict(ids),
            pl.col("hypothesis").replace_strict(words),
            pl.col("points").round(2),
        )
    )
    best = ranked.group_by("id", maintain_order=True).agg(
        pl.col("hypothesis", "points").first(), alternatives=pl.col("told").slice(1, _TOLD), every=pl.col("told"),
        second=pl.col("points").get(1, null_on_oob=True),
    ).with_columns(margin=pl.col("points") - pl.col("second").fill_null(0.0))  # fmt: skip
    strongest = (
        rows.filter("naming")
        .unique(["id", "hypothesis"], keep="first", maintain_order=True)
        .select("id", "hypothesis", "reason", "words")
    )
    best = best.join(strongest, on=["id", "hypothesis"], how="left").join(
        _sides(rows), on=["id", "hypothesis"], how="left"
    )
    clear = pl.col("margin") > 0
    level = pl.coalesce(
        *(pl.when(clear & (pl.col("margin") >= least)).then(pl.lit(word)) for least, word in LEVELS), pl.lit("unnamed")
    )
    return best.select(
        "id", technique_level=level, technique_margin=pl.col("margin").round(2),
        technique_points=pl.col("points").round(2),
        technique=pl.when(clear).then(pl.col("hypothesis").replace_strict(ids)),
        technique_name=pl.when(clear).then(pl.coalesce("words", pl.col("hypothesis").replace_strict(words))),
        technique_reason=pl.when(clear).then("reason").otherwise(pl.lit("records speak for several ways alike")),
        alternatives=pl.when(clear).then("alternatives").otherwise("every"),
        technique_support="support", technique_records="records", technique_against="against", hypothesis="hypothesis",
    )  # fmt: skip


def _sides(rows: pl.DataFrame) -> pl.DataFrame:
    """Give what speaks for each hypothesis of each session and what against it, in words, and the records for it."""
    said = pl.format("{} ({})", "reason", pl.col("points").round(2))
    forth = pl.col("points") > 0
    return rows.group_by("id", "hypothesis", maintain_order=True).agg(
        support=said.filter(forth).head(_TOLD), against=said.filter(~forth).head(_TOLD),
        records=pl.col("event_id").filter(forth).drop_nulls().unique(maintain_order=True).head(_TOLD),
    )  # fmt: skip


def _records(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the records of all of a session's own traces, and the first process that one shows."""
    own = rows.filter(~pl.col("lent") & (pl.col("points") > 0))
    return own.group_by("id", maintain_order=True).agg(
        traced=pl.col("event_id").drop_nulls().unique(maintain_order=True).head(_TOLD),
        remote_process_id=pl.col("process_id").drop_nulls().first(),
    )


def _transport(rows: pl.DataFrame) -> pl.DataFrame:
    """Say what carried a session, where its own records show it."""
    own = rows.filter(~pl.col("lent")).with_columns(
        transport=pl.col("trace").replace_strict(_WAYS, default=None, return_dtype=pl.String)
    )
    return own.group_by("id", maintain_order=True).agg(pl.col("transport").drop_nulls().first())


def _unexplained(frame: pl.DataFrame) -> pl.DataFrame:
    """Say that something ran in sessions of which nothing but the door they came in by is known."""
    bare = pl.col("hypothesis").is_null() & pl.col("ran_process").is_not_null()
    door = (pl.col("hypothesis") == "smb") & pl.col("ran_process").is_not_null()
    return frame.with_columns(
        technique_name=pl.when(bare).then(pl.lit(UNKNOWN_WAY))
        .when(door).then(pl.format("{}; {}", "technique_name", pl.lit(UNKNOWN_WAY))).otherwise("technique_name"),
        technique_reason=pl.when(bare).then("ran_reason").otherwise("technique_reason"),
        technique_level=pl.when(bare).then(pl.lit("unnamed")).otherwise("technique_level"),
        remote_process_id=pl.coalesce("remote_process_id", "ran_process"),
    ).drop("ran_reason", "ran_process", "hypothesis")  # fmt: skip
