"""Checks of domains under msticpy's name: known endings, names that resolve, certificates on an abuse list.

The list of abused certificates is the caller's file; nothing is fetched but the certificate of the domain asked for.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from typing import TYPE_CHECKING

from graphhunt.errors import LoadError, UsageError
from graphhunt.toolbox._ioc_patterns import is_file_name
from graphhunt.toolbox._network import require_network
from graphhunt.toolbox.domain_utils import host_of, public_suffix

if TYPE_CHECKING:
    from pathlib import Path

_SHA1 = re.compile(r"\b[0-9a-fA-F]{40}\b")
_PORT = 443


class DomainValidator:
    """Checks domains; `abuse_list` is a text or CSV file with SHA-1 fingerprints of certificates.

    The network is asked only where `allow_network`, or the setting of that name when it isn't given, says so.
    """

    def __init__(
        self, abuse_list: Path | None = None, timeout: float = 10.0, *, allow_network: bool | None = None
    ) -> None:
        self._timeout = timeout
        self._allow_network = allow_network
        self._abused: frozenset[str] | None = None
        if abuse_list is not None:
            try:
                text = abuse_list.read_text(encoding="utf-8", errors="replace")
            except OSError as error:
                raise LoadError(f"the list of certificates can't be read: {error}", where=str(abuse_list)) from error
            self._abused = frozenset(found.lower() for found in _SHA1.findall(text))

    def validate_tld(self, url_domain: str) -> bool:
        """Tell whether a domain, or the host of a URL, has a known ending and isn't called as a file is."""
        domain = host_of(url_domain).lower()
        return "." in domain and not is_file_name(domain) and public_suffix(domain) != ""

    def is_resolvable(self, url_domain: str) -> bool:
        """Ask the system's resolver whether a domain, or the host of a URL, has an address.

        Raises:
            AccessError: The network isn't allowed.
        """
        require_network("asking for addresses", self._allow_network)
        try:
            return bool(socket.getaddrinfo(host_of(url_domain), None))
        except (OSError, UnicodeError):
            return False

    def in_abuse_list(self, url_domain: str) -> tuple[bool, str | None]:
        """Tell whether the certificate a domain, or the host of a URL, shows is on the list.

        Returns:
            Whether it is, and then the certificate (PEM).

        Raises:
            UsageError: There is no list.
            AccessError: The network isn't allowed.
            LoadError: The domain gave no certificate; that isn't the same as a clean one.
        """
        if self._abused is None:
            raise UsageError("there is no list of abused certificates", hint="give abuse_list=")
        require_network("asking for a certificate", self._allow_network)
        try:
            shown = ssl.get_server_certificate((host_of(url_domain), _PORT), timeout=self._timeout)
            mark = hashlib.sha1(ssl.PEM_cert_to_DER_cert(shown), usedforsecurity=False).hexdigest()
        except (OSError, ValueError) as error:
            raise LoadError(f"no certificate: {error}", where=url_domain) from error
        return (True, shown) if mark in self._abused else (False, None)
