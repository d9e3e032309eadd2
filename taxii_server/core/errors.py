"""Everything that can go wrong, one class a cause, and the one table that says what HTTP calls it.

ClearinghouseError
├── SettingsError             the settings file cannot be used
├── RequestError              the client can mend it; the text is written for the client
│   ├── Unauthenticated       no credentials, or wrong ones
│   ├── Forbidden             known and visible, but not allowed
│   ├── NotFound              not there, or not for this requester
│   ├── MethodNotAllowed
│   ├── NotAcceptable         no media type of ours in Accept
│   ├── UnsupportedMediaType  Content-Type or Content-Encoding that is not taken
│   ├── MalformedQuery        a query parameter that cannot be read
│   ├── MalformedBody         not JSON, or cut off
│   ├── UnprocessableBody     JSON, but no envelope or bundle that can be taken
│   ├── BodyTooLarge
│   ├── BodyTooSlow           the body did not arrive in time
│   └── TooManyFailures       too many failed sign-ins
├── ObjectRefused             one object of an envelope; the others go on
├── StoreError
│   ├── StoreBusy             the write lock was not to be had within the bound
│   ├── StoreFull             no space left
│   ├── StoreUnavailable      cannot be opened or written
│   └── SchemaMismatch        made by a newer program, or not by this one
└── AccessError               an account or token command that cannot be carried out
"""

from typing import NamedTuple


class ClearinghouseError(Exception):
    """The root of all errors that this program raises on purpose."""


class SettingsError(ClearinghouseError):
    """The settings cannot be used; the text names the key and its table."""


class RequestError(ClearinghouseError):
    """A request that the client can mend. The text goes to the client."""


class Unauthenticated(RequestError):
    """No credentials where some are needed, or wrong ones (TAXII 2.1 §1.6.9)."""


class Forbidden(RequestError):
    """The requester sees the resource but may not do this."""


class NotFound(RequestError):
    """Not there; the same answer where the requester may not know that it is."""


class MethodNotAllowed(RequestError):
    """The resource is there but does not know the method."""


class NotAcceptable(RequestError):
    """Accept names nothing that this server can give."""


class UnsupportedMediaType(RequestError):
    """The body's type or coding is not taken."""


class MalformedQuery(RequestError):
    """A query parameter cannot be read (TAXII 2.1 §3.4)."""


class MalformedBody(RequestError):
    """The body is not JSON in UTF-8, or ended early."""


class UnprocessableBody(RequestError):
    """The body is JSON, but no envelope or bundle that can be taken (TAXII 2.1 §5.5)."""


class BodyTooLarge(RequestError):
    """The body has more octets than ``max_content_length``, counted after decoding."""


class BodyTooSlow(RequestError):
    """The body did not arrive within the time that the settings give it."""


class TooManyFailures(RequestError):
    """Too many failed sign-ins; ``retry_after`` is in seconds."""

    def __init__(self, text: str, retry_after: int) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class ObjectRefused(ClearinghouseError):
    """One object is not taken; the text names the property and the rule."""


class StoreError(ClearinghouseError):
    """The store could not do its work; the client learns only what it can do about it."""


class StoreBusy(StoreError):
    """Others were writing for longer than the bound; ``retry_after`` is in seconds."""

    def __init__(self, text: str, retry_after: int = 5) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class StoreFull(StoreError):
    """The disk, or the space given to the store, is used up."""


class StoreUnavailable(StoreError):
    """The store cannot be opened, read or written."""


class SchemaMismatch(StoreError):
    """The store was made by a newer version of this program, or by another program."""


class AccessError(ClearinghouseError):
    """An account or token command that cannot be carried out; the text says why."""


class HttpError(NamedTuple):
    """What HTTP calls a cause."""

    status: int
    title: str


HTTP_ERRORS: dict[type[ClearinghouseError], HttpError] = {
    Unauthenticated: HttpError(401, "Authentication needed"),
    Forbidden: HttpError(403, "Not allowed"),
    NotFound: HttpError(404, "Not found"),
    MethodNotAllowed: HttpError(405, "Method not allowed"),
    NotAcceptable: HttpError(406, "Not acceptable"),
    BodyTooSlow: HttpError(408, "Body too slow"),
    BodyTooLarge: HttpError(413, "Body too large"),
    UnsupportedMediaType: HttpError(415, "Unsupported media type"),
    MalformedQuery: HttpError(400, "Malformed query"),
    MalformedBody: HttpError(400, "Malformed body"),
    UnprocessableBody: HttpError(422, "Unprocessable body"),
    TooManyFailures: HttpError(429, "Too many failed sign-ins"),
    StoreBusy: HttpError(503, "Busy"),
    StoreFull: HttpError(507, "Out of space"),
    StoreUnavailable: HttpError(503, "Store unavailable"),
}
"""Causes that reach a client, and only these; anything else is a 500 without details."""
