"""What is this value? Refanging and typing of cells (platform-records.md 4.1, 4.2)."""

import ipaddress
import re
from collections.abc import Callable
from typing import Literal

import msgspec

from stix_mappers.confidence import confidence_in
from stix_mappers.counts import counts_in, is_template, spend_in
from stix_mappers.urls import host_name, is_address, split_url, unicode_host

__all__ = [
    "HashName",
    "Value",
    "ValueKind",
    "classify",
    "confidence_in",
    "defang",
    "email_in",
    "hash_name",
    "refang",
    "unicode_host",
]

ValueKind = Literal["blank", "email", "ip", "hash", "url", "domain", "hashtag", "count", "unusable", "text"]
HashName = Literal["MD5", "SHA-1", "SHA-256"]


class Value(msgspec.Struct, frozen=True):
    """A typed cell: `value` is refanged and in the form for a STIX object.

    ip: an address or CIDR. url: always with a scheme, RFC 3986. domain: lower-case, punycode.
    hash: lower-case hex. hashtag, count, text: the trimmed cell. unusable: a broken URL (skip `unusable-value`).
    """

    kind: ValueKind
    value: str
    host: str | None = None  # of url and domain: lower-case, punycode
    bare: bool = False  # a url that was written without a scheme


# Trimmed: white space of every alphabet, and the marks that copying leaves behind.
_EDGE = (
    " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
_FANGS = re.compile(
    r"\[://\]|[\[({](?:\.|dot)[\])}]|[\[({](?:@|at)[\])}]|[\[{]:[\]}]|\[/\]|(?<![A-Za-z0-9])h(?:xx|tx|xt)p(?=s?(?::|\[:|\{:))",
    re.IGNORECASE,
)
_TO_DEFANG = re.compile(r"[.@]|^http(?=s?://)")
_PLAIN_FORMS = {".": ".", "dot": ".", "@": "@", "at": "@", ":": ":", "/": "/", "://": "://"}
_HASH = re.compile(r"[0-9A-Fa-f]{32}(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{32})?")
_HASH_NAMES: dict[int, HashName] = {32: "MD5", 40: "SHA-1", 64: "SHA-256"}
_ADDRESS = re.compile(r"(?=[^.:]*[.:])[0-9A-Fa-f:.]{2,45}(?:/\d{1,3})?")
_ADDRESS_AND_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}")
_EMAIL = re.compile(r"(?:mailto:)?([^\s@<>()\[\],;:\"/\\]{1,64})@([^\s@<>()\[\],;:\"/\\?#]{3,253})", re.IGNORECASE)
_EMAIL_IN = re.compile(r"(?<![\w.+\-])([\w.+\-]{1,64})@([\w\-]{1,63}(?:\.[\w\-]{1,63}){1,10})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]{1,20}://")
_HASHTAGS = re.compile(r"(?:[#＃]\w+[\s,;]*)+")
_WORD = re.compile(r"[(\[“‘'\"]?[^\W\d_]+(?:['’][^\W\d_]+)*[.,:;!?)\]”’'\"]*")
_URL_CHARACTERS = re.compile(r"[^\s<>\"`\\^{}]+")
_LONGEST_SENTENCE = 400
_LONGEST_URL = 8192


def refang(text: str) -> str:
    """The cell as it was before someone defanged it, trimmed (4.1)."""
    return _trimmed(_FANGS.sub(_plain_form, text))


def _plain_form(found: re.Match[str]) -> str:
    written = found[0]
    return "http" if written[0] in "hH" else _PLAIN_FORMS[written[1:-1].lower()]


def _trimmed(text: str) -> str:
    """Without white space, marks and trailing commas at its edges."""
    return text.lstrip(_EDGE).rstrip(_EDGE + ",")


def defang(text: str) -> str:
    """`http://a.b` as `hxxp://a[.]b`; `refang` is its inverse."""
    return _TO_DEFANG.sub(lambda found: f"[{found[0]}]" if len(found[0]) == 1 else "hxxp", text)


