"""Facts about machines, and what products found on them."""

from __future__ import annotations

import msgspec

from graphhunt.model.fact import Fact


class MachineState(Fact, frozen=True, kw_only=True, tag="machine_state"):
    """A machine booted or shut down, or a log was cleared.

    System 12/13/6005/6006/6008/1074, 4608, 1102/104. `state` is boot, shutdown or log_cleared.
    """

    state: str = ""
    user: str | None = None
    domain: str | None = None


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
