"""The real-data gate: what each recording must list by default, at which rank at most, and what it must not claim.

Times, machines, accounts and techniques are those of the tables of truth beside the recordings.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphhunt.incidents.incident import Incident

from .listed import Listed, Row

Lists = Callable[[str], Listed]

A, B, C = "mordor_theshire_2020", "mordor_purplesharp", "apt29_zeek_day1"
RECORDINGS = (
    A, B, C, "mordor_log4shell", "ssh_auth", "mordor_goldensaml", "evtx_lateral_movement", "evtx_cc0", "msticpy",
    "mordor_formats", "zeek_wrccdc", "suricata", "ocsf",
)  # fmt: skip

W5, W6, W7, DC = "WORKSTATION5", "WORKSTATION6", "WORKSTATION7", "MORDORDC"

ROWS = {
    A: [
        Row("2020-09-20T06:57", W5, W6, "pgustavo", 1, "T1569.002", "P"),
        Row("2020-09-20T16:16", W5, W6, "pgustavo", 1, "T1569.002", "P"),
        Row("2020-09-20T21:09", W5, W6, "pgustavo", 1, "T1021.006", "P"),
        Row("2020-09-20T21:39", W5, W6, "pgustavo", 1, "T1047", "P"),
        Row("2020-09-21T04:14", W5, W6, "pgustavo", 1, "T1047", "P"),
        Row("2020-09-22T08:3", "1.2.3.4", W5, "pgustavo", 2, "T1021.001", "E"),
        Row("2020-09-21T08:09", W6, DC, "sbeavers", 3, None, "PS"),
        Row("2020-09-22T03:30", W5, W6, "pgustavo", 9, None, "PESN"),
        Row("2020-09-22T03:31", W5, W6, "pgustavo", 9, None, "PESN"),
        Row("2020-09-22T03:32", W5, W6, "pgustavo", 9, None, "PESN"),
        Row("2020-09-22T06:16", W5, W6, "pgustavo", 9, None, "PESN"),
        Row("2020-09-22T06:1", W5, DC, "pgustavo", 9, None, "PESN"),
    ],
    B: [Row("2020-10-22T08:29", W5, target, "pgustavo", 1, "T1021.006", "P") for target in (W6, W7, DC)],
    # 10.0.1.6 is NASHUA; the window of its records is 2020-04-30 00:06 to 00:45.
    C: [
        Row("2020-04-30T00:", "10.0.1.4", "NASHUA", "pbeesly", 1, technique, "N")
        for technique in ("T1021.006", "T1021.002")
    ],
}

ROWS["ssh_auth"] = [
    Row("2026-0", source, "localhost", "vagrant", 2, "T1021.004", "N") for source in ("10.0.2.2", "192.168.33.1")
]

MODES = {A: "case mode: all ", B: "case mode: ", C: "network only: 0 logons scored, "}


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, rows in ROWS.items() for row in rows])
def test_what_must_be_listed(listed: Lists, name: str, row: Row) -> None:
    places = listed(name).places(row)
    fitting = [hop for rank, hop in places if rank <= row.rank and hop["class"] in row.classes]
    assert fitting, (row, places)
    assert row.technique is None or any(row.technique in hop["techniques"] for hop in fitting), (row, fitting)


@pytest.mark.parametrize("name", MODES)
def test_the_mode_is_said_in_one_line(listed: Lists, name: str) -> None:
    scope = listed(name).hunt["scope"]
    assert scope["mode_meaning"].startswith(MODES[name])
    assert "no baseline" in scope["mode_meaning"]
    assert "reason" not in listed(name).hunt


def test_causes_are_of_the_kind_that_records_give(listed: Lists) -> None:
    """In A and B a connection of the source joins to some logons: they say proved; none of C's can be."""
    for name in (A, B):
        counts = listed(name).hunt["scope"]["causes"]
        assert counts["proved"] >= 1
        assert sum(counts.values()) == listed(name).hunt["scope"]["scored"]["hops"]
    # By the truth of A, pgustavo's PowerShell on WORKSTATION5 opened the connection of its first and second act.
    acts = [hop for hop in listed(A).hops if hop["start"][:16] in ("2020-09-20T06:57", "2020-09-20T16:16")]
    assert {hop["cause_kind"] for hop in acts} <= {"proved", "proved machine", "inferred"}
    by_join = [hop for hop in listed(B).hops if hop["technique"] == "T1021.006"]
    assert {hop["to"] for hop in by_join} == {W6, W7, DC}
    # Their 4624 has no address ("-"): the source is told by the connection, not by the logon.
    assert all(hop["from"] == W5 and hop["origin_how"] != "address" for hop in by_join)
    assert set(listed(C).hunt["scope"]["causes"]) == {"none"}


