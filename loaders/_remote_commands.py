"""Commands of Unix shells that turn to another machine: which machine, and as whom."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import NamedTuple

_LONGEST = 4096
_ENDS_A_COMMAND = frozenset("();<>|&\n")
_BEFORE = frozenset(
    {"sudo", "nohup", "time", "env", "exec", "command", "setsid", "nice", "proxychains", "proxychains4"}
)
_WITH_VALUE = {
    "ssh": "BbcDEeFIiJLlmOopQRSWw",
    "sftp": "BbcDFiJloPRSs",
    "ssh-copy-id": "iopF",
    "psql": "cdfvoFPRTUhpL",
    "mysql": "uhPDSe",
}
"""Options of one letter that a value follows."""

_COPIES = frozenset({"scp", "rsync"})
_DATABASES = {"psql": "U", "mysql": "u"}
_LOGIN = "l"


class Remote(NamedTuple):
    """Where a command goes.

    Attributes:
        via: The program that goes there; ssh for those that use it.
        target: The other machine, as written.
        user: The account that is named to it.
    """

    via: str
    target: str
    user: str | None


def remotes(command: str) -> list[Remote]:
    """Give the machines that a command line turns to; what stands in quotes is no command of its own."""
    if len(command) > _LONGEST:
        return []
    try:
        return [found for words in _commands(command) if (found := _remote(words))]
    except ValueError:  # a quote that isn't closed
        return []


def _commands(line: str) -> Iterator[list[str]]:
    """Cut a line into its commands, each as words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    for word in lexer:
        if word and _ENDS_A_COMMAND.issuperset(word):
            yield words
            words = []
        else:
            words.append(word)
    yield words


def _remote(words: list[str]) -> Remote | None:
    while words and (words[0] in _BEFORE or ("=" in words[0] and not words[0].startswith(("-", "/")))):
        words = words[1:]
    program = words[0].rpartition("/")[2] if words else ""
    if program in _COPIES:
        return next((found for word in words[1:] if (found := _copy(word))), None)
    if program not in _WITH_VALUE:
        return None
    options, plain = _parsed(words[1:], _WITH_VALUE[program])
    if program in _DATABASES:
        target = options.get("h") or options.get("host")
        return Remote(program, target, options.get(_DATABASES[program])) if target else None
    return _place(plain[0], options.get(_LOGIN)) if plain else None


def _parsed(words: list[str], with_value: str) -> tuple[dict[str, str], list[str]]:
    """Tell options with their values from other words, up to what is run on the other machine."""
    options: dict[str, str] = {}
    waiting = iter(words)
    for word in waiting:
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            options[name] = value
        elif word.startswith("-") and len(word) > 1:
            if word[1] in with_value:
                options[word[1]] = word[2:] or next(waiting, "")
        else:
            return options, [word]
    return options, []


def _copy(word: str) -> Remote | None:
    """Read a place to copy from or to; one on this machine names no other."""
    place, colon, _ = word.partition(":")
    if not colon or "/" in place or word.startswith("-") or len(place) < 2:
        return None
    return _place(place, None)


def _place(written: str, user: str | None) -> Remote | None:
    """Read `user@machine`, maybe as a URL with a port."""
    bare = written.removeprefix("ssh://").partition("/")[0]
    name, at, target = bare.rpartition("@")
    if written.startswith("ssh://") and target.count(":") == 1:
        target = target.partition(":")[0]
    target = target.strip("[]")
    return Remote("ssh", target, name if at else user) if target and not target.startswith("-") else None
