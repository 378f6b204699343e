"""Writes the OpenAPI document to standard output: `python -m graphhunt.api.document > ui/openapi.json`."""

from __future__ import annotations

import json
import sys
from typing import cast

from graphhunt.api.app import create_app
from graphhunt.api.service import Hunt


def document() -> str:
    """Give the OpenAPI document as JSON with sorted keys, independent of any hunt."""
    app = create_app(cast("Hunt", None), token="")
    app.version = "1"
    return json.dumps(app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
