"""Instants: whole microseconds since 1970-01-01T00:00:00Z, and how TAXII and STIX write them.

An instant is an ``int`` everywhere inside, so that it sorts, adds and stores without loss.
"""

import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

_NO_TIMESTAMP = "not an RFC 3339 time in UTC such as 2020-08-12T09:30:00.000000Z"

MILLISECOND = 1_000
SECOND = 1_000_000
DAY = 86_400 * SECOND

EARLIEST = -62_135_596_800_000_000
"""0001-01-01T00:00:00.000000Z."""

LATEST = 253_402_300_799_999_999
"""9999-12-31T23:59:59.999999Z; what lies outside has no text."""

Clock = Callable[[], int]
"""Gives the present instant; injected, so that tests can set it."""

_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  always UTC here; naive arithmetic is four times faster
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def system_clock() -> int:
    """The present instant by the machine's clock."""
    return time.time_ns() // 1_000


def parse_timestamp(text: str) -> int:
    """The instant that a STIX or TAXII timestamp names; digits beyond the microsecond are cut.

    Raises ValueError with a sentence when the text is no RFC 3339 time in UTC, or names a day or an hour
    that does not exist.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"{_NO_TIMESTAMP}: {text[:80]!r}")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"no such time of day: {text[:80]!r}")
    try:
        days = date(year, month, day).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        raise ValueError(f"no such day: {text[:80]!r}") from None
    fraction = match[7]
    microseconds = int(fraction[:6].ljust(6, "0")) if fraction else 0
    return ((days * 24 + hour) * 60 + minute) * 60 * SECOND + second * SECOND + microseconds


def format_timestamp(instant: int) -> str:
    """The instant with exactly six fraction digits, as TAXII wants it (TAXII 2.1 §2)."""
    return (_EPOCH + timedelta(microseconds=instant)).isoformat(timespec="microseconds") + "Z"


def parse_query_timestamp(text: str) -> int:
    """The instant of an ``added_after`` or ``match[version]``: none to six fraction digits (requirement Q35)."""
    whole, dot, fraction = text.partition(".")
    if dot and len(fraction) > 7:
        raise ValueError(f"more than six fraction digits: {text[:80]!r} (cut after {whole})")
    return parse_timestamp(text)
