"""Definitions: who or what something is at a time, made of all facts of a case.

They hold all that reaches beyond a window: a contribution reads its facts and asks these. `DEFINITIONS` says of
which facts each is made, and which others it asks. None asks one that stands after it, so that there is no circle.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from graphhunt.graph.account_changes import memberships
from graphhunt.graph.acts import Acts
from graphhunt.graph.groups import Groups
from graphhunt.graph.happenings import COMPARED
from graphhunt.graph.openings import openings
from graphhunt.graph.processes import Processes
from graphhunt.graph.services import Services
from graphhunt.graph.sessions import Sessions
from graphhunt.graph.windows import Window
from graphhunt.model import FACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from graphhunt.graph.accounts import Accounts
    from graphhunt.graph.case import Case
    from graphhunt.graph.machines import Machines
    from graphhunt.graph.ownership import Ownership


class Definition(NamedTuple):
    """One kind of definitions.

    Attributes:
        name: Its name; families of rules ask by it.
        facts: The kinds of facts that define something.
        asks: The definitions that those facts are looked up in.
        about: What is defined.
    """

    name: str
    facts: tuple[str, ...]
    asks: tuple[str, ...]
    about: str


EVERY = tuple(str(fact.__struct_config__.tag) for fact in FACTS)
"""All kinds of facts."""

DEFINITIONS = (
    Definition("clock_errors", COMPARED, (), "machine, log and day → what is wrong with the times"),
    Definition("doubles", EVERY, ("clock_errors",), "record → whether another collection's stands for it"),
    Definition("machines", EVERY, ("clock_errors", "doubles"), "name of a host, time → machine"),
    Definition("accounts", EVERY, ("machines",), "SID or name, machine, time → account"),
    Definition("owners", EVERY, ("machines",), "address, time → machine; connection → its two sides"),
    Definition("groups", EVERY, ("accounts",), "SID or name, machine → group"),
    Definition("memberships", ("account_change",), ("accounts", "groups"), "record of a member → membership"),
    Definition("boots", EVERY, ("machines", "accounts"), "machine, time → last boot"),
    Definition("begun", ("logon",), ("machines", "accounts", "boots"), "machine, boot, LogonId → recorded logon"),
    Definition(
        "sessions", EVERY, ("machines", "accounts", "owners", "boots", "begun"), "machine, LogonId, time → session"
    ),
    Definition(
        "processes",
        (
            "process_start", "process_end", "connection", "dns_query", "file_action", "registry_action",
            "process_access", "pipe_action", "detection", "explicit_credentials",
        ),
        ("machines", "accounts", "boots"),
        "machine, GUID or pid, program, time → process, its start, parent and account",
    ),
    Definition("acts", (), ("boots", "sessions", "processes"), "process → session"),
    Definition(
        "services",
        ("service_install", "task_action"),
        ("machines", "accounts", "boots", "sessions", "processes"),
        "machine, name of a service or task → install, its session, what it started",
    ),
    Definition(
        "openings",
        ("process_access",),
        ("machines", "accounts", "boots", "sessions", "processes", "acts"),
        "record of an opened process → the act it tells of",
    ),
)  # fmt: skip
"""All definitions, in the order in which they can be made.

What facts are read is read with times put right and each act once, so that all but the first two ask these, too.
"""


class Definitions:
    """What is defined of a case: all that a contribution may look things up in.

    Args:
        case: The case.
        windows: The windows it is cut into.
    """

    def __init__(self, case: Case, windows: Sequence[Window]) -> None:
        self._case = case
        self._windows = windows
        self.client_id = case.client_id

    @property
    def machines(self) -> Machines:
        """The machines, by the names of hosts."""
        return self._case.machines

    @property
    def accounts(self) -> Accounts:
        """The accounts, by SID and by name."""
        return self._case.accounts

    @property
    def owners(self) -> Ownership:
        """Which machine had which address when, and the two sides of every connection."""
        return self._case.owners

    @cached_property
    def sessions(self) -> Sessions:
        """The logon sessions, by machine, LogonId and time."""
        return Sessions(self._case, self._windows)

    @cached_property
    def processes(self) -> Processes:
        """The processes, by GUID or by pid and time."""
        return Processes(self._case, self.sessions.boots)

    @cached_property
    def acts(self) -> Acts:
        """The session of every record and process."""
        return Acts(self.sessions, self.processes)

    @cached_property
    def services(self) -> Services:
        """The installs of services and tasks, and what they started."""
        return Services(self._case, self.sessions, self.processes)

    @cached_property
    def openings(self) -> pl.DataFrame:
        """The records of openings of processes, with the act that each tells of."""
        return openings(self._case, self.processes, self.acts)

    @cached_property
    def groups(self) -> Groups:
        """The groups, by SID and by name."""
        return Groups(self._case)

    @cached_property
    def memberships(self) -> pl.DataFrame:
        """The records that change who is in a group, with the membership that each tells of."""
        return memberships(Window(self._case), self.accounts, self.groups)
