"""`enrich NAME` for each service of threat intelligence: what it says of addresses, names, URLs and files.

Asked only while `intel_enabled` is on; private values and names in domains of the user's own or of the machines that
logged are kept back.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from graphhunt.analyses.analysis import SEEN, Analysis, Result
from graphhunt.analyses.enrichers.common import LABELS, indicators, origin, stamped
from graphhunt.analyses.extract import Extract
from graphhunt.errors import UsageError
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written
from graphhunt.toolbox.domain_utils import dns_components
from graphhunt.toolbox.intel.answer import Status
from graphhunt.toolbox.intel.catalogue import catalogue
from graphhunt.toolbox.intel.tilookup import TILookup

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_KINDS = {"IP": ("ipv4", "ipv6"), "Domain": ("dns",), "URL": ("url",), "File": ("md5_hash", "sha1_hash", "sha256_hash")}
_MEANINGS = {"severity": "what it thinks of it", "details": "the parts of its answer worth reading, as JSON",
             "reference": "where to read on"}  # fmt: skip
_WORDS = {"IP": "addresses", "Domain": "names", "URL": "URLs", "File": "files"}
_MOST_DETAILS = 4000


def asked_of(extract: Extract, kinds: Collection[str], most: int) -> pl.DataFrame:
    """Give what a service is asked: one value an entity, the longest hash of a file.

    Raises:
        UsageError: There are more than may be.
    """
    table = indicators(extract).filter(pl.col("kind").is_in(list(kinds)))
    single = table.sort(pl.col("value").str.len_bytes(), descending=True).unique(["label", "id"], keep="first")
    single = single.sort("label", "id")
    if single.height > most:
        raise UsageError(f"{single.height:,} values would be looked up, and at most {most:,} may", hint="raise most=")
    return single


def _lookup(extract: Extract) -> TILookup:
    return TILookup(settings=extract.store.settings, workspace=extract.workspace, own_domains=_own_domains(extract))


def _own_domains(extract: Extract) -> list[str]:
    """Give the domains of the machines that logged; one right below a public ending stands for itself."""
    names = [name.strip(".").lower() for name in extract.own_names["value"]]
    parents = {name: name.partition(".")[2] for name in names}
    return sorted({name if dns_components(name)["suffix"] == parent else parent for name, parent in parents.items()})


def leaving(extract: Extract, provider: str, most: int) -> list[dict[str, Any]]:
    """List what a run would tell the service, and what it would keep back; nobody is asked."""
    asked = asked_of(extract, catalogue()[provider].kinds, most)
    lookup = _lookup(extract)
    try:
        found = lookup.leaving(dict(asked.select("value", "kind").iter_rows()), providers=[provider])
    finally:
        lookup.close()
    return [{str(name): value for name, value in row.items()} for row in found.to_dict(orient="records")]


def _compute(provider: str, extract: Extract, values: Mapping[str, Any]) -> Result:
    prefix = provider.lower()
    asked = asked_of(extract, catalogue()[provider].kinds, values["most"])
    lookup = _lookup(extract)
    try:
        found = lookup.lookup_iocs(dict(asked.select("value", "kind").iter_rows()), providers=[provider])
    finally:
        lookup.close()
    known = found[found["Status"] == int(Status.OK)]
    rows = pl.DataFrame(
        [
            (row.Ioc, row.Severity, orjson.dumps(row.Details, default=str).decode()[:_MOST_DETAILS], row.Reference)
            for row in known.itertuples()
        ],
        schema=dict.fromkeys(("value", *(f"{prefix}_{name}" for name in _MEANINGS)), pl.String), orient="row",
    )  # fmt: skip
    table = stamped(asked.join(rows, on="value"), prefix, provider).drop("kind", "value")
    return {label: table.filter(pl.col("label") == label).drop("label") for label in _targets(provider)}


def _targets(provider: str) -> tuple[str, ...]:
    kinds = catalogue()[provider].kinds
    return tuple(label for label in LABELS if kinds.intersection(_KINDS[label]))


def _said(targets: tuple[str, ...]) -> str:
    words = [_WORDS[label] for label in targets]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"


def _analysis(provider: str) -> Analysis:
    prefix, targets = provider.lower(), _targets(provider)
    return Analysis(
        name=prefix, prefix=prefix, summary=f"Asks {provider} about {_said(targets)}.",
        compute=partial(_compute, provider),
        properties=(
            *(Written(t, f"{prefix}_{name}", meaning) for t in targets for name, meaning in _MEANINGS.items()),
            *origin(prefix, *targets),
        ),
        parameters=(Parameter("most", "int", 100, "most values to look up; more is an error, never a silent cut"),),
        kind="enricher", bounds=SEEN,
    )  # fmt: skip


SERVICES = {name.lower(): name for name, kind in catalogue().items() if kind.online}
"""Names of services by the names of their enrichers."""

ANALYSES = tuple(_analysis(name) for name in SERVICES.values())
"""The enrichers."""
