"""What the driver gives as plain Python, value by value."""

from __future__ import annotations

from typing import Any

import pytest
from neo4j._codec.hydration import BrokenHydrationObject
from neo4j.exceptions import BrokenRecordError
from neo4j.time import DateTime

from graphhunt.store.values import plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (["a", None, 1.5], ["a", None, 1.5]),
        ([["a"], {"k": [b"\x01\xff"]}], [["a"], {"k": ["01ff"]}]),
        ([DateTime(2020, 9, 20, 6, 57, 47)], ["2020-09-20T06:57:47.000000000"]),
    ],
)
def test_values_become_plain(value: Any, expected: Any) -> None:
    assert plain(value) == expected


def test_what_the_driver_could_not_read_is_an_error() -> None:
    broken = BrokenHydrationObject(ValueError("no such zone"), "raw")  # type: ignore[no-untyped-call]
    with pytest.raises(BrokenRecordError):
        plain([broken])
