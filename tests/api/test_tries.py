"""Passwords tried at the door: how many, by whom, and who is held up by it."""

from __future__ import annotations

import http.client
import json
import random
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from graphhunt.accounts import Accounts
from graphhunt.accounts.passwords import PLACES
from graphhunt.accounts.tries import FREE_OF_ADDRESS, FREE_OF_NAME, FREE_TRIES, MAX_WAIT, Tries, network
from graphhunt.api.access import Access
from graphhunt.api.app import create_app
from graphhunt.cli.serve import trusted
from graphhunt.errors import BusyError, UsageError
from graphhunt.hunt import Hunt
from tests.api.gate import threaded

WORD = "correct horse battery"


class Slow(PasswordHasher):
    """Compares passwords only once it is told to go on, and counts."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go_on = threading.Event()
        self.asked = 0
        self._lock = threading.Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        with self._lock:
            self.asked += 1
        assert self.go_on.wait(300)
        return super().verify(hash, password)


class Clock:
    """A clock moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def post(address: str, path: str, body: dict[str, Any], **headers: str) -> tuple[int, str | None, dict[str, Any]]:
    """Send JSON; give the status, Retry-After and the answer."""
    line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=300)
    try:
        line.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
        answer = line.getresponse()
        return answer.status, answer.headers.get("Retry-After"), json.loads(answer.read())
    finally:
        line.close()


def test_a_crowd_of_wrong_passwords_is_ten_tries_and_holds_nobody_up(hunt: Hunt) -> None:
    """120 at once are 10; while they are looked at, an analyst's audited query is answered."""
    app = create_app(hunt, token=None)
    slow = Slow()
    accounts = Accounts(None, slow)
    app.state.accounts, app.state.access = accounts, Access(None, accounts=accounts)
    accounts.add_user("ada", WORD, ["analyst"])
    _, token = accounts.make_token("t", ["annotate"], "ada")
    with threaded(app, accounts) as address, ThreadPoolExecutor(130) as crowd:

        def wrong(number: int) -> tuple[int, str | None]:
            status, wait, _ = post(address, "/api/v1/session", {"name": "ada", "password": f"wrong {number}"})
            return status, wait

        tries = [crowd.submit(wrong, n) for n in range(120)]
        refused = [found for found in (_first(tries, 110)) if found[0] == 429]
        assert len(refused) == 110
        assert all(1 <= int(wait or 0) <= MAX_WAIT for _, wait in refused)
        status, _, answer = post(
            address, "/api/v1/query", {"cypher": "RETURN 1 AS one"}, Authorization=f"Bearer {token}"
        )
        assert (status, answer["rows"]) == (200, [{"one": 1}])
        assert accounts.audit(1)[0]["action"] == "runQuery"
        assert not slow.go_on.is_set()
        slow.go_on.set()
        assert sorted(t.result()[0] for t in tries) == [401] * 10 + [429] * 110
        assert slow.asked == FREE_TRIES


def _first(tries: list[Future[tuple[int, str | None]]], count: int) -> list[tuple[int, str | None]]:
    """Wait until so many have their answer."""
    done = threading.Semaphore(0)
    for one in tries:
        one.add_done_callback(lambda _: done.release())
    for _ in range(count):
        assert done.acquire(timeout=300), [t.done() for t in tries].count(True)
    return [t.result() for t in tries if t.done()]


def test_the_queue_is_bounded_and_who_is_sent_away_has_not_tried() -> None:
    slow = Slow()
    accounts = Accounts(None, slow)
    waiting = [accounts.begin_sign_in(f"user{n}", "x", f"192.0.2.{n}") for n in range(PLACES)]
    for _ in range(FREE_TRIES + 5):
        with pytest.raises(BusyError) as caught:
            accounts.begin_sign_in("ada", "x", "198.51.100.1")
        assert caught.value.wait == 2.0
    slow.go_on.set()
    assert [one.result() for one in waiting] == [None] * PLACES
    assert accounts.sign_in("ada", "x", "198.51.100.1") is None  # it may: nothing was counted
    accounts.close()


