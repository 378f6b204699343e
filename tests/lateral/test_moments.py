"""What came before each logon is counted in one pass as a plain look at all earlier rows counts it."""

from __future__ import annotations

import numpy as np
import pytest

from graphhunt.lateral.detector import _moments
from graphhunt.lateral.paths._jit import compiled, numba_available, plain

ROWS, KEYS = 300, 6


@pytest.fixture(params=["plain", "compiled"])
def loops(request):
    if request.param == "compiled" and not numba_available():
        pytest.skip("numba isn't installed")
    return (plain if request.param == "plain" else compiled)(_moments)


@pytest.fixture(scope="module")
def drawn():
    """Draw rows of which several share a moment, and some keys that count nothing."""
    rng = np.random.default_rng(4)
    t = np.sort(rng.integers(0, ROWS // 3, ROWS))
    return t, rng.integers(-1, KEYS, ROWS), rng.integers(-1, KEYS, ROWS)


def test_earlier_rows_since_a_moment_are_counted(loops, drawn):
    t, past, asked = drawn
    since = t - 10
    earlier = (t[None, :] < t[:, None]) & (t[None, :] >= since[:, None])
    expected = (earlier & (past[None, :] == asked[:, None]) & (asked[:, None] >= 0)).sum(axis=1)
    assert expected.max() > 2
    assert loops.seen_before(t, past, asked, since, KEYS).tolist() == expected.tolist()


def test_the_latest_earlier_row_counts(loops, drawn):
    t, past, asked = drawn
    expected = []
    for row in range(ROWS):
        before = [t[at] for at in range(ROWS) if t[at] < t[row] and past[at] == asked[row] >= 0]
        expected.append(t[row] - max(before) if before else -1)
    assert -1 in expected
    assert loops.last_before(t, past, asked, KEYS).tolist() == expected


def test_equal_keys_of_both_columns_get_one_number(loops):
    first, second = np.array([900, 7, -1, 900]), np.array([7, 5, 900, -3])
    numbers = loops.numbered(first, second)
    assert numbers.tolist() == [[0, 1, -1, 0], [1, 2, 0, -1]]
