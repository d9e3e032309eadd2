"""Dates of records as STIX timestamps: milliseconds, UTC, `Z` (STIX 2.1, section 3.2)."""

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

_COARSE = re.compile(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(\d\d)))?")


class Period(NamedTuple):
    """The first and last second of the time a date stands for, and the day by which it is told."""

    first: str
    last: str
    told: str


@lru_cache(maxsize=4096)
def moment(written: str) -> str:
    """Return a date or date-time as a timestamp; without an offset it is UTC.

    Raises:
        ValueError: it is neither.
    """
    if len(written) == 10:
        return f"{dt.date.fromisoformat(written).isoformat()}T00:00:00.000Z"
    instant = dt.datetime.fromisoformat(written.replace("z", "Z"))
    instant = instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)
    return f"{instant.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


@lru_cache(maxsize=4096)
def period(written: str) -> Period:
    """Return the time that a date, date-time, month, quarter, half year or year stands for."""
    coarse = _COARSE.fullmatch(written)
    if coarse is None:
        return _fine(written)
    year, quarter, half, month = (int(part) if part else 0 for part in coarse.groups())
    first = 3 * quarter - 2 if quarter else 6 * half - 5 if half else month or 1
    last = 3 * quarter if quarter else 6 * half if half else month or 12
    day = calendar.monthrange(year, last)[1]
    return Period(
        f"{year}-{first:02d}-01T00:00:00.000Z",
        f"{year}-{last:02d}-{day}T23:59:59.000Z",
        f"{year}-{last:02d}-{day}T00:00:00.000Z",
    )


def _fine(written: str) -> Period:
    first = moment(written)
    if len(written) == 10:
        return Period(first, f"{first[:10]}T23:59:59.000Z", first)
    return Period(first, first, first)


def published(written: str) -> str:
    """Return the timestamp of a publication: the last day of a coarse date."""
    return period(written).told


def is_moment(written: str) -> bool:
    """Tell whether this can be read as a date at all."""
    try:
        period(written)
    except (ValueError, OverflowError):
        return False
    return True


def a_millisecond_after(timestamp: str) -> str:
    """Return the next millisecond: what a new version gets whose input is not younger (architecture.md, 6)."""
    instant = dt.datetime.fromisoformat(timestamp) + dt.timedelta(milliseconds=1)
    return moment(instant.isoformat())
