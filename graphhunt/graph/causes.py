"""What led to each remote logon: the ladder of causes, from the process that opened it down to who may have been there.

The first rung that answers wins, and `cause_how` names it:

- process: the process that opened the connection ran in that session (of an earlier remote logon, or a local one);
- credentials: that session used the account's credentials towards the target just then (4648 at the source);
- new_credentials: that session holds the account's credentials for the network (type 9);
- lineage: an ancestor of the process ran in an earlier remote session, or was started by its service or task;
- sibling: a service of the system opened the connection for somebody, and a process of one session turned to the same
  machine at that moment;
- inferred: sessions that were open at the source; the certainty is shared by as many as it may have been;
- broker: only the machine is proved; none: nothing at the source tells.

The first four prove. An account that differs from that of a proved cause is a proved credential switch; what the
services of the system open says nothing of the account, and neither does a logon by delegation.

References: Hopper (USENIX Security 2021); Microsoft, events 4648, 4624 ("Subject", "Logon Type 9") and 4769.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import HOUR, ORDER, SECOND, with_address
from graphhunt.graph.local_accounts import local_accounts, same_local
from graphhunt.graph.open_sessions import SLACK, OpenSessions
from graphhunt.graph.weights import CAUSES, PROVING
from graphhunt.graph.wellknown import SYSTEM_LOGONS
from graphhunt.schema import EVIDENCE_CAP

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.opened import Opened
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.sessions import Sessions

GENERATIONS = 16
"""How far lineage is followed; deeper trees are cut, which only loses a link."""

OPENERS = 8
"""How many sessions opened within each other are followed."""

USED = 30 * SECOND
"""Credentials are used towards a machine this near the logon they make there, µs."""

TOGETHER = 5 * SECOND
"""Connections of one program to one machine, by itself and by a service of the system, lie this close, µs."""

TICKET_LIFE = 10 * HOUR
"""A ticket serves logons for this long (Kerberos' usual policy)."""

BROKERS = ("system", "lsass.exe", "svchost.exe", "services.exe", "spoolsv.exe", "wininit.exe")
"""Programs of Windows that open connections for whoever asks them: they prove the machine, never the account."""

_SYSTEM_FOLDER = r"(?i)^[^\\/]*[\\/](?:windows|winnt|device[\\/].*windows)[\\/]system32[\\/]"
_RUNGS = ("process", "credentials", "new_credentials", "lineage", "local", "sibling")
_ANSWER = ["id", "rung", "session", "process", "account", "cause", "event_id"]


class Causes:
    """What led to each of the remote logons.

    Args:
        case: Whose records.
        remote: Remote logons with source, origin process and borrowed credentials.
        opened: The connections that processes opened.
        sessions: All sessions.
        processes: All processes.
    """

    def __init__(
        self, case: Case, remote: pl.DataFrame, opened: Opened, sessions: Sessions, processes: Processes
    ) -> None:
        self.case = case
        self.remote = remote
        self.opened = opened
        self.sessions = sessions
        self.processes = processes

    def table(self) -> pl.DataFrame:
        """Give the remote logons with their causes."""
        answers = self._first(
            [self._by_process(), self._by_credentials(), self._by_new_credentials(), self._by_lineage(),
             self._by_local_process(), self._by_siblings()]
        )  # fmt: skip
        inferred = self._inferred(answers)
        frame = self.hops.select("id", "user_id", "user_kind", "broker", "name", "known_account")
        frame = frame.join(pl.concat([answers, inferred], how="diagonal"), on="id", how="left", maintain_order="left")
        return self._joined(self._worded(self._weighed(frame)))

    @cached_property
    def hops(self) -> pl.DataFrame:
        """The logons from machines, in the source's time, with what is known of the process that opened them."""
        frame = self.remote.filter(pl.col("from_label") == "Machine").select(
            "id", "user_id", "user_kind", "origin_process_id", "credential_session_id", machine_id="from_id",
            target="to_id", time="start",
        )  # fmt: skip
        frame = self.opened.clocks.onto(frame, "target", "machine_id")
        known = self._programs.rename({"process": "origin_process_id", "account": "known_account", "session": "ran_in"})
        return frame.join(known, on="origin_process_id", how="left", maintain_order="left")

    @cached_property
    def _programs(self) -> pl.DataFrame:
        """Every process: its account, its session where that is known, its name, and whether it is a broker."""
        starts = self.processes.starts.filter(~pl.col("logon_id").is_in(SYSTEM_LOGONS)).sort(
            pl.col("guid").is_null(), *ORDER
        )
        inside = self.sessions.attach(starts.drop_nulls("logon_id")).select(
            process="process_id", session="logon_session_id"
        )
        inside = inside.drop_nulls().unique("process", keep="first", maintain_order=True)
        elsewhere = pl.col("path").str.contains(r"[\\/]") & ~pl.col("path").str.contains(_SYSTEM_FOLDER)
        frame = self.processes.nodes.select(
            "name", process="id", account="user_id",
            broker=pl.col("name").is_in(list(BROKERS)) & ~elsewhere.fill_null(value=False),
        )  # fmt: skip
        kinds = self._kinds.select(account="user_id", account_kind="user_kind")
        return frame.join(inside, on="process", how="left").join(kinds, on="account", how="left")

    @cached_property
    def _kinds(self) -> pl.DataFrame:
        return self.case.accounts.nodes().select(pl.col("id").alias("user_id"), pl.col("kind").alias("user_kind"))

    @cached_property
    def _accounts(self) -> pl.DataFrame:
        """The account of each session."""
        return self.sessions.table.select(session="id", session_account="user_id")

    @cached_property
    def _led(self) -> pl.DataFrame:
        """The remote logon that each session goes back to: itself, or the one whose session opened it."""
        own = self.remote.drop_nulls("logon_session_id").select(
            session="logon_session_id", cause="id", began="start", cause_account="user_id"
        )
        openers = self._openers()
        found, last = [own], own
        for _ in range(OPENERS):
            last = openers.join(last, left_on="opener", right_on="session").drop("opener")
            last = last.join(pl.concat(found).select("session"), on="session", how="anti")
            if not last.height:
                break
            found.append(last)
        return pl.concat(found).sort("session", "began", "cause").unique("session", keep="first", maintain_order=True)

    def _openers(self) -> pl.DataFrame:
        """Give (session, opener): sessions that a program of another session opened (`runas`, new credentials)."""
        made = self.sessions.table.filter(~pl.col("subject_logon_id").is_in([*SYSTEM_LOGONS, "0x0"])).select(
            "machine_id", "user_id", "subject_logon_id", session="id", time="start"
        )
        found = self.sessions.attach(made.rename({"subject_logon_id": "logon_id"}))
        found = found.select("session", opener="logon_session_id").drop_nulls()
        return found.filter(pl.col("session") != pl.col("opener")).unique("session", keep="first", maintain_order=True)

    def _causing(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the remote logon that `session` goes back to, if it had begun, and the account at the beginning."""
        times = self.hops.select("id", "time")
        frame = frame.join(times, on="id").join(self._led, on="session", how="left", maintain_order="left")
        frame = frame.join(self._accounts, on="session", how="left", maintain_order="left")
        begun = (pl.col("began") <= pl.col("time") + SLACK) & (pl.col("cause") != pl.col("id"))
        return frame.with_columns(
            cause=pl.when(begun).then("cause"),
            account=pl.coalesce(pl.when(begun).then("cause_account"), "session_account", "account"),
        )  # fmt: skip

    def _answers(self, rung: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Give a rung's answers their columns; what it doesn't know is null."""
        for column in _ANSWER:
            if column not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.String).alias(column))
        return frame.with_columns(rung=pl.lit(rung)).select(_ANSWER)

    @cached_property
    def _direct(self) -> pl.DataFrame:
        """Logons whose connection a program opened for itself."""
        return self.hops.filter(~pl.col("broker")).select(
            "id", process="origin_process_id", session="ran_in", account="known_account"
        )

    def _by_process(self) -> pl.DataFrame:
        found = self._causing(self._direct.drop_nulls("session"))
        return self._answers("process", found.drop_nulls("cause"))

    @cached_property
    def _used(self) -> pl.DataFrame:
        """Uses of explicit credentials towards another machine: by which session and process, for which account."""
        frame = self.case.facts("explicit_credentials")
        frame = self.case.accounts.resolve(frame, "subject_user", "subject_domain", "subject_sid", "subject_id")
        frame = self.case.machines.named(frame, "target_server", "named")
        frame = self.case.owners.resolve(with_address(frame, "target_server", "_ip"), "_ip", "addressed")
        frame = self.processes.resolve(
            frame.with_columns(guid=pl.lit(None, pl.String)), pid="process_pid", path="process_path"
        )
        outside = frame.filter(~pl.col("subject_logon_id").is_in(SYSTEM_LOGONS)).with_columns(
            logon_id="subject_logon_id"
        )
        return self.sessions.attach(outside.drop_nulls("logon_id")).select(
            "machine_id", "user_id", "event_id", session="logon_session_id", account="subject_id", process="process_id",
            target=pl.coalesce("addressed", "named"), at="time",
        )  # fmt: skip

    def _by_credentials(self) -> pl.DataFrame:
        """Find the one session that used the account's credentials towards the target just then."""
        asked = self._unopened().select("id", "machine_id", "target", "user_id", "time", slot=pl.col("time") // USED)
        used = pl.concat([self._used.with_columns(slot=pl.col("at") // USED + step) for step in (-1, 0, 1)])
        pairs = asked.join(used, on=["machine_id", "target", "user_id", "slot"]).drop("slot")
        away = (pl.col("at") - pl.col("time")).abs()
        pairs = pairs.filter(away <= USED).with_columns(away=away).drop("time")
        whose = pl.coalesce("session", "account")
        alone = pairs.drop_nulls("account").filter(whose.n_unique().over("id") == 1).sort("id", "away", "event_id")
        return self._answers("credentials", self._causing(alone.unique("id", keep="first", maintain_order=True)))

    def _unopened(self) -> pl.DataFrame:
        """Logons of which no process with a session of its own is known to have opened the connection."""
        return self.hops.filter(pl.col("broker").fill_null(value=True) | pl.col("ran_in").is_null())

    def _by_new_credentials(self) -> pl.DataFrame:
        found = self._unopened().select("id", session="credential_session_id", process="origin_process_id")
        found = found.drop_nulls("session").with_columns(account=pl.lit(None, pl.String))
        return self._answers("new_credentials", self._causing(found))

    def _by_lineage(self) -> pl.DataFrame:
        """Follow the ancestors of the processes that opened connections to one of an earlier remote session."""
        parents = self.processes.parents.select(ancestor="process_id", parent="parent_id")
        line = self.hops.filter(~pl.col("broker")).select("id", "time", ancestor="origin_process_id")
        found: list[pl.DataFrame] = []
        for _ in range(GENERATIONS):
            begun = (pl.col("cause") != pl.col("id")) & (pl.col("began") <= pl.col("time") + SLACK)
            met = line.join(self._owned, on="ancestor").filter(begun)
            found.append(met.sort("began", "cause", descending=True).unique("id", keep="first", maintain_order=True))
            line = line.join(met.select("id").unique(), on="id", how="anti").join(parents, on="ancestor")
            line = line.with_columns(ancestor="parent").drop("parent")
            if not line.height:
                break
        answers = pl.concat(found).rename({"ancestor": "process"})
        ran = self.hops.select("id", session="ran_in")
        return self._answers("lineage", answers.join(ran, on="id", how="left"))

    @cached_property
    def _owned(self) -> pl.DataFrame:
        """The processes that each remote logon ran: (ancestor, cause, began, account)."""
        inside = self._programs.select("session", ancestor="process").drop_nulls("session")
        by_session = inside.join(self._led, on="session")
        started = self.remote.drop_nulls("remote_process_id").select(
            ancestor="remote_process_id", cause="id", began="start", cause_account="user_id"
        )
        columns = ["ancestor", "cause", "began", pl.col("cause_account").alias("account")]
        return pl.concat([by_session.select(columns), started.select(columns)]).unique()

    def _by_local_process(self) -> pl.DataFrame:
        """Take the session, or at least the account, of the process where nothing remote is behind it."""
        searched = self._direct.filter(pl.col("session").is_not_null() | pl.col("account").is_not_null())
        unseen = self._unseen.select("id")
        return self._answers("local", self._causing(searched.join(unseen, on="id", how="anti")))

    @cached_property
    def _unseen(self) -> pl.DataFrame:
        """Logons opened by a program of a person whose session isn't known, though such had been seen to begin."""
        begun = self.sessions.table.filter(pl.col("start_how") != "first act")
        seen = OpenSessions(begun, self._kinds, self._sources)
        frame = self.hops.filter(
            ~pl.col("broker") & pl.col("ran_in").is_null() & (pl.col("account_kind") == "person")
        ).select("id", "machine_id", "time", user_id="known_account")
        frame = frame.with_row_index("row")
        return frame.with_columns(seen.roots(frame, ["machine_id", "user_id"])).filter(pl.col("roots") > 0)

    def _by_siblings(self) -> pl.DataFrame:
        """Find the one session, or account, whose programs turned to the target when a broker did."""
        programs = self._programs.filter(~pl.col("broker") & (pl.col("account_kind") == "person"))
        out = self.opened.outgoing.select("machine_id", "target", "process_id", at="time").drop_nulls()
        out = out.join(programs.select("session", "account", process_id="process"), on="process_id")
        asked = self.hops.filter("broker").select("id", "machine_id", "target", "time", slot=pl.col("time") // TOGETHER)
        out = pl.concat([out.with_columns(slot=pl.col("at") // TOGETHER + step) for step in (-1, 0, 1)])
        pairs = asked.join(out, on=["machine_id", "target", "slot"])
        away = (pl.col("at") - pl.col("time")).abs()
        pairs = pairs.filter(away <= TOGETHER).with_columns(away=away).drop("time")
        whose = pl.coalesce("session", "account")
        alone = pairs.filter(whose.n_unique().over("id") == 1).sort("id", "away", "process_id")
        best = alone.unique("id", keep="first", maintain_order=True).rename({"process_id": "process"})
        return self._answers("sibling", self._causing(best))

    @cached_property
    def _open(self) -> OpenSessions:
        return OpenSessions(self.sessions.table, self._kinds, self._sources)

    @property
    def _sources(self) -> pl.DataFrame:
        return self.remote.drop_nulls("logon_session_id").select(session="logon_session_id", source="from_id")

    def _inferred(self, answers: pl.DataFrame) -> pl.DataFrame:
        """List who may have been there: sessions open at the source, of the process's account where it is known."""
        people = self.hops.filter(pl.col("user_kind").is_in(["person", "service"]))
        asked = people.join(answers, on="id", how="anti").with_row_index("row")
        person = (pl.col("account_kind") == "person") & ~pl.col("broker")
        bound = asked.with_columns(user_id=pl.when(person.fill_null(value=False)).then("known_account"))
        everyone, whose = ["machine_id"], ["machine_id", "user_id"]
        given = bound.get_column("user_id").is_not_null()
        roots = pl.select(
            pl.when(given).then(self._open.roots(bound, whose)).otherwise(self._open.roots(bound, everyone))
        ).to_series()
        own = self._open.latest(asked.filter(~given), whose)
        latest = self._open.latest(asked.filter(~given), everyone).join(own, on="row", how="anti")
        chosen = pl.concat([self._open.latest(bound.filter(given), whose), own, latest])
        frame = asked.select("row", "id").with_columns(roots.alias("cause_candidates")).join(chosen, on="row")
        frame = frame.filter(pl.col("cause_candidates") > 0)
        counted = frame.select("id", "cause_candidates")
        return self._answers("inferred", self._causing(frame)).join(counted, on="id", how="left")

    def _first(self, rungs: list[pl.DataFrame]) -> pl.DataFrame:
        """Keep of each logon the answer of its first rung."""
        order = {rung: place for place, rung in enumerate(_RUNGS)}
        frame = pl.concat(rungs).with_columns(place=pl.col("rung").replace_strict(order, return_dtype=pl.Int64))
        return frame.sort("id", "place").unique("id", keep="first", maintain_order=True).drop("place")

    def _weighed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add how sure the cause is, whether it is proved, and whether the account changed there."""
        how = pl.col("rung").replace({"local": "process"})
        bare = pl.when(pl.col("broker").fill_null(value=False)).then(pl.lit("broker")).otherwise(pl.lit("none"))
        frame = frame.with_columns(cause_how=pl.coalesce(how, bare))
        proved = pl.col("cause_how").is_in(PROVING)
        shared = 1 / pl.col("cause_candidates").fill_null(1)
        weight = pl.col("cause_how").replace_strict(CAUSES, default=None, return_dtype=pl.Float64)
        # The process proves its account even where its session isn't known.
        account = pl.when(proved).then("account").when(~pl.col("broker")).then("known_account")
        frame = frame.with_columns(
            cause_certainty=pl.when(weight > shared).then(shared).otherwise(weight).round(2),
            cause_proved=proved,
            proved_account=account,
        )
        kinds = self._kinds.select(proved_account="user_id", proved_kind="user_kind")
        frame = frame.join(kinds, on="proved_account", how="left", maintain_order="left")
        compared = (pl.col("proved_kind") == "person") & pl.col("user_kind").is_in(["person", "service"])
        local = local_accounts(self.case.accounts.nodes(), self.case.machines.nodes().get_column("id"))
        differs = (pl.col("proved_account") != pl.col("user_id")) & ~pl.col("id").is_in(self._delegated().implode())
        differs &= ~same_local(frame, "proved_account", "user_id", local)
        return frame.with_columns(
            credential_switch=pl.when(compared).then(differs), cause_account_id=pl.coalesce("proved_account", "account")
        )

    def _delegated(self) -> pl.Series:
        """Name the logons whose ticket a service asked for on the account's behalf."""
        tickets = self.case.facts("authentication").filter(
            pl.col("transmitted_services").is_not_null() & (pl.col("protocol") == "kerberos-service")
        )
        tickets = self.case.machines.named(tickets, "service", "target", "domain")
        pairs = self.hops.select("id", "target", "user_id", "time").join(
            tickets.select("target", "user_id", asked="time"), on=["target", "user_id"]
        )
        age = pl.col("time") - pl.col("asked")
        return pairs.filter((age <= TICKET_LIFE) & (age >= -USED)).get_column("id").unique()

    def _worded(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the reason in words."""
        names = self.processes.nodes.select(process="id", program="name")
        frame = frame.join(names, on="process", how="left", maintain_order="left")
        opener, program = pl.col("name").fill_null("a process"), pl.col("program").fill_null("a process")
        where = (
            pl.when(pl.col("broker")).then(pl.format("{} opened the connection for somebody", opener))
            .when(pl.col("name").is_not_null()).then(pl.format("{} opened it, in a session that isn't known", opener))
            .otherwise(pl.lit("no record at the source tells which process opened it"))
        )  # fmt: skip
        count = pl.col("cause_candidates").fill_null(0)
        words = {
            "process": pl.format("{} opened the connection", opener),
            "credentials": pl.lit("its credentials were used towards the machine just then (4648)"),
            "new_credentials": pl.lit("a type 9 logon at the source holds its credentials"),
            "lineage": pl.format("{} opened the connection and goes back to {} of an earlier session", opener, program),
            "sibling": pl.format("{}, and {} turned to the same machine at that moment", where, program),
            "inferred": pl.format("{}; of the sessions open there then, {} may be behind it", where, count),
        }  # fmt: skip
        told = [pl.when(pl.col("cause_how") == how).then(text) for how, text in words.items()]
        return frame.with_columns(cause_reason=pl.coalesce(*told, where))

    def _joined(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give the remote logons the columns of the ladder; what comes from an address has none."""
        proof = pl.concat_list(pl.col("evidence").list.head(EVIDENCE_CAP - 1), "event_id")
        columns = frame.select(
            "id", "cause_how", "cause_certainty", "cause_proved", "cause_reason", "cause_candidates", "event_id",
            "credential_switch", "cause_account_id", caused_by="cause", cause_process_id="process",
            origin_session_id="session",
        )  # fmt: skip
        joined = self.remote.join(columns, on="id", how="left", maintain_order="left")
        return joined.with_columns(
            evidence=pl.when(pl.col("event_id").is_null()).then("evidence").otherwise(proof.list.unique(maintain_order=True)),
            cause_how=pl.col("cause_how").fill_null("none"), cause_proved=pl.col("cause_proved").fill_null(value=False),
            cause_reason=pl.col("cause_reason").fill_null("the source is an address: no machine's records tell"),
        ).drop("event_id")  # fmt: skip


def with_causes(
    case: Case, remote: pl.DataFrame, opened: Opened, sessions: Sessions, processes: Processes
) -> pl.DataFrame:
    """Add to the remote logons what led to them, how that is known, and whether the account changed there."""
    return Causes(case, remote, opened, sessions, processes).table()
