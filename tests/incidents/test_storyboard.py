"""Storyboards of incidents made by hand: scenes, folds, breaks, steps, the headline, and words for every kind."""

from __future__ import annotations

from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest

from graphhunt.incidents import templates
from graphhunt.incidents.acts import Act
from graphhunt.incidents.board import phrases
from graphhunt.incidents.board.breaks import breaks_of
from graphhunt.incidents.board.folds import Fold, folded
from graphhunt.incidents.board.headline import headline_of
from graphhunt.incidents.board.scene import Scene, scenes_of
from graphhunt.incidents.board.steps import MOST, steps_of
from graphhunt.incidents.board.telling import Teller
from graphhunt.incidents.lead import Entity, Lead
from graphhunt.incidents.sentences import Writer, plain
from graphhunt.incidents.weights import weights
from graphhunt.questions.recorded import Stretch

from .made import MINUTE, tables

HOUR = 60 * MINUTE
OUT = "203.0.113.9"


def lead(kind: str, time: int, **facts: Any) -> Lead:
    return Lead(kind, f"process|{kind} {time}", time, "b", "ann", (f"record {time}",), facts)


def encoded(time: int, *does: str, url: str = f"http://{OUT}/a") -> Lead:
    return lead("encoded_command", time, does=does, urls=(url,), program="powershell.exe")


def called(time: int, address: str = OUT) -> Lead:
    return lead("outside_call", time, address=Entity("IP", address), port=80, program="powershell.exe")


def act(time: int, *leads: Lead, source: str | None = None, account: str = "ann", machine: str = "b") -> Act:
    """Make an act; with a source it is a remote logon."""
    hop = None
    if source:
        hop = {"from_id": source, "to_id": machine, "user_id": account, "start": time, "technique_name": "WMI"}
    return Act(f"act {time}", "hop" if hop else "process", f"v{time}", machine, account, time, ("e",), hop, leads)


def scene(time: int, *leads: Lead, source: str | None = "a", account: str = "ann", machine: str = "b") -> Scene:
    return Scene(machine, account, (act(time, *leads, source=source, account=account, machine=machine),))


@pytest.fixture
def teller() -> Teller:
    names = {"a": "ALPHA", "b": "BETA", "ann": "ann"}
    made = tables(
        Machine=[{"id": "a", "name": "ALPHA"}, {"id": "b", "name": "BETA", "role": "domain controller"}],
        User=[{"id": "ann", "name": "ann"}],
    )
    return Teller(Writer(made), names)


def test_what_one_account_does_in_one_go_is_one_scene() -> None:
    acts = [act(0, source="a"), act(MINUTE), act(8 * MINUTE), act(40 * MINUTE), act(41 * MINUTE, account="eve")]
    found = scenes_of(acts, lambda one: one.account, lambda one: (one.hop,) if one.hop else ())
    assert [(len(one.acts), one.account, one.source, len(one.logons)) for one in found] == [
        (3, "ann", "a", 1), (1, "ann", None, 0), (1, "eve", None, 0),
    ]  # fmt: skip


def test_alternatives_fold_by_what_they_have_in_common() -> None:
    first = scene(0, encoded(0, "runs", "amsi_off"), called(1))
    second = scene(5 * HOUR, encoded(5 * HOUR, "runs", url=f"http://{OUT}/b"), called(5 * HOUR + 1))
    (fold,) = folded([first, second])
    assert fold.scenes == (first, second)
    assert set(fold.common) == {
        ("encoded_command", ""), ("encoded_command", "runs"), ("outside_call", f"{OUT} 80"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        scene(5 * HOUR, called(5 * HOUR), account="eve"),
        scene(5 * HOUR, called(5 * HOUR), source="c"),
        scene(5 * HOUR, called(5 * HOUR), machine="c"),
        scene(5 * HOUR, called(5 * HOUR, "203.0.113.10")),
        scene(25 * HOUR, called(25 * HOUR)),
        scene(5 * HOUR, lead("who_am_i", 5 * HOUR, program="whoami.exe")),
    ],
    ids=["account", "from", "to", "effect", "a day later", "only whoami in common"],
)
def test_what_is_no_alternative_stands_alone(other: Scene) -> None:
    first = scene(0, called(0), lead("who_am_i", 1, program="whoami.exe"))
    assert [len(row.scenes) for row in folded([first, other])] == [1, 1]


