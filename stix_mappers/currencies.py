"""Currencies named in a sentence, as ISO 4217 codes (platform-records.md 4.4).

A currency is its code, or a unit ("taka") with or without the country before it ("Turkish lira", "Taiwan New
Dollars"). ISO 4217 codes begin with the country's ISO 3166 code, so that country and unit give the code.
"""

import re
from functools import lru_cache

import msgspec
import pycountry

from stix_mappers.place_names import Found, find_places
from stix_mappers.tables import table


class Currency(msgspec.Struct, frozen=True):
    """A currency in a text, from character `start` to `end`."""

    start: int
    end: int
    code: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `currencies.json`; a unit without a default code needs its country."""

    symbols: dict[str, str]
    units: dict[str, str]
    names: dict[str, str]
    not_money: frozenset[str]


_TABLE = table("currencies", _Table)
_CODES = frozenset(currency.alpha_3 for currency in pycountry.currencies) - _TABLE.not_money
_OF_COUNTRY = {code[:2]: code for code in sorted(_CODES) if not code.startswith("X") and code != "EUR"}
_ALSO_WORDS = frozenset({"ALL", "TOP"})  # codes that capitals alone do not make a currency
_TOKEN = re.compile(r"[^\W\d_]+")
_CONNECTS = re.compile(r"(?:[\s,/&'’.\-]|and\b|or\b|new\b){0,8}", re.IGNORECASE)
_NAMES = re.compile("|".join(re.escape(name) for name in sorted(_TABLE.names, key=len, reverse=True)), re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{3}")
SYMBOLS = _TABLE.symbols
_SIGNS = re.compile("[" + re.escape("".join(SYMBOLS)) + "]")


def names_money(text: str) -> bool:
    """Does a currency's sign, code or unit stand in the text? A quick look before a careful one."""
    return _SIGNS.search(text) is not None or any(
        word in _CODES or _unit(word) is not None for word in _TOKEN.findall(text)
    )


def find_currencies(text: str) -> list[Currency]:
    """The currencies a text names, where they stand."""
    named = [Currency(one.start(), one.end(), _TABLE.names[one[0].lower()]) for one in _NAMES.finditer(text)]
    found = list(named)
    countries = [place for place in find_places(text) if place.place.kind == "country"]
    for token in _TOKEN.finditer(text):
        if any(one.start <= token.start() < one.end for one in named):
            continue
        word = token[0]
        if _CODE.fullmatch(word) and word in _CODES and word not in _ALSO_WORDS:
            found.append(Currency(token.start(), token.end(), word))
        elif (unit := _unit(word)) is not None:
            found += _of_unit(text, token, unit, countries)
    return sorted(found, key=lambda one: one.start)


@lru_cache(maxsize=4096)
def _unit(word: str) -> str | None:
    """The default code of a unit's name in singular or plural; empty if it has none; None if it is no unit."""
    word = word.lower()
    for singular in (word, word.removesuffix("s"), word.removesuffix("es")):
        if singular in _TABLE.units:
            return _TABLE.units[singular]
    return None


def _of_unit(text: str, token: re.Match[str], default: str, countries: list[Found]) -> list[Currency]:
    """`Canadian and Australian dollars` are two currencies; a unit alone has its default."""
    end = token.start()
    before: list[Found] = []
    for country in reversed(countries):
        if country.end > end:
            continue
        if not _CONNECTS.fullmatch(text, country.end, end):
            break
        before.insert(0, country)
        end = country.start
    if not before:
        return [Currency(token.start(), token.end(), default)] if default else []
    codes = [_OF_COUNTRY.get(country.place.code, default) for country in before]
    return [Currency(one.start, token.end(), code) for one, code in zip(before, codes, strict=True) if code]
