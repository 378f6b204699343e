"""Graphing: the whole graph as a pure function of the set of facts.

Nothing here keeps state between loads: every table is computed from all facts of the workspace, so that
loading twice, shuffled, split or in parallel gives the same graph. Work is columnar (polars); Python sees
distinct values only (host names, account spellings, addresses), never rows.
"""
