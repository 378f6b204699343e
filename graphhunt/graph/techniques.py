"""How a remote session was used: the ATT&CK technique that its traces at the target show.

A trace is a record at the target that belongs to the session: by its LogonId, by the service port of its
connection, or by the service it installed. The strongest trace names the technique; sessions of one act (the
same accounts and machines within seconds) share it, since Windows makes one to nine logons per act.

References: ATT&CK T1021.001-.006, T1047, T1053.005, T1569.002, T1550.002; JPCERT/CC "Detecting Lateral
Movement through Tracking Event Logs" (2017) for the traces of each tool.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND, basename
from graphhunt.graph.wellknown import SYSTEM_LOGONS

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.services import Services
    from graphhunt.graph.sessions import Sessions

ACT = 5 * SECOND
"""Logons of one account between two machines this close together are one act, µs."""

CARRIED = 60 * SECOND
"""A connection from the logon's client port this near carried it, µs."""

NEARBY = 10 * SECOND
"""A process this soon after a remote logon may be its work, where nothing says whose it is, µs."""

PLUMBING = (
    "runtimebroker.exe", "dllhost.exe", "backgroundtaskhost.exe", "searchui.exe", "searchapp.exe", "searchhost.exe",
    "searchprotocolhost.exe", "searchfilterhost.exe", "searchindexer.exe", "shellexperiencehost.exe",
    "startmenuexperiencehost.exe", "applicationframehost.exe", "systemsettings.exe", "smartscreen.exe", "ctfmon.exe",
    "sihost.exe", "taskhostw.exe", "textinputhost.exe", "wmiprvse.exe", "wsmprovhost.exe", "winrshost.exe",
    "rundll32.exe", "unsecapp.exe", "wmiadap.exe", "lockapp.exe", "usocoreworker.exe", "mousocoreworker.exe",
)  # fmt: skip
"""Programs that Windows starts with `-Embedding` in every session with a desktop or a shell: it names nothing."""

RDP, RDP_NEAR = 3389, 30 * SECOND

TECHNIQUES: dict[str, tuple[str, str, int]] = {
    "service": ("T1569.002", "service execution (PsExec-like)", 9),
    "task": ("T1053.005", "remote scheduled task", 8),
    "wmi": ("T1047", "WMI", 8),
    "dcom": ("T1021.003", "DCOM", 8),
    "winrm": ("T1021.006", "WinRM", 8),
    "ssh": ("T1021.004", "SSH", 8),
    "rdp": ("T1021.001", "RDP", 7),
    "wmi_nearby": ("T1047", "WMI", 6),
    "winrm_port": ("T1021.006", "WinRM", 6),
    "service_control": ("T1021.002", "SMB, service control", 5),
    "task_pipe": ("T1053.005", "SMB, task scheduler pipe", 5),
    "admin_share": ("T1021.002", "SMB admin share", 4),
    "smb": ("T1021.002", "SMB", 2),
}
"""Trace to (ATT&CK id, name in words, strength)."""

_PORTS = {5985: "winrm_port", 5986: "winrm_port", 3389: "rdp", 445: "smb", 139: "smb", 22: "ssh"}
_PIPES = {"svcctl": "service_control", "atsvc": "task_pipe"}