@pytest.mark.parametrize("name", RECORDINGS)
def test_what_no_recording_may_claim(listed: Lists, name: str) -> None:
    found = listed(name)
    for finding in found.hunt["findings"]:
        times = [hop["start"] for hop in finding["hops"]]
        assert times == sorted(times)
        assert finding["score"] is None
        assert finding["p"] is None
        assert not finding["significant"]
    for hop in found.hops:
        assert "T1003.001" not in hop["techniques"]
        assert not hop["user"].endswith("$")
        assert hop["user"].upper() not in ("SYSTEM", "ANONYMOUS LOGON")
        assert hop["evidence"]
    budget = found.hunt["budget"]
    assert budget is None or budget["shown"] <= budget["units"] + 9


def test_the_collector_is_no_hop(listed: Lists) -> None:
    """WEC was a target, but nothing of it is logged."""
    assert not [hop for hop in listed(B).hops if hop["to"].upper().startswith("WEC")]


def test_the_first_incident_of_a_holds_what_the_authors_did(listed: Lists) -> None:
    first = listed(A).incidents.incidents[0].story(1)
    assert {"T1569.002", "T1021.006", "T1047", "T1021.001"} <= set(first["techniques"])
    assert first["machines"] == [W5, W6, DC]
    assert "10.10.10.5" in first["outside"]


def test_the_first_incident_of_b_is_one_fan_out(listed: Lists) -> None:
    first = listed(B).incidents.incidents[0].story(1)
    assert sorted(first["machines"]) == sorted((W5, W6, W7, DC))
    assert first["techniques"] == ["T1021.006"]


def test_c_shows_movement_and_beacon_in_one(listed: Lists) -> None:
    first = listed(C).incidents.incidents[0].story(1)
    assert "192.168.0.4" in first["outside"]
    assert "10.0.1.4" in first["unknown_machines"]
    assert first["class"] not in "PE"


def test_log4shell_is_a_server_that_called_outside(listed: Lists) -> None:
    first = listed("mordor_log4shell").incidents.incidents[0].story(1)
    assert first["machines"] == [W5]
    assert first["outside"] == ["192.168.3.5"]


@pytest.mark.parametrize("name", ["mordor_goldensaml", "msticpy", "mordor_formats", "suricata", "ocsf", "ssh_auth"])
def test_nothing_is_proved_on_recordings_without_movement(listed: Lists, name: str) -> None:
    assert "P" not in listed(name).classes


EVTX, CC0, SIGMA = "evtx_lateral_movement", "evtx_cc0", "sigma/regression"
FILES = [
    (f"{EVTX}/LM_WMI_4624_4688_TargetHost.evtx", "hunt", "T1047"),
    (f"{EVTX}/LM_ScheduledTask_ATSVC_target_host.evtx", "hunt", "T1053.005"),
    (f"{EVTX}/LM_REMCOM_5145_TargetHost.evtx", "hunt", "T1021.002"),
    (f"{EVTX}/LM_renamed_psexecsvc_5145.evtx", "hunt", "T1021.002"),
    (f"{CC0}/ID4688,4778,4779 RDP hijack direct.evtx", "hunt", "T1021.001"),
    (f"{CC0}/ID4624-Mimikatz Pass the hash.evtx", "incidents", "new_credentials"),
    (f"{EVTX}/LM_4624_mimikatz_sekurlsa_pth_source_machine.evtx", "incidents", "new_credentials"),
    (f"{EVTX}/sysmon_1_exec_via_sql_xpcmdshell.evtx", "incidents", "server_shell"),
    (f"{EVTX}/LM_typical_IIS_webshell_sysmon_1_10_traces.evtx", "incidents", "server_shell"),
    (f"{CC0}/ID7045-7036 PSexec service installation.evtx", "incidents", "tool_service"),
    (f"{EVTX}/LM_Remote_Service02_7045.evtx", "incidents", "shell_service"),
    (f"{CC0}/ID11,13,17,18-PSexec as system execution.evtx", "incidents", "served_command"),
    (f"{EVTX}/LM_sysmon_psexec_smb_meterpreter.evtx", "incidents", "service_shell"),
    (f"{CC0}/ID1-WMIexec process execution.evtx", "incidents", "remote_command"),
    (f"{EVTX}/LM_wmiexec_impacket_sysmon_whoami.evtx", "incidents", "remote_command"),
    (f"{EVTX}/LM_wmiexec_impacket_sysmon_whoami.evtx", "incidents", "wmi_shell"),
    (f"{EVTX}/LM_PowershellRemoting_sysmon_1_wsmprovhost.evtx", "incidents", "served_command"),
    (f"{EVTX}/LM_winrm_exec_sysmon_1_winrshost.evtx", "incidents", "served_command"),
    (f"{CC0}/ID4662-DCsync attack using Mimikatz.evtx", "incidents", "replication"),
    (f"{EVTX}/LM_impacket_docmexec_mmc_sysmon_01.evtx", "incidents", "driven_program"),
    (f"{EVTX}/LM_DCOM_MSHTA_LethalHTA_Sysmon_3_1.evtx", "incidents", "driven_program"),
    (f"{EVTX}/LM_sysmon_3_DCOM_ShellBrowserWindow_ShellWindows.evtx", "incidents", "driven_program"),
    (f"{SIGMA}/file_event_win_taskmgr_lsass_dump/69ca12af-119d-44ed-b50f-a47af0ebc364.evtx", "incidents", "lsass_dump"),
]
"""Files with one technique each, the list in which it comes first, and what it is called there."""

