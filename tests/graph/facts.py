"""Makes fact frames by hand, as the workspace gives them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import msgspec
import polars as pl

from graphhunt.evidence.tables import polars_schema
from graphhunt.ids import digest
from graphhunt.model import FACTS, Fact

SECOND = 1_000_000
T0 = 1_600_000_000 * SECOND


def frames(facts: Iterable[Fact], shuffle: int | None = None) -> Callable[[str], pl.DataFrame]:
    """Give the facts as `build` takes them; each fact is a record of its own, equal ones are one record."""
    rows: dict[str, dict[str, dict[str, object]]] = {}
    for fact in facts:
        row = msgspec.to_builtins(fact)
        kind = row.pop("kind")
        event_id = digest(kind, repr(sorted(row.items(), key=lambda item: item[0])))
        row["times"] = [{"key": name, "value": time} for name, time in fact.times.items()]
        row |= {"event_id": event_id, "ordinal": 0, "source": "test", "client_id": "default"}
        rows.setdefault(kind, {})[event_id] = row

    def give(kind: str) -> pl.DataFrame:
        struct = next(f for f in FACTS if f.__struct_config__.tag == kind)
        found = list(rows.get(kind, {}).values())
        if shuffle is not None:
            random.Random(shuffle).shuffle(found)
        return pl.DataFrame(found, schema=polars_schema(struct), orient="row")

    return give
