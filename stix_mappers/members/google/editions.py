"""Which bulletin, which month: titles, ids and headings (platform-records.md, section 7.1)."""

import re
from typing import Final

from msgspec import Struct

_QUARTER: Final = (
    re.compile(r"\bq\s?(?P<quarter>[1-4])[\s_,.-]{0,3}(?P<year>20\d\d)(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<year>20\d\d)[\s_,.-]{0,3}q\s?(?P<quarter>[1-4])(?!\d)", re.IGNORECASE),
)
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NUMBERS: Final = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
_ISO_MONTH: Final = re.compile(r"(20\d\d)[-/](0[1-9]|1[0-2])(?:[-/]\d\d.*)?")
_NAMED: Final = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?(?:[\s,]+(?P<year>20\d\d))?")
_DAY: Final = re.compile(
    r"(?:(?P<name>[A-Z][a-z]{2,8})\.?\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?,?|(?P<first>[0-3]?\d)\s+(?P<second>[A-Z][a-z]{2,8})\.?,?)"
    r"\s+(?P<year>20\d\d)"
    r"|(?P<iso>20\d\d-[01]\d-[0-3]\d)"
)


class Edition(Struct, frozen=True):
    """A bulletin: `tag-bulletin-q3-2020`, `2020-Q3`, `Q3 2020`."""

    id: str
    at: str
    words: str


def edition_of(text: str) -> Edition | None:
    """Return the bulletin that an id or a title names."""
    for pattern in _QUARTER:
        if found := pattern.search(text.replace("_", "-")):
            quarter, year = found["quarter"], found["year"]
            return Edition(f"tag-bulletin-q{quarter}-{year}", f"{year}-Q{quarter}", f"Q{quarter} {year}")
    return None


def month_of(text: str, edition: Edition) -> str | None:
    """Return the month that a heading or a cell names, in the year of the bulletin if it names none."""
    text = text.strip(" \t#*_:-–—")
    if iso := _ISO_MONTH.fullmatch(text):
        return f"{iso[1]}-{iso[2]}"
    named = _NAMED.fullmatch(text)
    if named is None or not _is_month(named["name"]):
        return None
    return f"{named['year'] or edition.at[:4]}-{_NUMBERS[named['name'][:3].lower()]:02d}"


def day_in(text: str) -> str | None:
    """Return the first day that a sentence names: "last updated on October 16, 2020"."""
    for found in _DAY.finditer(text):
        if found["iso"]:
            return found["iso"]
        name, day = found["name"] or found["second"], int(found["day"] or found["first"])
        if _is_month(name) and 1 <= day <= 28 + 3 * (name[:3].lower() != "feb"):
            return f"{found['year']}-{_NUMBERS[name[:3].lower()]:02d}-{day:02d}"
    return None


def _is_month(name: str) -> bool:
    name = name.lower()
    return any(month == name or (len(name) in (3, 4) and month.startswith(name)) for month in _MONTHS)
