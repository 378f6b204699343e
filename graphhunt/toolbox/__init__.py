"""Analytics: functions on DataFrames under the names a msticpy user knows, and runs over the graph.

Everything public is importable from here and loaded when first used, so that a command that needs one
function doesn't pay for scikit-learn or matplotlib. The runs over the graph are listed by
`graphhunt.analyses.registry`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_NAMES = {
    "sessionize": "create_session_col sessionize_data",
    "process_features": "add_process_features",
    "text_features": (
        "delim_count delim_hash char_ord_score _string_score token_count crc32_hash "
        "delim_count_df char_ord_score_df token_count_df crc32_hash_df"
    ),
    "eventcluster": "dbcluster_events",
    "plot_clusters": "plot_cluster",
    "outliers": "identify_outliers remove_common_items",
    "cut_forest": "identify_outliers_rrcf RobustRandomCutForest",
    "plot_outliers": "plot_outlier_results",
    "process_schema": "ProcSchema infer_schema",
    "process_tree": "build_process_tree build_proc_tree",
    "process_tree_utils": (
        "get_ancestors get_children get_descendents get_parent get_process get_process_key get_root get_roots "
        "get_root_tree get_siblings get_summary_info get_tree_depth"
    ),
    "process_tree_text": "TemplateLine tree_to_text",
    "plot_process_trees": "plot_process_tree build_and_show_process_tree",
    "plot_timeline": "display_timeline",
    "plot_timeline_values": "display_timeline_values",
    "plot_timeline_duration": "display_timeline_duration",
    "plot_heatmaps": "plot_heatmap",
    "syslog_sessions": "cluster_syslog_logons_df risky_sudo_sessions",
    "cmd_line": "risky_cmd_line cmd_speed",
    "base64unpack": (
        "unpack unpack_df unpack_items get_hashes get_items_from_gzip get_items_from_tar get_items_from_zip"
    ),
    "iocextract": "IoCExtract IoCPattern IoCType",
    "auditdextract": "extract_events_to_df generate_process_tree get_event_subset read_from_file unpack_auditd",
    "domain_validator": "DomainValidator",
    "domain_utils": "dns_components url_components ip_rev_resolve ip_rev_resolve_df",
    "screenshots": "screenshot",
    "host_record": "create_host_record",
    "network_frames": "df_to_networkx",
    "entities": (
        "Account Alert AzureResource CloudApplication CloudLogonSession Dns Entity File FileHash GeoLocation Host "
        "HostLogonSession Incident IoTDevice Ip IpAddress Machine MailCluster MailMessage Mailbox MailboxConfiguration "
        "Malware NetworkConnection OAuthApplication Process RegistryKey RegistryValue SecurityGroup ServicePrincipal "
        "SubmissionMail Threatintelligence UnknownEntity Url User"
    ),
    "security_base": "SecurityBase",
    "security_alert": "SecurityAlert",
    "security_event": "SecurityEvent",
    "data_providers": "QueryProvider",
    "timespan": "TimeSpan",
    "nbwidgets": (
        "AlertSelector GetEnvironmentKey GetText Lookback OptionButtons Progress QueryTime SelectAlert SelectItem "
        "SelectString SelectSubset"
    ),
    "query_drivers": "register_driver",
    "query_files": "QueryParameter StoredQuery",
    "nbdisplay": (
        "display_alert display_logon_data draw_alert_entity_graph format_alert format_logon plot_entity_graph"
    ),
    "intel.tilookup": "TILookup",
    "intel.vtlookup": "VTLookup",
    "geo_lite": "GeoLiteLookup",
    "ip_stack": "IPStackLookup",
    "geo_lookup": "GeoIpLookup geo_distance entity_distance",
}

_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
