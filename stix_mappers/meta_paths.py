"""Whose account, page, group or post a path on Facebook and Instagram names (platform-records.md 4.3, D5)."""

import re
from collections.abc import Callable, Collection

from stix_mappers.named import Named, trailing_digits
from stix_mappers.urls import Url

_DIGITS = re.compile(r"\d+")
_NAME_AND_ID = re.compile(r"(.*[^-])-(\d+)")
_SYSTEM_HOST = re.compile(r"(?:l|lm|developers|about|newsroom|investor|research|ai|transparency|code)\.facebook\.com")
_INSTAGRAM_POSTS = frozenset({"p", "reel", "reels", "tv"})


def facebook(url: Url, reserved: Collection[str]) -> Named | None:
    """Vanity names, numbered names, `profile.php?id=`, groups, events, pages, and the posts of them."""
    parts = url.segments
    if not parts or _SYSTEM_HOST.fullmatch(url.host) or not url.host.endswith(("facebook.com", "fb.com")):
        return None
    first = parts[0].lower()
    if first in _FACEBOOK_FIRST:
        return _FACEBOOK_FIRST[first](url, parts)
    if first in reserved:
        return None
    owner = _facebook_owner(parts[0])
    if len(parts) > 2 and parts[1] in ("posts", "videos", "photos", "reels", "notes"):
        return Named("post", owner.login, owner.user_id, trailing_digits(parts[-1]))
    return owner


def _facebook_owner(segment: str) -> Named:
    """A vanity name, a name with its number, or a bare number."""
    if _DIGITS.fullmatch(segment):
        return Named("account", user_id=segment)
    numbered = _NAME_AND_ID.fullmatch(segment)
    return Named("page", numbered[1], numbered[2]) if numbered else Named("account", segment)


def _facebook_profile(url: Url, _: list[str]) -> Named | None:
    number = url.parameter("id")
    return Named("account", user_id=number) if number and _DIGITS.fullmatch(number) else None


def _facebook_post_of_id(url: Url, _: list[str]) -> Named | None:
    """`permalink.php?story_fbid=1&id=2`: post 1 of account 2."""
    number = url.parameter("id")
    return Named("post", user_id=number, post_id=url.parameter("story_fbid")) if number else None


def _facebook_space(_: Url, parts: list[str]) -> Named | None:
    """`groups/X`, `events/X`, and the posts in a group."""
    if len(parts) < 2:
        return None
    login = f"{parts[0].lower()}/{parts[1]}"
    if len(parts) > 3 and parts[2] in ("posts", "permalink"):
        return Named("post", login, post_id=parts[3])
    return Named("group" if parts[0].lower() == "groups" else "event", login)


def _facebook_page(url: Url, parts: list[str]) -> Named | None:
    """`pages/Name/N`; `pages/category/Kind/Name-N`."""
    if len(parts) > 3 and parts[1].lower() == "category":
        return _facebook_plain_page(url, parts[2:])
    if len(parts) < 3:
        return None
    return Named("page", f"pages/{parts[1]}/{parts[2]}", parts[2] if _DIGITS.fullmatch(parts[2]) else None)


def _facebook_plain_page(_: Url, parts: list[str]) -> Named | None:
    """`pg/X`, `p/Name-N`: a page by its usual name."""
    owner = _facebook_owner(parts[1]) if len(parts) > 1 else None
    return Named("page", owner.login, owner.user_id) if owner else None


def _facebook_person(_: Url, parts: list[str]) -> Named | None:
    """`people/Name/N`: the name is no login."""
    return Named("account", user_id=parts[2]) if len(parts) > 2 and _DIGITS.fullmatch(parts[2]) else None


_FACEBOOK_FIRST: dict[str, Callable[[Url, list[str]], Named | None]] = {
    "profile.php": _facebook_profile,
    "permalink.php": _facebook_post_of_id,
    "groups": _facebook_space,
    "events": _facebook_space,
    "pages": _facebook_page,
    "pg": _facebook_plain_page,
    "p": _facebook_plain_page,
    "people": _facebook_person,
}


def instagram(url: Url, reserved: Collection[str]) -> Named | None:
    """`/x`; `/p/ID`, `/reel/ID` are posts without an owner, `/x/p/ID` with one."""
    parts = url.segments
    first = parts[0].lower() if parts else ""
    if first == "explore" or (first in _INSTAGRAM_POSTS and len(parts) > 1):
        return Named("post", post_id=parts[1] if first != "explore" else None)
    if first == "stories" and len(parts) > 1:
        return Named("post", parts[1], post_id=parts[2] if len(parts) > 2 else None)
    if not parts or first in reserved:
        return None
    if len(parts) > 2 and parts[1] in _INSTAGRAM_POSTS:
        return Named("post", parts[0], post_id=parts[2])
    return Named("account", parts[0].removeprefix("@"))
