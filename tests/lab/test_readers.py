"""LANL and OpTC readers on small files in the published formats."""

from __future__ import annotations

import gzip
import json

from graphhunt.lab.evaluation import lanl, read_lanl, read_optc
from graphhunt.lateral.paths.table import SECOND

AUTH = """\
1,ANONYMOUS LOGON@C586,ANONYMOUS LOGON@C586,C1250,C586,NTLM,Network,LogOn,Success
1,C101$@DOM1,C101$@DOM1,C988,C988,?,Network,LogOff,Success
2,U1@DOM1,U1@DOM1,C17693,C1003,NTLM,Network,LogOn,Success
2,U1@DOM1,U1@DOM1,C17693,C1003,NTLM,Network,LogOn,Success
3,U1@DOM1,U9@DOM1,C17693,C1003,NTLM,Network,LogOn,Success
700000,U2@DOM1,U2@DOM1,C3,C3,Negotiate,Interactive,LogOn,Success
700001,U2@DOM1,U2@DOM1,C3,C4,Kerberos,Network,LogOn,Success
700009,U2@DOM1,U2@DOM1,C3,C4,Kerberos,Network,LogOn,Fail
700010,U2@DOM1,U2@DOM1,C3,C4,Kerberos,Network,LogOn,Success
700020,U1@DOM1,U9@DOM1,C17693,C4,NTLM,RemoteInteractive,LogOn,Success
"""
REDTEAM = "3,U9@DOM1,C17693,C1003\n700020,U9@DOM1,C17693,C4\n700021,U9@DOM1,C17693,C4\n"


def lanl_case(tmp_path, **options):
    auth, red = tmp_path / "auth.txt.gz", tmp_path / "redteam.txt"
    auth.write_bytes(gzip.compress(AUTH.encode()))
    red.write_text(REDTEAM)
    return read_lanl(auth, red, **{"history_days": 7, **options})


def test_lanl_keeps_remote_logons_and_labels_by_destination_user(tmp_path):
    case = lanl_case(tmp_path)
    table = case.table
    assert (table.src != table.dst).all()
    bad = [
        (int(table.t[i]) // SECOND, table.account_name(int(table.acct[i])))
        for i in range(len(table))
        if case.labels[i] >= 0
    ]
    assert bad == [(3, "U9@DOM1"), (700020, "U9@DOM1")]
    assert case.tested.sum() == 2
    assert case.attacks == 1


def test_what_the_red_team_did_with_one_account_from_one_computer_on_one_day_is_an_attack(tmp_path):
    case = lanl_case(tmp_path, history_days=0)
    # Day 0 and day 8 of U9 from C17693: the red team's second row of day 8 is no logon of the auth file.
    assert sorted(case.labels[case.labels >= 0].tolist()) == [0, 1]
    assert case.attacks == 2


def test_lanl_duplicates_within_an_hour_are_one_and_failures_stay(tmp_path):
    table = lanl_case(tmp_path).table
    u2 = [i for i in range(len(table)) if table.account_name(int(table.acct[i])) == "U2@DOM1"]
    assert [(int(table.ok[i]), int(table.logon_type[i])) for i in u2] == [(1, 3), (0, 3)]
    assert len(lanl_case(tmp_path, distinct=False).table) == 8


def test_lanl_in_small_chunks_is_the_same_case(tmp_path, monkeypatch):
    whole = lanl_case(tmp_path)
    monkeypatch.setattr(lanl, "_CHUNK", 50)
    parts = lanl_case(tmp_path)
    assert whole.table.t.tolist() == parts.table.t.tolist()
    assert whole.labels.tolist() == parts.labels.tolist()


def test_lanl_account_kinds():
    kinds = [lanl.account_kind(user) for user in ("U1@DOM1", "C1$@DOM1", "SYSTEM@C1", "ANONYMOUS LOGON@C586")]
    assert kinds == ["person", "machine", "system", "anonymous"]


def flow(number, src, dst, outbound, host, at="2019-09-23T09:00:00.000-04:00", port=445):
    properties = {"src_ip": src, "dest_ip": dst, "src_port": "50000", "dest_port": str(port), "l4protocol": "6",
                  "direction": "outbound" if outbound else "inbound"}  # fmt: skip
    event = {"action": "START", "actorID": "a", "hostname": host, "id": number, "object": "FLOW",
             "timestamp": at, "properties": properties}  # fmt: skip
    return json.dumps(event, separators=(",", ":"))


def test_optc_keeps_inside_flows_once_and_labels_by_id(tmp_path):
    lines = [
        flow("one", "142.20.56.202", "142.20.56.205", True, "SysClient0201"),
        flow("two", "142.20.56.202", "142.20.56.205", False, "SysClient0204"),
        flow("three", "142.20.56.202", "8.8.8.8", True, "SysClient0201"),
        flow("four", "142.20.56.205", "142.20.56.207", True, "SysClient0204", "2019-09-24T09:00:00.000-04:00"),
        '{"action":"CREATE","object":"PROCESS"}',
    ]
    (tmp_path / "ecar").mkdir()
    (tmp_path / "ecar" / "part.json.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    labels = tmp_path / "redteam.csv"
    labels.write_text("id,description,label\ntwo,Day 1,Lateral movement\nfour,Day 2,Other\n")
    case = read_optc(tmp_path / "ecar", labels, history_days=0)
    table = case.table
    edges = [(table.host_name(int(s)), table.host_name(int(d))) for s, d in zip(table.src, table.dst, strict=True)]
    assert edges == [("SysClient0201", "SysClient0204"), ("SysClient0204", "142.20.56.207")]
    assert case.labels.tolist() == [0, -1]
    everything = read_optc(tmp_path / "ecar", labels, history_days=0, lateral_only=False)
    assert sorted(everything.labels.tolist()) == [0, 1]
