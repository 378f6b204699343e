"""The demonstration and five more intrusions: the planted one is first and whole, and honest work stays out of it."""

from __future__ import annotations

from graphhunt.incidents.find import shown

from .conftest import Demo, story


def test_the_planted_one_is_first_and_whole(demo: Demo) -> None:
    (chain,) = demo.truth.chains
    told = story(demo.found)
    planted = {chain.start, *(hop.dst for hop in chain.hops)}
    assert told["machines"] == [chain.start, *(hop.dst for hop in chain.hops)]
    assert set(told["machines"]) == planted
    accounts = [chain.user, *(hop.user for hop in chain.hops)]
    assert told["accounts"] == list(dict.fromkeys(account.partition("\\")[2] for account in accounts))
    assert told["outside"] == [(chain.hops[0].c2 or "").partition(":")[0]]


def test_every_process_of_the_truth_is_in_it(demo: Demo) -> None:
    (chain,) = demo.truth.chains
    processes = {step["process_id"].partition("|")[2] for step in story(demo.found)["steps"] if step["process_id"]}
    assert {hop.process.guid.lower() for hop in chain.hops if hop.process} <= processes


def test_at_most_two_others_are_over_the_line(demo: Demo) -> None:
    over, _, held = shown(demo.found)
    assert len(over) + held <= 3


def test_no_decoy_is_in_it(demo: Demo) -> None:
    """Nor any help-desk, scanner, deployment or backup account: only an account that was stolen may have both."""
    (chain,) = demo.truth.chains
    stolen = {chain.user, *(hop.user for hop in chain.hops)}
    honest = {each.user.partition("\\")[2] for each in demo.truth.decoys if each.user not in stolen}
    assert honest
    accounts = story(demo.found)["accounts"]
    assert not honest & set(accounts)
    assert not [name for name in accounts if name.startswith(("svc-", "hd"))]
