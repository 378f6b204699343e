"""Enrichers: what is known of single entities, written to the graph as runs of analytics are; one file each."""
