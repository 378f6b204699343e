"""Parameters of the synthetic enterprise.

Sizes follow one rule: give ``hosts`` and ``users`` and the rest is derived from fixed shares, or fix a
count by name.  The shares are design choices except where a comment names the measurement behind them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from graphhunt.errors import UsageError
from graphhunt.lab.generator.hardening import Hardening

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
SECOND_US = 1_000_000

NXLOG, LANL = "nxlog", "lanl"

_LEAST_CELL_DAYS = 4

# Monday 2026-03-02 00:00:00 UTC, so that weekends fall on days 5 and 6 of every week.
DEFAULT_START_US = 1_772_409_600 * SECOND_US


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """What is wrong with the telemetry; every switch can be turned off on its own.

    Shares are fractions of records or of machines.  ``Dirt.none()`` gives a perfectly clean export.
    """

    two_hostnames: bool = True
    duplicates: float = 0.003
    late_arrival: float = 0.01
    lost_starts: float = 0.2
    lost_logoffs: float = 0.08
    dhcp: bool = True
    reboots: float = 0.02
    skew_sigma_s: float = 1.0
    skew_outliers: float = 0.01
    local_time_hosts: float = 0.005
    nat: bool = True

    @classmethod
    def none(cls) -> Dirt:
        """Return the settings of a perfect pipeline: nothing doubled, lost, late or skewed."""
        return cls(
            two_hostnames=False,
            duplicates=0.0,
            late_arrival=0.0,
            lost_starts=0.0,
            lost_logoffs=0.0,
            dhcp=False,
            reboots=0.0,
            skew_sigma_s=0.0,
            skew_outliers=0.0,
            local_time_hosts=0.0,
            nat=False,
        )


@dataclass(frozen=True, kw_only=True)
class GeneratorConfig:
    """What to generate: the size of the enterprise, its days, its dirt and its intrusions.

    ``servers``, ``admins``, ``service_accounts`` and ``help_desk`` are derived from ``hosts`` and ``users``
    when left at ``None``.  ``chains`` are injected intrusions that are all told in the truth file,
    ``bursts`` are star-shaped ones (one source, many targets), ``decoys`` harmless look-alikes.  ``cell_attacks``
    are spread over the twelve cells of goal and stealth and need a few days of history before them.
    ``hardening`` names the differences between intruders and honest people that are made honest: none by default.
    ``formats`` is any of ``nxlog`` (JSON records) and ``lanl`` (four CSV tables); ``compress`` makes gzip files.
    """

    seed: int = 0
    hosts: int = 200
    users: int = 150
    days: int = 1
    start: int = DEFAULT_START_US
    utc_offset_minutes: int = -240
    servers: int | None = None
    admins: int | None = None
    service_accounts: int | None = None
    help_desk: int | None = None
    shared_accounts: int | None = None
    logons_per_user_day: float = 4.0
    processes_per_user_day: float = 12.0
    flows_per_user_day: float = 10.0
    beacon_seconds: float = 5.0
    chains: int = 3
    bursts: int = 1
    cell_attacks: int = 0
    decoys: bool = True
    dirt: Dirt = field(default_factory=Dirt)
    hardening: Hardening = field(default_factory=Hardening.none)
    compress: bool = False
    formats: tuple[str, ...] = (NXLOG,)
    domain: str = "halden"

    def __post_init__(self) -> None:
        least = {"hosts": 8, "users": 2, "days": 1, "chains": 0, "bursts": 0, "cell_attacks": 0}
        for name, minimum in least.items():
            if getattr(self, name) < minimum:
                raise UsageError(f"{name} must be at least {minimum}, not {getattr(self, name)}")
        if self.cell_attacks and self.days < _LEAST_CELL_DAYS:
            raise UsageError(f"cell_attacks need at least {_LEAST_CELL_DAYS} days, not {self.days}")
        unknown = set(self.formats) - {NXLOG, LANL}
        if unknown:
            raise UsageError(f"unknown format {sorted(unknown)[0]}", hint=f"formats are {NXLOG} and {LANL}")

    @property
    def server_count(self) -> int:
        """Return how many member servers there are (13 % of the hosts unless fixed)."""
        return self.servers if self.servers is not None else max(4, round(self.hosts * 0.13))

    @property
    def controller_count(self) -> int:
        """Return how many domain controllers there are (0.3 % of the hosts, at least one)."""
        return max(1, round(self.hosts * 0.003))

    @property
    def jump_count(self) -> int:
        """Return how many jump hosts there are (0.4 % of the hosts, at least one)."""
        return max(1, round(self.hosts * 0.004))

    @property
    def workstation_count(self) -> int:
        """Return how many workstations there are: every host that is nothing else, one per person at most."""
        rest = self.hosts - self.server_count - self.controller_count - self.jump_count
        return max(2, rest)

    @property
    def admin_count(self) -> int:
        """Return how many persons hold a second, privileged account (2 % unless fixed)."""
        return self.admins if self.admins is not None else max(2, round(self.users * 0.02))

    @property
    def service_count(self) -> int:
        """Return how many service accounts there are (3 % unless fixed, at least five roles)."""
        return max(5, self.service_accounts if self.service_accounts is not None else round(self.users * 0.03))

    @property
    def help_desk_count(self) -> int:
        """Return how many persons work on the help desk with an own support account."""
        return self.help_desk if self.help_desk is not None else max(1, self.users // 125)

    @property
    def shared_count(self) -> int:
        """Return how many accounts a whole team shares (one per fifty persons unless fixed)."""
        return self.shared_accounts if self.shared_accounts is not None else max(1, self.users // 50)

    @property
    def end(self) -> int:
        """Return the first microsecond after the last generated day."""
        return self.start + self.days * DAY_US
