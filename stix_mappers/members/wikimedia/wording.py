"""What the reason of a block says: is it in scope, how sure is it, which case is it (platform-records.md, section 13).

The words stand in the table `wikimedia.json`, by language. Templates and links are unwrapped first; the names of users,
which may be any words, are taken out.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from stix_mappers.actors import Actor, actors_in
from stix_mappers.members.wikimedia.wikis import WORDS

_LONGEST: Final = 2_000
_TRANSLATED: Final = re.compile(r"special:mylanguage/", re.IGNORECASE)
_LINK: Final = re.compile(r"\[\[:?([^\[\]|]{1,300})(?:\|([^\[\]]{0,300}))?\]\]")
_TEMPLATE: Final = re.compile(r"\{\{([^{}|]{1,200})((?:\|[^{}]{0,1000})?)\}\}")
_TAG: Final = re.compile(r"<!--|-->|</?[a-zA-Z][^<>]{0,100}>")
_PLAIN_CASE: Final = re.compile(r"\b((?:WP|Wikipedia|Project):(?:SPI|Sockpuppet investigations|LTA|Long-term abuse)"
                                r"/[^\[\]|{}#<>,;()\n]{1,120})", re.IGNORECASE)  # fmt: skip
_SOCK_OF: Final = re.compile(
    r"\b(?:sock\w{0,12}|account|alt\w{0,10})\s+(?:of|for|von|de|di|van)\s+\[\[:?(?:[^\[\]|:]{1,30}:){1,3}"
    r"([^\[\]|/#]{1,100})",
    re.IGNORECASE,
)
_MASTER_TEMPLATE: Final = re.compile(r"(?:blocked ?)?sock ?puppet|sockblock|spi", re.IGNORECASE)
_ARCHIVE: Final = re.compile(r"/(?:archive|archiv).*$", re.IGNORECASE | re.DOTALL)
_OPERATION: Final = re.compile(r"\b[Oo]peration\s+([A-Z][\w-]{2,40}(?:\s[A-Z][\w-]{2,40})?)")
_SPACES: Final = re.compile(r"[\s_]+")
_USERS: Final = frozenset(
    name.lower() for names in WORDS.namespaces.values() for name in names
) | {"user talk", "special", "contributions"}  # fmt: skip
_ASCII: Final = re.compile(r"[A-Za-z(\[]")
_WITHOUT_BLANKS: Final = frozenset({"ja", "zh", "ko", "ar", "fa", "he"})
_ENGLISH_CASE: Final = re.compile(r"\[\[:?(?:WP|Wikipedia):(?:SPI|Sockpuppet[ _]investigations)/", re.IGNORECASE)
_BLANK: Final = " | "
NAMED_OPERATION: Final = "named operation"


class Reason(Struct, frozen=True):
    """What a reason says: its topics in scope, its case and that of its master, the operation it names."""

    topics: tuple[str, ...] = ()
    case: str | None = None
    operation: str | None = None
    actors: tuple[Actor, ...] = ()
    confidence: int | None = None
    proxy: bool = False

    @property
    def in_scope(self) -> bool:
        """Tell whether this is more than ordinary vandalism."""
        return bool(self.topics)

    @property
    def tells_of_socks(self) -> bool:
        """Tell whether one person is said to have used several accounts."""
        return bool({"sockpuppetry", "checkuser"} & set(self.topics))


@lru_cache(maxsize=8192)
def reason_of(comment: str, language: str) -> Reason:
    """Return what a reason says, in the wiki's language and in English; in any, where the language is open."""
    comment = comment[:_LONGEST]
    text, links, templates = unwrapped(comment)
    topics = dict.fromkeys(topic for topic in WORDS.scopes if _says(topic, language, text, links, templates))
    operation = _OPERATION.search(text)
    actors = actors_in(text)
    case = _case(comment, text, links)
    if case is not None and not topics:
        topics["sockpuppetry" if case.startswith("WP:SPI") else "long-term abuse"] = None
    if operation or actors:
        topics[NAMED_OPERATION] = None
    return Reason(
        topics=tuple(topics),
        case=case,
        operation=f"Operation {operation[1]}" if operation else actors[0].name if actors else None,
        actors=actors,
        confidence=confidence_in(f"{text} {' '.join(templates)}"),
        proxy=_pattern("proxies").search(f"{text} {' '.join((*links, *templates))}") is not None,
    )


def confidence_in(text: str) -> int | None:
    """Return how sure a reason is: 40 suspected, 75 confirmed (4.6); doubt outweighs; None where nothing is said."""
    if _pattern("suspected").search(text):
        return 40
    return 75 if _pattern("confirmed").search(text) else None


