"""What a coalition record must keep besides its types (platform-records.md, section 2): told with JSON paths.

The rules look at the bare document, so that a sender hears of all faults at once and not of the first alone.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import pycountry

from stix_mappers.moments import is_moment

SCHEMA: Final = "coalition-takedown/1"
Json = dict[str, Any]

MEMBER_SLUGS: Final = (
    "facebook", "google", "linkedin", "microsoft", "pinterest", "reddit", "twitter", "verizon-media", "wikimedia",
)  # fmt: skip
ASSET_KINDS: Final = ("account", "page", "group", "event", "channel", "board", "subreddit", "blog")
COUNT_KEYS: Final = frozenset({
    "accounts", "pages", "groups", "events", "channels", "blogs", "boards", "pins", "subreddits", "apps",
    "ads_accounts", "adsense_accounts", "play_developers", "domains", "page_followers", "group_members",
    "account_followers",
})  # fmt: skip
REGIONS: Final = frozenset({
    "africa", "eastern-africa", "middle-africa", "northern-africa", "southern-africa", "western-africa", "americas",
    "caribbean", "central-america", "latin-america-caribbean", "northern-america", "south-america", "asia",
    "central-asia", "eastern-asia", "southern-asia", "south-eastern-asia", "western-asia", "europe", "eastern-europe",
    "northern-europe", "southern-europe", "western-europe", "oceania", "antarctica", "australia-new-zealand",
    "melanesia", "micronesia", "polynesia",
})  # fmt: skip

_REQUIRED: Final = ("record_id", "member", "service", "kind", "action", "action_at", "action_at_precision", "tlp")
_IDENTIFIERS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys((*ASSET_KINDS, "label"), ("login", "user_id")),
    "post": ("post_id", "url"),
    "pin": ("post_id", "url"),
    "ad": ("ad_id", "landing_url"),
    "advertiser": ("advertiser_id", "name"),
    "app": ("app_id",),
    "domain": ("domain",),
    "url": ("url",),
    "ip": ("ip",),
    "email": ("address",),
    "file": ("hashes",),
}
_MEMBER: Final = re.compile(r"x-[a-z0-9][a-z0-9-]{0,60}")
_SHAPES: Final[dict[str, re.Pattern[str]]] = {
    "second": re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?"),
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
    "month": re.compile(r"\d{4}-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"\d{4}-Q[1-4]"),
    "half": re.compile(r"\d{4}-H[12]"),
}


class Problem(NamedTuple):
    """A place in a record and the rule it breaks."""

    path: str
    rule: str

    @classmethod
    def of(cls, message: str) -> "Problem":
        """Return msgspec's own message, with the path it names at the end."""
        rule, _, place = message.rpartition(" - at `")
        return cls(place.rstrip("`"), rule) if rule else cls("$", message)


