"""One day on stage: its machines, its accounts, and the acts that leave records.

An act (a logon, a process, a connection) tells the feed every record that real Windows machines would write
about it, on all the machines that saw it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import security_events as sec
from graphhunt.lab.generator import sysmon_events as sys
from graphhunt.lab.generator.actors import (
    EXPLORER,
    NETWORK_SERVICE_LOGON,
    SYSTEM_LOGON,
    Account,
    Host,
    Process,
    Session,
    Visit,
    builtin,
)
from graphhunt.lab.generator.clock import local_midnight
from graphhunt.lab.generator.config import DAY_US, HOUR_US, SECOND_US
from graphhunt.lab.generator.programs import BROWSER, CHAT, MAIL
from graphhunt.lab.generator.streams import stream
from graphhunt.lab.generator.units import boots_on

if TYPE_CHECKING:
    from graphhunt.lab.generator.feed import Feed
    from graphhunt.lab.generator.world import World

# What listens behind a port on the destination's side.
_LISTENERS = {445: "system", 5985: "system", 80: "system", 135: "rpcss", 3389: "termservice", 88: "lsass", 389: "lsass"}
# A usual Sysmon configuration leaves out much of what browsers and mail programs do.
_FILTERED = {BROWSER[0], MAIL[0], CHAT[0]}
_DESKTOP_TYPES = {2, 10, 11}
_CONSOLE_TYPES = {2, 7, 9, 10, 11}
_SECOND_PART = 1 << 40
NETWORK_VISIT = Visit()


class Scene:
    """The enterprise on one day, with the state that lives within it (sessions, PIDs, ports)."""

    def __init__(self, world: World, day: int, feed: Feed) -> None:
        self.world = world
        self.day = day
        self.feed = feed
        self.config = world.config
        self.midnight = local_midnight(self.config.start, day, self.config.utc_offset_minutes)
        self.rng = stream(self.config.seed, "scene", day)
        # One day further than needed, to know which sessions a restart at the next midnight cuts off.
        self._boots = _last_boots(world, day)
        self._next_boots = boots_on(world, day + 1)
        self._clocks = _clock_errors(world)
        self._hosts: dict[int, Host] = {}
        self._accounts: dict[int, Account] = {}
        self._tickets: set[int] = set()
        self._lots: list[float] = []
        seed = hashlib.md5(f"{self.config.domain}|{self.config.seed}".encode(), usedforsecurity=False).digest()
        parts = [int.from_bytes(seed[at : at + 4], "little") for at in (0, 4, 8)]
        self.domain_sid = "S-1-5-21-" + "-".join(str(part) for part in parts)
        self.visitors: dict[int, list[int]] = {}
        self.desks: dict[tuple[int, str], tuple[Session, Process]] = {}

    def lot(self) -> float:
        """Return a random number in [0, 1)."""
        if not self._lots:
            self._lots = self.rng.random(4096).tolist()
        return self._lots.pop()

    def host(self, number: int) -> Host:
        """Return a machine as it is on this day."""
        if number not in self._hosts:
            self._hosts[number] = self._make_host(number)
        return self._hosts[number]

    def _make_host(self, number: int) -> Host:
        world, name = self.world, self.world.machines[number]
        boot_day, boot_count = int(self._boots[0][number]), int(self._boots[1][number])
        since = self.day - boot_day
        skew, local = self._clocks[0][number], self._clocks[1][number]
        rid = 1_104 + len(world.accounts) + number
        return Host(
            number=number,
            name=name,
            fqdn=f"{name}.{self.config.domain}.local",
            ip=world.address(number, self.day),
            seen_as=world.outside_address(number, self.day),
            account=Account(f"{name}$", self.config.domain.upper(), f"{self.domain_sid}-{rid}", True, rid),
            boot=self.midnight - since * DAY_US,
            boot_count=boot_count,
            skew_us=int(skew * SECOND_US),
            local_stamps=bool(local),
            # LogonIds grow from boot to boot: every day since the boot takes its own range.
            next_logon=0x30000 + since * 0x1000000 + number * 13 % 0x4000,
            next_sequence=0x40 + since * 0x700,
            next_record=1_000 + self.day * 4_000_000,
            pids=(number * 131 + self.day * 37) % 2_700,
        )

    def cut(self, number: int, end: int) -> int:
        """Return the end of a session (µs), or -1 when the machine restarts first and no logoff is written."""
        late = end >= self.midnight + DAY_US
        return -1 if late and self._next_boots[number] else end

    def account(self, number: int) -> Account:
        """Return an account by its number in the world."""
        if number not in self._accounts:
            world = self.world
            privileged = world.first_admin <= number < world.first_shared
            sid = f"{self.domain_sid}-{1_104 + number}"
            name = world.accounts[number]
            self._accounts[number] = Account(name, self.config.domain.upper(), sid, privileged, number)
        return self._accounts[number]

    def controller(self, host: Host) -> Host:
        """Return the domain controller that serves a machine."""
        world = self.world
        count = len(world.machines) - world.first_controller
        return self.host(world.first_controller + int(world.subnet[host.number]) % count)

    def connect(
        self, t: int, process: Process, target: Host | str, port: int, *, source_port: int = 0, sides: int = 2
    ) -> int:
        """Make a TCP connection from ``process`` and return its source port.

        ``sides`` 2 logs both ends (when ``target`` is one of our machines), 1 only the source's.
        """
        host = process.host
        source_port = source_port or host.new_port()
        address = target if isinstance(target, str) else target.ip
        ends = (host.ip, source_port, address, port)
        self.feed.add(t, host, sec.connection(process, ends, inbound=False))
        if process.image not in _FILTERED or self.lot() < 0.5:
            self.feed.add(t + 3_000, host, sys.network(process, ends, inbound=False))
        if isinstance(target, Host) and sides == 2:
            listener = target.resident[_LISTENERS.get(port, "services")]
            ends = (host.seen_as, source_port, address, port)
            self.feed.add(t + 1_000, target, sec.connection(listener, ends, inbound=True))
            self.feed.add(t + 4_000, target, sys.network(listener, ends, inbound=True))
        return source_port

    def start(
        self,
        t: int,
        parent: Process,
        program: tuple[str, str],
        *,
        session: Session | None = None,
        end: int = -1,
        lossy: bool = False,
    ) -> Process:
        """Start a ``program`` (image, command line) at ``t`` (µs) and end it at ``end`` when given.

        Without ``session`` it inherits the session of its parent.  ``lossy`` lets the pipeline lose the start.
        """
        host = parent.host
        process = Process(
            host=host,
            pid=host.new_pid(),
            guid=host.new_guid(t),
            image=program[0],
            command_line=program[1],
            account=session.account if session else parent.account,
            logon_id=session.logon_id if session else parent.logon_id,
            logon_guid=session.sysmon_guid if session else parent.logon_guid,
            started=t,
            parent=parent,
            terminal=session.terminal if session else parent.terminal,
            integrity=_integrity(session) if session else parent.integrity,
        )
        if lossy and self.lot() < self.config.dirt.lost_starts:
            self.feed.tally.lost["process start"] += 1
        else:
            self.feed.add(t, host, sec.process_start(process, parent, session))
            self.feed.add(t + 1_500, host, sys.process_create(process, parent))
        if end >= 0:
            self.feed.add(end, host, sec.process_end(process))
            self.feed.add(end + 1_000, host, sys.process_terminate(process))
        return process

    def start_as(self, t: int, parent: Process, program: tuple[str, str], user: str) -> Process:
        """Start a service process at ``t`` (µs) under a built-in account (for example NETWORK SERVICE)."""
        logon = SYSTEM_LOGON if user == "SYSTEM" else NETWORK_SERVICE_LOGON
        session = Session(parent.host, builtin(user), logon, 5, parent.host.boot, None, "-", 0)
        return self.start(t, parent, program, session=session)

    def logon(self, t: int, source: Host, target: Host, account: Account, visit: Visit = NETWORK_VISIT) -> Session:
        """Log ``account`` on to ``target`` from ``source`` at ``t`` (µs), in the manner of ``visit``."""
        kind = visit.logon_type
        session = Session(
            host=target,
            account=account,
            logon_id=target.new_logon(),
            logon_type=kind,
            started=t,
            source=source,
            source_ip="::1" if kind == 9 else "127.0.0.1" if source is target else source.seen_as,
            source_port=0 if kind in _CONSOLE_TYPES else visit.port or source.new_port(),
            ntlm=visit.ntlm,
            terminal=2 if kind == 10 else 1 if kind in {2, 7, 11} else 0,
            hide_address=visit.hide,
        )
        if visit.ticket:
            self._tickets_for(t, session)
        if account.privileged and account.number < len(self.world.accounts):
            self.visitors.setdefault(target.number, []).append(account.number)
        if account.privileged:
            self.feed.add(t - 100, target, sec.special_logon(session))
        self.feed.add(t, target, sec.logon(session))
        if visit.end >= 0:
            if kind in _DESKTOP_TYPES:
                self.feed.add(visit.end - 200_000, target, sec.user_logoff(session))
            self.feed.add(visit.end, target, sec.logoff(session))
        return session

    def _tickets_for(self, t: int, session: Session) -> None:
        source = session.source or session.host
        controller = self.controller(source)
        if session.ntlm:
            self.feed.add(t - 500, controller, sec.validation(session.account, source.name, failure=False))
            return
        key = source.number * _SECOND_PART + session.account.number
        if key not in self._tickets:
            self._tickets.add(key)
            realm = controller.fqdn.partition(".")[2]
            record = sec.ticket_granting(session.account, source.seen_as, source.new_port(), realm)
            self.feed.add(t - 20_000, controller, record)
        if session.logon_type in {3, 10} and session.source is not session.host:
            self.feed.add(t - 8_000, controller, sec.service_ticket(session, source.new_port()))

    def desk(self, machine: int, account: Account, t: int) -> tuple[Session, Process]:
        """Return the interactive session of ``account`` at a machine and its Explorer.

        Someone who logged on before the first record has a session nobody saw begin, as in every real export.
        """
        found = self.desks.get((machine, account.sid))
        if found:
            return found
        host = self.host(machine)
        since = t - 2 * HOUR_US
        session = Session(host, account, host.new_logon(), 2, since, host, "127.0.0.1", 0, terminal=1)
        return self.seat(session, host.resident["wininit"], since, seen=False)

    def seat(self, session: Session, parent: Process, t: int, *, seen: bool) -> tuple[Session, Process]:
        """Give an interactive session its Explorer and remember both as the desk of the machine."""
        host = session.host
        if seen:
            shell = self.start(t + 400_000, parent, (EXPLORER, EXPLORER), session=session)
        else:
            shell = Process(
                host, host.new_pid(), host.new_guid(t), EXPLORER, EXPLORER, session.account, session.logon_id,
                session.sysmon_guid, t, parent, session.terminal, _integrity(session),
            )  # fmt: skip
        self.desks[host.number, session.account.sid] = (session, shell)
        return session, shell


def _integrity(session: Session) -> str:
    if session.account.domain == "NT AUTHORITY":
        return "System"
    return "High" if session.account.privileged or session.logon_type == 3 else "Medium"


def _last_boots(world: World, day: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the day of each machine's last boot up to ``day`` (negative: before the data) and how many there were."""
    rng = stream(world.config.seed, "first boots")
    last = -rng.integers(1, 30, len(world.machines))
    count = rng.integers(2, 9, len(world.machines))
    for past in range(day + 1):
        hit = boots_on(world, past)
        last[hit] = past
        count[hit] += 1
    return last, count


def _clock_errors(world: World) -> tuple[np.ndarray, np.ndarray]:
    dirt, rng = world.config.dirt, stream(world.config.seed, "clocks")
    size = len(world.machines)
    skew = rng.normal(0.0, 1.0, size) * dirt.skew_sigma_s
    far = rng.random(size) < dirt.skew_outliers
    skew[far] = rng.uniform(-60.0, 60.0, int(far.sum()))
    return skew, rng.random(size) < dirt.local_time_hosts
