"""Which files the records of some hosts came from."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from graphhunt.evidence.segment import EVIDENCE_FILE

if TYPE_CHECKING:
    import polars as pl

    from graphhunt.evidence.workspace import Workspace

_LOG = logging.getLogger(__name__)


def record_files(workspace: Workspace, hosts: Collection[str]) -> pl.DataFrame:
    """Give `event_id` and `file` of the records of hosts.

    Segments whose records can't be read are left out: what depends on them is told without.
    """
    import polars as pl  # not at the top: processes that only load have no use for it

    schema = {"event_id": pl.String, "file": pl.String}
    found = [pl.DataFrame(schema=schema)]
    for segment in workspace.live():
        path = workspace.folder(segment.id) / EVIDENCE_FILE
        try:
            mine = pl.scan_parquet(path).filter(pl.col("host").cast(pl.String).is_in(sorted(hosts)))
            found.append(mine.select(pl.col(name).cast(pl.String) for name in schema).collect())
        except (OSError, pl.exceptions.PolarsError) as error:
            _LOG.warning("the files of the records in %s can't be told: %s", path, error)
    return pl.concat(found)
