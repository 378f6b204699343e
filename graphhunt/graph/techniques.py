"""How a remote session was used: the ATT&CK technique that its traces at the target show.

A trace is a record at the target that belongs to the session: by its LogonId, by the service port of its
connection, or by what it installed; `remote_work` finds what a session did through others. `hypotheses` weighs them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import ORDER, SECOND, basename
from graphhunt.graph.hypotheses import POINTS, RAN, weighed
from graphhunt.graph.remote_work import TRACE, RemoteWork
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

NEARLY_AT_ONCE = 60 * SECOND
"""What is made to run something runs it this soon, µs."""

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

_PORTS = {
    5985: "winrm_port", 5986: "winrm_port", 3389: "rdp_port", 445: "smb_port", 139: "smb_port", 22: "ssh_port",
    135: "mapper",
}  # fmt: skip
_PIPES = {"svcctl": "service_control", "atsvc": "task_pipe"}
_FAMILIES = {"rdp": "rdp_told", "winrm": "winrm_told", "ssh": "ssh_told", "smb": "smb_port"}
_DESKTOP = [10, 12]


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
            self._by_process(), self._by_nearby_process(), self._by_install("Service", "service", "was installed"),
            self._by_install("ScheduledTask", "task", "was made"), self._by_share(), self._by_port(), self._by_type(),
            self._by_account(),
        ]  # fmt: skip
        own = pl.concat([part.select(TRACE) for part in parts])
        return pl.concat([own, RemoteWork(self.case, self.remote, self.starts, self.services, own).traces()])

    @cached_property
    def starts(self) -> pl.DataFrame:
        """The start records with the program name of the parent, looked up by pid where the record has no path."""
        parents = self.processes.parents.select("process_id", id="parent_id")
        named = parents.join(self.processes.nodes.select("id", pl.col("name").alias("known")), on="id").drop("id")
        starts = self.processes.starts.join(named, on="process_id", how="left", maintain_order="left")
        return starts.with_columns(
            parent=pl.coalesce(basename("parent_path"), "known"), command=pl.col("command_line").fill_null("")
        )

    def _session_processes(self) -> pl.DataFrame:
        starts = self.sessions.attach(self.starts.drop_nulls("logon_id")).rename({"logon_session_id": "id"})
        return starts.join(self.remote.select("id"), on="id", how="semi")

    def _by_nearby_process(self) -> pl.DataFrame:
        """Find WMI's processes whose record doesn't say for whom they run (4688 before Windows 10).

        Such a process belongs to the remote session that had just begun on the machine.
        """
        nobody = pl.col("logon_id").is_null() | pl.col("logon_id").is_in(SYSTEM_LOGONS)
        starts = self.starts.filter((pl.col("parent") == "wmiprvse.exe") & nobody).sort(*ORDER)
        begun = self.remote.filter(pl.col("user_kind") == "person").select(
            "machine_id", "id", "record", pl.col("start").alias("time")
        )
        found = starts.join_asof(
            begun.sort("time", "record", "id").drop("record"), on="time", by="machine_id", strategy="backward",
            tolerance=NEARBY, check_sortedness=False,
        ).drop_nulls("id")  # fmt: skip
        reason = pl.concat_str(pl.lit("wmiprvse.exe started "), pl.col("base"), pl.lit(" just after this logon"))
        return found.with_columns(trace=pl.lit("wmi_nearby"), reason=reason)

    def _by_process(self) -> pl.DataFrame:
        """Find remote-execution parents among the processes that carry the session's LogonId."""
        embedded = pl.col("command").str.contains("(?i)-embedding") | pl.col("parent_command_line").fill_null(
            ""
        ).str.contains("(?i)-embedding")
        shells = ["wsmprovhost.exe", "winrshost.exe"]
        plumbing = pl.col("base").is_in(list(PLUMBING)) | pl.col("parent").is_in(list(PLUMBING)).fill_null(value=False)
        trace = (
            pl.when(pl.col("base").is_in(shells) | pl.col("parent").is_in(shells)).then(pl.lit("winrm_shell"))
            .when(pl.col("parent") == "wmiprvse.exe").then(pl.lit("wmi_child"))
            .when(embedded & ~plumbing).then(pl.lit("dcom_server"))
            .when(pl.col("parent").is_in(["sshd.exe", "sshd"])).then(pl.lit("ssh_child"))
            .when(pl.col("parent").is_in(["taskeng.exe", "taskhostw.exe"])).then(pl.lit("task_child"))
            .when(~pl.col("base").is_in(list(PLUMBING))).then(pl.lit(RAN))
        )  # fmt: skip
        frame = self._session_processes().with_columns(trace=trace).drop_nulls("trace")
        reason = pl.concat_str(
            pl.col("parent").fill_null("a process"), pl.lit(" started "), pl.col("base"), pl.lit(" in this session")
        )
        return frame.with_columns(reason=reason)

    def _by_install(self, label: str, hypothesis: str, what: str) -> pl.DataFrame:
        """Find services or tasks that the session made, those of a second logon beside it, and what each started."""
        made = self.services.installs.filter(pl.col("label") == label)
        own = made.rename({"logon_session_id": "id"}).join(self.remote.select("id"), on="id", how="semi")
        own = own.with_columns(trace=pl.lit(f"{hypothesis}_made"))
        both = pl.concat([own, self._by_second_logon(made, hypothesis)], how="diagonal")
        named = pl.concat_str(pl.lit(f"{'service' if label == 'Service' else 'task'} "), "name")
        over = pl.when(pl.col("trace").str.ends_with("_made")).then(pl.lit("in this session"))
        both = both.with_columns(
            reason=pl.concat_str(named, pl.lit(f" {what} "), over.otherwise(pl.lit("by a second logon beside it")))
        )
        started = self.services.started.select("event_id", "process_id", "began", "start_event").unique(
            "event_id", keep="first", maintain_order=True
        )
        both = both.join(started, on="event_id", how="left", maintain_order="left")
        ran = both.filter(pl.col("began") - pl.col("time") <= NEARLY_AT_ONCE).with_columns(
            trace=pl.lit(f"{hypothesis}_child"), reason=pl.concat_str(named, pl.lit(" started its program at once")),
            event_id="start_event",
        )  # fmt: skip
        return pl.concat([both, ran])

    def _by_second_logon(self, made: pl.DataFrame, hypothesis: str) -> pl.DataFrame:
        """Find what another session of the account made within a minute, from the same source or from none known."""
        makers = self.sessions.table.select("user_id", logon_session_id="id", begun="start")
        sources = self.remote.select(logon_session_id="id", came_from="from_id")
        made = made.drop("user_id").join(makers, on="logon_session_id").join(sources, on="logon_session_id", how="left")
        asked = self.remote.select("id", "machine_id", "user_id", "from_id", "start")
        pairs = made.join(asked, on=["machine_id", "user_id"])
        near = ((pl.col("begun") - pl.col("start")).abs() <= CARRIED) & (pl.col("id") != pl.col("logon_session_id"))
        same = (pl.col("came_from") == pl.col("from_id")).fill_null(value=True)
        return pairs.filter(near & same).with_columns(trace=pl.lit(f"{hypothesis}_second")).select(
            "id", "trace", "name", "time", "event_id"
        )  # fmt: skip

    def _by_share(self) -> pl.DataFrame:
        """Find service and task pipes and admin shares that the session opened."""
        frame = self.case.facts("share_access").drop_nulls("logon_id").filter(pl.col("success").ne_missing(other=False))
        frame = self.sessions.attach(frame).rename({"logon_session_id": "id"})
        frame = frame.join(self.remote.select("id"), on="id", how="semi")
        pipe = pl.col("target").str.to_lowercase().str.strip_chars("\\").replace_strict(_PIPES, default=None)
        share = pl.col("share").str.to_lowercase()
        admin = pl.when(share.str.contains(r"\\(admin|[a-z])\$$")).then(pl.lit("admin_share"))
        ipc = pl.when(share.str.contains(r"\\ipc\$$")).then(pl.lit("ipc_share"))
        frame = frame.with_columns(trace=pl.coalesce(pipe, admin, ipc), process_id=pl.lit(None, pl.String))
        frame = frame.drop_nulls("trace")
        opened = pl.concat_str(pl.lit("opened "), pl.col("share"), pl.lit(" "), pl.col("target").fill_null(""))
        return frame.with_columns(reason=opened.str.strip_chars())

    def _by_port(self) -> pl.DataFrame:
        """Name the service whose port carried the logon, by the client's port, else by address and time for RDP."""
        inbound = self.inbound.drop_nulls(["port", "event_id"])
        control = pl.when(pl.col("server") == "services.exe").then(pl.lit("service_control"))
        trace = pl.coalesce(control, pl.col("port").replace_strict(_PORTS, default=None, return_dtype=pl.String))
        reason = pl.concat_str(pl.lit("came in on port "), pl.col("port"), pl.format(" of {}", "server").fill_null(""))
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
        # RDP's logons state no port: the connection from their address just then carried them.
        desk = remote.filter(pl.col("source_port").is_null() | (pl.col("source_port") == 0)).join(
            seen.filter(pl.col("port") == RDP), on=["machine_id", "address"]
        )
        known = remote.drop_nulls("service_port").select("id", pl.col("service_port").alias("port"))
        parts = [exact.filter(away <= CARRIED), desk.filter(away <= RDP_NEAR), known]
        columns = ["id", "port", "server", "event_id"]
        both = pl.concat([part.select(c for c in columns if c in part.columns) for part in parts], how="diagonal")
        proof = self.remote.select("id", pl.col("proof").list.first().alias("proven"))
        both = both.join(proof, on="id", how="left").with_columns(event_id=pl.coalesce("event_id", "proven"))
        return both.drop("proven").sort("id", "server", "event_id", nulls_last=True)

    def _by_type(self) -> pl.DataFrame:
        """Say what the logon's own type, its process and its other witnesses show."""
        kind = pl.col("logon_type")
        typed = (
            pl.when(kind.is_in(_DESKTOP)).then(pl.lit("rdp_type"))
            .when((kind == 7) & pl.col("address").is_not_null()).then(pl.lit("rdp_unlock"))
            .when(pl.col("logon_process").str.to_lowercase().str.contains("sshd|dropbear")).then(pl.lit("ssh_told"))
        )  # fmt: skip
        shared = pl.when(pl.col("witnesses").list.contains("share_sensor")).then(pl.lit("admin_share"))
        told = pl.coalesce(shared, pl.col("family").replace_strict(_FAMILIES, default=None, return_dtype=pl.String))
        against = pl.when(kind.is_in(_DESKTOP)).then(pl.lit("desktop"))
        nothing = pl.lit(None, pl.String)
        by_type = pl.concat_str(pl.lit("logon type "), kind.cast(pl.String).fill_null("of sshd"))
        by_others = pl.concat_str(pl.lit("told by "), pl.col("witnesses").list.join(", "))
        own = self.remote.with_columns(
            event_id=pl.col("evidence").list.first(), process_id=nothing, traces=pl.concat_list(typed, told, against)
        )  # fmt: skip
        frame = own.explode("traces").rename({"traces": "trace"}).drop_nulls("trace")
        stated = frame.get_column("trace").is_in(["rdp_type", "rdp_unlock", "ssh_told", "desktop"])
        witnessed = pl.col("start_how") == "witness"
        return frame.with_columns(reason=pl.when(stated & ~witnessed).then(by_type).otherwise(by_others))

    def _by_account(self) -> pl.DataFrame:
        """Note sessions that nobody's name was given for."""
        frame = self.remote.filter(pl.col("user_kind") == "anonymous")
        return frame.with_columns(
            trace=pl.lit("anonymous"), reason=pl.lit("an anonymous logon"), event_id=pl.col("evidence").list.first(),
            process_id=pl.lit(None, pl.String),
        )  # fmt: skip

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per remote session: technique with all that speaks for and against it, process, port and act."""
        ports = self.inbound.group_by("id", maintain_order=True).agg(
            pl.col("port").drop_nulls().first().alias("found_port")
        )
        return weighed(self.traces, self._acts().select("id", "act")).join(ports, on="id", how="left")

    @property
    def reached(self) -> pl.DataFrame:
        """The processes that a remote session's work started: (process_id, remote_session_id)."""
        naming = [points.trace for points in POINTS if points.naming]
        shown = self.traces.filter(pl.col("trace").is_in(naming)).drop_nulls("process_id")
        return shown.sort("process_id", "id").select("process_id", remote_session_id="id").unique(
            "process_id", keep="first", maintain_order=True
        )  # fmt: skip

    def _acts(self) -> pl.DataFrame:
        """Number the acts: runs of sessions with the same ends and account, each within `ACT` of the one before."""
        same = ["from_id", "machine_id", "user_id"]
        frame = self.remote.select("id", "start", "record", *same).sort(*same, "start", "record", "id")
        begins = (pl.col("start") - pl.col("start").shift().over(same) > ACT).fill_null(value=True)
        return (
            frame.with_columns(_run=begins.cum_sum()).with_columns(act=pl.col("id").first().over("_run")).drop("_run")
        )
