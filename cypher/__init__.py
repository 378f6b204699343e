"""The Cypher library: one query per file; read through graphhunt.queries."""
