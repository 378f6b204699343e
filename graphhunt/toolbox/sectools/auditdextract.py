"""What `msticpy.sectools.auditdextract` has for Linux audit logs; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.auditdextract import (
    extract_events_to_df,
    generate_process_tree,
    get_event_subset,
    read_from_file,
    unpack_auditd,
)

__all__ = [
    "extract_events_to_df",
    "generate_process_tree",
    "get_event_subset",
    "read_from_file",
    "unpack_auditd",
]
