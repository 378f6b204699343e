"""What `msticpy.sectools.domain_utils` has for domains and URLs; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.domain_utils import dns_components, ip_rev_resolve, ip_rev_resolve_df, url_components
from graphhunt.toolbox.domain_validator import DomainValidator
from graphhunt.toolbox.screenshots import screenshot

__all__ = [
    "DomainValidator",
    "dns_components",
    "ip_rev_resolve",
    "ip_rev_resolve_df",
    "screenshot",
    "url_components",
]
