"""What `msticpy.sectools.syslog_utils` has for Linux hosts by their syslog; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.cmd_line import risky_cmd_line
from graphhunt.toolbox.host_record import create_host_record
from graphhunt.toolbox.syslog_sessions import cluster_syslog_logons_df, risky_sudo_sessions

__all__ = [
    "cluster_syslog_logons_df",
    "create_host_record",
    "risky_cmd_line",
    "risky_sudo_sessions",
]