def rows(*times: int) -> list[Fold]:
    return [Fold((scene(time, called(time), source=None),), frozenset()) for time in times]


def test_a_pause_is_told_with_what_was_recorded_meanwhile() -> None:
    around = [Stretch(0, MINUTE, 1), Stretch(2 * HOUR, 3 * HOUR, 1)]
    between = Stretch(20 * MINUTE, 30 * MINUTE, 1)
    (silent,) = breaks_of(rows(0, 10 * MINUTE, 2 * HOUR), [], around)
    assert (silent.before, silent.span, silent.recorded, silent.link) == (f"act {2 * HOUR}", 110 * MINUTE, False, None)
    (busy,) = breaks_of(rows(0, 10 * MINUTE, 2 * HOUR), [], [*around, between])
    assert busy.recorded
    (going_on,) = breaks_of(rows(0, 2 * HOUR), [], [Stretch(0, 3 * HOUR, 9)])
    assert going_on.recorded


def test_an_inferred_join_is_a_break_even_without_a_pause() -> None:
    link = {"id": "j", "confidence": "inferred"}
    late = frozenset({f"act {5 * MINUTE}", f"act {6 * MINUTE}"})
    (found,) = breaks_of(rows(0, 5 * MINUTE, 6 * MINUTE), [(late, link)], [])
    assert (found.before, found.span, found.link) == (f"act {5 * MINUTE}", 0, link)


def told(scenes: list[Scene], teller: Teller, **incident: Any) -> str:
    made = SimpleNamespace(**{"accounts": ["ann"], "outside": [OUT], **incident})
    found = headline_of(made, folded(scenes), teller, teller.writer._tables)  # type: ignore[arg-type]
    return "".join(plain(one) for one in found)


def test_the_headline_of_a_fold_says_what_every_visit_did(teller: Teller) -> None:
    visits = [scene(n * HOUR, encoded(n * HOUR, "runs"), called(n * HOUR + 1)) for n in range(3)]
    dump = scene(9 * HOUR, lead("lsass_dump", 9 * HOUR, path="C:\\x.dmp", program="taskmgr.exe"), source=None)
    assert told([*visits, dump], teller) == (
        f"Someone using ann moved from ALPHA to BETA 3 times in 2 hours; each time encoded PowerShell called {OUT}:80. "
        "They then wrote the memory of LSASS to a file."
    )


def test_the_headline_without_a_fold(teller: Teller) -> None:
    stay = scene(0, called(0), source=None)
    assert told([stay], teller) == f"Someone using ann acted on BETA within less than a second. They called {OUT}."
    assert told([stay], teller, accounts=[]).startswith("BETA did what an intruder does")


def test_names_do_not_decide_what_the_headline_tells(teller: Teller) -> None:
    visits = [scene(n * HOUR, encoded(n * HOUR, "runs"), called(n * HOUR + 1)) for n in range(2)]
    dump = scene(9 * HOUR, lead("lsass_dump", 9 * HOUR, path="x", program="y"), source=None)
    long = Teller(Writer(tables(Machine=[{"id": "b", "name": "B" * 60}])), {"b": "B" * 60})
    assert told([*visits, dump], teller).count(" They ") == told([*visits, dump], long).count(" They ") == 1


def test_at_most_eight_steps_the_heaviest(teller: Teller) -> None:
    light = [scene(n * HOUR, lead("who_am_i", n * HOUR, program="whoami.exe"), source=None) for n in range(11)]
    heavy = scene(5 * HOUR + MINUTE * 20, encoded(5 * HOUR, "runs"), source=None)
    steps = steps_of(folded([*light, heavy]), teller)
    assert len(steps) == MOST
    assert heavy.id in {step["act"] for step in steps}
    assert [step["time"] for step in steps] == sorted(step["time"] for step in steps)


def test_every_kind_has_words_that_its_facts_fill() -> None:
    """A name in braces that the full sentence doesn't know would be told as unknown."""
    assert phrases.PHRASES.keys() == weights().kinds.keys()
    for kind, phrase in phrases.PHRASES.items():
        known = {"to", "account"} | _fields(templates.LEADS[kind])
        for template in (phrase.step, phrase.clause, phrase.line):
            assert _fields(template) <= known, (kind, template)


def _fields(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field}
