"""What `msticpy.sectools.geoip` has for places of addresses; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.geo_lite import GeoLiteLookup
from graphhunt.toolbox.geo_lookup import GeoIpLookup, entity_distance, geo_distance
from graphhunt.toolbox.ip_stack import IPStackLookup

__all__ = [
    "GeoIpLookup",
    "GeoLiteLookup",
    "IPStackLookup",
    "entity_distance",
    "geo_distance",
]
