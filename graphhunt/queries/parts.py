"""Parts of queries that other queries share: marked where they stand, and put in where they are named.

    // part: limits                       marks what follows, up to
    // end of part: limits                this line, as a part of its file, and
    // include: entity/registry limits    stands for that part, in any file, also in its own.

Each mark is a line of its own. What a query runs, and what is shown of it, is the text with its parts and without the
marks; errors about that text count its lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from textwrap import dedent, indent

from graphhunt.errors import QueryError

_MARK = re.compile(r"(?P<indent>[ \t]*)// (?P<what>part|end of part|include): (?P<name>\S.*?)\s*$")


def resolved(path: str, text_of: Callable[[str], str]) -> str:
    """Give the text of a query file with the parts that it includes, and without marks.

    Args:
        path: The file, below the library's folder and without suffix.
        text_of: Gives the text of a file as it is written; KeyError if there is none.

    Raises:
        QueryError: A part isn't there, isn't ended or includes itself; the error gives file and line.
    """
    text = text_of(path)
    if "// include: " not in text and "// part: " not in text:
        return text
    lines = list(enumerate(text.splitlines(), start=1))
    return "\n".join(_filled(path, lines, text_of, ())) + "\n"


def _filled(
    path: str, lines: list[tuple[int, str]], text_of: Callable[[str], str], above: tuple[str, ...]
) -> Iterator[str]:
    """Yield lines of a file with the included ones in place; `above` are the parts that these lines are in."""
    for number, line in lines:
        mark = _MARK.match(line)
        if mark is None:
            yield line
        elif mark["what"] == "include":
            where = f"cypher/{path}.cypher:{number}"
            if mark["name"] in above:
                raise QueryError(f"the part {mark['name']!r} includes itself", where=where)
            source = mark["name"].rpartition(" ")[0]
            part = list(_filled(source, _part(mark["name"], text_of, where), text_of, (*above, mark["name"])))
            yield from indent(dedent("\n".join(part)), mark["indent"]).splitlines()


def _part(named: str, text_of: Callable[[str], str], where: str) -> list[tuple[int, str]]:
    """Give the numbered lines between the marks of a part."""
    source, _, part = named.rpartition(" ")
    try:
        lines = list(enumerate(text_of(source).splitlines(), start=1))
    except KeyError:
        raise QueryError(f"there is no query {source!r} to take a part of", where=where) from None
    marks = {(mark["what"], mark["name"]): number for number, line in lines if (mark := _MARK.match(line))}
    begin, end = marks.get(("part", part)), marks.get(("end of part", part))
    if begin is None or end is None or end < begin:
        raise QueryError(f"{source} has no part {part!r} that begins and ends", where=where)
    return lines[begin : end - 1]
