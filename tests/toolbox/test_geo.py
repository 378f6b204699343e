"""Places of addresses, as a user of the documents asks for them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.settings import load_settings
from graphhunt.toolbox import GeoLiteLookup, IPStackLookup, entity_distance, geo_distance
from graphhunt.toolbox.intel.state import Limit, State

from .intel.answers import SECRET, Net, json
from .mmdb import write_mmdb

BERLIN = {
    "city": {"names": {"en": "Berlin", "de": "Berlin"}}, "country": {"iso_code": "DE", "names": {"en": "Germany"}},
    "subdivisions": [{"iso_code": "BE", "names": {"en": "Land Berlin"}}],
    "location": {"latitude": 52.52, "longitude": 13.405},
}  # fmt: skip
SITES = "network,site,country,latitude,longitude\n10.0.0.0/8,Head office,DE,52.5,13.4\n10.1.0.0/16,Plant,FR,,\n"


@pytest.fixture
def geo(tmp_path: Path) -> GeoLiteLookup:
    (tmp_path / "sites.csv").write_text(SITES)
    file = write_mmdb(
        tmp_path / "Test-City.mmdb", {"81.2.69.0/24": BERLIN, "89.160.20.0/24": {"autonomous_system_number": 29518}}
    )
    return GeoLiteLookup(db_folder=file, sites=tmp_path / "sites.csv", settings=load_settings({}))


def test_one_address(geo: GeoLiteLookup) -> None:
    raw, entities = geo.lookup_ip(ip_address="81.2.69.7")
    assert raw == [BERLIN]
    place = entities[0].Location
    assert (entities[0].Address, place.CountryCode, place.CountryName, place.State, place.City) == (
        "81.2.69.7", "DE", "Germany", "Land Berlin", "Berlin",
    )  # fmt: skip
    assert (place.Latitude, place.Longitude) == (52.52, 13.405)
    assert geo.lookup_ip("89.160.20.1")[1][0].Location.Asn == "AS29518"
    assert geo.lookup_ip("9.9.9.9") == ([], [])
    assert geo.lookup_ip("not an address") == ([], [])


def test_several_and_an_entity(geo: GeoLiteLookup) -> None:
    raw, entities = geo.lookup_ip(ip_addr_list=["9.9.9.9", "81.2.69.7", "10.2.3.4"])
    assert [entity.Address for entity in entities] == ["81.2.69.7", "10.2.3.4"]
    assert len(raw) == 2
    entity: Any = SimpleNamespace(Address="81.2.69.9", Location=None)
    assert geo.lookup_ip(ip_entity=entity)[1] == [entity]
    assert entity.Location.City == "Berlin"
    with pytest.raises(UsageError):
        geo.lookup_ip()


def test_own_networks_have_the_narrowest_site(geo: GeoLiteLookup) -> None:
    assert geo.lookup_ip("10.1.2.3")[1][0].Location.City == "Plant"
    assert geo.lookup_ip("10.2.2.3")[1][0].Location.City == "Head office"
    assert geo.lookup_ip("192.168.1.1") == ([], [])


def test_a_frame_keeps_its_rows(geo: GeoLiteLookup) -> None:
    data = pd.DataFrame({"ip": ["81.2.69.7", None, "9.9.9.9", "81.2.69.7"], "n": [1, 2, 3, 4]}, index=[5, 5, 6, 7])
    found = geo.df_lookup_ip(data, column="ip")
    assert found.index.tolist() == [5, 5, 6, 7]
    assert list(found.columns) == ["ip", "n", "CountryCode", "CountryName", "State", "City", "Longitude", "Latitude",
                                   "Asn", "IpAddress"]  # fmt: skip
    assert found["City"].fillna("").tolist() == ["Berlin", "", "", "Berlin"]
    assert geo.lookup_ips(data, "ip")["IpAddress"].tolist() == ["81.2.69.7", "9.9.9.9"]
    with pytest.raises(UsageError, match="City"):
        geo.df_lookup_ip(data.assign(City="x"), "ip")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    bare = load_settings({})
    with pytest.raises(UsageError, match="no database"):
        GeoLiteLookup(settings=bare)
    bad = tmp_path / "bad.mmdb"
    bad.write_bytes(b"no database")
    with pytest.raises(UsageError, match="can't be read"):
        GeoLiteLookup(db_folder=bad, settings=bare)
    (tmp_path / "sites.csv").write_text("network,site\n10.0.0.0/8,a\n300.1.1.1/8,b\n")
    with pytest.raises(UsageError, match=r"sites\.csv:3"):
        GeoLiteLookup(sites=tmp_path / "sites.csv", settings=bare)


IPSTACK = {
    "ip": "134.201.250.155", "hostname": "134.201.250.155", "type": "ipv4", "continent_code": "NA",
    "country_code": "US", "country_name": "United States", "region_code": "CA", "region_name": "California",
    "city": "Los Angeles", "zip": "90013", "latitude": 34.0453, "longitude": -118.2413,
    "connection": {"asn": 25876, "isp": "Los Angeles Department of Water & Power"},
}  # fmt: skip


def ipstack(net: Net, on: bool = True, state: State | None = None) -> IPStackLookup:
    settings = load_settings({}, intel_enabled=on)
    return IPStackLookup(api_key=SECRET, bulk_lookup=True, settings=settings, wire=net.wire(), state=state or State())


def test_ipstack_is_asked_as_it_documents() -> None:
    net = Net(json(IPSTACK))
    raw, entities = ipstack(net).lookup_ip("134.201.250.155")
    assert (raw, entities[0].Location.State, entities[0].Location.City) == ([IPSTACK], "California", "Los Angeles")
    assert entities[0].Location.Asn == "AS25876 Los Angeles Department of Water & Power"
    sent = net.requests[0].url
    assert (sent.path, sent.params["access_key"]) == ("/134.201.250.155", SECRET)


def test_ipstack_is_told_nothing_private_and_nothing_while_off() -> None:
    net = Net(json(IPSTACK))
    assert ipstack(net).lookup_ip(ip_addr_list=["10.0.0.1", "127.0.0.1", "fe80::1"]) == ([], [])
    with pytest.raises(UsageError, match="off"):
        ipstack(net, on=False).lookup_ip("134.201.250.155")
    assert net.requests == []


NOT_ON_THE_PLAN = {
    "success": False,
    "error": {"code": 303, "type": "batch_not_supported_on_plan", "info": "Bulk requests are not supported on your "
              "plan. Please upgrade your subscription."},
}  # fmt: skip


def places(request: httpx.Request) -> httpx.Response:
    """Answer as the look-up of several does: a list of places, here in another order; of one, its place."""
    wanted = request.url.path.strip("/").split(",")
    found = [{**IPSTACK, "ip": address, "city": f"City {address}"} for address in reversed(wanted)]
    return httpx.Response(200, json=found if len(wanted) > 1 else found[0])


def numbered(n: int) -> list[str]:
    return [f"81.2.{i // 250}.{i % 250}" for i in range(n)]


def test_ipstack_is_asked_for_fifty_at_once() -> None:
    net = Net(places)
    lookup = ipstack(net)
    found = lookup.df_lookup_ip(pd.DataFrame({"ip": [*numbered(120), "10.0.0.1", "81.2.0.0"]}), "ip")
    assert [len(request.url.path.split(",")) for request in net.requests] == [50, 50, 20]
    assert "10.0.0.1" not in "".join(request.url.path for request in net.requests)
    assert found["City"].fillna("").tolist() == [*(f"City {a}" for a in numbered(120)), "", "City 81.2.0.0"]
    lookup.lookup_ip(ip_addr_list=numbered(121))
    assert net.requests[-1].url.path == "/81.2.0.120"  # the others are known


def test_ipstack_without_it_on_the_plan_is_asked_one_by_one() -> None:
    net = Net(lambda r: httpx.Response(200, json=NOT_ON_THE_PLAN) if "," in r.url.path else places(r))
    found = ipstack(net).lookup_ips(pd.DataFrame({"ip": numbered(4)}), "ip")
    assert found["City"].tolist() == [f"City {address}" for address in numbered(4)]
    assert ["," in request.url.path for request in net.requests] == [True, False, False, False, False]
    single = Net(places)
    settings = load_settings({}, intel_enabled=True)
    one_by_one = IPStackLookup(api_key=SECRET, settings=settings, wire=single.wire(), state=State())
    one_by_one.lookup_ip(ip_addr_list=numbered(3))
    assert len(single.requests) == 3


@pytest.mark.parametrize("answer", [
    {"success": False, "error": {"code": 104, "type": "usage_limit_reached"}}, {"ip": "81.2.0.0"}, [], [1, None, []],
])  # fmt: skip
def test_ipstack_with_no_places_of_several_is_asked_once(answer: Any) -> None:
    net = Net(json(answer))
    assert ipstack(net).lookup_ip(ip_addr_list=numbered(3)) == ([], [])
    assert len(net.requests) == 1


def test_each_address_counts_towards_the_days_budget_of_ipstack() -> None:
    net, state = Net(places), State()
    limit = Limit(5, 1, 3000)  # as ipstack's own
    state.take("IPStack", limit, 2880)
    found = ipstack(net, state=state).lookup_ips(pd.DataFrame({"ip": numbered(250)}), "ip")
    assert found["City"].notna().sum() == 120
    assert sum(len(request.url.path.split(",")) for request in net.requests) == 120
    assert state.spent("IPStack", limit) == 3000


@pytest.mark.parametrize("answer", [
    httpx.Response(200, json={"success": False, "error": {"code": 104, "type": "monthly_limit_reached"}}),
    httpx.Response(200, json={"ip": "134.201.250.155", "country_code": None, "latitude": None}),
    httpx.Response(200, html="<html>"), httpx.Response(500), httpx.Response(404, json={}),
])  # fmt: skip
def test_ipstack_without_a_place(answer: httpx.Response) -> None:
    assert ipstack(Net(lambda request: answer)).lookup_ip("134.201.250.155") == ([], [])


def test_distances() -> None:
    assert geo_distance((52.52, 13.405), (48.8566, 2.3522)) == pytest.approx(877.5, abs=1)  # Berlin to Paris
    assert geo_distance((0, 0), (0, 180)) == pytest.approx(20015.1, abs=0.1)
    places = [SimpleNamespace(Location=SimpleNamespace(Latitude=0.0, Longitude=e)) for e in (0.0, 1.0)]
    assert entity_distance(*places) == pytest.approx(111.195, abs=0.01)
    with pytest.raises(UsageError):
        entity_distance(SimpleNamespace(Location=None), places[0])
