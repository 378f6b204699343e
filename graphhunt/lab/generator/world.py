"""The standing facts of the enterprise: machines, accounts, who sits where and who uses what.

A world is a pure function of its configuration.  Everything that differs from day to day (a vacation, a new
project) is decided here once, so that a day needs no memory of the days before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.hardening import Shares
from graphhunt.lab.generator.names import person_names, server_name, site_name, workstation_name
from graphhunt.lab.generator.places import Layout, Places, build_places
from graphhunt.lab.generator.streams import log_normal, stream, zipf_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.config import GeneratorConfig

WORKSTATION, SERVER, JUMP, CONTROLLER = 0, 1, 2, 3
_SITE_SIZE = 180
_DEPARTMENT_SIZE = 60
_NAT_EVERY = 40


@dataclass(frozen=True)
class Choice:
    """Ragged lists of machines with probabilities: row ``i`` belongs to the i-th person or account."""

    offsets: NDArray[np.int64]
    items: NDArray[np.int32]
    cumulative: NDArray[np.float64]

    def draw(self, rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int32]:
        """Return one item for each of ``rows``, drawn with the probabilities of its list."""
        # The cumulative sums of row i run from i to i + 1, so one search serves all rows at once.
        at = np.searchsorted(self.cumulative, rows + rng.random(len(rows)), side="right")
        return self.items[np.clip(at, self.offsets[rows], self.offsets[rows + 1] - 1)]

    def row(self, index: int) -> NDArray[np.int32]:
        """Return the whole list of one row."""
        return self.items[self.offsets[index] : self.offsets[index + 1]]


def _choice(lists: list[NDArray[np.int32]], exponent: float) -> Choice:
    offsets = np.concatenate([[0], np.cumsum([len(items) for items in lists])]).astype(np.int64)
    sums = [row + np.cumsum(zipf_weights(len(items), exponent)) for row, items in enumerate(lists)]
    return Choice(offsets, np.concatenate(lists).astype(np.int32), np.concatenate(sums))


@dataclass(frozen=True)
class World:
    """Machines and accounts as columns, with the habits that the daily behaviour draws from.

    Machine ``i`` is a workstation below ``first_server``; accounts are numbered persons first, then admin,
    help-desk, shared and service accounts (``first_*``).  ``home`` is a person's workstation; ``absent`` holds
    the first day and the length of each person's leave.  ``shares`` and ``places`` are what this world makes of the
    differences of its configuration's hardening.
    """

    config: GeneratorConfig
    machines: tuple[str, ...]
    role: NDArray[np.int8]
    subnet: NDArray[np.int16]
    accounts: tuple[str, ...]
    first_server: int
    first_jump: int
    first_controller: int
    first_admin: int
    first_help: int
    first_shared: int
    first_service: int
    home: NDArray[np.int32]
    second: NDArray[np.int32]
    department: NDArray[np.int32]
    rate: NDArray[np.float64]
    shift: NDArray[np.float64]
    absent: NDArray[np.int32]
    admin_person: NDArray[np.int32]
    help_person: NDArray[np.int32]
    shared_department: NDArray[np.int32]
    habits: Choice
    department_servers: Choice
    admin_servers: Choice
    shared_servers: Choice
    service_sources: tuple[NDArray[np.int32], ...]
    service_targets: tuple[NDArray[np.int32], ...]
    shares: Shares
    places: Places

    @property
    def persons(self) -> int:
        """Return how many persons work here."""
        return self.config.users

    @property
    def servers(self) -> NDArray[np.int32]:
        """Return the machine numbers of the member servers."""
        return np.arange(self.first_server, self.first_jump, dtype=np.int32)

    def address(self, machine: int, day: int = 0) -> str:
        """Return the IPv4 address of a machine on a day.

        Servers keep theirs.  With DHCP a workstation moves within its subnet: the pool is rotated by a step of
        the day, so an address means different machines on different days and never two at once.
        """
        net = int(self.subnet[machine])
        slot = self._slot(machine, day)
        return f"10.{20 + net // 200}.{net % 200}.{slot + 10}"

    def outside_address(self, machine: int, day: int = 0) -> str:
        """Return the address other machines see: behind NAT several workstations of a subnet share one."""
        own = self.address(machine, day)
        if not self.config.dirt.nat or self.role[machine] != WORKSTATION or machine % _NAT_EVERY != 7:
            return own
        return own.rpartition(".")[0] + ".250"

    def _slot(self, machine: int, day: int) -> int:
        if self.role[machine] != WORKSTATION:
            return (machine - self.first_server) % 200
        position = machine % _SITE_SIZE
        if not self.config.dirt.dhcp:
            return position
        return (position + 17 * day) % _SITE_SIZE


def build_world(config: GeneratorConfig) -> World:
    """Return the enterprise that ``config`` describes.

    Departments of about sixty persons share a preference list of 20 to 60 servers; a person's own habits are
    some of them in Zipf order plus the servers everybody uses.
    """
    rng = stream(config.seed, "world")
    workstations, servers = config.workstation_count, config.server_count
    first_jump = workstations + servers
    first_controller = first_jump + config.jump_count
    total = first_controller + config.controller_count
    role = np.repeat(
        np.array([WORKSTATION, SERVER, JUMP, CONTROLLER], dtype=np.int8),
        [workstations, servers, config.jump_count, config.controller_count],
    )
    persons = config.users
    departments = max(1, persons // _DEPARTMENT_SIZE)
    department = rng.integers(0, departments, persons).astype(np.int32)
    home = (rng.permutation(max(persons, workstations))[:persons] % workstations).astype(np.int32)
    department_servers = _department_servers(departments, servers, workstations, rng)
    shares = config.hardening.shares(config.seed)
    accounts, firsts = _accounts(config, round(shares["new_automation"]), rng)
    admin_person = rng.choice(persons, config.admin_count, replace=False).astype(np.int32)
    sources, targets = _services(config, workstations, first_jump, rng)
    shared_department = rng.integers(0, departments, config.shared_count).astype(np.int32)
    return World(
        config=config,
        machines=_machine_names(role, workstations, first_jump, first_controller),
        role=role,
        subnet=_subnets(total, workstations),
        accounts=accounts,
        first_server=workstations,
        first_jump=first_jump,
        first_controller=first_controller,
        first_admin=firsts[0],
        first_help=firsts[1],
        first_shared=firsts[2],
        first_service=firsts[3],
        home=home,
        second=home[rng.integers(0, persons, persons)],
        department=department,
        rate=np.clip(log_normal(rng, config.logons_per_user_day * 0.85, 0.6, persons), 0.3, 60.0),
        shift=rng.normal(0.0, 0.5, persons),
        absent=_absences(config, rng),
        admin_person=admin_person,
        help_person=_help_persons(config, admin_person, rng),
        shared_department=shared_department,
        habits=_habits(department, department_servers, servers, workstations, rng),
        department_servers=department_servers,
        admin_servers=_admin_servers(config, workstations, first_jump, rng),
        shared_servers=_shared_servers(shared_department, department_servers, rng),
        service_sources=sources,
        service_targets=targets,
        shares=shares,
        places=build_places(config, shares, Layout(workstations, first_jump, total, home)),
    )


def _machine_names(role: NDArray[np.int8], first_server: int, first_jump: int, first_dc: int) -> tuple[str, ...]:
    names = []
    for machine, kind in enumerate(role.tolist()):
        if kind == WORKSTATION:
            names.append(workstation_name(machine // _SITE_SIZE, machine + 1))
        elif kind == SERVER:
            names.append(server_name(machine - first_server))
        elif kind == JUMP:
            names.append(f"JUMP{machine - first_jump + 1:02d}")
        else:
            names.append(f"{site_name(machine - first_dc)}-DC{machine - first_dc + 1:02d}")
    return tuple(names)


def _subnets(total: int, workstations: int) -> NDArray[np.int16]:
    # One /24 per site of workstations; servers, jump hosts and controllers fill subnets of their own behind them.
    nets = np.arange(total) // _SITE_SIZE
    first = -(-workstations // _SITE_SIZE)
    nets[workstations:] = first + (np.arange(total - workstations) // 200)
    return nets.astype(np.int16)


def _department_servers(departments: int, servers: int, first: int, rng: np.random.Generator) -> Choice:
    lists = []
    for _ in range(departments):
        size = min(servers, int(rng.integers(20, 61)))
        lists.append((first + rng.choice(servers, size, replace=False)).astype(np.int32))
    return _choice(lists, 1.1)


def _habits(department: NDArray[np.int32], pool: Choice, servers: int, first: int, rng: np.random.Generator) -> Choice:
    common = first + np.arange(min(5, servers), dtype=np.int32)
    lists = []
    for unit in department.tolist():
        own = pool.row(unit)
        size = min(len(own), int(rng.integers(4, 15)))
        mine = rng.choice(own, size, replace=False, p=zipf_weights(len(own)))
        both = np.unique(np.concatenate([mine, rng.choice(common, min(3, len(common)), replace=False)]))
        lists.append(rng.permutation(both).astype(np.int32))
    return _choice(lists, 1.1)


def _accounts(config: GeneratorConfig, later: int, rng: np.random.Generator) -> tuple[tuple[str, ...], tuple[int, ...]]:
    persons = person_names(config.users, rng)
    admins = [f"adm{number:03d}" for number in range(1, config.admin_count + 1)]
    helpers = [f"hd{number:03d}" for number in range(1, config.help_desk_count + 1)]
    shared = [f"team{number:02d}" for number in range(1, config.shared_count + 1)]
    kinds = ("backup", "monitor", "scan", "deploy")
    services = [
        f"svc-{kinds[n]}" if n < len(kinds) else f"svc-app{n - len(kinds) + 1:02d}"
        for n in range(config.service_count + later)
    ]
    groups = [persons, admins, helpers, shared]
    firsts = np.cumsum([len(group) for group in groups]).tolist()
    return (*persons, *admins, *helpers, *shared, *services), tuple(firsts)


def _absences(config: GeneratorConfig, rng: np.random.Generator) -> NDArray[np.int32]:
    # One leave in about half a year for everybody, so that a few per cent are away on any day.
    first = rng.integers(-14, max(config.days, 60) * 3, config.users)
    length = rng.integers(2, 15, config.users)
    return np.stack([first, length], axis=1).astype(np.int32)


def _help_persons(config: GeneratorConfig, admins: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
    others = np.setdiff1d(np.arange(config.users), admins)
    pool = others if len(others) >= config.help_desk_count else np.arange(config.users)
    return rng.choice(pool, config.help_desk_count, replace=False).astype(np.int32)


def _admin_servers(config: GeneratorConfig, first: int, first_jump: int, rng: np.random.Generator) -> Choice:
    servers = first_jump - first
    lists = []
    for _ in range(config.admin_count):
        size = min(servers, int(rng.integers(50, 301)))
        lists.append((first + rng.choice(servers, size, replace=False)).astype(np.int32))
    return _choice(lists, 1.1)


def _shared_servers(departments: NDArray[np.int32], pool: Choice, rng: np.random.Generator) -> Choice:
    lists = [rng.choice(pool.row(unit), min(4, len(pool.row(unit))), replace=False) for unit in departments.tolist()]
    return _choice(lists, 1.1)


def _services(
    config: GeneratorConfig, first: int, first_jump: int, rng: np.random.Generator
) -> tuple[tuple[NDArray[np.int32], ...], tuple[NDArray[np.int32], ...]]:
    servers = np.arange(first, first_jump, dtype=np.int32)
    everything = np.arange(first_jump, dtype=np.int32)
    own = rng.choice(servers, min(len(servers), 4), replace=False)
    sources = [own[n % len(own) : n % len(own) + 1] for n in range(4)]
    watched = rng.choice(servers, max(1, len(servers) // 8), replace=False)
    scanned = rng.choice(everything, max(1, len(everything) // 2), replace=False)
    targets = [servers, watched, scanned, np.arange(first, dtype=np.int32)]
    for _ in range(config.service_count - 4):
        sources.append(rng.choice(servers, min(len(servers), int(rng.integers(1, 4))), replace=False))
        targets.append(rng.choice(servers, min(len(servers), int(rng.integers(1, 4))), replace=False))
    return tuple(sources), tuple(targets)
