"""`TILookup` and `VTLookup` as a user of the documents calls them."""

from __future__ import annotations

import asyncio
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import graphhunt.toolbox as toolbox
from graphhunt.errors import UsageError
from graphhunt.settings import load_settings
from graphhunt.toolbox.intel.asking import Desk, asked_of
from graphhunt.toolbox.intel.keys import Keys
from graphhunt.toolbox.intel.providers.greynoise import GreyNoise
from graphhunt.toolbox.intel.state import Limit, State

from . import answers as a

COLUMNS = ["Ioc", "IocType", "SafeIoc", "QuerySubtype", "Provider", "Result", "Severity", "Details", "RawResult",
           "Reference", "Status"]  # fmt: skip


def local(tmp_path: Path, text: str = "evil.org\n8.8.4.4\n") -> dict[str, Any]:
    file = tmp_path / "list.txt"
    file.write_text(text)
    return {"intel_lists": str(file)}


def test_columns_and_states_are_as_documented(tmp_path: Path) -> None:
    ti = a.lookup(a.Net(a.json(a.GREYNOISE)), **local(tmp_path))
    frame = ti.lookup_iocs(
        pd.DataFrame({"what": ["8.8.4.4", "evil[.]org", "no ioc", "10.1.2.3", "8.8.4.4"]}), ioc_col="what",
        providers=["LocalList", "GreyNoise"], show_not_supported=True,
    )  # fmt: skip
    assert list(frame.columns) == COLUMNS
    states = {(row.Ioc, row.Provider): row.Status for row in frame.itertuples()}
    assert states == {
        ("8.8.4.4", "LocalList"): 0, ("8.8.4.4", "GreyNoise"): 0, ("evil[.]org", "LocalList"): 0,
        ("evil[.]org", "GreyNoise"): 1, ("no ioc", "LocalList"): 1, ("no ioc", "GreyNoise"): 1,
        ("10.1.2.3", "LocalList"): 4, ("10.1.2.3", "GreyNoise"): 1,
    }  # fmt: skip
    assert frame[frame.Ioc == "evil[.]org"].SafeIoc.unique().tolist() == ["evil.org"]
    assert ti.lookup_iocs_sync(["evil.org"]).query("Provider == 'LocalList'").Severity.tolist() == ["warning"]
    assert ti.lookup_ioc("evil.org", ioc_type="ipv4", providers="LocalList").Status.tolist() == [2]
    assert list(ti.lookup_iocs({"8.8.4.4": "ipv4"}, providers=["LocalList"]).Status) == [0]


def test_nothing_is_sent_while_it_is_off(tmp_path: Path) -> None:
    net = a.Net(a.json(a.GREYNOISE))
    ti = a.lookup(net, intel_enabled=False, **local(tmp_path))
    assert ti.lookup_ioc("8.8.4.4").Provider.tolist() == ["LocalList"]
    with pytest.raises(UsageError, match="off"):
        ti.lookup_ioc("8.8.4.4", providers=["GreyNoise"])
    assert (net.requests, net.resolved) == ([], [])
    assert any(line.startswith("GreyNoise") and line.endswith("(disabled)") for line in ti.provider_status)


KEPT = [
    "10.0.0.1", "127.0.0.1", "192.168.3.4", "169.254.169.254", "fe80::1", "::1", "fc00::2", "100.64.1.1",
    "printer.local", "dc1.corp", "srv.own.org", "own.org", "http://srv.own.org/a", "http://10.0.0.1/x",
    "http://user:pw@bad.org/", "http://intranet/", "ann@own.org", "4.3.2.1.in-addr.arpa",
]  # fmt: skip


@pytest.mark.parametrize("value", KEPT)
def test_private_values_are_never_sent(value: str) -> None:
    net = a.Net(a.json({}))
    ti = a.lookup(net, intel_own_domains="own.org")
    listed = ti.leaving([value], prov_scope="all")
    ti.lookup_iocs([value], prov_scope="all")
    assert net.requests == []
    assert listed["kept_back"].notna().all()


def test_what_would_leave_is_listed_and_not_sent() -> None:
    net = a.Net(a.json({}))
    ti = a.lookup(net, intel_enabled=False)
    listed = ti.leaving(["8.8.4.4", "10.0.0.1", "a" * 32], providers=["GreyNoise", "VirusTotal"])
    sent = listed[listed["kept_back"].isna()]
    assert sorted(zip(sent["provider"], sent["value"], strict=True)) == [
        ("GreyNoise", "8.8.4.4"), ("VirusTotal", "8.8.4.4"), ("VirusTotal", "a" * 32),
    ]  # fmt: skip
    assert net.requests == []


