"""URLs taken apart and put together again, forgiving what people type (platform-records.md 4.2).

The standard library refuses or mangles much of what stands in published lists (`[`, `|`, letters outside ASCII);
here a URL is anything with a host, and what comes out is RFC 3986, because that is what STIX asks of `url.value`.
"""

import ipaddress
import re
from functools import lru_cache
from urllib.parse import quote

import msgspec

_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?//([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_AUTHORITY = re.compile(r"(?:(.*)@)?(\[[0-9A-Fa-f:.]*\]|[^:\[\]]*)(?::(\d{0,5}))?", re.DOTALL)
_LABEL = re.compile(r"(?!-)[a-z0-9_\-]{1,63}(?<!-)")
_TOP = re.compile(r"[a-z]{2,24}|xn--[a-z0-9\-]{2,59}")
_SAFE_PATH = "/%:@!$&'()*+,;=~-._"
_SAFE_QUERY = _SAFE_PATH + "?"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*")
# `Image.apk` is a file; only endings that are no top-level domain stand here.
_FILE_ENDING = re.compile(
    r"apk|asp|aspx|bat|bin|bmp|cfg|class|conf|cpp|css|csv|dat|db|dll|dmg|doc|docm|docx|eml|epub|exe|gif|"
    r"hta|htm|html|ico|ini|ipa|iso|jar|jpeg|jpg|js|json|jsp|lnk|log|mp3|mp4|msi|odt|ogg|pdf|php|png|ppt|"
    r"pptx|ps1|rar|rtf|svg|swf|tar|tgz|tmp|tsv|txt|vbs|war|wav|webm|webp|xls|xlsm|xlsx|xml|yaml|yml"
)
_MAX_HOST = 253
_HTTP = frozenset({"http", "https", "ftp"})


class Url(msgspec.Struct, frozen=True):
    """The parts of a URL: scheme and host in lower case, the host in punycode, the rest as written."""

    scheme: str
    host: str
    port: str
    userinfo: str
    path: str
    query: str | None
    fragment: str | None

    @property
    def segments(self) -> list[str]:
        """The path's segments as written, empty ones left out."""
        return [segment for segment in self.path.split("/") if segment]

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter, as written."""
        for pair in (self.query or "").split("&"):
            key, _, value = pair.partition("=")
            if key == name and value:
                return value
        return None

    def __str__(self) -> str:
        """The URL in RFC 3986: what is not allowed is percent-encoded, what is encoded stays so."""
        user = _encoded(self.userinfo, _SAFE_PATH) + "@" if self.userinfo else ""
        port = f":{self.port}" if self.port else ""
        query = "" if self.query is None else "?" + _encoded(self.query, _SAFE_QUERY)
        fragment = "" if self.fragment is None else "#" + _encoded(self.fragment, _SAFE_QUERY)
        return f"{self.scheme}://{user}{self.host}{port}{_encoded(self.path, _SAFE_PATH)}{query}{fragment}"


def split_url(text: str, *, default_scheme: str | None = None) -> Url | None:
    """The parts of a URL with a usable host; a bare `host/path` only with `default_scheme`. None for all else."""
    found = _PARTS.fullmatch(text)
    if found is None or found[1] is None:
        if default_scheme is None or "://" in text:
            return None
        found = _PARTS.fullmatch(f"{default_scheme}://{text.removeprefix('//')}")
    if found is None or found[1].lower() not in _HTTP:
        return None
    scheme, authority, path, query, fragment = found.groups()
    where = _AUTHORITY.fullmatch(authority)
    host = url_host(where[2]) if where else None
    if where is None or host is None:
        return None
    return Url(scheme.lower(), host, where[3] or "", where[1] or "", path or "", query, fragment)


def url_host(text: str) -> str | None:
    """A host name or address as it stands in a URL, lower-case and punycode; None if it can be neither."""
    if text.startswith("["):
        return text.lower() if is_address(text[1:-1]) else None
    return text if is_address(text) else host_name(text)


@lru_cache(maxsize=8192)
def host_name(text: str) -> str | None:
    """A domain name in lower case and punycode, without a final dot; None if it is not one."""
    if not 0 < len(text) <= _MAX_HOST:
        return None
    labels = [_ascii_label(label) for label in text.lower().removesuffix(".").split(".")]
    if len(labels) < 2 or not all(labels):
        return None
    if not _TOP.fullmatch(labels[-1]) or _FILE_ENDING.fullmatch(labels[-1]):
        return None
    return ".".join(labels)


def unicode_host(host: str) -> str:
    """A punycode host as people read it, for descriptions; other hosts as they are."""
    return ".".join(_unicode_label(label) for label in host.split("."))


def is_address(text: str) -> bool:
    """Is this an IPv4 or IPv6 address?"""
    if not (":" in text or text[-1:].isdigit()) or len(text) > 45:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _ascii_label(label: str) -> str:
    """A label as it goes over the wire; empty if it cannot."""
    if not label.isascii():
        try:
            label = label.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return label if _LABEL.fullmatch(label) else ""


def _unicode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _encoded(part: str, safe: str) -> str:
    """A part with everything percent-encoded that RFC 3986 does not allow there."""
    if _PLAIN.fullmatch(part):
        return part
    return quote(_STRAY_PERCENT.sub("%25", part), safe=safe, errors="replace")
