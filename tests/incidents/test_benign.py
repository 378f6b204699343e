"""Demonstrations and generated estates: the planted intrusion is first and whole, and honest work stays out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphhunt.incidents.find import incidents_of, shown
from graphhunt.lab.generator import GeneratorConfig, Hardening, generate, load_truth
from graphhunt.lab.generator.truth import Truth
from tests.lateral.case import snapshot

from .conftest import Demo, story

OTHERS = 2
"""Incidents of honest work that may be over the line."""

SHARE = 0.9
"""Least share of the planted machines that is told, and of the told ones that is planted."""


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
    assert len(over) + held <= 1 + OTHERS


def test_no_decoy_is_in_it(demo: Demo) -> None:
    """Nor any help-desk, scanner, deployment or backup account: only an account that was stolen may have both."""
    assert {"svc-backup", "svc-deploy"} <= demo.honest
    honest = {demo.name(account) for account in demo.honest | harmless(demo.truth)} - stolen(demo)
    assert not honest & set(names(demo, "accounts"))


def stolen(demo: Demo) -> set[str]:
    """Give the accounts that the intruder used, as the records call them."""
    (chain,) = demo.truth.chains
    return {demo.name(user.partition("\\")[2]) for user in (chain.user, *(hop.user for hop in chain.hops))}


def harmless(truth: Truth) -> set[str]:
    """Give the accounts of harmless work that looks like an intrusion: sweeps, scanners, backups and the like."""
    return {each.user.partition("\\")[2] for each in truth.decoys}


@pytest.mark.parametrize("seed", range(1, 6))
def test_generated_estates(tmp_path: Path, seed: int) -> None:
    """Forty machines, with what tells intruders from honest people taken away."""
    config = GeneratorConfig(
        seed=seed, hosts=40, users=25, days=1, chains=1, bursts=0, hardening=Hardening.of_records()
    )  # fmt: skip
    generate(config, tmp_path / "logs")
    truth = load_truth(tmp_path / "logs")
    (chain,) = truth.chains
    found = incidents_of(snapshot(tmp_path / "case", tmp_path / "logs"))
    planted, told = {chain.start, *(hop.dst for hop in chain.hops)}, set(story(found)["machines"])
    assert len(planted & told) >= SHARE * max(len(planted), len(told))
    over, _, held = shown(found)
    assert len(over) + held <= 1 + OTHERS
    used = {user.partition("\\")[2] for user in (chain.user, *(hop.user for hop in chain.hops))}
    accounts = set(story(found)["accounts"]) - used
    assert not accounts & harmless(truth)
    assert not [account for account in accounts if account.startswith(("svc-", "hd"))]
