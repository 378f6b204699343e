"""The guard's lists: refused words, allowed procedures and functions, allowed operators of Neo4j's plans."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DENIED = _words("""
    ALTER COMMIT CREATE CYPHER DATABASE DATABASES DEALLOCATE DELETE DENY DETACH DROP ENABLE EXPLAIN FOREACH GRANT
    INSERT LOAD MERGE NODETACH PERIODIC PROFILE REALLOCATE REMOVE RENAME REVOKE ROLLBACK SET SHOW TERMINATE TRANSACTION
    TRANSACTIONS TRUNCATE USE
""")
"""Words that never occur in a read, wherever they stand."""

WORDS_BEFORE_BRACKET = _words("""
    ACYCLIC ALL ALLSHORTESTPATHS AND ANY AS ASC ASCENDING BY CALL CASE COLLECT CONTAINS COUNT DESC DESCENDING
    DISTINCT ELSE END ENDS EXISTS GROUP GROUPS IN IS LIMIT MATCH NONE NOT OFFSET ON OPTIONAL OR ORDER PATH PATHS
    REDUCE RETURN SHORTEST SHORTESTPATH SINGLE SKIP STARTS THEN TRAIL UNION UNWIND WALK WHEN WHERE WITH XOR
    YIELD
""")
"""Words after which a bracket opens an expression or a pattern, not the arguments of a function."""

FUNCTIONS = _words("""
    abs acos all any asin atan atan2 avg btrim ceil char_length character_length coalesce collect cos cot count
    date datetime degrees duration e elementid endnode exists exp floor haversin head id isempty isnan keys
    labels last left length localdatetime localtime log log10 lower ltrim max min nodes none normalize nullif
    percentilecont percentiledisc pi point properties radians rand randomuuid range reduce relationships replace
    reverse right round rtrim sign sin single size split sqrt startnode stdev stdevp substring sum tail tan time
    timestamp toboolean tobooleanlist tobooleanornull tofloat tofloatlist tofloatornull tointeger tointegerlist
    tointegerornull tolower tostring tostringlist tostringornull toupper trim type upper valuetype
""")
"""Functions an analyst may use, in lower case."""

OPERATORS = _words("""
    AllNodesScan Anti AntiConditionalApply AntiSemiApply Apply Argument ArgumentTracker
    BFSPruningVarLengthExpand CacheProperties CartesianProduct ConditionalApply CountStar
    DirectedAllRelationshipsScan DirectedRelationshipByElementIdSeek DirectedRelationshipByIdSeek
    DirectedRelationshipIndexContainsScan DirectedRelationshipIndexEndsWithScan DirectedRelationshipIndexScan
    DirectedRelationshipIndexSeek DirectedRelationshipIndexSeekByRange DirectedRelationshipTypeScan
    DirectedRelationshipUniqueIndexSeek DirectedRelationshipUniqueIndexSeekByRange
    DirectedUnionRelationshipTypesScan Distinct Eager EagerAggregation EmptyResult EmptyRow Expand(All)
    Expand(Into) Filter IntersectionNodeByLabelsScan LeftOuterHashJoin LetAntiSemiApply LetSelectOrAntiSemiApply
    LetSelectOrSemiApply LetSemiApply Limit MultiNodeIndexSeek NodeByElementIdSeek NodeByIdSeek NodeByLabelScan
    NodeCountFromCountStore NodeHashJoin NodeIndexContainsScan NodeIndexEndsWithScan NodeIndexScan NodeIndexSeek
    NodeIndexSeekByRange NodeUniqueIndexSeek NodeUniqueIndexSeekByRange NullifyMetadata Optional
    OptionalExpand(All) OptionalExpand(Into) OrderedAggregation OrderedDistinct OrderedUnion PartialSort
    PartialTop ProcedureCall ProduceResults ProjectEndpoints Projection PruningVarLengthExpand
    RelationshipCountFromCountStore Repeat Repeat(Trail) Repeat(Walk) RightOuterHashJoin RollUpApply
    SelectOrAntiSemiApply SelectOrSemiApply SemiApply ShortestPath Skip Sort StatefulShortestPath
    StatefulShortestPath(All) StatefulShortestPath(Into) SubtractionNodeByLabelsScan Top Top1WithTies Trail
    TriadicBuild TriadicFilter TriadicSelection UndirectedAllRelationshipsScan
    UndirectedRelationshipByElementIdSeek UndirectedRelationshipByIdSeek UndirectedRelationshipIndexContainsScan
    UndirectedRelationshipIndexEndsWithScan UndirectedRelationshipIndexScan UndirectedRelationshipIndexSeek
    UndirectedRelationshipIndexSeekByRange UndirectedRelationshipTypeScan UndirectedRelationshipUniqueIndexSeek
    UndirectedRelationshipUniqueIndexSeekByRange UndirectedUnionRelationshipTypesScan Union
    UnionNodeByLabelsScan Unwind UnwindCollection ValueHashJoin VarLengthExpand(All) VarLengthExpand(Into)
    VarLengthExpand(Pruning)
""")
"""Operators of a plan that only read. One that isn't listed is refused: a new server version may add others."""

PROCEDURES = _words("""
    db.labels db.relationshiptypes db.propertykeys db.index.fulltext.querynodes db.index.fulltext.queryrelationships
""")
"""Procedures an analyst may call, in lower case."""

FUNCTION_SPACES = _words("date datetime duration localdatetime localtime point time")
"""Prefixes of dotted functions an analyst may use."""
