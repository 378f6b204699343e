"""Hostile texts for a regular expression, made from its own parts: near matches, repeated beginnings, long runs.

A pattern is costly where the same text can be tried in many ways: when a run that one of its repeats takes is
long, when what begins a match begins again and again, or when everything fits but the end. The texts here are
those three, for every part of a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

_ANYTHING = ("a", "0", " ", "_", "\n", '"', "<", "-", "\\", "{")
_CATEGORIES = {
    op.CATEGORY_DIGIT: "0", op.CATEGORY_SPACE: " \n", op.CATEGORY_WORD: "a0_",
    op.CATEGORY_NOT_DIGIT: "a", op.CATEGORY_NOT_SPACE: "a0", op.CATEGORY_NOT_WORD: " -",
}  # fmt: skip
_CHOICES = 5
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


class Part(NamedTuple):
    """A part of a pattern: a text that fits it, and what may be repeated there."""

    text: str
    pumps: tuple[str, ...] = ()


class Shape(NamedTuple):
    """A text of any length: a beginning, a unit many times, an end."""

    start: str
    unit: str
    end: str

    def text(self, size: int) -> str:
        """Give about `size` characters."""
        return self.start + self.unit * max(1, (size - len(self.start)) // len(self.unit)) + self.end


def shapes(pattern: re.Pattern[Any]) -> list[Shape]:
    """List hostile texts for a pattern, each once."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(source, pattern.flags & ~re.UNICODE)
    return list(dict.fromkeys(shape for path in _paths(tree) for shape in _of_path(path) if shape.unit))


def _of_path(path: list[Part]) -> Iterator[Shape]:
    whole = "".join(part.text for part in path)
    for end in ("", "\0", "\n\0"):
        yield Shape("", whole, end)
        yield Shape("", whole[:-1], end)
    for at, part in enumerate(path):
        before = "".join(each.text for each in path[: at + 1])
        after = "".join(each.text for each in path[at + 1 :])
        yield Shape("", before, "")
        yield Shape("", before, "\n\0")
        if part.pumps:
            yield Shape(before, after, "\n\0")
        for pump in part.pumps:
            yield Shape("", pump, "\0")
            yield Shape(before, pump, "\0")
            yield Shape("", before + pump, "")
            yield Shape(before, pump + "\n", "")


def _paths(tree: Any) -> list[list[Part]]:
    """Walk a parsed pattern in the first way it can be matched, and in each that differs from it in one place."""
    options = [_options(kind, value) for kind, value in tree]
    paths = [[part for choices in options for part in choices[0]]]
    for at, choices in enumerate(options):
        for choice in choices[1:_CHOICES]:
            others = (choice if number == at else each[0] for number, each in enumerate(options))
            paths.append([part for each in others for part in each])
    return paths


def _options(kind: Any, value: Any) -> list[list[Part]]:
    if kind in _REPEATS:
        return _repeated(*value)
    if kind is op.BRANCH:
        return [path for branch in value[1][:3] for path in _paths(branch)[:2]]
    if kind is op.SUBPATTERN:
        return _paths(value[3])
    if kind is op.ATOMIC_GROUP:
        return _paths(value)
    if kind in (op.AT, op.ASSERT, op.ASSERT_NOT, op.GROUPREF):
        return [[]]
    return [[Part(_members(kind, value)[0])]]


def _repeated(least: int, most: Any, tree: Any) -> list[list[Part]]:
    inner = _paths(tree)
    texts = ["".join(part.text for part in path) for path in inner]
    pumps = tuple(_members(*tree[0])) if len(tree) == 1 and tree[0][0] in _SINGLE else tuple(texts)
    if most is not op.MAXREPEAT and most < 16:
        found = [[Part(texts[0] * max(least, 1))]]
    else:
        found = [[Part(text * max(least, 1), pumps)] for text in texts]
    found += [path for path in inner if any(part.pumps for part in path)]
    return [*found, []] if least == 0 else found


_SINGLE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)


def _members(kind: Any, value: Any) -> list[str]:
    """Give some characters that a part of one character takes."""
    if kind is op.LITERAL:
        return [chr(value)]
    if kind is op.NOT_LITERAL:
        return [each for each in _ANYTHING if each != chr(value)][:5]
    if kind is op.ANY:
        return [each for each in _ANYTHING if each != "\n"][:5]
    return _of_class(value)


def _of_class(items: Any) -> list[str]:
    taken: list[str] = []
    for kind, value in items:
        if kind is op.LITERAL:
            taken.append(chr(value))
        elif kind is op.RANGE:
            taken += [chr(value[0]), chr(value[1])]
        elif kind is op.CATEGORY:
            taken += _CATEGORIES[value]
    if items[0][0] is op.NEGATE:
        return [each for each in _ANYTHING if each not in taken][:5]
    return list(dict.fromkeys(taken))[:6]
