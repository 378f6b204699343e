"""The demonstration and five more intrusions: the planted one is first and whole, and honest work stays out of it."""

from __future__ import annotations

from graphhunt.incidents.find import shown

from .conftest import Demo, story


def names(demo: Demo, what: str) -> list[str]:
    """Give a list of names of the first incident, in small letters."""
    return [text.casefold() for text in story(demo.found)[what]]


def test_the_planted_one_is_first_and_whole(demo: Demo) -> None:
    """Precision and recall of its machines are 1, and each is where it belongs."""
    (chain,) = demo.truth.chains
    assert names(demo, "machines") == [demo.name(text) for text in (chain.start, *(hop.dst for hop in chain.hops))]
    accounts = [account.partition("\\")[2] for account in (chain.user, *(hop.user for hop in chain.hops))]
    assert names(demo, "accounts") == [demo.name(account) for account in dict.fromkeys(accounts)]
    assert names(demo, "outside") == [demo.name((chain.hops[0].c2 or "").partition(":")[0])]


def test_every_process_of_the_truth_is_in_it(demo: Demo) -> None:
    (chain,) = demo.truth.chains
    told = [step["process_id"] for step in story(demo.found)["steps"] if step["process_id"]]
    processes = {process.partition("|")[2].casefold() for process in told}
    assert {demo.name(hop.process.guid) for hop in chain.hops if hop.process} <= processes


def test_at_most_two_others_are_over_the_line(demo: Demo) -> None:
    over, _, held = shown(demo.found)
    assert len(over) + held <= 3


def test_no_decoy_is_in_it(demo: Demo) -> None:
    """Nor any help-desk, scanner, deployment or backup account: only an account that was stolen may have both."""
    (chain,) = demo.truth.chains
    stolen = {user.partition("\\")[2] for user in (chain.user, *(hop.user for hop in chain.hops))}
    decoys = {each.user.partition("\\")[2] for each in demo.truth.decoys}
    assert {"svc-backup", "svc-deploy"} <= demo.honest
    honest = {demo.name(account) for account in (decoys | demo.honest) - stolen}
    assert not honest & set(names(demo, "accounts"))
