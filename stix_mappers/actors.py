"""Who is behind it: canonical names and aliases of actors (platform-records.md 3.1, D9).

The table holds names, aliases and countries of origin. An alias that several actors share names none of them: whoever
uses it gets an actor of the member's own instead of a guess.
"""

import re
from functools import lru_cache
from typing import Literal

import msgspec

from stix_mappers.slugs import slug
from stix_mappers.tables import table


class Actor(msgspec.Struct, frozen=True):
    """An organisation or unit (`threat-actor`) or a cluster name (`intrusion-set`); facts only."""

    name: str
    slug: str
    kind: Literal["threat-actor", "intrusion-set"]
    aliases: tuple[str, ...] = ()
    origin: str | None = None  # ISO 3166-1 alpha-2


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `actors.json`; `words` are its one-word names that mean nothing else, even inside a sentence."""

    name: str
    kind: Literal["threat-actor", "intrusion-set"]
    origin: str | None = None
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


_PARENTHESIS = re.compile(r"\(([^()]{0,100})\)")
_SUFFIX = re.compile(r"-(?:apt|group|team|campaign|operation|network)$")
_WORD = re.compile(r"[^\W_]{1,40}(?:['’][^\W_]{1,40})?")
_LONGEST_NAME = 300
_LONGEST_TEXT = 100_000
_MOST_WORDS = 7


def _by_name(rows: tuple[_Row, ...]) -> dict[str, Actor]:
    """Every name and unambiguous alias, by its slug; a canonical name outranks the aliases of others."""
    actors = {row.name: Actor(row.name, slug(row.name), row.kind, row.aliases, row.origin) for row in rows}
    names = {found.slug: found for found in actors.values()}
    claims: dict[str, set[str]] = {}
    for row in rows:
        for alias in row.aliases:
            claims.setdefault(slug(alias), set()).add(row.name)
    aliases = {key: actors[next(iter(claimed))] for key, claimed in claims.items() if len(claimed) == 1}
    return aliases | names


def _is_telling(name: str) -> bool:
    return "-" in slug(name) or (len(name) > 4 and any(c.isdigit() for c in name))


_ROWS = table("actors", tuple[_Row, ...])
_ACTORS = _by_name(_ROWS)
# Unmistakable inside a sentence: names of several words or with a digit; and the listed words, as they are written.
_IN_TEXTS = frozenset(slug(name) for row in _ROWS for name in (row.name, *row.aliases) if _is_telling(name))
_AS_WRITTEN = {word: _ACTORS[slug(word)] for row in _ROWS for word in row.words if slug(word) in _ACTORS}
_BEGINNINGS = frozenset(key.partition("-")[0] for key in _IN_TEXTS)


@lru_cache(maxsize=4096)
def actor(name: str) -> Actor | None:
    """The actor of a name or alias, in any case, parenthesised aliases too; None if it is unknown or ambiguous."""
    name = name[:_LONGEST_NAME]
    candidates = [name, _PARENTHESIS.sub(" ", name), *_PARENTHESIS.findall(name), *name.split(" / ")]
    for candidate in candidates:
        key = slug(candidate).removeprefix("the-")
        found = _ACTORS.get(key) or _ACTORS.get(_SUFFIX.sub("", key))
        if found:
            return found
    return None


def actors_in(text: str) -> tuple[Actor, ...]:
    """The actors that a text (its first 100,000 characters) names unmistakably, in its order, each once."""
    written = [found[0] for found in _WORD.finditer(text, 0, _LONGEST_TEXT)]
    words = [slug(word) for word in written]
    found: dict[str, Actor] = {}
    position = 0
    while position < len(words):
        length, named = 1, _AS_WRITTEN.get(written[position])
        if named is None and words[position] in _BEGINNINGS and not written[position].islower():
            length, named = _at(words, position)
        if named:
            found.setdefault(named.slug, named)
        position += length
    return tuple(found.values())


def _at(words: list[str], position: int) -> tuple[int, Actor | None]:
    """How many words the longest name that begins here has, and whose it is."""
    for length in range(min(_MOST_WORDS, len(words) - position), 0, -1):
        key = "-".join(words[position : position + length])
        if key in _IN_TEXTS and key in _ACTORS:
            return length, _ACTORS[key]
    return 1, None


def all_actors() -> tuple[Actor, ...]:
    """Every actor of the table, by slug: the shared objects of `rules.md` 4."""
    return tuple(sorted({found.slug: found for found in _ACTORS.values()}.values(), key=lambda found: found.slug))
