"""The parameters of questions, and the one way in which a given value becomes one of a parameter's type."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.times import iso, micros, span

_YES = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_SEPARATOR = re.compile(r"[,\n]")


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    whole = isinstance(value, str) or (isinstance(value, float) and value.is_integer())
    number = int(value) if whole else operator.index(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else _YES[str(value).lower()]


def _mapping(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, Mapping):
        raise TypeError
    return dict(found)


def _many(one: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """Make the reader of a list: a list, JSON of one, or text with commas or line breaks between its items."""

    def read(value: Any) -> list[Any]:
        if isinstance(value, str):
            listed = value.lstrip().startswith("[")
            value = json.loads(value) if listed else [part.strip() for part in _SEPARATOR.split(value) if part.strip()]
        if isinstance(value, Mapping) or not isinstance(value, Iterable):
            value = [value]
        return [one(item) for item in value]

    return read


TYPES: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": _whole,
    "float": _number,
    "bool": _truth,
    "datetime": micros,
    "duration": span,
    "list[str]": _many(_text),
    "list[int]": _many(_whole),
    "list[float]": _many(_number),
    "map": _mapping,
}
"""Types of parameters by name, with what reads one. Times and lengths of time become microseconds."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a question or an analytic.

    Attributes:
        name: What it is called.
        type: One of `TYPES`.
        default: What it is when not given, as it would be given.
        help: What it means.
        required: Whether it has to be given.
        least: The least number it can be; None for any.
        choices: The values it can have; any when empty.
    """

    name: str
    type: str
    default: Any = None
    help: str = ""
    required: bool = False
    least: int | None = None
    choices: tuple[str, ...] = ()

    def read(self, value: Any) -> Any:
        """Turn a given value, as text or as a value, into the parameter's type; None is the default.

        Raises:
            UsageError: It can't be, it is too small, or it is none of the choices.
        """
        if value is None:
            return None if self.default is None else self.read(self.default)
        try:
            found = TYPES[self.type](value)
        except UsageError as error:
            raise UsageError(f"{self.name}: {error.message}", hint=error.hint) from error
        except (TypeError, ValueError, KeyError, OverflowError, RecursionError) as error:
            raise UsageError(f"{value!r} is not a value of {self.name} ({self.type})") from error
        if self.least is not None and found < self.least:
            raise UsageError(f"{self.name} is at least {self.least}, not {found}")
        if self.choices and found not in self.choices:
            raise UsageError(f"{self.name} is one of {', '.join(self.choices)}, not {found!r}")
        return found

    def describe(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "name": self.name, "type": self.type, "default": self.default, "required": self.required,
            "help": self.help, "choices": list(self.choices),
        }  # fmt: skip


def dated_values(parameters: Iterable[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Give bound values with those that are times by their parameter's type as ISO 8601 text."""
    times = {parameter.name for parameter in parameters if parameter.type == "datetime"}
    return {name: iso(value) if name in times else value for name, value in values.items()}


def key_of(name: str) -> str:
    """Give what names of one thing have in common: case, and `-` and `_`, make no difference."""
    return name.strip().lower().replace("-", "_")


def bind(name: str, parameters: Iterable[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Check given values against the parameters of what is called `name`, and fill in defaults.

    Raises:
        UsageError: A name is unknown, a required value is missing, or a value isn't of its type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    hint = "it takes " + (", ".join(known) or "none")
    if unknown := sorted(set(given) - set(known)):
        raise UsageError(f"{name} has no parameter '{unknown[0]}'", hint=hint)
    for key, parameter in known.items():
        if parameter.required and given.get(key) in (None, ""):
            raise UsageError(f"{name} needs a value for '{key}'", hint=hint)
    return {key: parameter.read(given.get(key)) for key, parameter in known.items()}
