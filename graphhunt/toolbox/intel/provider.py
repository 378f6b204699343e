"""What a provider is: a name, the kinds it knows, how often it may be asked, and how it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from graphhunt.toolbox.intel.state import Limit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphhunt.toolbox.intel.answer import Answer, Asked
    from graphhunt.toolbox.intel.wire import Reply


class Client(Protocol):
    """What providers ask through; `wire.Wire` is one."""

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask for JSON."""
        ...

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a body and read JSON."""
        ...


class Provider:
    """One source of answers about indicators.

    Attributes:
        name: What it is called.
        about: What it is, as one sentence.
        kinds: Kinds of indicators that it knows.
        subtypes: Its words for what may be asked beside the usual.
        limit: How often it may be asked.
        needs: Fields of its keys; none where it needs no key.
        online: Whether asking tells somebody outside.
        together: Indicators that one request may ask for.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    subtypes: ClassVar[frozenset[str]] = frozenset()
    limit: ClassVar[Limit] = Limit(60, 60, 1000)
    needs: ClassVar[tuple[str, ...]] = ("key",)
    online: ClassVar[bool] = True
    together: int = 1

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Ask about one indicator.

        Raises:
            WireError: There is no usable answer.
        """
        raise NotImplementedError

    async def lookup_together(self, asked: Sequence[Asked], client: Client) -> list[Answer | None]:
        """Ask about several indicators, at most `together`; None where the answer leaves one out.

        Raises:
            WireError: There is no usable answer; OneByOneError if the service takes one at a time only.
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        """Name it without its keys."""
        return f"<provider {self.name}>"


def part(data: Any, *path: str) -> Any:
    """Give what an answer holds at a path of names; None where it doesn't, whatever stands there instead."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def number(value: Any) -> float:
    """Give a number of an answer; 0 for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def some(value: Any, most: int = 20) -> list[Any]:
    """Give the first items of a list of an answer; none for anything else."""
    return list(value[:most]) if isinstance(value, list) else []
