"""The columns of Twitter's lists in all their spellings, and what the cells of an account mean (section 6.1)."""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from stix_mappers.members.rows import Columns, Named, cell, flag, whole
from stix_mappers.moments import is_moment
from stix_mappers.record import AccountSubject

_SPELLINGS: Final[dict[str, str]] = {
    "userid": "userid user_id id id_str account_id twitter_id external_author_id author_external_id",
    "name": "user_display_name display_name name user_name_displayed",
    "login": "user_screen_name screen_name handle twitter_handle username user_name user_key author author_id account",
    "location": "user_reported_location reported_location location user_location",
    "bio": "user_profile_description profile_description description bio user_description",
    "url": "user_profile_url profile_url url expanded_url",
    "followers": "follower_count followers_count followers",
    "following": "following_count friends_count following friends",
    "created": "account_creation_date creation_date created_at account_created_at account_created created",
    "language": "account_language language lang user_language",
    "posts": "statuses_count tweet_count statuses updates",
    "verified": "verified user_verified",
    "tweetid": "tweetid tweet_id status_id",
    "time": "tweet_time publish_date created_str tweeted_at tweet_created_at",
    "links": "urls expanded_urls tweet_urls links",
    "text": "tweet_text content text full_text",
    "category": "account_category",
    "harvested": "harvested_date",
    "label": "label account_label twitter_label",
    "country": "country country_code state",
    "labelled": "labelled_at labeled_at label_date date_labelled date_labeled date",
    "correction": "correction retraction retracted list_status",
    "status": "status change account_status",
    "reason": "reason correction_reason note notes comment",
    "person": "is_person person",
}
COLUMNS: Final[Columns] = {
    re.sub(r"[\W_]+", "", spelling): ours for ours, spellings in _SPELLINGS.items() for spelling in spellings.split()
}

_HANDLE: Final = re.compile(r"@?([A-Za-z0-9_]{1,50})")
_DIGITS: Final = re.compile(r"([0-9]{1,20})(?:\.0)?")
_ROUNDED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_PSEUDONYM: Final = re.compile(r"[A-Za-z0-9+/=_-]{20,100}")
_LONGEST_HANDLE: Final = 20
_API_DATE: Final = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})")
_ISO_DATE: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?")
_US_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d))?")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Who(Struct, frozen=True):
    """Who a row is about: a handle, a number, or a pseudonym."""

    login: str | None
    user_id: str | None
    pseudonymised: bool

    @property
    def key(self) -> str:
        """What stands for the account in ids: the pseudonym, the handle in lower case, else the number."""
        return self.login.lower() if self.login else self.user_id or ""

    @property
    def is_possible(self) -> bool:
        """Tell whether Twitter can have had this account: no handle has more than 20 characters."""
        return self.login is None or len(self.login) <= _LONGEST_HANDLE


def who(row: Named) -> Who | None:
    """Return whom a row is about; None where it names nobody, or only by a number that a spreadsheet rounded."""
    user_id, handle = cell(row, "userid"), cell(row, "login")
    named = _HANDLE.fullmatch(handle)
    number = _DIGITS.fullmatch(user_id)
    login = named[1] if named and handle != user_id else None
    if number is not None:
        return Who(login, number[1], pseudonymised=False)
    if login is None and user_id and not _ROUNDED.fullmatch(user_id) and _PSEUDONYM.fullmatch(user_id):
        return Who(None, user_id, pseudonymised=True)
    if login is None and named is not None:
        return Who(named[1], None, pseudonymised=False)
    return Who(login, None, pseudonymised=False) if login else None


def account(row: Named, found: Who) -> AccountSubject:
    """Return the account of a row: who it is and the snapshot of its profile."""
    url, verified = cell(row, "url"), cell(row, "verified")
    name = cell(row, "name")
    hidden = found.pseudonymised or name == cell(row, "userid")
    return AccountSubject(
        login=found.login,
        user_id=found.user_id,
        pseudonymised=found.pseudonymised,
        display_name=None if hidden else name or None,
        created=when(cell(row, "created")),
        bio=cell(row, "bio") or None,
        location_text=cell(row, "location") or None,
        profile_urls=(url,) if url else (),
        language=cell(row, "language") or None,
        followers=whole(cell(row, "followers")),
        following=whole(cell(row, "following")),
        posts=whole(cell(row, "posts")),
        verified=flag(verified) if verified else None,
    )


def unread_date(row: Named) -> str | None:
    """Return the date of creation as written where it cannot be read without guessing: `7/1/2017` (section 6.1)."""
    written = cell(row, "created")
    return f"account_creation_date: {written}" if written and when(written) is None else None


@lru_cache(maxsize=4096)
def when(written: str) -> str | None:
    """Return a date or date-time in ISO form; a date that may be either d/m or m/d is none."""
    if api := _API_DATE.fullmatch(written):
        month, day, time, offset, year = api.groups()
        number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
        return _checked(f"{year}-{number:02d}-{day}T{time}{offset[:3]}:{offset[3:]}")
    if iso := _ISO_DATE.fullmatch(written):
        day, minutes, seconds, offset = iso.groups()
        return _checked(f"{day}T{minutes}{seconds or ':00'}{offset or 'Z'}" if minutes else day)
    return None


@lru_cache(maxsize=4096)
def tweeted(written: str) -> str | None:
    """Return when a tweet was made; here the American order is the one of the exports (`10/1/2017 19:58`)."""
    if found := _US_DATE.fullmatch(written):
        month, day, year, hour, minute = found.groups()
        return _checked(f"{year}-{int(month):02d}-{int(day):02d}T{int(hour or 0):02d}:{minute or '00'}:00Z")
    return when(written)


def _checked(iso: str) -> str | None:
    return iso if iso >= "1000" and is_moment(iso) else None
