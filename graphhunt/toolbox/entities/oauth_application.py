"""An application that accounts let in by OAuth."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class OAuthApplication(Entity, names="oauthapplication oauth-application"):
    """An application that accounts let in by OAuth."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("OAuthAppId", "OAuthObjectId")

    OAuthAppId: str | None
    OAuthObjectId: str | None
    Name: str | None
    TenantId: str | None
    PublisherName: str | None
    Risk: str | None
    Permissions: list[str]
    RedirectURLs: list[str]
    AuthorizedBy: int | None
