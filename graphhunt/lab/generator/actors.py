"""Accounts, machines, sessions and processes as the event builders see them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache

SYSTEM_LOGON = 0x3E7
NETWORK_SERVICE_LOGON = 0x3E4

SYSTEM32 = "C:\\Windows\\System32\\"
SERVICES = SYSTEM32 + "services.exe"
SVCHOST = SYSTEM32 + "svchost.exe"
LSASS = SYSTEM32 + "lsass.exe"
EXPLORER = "C:\\Windows\\explorer.exe"
POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
CMD = SYSTEM32 + "cmd.exe"

# What runs on every Windows machine from boot on: key -> image, account, PID as small as after a real boot.
_BOOT_PROCESSES = (
    ("system", "System", "SYSTEM", 4, ""),
    ("wininit", SYSTEM32 + "wininit.exe", "SYSTEM", 572, "wininit.exe"),
    ("services", SERVICES, "SYSTEM", 704, "C:\\Windows\\system32\\services.exe"),
    ("lsass", LSASS, "SYSTEM", 736, "C:\\Windows\\system32\\lsass.exe"),
    ("dcomlaunch", SVCHOST, "SYSTEM", 960, "C:\\Windows\\system32\\svchost.exe -k DcomLaunch -p"),
    ("rpcss", SVCHOST, "NETWORK SERVICE", 996, "C:\\Windows\\system32\\svchost.exe -k RPCSS -p"),
    ("termservice", SVCHOST, "NETWORK SERVICE", 1032, "C:\\Windows\\System32\\svchost.exe -k termsvcs -s TermService"),
    ("schedule", SVCHOST, "SYSTEM", 1184, "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule"),
    ("dnscache", SVCHOST, "NETWORK SERVICE", 1492, "C:\\Windows\\system32\\svchost.exe -k NetworkService -s Dnscache"),
    ("winmgmt", SVCHOST, "SYSTEM", 3056, "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Winmgmt"),
    ("sysmon", "C:\\Windows\\Sysmon.exe", "SYSTEM", 3172, "C:\\Windows\\Sysmon.exe"),
)


@dataclass(frozen=True)
class Account:
    """An account as Windows names it; ``privileged`` ones get event 4672 with every logon."""

    name: str
    domain: str
    sid: str
    privileged: bool = False
    number: int = -1

    @property
    def full(self) -> str:
        """Return the account with its domain in front, as Windows shows it."""
        return f"{self.domain}\\{self.name}"


@dataclass(frozen=True)
class Visit:
    """How somebody comes: type, source port (0 picks one), protocol, and when he leaves (-1 is never seen).

    ``hide`` gives the "-" that WinRM leaves as address; ``ticket`` lets the controller take part.
    """

    logon_type: int = 3
    port: int = 0
    ntlm: bool = False
    hide: bool = False
    end: int = -1
    ticket: bool = True


@dataclass
class Process:
    """A process instance; ``logon_id`` is the session it runs in and ``started`` µs UTC on the true clock."""

    host: Host
    pid: int
    guid: str
    image: str
    command_line: str
    account: Account
    logon_id: int
    logon_guid: str
    started: int
    parent: Process | None
    terminal: int = 0
    integrity: str = "System"


@dataclass
class Session:
    """A logon session on ``host``; addresses are those the event will show."""

    host: Host
    account: Account
    logon_id: int
    logon_type: int
    started: int
    source: Host | None
    source_ip: str
    source_port: int
    ntlm: bool = False
    terminal: int = 0
    hide_address: bool = False

    @property
    def sysmon_guid(self) -> str:
        """Return Sysmon's LogonGuid: machine, second of the logon, and the LogonId in little-endian bytes."""
        return self.host.session_guid(self.started, self.logon_id)


@dataclass
class Host:
    """One machine on one day: its identity, its clock error and the numbers it hands out next.

    ``skew_us`` is added to true time in everything it logs; ``seen_as`` is its address as other machines see it;
    ``boot`` is the time of its last start (µs UTC).
    """

    number: int
    name: str
    fqdn: str
    ip: str
    seen_as: str
    account: Account
    boot: int
    boot_count: int
    skew_us: int
    local_stamps: bool
    next_logon: int
    next_sequence: int
    records: dict[str, int] = field(default_factory=dict)
    next_port: int = 49_700
    next_record: int = 1
    pids: int = 0
    resident: dict[str, Process] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.prefix = hashlib.md5(self.fqdn.encode(), usedforsecurity=False).hexdigest()[:8]
        for index, (key, image, user, pid, command) in enumerate(_BOOT_PROCESSES):
            logon = SYSTEM_LOGON if user == "SYSTEM" else NETWORK_SERVICE_LOGON
            owner = builtin(user)
            guid = self._process_guid(self.boot + index * 400_000, index + 1)
            session = self.session_guid(self.boot, logon)
            self.resident[key] = Process(
                self, pid, guid, image, command, owner, logon, session, self.boot + index * 400_000, None
            )

    def _process_guid(self, started: int, sequence: int) -> str:
        epoch = started // 1_000_000
        low, high = epoch & 0xFFFF, epoch >> 16
        tail = (sequence & 0xFFFF).to_bytes(2, "little").hex()
        boots = (self.boot_count & 0xFFFF).to_bytes(2, "big").hex()
        return f"{{{self.prefix}-{low:04x}-{high:04x}-{tail}-{sequence >> 16:08x}{boots[2:]}00}}"

    def session_guid(self, started: int, logon_id: int) -> str:
        """Return Sysmon's LogonGuid of a session of this machine."""
        epoch = started // 1_000_000
        raw = logon_id.to_bytes(8, "little").hex()
        return f"{{{self.prefix}-{epoch & 0xFFFF:04x}-{epoch >> 16:04x}-{raw[:4]}-{raw[4:]}}}"

    def new_guid(self, started: int) -> str:
        """Return the ProcessGuid of a process that starts now (µs UTC), counting up."""
        self.next_sequence += 1
        return self._process_guid(started + self.skew_us, self.next_sequence)

    def new_pid(self) -> int:
        """Return a free process id: a multiple of four that comes round again, as Windows does it."""
        self.pids += 1
        return 4_100 + (self.pids * 2_963 % 2_700) * 4

    def new_logon(self) -> int:
        """Return the LogonId of the next session; they grow in uneven steps until the next boot."""
        self.next_logon += 0x40 + (self.next_logon * 7919) % 0x1F3
        return self.next_logon

    def new_port(self) -> int:
        """Return the next ephemeral source port."""
        self.next_port = 49_700 if self.next_port >= 65_500 else self.next_port + 1 + self.next_port % 3
        return self.next_port


@cache
def builtin(name: str) -> Account:
    """Return one of the built-in accounts SYSTEM, LOCAL SERVICE and NETWORK SERVICE."""
    sid = {"SYSTEM": "S-1-5-18", "LOCAL SERVICE": "S-1-5-19", "NETWORK SERVICE": "S-1-5-20"}[name]
    return Account(name, "NT AUTHORITY", sid)


@cache
def image_hashes(image: str) -> str:
    """Return Sysmon's hash list of an image: made up, but the same wherever the image is seen."""
    seed = image.lower().encode()
    sha1 = hashlib.sha1(seed, usedforsecurity=False).hexdigest().upper()
    md5 = hashlib.md5(seed, usedforsecurity=False).hexdigest().upper()
    sha256 = hashlib.sha256(seed).hexdigest().upper()
    imphash = hashlib.md5(seed + b"imports", usedforsecurity=False).hexdigest().upper()
    return f"SHA1={sha1},MD5={md5},SHA256={sha256},IMPHASH={imphash}"
