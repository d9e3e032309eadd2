"""Countries and regions in names and sentences, origins and targets (platform-records.md 4.5)."""

import re
from functools import lru_cache
from typing import NamedTuple

import pycountry

from stix_mappers.place_names import COUNTRIES, PLACES, REGIONS, Found, Place, find_places, place_key

__all__ = ["OriginTargets", "Place", "country_code", "country_name", "origin_and_targets", "place", "places_in"]


class OriginTargets(NamedTuple):
    """Where a network came from and whom it aimed at."""

    origins: tuple[Place, ...]
    targets: tuple[Place, ...]


_MARKERS = re.compile(
    r"(?P<based>[\s\-–‑](?:based|linked|backed|run|aligned|affiliated|originated)\b(?! (?:in|to|by|with|from)\b))"
    r"|(?P<hyphen>[\-–‑]target(?:ing|ed)\b)"
    r"|(?P<target>\b(?:target(?:s|ed|ing)?|aimed at|directed at|audiences? in)\b)"
    r"|(?P<origin>\b(?:originat(?:es?|ed|ing)(?: in| from)?|origins?(?: in)?:?|linked to|based in|tied to|ties to"
    r"|(?:run|operated|operating|networks?|operations?|campaigns?|people|individuals|operators|hackers|behaviou?r"
    r"|activity|accounts|groups?|spam) (?:from|in))\b)"
    r"|(?P<content>\b(?:post(?:ed|ing)|shar(?:ed|ing)|critic(?:al|i[sz]ed|i[sz]ing)|promot(?:ed|ing)|support(?:ed|ing|ive)"
    r"|about|amplif(?:ied|ying)|impersonat(?:ed|ing)|pos(?:ed|ing) as)\b)"
    r"|(?P<stop>[.!?](?=\s|$)|\n)",
    re.IGNORECASE,
)
_CONNECTED = re.compile(r"(?:[\s,/&+\-–_]|and\b|or\b){0,8}", re.IGNORECASE)
_DOMESTIC = re.compile(r"\bdomestic\b|\bown (?:citizens|population|country)\b", re.IGNORECASE)
_LONGEST = 20_000
_LONGEST_NAME = 200


@lru_cache(maxsize=4096)
def country_code(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's name, colloquial name, demonym, or code."""
    found = place(name)
    return found.code if found and found.kind == "country" else None


def country_name(code: str) -> str | None:
    """The name used for a country, by its alpha-2 code."""
    country = COUNTRIES.get(code.upper())
    return country.name if country else None


@lru_cache(maxsize=4096)
def place(name: str) -> Place | None:
    """The country or region that a name, code or region of the STIX vocabulary stands for."""
    name = name.strip()
    if len(name) > _LONGEST_NAME:
        return None
    if name in REGIONS:
        return Place("region", name, name.replace("-", " ").title())
    return PLACES.get(place_key(name)) or COUNTRIES.get(name.upper()) or _by_three_letters(name)


def _by_three_letters(name: str) -> Place | None:
    if len(name) != 3 or not name.isalpha():
        return None
    country = pycountry.countries.get(alpha_3=name.upper())
    return COUNTRIES[country.alpha_2] if country else None


def places_in(text: str) -> tuple[Place, ...]:
    """The places a text names, in its order, each once; names of languages are not places."""
    return _each_once(find_places(text))


def _each_once(found: list[Found]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(one.place for one in found))


def origin_and_targets(title: str) -> OriginTargets:
    """Origins and targets by a file name, a title or a summary sentence.

    `X-based`, "originated in X", "linked to X" are origins; "targeting X", `X-targeting` are targets; a name that
    only ends in TARGETING names targets; places that stand alone in a name are origins.
    """
    text = title[:_LONGEST].replace("_", " ")
    reading = _Reading(text, find_places(text))
    reading.read()
    origins, targets = _each_once(reading.origins), _each_once(reading.targets)
    if origins and not targets and _DOMESTIC.search(text):
        targets = origins
    return OriginTargets(origins, targets)


class _Reading:
    """One pass over the places and the words that say what they are; a class because the words change its mode."""

    def __init__(self, text: str, places: list[Found]) -> None:
        self.text = text
        self.places = places
        self.origins: list[Found] = []
        self.targets: list[Found] = []
        self.unsaid: list[Found] = []
        self.fresh: list[Found] = []  # the origins since the word that began them
        self.mode = "unsaid"
        self.position = 0
        self.first_sentence = True

    def read(self) -> None:
        """Hand every place to origins or targets."""
        for marker in _MARKERS.finditer(self.text):
            if any(one.start <= marker.start() < one.end for one in self.places[self.position : self.position + 2]):
                continue  # the full stop of `U.S.`
            self._places_before(marker.start())
            self._obey(marker)
        self._places_before(len(self.text))
        if not self.origins:
            self.origins = self.unsaid

    def _places_before(self, end: int) -> None:
        while self.position < len(self.places) and self.places[self.position].start < end:
            self._place(self.places[self.position])
            self.position += 1

    def _place(self, found: Found) -> None:
        if self.mode == "origin":
            apart = self.fresh and not _CONNECTED.fullmatch(self.text, self.fresh[-1].end, found.start)
            self.mode = "content" if apart else self.mode
        if self.mode == "origin":
            self.fresh.append(found)
            self.origins.append(found)
        elif self.mode == "target":
            self.targets.append(found)
        elif self.mode == "unsaid" and self.first_sentence:
            self.unsaid.append(found)

    def _obey(self, marker: re.Match[str]) -> None:
        word = marker.lastgroup
        if word == "stop":
            self.first_sentence, self.mode = False, "unsaid"
        elif word == "based":
            self._take_last(marker.start(), self.origins)
        elif word == "hyphen":
            self._take_last(marker.start(), self.targets)
        elif word == "origin":
            self.mode, self.fresh = "origin", []
        elif word == "content":
            self.mode = "unsaid" if self.mode == "unsaid" else "content"
        elif self._ends_with_targets(marker):
            self.targets, self.unsaid = self.targets + self.unsaid, []
        else:
            self.mode = "target"

    def _take_last(self, end: int, into: list[Found]) -> None:
        """The unsaid places directly before a marker are what it says."""
        taken: list[Found] = []
        while self.unsaid and _CONNECTED.fullmatch(self.text, self.unsaid[-1].end, end):
            taken.insert(0, self.unsaid.pop())
            end = taken[0].start
        into.extend(taken)

    def _ends_with_targets(self, marker: re.Match[str]) -> bool:
        """Does the name say what was targeted before the word: "MOLDOVA & MADAGASCAR TARGETING"?"""
        adjacent = self.unsaid and _CONNECTED.fullmatch(self.text, self.unsaid[-1].end, marker.start())
        return bool(adjacent) and self.position >= len(self.places)
