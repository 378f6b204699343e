"""Why an entity is ranked: what the analytics wrote to it and to its remote logons, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt import queries
from graphhunt.analyses.registry import analyses
from graphhunt.lateral.detector import CLASSES, LETTERS
from graphhunt.questions import pivots
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.analysis import Analysis
    from graphhunt.questions.pivots import Reader, Ref
    from graphhunt.questions.question import Written

MAX_LOGONS = 20
"""Most remote logons that are told of."""

_WITH_LOGONS = frozenset({"Machine", "IP", "User"})


def why_ranked(store: Reader, ref: Ref) -> dict[str, Any] | None:
    """Say why an entity is ranked; None if the graph does not have it.

    Returns:
        `rankings`: per analytic that wrote to it, `analysis`, `summary`, `run`, `reasons` (sentences) and `facts`
        (property, value, meaning); `logons`: its remote logons in chains of the detector, first what to read first,
        each with `words`; `reason` when no analytic has said anything.
    """
    found = pivots.entity(store, ref)
    if found is None:
        return None
    rankings = [r for a in analyses().values() if (r := _ranking(a, ref.kind, found["properties"])) is not None]
    logons = _logons(store, ref)
    answer: dict[str, Any] = {"rankings": rankings, "logons": logons}
    if not rankings and not logons:
        answer["reason"] = "No analytic has written anything about this; run one, such as lateral-movement."
    return answer


def _ranking(analysis: Analysis, kind: str, props: Mapping[str, Any]) -> dict[str, Any] | None:
    written = [w for w in analysis.properties if w.target == kind and props.get(w.property) is not None]
    if not written:
        return None
    run = props.get(f"{analysis.prefix}_run")
    return {
        "analysis": analysis.name,
        "summary": analysis.summary,
        "run": run,
        "reasons": [text for w in written if w.property.endswith(("reasons", "reason")) for text in _texts(props, w)],
        "facts": [
            {"property": w.property, "value": _value(w, props[w.property]), "meaning": w.meaning.removesuffix(", µs")}
            for w in written
            if not w.property.endswith(("reasons", "reason"))
        ],
    }


def _texts(props: Mapping[str, Any], written: Written) -> list[str]:
    value = props[written.property]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _value(written: Written, value: Any) -> Any:
    """Give a value as it is shown: times as text, as the meaning says which are times."""
    if written.meaning.endswith("µs") and isinstance(value, int) and not written.property.endswith("duration"):
        return iso(value)
    return round(value, 4) if isinstance(value, float) else value


def _logons(store: Reader, ref: Ref) -> list[dict[str, Any]]:
    if ref.kind not in _WITH_LOGONS:
        return []
    rows = store.read(queries.library()[f"pivot/why/{ref.kind.lower()}"], id=ref.id)
    chained = [row for row in rows if row["logon"].get("lm_chain_id") is not None]
    chained.sort(key=lambda row: _place(row["logon"]))
    return [_logon(row) for row in chained[:MAX_LOGONS]]


def _place(logon: Mapping[str, Any]) -> tuple[float, int, int, str]:
    """Give a logon's place: the highest score first, the most telling class where none has a score, then time."""
    score = logon.get("lm_score") or 0.0
    return -score, LETTERS.find(logon.get("lm_class") or "H"), logon.get("start") or 0, logon["id"]


def _logon(row: dict[str, Any]) -> dict[str, Any]:
    props = row["logon"]
    level = str(props.get("lm_class") or "")
    words = [f"hop {props.get('lm_hop')} of chain {props.get('lm_chain_id')}, class {level}"]
    if level in CLASSES:
        words[0] += f": {CLASSES[level]}"
    if (p := props.get("lm_p")) is not None:
        words.append(f"a new connection as unusual as this has p = {p:.2g} in the baseline")
    if reason := props.get("lm_reason"):
        words.append(str(reason))
    return {
        "start_ref": {"kind": row["start_kind"], "id": row["start_id"]},
        "end_ref": {"kind": row["end_kind"], "id": row["end_id"]},
        "relationship_id": props["id"], "time": props.get("start"), "user": props.get("user_name"),
        "score": props.get("lm_score"), "chain": props.get("lm_chain_id"), "hop": props.get("lm_hop"),
        "class": level or None, "words": words,
    }  # fmt: skip
