"""Tables of the casebook's database, one script per version; only ever added to."""

from __future__ import annotations

from graphhunt.incidents import by_hand, casework, stated_networks

STEPS = (
    """
    CREATE TABLE IF NOT EXISTS view (id TEXT PRIMARY KEY, state TEXT NOT NULL, created INTEGER NOT NULL);
    CREATE TABLE casefile (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL,
        created INTEGER NOT NULL, author TEXT NOT NULL, changed INTEGER NOT NULL, changed_by TEXT NOT NULL,
        version INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE item (
        id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES casefile (id), type TEXT NOT NULL,
        kind TEXT, entity_id TEXT, relation TEXT, relationship_id TEXT, body TEXT NOT NULL,
        created INTEGER NOT NULL, author TEXT NOT NULL, changed INTEGER NOT NULL, changed_by TEXT NOT NULL,
        version INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
        UNIQUE (case_id, created, id), UNIQUE (kind, entity_id, id)
    );
    CREATE TABLE history (
        thing TEXT NOT NULL, version INTEGER NOT NULL, time INTEGER NOT NULL, author TEXT NOT NULL,
        content TEXT NOT NULL, PRIMARY KEY (thing, version)
    )
    """,
    by_hand.TABLE,
    """
    CREATE TABLE report_text (
        number INTEGER PRIMARY KEY, incident TEXT NOT NULL, part TEXT NOT NULL, text TEXT NOT NULL,
        author TEXT NOT NULL, time INTEGER NOT NULL
    )
    """,
    stated_networks.TABLE,
    casework.TABLE,
    """
    ALTER TABLE report_text ADD COLUMN undone INTEGER;
    ALTER TABLE report_text ADD COLUMN undone_by TEXT;
    CREATE TABLE report_item (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, refs TEXT NOT NULL, author TEXT NOT NULL, time INTEGER NOT NULL
    );
    CREATE TABLE report_list (
        number INTEGER PRIMARY KEY, incident TEXT NOT NULL, items TEXT NOT NULL, author TEXT NOT NULL,
        time INTEGER NOT NULL
    )
    """,
)
"""The uniqueness of an item's case and target with its id makes the two indexes they are looked up by.

Version 1 finds the table of saved views there already where an earlier release made it."""
