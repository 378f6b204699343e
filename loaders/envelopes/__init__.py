"""Envelopes: what shippers, indexers and other tools wrap around records. One file per envelope.

An envelope is a loader that takes its record apart (`peel`) and has what is inside read by the loader of that format,
found by the same signatures as a file's. It makes no facts of what it carries; its hints never beat what the inner
record says, and what relays, indexes or collects is never a machine. What is kept as evidence is the outer record.
"""