class Techniques:
    """The technique of every remote session of `remote`, with the records that show it."""

    def __init__(
        self, case: Case, remote: pl.DataFrame, sessions: Sessions, processes: Processes, services: Services
    ) -> None:
        self.case = case
        self.remote = remote
        self.sessions = sessions
        self.processes = processes
        self.services = services

    @cached_property
    def traces(self) -> pl.DataFrame:
        """Every trace: (id of the session, trace, reason, event_id, process_id)."""
        parts = [
            self._by_process(),
            self._by_nearby_process(),
            self._by_service(),
            self._by_task(),
            self._by_share(),
            self._by_port(),
            self._by_type(),
        ]
        return pl.concat([part.select("id", "trace", "reason", "event_id", "process_id") for part in parts])

    @cached_property
    def _starts(self) -> pl.DataFrame:
        """The start records with the program name of the parent, looked up by pid where the record has no path."""
        parents = self.processes.spawned.select(pl.col("to_id").alias("process_id"), pl.col("from_id").alias("id"))
        named = parents.join(self.processes.nodes.select("id", pl.col("name").alias("known")), on="id").drop("id")
        starts = self.processes.starts.join(named, on="process_id", how="left", maintain_order="left")
        return starts.with_columns(
            parent=pl.coalesce(basename("parent_path"), "known"), command=pl.col("command_line").fill_null("")
        )

    def _session_processes(self) -> pl.DataFrame:
        starts = self.sessions.attach(self._starts.drop_nulls("logon_id")).rename({"logon_session_id": "id"})
        return starts.join(self.remote.select("id"), on="id", how="semi")

    def _by_nearby_process(self) -> pl.DataFrame:
        """Find WMI's processes whose record doesn't say for whom they run (4688 before Windows 10).

        Such a process belongs to the remote session that had just begun on the machine.
        """
        nobody = pl.col("logon_id").is_null() | pl.col("logon_id").is_in(SYSTEM_LOGONS)
        starts = self._starts.filter((pl.col("parent") == "wmiprvse.exe") & nobody).sort("time", "event_id")
        begun = self.remote.filter(pl.col("user_kind") == "person").select(
            "machine_id", "id", pl.col("start").alias("time")
        )
        found = starts.join_asof(
            begun.sort("time", "id"), on="time", by="machine_id", strategy="backward", tolerance=NEARBY,
            check_sortedness=False,
        ).drop_nulls("id")  # fmt: skip
        reason = pl.concat_str(pl.lit("wmiprvse.exe started "), pl.col("base"), pl.lit(" just after this logon"))
        return found.with_columns(trace=pl.lit("wmi_nearby"), reason=reason)

    def _by_process(self) -> pl.DataFrame:
        """Find remote-execution parents among the processes that carry the session's LogonId."""
        embedded = pl.col("command").str.contains("(?i)-embedding") | pl.col("parent_command_line").fill_null(
            ""
        ).str.contains("(?i)-embedding")
        trace = (
            pl.when(
                pl.col("base").is_in(["wsmprovhost.exe", "winrshost.exe"])
                | pl.col("parent").is_in(["wsmprovhost.exe", "winrshost.exe"])
            )
            .then(pl.lit("winrm"))
            .when(pl.col("parent") == "wmiprvse.exe")
            .then(pl.lit("wmi"))
            .when(embedded & ~pl.col("base").is_in(list(PLUMBING)) & ~pl.col("parent").is_in(list(PLUMBING)))
            .then(pl.lit("dcom"))
            .when(pl.col("parent").is_in(["sshd.exe", "sshd"]))
            .then(pl.lit("ssh"))
            .when(pl.col("parent").is_in(["taskeng.exe", "taskhostw.exe"]))
            .then(pl.lit("task"))
        )
        frame = self._session_processes().with_columns(trace=trace).drop_nulls("trace")
        reason = pl.concat_str(
            pl.col("parent").fill_null("a process"), pl.lit(" started "), pl.col("base"), pl.lit(" in this session")
        )
        return frame.with_columns(reason=reason)

    def _by_service(self) -> pl.DataFrame:
        """Find services that the session installed, and the process each started."""
        frame = self.services.installs.filter(pl.col("label") == "Service").rename({"logon_session_id": "id"})
        started = self.services.started.select("event_id", "process_id").unique(subset="event_id", keep="first")
        frame = frame.join(self.remote.select("id"), on="id", how="semi").join(started, on="event_id", how="left")
        reason = pl.concat_str(pl.lit("service "), pl.col("name"), pl.lit(" was installed in this session"))
        return frame.with_columns(trace=pl.lit("service"), reason=reason)

    def _by_task(self) -> pl.DataFrame:
        frame = self.services.installs.filter(pl.col("label") == "ScheduledTask").rename({"logon_session_id": "id"})
        frame = frame.join(self.remote.select("id"), on="id", how="semi")
        reason = pl.concat_str(pl.lit("task "), pl.col("name"), pl.lit(" was made in this session"))
        return frame.with_columns(trace=pl.lit("task"), reason=reason, process_id=pl.lit(None, pl.String))

    def _by_share(self) -> pl.DataFrame:
        """Find service and task pipes and admin shares that the session opened."""
        frame = self.case.facts("share_access").drop_nulls("logon_id").filter(pl.col("success").ne_missing(other=False))
        frame = self.sessions.attach(frame).rename({"logon_session_id": "id"})
        frame = frame.join(self.remote.select("id"), on="id", how="semi")
        pipe = pl.col("target").str.to_lowercase().str.strip_chars("\\").replace_strict(_PIPES, default=None)
        admin = pl.col("share").str.to_lowercase().str.contains(r"\\(admin|[a-z])\$$")
        frame = frame.with_columns(
            trace=pl.coalesce(pipe, pl.when(admin).then(pl.lit("admin_share"))), process_id=pl.lit(None, pl.String)
        ).drop_nulls("trace")
        opened = pl.concat_str(pl.lit("opened "), pl.col("share"), pl.lit(" "), pl.col("target").fill_null(""))
        return frame.with_columns(reason=opened.str.strip_chars())

    def _by_port(self) -> pl.DataFrame:
        """Name the service whose port carried the logon, by the client's port, else by address and time for RDP."""
        inbound = self.inbound.drop_nulls(["port", "event_id"])
        control = pl.when(pl.col("server") == "services.exe").then(pl.lit("service_control"))
        trace = pl.coalesce(control, pl.col("port").replace_strict(_PORTS, default=None, return_dtype=pl.String))
        reason = pl.concat_str(
            pl.lit("came in on port "), pl.col("port"), pl.lit(" of "), pl.col("server").fill_null("?")
        )
        frame = inbound.with_columns(trace=trace, reason=reason, process_id=pl.lit(None, pl.String))
        return frame.drop_nulls("trace")

    @cached_property
    def inbound(self) -> pl.DataFrame:
        """The connection at the target that carried each session: (id, port, server, event_id)."""
        seen = self.case.owners.connections.filter(pl.col("direction") == "incoming").select(
            "machine_id", pl.col("remote_ip").alias("address"), pl.col("remote_port").alias("source_port"),
            pl.col("local_port").alias("port"), pl.col("time").alias("seen"), "event_id",
            basename("path").alias("server"),
        )  # fmt: skip
        remote = self.remote.select("id", "machine_id", "address", "source_port", "start", "service_port")
        away = (pl.col("seen") - pl.col("start")).abs()
        exact = remote.drop_nulls("source_port").join(seen, on=["machine_id", "address", "source_port"])
        desk = remote.join(seen.filter(pl.col("port") == RDP), on=["machine_id", "address"])
        known = remote.drop_nulls("service_port").select("id", pl.col("service_port").alias("port"))
        parts = [exact.filter(away <= CARRIED), desk.filter(away <= RDP_NEAR), known]
        columns = ["id", "port", "server", "event_id"]
        both = pl.concat([part.select(c for c in columns if c in part.columns) for part in parts], how="diagonal")
        proof = self.remote.select("id", pl.col("proof").list.first().alias("proven"))
        both = both.join(proof, on="id", how="left").with_columns(event_id=pl.coalesce("event_id", "proven"))
        return both.drop("proven").sort("id", "server", "event_id", nulls_last=True)

    def _by_type(self) -> pl.DataFrame:
        kind = pl.col("logon_type")
        trace = (
            pl.when(kind.is_in([7, 10, 12]) | (pl.col("family") == "rdp"))
            .then(pl.lit("rdp"))
            .when(pl.col("family") == "winrm")
            .then(pl.lit("winrm_port"))
            .when(pl.col("family") == "ssh")
            .then(pl.lit("ssh"))
            .when(pl.col("witnesses").list.contains("share_sensor"))
            .then(pl.lit("admin_share"))
            .when(pl.col("family") == "smb")
            .then(pl.lit("smb"))
            .when(pl.col("logon_process").str.to_lowercase().str.contains("sshd"))
            .then(pl.lit("ssh"))
        )
        frame = self.remote.with_columns(trace=trace).drop_nulls("trace")
        typed = pl.concat_str(pl.lit("logon type "), pl.col("logon_type").cast(pl.String).fill_null("of sshd"))
        told = pl.concat_str(pl.lit("told by "), pl.col("witnesses").list.join(", "))
        reason = pl.when(pl.col("start_how") == "witness").then(told).otherwise(typed)
        nothing = pl.lit(None, pl.String)
        return frame.with_columns(reason=reason, event_id=nothing, process_id=nothing)

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per remote session: technique, its name and reason, proof, the process it led to, and its act."""
        strengths = {trace: strength for trace, (_, _, strength) in TECHNIQUES.items()}
        ranked = self.traces.with_columns(
            strength=pl.col("trace").replace_strict(strengths, return_dtype=pl.Int64)
        ).sort(pl.col("strength") * -1, "process_id", "event_id", nulls_last=True)
        best = ranked.group_by("id", maintain_order=True).agg(
            pl.col("trace", "strength", "reason").first(),
            pl.col("process_id").drop_nulls().first().alias("remote_process_id"),
            traced=pl.col("event_id").drop_nulls().unique(maintain_order=True).head(8),
        )
        ports = self.inbound.group_by("id", maintain_order=True).agg(
            pl.col("port").drop_nulls().first().alias("found_port")
        )
        return self._shared(self._acts().join(best, on="id", how="left")).join(ports, on="id", how="left")

    def _acts(self) -> pl.DataFrame:
        """Number the acts: runs of sessions with the same ends and account, each within `ACT` of the one before."""
        same = ["from_id", "machine_id", "user_id"]
        frame = self.remote.select("id", "start", *same).sort(*same, "start", "id")
        begins = (pl.col("start") - pl.col("start").shift().over(same) > ACT).fill_null(value=True)
        return (
            frame.with_columns(_run=begins.cum_sum()).with_columns(act=pl.col("id").first().over("_run")).drop("_run")
        )

    def _shared(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give sessions with no or a weak trace the technique of the act's strongest."""
        frame = frame.sort("act", pl.col("strength") * -1, "start", "id", nulls_last=True)
        lead = [pl.col(c).first().over("act").alias(f"act_{c}") for c in ("trace", "strength", "remote_process_id")]
        frame = frame.with_columns(lead)
        weak = pl.col("strength").fill_null(0) < pl.col("act_strength").fill_null(0)
        shared = weak & (pl.col("act_strength") > TECHNIQUES["smb"][2])
        ids = {trace: technique for trace, (technique, _, _) in TECHNIQUES.items()}
        words = {trace: name for trace, (_, name, _) in TECHNIQUES.items()}
        chosen = pl.when(shared).then("act_trace").otherwise("trace")
        return frame.with_columns(
            technique=chosen.replace_strict(ids, default=None, return_dtype=pl.String),
            technique_name=chosen.replace_strict(words, default=None, return_dtype=pl.String),
            technique_reason=pl.when(shared).then(pl.lit("part of the same act")).otherwise("reason"),
        ).select("id", "technique", "technique_name", "technique_reason", "traced", "remote_process_id", "act")
