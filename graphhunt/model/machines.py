"""Facts about machines, and what products found on them."""

from __future__ import annotations

import msgspec

from graphhunt.model.fact import Fact


class MachineState(Fact, frozen=True, kw_only=True, tag="machine_state"):
    """A machine booted, slept, shut down or had its clock set, or a log was started or cleared.

    System 12, 13, 27, 104, 1074, 6005, 6006, 6008, 6009 and 6013, Security 1102, 4608, 4609 and 4616.

    Attributes:
        state: boot; fast_start and resume, after which the sessions from before go on; shutdown; uptime, which tells of
            a boot long before; log_started, which alone is no boot; log_cleared; clock_changed; named, by which a
            sensor says that the id which stands for the machine in its records (`host`) is the machine `target`.
        user: Who did it, with `domain`, `sid` and `logon_id`.
        boot_type: What Kernel-Boot 27 says: 0 a boot, 1 a fast start, 2 a resume.
        uptime: How long the machine had been up at the record's time, µs.
        clock_delta: The new time less the one before, µs.
        target: The log that was cleared, or the machine's name.
        pid: The process that set the clock, with `path`.
    """

    state: str = ""
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    boot_type: int | None = None
    uptime: int | None = None
    clock_delta: int | None = None
    target: str | None = None
    pid: int | None = None
    path: str | None = None


class Detection(Fact, frozen=True, kw_only=True, tag="detection"):
    """A product flagged or blocked something (Defender 1116/1117, AppLocker, EDR alerts, Suricata, Zeek notice)."""

    detection_id: str | None = None
    rule: str | None = None
    level: str | None = None
    technique: list[str] = msgspec.field(default_factory=list)
    action: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    target: str | None = None
    md5: str | None = None
    sha256: str | None = None
    source_ip: str | None = None
    destination_ip: str | None = None
