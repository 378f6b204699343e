"""Text that a spreadsheet would take for a formula, and how it is disarmed (OWASP ASVS 5.0, 1.2.10)."""

from __future__ import annotations

import re

FORMULA = "^[\\s\"'\u200b\ufeff]*[=+\\-@＝＋－＠\0]|^[ \"'\u3000\u00a0]*[\t\r\n]"
"""A cell that a spreadsheet may run: it begins like a formula or with a control character, also behind blanks and
quotes. Python and polars read this expression alike."""

_FORMULA = re.compile(FORMULA)


def disarmed(value: object) -> object:
    """Put a quote before text that begins like a formula; numbers and other text stay as they are."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.search(value) else value
