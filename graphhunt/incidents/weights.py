"""The weights of the score, from `weights.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of lead: what it weighs, nats, and its class; of one class the strongest counts."""

    weight: float
    klass: str


@dataclass(frozen=True)
class Weights:
    """Every number of the score; see `weights.toml`.

    Attributes:
        prior: Log-odds of an intrusion before anything is seen.
        line: Score above which an incident is shown.
        cap: Most that a class counts, nats.
        network_cap: Most that all ways together count that network sensors alone saw.
        further: Most that each class of another visit adds.
        further_share: Part of its weight that it adds.
        most_further: Most classes that add so.
        rarity: Most that it adds that an account seldom went that way before.
        rarity_days: Days with remote logons that must lie before for that to count.
        relay: What going on as another account adds, where records prove both.
        kinds: The kinds of leads by name.
    """

    prior: float
    line: float
    cap: float
    network_cap: float
    further: float
    further_share: float
    most_further: int
    relay: float
    rarity: float
    rarity_days: int
    kinds: dict[str, Kind]

    def scaled(self, kind: str, factor: float) -> Weights:
        """Give the weights with that of one kind multiplied, to see what hangs on it."""
        changed = replace(self.kinds[kind], weight=self.kinds[kind].weight * factor)
        return replace(self, kinds={**self.kinds, kind: changed})


@cache
def weights() -> Weights:
    """Give the shipped weights."""
    given = tomllib.loads(resources.files("graphhunt.incidents").joinpath("weights.toml").read_text("utf-8"))
    kinds = {name: Kind(each["weight"], each["class"]) for name, each in given.pop("kinds").items()}
    return Weights(kinds=kinds, **given)
