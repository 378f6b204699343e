"""Score refinement: an isolated anomaly falls, a clustered one stays.

`y'(e) = min(y(e), max(second(source), second(destination)))`, where second(v) is the second highest score
among the connections of v that day, or the only one. From the published evaluation of UltraLMD++ (2025).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphhunt.lateral.paths.table import Flags, Floats, Ints, LogonTable


def refine(table: LogonTable, score: Floats, day: Ints, rows: Flags) -> Floats:
    """Give the refined scores; rows outside `rows` keep theirs and lend no support.

    Args:
        table: The logons.
        score: Score per row.
        day: Day number per row.
        rows: Rows that take part.
    """
    kept = np.flatnonzero(rows)
    frame = pl.DataFrame({"s": table.src[kept], "d": table.dst[kept], "day": day[kept], "y": score[kept]})
    edges = frame.group_by("s", "d", "day").agg(pl.col("y").max())
    support = edges
    for end in ("s", "d"):
        second = edges.group_by(end, "day").agg(pl.col("y").top_k(2).min().alias(f"second_{end}"))
        support = support.join(second, on=[end, "day"])
    bound = support.select("s", "d", "day", pl.max_horizontal("second_s", "second_d").alias("bound"))
    joined = frame.join(bound, on=["s", "d", "day"], how="left", maintain_order="left")
    result = score.copy()
    result[kept] = np.minimum(score[kept], joined["bound"].to_numpy())
    return result
