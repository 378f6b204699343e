"""Vocabularies: what people, machines and sites are called in the synthetic enterprise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_GIVEN_TEXT = """
anna aron beth boris carla cem dana dieter elif emil fatima felix greta hugo ines ivan jana joel karim
katya lars leila marek mina nadia noel olga omar petra piotr quentin rosa ruben sara stefan tara tomas
ulla uwe vera victor wanda wim xenia yara yusuf zoe zoran amir bianca colin dora eva finn gita hana
"""
_FAMILY_TEXT = """
abrams adler bakker barros becker bianchi brandt carvalho castro dahl demir dubois eriksen fischer
fontana garcia gruber haas hansen horvat ibanez ivanov jensen kaplan keller kovacs kruger lange lindqvist
lopez marchetti mazur meyer moreau nagy nilsson novak okafor olsen ortega pereira petrov quist ramos
richter rossi sato schmid silva sorensen szabo tanaka thiel toth urban vargas vogel weber winter yilmaz zeman
"""
_GIVEN = tuple(_GIVEN_TEXT.split())
_FAMILY = tuple(_FAMILY_TEXT.split())
_SITES = ("LON", "HAM", "MAD", "OSL", "WAW", "MIL", "LYO", "BOS")
_SERVER_ROLES = ("FILE", "SQL", "APP", "WEB", "PRN", "MAIL", "INTRA", "BUILD", "ERP", "BI", "LIC", "CRM")


def person_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return ``count`` different account names of persons: initial and family name, numbered when taken."""
    given = rng.integers(0, len(_GIVEN), count)
    family = rng.integers(0, len(_FAMILY), count)
    taken: dict[str, int] = {}
    names = []
    for first, last in zip(given.tolist(), family.tolist(), strict=True):
        base = _GIVEN[first][0] + _FAMILY[last]
        taken[base] = taken.get(base, 0) + 1
        names.append(base if taken[base] == 1 else f"{base}{taken[base]}")
    return names


def site_name(number: int) -> str:
    """Return the three-letter code of a site, with a number once the list is used up."""
    code = _SITES[number % len(_SITES)]
    return code if number < len(_SITES) else f"{code}{number // len(_SITES) + 1}"


def workstation_name(site: int, number: int) -> str:
    """Return the NetBIOS name of a workstation, at most fifteen characters."""
    return f"{site_name(site)}-WS{number:05d}"


def server_name(number: int) -> str:
    """Return the NetBIOS name of a member server, whose prefix tells its role."""
    return f"{_SERVER_ROLES[number % len(_SERVER_ROLES)]}{number // len(_SERVER_ROLES) + 1:02d}"
