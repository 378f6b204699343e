"""`enrich ipstack`: where public addresses are, asked of the service ipstack.

Asked only while `intel_enabled` is on; addresses that are not public are kept back.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from graphhunt.analyses.analysis import SEEN, Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.analyses.enrichers.geo import FIELDS, table_of
from graphhunt.analyses.enrichers.services import asked_of
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox.intel.kinds import ADDRESSES
from graphhunt.toolbox.intel.state import State
from graphhunt.toolbox.ip_stack import IPStackLookup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphhunt.analyses.extract import Extract


@contextmanager
def _lookup(extract: Extract, bulk: bool) -> Iterator[IPStackLookup]:
    state = State(extract.workspace)
    try:
        yield IPStackLookup(bulk_lookup=bulk, settings=extract.store.settings, state=state)
    finally:
        state.close()


def leaving(extract: Extract, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List what a run would tell the service, and what it would keep back; nobody is asked."""
    asked = asked_of(extract, ADDRESSES, values["most"])
    with _lookup(extract, values["bulk"]) as lookup:
        return [one._asdict() for one in lookup.leaving(asked["value"].to_list())]


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    asked = asked_of(extract, ADDRESSES, values["most"])
    with _lookup(extract, values["bulk"]) as lookup:
        found = lookup.lookup_ip(ip_addr_list=asked["value"].to_list())[1] if asked.height else []
    places = {entity.Address: entity.Location for entity in found}
    ids = {node: places[value] for node, value in asked.select("id", "value").iter_rows() if value in places}
    return {"IP": stamped(table_of("ipstack", ids), "ipstack", "IPStack")}


ANALYSIS = Analysis(
    name="ipstack",
    prefix="ipstack",
    summary="Asks IPStack where addresses are.",
    compute=_compute,
    properties=(
        *(Written("IP", f"ipstack_{own}", meaning) for own, meaning in FIELDS.values()),
        *origin("ipstack", "IP"),
    ),
    parameters=(
        Parameter("most", "int", 100, "most addresses to look up; more is an error, never a silent cut"),
        Parameter("bulk", "bool", False, "ask for up to 50 in one request, which paid plans allow"),
    ),
    kind="enricher",
    bounds=SEEN,
)
"""The enricher."""
