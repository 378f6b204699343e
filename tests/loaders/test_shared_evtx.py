"""The 38 real EVTX files: none loses a record, and each names the machine, user and process it is known for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from graphhunt.loaders.evtx import EvtxLoader

from graphhunt.model import Fact, Record, Rejected
from graphhunt.sources import loading

IE7, EDGE, TARGET = "IEWIN7", "MSEDGEWIN10", "WIN-77LTAPHIQ1R.example.corp"
ADMIN = {"user": "Administrator", "domain": "EXAMPLE"}
SYSTEM = {"user": "SYSTEM", "domain": "NT AUTHORITY", "logon_id": "0x3e7"}

KNOWN: list[tuple[str, str, str, dict[str, Any]]] = [
    ("ID1-WMIexec process execution", "Sysmon/1", "fs02.offsec.lan", {**SYSTEM, "pid": 3068, "path": "*cmd.exe"}),
    ("ID11,13,17,18-PSexec as system execution", "Sysmon/1", "fs03vuln.offsec.lan",
     {"user": "admmig", "domain": "OFFSEC", "logon_id": "0x83ef56", "pid": 2124, "path": "*PsExec64.exe"}),
    ("ID11,13,17,18-PSexec as system execution", "Sysmon/1", "fs03vuln.offsec.lan",
     {**SYSTEM, "pid": 540, "parent_path": "*PSEXESVC.exe"}),
    ("ID11,13,17,18-PSexec as system execution", "Sysmon/17", "fs03vuln.offsec.lan",
     {"pipe": "\\PSEXESVC", "operation": "create", "pid": 4752}),
    ("ID4624-Mimikatz Pass the hash", "Security/4624", "FS03.offsec.lan",
     {"logon_type": 9, "user": "admmig", "logon_id": "0x266e045", "source_ip": "::1"}),
    ("ID4624-Mimikatz Pass the hash", "Security/4688", "FS03.offsec.lan",
     {"logon_id": "0x266e045", "pid": 3700, "path": "*cmd.exe"}),
    ("ID4624-Success login with Golden ticket", "Security/4624", "fs02.offsec.lan",
     {"user": "not_existing_user", "domain": "OFFSEC", "source_ip": "10.23.23.9", "source_port": 50329}),
    ("ID4625-OpenSSH brutforce with valid users", "Security/4625", "fs01.offsec.lan",
     {"user": "admmig@offsec.lan", "success": False, "logon_type": 8, "process_path": "*sshd.exe"}),
    ("ID4648-4624-RunAsCS login", "Security/4648", "FS03.offsec.lan",
     {"user": "test10", "subject_user": "admmig", "target_server": "localhost"}),
    ("ID4648-4624-RunAsCS login", "Security/4688", "FS03.offsec.lan",
     {"user": "test10", "logon_id": "0xf16a5b8", "pid": 564, "command_line": "whoami"}),
    ("ID4662-DCsync attack using Mimikatz", "Security/4624", "rootdc1.offsec.lan",
     {"user": "admmig", "logon_id": "0x11b8c741", "source_ip": "10.23.23.9", "source_port": 55733}),
    ("ID4688,4778,4779 RDP hijack direct", "Security/4778", "fs01.offsec.lan",
     {"user": "admmarsid", "logon_id": "0x6a423", "source_ip": "10.23.23.9", "action": "reconnect"}),
    ("ID4688,4778,4779 RDP hijack direct", "Security/4688", "fs01.offsec.lan",
     {"pid": 1768, "path": "*tscon.exe", "logon_id": "0x3e7"}),
    ("ID4688-4648 Lateral movement with net use", "Security/4648", "FS03.offsec.lan",
     {"user": "hack1", "subject_user": "admmig", "target_server": "fs03vuln.offsec.lan"}),
    ("ID7045-7036 PSexec service installation", "System/7045", "jump01.offsec.lan",
     {"service": "PSEXESVC", "account": "LocalSystem", "sid": "S-1-5-21-4230534742-2542757381-3142984815-1111"}),
    ("DE_RDP_Tunneling_4624", "Security/4624", "PC02.example.corp",
     {"logon_type": 10, "user": "IEUser", "logon_id": "0x45120", "source_ip": "127.0.0.1", "source_port": 49164}),
    ("DE_sysmon-3-rdp-tun", "Sysmon/3", "PC01.example.corp",
     {"pid": 2312, "path": "*plink.exe", "destination_ip": "127.0.0.2", "destination_port": 3389, "initiated": True}),
    ("ImpersonateUser-via local Pass The Hash Sysmon and Security", "Sysmon/1", EDGE,
     {"user": "user03", "logon_id": "0x770575", "pid": 2740, "path": "*cmd.exe"}),
    ("LM_4624_mimikatz_sekurlsa_pth_source_machine", "Security/4624", "PC01.example.corp",
     {"logon_type": 9, "user": "user01", "logon_id": "0x4530f0f"}),
    ("LM_DCOM_MSHTA_LethalHTA_Sysmon_3_1", "Sysmon/3", IE7,
     {"pid": 1932, "path": "*mshta.exe", "user": "IEUser", "destination_ip": "10.0.2.17", "initiated": False}),
    ("LM_PowershellRemoting_sysmon_1_wsmprovhost", "Sysmon/1", "DC1.insecurebank.local",
     {"user": "Administrator", "domain": "insecurebank", "parent_path": "*wsmprovhost.exe", "path": "*HOSTNAME.EXE"}),
    ("LM_REMCOM_5145_TargetHost", "Security/5145", "PC01.example.corp",
     {"user": "IEUser", "source_ip": "10.0.2.16", "share": r"\\*\ADMIN$", "target": r"System32\RemComSvc.exe"}),
    ("LM_Remote_Service01_5145_svcctl", "Security/5145", TARGET,
     {**ADMIN, "logon_id": "0x197dfa", "target": "svcctl", "source_ip": "10.0.2.17"}),
    ("LM_Remote_Service02_7045", "System/7045", TARGET,
     {"service": "remotesvc", "image": "calc.exe", "sid": "S-1-5-21-1587066498-1489273250-1035260531-500"}),
    ("LM_ScheduledTask_ATSVC_target_host", "Security/4698", TARGET,
     {**ADMIN, "logon_id": "0x17e2d2", "task": "\\CYAlyNSS", "command": "cmd.exe /C tasklist*"}),
    ("LM_WMIC_4648_rpcss", "Security/4648", "PC01.example.corp",
     {"user": "administrator", "subject_user": "user01", "target_server": TARGET, "process_path": "*WMIC.exe"}),
    # The older layout of 4688, which has no Target account.
    ("LM_WMI_4624_4688_TargetHost", "Security/4688", TARGET,
     {"path": "*calc.exe", "pid": 1060, "parent_pid": 2792, "logon_id": "0x3e4", "command_line": None}),
    ("LM_WMI_4624_4688_TargetHost", "Security/4624", TARGET,
     {**ADMIN, "logon_id": "0x10fbcc", "source_ip": "10.0.2.17", "source_port": 49244}),
    ("LM_impacket_docmexec_mmc_sysmon_01", "Sysmon/1", IE7,
     {"user": "IEUser", "logon_id": "0x1ea3c6", "pid": 692, "path": "*whoami.exe"}),
    ("LM_renamed_psexecsvc_5145", "Security/5145", IE7,
     {"user": "IEUser", "source_ip": "10.0.2.16", "target": "blabla.exe", "share": r"\\*\ADMIN$"}),
    ("LM_sysmon_1_12_13_3_tsclient_SharpRdp", "Sysmon/1", EDGE,
     {"user": "IEUser", "pid": 4236, "path": r"\\tsclient\c\temp\stack\a.exe"}),
    ("LM_sysmon_3_DCOM_ShellBrowserWindow_ShellWindows", "Sysmon/3", IE7,
     {"user": "IEUser", "pid": 2824, "path": "*explorer.exe", "source_port": 49158, "initiated": False}),
    ("LM_sysmon_psexec_smb_meterpreter", "Sysmon/3", IE7,
     {"pid": 2484, "path": "*powershell.exe", "user": "SYSTEM", "destination_ip": "10.0.2.19",
      "destination_port": 4444, "initiated": True}),
    # Trap 9: an old Sysmon writes an inbound connection with its own side as the source.
    ("LM_sysmon_psexec_smb_meterpreter", "Sysmon/3", IE7,
     {"pid": 4, "source_ip": "10.0.2.18", "source_port": 445, "destination_ip": "10.0.2.19",
      "destination_port": 33801, "initiated": False}),
    ("LM_sysmon_remote_task_src_powershell", "Sysmon/3", EDGE,
     {"pid": 6976, "user": "IEUser", "destination_ip": "10.0.2.17", "destination_port": 135, "initiated": True}),
    ("LM_typical_IIS_webshell_sysmon_1_10_traces", "Sysmon/1", IE7,
     {"user": "DefaultAppPool", "domain": "IIS APPPOOL", "pid": 2404, "parent_path": "*w3wp.exe"}),
    ("LM_winrm_exec_sysmon_1_winrshost", "Sysmon/1", "DC1.insecurebank.local",
     {"user": "Administrator", "logon_id": "0x12fe05", "pid": 3136, "parent_path": "*winrshost.exe"}),
    ("LM_wmiexec_impacket_sysmon_whoami", "Sysmon/1", IE7,
     {"user": "IEUser", "logon_id": "0x1d313d", "pid": 2828, "parent_path": "*WmiPrvSE.exe"}),
    ("dfir_rdpsharp_target_RdpCoreTs_168_68_131", "RdpCoreTS/131", EDGE,
     {"action": "attempt", "source_ip": "10.0.2.16", "source_port": 52202}),
    ("lateral_movement_startup_3_11", "Sysmon/11", EDGE, {"pid": 4, "operation": "create", "target": "*onedrive.exe"}),
    # Trap 10: `<unknown process>` and a user that is only a hyphen.
    ("lateral_movement_startup_3_11", "Sysmon/3", EDGE,
     {"pid": 4, "path": None, "user": None, "source_ip": "10.0.2.17", "destination_port": 445}),
    ("lm_sysmon_18_remshell_over_namedpipe", "Sysmon/1", IE7,
     {"user": "IEUser", "logon_id": "0x10896", "pid": 3376, "path": "*powershell.exe"}),
    ("powercat_revShell_sysmon_1_3", "Sysmon/3", IE7,
     {"user": "IEUser", "pid": 816, "path": "*powershell.exe", "source_port": 4444, "destination_ip": "10.0.2.18"}),
    ("remote_file_copy_system_proc_file_write_sysmon_11", "Sysmon/11", "04246w-win10.threebeesco.com",
     {"pid": 4, "target": r"C:\Windows\PSEXESVC.exe"}),
    ("smb_bi_auth_conn_spoolsample", "Sysmon/3", EDGE,
     {"pid": 4, "user": "SYSTEM", "destination_ip": "10.0.2.17", "destination_port": 445, "initiated": True}),
    ("sysmon_1_exec_via_sql_xpcmdshell", "Sysmon/1", EDGE,
     {"user": "sqlsvc", "logon_id": "0x1d51e", "pid": 5004, "parent_path": "*sqlservr.exe"}),
]  # fmt: skip


def manifest(shared_data: Path) -> dict[str, int]:
    """Read how many events the data's README counted in each EVTX file."""
    rows = re.findall(
        r"^\| ([^|]+)\.evtx \|.*\| (\d+) \| [0-9a-f]{64} \|$", (shared_data / "README.md").read_text(), re.M
    )
    return {name: int(count) for name, count in rows}


