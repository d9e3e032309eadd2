"""Which wiki a file speaks of, and which language its words are in (platform-records.md, section 13)."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from stix_mappers.tables import table

GLOBAL: Final = "global"


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `wikimedia.json`: words and link targets by topic, and by language where they belong to one."""

    namespaces: dict[str, tuple[str, ...]]
    scopes: dict[str, dict[str, tuple[str, ...]]]
    links: dict[str, frozenset[str]]
    templates: dict[str, tuple[str, ...]]
    confirmed: tuple[str, ...]
    suspected: tuple[str, ...]
    mistaken: tuple[str, ...]
    proxies: tuple[str, ...]
    cases: frozenset[str]
    long_term_cases: frozenset[str]


WORDS: Final = table("wikimedia", Words)

_PROJECTS: Final = "wiki|wiktionary|wikinews|wikiquote|wikisource|wikibooks|wikiversity|wikivoyage|wikimedia"
_DATABASE: Final = re.compile(
    rf"(?<![a-z])((?!wiki)(?:[a-z]{{2,3}}(?:_[a-z]{{2,8}})?|simple|test2?|commons|meta|species|mediawiki|wikidata)"
    rf"(?:{_PROJECTS}))(?![a-z])"
)
_SPECIAL: Final = re.compile(r"(?<![a-z])(wikidatawiki|mediawikiwiki)(?![a-z])")
_HOST: Final = re.compile(r"(?<![a-z])([a-z][a-z-]{1,15})\.(?:m\.)?(wikipedia|wiktionary|wikimedia|wikinews)\.org")
_SUFFIX: Final = {"wikipedia": "wiki", "wikimedia": "wiki"}
_LANGUAGE: Final = re.compile(rf"([a-z]{{2,3}})(?:_[a-z]+)?(?:{_PROJECTS})")
_LANGUAGES: Final = {name.lower(): code for code, names in WORDS.namespaces.items() for name in names}
_NAME: Final = re.compile(r"[a-z0-9_]{2,40}")


def wiki_name(written: str) -> str:
    """Return the name of a database as it stands in a record; empty if it is none."""
    name = written.strip().lower()
    return name if _NAME.fullmatch(name) else ""


def wiki_in(names: Iterable[str]) -> str:
    """Return the wiki that a file or folder is named after (`enwiki`, `en.wikipedia.org`), the nearest first."""
    for name in names:
        lowered = name.lower()
        if found := _SPECIAL.search(lowered) or _DATABASE.search(lowered):
            return found[1]
        if host := _HOST.search(lowered):
            return wiki_of_host(host[0])
    return ""


def wiki_of_host(host: str) -> str:
    """Return the wiki behind a host: `enwiki` of `en.wikipedia.org`; empty if it is none of these projects."""
    found = _HOST.search(host.lower())
    return f"{found[1].replace('-', '_')}{_SUFFIX.get(found[2], found[2])}" if found else ""


def service_of(wiki: str) -> str:
    """Return the service of a record; where the wiki is not told, it is some Wikipedia."""
    if wiki == GLOBAL:
        return "wikimedia:global"
    return f"wikipedia:{wiki}" if wiki else "wikipedia"


def language_of(wiki: str, namespace: str = "") -> str:
    """Return the language a wiki's reasons are written in; empty where it is open, as on wikis of all languages."""
    if wiki in {"commonswiki", "metawiki", "wikidatawiki", "specieswiki", "mediawikiwiki", "testwiki", GLOBAL}:
        return ""
    if wiki == "simplewiki":
        return "en"
    if found := _LANGUAGE.fullmatch(wiki):
        return found[1]
    language = _LANGUAGES.get(namespace.replace("_", " ").strip().lower(), "")
    return "" if language == "en" else language
