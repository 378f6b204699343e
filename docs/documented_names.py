"""What the documents of the toolbox name, where it is here, and a call of each; tests make the calls."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

TOOLBOX = "graphhunt.toolbox"

NOT_HERE_YET: frozenset[str] = frozenset()
"""Names that may be missing. One that has come is taken off here, and its line below gets a call."""


class Name(NamedTuple):
    """A name of the documents' module, a call of it as its users type it, and what that gives."""

    module: str
    name: str
    call: str = ""
    gives: str = ""

    def home(self) -> str:
        """Give the module here that has the name; nothing where there is none."""
        package = importlib.import_module(TOOLBOX)
        try:
            found: Any = getattr(package, self.name)
        except AttributeError:
            try:
                return importlib.import_module(f"{TOOLBOX}.{self.name}").__name__
            except ModuleNotFoundError:
                return ""
        return str(getattr(found, "__module__", None) or found.__name__)


_EXECVE = '[{"SYSCALL": "pid=4 ppid=1 uid=0 exe=\\"/bin/ls\\""}, {"EXECVE": "argc=2 a0=\\"ls\\" a1=\\"-l\\""}]'
_PROCESSES = (
    'pd.DataFrame({"Computer": "h", "UtcTime": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True), "EventID": 1, '
    '"ProcessId": [8, 9], "ParentProcessId": [4, 8], "Image": ["C:\\\\a.exe", "C:\\\\b.exe"], '
    '"ParentImage": ["C:\\\\x.exe", "C:\\\\a.exe"], "CommandLine": "x", "User": "u", "LogonId": "0x1"})'
)
_POINTS = 'pd.DataFrame({"x": [1, 1, 9], "y": [5, 5, 0]})'
_SYSLOG = (
    'pd.DataFrame({"TimeGenerated": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True), "Computer": "h", '
    '"ProcessID": 7, "SyslogMessage": [f"pam_unix(sudo:session): session {w} for user ann by (uid=0)" '
    'for w in ("opened", "closed")]})'
)
_COMMANDS = (
    'pd.DataFrame({"TimeGenerated": pd.to_datetime(["2024-01-01 00:00:01", "2024-01-01 00:00:02"], utc=True), '
    '"Command": ["cat /etc/shadow", "id"]})'
)
_TIMES = 'pd.DataFrame({"TimeGenerated": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True), "n": [1, 2]})'

