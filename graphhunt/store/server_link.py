"""A Neo4j server the user names: `bolt://`, `neo4j://` and their encrypted forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import neo4j
import neo4j.exceptions as driver_faults

from graphhunt.errors import StoreError, UsageError
from graphhunt.store.faults import translate
from graphhunt.store.link import DRIVER_OPTIONS, Door

if TYPE_CHECKING:
    from graphhunt.settings import Settings

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
"""Address schemes the driver knows."""


def check_address(url: str) -> str:
    """Give the address back if it names a server and holds no secret.

    Raises:
        UsageError: The scheme is unknown, the host is missing, or there is a password inside.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError("the database address isn't valid", hint="like neo4j://host:7687") from error
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        # The address itself isn't shown: it holds a secret.
        hint = "set GRAPHHUNT_DB_USER and GRAPHHUNT_DB_PASSWORD or GRAPHHUNT_DB_PASSWORD_FILE"
        raise UsageError("a database address must not hold a user name or password", hint=hint)
    if parts.scheme not in SCHEMES:
        raise UsageError(f"the address scheme {parts.scheme!r} isn't one of {', '.join(SCHEMES)}")
    if not parts.hostname or parts.path.strip("/"):
        hint = "like neo4j://host:7687; the database name is the setting GRAPHHUNT_DB_NAME"
        raise UsageError("a database address is a scheme, a host and a port", where=url, hint=hint)
    return url if port else f"{parts.scheme}://{parts.netloc}:7687{'?' + parts.query if parts.query else ''}"


class ServerLink:
    """The connection to a Neo4j server; analysts use the same driver in read sessions."""

    engine = "neo4j"

    def __init__(self, url: str, settings: Settings) -> None:
        self.url = check_address(url)
        self._settings = settings
        self._driver = self._connect()

    def own(self) -> Door:
        """Door of graphhunt's own queries."""
        return Door(self._driver, self._settings.db_name, self._settings.command_timeout)

    def analyst(self) -> Door:
        """Door of analysts' queries: the session's read mode keeps it from writing."""
        return Door(self._driver, self._settings.db_name, self._settings.query_timeout)

    def reconnect(self) -> None:
        """Check that the server answers; the driver's pool connects anew by itself.

        Raises:
            StoreError: It doesn't.
        """
        self._verify(self._driver)

    def incarnation(self) -> None:
        """It isn't known: the server is others' to run."""

    def was_renewed(self, incarnation: object) -> bool:
        """Never: nobody here ends a server."""
        return False

    def renew(self, incarnation: object) -> None:
        """It can't be done: the server is others' to run."""

    def bulk(self) -> None:
        """There is none: a server's own import needs it stopped."""

    def close(self) -> None:
        """Close the driver."""
        self._driver.close()

    def _connect(self) -> neo4j.Driver:
        settings = self._settings
        if not settings.db_password:
            hint = "set GRAPHHUNT_DB_PASSWORD, GRAPHHUNT_DB_PASSWORD_FILE or a file in the secrets folder"
            raise StoreError("the database password isn't set", where=self.url, hint=hint)
        options: dict[str, Any] = {**DRIVER_OPTIONS, "notifications_min_severity": "OFF"}
        driver = neo4j.GraphDatabase.driver(self.url, auth=(settings.db_user, settings.db_password), **options)
        try:
            self._verify(driver)
        except BaseException:
            driver.close()
            raise
        return driver

    def _verify(self, driver: neo4j.Driver) -> None:
        try:
            driver.verify_connectivity()
        except (driver_faults.DriverError, driver_faults.Neo4jError, OSError) as error:
            raise translate(error, self.url) from error
