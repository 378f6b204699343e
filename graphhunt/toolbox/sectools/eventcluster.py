"""What `msticpy.sectools.eventcluster` has for clusters of events; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.eventcluster import dbcluster_events
from graphhunt.toolbox.plot_clusters import plot_cluster
from graphhunt.toolbox.process_features import add_process_features
from graphhunt.toolbox.text_features import (
    _string_score,
    char_ord_score,
    char_ord_score_df,
    crc32_hash,
    crc32_hash_df,
    delim_count,
    delim_count_df,
    delim_hash,
    token_count,
    token_count_df,
)

__all__ = [
    "_string_score",
    "add_process_features",
    "char_ord_score",
    "char_ord_score_df",
    "crc32_hash",
    "crc32_hash_df",
    "dbcluster_events",
    "delim_count",
    "delim_count_df",
    "delim_hash",
    "plot_cluster",
    "token_count",
    "token_count_df",
]