def test_answers_are_kept_for_a_week_or_a_day(tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    answer: list[Any] = [httpx.Response(200, json=a.GREYNOISE)]
    net = a.Net(lambda request: answer[0])

    def ask() -> int:
        state = State(tmp_path, lambda: now[0])  # a new process each time
        found = a.lookup(net, state=state).lookup_ioc("8.8.4.4", providers="GreyNoise").Status.tolist()
        state.close()
        return int(found[0])

    assert [ask(), ask()] == [0, 0]
    now[0] += 7 * 86_400 - 1
    assert (ask(), len(net.requests)) == (0, 1)
    now[0] += 2
    answer[0] = httpx.Response(404, json={"message": "not observed"})
    assert (ask(), len(net.requests)) == (4, 2)
    now[0] += 86_400 - 1
    assert (ask(), len(net.requests)) == (4, 2)
    now[0] += 2
    assert (ask(), len(net.requests)) == (4, 3)
    assert stat.S_IMODE((tmp_path / "intel.sqlite").stat().st_mode) == 0o600


def test_budgets_hold_over_processes(tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    limit = Limit(2, 10, 3)
    takes = []
    for _ in range(3):
        state = State(tmp_path, lambda: now[0])
        takes.append(state.take("p", limit)[0])
        state.close()
    assert takes == [0, 0, 5.0]
    state = State(tmp_path, lambda: now[0])
    now[0] += 5
    assert state.take("p", limit) == (0, None)
    now[0] += 100
    assert state.take("p", limit)[1] == "the day's budget of 3 requests to p is spent"
    now[0] += 86_400
    assert state.take("p", limit) == (0, None)
    state.close()


def test_a_pause_that_was_asked_for_is_kept() -> None:
    net = a.Net(lambda request: httpx.Response(429, headers={"Retry-After": "120"}))
    ti = a.lookup(net)
    frame = ti.lookup_iocs([f"8.8.4.{i}" for i in range(20)], providers="GreyNoise")
    assert set(frame.Status) == {3}
    assert len(net.requests) <= 5


def test_at_most_five_are_under_way() -> None:
    under, most = 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under, most
        under, most = under + 1, max(most, under + 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        under -= 1
        return httpx.Response(200, json=a.OTX)

    async def resolve(host: str) -> list[str]:
        return ["93.184.215.14"]

    ti = a.lookup(a.Net(a.json({})), env={"GRAPHHUNT_INTEL_OTX_KEY": "k"})
    from graphhunt.toolbox.intel.wire import Wire

    ti._desk._wire = Wire(httpx.MockTransport(answer), resolve)
    frame = ti.lookup_iocs([f"8.8.{i}.8" for i in range(40)])
    assert (len(frame), set(frame.Status), most) == (40, {0}, 5)


def test_it_works_where_a_loop_runs_already() -> None:
    async def notebook() -> list[int]:
        return [
            int(s) for s in a.lookup(a.Net(a.json(a.GREYNOISE))).lookup_ioc("8.8.4.4", providers="GreyNoise").Status
        ]

    assert asyncio.run(notebook()) == [0]


def test_waiting_for_a_turn_asks_the_clock() -> None:
    now, waited = [0.0], []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    net = a.Net(a.json(a.GREYNOISE))
    desk = Desk(net.wire(), State(clock=lambda: now[0]), sleep=sleep)
    provider = GreyNoise({"key": "k"})
    found = desk.ask((provider, asked_of(f"8.8.4.{i}")) for i in range(12))
    assert {result.status.value for result in found} == {0}
    assert now[0] == pytest.approx(12.0)  # ten at once, then one every six seconds


def test_keys_stay_hidden(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(f'[greynoise]\nkey = "{a.SECRET}"\n')
    file.chmod(0o644)
    with pytest.raises(UsageError, match="others can read"):
        Keys(file, {})
    file.chmod(0o600)
    keys = Keys(file, {})
    assert keys.of("GreyNoise", ("key",)) == {"key": a.SECRET}
    assert a.SECRET not in repr(keys) + repr(GreyNoise({"key": a.SECRET}))
    assert Keys(file, {"GRAPHHUNT_INTEL_GREYNOISE_KEY": "e"}).of("GreyNoise", ("key",)) == {"key": "e"}
    file.write_text(f"[greynoise]\nkey = {a.SECRET}\n")
    with pytest.raises(UsageError) as error:
        Keys(file, {})
    assert a.SECRET not in str(error.value)


def test_what_strangers_wrote_is_text() -> None:
    hostile = a.GREYNOISE | {"name": "<script>x</script>\x1b]8;;", "link": 'https://x/"><img src=x onerror=1>'}
    frame = a.lookup(a.Net(a.json(hostile))).lookup_ioc("8.8.4.4", providers="GreyNoise")
    page = toolbox.TILookup.browse_results(frame).to_html()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page + str(frame.Details[0])


def test_providers_are_switched_by_name(tmp_path: Path) -> None:
    ti = a.lookup(a.Net(a.json(a.GREYNOISE)), **local(tmp_path))
    ti.set_provider_state(dict.fromkeys(ti.configured_providers, False))
    ti.enable_provider("LocalList")
    assert ti.lookup_ioc(observable="8.8.4.4").Provider.tolist() == ["LocalList"]
    ti.disable_provider(["LocalList"])
    assert ti.lookup_ioc("8.8.4.4").empty
    assert ti.available_providers[0] == "LocalList"
    assert {"OTX", "XForce", "VirusTotal", "AzSTI", "AbuseIPDB", "GreyNoise", "Pulsedive", "TAXII"} <= set(
        ti.available_providers
    )
    with pytest.raises(UsageError, match="no provider"):
        ti.lookup_ioc("8.8.4.4", providers=["Nobody"])
    with pytest.raises(UsageError, match="no parameter"):
        ti.lookup_iocs(["8.8.4.4"], ioc_column="x")
    ti.add_provider(GreyNoise({"key": "k"}), "mine", primary=False)
    assert "mine" in ti.loaded_providers
    assert ti.result_to_df(ti.lookup_ioc("8.8.4.4", providers=["LocalList"])).Status.tolist() == [0]


def test_vtlookup_is_called_as_documented() -> None:
    net = a.Net(a.json(a.VIRUSTOTAL))
    vt = toolbox.VTLookup(a.SECRET, settings=load_settings({}, intel_enabled=True), wire=net.wire(), state=State())
    rows = vt.lookup_ioc(observable="8.8.4.4", ioc_type="ipv4")
    assert (rows[0]["Positives"], rows[0]["Observable"], rows[0]["ResponseCode"]) == (5, "8.8.4.4", 1)
    data = pd.DataFrame({"Observable": ["8.8.4.4", "bad.org"], "IoCType": ["ipv4", "dns"]}, index=[7, 9])
    assert vt.lookup_iocs(data).SourceIndex.tolist() == [7, 9]
    assert vt.lookup_iocs(data.rename(columns={"Observable": "d"}), dns="d").IoCType.tolist() == ["dns", "dns"]
    assert {"ipv4", "dns", "url", "file_hash"} <= set(vt.supported_ioc_types)
    off = toolbox.VTLookup(a.SECRET, settings=load_settings({}), wire=net.wire())
    with pytest.raises(UsageError, match="off"):
        off.lookup_ioc("8.8.4.4", "ipv4")


def test_a_span_of_time_narrows_what_lists_say(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("indicator,valid_from,valid_until\nevil.org,2026-01-01,2026-02-01\nold.org,2025-01-01,2025-02-01\n")
    ti = a.lookup(a.Net(a.json({})), intel_lists=str(file))
    span: Any = {"start": datetime(2026, 1, 15, tzinfo=UTC), "end": datetime(2026, 3, 1, tzinfo=UTC)}
    frame = ti.lookup_iocs(["evil.org", "old.org"], providers="LocalList", **span)
    assert dict(zip(frame.Ioc, frame.Result, strict=True)) == {"evil.org": True, "old.org": False}
    assert ti.lookup_ioc("old.org", providers="LocalList").Result.tolist() == [True]
    assert ti.lookup_ioc("old.org", providers="LocalList", end=datetime(2024, 1, 1)).Result.tolist() == [False]  # noqa: DTZ001
    with pytest.raises(UsageError, match="before start"):
        ti.lookup_ioc("old.org", start=span["end"], end=span["start"])


def test_own_domains_are_given_beside_those_of_the_settings() -> None:
    settings = load_settings({}, intel_own_domains="one.org")
    ti = toolbox.TILookup(settings=settings, keys=Keys(env=a.ENV), state=State(), own_domains=["two.org"])
    names = ["x.one.org", "x.two.org", "x.three.org"]
    kept = dict(ti.leaving(names, providers="VirusTotal")[["value", "kept_back"]].itertuples(index=False))
    assert [kept[name] is None for name in names] == [False, False, True]
