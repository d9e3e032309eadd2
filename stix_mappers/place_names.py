"""Finding the names of countries and regions in a text (platform-records.md 4.5).

One pass over the words with a dictionary of their beginnings. `US` counts only in capitals, words such as `turkey`
only with a capital (or in a text without any, like a file name), and a language is not a place: neither "in Chinese"
nor "Arabic- and French-speaking".
"""

import itertools
import re
import unicodedata
from functools import lru_cache
from typing import Literal

import msgspec
import pycountry

from stix_mappers.tables import table

Words = tuple[str, ...]


class Place(msgspec.Struct, frozen=True):
    """A country (`code` ISO 3166-1 alpha-2) or a region (`code` of the STIX vocabulary, `name` as people call it).

    Kosovo has no ISO code: it is the region southern-europe with its own name.
    """

    kind: Literal["country", "region"]
    code: str
    name: str


class Found(msgspec.Struct, frozen=True):
    """A place in a text, from character `start` to `end`; `people` where it is written as `Iranian`, not `Iran`."""

    start: int
    end: int
    place: Place
    people: bool


class _Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country in `places.json`: the name used here, other names, and what its people are called."""

    name: str
    also: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class _Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    names: tuple[str, ...]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `places.json`."""

    countries: dict[str, _Country]
    regions: tuple[_Region, ...]
    vocabulary: frozenset[str]
    languages: frozenset[str]
    only_as_written: frozenset[str]
    doubtful_in_lower_case: frozenset[str]


class _Entry(msgspec.Struct, frozen=True):
    words: Words
    place: Place
    people: bool


_TABLE = table("places", _Table)
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,8}|(?:[^\W\d_]\.){1,8}[^\W\d_](?![^\W_])|[^\W\d_]{1,40}(?:['’][^\W\d_]{1,40}){0,3}"
)
_LONGEST = 100_000
_GAP = re.compile(r"[\s_\-–—‑&.]{1,3}")
_BETWEEN_LANGUAGES = re.compile(r"[\s,/&\-–‑]{0,4}(?:(?:and|or|language|both)\b[\s,\-–‑]{0,3}){0,2}", re.IGNORECASE)
_AFTER_LANGUAGE = re.compile(
    r"[\s\-–‑]{0,3}(?:speak(?:ing|ers?)|languages?|script|characters|subtitles|translations?)\b", re.I
)
_BEFORE_LANGUAGE = re.compile(r"\b(?:in(?: both| the)?|into) ?$", re.IGNORECASE)


def place_key(name: str) -> Words:
    """The words of a name without case, marks, dots and apostrophes: the key of the dictionary of places."""
    return tuple(_plain(found[0]) for found in _WORD.finditer(name))


@lru_cache(maxsize=16384)
def _plain(word: str) -> str:
    folded = word.casefold().replace("’", "'")
    folded = folded.removesuffix("'s").replace(".", "").replace("'", "")
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


def _countries() -> dict[str, Place]:
    """Every country by its code: those of the table by the name used here, the others as ISO has them."""
    places = {c.alpha_2: Place("country", c.alpha_2, c.name) for c in pycountry.countries}
    return places | {code: Place("country", code, entry.name) for code, entry in _TABLE.countries.items()}


def _entries() -> list[_Entry]:
    entries = [_Entry(place_key(place.name), place, False) for place in COUNTRIES.values()]
    for code, country in _TABLE.countries.items():
        entries += [_Entry(place_key(name), COUNTRIES[code], False) for name in country.also]
        entries += [_Entry(place_key(name), COUNTRIES[code], True) for name in country.people]
    for region in _TABLE.regions:
        place = Place("region", region.code, region.names[0])
        entries += [_Entry(place_key(name), place, False) for name in region.names]
    for iso in pycountry.countries:
        names = sorted({iso.name, getattr(iso, "official_name", iso.name)})
        entries += [_Entry(place_key(name), COUNTRIES[iso.alpha_2], False) for name in names]
    return entries


COUNTRIES = _countries()
REGIONS = _TABLE.vocabulary
PLACES: dict[Words, Place] = {}
_BY_FIRST: dict[str, list[_Entry]] = {}
for _entry in _entries():
    PLACES.setdefault(_entry.words, _entry.place)
    _BY_FIRST.setdefault(_entry.words[0], []).append(_entry)
for _candidates in _BY_FIRST.values():
    _candidates.sort(key=lambda entry: -len(entry.words))


def find_places(text: str) -> list[Found]:
    """The places of a text (of its first 100,000 characters) where they stand, languages left out."""
    words = list(_WORD.finditer(text, 0, _LONGEST))
    has_capitals: bool | None = None
    places: list[Found] = []
    position = 0
    while position < len(words):
        entry = _entry_at(text, words, position)
        if entry and _doubtful(words[position][0]):
            has_capitals = text != text.lower() if has_capitals is None else has_capitals
            entry = None if has_capitals or words[position][0] == "us" else entry
        if entry is None:
            position += 1
            continue
        end = position + len(entry.words)
        places.append(Found(words[position].start(), words[end - 1].end(), entry.place, entry.people))
        position = end
    return _without_languages(text, places)


def _entry_at(text: str, words: list[re.Match[str]], position: int) -> _Entry | None:
    """The longest name that begins with this word."""
    for entry in _BY_FIRST.get(_plain(words[position][0]), ()):
        end = position + len(entry.words)
        if end <= len(words) and _same_words(text, words[position:end], entry.words):
            return entry
    return None


def _same_words(text: str, written: list[re.Match[str]], words: Words) -> bool:
    if any(_plain(found[0]) != word for found, word in zip(written, words, strict=True)):
        return False
    return all(_GAP.fullmatch(text, a.end(), b.start()) for a, b in itertools.pairwise(written))


def _doubtful(word: str) -> bool:
    """Is this word, as written, perhaps no place? `us`, `turkey`; `Us` at the beginning of a sentence."""
    if word.upper() in _TABLE.only_as_written:
        return not word.isupper()
    return word[0].islower() and word in _TABLE.doubtful_in_lower_case


def _without_languages(text: str, places: list[Found]) -> list[Found]:
    """The places but for runs of languages: after "in", or before "speaking", "language"."""
    kept: list[Found] = []
    run: list[Found] = []
    for found in places:
        if run and not _continues(text, run[-1], found):
            kept += _unless_languages(text, run)
            run = []
        run.append(found)
        if not _is_language(text, found):
            kept += _unless_languages(text, run[:-1])
            kept.append(found)
            run = []
    return kept + _unless_languages(text, run)


def _continues(text: str, before: Found, after: Found) -> bool:
    return _BETWEEN_LANGUAGES.fullmatch(text, before.end, after.start) is not None


def _is_language(text: str, found: Found) -> bool:
    return found.people and text[found.start : found.end] in _TABLE.languages


def _unless_languages(text: str, run: list[Found]) -> list[Found]:
    if not run:
        return []
    before = _BEFORE_LANGUAGE.search(text, max(0, run[0].start - 12), run[0].start)
    after = _AFTER_LANGUAGE.match(text, run[-1].end)
    return [] if before or after else run