def read(shared_data: Path, name: str) -> list[Record]:
    [path] = [path for path in shared_data.glob("evtx_*/*.evtx") if path.stem == name]
    items = list(EvtxLoader().read(loading.Source(path.name, path)))
    assert all(isinstance(item, Record) for item in items), "a warning"
    return [item for item in items if isinstance(item, Record)]


def fits(fact: Fact, code: str, host: str, fields: dict[str, Any]) -> bool:
    return fact.code == code and fact.host == host and all(_equal(getattr(fact, k), v) for k, v in fields.items())


def _equal(value: object, wanted: object) -> bool:
    if isinstance(wanted, str) and isinstance(value, str):
        if wanted.startswith("*"):
            return value.lower().endswith("\\" + wanted[1:].lower())
        if wanted.endswith("*"):
            return value.startswith(wanted[:-1])
    return value == wanted


def test_every_file_gives_the_counted_records_and_rejects_none(shared_data: Path) -> None:
    counts = manifest(shared_data)
    assert len(counts) == 38
    for name, count in counts.items():
        records = read(shared_data, name)
        assert len(records) == count, name
        assert [record for record in records if isinstance(record.outcome, Rejected)] == [], name
        assert any(isinstance(record.outcome, list) for record in records), name


def test_every_file_has_a_known_fact(shared_data: Path) -> None:
    assert {name for name, *_ in KNOWN} == set(manifest(shared_data))


@pytest.mark.parametrize(("name", "code", "host", "fields"), KNOWN)
def test_file_names_its_machine_user_and_process(
    shared_data: Path, name: str, code: str, host: str, fields: dict[str, Any]
) -> None:
    facts = [fact for record in read(shared_data, name) if isinstance(record.outcome, list) for fact in record.outcome]
    assert any(fits(fact, code, host, fields) for fact in facts)
