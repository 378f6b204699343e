"""What makes intruders hard to tell from honest work: seventeen differences, each a group of shares in a range.

A share is a fraction or a count that real estates disagree about, so every world draws its own from a stream of
its seed.  A difference that is switched off has all its shares at zero, which gives the estate without it.  The
ranges are design choices; none of them is known to a detector.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graphhunt.errors import UsageError
from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from collections.abc import Mapping

Shares = dict[str, float]
"""One world's value of every share, by name."""

DIFFERENCES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "double_hops": {
        # Network logons that go on from where they led, of people, of administrators, and with another account.
        "people_onward": (0.005, 0.05),
        "admins_onward": (0.05, 0.10),
        "onward_late": (0.15, 0.25),
        "onward_fan": (0.15, 0.25),
        "onward_other_account": (0.10, 0.25),
    },
    "new_targets": {"attack_new_target": (0.2, 0.4), "honest_new_target": (0.005, 0.015)},
    "failures": {
        "attack_retry": (0.10, 0.20),
        "attack_never": (0.03, 0.08),
        "mistyped": (0.01, 0.03),
        "expired": (0.001, 0.003),
    },
    "desks": {
        "hot_desk": (0.005, 0.02),
        "shared_desk": (0.02, 0.05),
        "movers": (0.01, 0.03),
        "kiosks": (0.002, 0.006),
    },
    "support": {"support_onward": (0.2, 0.4), "support_as_admin": (0.05, 0.15), "patch_day": (0.1, 0.3)},
    "admin_sources": {"admin_from_server": (0.05, 0.10), "on_call": (0.02, 0.05), "new_admins": (0.03, 0.08)},
    "footholds": {
        "start_server": (0.2, 0.3),
        "start_vpn": (0.05, 0.15),
        "start_internet": (0.05, 0.15),
        "start_by_night": (0.1, 0.3),
        "internet_work": (0.005, 0.02),
    },
    "peers": {"peer_logons": (0.002, 0.006), "first_visits": (0.002, 0.006)},
    "dirt": {
        "hidden_source": (0.05, 0.15),
        "hidden_winrm": (0.5, 0.7),
        "vpn_days": (0.03, 0.08),
        "nat_sites": (0.1, 0.3),
        "skew_sigma_s": (0.3, 0.7),
        "skew_outliers": (0.005, 0.015),
        "silent_machines": (0.05, 0.11),
        "gap_hours": (4.0, 8.0),
    },
    "automation": {"new_automation": (2.0, 2.0), "moved_automation": (1.0, 1.0), "scan_failures": (0.2, 0.5)},
    "lsass": {"lsass_factor": (4.0, 8.0), "agent_rollout": (0.2, 0.6)},
    "sensors": {"sensor_share": (0.2, 1.0), "event_share": (0.8, 0.95)},
    "few_attacks": {"most_attacks": (3.0, 3.0)},
    "slow": {"slow_attacks": (0.2, 0.4)},
    "styles": {
        "style_land": (0.25, 0.35),
        "style_rdp": (0.07, 0.13),
        "style_ssh": (0.07, 0.13),
        "session_logs_only": (0.03, 0.08),
        "linux_servers": (0.08, 0.2),
        "network_only": (0.03, 0.08),
    },
    "protocols": {
        "ntlm_usual": (0.03, 0.08),
        "ntlm_old": (0.4, 0.6),
        "old_servers": (0.05, 0.15),
        "odd_types": (0.01, 0.03),
    },
    "sessions": {"port_seen": (0.85, 0.98), "kernel_smb": (0.3, 0.5)},
}
"""The differences by name, each with its shares and their ranges."""

_OF_TABLES = ("footholds", "dirt", "sensors", "styles", "sessions")


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """Which differences are made honest: all but those in ``off``; ``fixed`` are shares given by hand."""

    off: frozenset[str] = frozenset()
    fixed: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted(self.off - set(DIFFERENCES))
        if unknown:
            raise UsageError(f"there is no difference called '{unknown[0]}'", hint="one of " + ", ".join(DIFFERENCES))
        known = {name for shares in DIFFERENCES.values() for name in shares}
        strange = [name for name, _ in self.fixed if name not in known]
        if strange:
            raise UsageError(f"there is no share called '{strange[0]}'", hint="one of " + ", ".join(sorted(known)))

    @classmethod
    def none(cls) -> Hardening:
        """Return the estate without any of the differences."""
        return cls(off=frozenset(DIFFERENCES))

    @classmethod
    def of_records(cls) -> Hardening:
        """Return the differences that whole records are made with.

        The others are about what logs and sensors keep, which is the ``Dirt`` of records, and about sources and
        systems that write none of their own.
        """
        return cls(off=frozenset(_OF_TABLES))

    def without(self, *names: str) -> Hardening:
        """Return the same with the named differences switched off.

        Raises:
            UsageError: There is no difference of that name.
        """
        return replace(self, off=self.off | set(names))

    def fixing(self, share: str, value: float) -> Hardening:
        """Return the same with one share given by hand, for instance an end of its range.

        Raises:
            UsageError: There is no share of that name.
        """
        return replace(self, fixed=(*self.fixed, (share, value)))

    def shares(self, seed: int) -> Shares:
        """Draw every share of the world of a seed; those of differences that are off are zero."""
        drawn = {}
        for difference, shares in DIFFERENCES.items():
            for name, (low, high) in shares.items():
                value = float(stream(seed, f"share {name}").uniform(low, high))
                drawn[name] = 0.0 if difference in self.off else value
        return drawn | dict(self.fixed)