def classify(text: str, *, domains: bool = False) -> Value:
    """What a cell is, in the order of 4.2; with `domains` (the row is about domains) a URL without path is a domain."""
    value = refang(text)
    if not value:
        return Value("blank", "")
    for typed in _IN_ORDER:
        found = typed(value)
        if found is not None:
            break
    else:
        return Value("text", value)
    if domains and found.kind == "url" and found.host and _has_no_path(found.value):
        return Value("domain", found.host, found.host)
    return found


def _has_no_path(url: str) -> bool:
    parts = split_url(url)
    return parts is not None and parts.path in ("", "/") and parts.query is None and not parts.userinfo


def _email(text: str) -> Value | None:
    found = _EMAIL.fullmatch(text)
    host = host_name(found[2]) if found else None
    return Value("email", f"{found[1]}@{host}") if found and host else None


def _ip(text: str) -> Value | None:
    ported = _ADDRESS_AND_PORT.fullmatch(text)
    address = ported[1] if ported else text
    if not _ADDRESS.fullmatch(address):
        return None
    try:
        is_range = "/" in address
        parsed = ipaddress.ip_network(address, strict=False) if is_range else ipaddress.ip_address(address)
    except ValueError:
        return None
    return Value("ip", str(parsed))


def _hash(text: str) -> Value | None:
    return Value("hash", text.lower()) if _HASH.fullmatch(text) else None


def _url(text: str) -> Value | None:
    """A URL with scheme, one that line breaks cut, a bare host with path, or a bare host."""
    if len(text) > _LONGEST_URL:
        return None
    has_scheme = _SCHEME.match(text) is not None
    pieces = text.split()
    if len(pieces) > 1:
        if not has_scheme and ("/" not in pieces[0] or host_name(pieces[0].partition("/")[0]) is None):
            return None
        joined = _joined(pieces)
        if joined is None:
            return Value("unusable", text) if has_scheme else None
        text = joined
    return _one_url(text, has_scheme)


def _joined(pieces: list[str]) -> str | None:
    """The pieces of a URL wrapped at line breaks; None where a word stands among them (4.2)."""
    for piece in pieces[1:]:
        if "://" in piece or _WORD.fullmatch(piece) or not _URL_CHARACTERS.fullmatch(piece):
            return None
    return "".join(pieces)


def _one_url(text: str, has_scheme: bool) -> Value | None:
    parts = split_url(text, default_scheme=None if has_scheme else "https")
    if parts is None:
        return Value("unusable", text) if has_scheme else None
    if has_scheme or parts.path or parts.query is not None or parts.port or is_address(parts.host):
        return Value("url", str(parts), parts.host, not has_scheme)
    return Value("domain", parts.host, parts.host) if not parts.userinfo and parts.fragment is None else None


def _hashtag(text: str) -> Value | None:
    return Value("hashtag", text) if text[0] in "#＃" and _HASHTAGS.fullmatch(text) else None


def _count(text: str) -> Value | None:
    if len(text) > _LONGEST_SENTENCE:
        return None
    return Value("count", text) if is_template(text) or counts_in(text) or spend_in(text) else None


_IN_ORDER: tuple[Callable[[str], Value | None], ...] = (_email, _ip, _hash, _url, _hashtag, _count)


def email_in(text: str) -> str | None:
    """The first mail address in a sentence (5.2, procedure 0.2.x)."""
    for found in _EMAIL_IN.finditer(refang(text)):
        host = host_name(found[2].rstrip("."))
        if host:
            return f"{found[1].strip('.')}@{host}"
    return None


def hash_name(digest: str) -> HashName | None:
    """The algorithm of a hex digest, by its length."""
    return _HASH_NAMES.get(len(digest)) if _HASH.fullmatch(digest) else None
