"""Local accounts of one name: whose they are, and that going from one to the other is no switch."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from graphhunt.graph.local_accounts import local_accounts, same_local
from graphhunt.lateral.detector import causal_paths, count_habits
from graphhunt.lateral.detector._causal import SWITCH
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import HOUR

USERS = pl.DataFrame(
    [
        ("S-1-5-21-1-2-3-1001@pc01", "Bob", "PC01"), ("S-1-5-21-1-2-3-1001@pc02", "bob", "PC02"),
        ("S-1-5-21-7-7-7-1104", "bob", "CORP"), ("web1\\root", "root", None), ("web2\\root", "root", None),
        ("S-1-5-21-9-9-9-500", "Administrator", "A-VERY-LONG-COM"), ("eve", "eve", None),
    ],
    schema=["id", "name", "domain"], orient="row",
)  # fmt: skip
MACHINES = ("pc01", "pc02", "web1", "web2", "a-very-long-computer-name")


def test_a_machine_keeps_the_accounts_whose_domain_it_is() -> None:
    """A NetBIOS name has 15 characters; an account of a Unix system stands under its machine."""
    assert local_accounts(USERS, MACHINES) == {
        "S-1-5-21-1-2-3-1001@pc01": "bob", "S-1-5-21-1-2-3-1001@pc02": "bob", "web1\\root": "root",
        "web2\\root": "root", "S-1-5-21-9-9-9-500": "administrator",
    }  # fmt: skip


def test_only_local_accounts_of_one_name_are_alike() -> None:
    local = local_accounts(USERS, MACHINES)
    one, two, domain, root = (USERS.item(row, "id") for row in (0, 1, 2, 3))
    frame = pl.DataFrame({"a": [one, one, one, None, domain], "b": [two, domain, root, two, domain]})
    assert frame.select(alike=same_local(frame, "a", "b", local))["alike"].to_list() == [
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(("alike", "switched"), [((), True), ((0, 0), False)])
def test_a_session_continues_as_the_account_of_the_same_name(alike: tuple[int, ...], switched: bool) -> None:
    """Account 0 comes from 0 to 1, and an hour later account 1 goes from there to 2."""
    table = LogonTable.from_arrays([0, HOUR], [0, 1], [1, 2], [0, 1], logon_type=[3, 3])
    table = replace(table, alike=alike)
    causes = causal_paths(table, count_habits(table))
    assert bool(causes.inbound.has(SWITCH)[1]) is switched
