"""Where people sit, from which addresses they come, and which machines tell of it: facts behind the hard differences.

Addresses that are no machine of the estate (a VPN pool, an address translator, somebody's home) are numbered behind
the machines, so that a source that is known by its address only is a source like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.config import GeneratorConfig
    from graphhunt.lab.generator.hardening import Shares

ADDRESS = 4
"""Role of an address that stands for no machine of the estate."""

_VPN_ADDRESSES = 3
_SITE_SIZE = 180
_NEVER = 1 << 30


@dataclass(frozen=True)
class Layout:
    """The numbers of the machines: workstations, then servers, jump hosts and controllers up to ``total``."""

    first_server: int
    first_jump: int
    total: int
    home: NDArray[np.int32]


@dataclass(frozen=True)
class Places:
    """Desks, addresses and telemetry of a world; masks and columns are by machine, addresses included.

    ``seat`` is a person's workstation from ``moved_on`` (day) on when he moves; ``internet`` are the numbers of
    outside addresses, ``vpn`` of the pool, ``translated`` the number a machine's address is seen as (itself mostly).
    ``gateways`` are the servers that outsiders reach.  ``new_admin_day`` is the day an administrator's account begins.
    """

    seat: NDArray[np.int32]
    new_seat: NDArray[np.int32]
    moved_on: NDArray[np.int32]
    kiosks: NDArray[np.int32]
    new_admin_day: NDArray[np.int32]
    gateways: NDArray[np.int32]
    vpn: NDArray[np.int32]
    internet: NDArray[np.int32]
    translated: NDArray[np.int32]
    addresses: tuple[str, ...]
    linux: NDArray[np.bool_]
    silent: NDArray[np.bool_]
    session_logs_only: NDArray[np.bool_]
    network_only: NDArray[np.bool_]
    sensor: NDArray[np.bool_]
    skew: NDArray[np.int64]
    ntlm: NDArray[np.float64]

    def desks(self, day: int) -> NDArray[np.int32]:
        """Return the workstation of every person on a day."""
        return np.where(day >= self.moved_on, self.new_seat, self.seat)


def build_places(config: GeneratorConfig, shares: Shares, layout: Layout) -> Places:
    """Return the places of a world; every property has its own stream, so one does not shift another."""
    vpn = layout.total + np.arange(_VPN_ADDRESSES, dtype=np.int32)
    sites = -(-layout.first_server // _SITE_SIZE)
    translators = vpn[-1] + 1 + np.arange(sites, dtype=np.int32)
    internet = translators[-1] + 1 + np.arange(max(20, config.users // 4), dtype=np.int32)
    size = int(internet[-1]) + 1
    seat, new_seat, moved_on = _seats(config, shares, layout)
    servers = np.arange(layout.first_server, layout.first_jump)
    linux = _some(config, "linux", size, servers, shares["linux_servers"])
    network_only = _some(config, "network only", size, servers, shares["network_only"])
    return Places(
        seat=seat,
        new_seat=new_seat,
        moved_on=moved_on,
        kiosks=_kiosks(config, shares, layout),
        new_admin_day=_new_admins(config, shares),
        gateways=_gateways(config, layout),
        vpn=vpn,
        internet=internet,
        translated=_translated(config, shares, layout, translators, size),
        addresses=_names(len(vpn), sites, len(internet)),
        linux=linux,
        silent=_some(config, "silent", size, np.arange(layout.total), shares["silent_machines"]) & ~network_only,
        session_logs_only=_some(config, "session logs", size, servers, shares["session_logs_only"]) & ~linux,
        network_only=network_only,
        sensor=_sensors(config, shares, layout, size) & ~linux & ~network_only,
        skew=_skew(config, shares, size),
        ntlm=_ntlm(config, shares, size),
    )


def _some(
    config: GeneratorConfig, purpose: str, size: int, among: NDArray[np.int64], share: float
) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask[among] = stream(config.seed, purpose).random(len(among)) < share
    return mask


def _seats(
    config: GeneratorConfig, shares: Shares, layout: Layout
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    rng = stream(config.seed, "seats")
    persons = config.users
    seat = layout.home.copy()
    # Whoever shares a desk sits at that of somebody else; both come and go there.
    sharing = rng.random(persons) < shares["shared_desk"]
    seat[sharing] = layout.home[rng.integers(0, persons, int(sharing.sum()))]
    moving = rng.random(persons) < shares["movers"]
    moved_on = np.where(moving, rng.integers(config.days // 2, max(config.days, 1) + 1, persons), _NEVER)
    new_seat = np.where(moving, rng.integers(0, layout.first_server, persons), seat)
    return seat, new_seat.astype(np.int32), moved_on.astype(np.int32)


def _kiosks(config: GeneratorConfig, shares: Shares, layout: Layout) -> NDArray[np.int32]:
    rng = stream(config.seed, "kiosks")
    count = round(layout.first_server * shares["kiosks"])
    return rng.choice(layout.first_server, count, replace=False).astype(np.int32)


def _new_admins(config: GeneratorConfig, shares: Shares) -> NDArray[np.int32]:
    rng = stream(config.seed, "new admins")
    begin = np.zeros(config.admin_count, dtype=np.int32)
    fresh = rng.random(config.admin_count) < shares["new_admins"]
    begin[fresh] = rng.integers(config.days * 2 // 3, config.days + 1, int(fresh.sum()))
    return begin


def _gateways(config: GeneratorConfig, layout: Layout) -> NDArray[np.int32]:
    # Terminal servers, mail and the jump hosts: what is reachable from outside.
    rng = stream(config.seed, "gateways")
    servers = np.arange(layout.first_server, layout.first_jump)
    chosen = rng.choice(servers, min(len(servers), 6), replace=False)
    return np.append(chosen, layout.first_jump).astype(np.int32)


def _translated(
    config: GeneratorConfig, shares: Shares, layout: Layout, translators: NDArray[np.int32], size: int
) -> NDArray[np.int32]:
    rng = stream(config.seed, "translated")
    shown = np.arange(size, dtype=np.int32)
    behind = rng.random(len(translators)) < shares["nat_sites"]
    clients = np.arange(layout.first_server)
    site = clients // _SITE_SIZE
    shown[clients] = np.where(behind[site], translators[site], clients)
    return shown


def _names(vpn: int, sites: int, internet: int) -> tuple[str, ...]:
    pool = [f"10.250.0.{number + 10}" for number in range(vpn)]
    translators = [f"10.251.{number}.1" for number in range(sites)]
    # 198.18.0.0/15 is set aside for tests and belongs to nobody.
    outside = [f"198.{18 + number // 50_000}.{number // 250 % 200}.{number % 250 + 1}" for number in range(internet)]
    return (*pool, *translators, *outside)


def _sensors(config: GeneratorConfig, shares: Shares, layout: Layout, size: int) -> NDArray[np.bool_]:
    if not shares["sensor_share"]:
        return np.arange(size) < layout.total
    return _some(config, "sensors", size, np.arange(layout.total), shares["sensor_share"])


def _skew(config: GeneratorConfig, shares: Shares, size: int) -> NDArray[np.int64]:
    rng = stream(config.seed, "table skew")
    seconds = rng.normal(0.0, 1.0, size) * shares["skew_sigma_s"]
    far = rng.random(size) < shares["skew_outliers"]
    seconds = np.where(far, rng.uniform(-60.0, 60.0, size), seconds)
    return (seconds * 1_000_000).astype(np.int64)


def _ntlm(config: GeneratorConfig, shares: Shares, size: int) -> NDArray[np.float64]:
    rng = stream(config.seed, "ntlm")
    old = rng.random(size) < shares["old_servers"]
    return np.where(old, shares["ntlm_old"], shares["ntlm_usual"])