NAMES = (
    Name("auditdextract", "unpack_auditd", f'unpack_auditd({_EXECVE})["SYSCALL_EXECVE"]["cmdline"]', "'ls -l'"),
    Name(
        "auditdextract",
        "extract_events_to_df",
        f'extract_events_to_df(pd.DataFrame({{"AuditdMessage": [{_EXECVE}]}}))["cmdline"].tolist()',
        "['ls -l']",
    ),
    Name("auditdextract", "read_from_file", 'read_from_file(audit_log)["EventType"].tolist()', "['LOGIN']"),
    Name(
        "auditdextract",
        "get_event_subset",
        'get_event_subset(read_from_file(audit_log), "LOGIN")["pid"].tolist()',
        "[3]",
    ),
    Name(
        "auditdextract",
        "generate_process_tree",
        f'generate_process_tree(extract_events_to_df(pd.DataFrame({{"AuditdMessage": [{_EXECVE}], "TimeStamp": '
        'pd.to_datetime(["2024-01-01"], utc=True)})))["exe"].dropna().tolist()[-1:]',
        "['/bin/ls']",
    ),
    Name("base64unpack", "unpack", 'unpack("run d2hvYW1pIC9hbGw=")[1]["decoded_string"].tolist()', "['whoami /all']"),
    Name(
        "base64unpack",
        "unpack_df",
        'unpack_df(pd.DataFrame({"c": ["d2hvYW1pIC9hbGw="]}), "c")["decoded_string"].tolist()',
        "['whoami /all']",
    ),
    Name(
        "base64unpack",
        "unpack_items",
        'unpack_items(input_string="d2hvYW1pIC9hbGw=")[1]["md5"].str.len().tolist()',
        "[32]",
    ),
    Name("base64unpack", "get_hashes", 'get_hashes(b"")["md5"]', "'d41d8cd98f00b204e9800998ecf8427e'"),
    Name("iocextract", "IoCExtract", 'IoCExtract().extract("to 10.1.2.3")', "{'ipv4': {'10.1.2.3'}}"),
    Name("iocextract", "IoCType", 'IoCType.parse("url").value', "'url'"),
    Name(
        "tiproviders", "TILookup", "sorted(TILookup().available_providers)[:3]", "['AbuseIPDB', 'AzSTI', 'GreyNoise']"
    ),
    Name("vtlookup", "VTLookup", 'refused(VTLookup, "")', "'UsageError'"),
    Name("geoip", "GeoLiteLookup", 'refused(GeoLiteLookup, "none.mmdb")', "'UsageError'"),
    Name("geoip", "IPStackLookup", 'refused(IPStackLookup("key").lookup_ip, "8.8.8.8")', "'UsageError'"),
    Name("eventcluster", "dbcluster_events", f'dbcluster_events({_POINTS})[0]["ClusterSize"].tolist()', "[2, 1]"),
    Name(
        "eventcluster",
        "add_process_features",
        'add_process_features(pd.DataFrame({"NewProcessName": ["/bin/sh"]}))["processName"].tolist()',
        "['sh']",
    ),
    Name("eventcluster", "char_ord_score", 'char_ord_score("ab")', "195"),
    Name("eventcluster", "char_ord_score_df", 'char_ord_score_df(pd.DataFrame({"t": ["ab"]}), "t").tolist()', "[195]"),
    Name("eventcluster", "_string_score", '_string_score("ab")', "195"),
    Name("eventcluster", "delim_count", 'delim_count("a-b c")', "2"),
    Name("eventcluster", "delim_count_df", 'delim_count_df(pd.DataFrame({"t": ["a-b c"]}), "t").tolist()', "[2]"),
    Name("eventcluster", "delim_hash", 'delim_hash("a-b") == delim_hash("c-d")', "True"),
    Name("eventcluster", "token_count", 'token_count("a b c")', "3"),
    Name("eventcluster", "token_count_df", 'token_count_df(pd.DataFrame({"t": ["a b c"]}), "t").tolist()', "[3]"),
    Name("eventcluster", "crc32_hash", 'crc32_hash("123456789") == 0xCBF43926', "True"),
    Name(
        "eventcluster",
        "crc32_hash_df",
        '(crc32_hash_df(pd.DataFrame({"t": ["123456789"]}), "t") == 0xCBF43926).tolist()',
        "[True]",
    ),
    Name(
        "eventcluster",
        "plot_cluster",
        f"plot_cluster(dbcluster_events({_POINTS})[1], {_POINTS}, dbcluster_events({_POINTS})[2]) is not None",
        "True",
    ),
    Name(
        "outliers",
        "identify_outliers",
        "identify_outliers(np.array([[0.0]] * 30 + [[9.0]]), np.array([[9.0]]))[2].tolist()",
        "[-1]",
    ),
    Name(
        "outliers",
        "remove_common_items",
        'remove_common_items(pd.DataFrame({"t": list("aab")}), ["t"])["t"].tolist()',
        "['b']",
    ),
    Name(
        "outliers",
        "plot_outlier_results",
        'plot_outlier_results(identify_outliers(points, points)[0], points, points, points[:0], ["a", "b"], "t") '
        "is not None",
        "True",
    ),
    Name(
        "syslog_utils", "cluster_syslog_logons_df", f'cluster_syslog_logons_df({_SYSLOG})["User"].tolist()', "['ann']"
    ),
    Name("syslog_utils", "create_host_record", f'create_host_record({_SYSLOG}, pd.DataFrame())["HostName"]', "'h'"),
    Name(
        "syslog_utils",
        "risky_sudo_sessions",
        f'risky_sudo_sessions(cluster_syslog_logons_df({_SYSLOG}), {{"2024-01-01 12:00": "id"}})',
        "{0: 'id'}",
    ),
    Name("cmd_line", "risky_cmd_line", f'list(risky_cmd_line({_COMMANDS}, "Syslog").values())', "['cat /etc/shadow']"),
    Name("cmd_line", "cmd_speed", f'len(cmd_speed({_COMMANDS}, "Command", time=5, events=2))', "1"),
    Name("domain_utils", "dns_components", 'dns_components("http://www.example.co.uk/x")["suffix"]', "'co.uk'"),
    Name("domain_utils", "url_components", 'url_components("https://a.com:8443/x")["port"]', "8443"),
    Name("domain_utils", "DomainValidator", 'DomainValidator().validate_tld("http://a.com/")', "True"),
    Name("domain_utils", "ip_rev_resolve", 'ip_rev_resolve("127.0.0.1", allow_network=True)["rdtype"]', "'PTR'"),
    Name("domain_utils", "screenshot", 'refused(screenshot, "http://example.com/")', "'AccessError'"),
    Name("nbwidgets", "nbwidgets", 'GetText(default="pc1").value', "'pc1'"),
    Name("nbdisplay", "nbdisplay", '"ann" in format_logon(pd.DataFrame({"TargetUserName": ["ann"]})).data', "True"),
    Name("process_tree", "build_process_tree", f"len(build_process_tree({_PROCESSES}))", "3"),
    Name(
        "process_tree", "plot_process_tree", f"plot_process_tree(build_process_tree({_PROCESSES})) is not None", "True"
    ),
    Name(
        "process_tree", "build_and_show_process_tree", f"build_and_show_process_tree({_PROCESSES}) is not None", "True"
    ),
    Name("timeline", "display_timeline", f'"<svg" in display_timeline({_TIMES}).page()', "True"),
    Name(
        "timeline",
        "display_timeline_values",
        f'"<svg" in display_timeline_values({_TIMES}, value_column="n").page()',
        "True",
    ),
    Name(
        "timeline",
        "display_timeline_duration",
        f'"<svg" in display_timeline_duration({_TIMES}, group_by="n").page()',
        "True",
    ),
    Name("QueryProvider", "QueryProvider", 'QueryProvider("LocalData").environment', "'LocalData'"),
    Name(
        "SecurityAlert and SecurityEvent",
        "SecurityAlert",
        'SecurityAlert({"AlertName": "n", "SystemAlertId": "7"}).SystemAlertId',
        "'7'",
    ),
    Name(
        "SecurityAlert and SecurityEvent",
        "SecurityEvent",
        'SecurityEvent({"EventID": 4624, "Computer": "pc1"}).EventID',
        "4624",
    ),
    Name("entity_schema", "Entity", 'Entity.create({"Type": "host", "HostName": "pc1"}).HostName', "'pc1'"),
    Name("entity_schema", "Host", 'Host(HostName="pc1").HostName', "'pc1'"),
    Name("entity_schema", "Account", 'Account(Name="ann").Name', "'ann'"),
    Name("entity_schema", "IpAddress", 'IpAddress(Address="10.0.0.1").Address', "'10.0.0.1'"),
)
"""Every name, in the documents' order."""
