"""The built browser workspace; found by graphhunt.web."""