def is_mistake(comment: str) -> bool:
    """Tell whether the reason of an unblock says that the block was wrong (D16)."""
    return _pattern("mistaken").search(unwrapped(comment[:_LONGEST])[0]) is not None


def unwrapped(comment: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the words of a reason without links, templates, tags and users, the targets of its links, and the
    names of its templates.
    """
    links: list[str] = []
    templates: list[str] = []

    def link(found: re.Match[str]) -> str:
        target = _plain(_TRANSLATED.sub("", found[1]))
        if _is_user(target):
            return _BLANK
        links.append(target)
        return f" {found[2] or _page(target)} "

    def template(found: re.Match[str]) -> str:
        templates.append(_plain(found[1]))
        return f" {_plain(found[1])} {_BLANK if _names_user(found[1]) else found[2].replace('|', _BLANK)} "

    text = _LINK.sub(link, _TAG.sub(" ", comment))
    for _ in range(2):  # a template in another
        text = _TEMPLATE.sub(template, text)
    return _SPACES.sub(" ", text).strip(), tuple(links), tuple(templates)


def case_of_title(target: str) -> str | None:
    """Return the case that the title of a page names: `WP:SPI/<master>` or `WP:LTA/<name>`; None for other pages."""
    space, slash, name = _plain(target).partition("/")
    master = _ARCHIVE.sub("", name).partition("#")[0].strip(" .'\"")
    if not slash or not master:
        return None
    kind = space.lower().removeprefix("w:").removeprefix("en:")
    if kind in WORDS.cases:
        return f"WP:SPI/{master[:1].upper()}{master[1:]}"
    return f"WP:LTA/{master[:1].upper()}{master[1:]}" if kind in WORDS.long_term_cases else None


def _case(comment: str, text: str, links: Iterable[str]) -> str | None:
    plain = _PLAIN_CASE.findall(text)
    for target in (*links, *plain):
        if case := case_of_title(target):
            return case
    for found in _TEMPLATE.finditer(comment):
        master = found[2].strip("| ").partition("|")[0].strip()
        if _MASTER_TEMPLATE.fullmatch(_plain(found[1])) and master and "=" not in master:
            return case_of_title(f"WP:SPI/{master}")
    named = _SOCK_OF.search(comment)
    return case_of_title(f"WP:SPI/{named[1].strip()}") if named else None


def _says(topic: str, language: str, text: str, links: tuple[str, ...], templates: tuple[str, ...]) -> bool:
    if any(_page(target) in WORDS.links[topic] for target in links):
        return True
    if any(_template_pattern(topic).fullmatch(name) for name in templates):
        return True
    return _scope_pattern(topic, language).search(text) is not None


def _plain(target: str) -> str:
    return _SPACES.sub(" ", target).strip(" :")


def _page(target: str) -> str:
    """Return a page without its namespaces, section and subpages, in lower case: `sock` of `m:WP:SOCK#x`."""
    return target.rpartition(":")[2].partition("#")[0].partition("/")[0].strip().lower()


def _is_user(target: str) -> bool:
    return any(part.strip().lower() in _USERS for part in target.split(":")[:-1])


def _names_user(template: str) -> bool:
    name = _plain(template).lower()
    return name in {"u", "user", "noping", "ping", "no ping", "userlinks", "checkuser", "checkip"}


@lru_cache(maxsize=256)
def _scope_pattern(topic: str, language: str) -> re.Pattern[str]:
    by_language = WORDS.scopes[topic]
    spoken = [code for code in by_language if code in {"*", language} or not language]
    return _any_of(_bounded(word, code) for code in spoken for word in by_language[code])


@lru_cache(maxsize=16)
def _template_pattern(topic: str) -> re.Pattern[str]:
    return _any_of(WORDS.templates[topic])


@lru_cache(maxsize=8)
def _pattern(name: str) -> re.Pattern[str]:
    words: tuple[str, ...] = getattr(WORDS, name)
    return _any_of(_bounded(word, "*" if _ASCII.match(word) else "zh") for word in words)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(words) or r"(?!)", re.IGNORECASE)


def _bounded(word: str, language: str) -> str:
    """Return the pattern of a whole word; where words are written without blanks, of its letters anywhere."""
    if language in _WITHOUT_BLANKS and not _ASCII.match(word[0]):
        return f"(?:{word})"
    return rf"(?<![^\W_])(?:{word})(?![^\W_])" if language not in _WITHOUT_BLANKS else _among_ascii(word)


def _among_ascii(word: str) -> str:
    return rf"(?<![A-Za-z0-9])(?:{word})(?![A-Za-z0-9])"


def names_english_case(sample: str) -> bool:
    """Tell whether reasons link to case pages as only the English Wikipedia names them, without a prefix to it."""
    return _ENGLISH_CASE.search(sample) is not None
