"""The leads of a case: acts that are evidence of intrusion, each with the records it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.incidents.lead import Lead
from graphhunt.incidents.leads.access import access_leads
from graphhunt.incidents.leads.accounts import account_leads
from graphhunt.incidents.leads.alerts import alert_leads
from graphhunt.incidents.leads.beacons import beacon_leads
from graphhunt.incidents.leads.changes import change_leads
from graphhunt.incidents.leads.commands import command_leads
from graphhunt.incidents.leads.effects import effect_leads
from graphhunt.incidents.leads.hops import hop_leads
from graphhunt.incidents.leads.network import network_leads
from graphhunt.incidents.leads.subscriptions import subscription_leads
from graphhunt.incidents.leads.unsourced import unsourced_leads

if TYPE_CHECKING:
    from graphhunt.incidents.files import Arrivals
    from graphhunt.incidents.networks import Networks
    from graphhunt.incidents.tables import Tables

__all__ = ["Lead", "leads_of"]


def leads_of(tables: Tables, networks: Networks, arrivals: Arrivals) -> list[Lead]:
    """Give every lead that rests on a record, in time order."""
    found = [
        *hop_leads(tables, networks), *command_leads(tables), *effect_leads(tables, networks, arrivals),
        *account_leads(tables), *change_leads(tables), *network_leads(tables, networks),
        *beacon_leads(tables, networks), *alert_leads(tables), *unsourced_leads(tables), *access_leads(tables),
        *subscription_leads(tables),
    ]  # fmt: skip
    return sorted(
        (lead for lead in found if lead.evidence and lead.time is not None),
        key=lambda lead: (lead.time, lead.kind, lead.vertex, lead.evidence),
    )
