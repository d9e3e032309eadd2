"""What the path of a URL names, and the shape of the functions that tell."""

import re
from collections.abc import Callable, Collection

import msgspec

from stix_mappers.urls import Url

_DIGITS = re.compile(r"\d+")


class Named(msgspec.Struct, frozen=True):
    """What a path names; for posts `login` and `user_id` are the owner's."""

    kind: str
    login: str | None = None
    user_id: str | None = None
    post_id: str | None = None
    url: str | None = None


PathRule = Callable[[Url, Collection[str]], Named | None]


def leading_digits(text: str) -> str | None:
    """The number a segment begins with."""
    found = _DIGITS.match(text)
    return found[0] if found else None


def trailing_digits(text: str) -> str | None:
    """The number a segment ends with, else the segment."""
    numbers = _DIGITS.findall(text)
    return numbers[-1] if numbers else text