def test_a_stranger_does_not_lock_the_person_out() -> None:
    accounts = Accounts(None, Quick())
    accounts.add_user("ada", WORD, ["analyst"])
    for _ in range(FREE_TRIES):
        assert accounts.sign_in("ada", "wrong", "203.0.113.9") is None
    for _ in range(50):
        with pytest.raises(BusyError):
            accounts.sign_in("ada", WORD, "203.0.113.9")
    assert accounts.sign_in("ada", WORD, "192.0.2.1") is not None
    assert accounts.sign_in("bob", "wrong", "203.0.113.9") is None  # others there may still try
    accounts.close()


class Quick(PasswordHasher):
    """The cheapest cost."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)


def test_waits_double_and_end_and_are_forgotten() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(FREE_TRIES):
        assert tries.begin("ada", "192.0.2.1") == 0
    for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900):
        assert tries.begin("ada", "192.0.2.1") == wait
        clock.now += wait - 0.5
        assert tries.begin("ada", "192.0.2.1") == 0.5
        clock.now += 0.5
        assert tries.begin("ada", "192.0.2.1") == 0
    clock.now += 24 * 3600
    for _ in range(FREE_TRIES):
        assert tries.begin("ada", "192.0.2.1") == 0


def test_an_address_that_tries_many_names_waits_too() -> None:
    tries = Tries(Clock())
    assert [tries.begin(f"user{n}", "192.0.2.1") for n in range(FREE_OF_ADDRESS)] == [0] * FREE_OF_ADDRESS
    assert tries.begin("another", "192.0.2.1") > 0
    assert tries.begin("another", "192.0.2.2") == 0


def test_many_addresses_together_slow_a_name_but_not_where_its_owner_comes_from() -> None:
    clock = Clock()
    tries = Tries(clock)
    assert tries.begin("ada", "192.0.2.1") == 0
    tries.right("ada", "192.0.2.1")
    found = [tries.begin("ada", f"203.0.113.{n}") for n in range(FREE_OF_NAME + 20)]
    assert found[:FREE_OF_NAME] == [0] * FREE_OF_NAME
    assert all(0 < wait <= 15 for wait in found[FREE_OF_NAME:])
    assert tries.begin("ada", "192.0.2.1") == 0
    for n in range(2000):  # for days on end: the wait stays short, and no number grows too large
        clock.now += 15
        assert tries.begin("ada", f"198.51.{n // 250}.{n % 250}") == 0
    assert tries.begin("ada", "100.64.0.1") <= 15


def test_a_right_password_wipes_the_slate_of_that_name_at_that_address() -> None:
    tries = Tries(Clock())
    for _ in range(5):
        for _ in range(FREE_TRIES - 1):
            assert tries.begin("ada", "192.0.2.1") == 0
            tries.right("ada", "192.0.2.1")
    for _ in range(FREE_TRIES):
        assert tries.begin("ada", "192.0.2.1") == 0
    assert tries.begin("ada", "192.0.2.1") > 0


def test_who_has_signed_in_at_an_address_does_not_wait_for_others_there() -> None:
    clock = Clock()
    tries = Tries(clock)
    assert tries.begin("ada", "192.0.2.1") == 0
    tries.right("ada", "192.0.2.1")
    assert [tries.begin(f"user{n}", "192.0.2.1") for n in range(FREE_OF_ADDRESS)] == [0] * FREE_OF_ADDRESS
    assert tries.begin("bob", "192.0.2.1") == 1
    assert [tries.begin("ada", "192.0.2.1") for _ in range(FREE_TRIES)] == [0] * FREE_TRIES
    assert tries.begin("ada", "192.0.2.1") == 1  # for what ada mistyped, ada waits
    clock.now += 1
    assert tries.begin("bob", "192.0.2.1") == 0  # and nobody else


def test_many_people_who_mistype_once_a_day_shut_nobody_out() -> None:
    """Fifty behind one address, each known there: a typo of each within an hour leaves a newcomer free."""
    clock = Clock()
    tries = Tries(clock)
    people = [f"person{n}" for n in range(50)]
    for day in range(3):
        for name in people:
            assert tries.begin(name, "192.0.2.1") == 0
            if day:  # mistyped, and then right
                assert tries.begin(name, "192.0.2.1") == 0
            tries.right(name, "192.0.2.1")
            clock.now += 60
        assert tries.begin(f"newcomer{day}", "192.0.2.1") == 0
        clock.now += 3600


def test_a_right_password_lengthens_no_wait() -> None:
    clock = Clock()
    tries = Tries(clock)
    for n in range(FREE_OF_ADDRESS + 9):  # the next wait is 512 seconds
        while wait := tries.begin(f"user{n}", "192.0.2.1"):
            clock.now += wait
    assert tries.begin("ada", "192.0.2.1") == 512
    clock.now += 512
    assert tries.begin("ada", "192.0.2.1") == 0
    tries.right("ada", "192.0.2.1")
    assert tries.begin("bob", "192.0.2.1") == 0


def test_counts_halve_with_each_hour_without_a_try() -> None:
    clock = Clock()
    tries = Tries(clock)
    for n in range(FREE_OF_ADDRESS):
        assert tries.begin(f"user{n}", "192.0.2.1") == 0
    clock.now += 3599
    assert tries.begin("late", "192.0.2.1") == 0  # 31
    assert tries.begin("later", "192.0.2.1") == 2
    for hours, free in ((1, 15), (2, 23)):  # of 31 are left 15, of 30 are left 7
        clock.now += hours * 3600
        assert [tries.begin(f"user{hours}-{n}", "192.0.2.1") for n in range(free)] == [0] * free
        assert tries.begin("one too many", "192.0.2.1") == 1


def test_right_passwords_halve_nothing_twice() -> None:
    clock = Clock()
    tries = Tries(clock)
    for n in range(FREE_OF_ADDRESS):
        assert tries.begin(f"user{n}", "192.0.2.1") == 0
    clock.now += 3600
    for n in range(20):
        assert tries.begin(f"own{n}", "192.0.2.1") == 0
        tries.right(f"own{n}", "192.0.2.1")
    assert [tries.begin(f"more{n}", "192.0.2.1") for n in range(16)] == [0] * 15 + [1]


def test_the_bookkeeping_has_an_end() -> None:
    chance = random.Random(7)
    tries = Tries(Clock())
    for n in range(60_000):
        address = ".".join(str(chance.randrange(256)) for _ in range(4))
        if not tries.begin(f"user{n}", address) and n % 2:
            tries.right(f"user{n}", address)
    assert len(tries) <= 40_000


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64"), ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_what_counts_as_one_address(address: str, place: str) -> None:
    assert network(address) == place


@pytest.mark.parametrize(("proxies", "believed"), [("", False), ("192.0.2.7", False), ("127.0.0.1", True)])
def test_only_a_trusted_proxy_is_believed(hunt: Hunt, proxies: str, believed: bool) -> None:
    """Who says of itself that it comes from elsewhere gets no fresh tries by it, and stands in the audit as it is."""
    app = create_app(hunt, token=None)
    accounts = Accounts(None, Quick())
    app.state.accounts, app.state.access = accounts, Access(None, accounts=accounts)
    with threaded(app, accounts, proxies) as address:
        found = [
            post(address, "/api/v1/session", {"name": "ada", "password": "wrong"},
                 **{"X-Forwarded-For": f"203.0.113.{n}", "Forwarded": f"for=203.0.113.{n}"})[0]
            for n in range(FREE_TRIES + 5)
        ]  # fmt: skip
        assert found == [401] * FREE_TRIES + ([401] * 5 if believed else [429] * 5)
        last = accounts.audit(1)[0]["address"]
        assert last == ("203.0.113.14" if believed else "127.0.0.1")


def test_trusted_proxies_are_addresses_and_networks() -> None:
    assert trusted("") == []
    assert trusted(" 10.0.0.1, 10.1.0.0/16,::1 ") == ["10.0.0.1", "10.1.0.0/16", "::1"]
    for wrong in ("*", "proxy.example", "10.0.0.1/8"):
        with pytest.raises(UsageError, match="trusted_proxies"):
            trusted(wrong)


def test_a_password_is_compared_where_it_says_so() -> None:
    """The hasher of these tests is the library's: it refuses what doesn't fit."""
    with pytest.raises(VerifyMismatchError):
        Quick().verify(Quick().hash("a"), "b")
