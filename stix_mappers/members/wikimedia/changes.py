"""A change of a block or lock, as every log, list, event and dump of a wiki tells it (platform-records.md, 13).

What a file says is taken as it comes: a value of another type, a missing key, a date of another form give nothing or a
skip, never an exception.
"""

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from stix_mappers.moments import is_moment, moment

Act = Literal["block", "reblock", "unblock"]

_TS_MW: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
_SPAN: Final = re.compile(r"(?:for )?(an?|one|\d{1,6})\s*(second|minute|hour|day|week|fortnight|month|year)s?", re.I)
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600}
_FALSE: Final = frozenset({"false", "0", "no"})
_LISTED: Final = 100


class Change(Struct, frozen=True):
    """One act on one account or address.

    `wiki` is the name of its database, `global` for all wikis, empty where the file does not tell.
    `target` is the name without its namespace, as written. `number` orders acts of the same second.
    """

    wiki: str
    target: str
    at: str
    act: Act
    comment: str
    number: int = 0
    line: int = 0
    expiry: str | None = None
    flags: tuple[str, ...] = ()
    partial: bool = False
    namespace: str = ""


def words_of(entry: Mapping[str, object], *keys: str) -> str:
    """Return the first of these keys that holds text or a number, as text."""
    for key in keys:
        value = entry.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def has_flag(entry: Mapping[str, object], key: str) -> bool:
    """Tell whether a boolean is set: true, or in older answers there at all, as an empty text (formatversion 1)."""
    value = entry.get(key)
    if isinstance(value, str):
        return value.lower() not in _FALSE
    return value is not None and bool(value)


def part_of(entry: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    """Return the first object under these keys, else an empty one: PHP writes an empty object as an empty list."""
    return next((value for key in keys if isinstance(value := entry.get(key), Mapping)), {})


def listed(value: object) -> list[str]:
    """Return a list of words, however it is written: list, object of positions, or text with commas."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple):
        return []
    return [item.strip() for item in value[:_LISTED] if isinstance(item, str) and item.strip()]


def number_of(entry: Mapping[str, object], *keys: str) -> int:
    """Return a count that orders entries, zero where there is none."""
    written = words_of(entry, *keys)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 18 else 0


def timestamp(written: str) -> str | None:
    """Return a time to the second in UTC, from ISO 8601 or MediaWiki's fourteen digits; None if it is neither."""
    digits = _TS_MW.fullmatch(written.strip())
    text = "{}-{}-{}T{}:{}:{}Z".format(*digits.groups()) if digits else written.strip()
    if not _ISO.fullmatch(text) or not is_moment(text):
        return None
    return f"{moment(text)[:19]}Z"


def expiry_of(written: str, at: str) -> str | None:
    """Return when a block that began then ends: a date, or a span such as `3 months`; None for never or unknown."""
    if found := timestamp(written):
        return found
    span = _SPAN.fullmatch(written.strip())
    if span is None:
        return None
    number = int(span[1]) if span[1].isdigit() else 1
    try:
        return _after(dt.datetime.fromisoformat(at), number, span[2].lower())
    except (ValueError, OverflowError):
        return None


def _after(start: dt.datetime, number: int, unit: str) -> str:
    if unit in _SECONDS:
        end = start + dt.timedelta(seconds=number * _SECONDS[unit])
    else:
        months = start.month - 1 + number * (12 if unit == "year" else 1)
        year, month = start.year + months // 12, months % 12 + 1
        day = min(start.day, calendar.monthrange(year, month)[1])
        end = start.replace(year=year, month=month, day=day)
    return f"{moment(end.isoformat())[:19]}Z"


def without_namespace(title: str) -> tuple[str, str]:
    """Return the namespace in the wiki's language and the name: user names hold no colon, IPv6 addresses do."""
    namespace, colon, name = title.partition(":")
    if not colon or re.fullmatch(r"[0-9A-Fa-f]{0,4}", namespace):
        return "", title.strip()
    return namespace.strip(), name.strip()