CLEARED = {"log_cleared"}
"""What whoever recorded a file did before; it is listed too, and rightly."""


def _told(incident: Incident) -> set[str]:
    return {lead.kind for lead in incident.leads}


@pytest.mark.parametrize(("name", "where", "what"), FILES)
def test_single_techniques_are_listed_first(
    listed_file: Callable[[str], Listed], name: str, where: str, what: str
) -> None:
    found = listed_file(name)
    if where == "hunt":
        assert what in found.hunt["findings"][0]["techniques"]
    else:
        first = next(incident for incident in found.incidents.incidents if _told(incident) != CLEARED)
        assert what in _told(first)


def test_ssh_and_sudo_are_told_and_nothing_is_claimed(listed: Lists) -> None:
    """By the log: 10.0.2.2 and 192.168.33.1 came to localhost by sshd, and vagrant ran two commands as root."""
    found = listed("ssh_auth").incidents.incidents
    leads = [lead for each in found for lead in each.leads]
    assert sorted((lead.kind, lead.facts["from"].id) for lead in leads if lead.kind == "access_ssh") == [
        ("access_ssh", "10.0.2.2"), ("access_ssh", "192.168.33.1"),
    ]  # fmt: skip
    (root,) = [lead for lead in leads if lead.kind == "access_root"]
    assert (root.facts["count"], len(root.evidence)) == (2, 2)
    assert {each.klass for each in found} == {"N"}


def test_what_machines_and_directories_recorded_of_changes(listed: Lists) -> None:
    """Records in real layouts: an account made and raised, a log cleared, a domain replicated, a WMI binding."""
    leads = {
        (lead.kind, lead.machine) for each in listed("sources").incidents.incidents for lead in each.leads
    }  # fmt: skip
    assert {
        ("account_made", "srv46"), ("account_raised", "srv46"), ("log_cleared", "srv46"), ("replication", "srv48"),
        ("subscription", "srv49"),
    } <= leads  # fmt: skip


UNSOURCED = {
    "tool_service", "shell_service", "service_shell", "wmi_shell", "served_command", "driven_program", "remote_command",
    "replication", "subscription",
}  # fmt: skip
"""Kinds of work for others whose logon no record tells."""


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name not in (EVTX, CC0)])
def test_work_whose_logon_is_told_or_that_is_nobody_elses_is_no_such_lead(listed: Lists, name: str) -> None:
    """In A and B each act has its logon; the rest is of other kinds, or benign (hosts of MSTIC, golden SAML)."""
    assert not {kind for each in listed(name).incidents.incidents for kind in _told(each)} & UNSOURCED


def test_local_accounts_of_one_name_are_no_switch(listed: Lists) -> None:
    """IEUser of PC01, PC02 and IEWIN7 are local accounts; from one to the next nobody switched."""
    for hop in listed(EVTX).hops:
        if hop["user"] == "IEUser":
            assert not hop["credential_switch"]
            assert not any("credential changed" in reason and "IEUser (" in reason for reason in hop["reasons"])
