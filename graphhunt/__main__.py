"""Runs the command line as `python -m graphhunt`."""

from __future__ import annotations

from graphhunt.cli import main

if __name__ == "__main__":
    main()
