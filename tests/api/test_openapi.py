"""The committed OpenAPI document is the application's; the browser's types are made from it."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.testclient import TestClient

from tests.api.conftest import API_TOKEN

COMMITTED = Path(__file__).parent.parent.parent / "ui" / "openapi.json"


def test_committed_document_is_current(stranger: TestClient) -> None:
    document = stranger.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {API_TOKEN}"}).json()
    committed = json.loads(COMMITTED.read_text())
    document["info"]["version"] = committed["info"]["version"]
    assert document == committed, (
        "write it anew: python -m graphhunt.api.document > ui/openapi.json, then npm run types"
    )
