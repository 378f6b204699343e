"""What each route needs: one table for all of them; a route that is not in it is refused to everybody."""

from __future__ import annotations

from typing import cast

from fastapi import HTTPException, Request

from graphhunt.accounts import Principal

ANYONE = "anyone"
"""Needs a session or token, whatever it may do."""

PUBLIC = "public"
"""Needs nothing."""

_BY_SCOPE = {
    PUBLIC: "getHealth signIn",
    ANYONE: "getSession signOut listTokens makeToken revokeToken",
    "read": (
        "getStatus getCoverage getRecorded getAccounting getSchema search searchList getEntity getWhyRanked "
        "getCounts getNeighbors getEntityTimeline getHeatmap getProcessTree getGraph getRelationships "
        "getRelationshipEvents getEvidence getEvidenceList getTimeline findPaths listPivots runPivot getView "
        "saveView listCases getCase listItems getItem getItemHistory getMarks getCaseReport listAnalyses "
        "listRuns compareRuns listHunts askHunt getDifference listTables getTable exportGraph getMap getOutline "
        "listStatements listIncidents getIncident getIncidentReport getStoryboard listIncidentLinks listNetworks "
        "getReportDraft readCommands "
        "decodeCommand searchRecords getRecord getRecordBytes getAround listStories getStory getProcessRows "
        "listIncidentChanges getIdentity getTypedGraph getWays expandBox "
    ),
    "annotate": (
        "runQuery openCase editCase deleteCase addItem editItem deleteItem runAnalysis undoAnalysis runHunt "
        "addStatement previewStatement addIncidentLink undoIncidentLink editIncident undoIncidentChange putReportText "
        "takeBackReportText addReportItem arrangeReportItems "
        "stateNetwork forgetNetwork"
    ),
    "load": "listUploads upload deleteUpload startImport startDemo",
    "read load": "listJobs getJob watchJob cancelJob watchWorkspace",
    "admin": "listUsers addUser editUser removeUser listAudit",
}

NEEDS: dict[str, frozenset[str]] = {
    operation: frozenset(scopes.split()) for scopes, operations in _BY_SCOPE.items() for operation in operations.split()
}
"""By operation id, the scopes of which the caller needs one."""

AUDITED = frozenset({
    "runQuery", "askHunt", "getCaseReport", "getTable", "exportGraph", "openCase", "editCase", "deleteCase", "addItem",
    "editItem", "deleteItem", "runAnalysis", "undoAnalysis", "runHunt", "addStatement", "addIncidentLink",
    "undoIncidentLink", "editIncident", "undoIncidentChange", "getIncidentReport", "putReportText",
    "takeBackReportText", "addReportItem", "arrangeReportItems", "stateNetwork",
    "forgetNetwork", "upload", "deleteUpload", "startImport", "startDemo", "cancelJob", "signIn", "signOut",
    "makeToken", "revokeToken", "addUser", "editUser", "removeUser",
})  # fmt: skip
"""Operations that the audit log tells of: everything that changes something, and everything that takes much away."""


def allowed(request: Request) -> None:
    """Refuse a request whose caller lacks what its route needs.

    Raises:
        HTTPException: 401 without a caller, 403 without the scope.
    """
    operation = str(getattr(request.scope.get("route"), "operation_id", None))
    state = request.scope.setdefault("state", {})
    if operation in AUDITED:
        state["audit"] = operation
    needed = NEEDS.get(operation, frozenset())
    if PUBLIC in needed:
        return
    caller = cast("Principal | None", state.get("principal"))
    if caller is None:
        raise HTTPException(401, "Not signed in.")
    if ANYONE not in needed and not needed & caller.scopes:
        what = " or ".join(sorted(needed)) or "a route that nobody may use"
        raise HTTPException(
            403, f"This needs {what}; {caller.name} has {', '.join(sorted(caller.scopes)) or 'nothing'}."
        )
