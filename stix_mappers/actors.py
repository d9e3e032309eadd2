"""Who is behind it: canonical names and aliases of actors (platform-records.md 3.1, D9)."""

from typing import Literal

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """An organisation or unit (`threat-actor`) or a cluster name (`intrusion-set`); facts only."""

    name: str
    slug: str
    kind: Literal["threat-actor", "intrusion-set"]
    aliases: tuple[str, ...] = ()
    origin: str | None = None  # ISO 3166-1 alpha-2


def actor(name: str) -> Actor | None:
    """The actor of a name or alias, in any case, with or without a parenthesised alias; None if unknown or ambiguous."""
    raise NotImplementedError


def actors_in(text: str) -> tuple[Actor, ...]:
    """The actors a text names by an unmistakable name, in its order, each once."""
    raise NotImplementedError


def all_actors() -> tuple[Actor, ...]:
    """Every actor of the table, by slug: the shared objects of `rules.md` 4."""
    raise NotImplementedError