class RecordError(ValueError):
    """A coalition record that breaks the schema; `problems` has every place and rule."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{path}: {rule}" for path, rule in problems))


def problems(document: Mapping[str, object], today: dt.date) -> Iterator[Problem]:
    """Yield what the record breaks besides its types."""
    if document.get("schema") != SCHEMA:
        yield Problem("$.schema", f"must be {SCHEMA!r}")
    for key in _REQUIRED:
        if key not in document:
            yield Problem(f"$.{key}", "is required")
    yield from _identity(document)
    yield from _subject(document)
    yield from _network(document.get("network"), document.get("kind"), today)
    yield from _counts(document.get("counts"))
    yield from _money(document.get("spend"))
    yield from _action_date(document, today)


def _identity(document: Mapping[str, object]) -> Iterator[Problem]:
    member = document.get("member")
    if isinstance(member, str) and member not in MEMBER_SLUGS and not _MEMBER.fullmatch(member):
        yield Problem("$.member", f"must be one of {', '.join(MEMBER_SLUGS)} or begin with 'x-'")
    for key in ("service", "asserted_on"):
        if document.get(key) == "":
            yield Problem(f"$.{key}", "must not be empty")
    if "retracts" in document and document["retracts"] == document.get("record_id"):
        yield Problem("$.retracts", "a record must not retract itself")


def _subject(document: Mapping[str, object]) -> Iterator[Problem]:
    keys = _IDENTIFIERS.get(str(document.get("kind")))
    if keys is None:
        return
    subject = document.get("subject")
    if not isinstance(subject, Mapping):
        yield Problem("$.subject", f"is required for the kind {document['kind']!r}")
    elif not any(subject.get(key) for key in keys):
        yield Problem("$.subject", f"needs at least one of {', '.join(keys)}")
    elif country := subject.get("country"):
        yield from _places("$.subject.country", [country])


def _network(network: object, kind: object, today: dt.date) -> Iterator[Problem]:
    if not isinstance(network, Mapping):
        if kind == "network":
            yield Problem("$.network", "is required for the kind 'network'")
        return
    if not network.get("id"):
        yield Problem("$.network.id", "is required")
    for key in ("origin", "targets"):
        yield from _places(f"$.network.{key}", network.get(key))
    published = network.get("published")
    if published is not None and not (is_moment(str(published)) and _is_past(first_day(str(published)), today)):
        yield Problem("$.network.published", "must be a date not more than a day ahead")


def _places(path: str, codes: object) -> Iterator[Problem]:
    for number, code in enumerate(codes if isinstance(codes, list | tuple) else ()):
        if isinstance(code, str) and not is_place(code):
            yield Problem(f"{path}[{number}]", f"{code!r} is neither an ISO 3166-1 alpha-2 code nor a STIX region")


def is_place(code: str) -> bool:
    """Tell whether this is an ISO 3166-1 alpha-2 code (or XK, Kosovo) or a STIX region."""
    return code in REGIONS or code == "XK" or (len(code) == 2 and _country(code))


def _country(code: str) -> bool:
    return code.isupper() and pycountry.countries.get(alpha_2=code) is not None


def _counts(counts: object) -> Iterator[Problem]:
    if not isinstance(counts, Mapping):
        return
    for key, count in counts.items():
        if key not in COUNT_KEYS and not str(key).startswith("x_"):
            yield Problem(f"$.counts.{key}", "is not a count of this schema")
        value = count.get("value") if isinstance(count, Mapping) else None
        if isinstance(value, int) and value < 0:
            yield Problem(f"$.counts.{key}.value", "must not be negative")


def _money(spend: object) -> Iterator[Problem]:
    for number, item in enumerate(spend if isinstance(spend, list | tuple) else ()):
        if not isinstance(item, Mapping):
            continue
        paid_in = item.get("paid_in") or ()
        for currency in [item.get("currency"), *(paid_in if isinstance(paid_in, list | tuple) else ())]:
            if isinstance(currency, str) and pycountry.currencies.get(alpha_3=currency) is None:
                yield Problem(f"$.spend[{number}]", f"{currency!r} is not an ISO 4217 code")


def _action_date(document: Mapping[str, object], today: dt.date) -> Iterator[Problem]:
    precision, written = document.get("action_at_precision"), document.get("action_at")
    shape = _SHAPES.get(str(precision))
    if shape is None or not isinstance(written, str):
        return
    if not shape.fullmatch(written) or (precision == "second" and not is_moment(written)):
        yield Problem("$.action_at", f"does not have the form of the precision {precision!r}")
    elif not _is_past(first_day(written), today):
        yield Problem("$.action_at", "must be a date not more than a day ahead")


def first_day(written: str) -> str:
    """Return the first day of a date, month, quarter or half year."""
    if written[5:6] == "Q":
        return f"{written[:4]}-{3 * int(written[6]) - 2:02d}-01"
    if written[5:6] == "H":
        return f"{written[:4]}-{6 * int(written[6]) - 5:02d}-01"
    return f"{written}-01" if len(written) == 7 else written[:10]


def _is_past(day: str, today: dt.date) -> bool:
    try:
        return dt.date.fromisoformat(day) <= today + dt.timedelta(days=1)
    except ValueError:
        return False
