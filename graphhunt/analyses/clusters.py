"""`analyze clusters`: process starts of one pattern, by command shape, parent, path depth and integrity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.least import few_starts
from graphhunt.errors import LimitError
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox._cluster_rows import NOISE, renumber
from graphhunt.toolbox.command_shape import command_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from graphhunt.analyses.extract import Extract

MOST_SHAPES = 50_000
"""Distinct patterns that can be clustered at once."""

_DIMENSIONS = 16
_HASH_BITS = 12
_WORD = re.compile(r"[^\s\\/,;:\"']+")
_SHAPE = ["shape", "name", "parent_name", "depth", "integrity", "company"]


def cluster_processes(processes: pl.DataFrame, eps: float = 0.15, least: int = 2) -> pl.DataFrame:
    """Cluster process starts.

    Distinct patterns are clustered once, with the number of starts as weight: hashed words of the shape, image,
    parent, path depth, integrity and signer, reduced to 16 dimensions, cosine distance.

    Args:
        processes: `id`, `name`, `parent_name`, `path`, `command_line`, `integrity`, `company`, `machine_id`, `start`.
        eps: Largest distance of neighbours, 0 to 2.
        least: Starts that make a cluster.

    Returns:
        By process: `id`, `cluster_id` (-1 for none), `cluster_size`, `cluster_first`, `cluster_last` (µs),
        `cluster_shape`, `cluster_hosts`.

    Raises:
        LimitError: There are more than 50,000 distinct patterns.
    """
    from sklearn.cluster import DBSCAN  # lists of hunts do without scikit-learn

    if processes.is_empty():
        return pl.DataFrame(schema={"id": pl.String, "cluster_id": pl.Int64})
    frame = _shaped(processes)
    patterns = frame.group_by(_SHAPE).agg(weight=pl.len()).sort(_SHAPE, nulls_last=True)
    if len(patterns) > MOST_SHAPES:
        raise LimitError(f"{len(patterns)} distinct patterns are too many to cluster",
                         hint="narrow it by since, until or machine")  # fmt: skip
    points = pattern_vectors(patterns)
    model = DBSCAN(eps=eps, min_samples=least, metric="cosine")
    labels = renumber(model.fit(points, sample_weight=patterns["weight"].to_numpy()).labels_.astype(np.int64))
    known = patterns.with_columns(cluster_id=pl.Series(labels))
    frame = frame.join(known.drop("weight"), on=_SHAPE, how="left", nulls_equal=True, maintain_order="left")
    alone = pl.col("cluster_id") == NOISE
    group = pl.when(alone).then(pl.concat_str(pl.lit("alone "), "id")).otherwise(pl.col("cluster_id").cast(pl.String))
    return frame.with_columns(group=group).select(
        "id", "cluster_id",
        cluster_size=pl.len().over("group").cast(pl.Int64),
        cluster_first=pl.col("start").min().over("group"),
        cluster_last=pl.col("start").max().over("group"),
        cluster_shape=pl.col("shape"),
        cluster_hosts=pl.col("machine_id").n_unique().over("group").cast(pl.Int64),
    ).sort("id")  # fmt: skip


def _shaped(processes: pl.DataFrame) -> pl.DataFrame:
    """Add the shape and path depth of each start."""
    commands = processes["command_line"].fill_null("")
    shapes = {c: command_shape(c) for c in commands.unique()}
    return processes.sort("id").with_columns(
        shape=pl.col("command_line").fill_null("").replace_strict(shapes, return_dtype=pl.String),
        depth=pl.col("path").fill_null("").str.count_matches(r"[\\/]").cast(pl.Int64),
        name=pl.col("name").str.to_lowercase(),
        parent_name=pl.col("parent_name").str.to_lowercase(),
    )


def pattern_vectors(patterns: pl.DataFrame) -> NDArray[np.float64]:
    """Turn patterns into unit vectors of at most 16 dimensions; equal patterns get equal vectors on every run."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.preprocessing import normalize

    texts = [
        f"{shape} image={name} image={name} parent={parent} depth={depth} integrity={level} signer={signer}"
        for shape, name, parent, depth, level, signer in patterns.select(_SHAPE).iter_rows()
    ]
    hashed = HashingVectorizer(n_features=1 << _HASH_BITS, tokenizer=_WORD.findall, token_pattern=None, lowercase=False)
    words = hashed.transform(texts)
    dimensions = min(_DIMENSIONS, words.shape[0] - 1, words.shape[1] - 1)
    if dimensions < 2:
        dense: NDArray[np.float64] = words.toarray()
        return dense
    reduced = TruncatedSVD(dimensions, random_state=0).fit_transform(words)
    vectors: NDArray[np.float64] = normalize(np.round(reduced, 9))
    return vectors


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    return {"Process": cluster_processes(extract.starts, values["eps"], values["min_size"])}


ANALYSIS = Analysis(
    name="clusters",
    prefix="cluster",
    summary="Groups process starts of one pattern, so that the ones that fit nowhere stand out.",
    compute=_compute,
    too_little=lambda extract: {"Process": few_starts(extract.starts)},
    properties=(
        Written("Process", "cluster_id", "number of the cluster, -1 for none"),
        Written("Process", "cluster_size", "starts in the cluster; 1 for none"),
        Written("Process", "cluster_first", "first start of the cluster, µs"),
        Written("Process", "cluster_last", "last start of the cluster, µs"),
        Written("Process", "cluster_shape", "shape of the command line"),
        Written("Process", "cluster_hosts", "machines the cluster was seen on"),
    ),
    parameters=(
        Parameter("eps", "float", 0.15, "largest distance of neighbours (cosine)"),
        Parameter("min_size", "int", 2, "starts that make a cluster"),
    ),
)
"""The analytic."""
