"""What is this value? Refanging and typing of cells (platform-records.md 4.1, 4.2, 4.6)."""

from typing import Literal

import msgspec

ValueKind = Literal["blank", "email", "ip", "hash", "url", "domain", "hashtag", "count", "unusable", "text"]


class Value(msgspec.Struct, frozen=True):
    """A typed cell: `value` is refanged and in the form for a STIX object.

    ip: an address or CIDR. url: always with a scheme, RFC 3986. domain: lower-case, punycode.
    hash: lower-case hex. hashtag, count, text: the trimmed cell. unusable: a broken URL (skip `unusable-value`).
    """

    kind: ValueKind
    value: str
    host: str | None = None  # of url and domain: lower-case, punycode
    bare: bool = False  # a url that was written without a scheme


def refang(text: str) -> str:
    """The cell as it was before someone defanged it, trimmed (4.1)."""
    raise NotImplementedError


def defang(text: str) -> str:
    """`http://a.b` as `hxxp://a[.]b`; `refang` is its inverse."""
    raise NotImplementedError


def classify(text: str, *, domains: bool = False) -> Value:
    """What a cell is, in the order of 4.2; with `domains` (the row is about domains) a URL without path is a domain."""
    raise NotImplementedError


def email_in(text: str) -> str | None:
    """The first mail address in a sentence (5.2, procedure 0.2.x)."""
    raise NotImplementedError


def hash_name(digest: str) -> Literal["MD5", "SHA-1", "SHA-256"] | None:
    """The algorithm of a hex digest, by its length."""
    raise NotImplementedError


def unicode_host(host: str) -> str:
    """A punycode host as people read it, for descriptions."""
    raise NotImplementedError


def confidence_in(wording: str) -> int | None:
    """How sure a wording is (4.6): 90, 75, 60, 40; None where no attribution is stated. The weakest word decides."""
    raise NotImplementedError
