"""Versions on the wire: strong ETags out, If-Match and If-None-Match in."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Response

_TAG = re.compile(r'"(\d{1,15})"')


def if_match(
    value: Annotated[
        str | None, Header(alias="If-Match", description='The version the edit is based on, as `"3"`')
    ] = None,
) -> int:
    """Read the version an edit is based on; an edit without one is refused (428), so that nobody overwrites blindly."""
    if value is None:
        raise HTTPException(428, 'An edit names the version it is based on: send If-Match: "VERSION".')
    match = _TAG.fullmatch(value.strip())
    if match is None:
        raise HTTPException(400, f'If-Match must be one version in quotes, such as "3", not {value!r}.')
    return int(match[1])


BasedOn = Annotated[int, Depends(if_match)]
"""The version an edit is based on."""

Known = Annotated[str | None, Header(alias="If-None-Match")]
"""Versions the client has already."""


def tagged(response: Response, thing: dict[str, Any]) -> dict[str, Any]:
    """Put a thing's version on the response as its ETag and give the thing back."""
    response.headers["ETag"] = f'"{thing["version"]}"'
    return thing


def unchanged(thing: dict[str, Any], known: str | None) -> Response | None:
    """Give the empty answer 304 if the client has this version already; None if not."""
    if known and f'"{thing["version"]}"' in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Response(status_code=304, headers={"ETag": f'"{thing["version"]}"'})
    return None
