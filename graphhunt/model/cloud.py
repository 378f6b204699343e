"""Facts about acts in the realms of cloud providers: tenants, accounts, organisations and projects.

Facts of other kinds may be of a realm, too: those that have a field `realm`. They name it as `PROVIDER:ID`, such as
`entra:<tenant>`, `aws:<account>`, `okta` or `gcp:<project>`, and then name accounts as the provider does: by UPN or
address of mail, or by a name within a realm, which stands in `domain`. No machine need be behind them.
"""

from __future__ import annotations

from graphhunt.model.fact import Fact


class CloudAction(Fact, frozen=True, kw_only=True, tag="cloud_action"):
    """An account called a provider's interface (CloudTrail, Microsoft 365 and Google Cloud audit, Okta).

    Attributes:
        realm: Where it was done.
        action: The call in the provider's own word, with `service`, what it was a call of.
        target: What it was done to, in the record's words.
        source_ip: The caller's address: that of an egress, never of a machine for certain. None for a call by one of
            the provider's services.
        agent: The program that called, in its own words.
        access_key: Id of the key that the call was signed with.
        success: False where it was refused or failed; `status` says how.
    """

    realm: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    action: str = ""
    service: str | None = None
    target: str | None = None
    source_ip: str | None = None
    agent: str | None = None
    access_key: str | None = None
    success: bool = True
    status: str | None = None
