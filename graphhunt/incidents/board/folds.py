"""Folds: alternatives, such as five ways to one machine with one effect, are one card that unfolds."""

from __future__ import annotations

from dataclasses import dataclass

from graphhunt.incidents.board.effects import Effect, effects_of, telling
from graphhunt.incidents.board.scene import Scene
from graphhunt.incidents.formation import DAY

WITHIN = DAY
"""From the first to the last of a fold, µs."""


@dataclass(frozen=True)
class Fold:
    """Scenes with the same from, to and account, and a common effect.

    Attributes:
        scenes: The scenes, earliest first; a single one where it has no alternative.
        common: The effects that they share.
    """

    scenes: tuple[Scene, ...]
    common: frozenset[Effect]

    @property
    def first(self) -> Scene:
        """The earliest scene."""
        return self.scenes[0]

    @property
    def id(self) -> str:
        """The id of the earliest scene."""
        return self.first.id

    @property
    def end(self) -> int:
        """When the last of it happened."""
        return max(scene.end for scene in self.scenes)

    @property
    def many(self) -> bool:
        """Whether there is anything to unfold."""
        return len(self.scenes) > 1


def folded(scenes: list[Scene]) -> list[Fold]:
    """Fold scenes that are alternatives of each other; the others stand alone, all by time."""
    found: list[Fold] = []
    last: dict[tuple[str | None, str, str | None], int] = {}
    for scene in sorted(scenes, key=lambda each: (each.time, each.id)):
        key = scene.source, scene.machine, scene.account
        known = effects_of(scene)
        fold = found[last[key]] if key in last else None
        common = fold.common & known.keys() if fold else frozenset()
        if fold and scene.end - fold.first.time <= WITHIN and telling(common, known):
            found[last[key]] = Fold((*fold.scenes, scene), frozenset(common))
            continue
        if known and scene.source:
            # One without an effect of its own doesn't end what came before and after it.
            last[key] = len(found)
        found.append(Fold((scene,), frozenset(known)))
    return found
