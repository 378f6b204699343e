"""Makes fact frames by hand, as the workspace gives them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

import msgspec
import polars as pl

from graphhunt.evidence.tables import polars_schema
from graphhunt.ids import digest
from graphhunt.model import FACTS, Fact

SECOND = 1_000_000
T0 = 1_600_000_000 * SECOND


def frames(facts: Iterable[Fact], shuffle: int | None = None) -> Callable[[str], pl.DataFrame]:
    """Give the facts as `build` takes them; each fact is a record of its own, equal ones are one record."""
    return records([[fact] for fact in facts], shuffle)


def records(told: Iterable[Sequence[Fact]], shuffle: int | None = None) -> Callable[[str], pl.DataFrame]:
    """Give the facts of records as `build` takes them; records that say the same are one."""
    rows: dict[str, dict[tuple[str, int], dict[str, object]]] = {}
    for facts in told:
        said = [msgspec.to_builtins(fact) for fact in facts]
        event_id = digest(*(part for row in said for part in (row.pop("kind"), repr(sorted(row.items())))))
        for ordinal, (fact, row) in enumerate(zip(facts, said, strict=True)):
            row["times"] = [{"key": name, "value": time} for name, time in fact.times.items()]
            row |= {"event_id": event_id, "ordinal": ordinal, "source": "test", "client_id": "default"}
            rows.setdefault(str(fact.__struct_config__.tag), {})[event_id, ordinal] = row

    def give(kind: str) -> pl.DataFrame:
        struct = next(f for f in FACTS if f.__struct_config__.tag == kind)
        found = list(rows.get(kind, {}).values())
        if shuffle is not None:
            random.Random(shuffle).shuffle(found)
        return pl.DataFrame(found, schema=polars_schema(struct), orient="row")

    return give
