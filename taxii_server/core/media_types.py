"""Media types of TAXII 2.1 and what a request's headers say about them (TAXII 2.1 §1.6.8, §3.1)."""

from collections.abc import Iterator
from typing import NamedTuple

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from taxii_server.core.errors import NotAcceptable, UnsupportedMediaType

TAXII = "application/taxii+json;version=2.1"
"""Every answer's Content-Type, to the letter: clients compare it as text (clients.md R9)."""

STIX_OF = {"2.0": "application/stix+json;version=2.0", "2.1": "application/stix+json;version=2.1"}
"""The media type of a stored object by its spec version."""

_PUSHED = frozenset({"application/taxii+json", "application/stix+json"})
_VERSION = "2.1"


class MediaRange(NamedTuple):
    """One entry of an Accept header."""

    name: str
    version: str | None
    quality: float

    @property
    def specificity(self) -> int:
        """How exactly the range names our type, 0 where it does not name it at all."""
        if self.name == "application/taxii+json":
            return {_VERSION: 4, None: 3}.get(self.version, 0)
        return {"application/*": 2, "*/*": 1}.get(self.name, 0)


def check_accept(header: str | None) -> None:
    """Raise NotAcceptable unless the header admits the TAXII media type.

    The most specific range decides, as RFC 9110 §12.5.1 says; no header admits everything.
    """
    if header is None or not header.strip():
        return
    best = max(_media_ranges(header), key=lambda one: (one.specificity, one.quality), default=None)
    if best is None or not best.specificity or best.quality <= 0:
        raise NotAcceptable(f"This server answers with {TAXII}; the request's Accept does not admit it.")


def check_content_type(header: str | None) -> None:
    """Raise UnsupportedMediaType unless a push of this Content-Type is taken (rules.md 9)."""
    name, parameters = parse_options_header(header)
    version = parameters.get("version", _VERSION)
    charset = parameters.get("charset", "utf-8").lower().replace("_", "-")
    if name.lower() not in _PUSHED or version != _VERSION or charset not in {"utf-8", "utf8"}:
        said = f"not {header[:80]!r}" if header else "and the request names none"
        raise UnsupportedMediaType(f"The Content-Type of a push is {TAXII} or {STIX_OF['2.1']}, {said}.")


def _media_ranges(header: str) -> Iterator[MediaRange]:
    for value, quality in parse_accept_header(header, MIMEAccept):
        name, parameters = parse_options_header(value)
        yield MediaRange(name.lower(), parameters.get("version"), quality)
