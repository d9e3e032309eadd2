"""The keys of Reddit's lists, account objects, comments and submissions in all their spellings (section 11)."""

import datetime as dt
import re
from functools import lru_cache
from typing import Final

from stix_mappers.members.rows import Columns
from stix_mappers.moments import is_moment, moment

_SPELLINGS: Final[dict[str, str]] = {
    "login": "name username user_name user account redditor account_name",
    "author": "author author.name author_name",
    "karma": "karma total_karma",
    "comment_karma": "comment_karma",
    "link_karma": "link_karma post_karma",
    "fullname": "fullname author_fullname author.fullname author.id",
    "id": "id",
    "created": "created_utc created created_at account_created",
    "suspended": "is_suspended suspended",
    "employee": "is_employee",
    "verified_mail": "has_verified_email",
    "permalink": "permalink",
    "subreddit": "subreddit subreddit.display_name_prefixed subreddit.display_name subreddit_name_prefixed",
    "thread": "link_id",
    "parent": "parent_id",
    "title": "title link_title",
    "link": "link_url url",
    "body": "body selftext",
}
COLUMNS: Final[Columns] = {
    re.sub(r"[\W_]+", "", spelling): ours for ours, spellings in _SPELLINGS.items() for spelling in spellings.split()
}

_NAME: Final = re.compile(r"(?:(?:https?://)?(?:\w+\.)?reddit\.com)?/?(?:u(?:ser)?/)?([\w-]{1,30})/?", re.ASCII)
_EPOCH: Final = re.compile(r"(\d{9,10})(?:\.\d{1,9})?(?:[eE]\+?0?)?")
_ROUNDED: Final = re.compile(r"\d\.\d{1,16}[eE]\+?0?9")
_ACCOUNT_ID: Final = re.compile(r"(?:t2_)?([0-9a-z]{1,13})", re.IGNORECASE)
_GONE: Final = frozenset({"[deleted]", "[removed]", "deleted", "[unavailable]"})


def login_in(written: str) -> str | None:
    """Return the name of an account, written bare, as `u/x` or as an address; None where it is none."""
    found = _NAME.fullmatch(written.strip())
    return found[1] if found else None


def is_gone(written: str) -> bool:
    """Tell whether an author is hidden."""
    return written.strip().lower() in _GONE


@lru_cache(maxsize=4096)
def when(written: str) -> str | None:
    """Return a time in seconds (`1467681198.0`) or an ISO date as a timestamp."""
    if _EPOCH.fullmatch(written) or _ROUNDED.fullmatch(written):
        instant = dt.datetime.fromtimestamp(int(float(written)), dt.UTC)
        return f"{instant.replace(tzinfo=None).isoformat()}.000Z"
    is_date = re.match(r"\d{4}-\d\d-\d\d", written)
    return moment(written) if is_date and is_moment(written) else None


def platform_id(fullname: str, bare: str) -> str | None:
    """Return the `t2_...` of an account, of its full name or of its bare id."""
    if fullname and not fullname.startswith("t2_"):
        return None
    found = _ACCOUNT_ID.fullmatch(fullname or bare)
    return f"t2_{found[1]}" if found else None
