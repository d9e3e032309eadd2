"""Which actors a list names: in its columns, in the name of its release, in its file name (section 8.1, D9)."""

import re
from collections.abc import Iterable
from typing import Final

from stix_mappers.actors import actor, actors_in
from stix_mappers.places import place
from stix_mappers.record import Attribution

_BRACKETS: Final = re.compile(r"[\[\]\"{}]")
_SEPARATOR: Final = re.compile(r"[,;|\n]")
_LETTERS: Final = re.compile(r"[A-Za-z]{5,}")
_LABEL: Final = re.compile(r"(?:IoCs?|IOCs?|indicators?|feed)(?=[^a-z]|$)")
_JOINED: Final = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MOST: Final = 50


def groups_in(cell: str) -> list[str]:
    """Return the groups a cell lists: `STRONTIUM`, `["A", "B"]`, `A; B`; a country is none (D9)."""
    names = [" ".join(name.split()) for name in _SEPARATOR.split(_BRACKETS.sub(" ", cell))]
    return [name for name in dict.fromkeys(names) if 1 < len(name) <= 100 and not _is_place(name)][:_MOST]


def groups_of_text(text: str) -> list[str]:
    """Return the actors of the table that the name of a release or file tells: `May21NOBELIUMIoCs`."""
    cleaned = _JOINED.sub(" ", _LABEL.sub(" ", text)).replace("_", " ")
    named = [found.name for found in actors_in(cleaned)]
    words = [found.name for word in _LETTERS.findall(cleaned) if (found := actor(word))]
    return list(dict.fromkeys(named or words))


def attributions(groups: Iterable[str]) -> tuple[Attribution, ...]:
    """Return the groups as what is said to be behind it."""
    return tuple(Attribution(name=name, kind="intrusion-set", confidence="stated") for name in groups)


def origins(groups: Iterable[str]) -> tuple[str, ...]:
    """Return the countries that the table of actors names for the groups."""
    found = [known.origin for name in groups if (known := actor(name)) and known.origin]
    return tuple(dict.fromkeys(found))


def _is_place(name: str) -> bool:
    return actor(name) is None and place(name) is not None
