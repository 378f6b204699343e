"""The table of weights: how many nats each term of a hop is worth, as steps that a person can read.

The table is `weights.toml`; `benchmarks/fit_lateral_weights.py` writes it. Every term has a fixed sign, so that more
of it never speaks the other way than its name says, and terms of one class together count no more than its cap.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np

from graphhunt.errors import AnalysisError
from graphhunt.lateral.paths.table import Floats


@dataclass(frozen=True, slots=True)
class Step:
    """One term's weights.

    Attributes:
        name: The term.
        group: Class of the term, whose cap it counts towards.
        sign: 1 where more of it speaks for an intruder, -1 where less does.
        edges: Upper ends of the steps but the last, rising.
        nats: Weight of each step, one more than edges.
    """

    name: str
    group: str
    sign: int
    edges: tuple[float, ...]
    nats: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse steps that do not rise, or that go against the sign.

        Raises:
            AnalysisError: They do.
        """
        rising = all(low < high for low, high in pairwise(self.edges))
        one_way = all(self.sign * (high - low) >= 0 for low, high in pairwise(self.nats))
        if not rising or not one_way or len(self.nats) != len(self.edges) + 1 or min(self.nats) < 0:
            raise AnalysisError(f"the weights of {self.name} are not steps in one direction from 0 upwards")

    def of(self, values: Floats) -> Floats:
        """Give the nats of some values of the term."""
        return np.asarray(np.array(self.nats)[np.searchsorted(np.array(self.edges), values, side="left")])


@dataclass(frozen=True, slots=True)
class Weights:
    """A table of weights.

    Attributes:
        ordinary: Nats that an ordinary hop comes to; only what is above them is a score.
        caps: Most nats per class.
        steps: The terms' weights.
    """

    ordinary: float
    caps: Mapping[str, float]
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> Weights:
        """Read a table as TOML gives it."""
        steps = tuple(
            Step(name, term["class"], term["sign"], tuple(map(float, term["edges"])), tuple(map(float, term["nats"])))
            for name, term in table["terms"].items()
        )
        return cls(float(table["ordinary"]), dict(table["caps"]), steps)

    def without(self, groups: Collection[str]) -> Weights:
        """Give the table without some classes.

        What an ordinary hop comes to without them is not known, so nothing is taken for ordinary: hops keep an order.
        """
        return Weights(0.0, self.caps, tuple(step for step in self.steps if step.group not in groups))

    def classes(self, terms: Iterable[tuple[str, Floats]]) -> dict[str, Floats]:
        """Give the nats of each class per row, at most its cap.

        Args:
            terms: Terms by name, with their numbers; those that the table does not name count nothing.
        """
        steps = {step.name: step for step in self.steps}
        found: dict[str, Floats] = {}
        for name, values in terms:
            if name in steps:
                nats, group = steps[name].of(values), steps[name].group
                found[group] = found[group] + nats if group in found else nats
        return {group: np.minimum(nats, self.caps[group]) for group, nats in found.items()}


@cache
def shipped() -> Weights:
    """Read the table that the package comes with, once."""
    return Weights.parse(tomllib.loads(resources.files(__package__).joinpath("weights.toml").read_text("utf-8")))
