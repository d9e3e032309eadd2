"""The poll path: authenticate, authorize, parse the query, read a page, join, answer (architecture: 3)."""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import Response, request
from isal import igzip

from taxii_server.core.cursor import format_cursor, make_cursor
from taxii_server.core.filters import BEFORE_EVERYTHING, Query, Walk, parse_query, resolve
from taxii_server.core.media_types import TAXII
from taxii_server.core.timestamps import format_timestamp
from taxii_server.store.contract import CollectionState, Reading, Record
from taxii_server.taxii.directory import Room
from taxii_server.taxii.page_cache import Page, PageKey
from taxii_server.taxii.requests import TaxiiResponse, authenticate
from taxii_server.taxii.services import Services, services
from taxii_server.taxii.shortcut import Asked

_GZIP_FROM = 8192
_GZIP_LEVEL = 1
_FIRST = "X-TAXII-Date-Added-First"
_LAST = "X-TAXII-Date-Added-Last"
_GZIP_MAGIC = b"\x1f\x8b"


class Content(NamedTuple):
    """The list of a page as JSON, and the dates of its first and last entry; None where it has none."""

    members: list[bytes]
    first: int | None
    last: int | None
    more: bool


def content_of(members: list[bytes], records: Sequence[Record], more: bool) -> Content:
    """The content of a page made from records."""
    first, last = (records[0].date_added, records[-1].date_added) if records else (None, None)
    return Content(members, first, last, more)


class Resource(NamedTuple):
    """A paged resource: what it is, the name of its list, its match fields, and how its entries are read."""

    kind: str
    name: str
    fields: frozenset[str]
    read: Callable[[Reading, CollectionState, Walk, int], Content]


def answer_page(resource: Resource, root: str, collection: str, object_id: str | None = None) -> Response:
    """A page of a collection's objects, manifest or versions."""
    here = services()
    requester = authenticate(here)
    room = here.directory.readable(root, collection, requester)
    query = parse_query(request.args.items(multi=True), resource.fields, object_id)
    walk = resolve(query, room.collection.id)
    page = _page(here, resource, room, walk, _limit(here, query))
    return _answer(page, query, walk)


def _limit(here: Services, query: Query) -> int:
    server = here.settings.server
    return server.default_limit if query.limit is None else min(query.limit, server.max_limit)


def _page(here: Services, resource: Resource, room: Room, walk: Walk, limit: int) -> Page:
    """The page from the cache, where it is finished and still true, else from the store."""
    coding = "gzip" if request.accept_encodings["gzip"] > 0 else "identity"
    state = here.store.collection_state(room.collection.id)
    key = PageKey(resource.kind, state.number, walk, limit, coding)
    page = here.pages.find(key, state.changes) or _read(here, resource, room, key)
    if page.is_finished:
        here.parsed_requests.remember(request.environ, Asked(room, key))
    return page


def _read(here: Services, resource: Resource, room: Room, key: PageKey) -> Page:
    with here.store.reading() as reading:
        state = reading.state(room.collection.id)
        content = resource.read(reading, state, key.walk, key.limit)
    body = _join(resource.name, content, room.collection.id, key.walk)
    etag = _etag(key, room.collection.id, state, content)
    if key.coding == "gzip" and len(body) > _GZIP_FROM:
        body = igzip.compress(body, _GZIP_LEVEL)
    page = Page(body, etag, _headers(content, etag, body), state.changes, is_finished=content.more)
    if page.is_finished:
        here.pages.keep(key, page)
    return page


def _join(name: str, content: Content, collection: str, walk: Walk) -> bytes:
    """The page's JSON, copied once. An empty one has no list: TAXII knows no empty lists (TAXII 2.1 §2)."""
    members = content.members
    if not members:
        return b"{}"
    head = b'{"more":false,"'
    if content.more and content.last is not None:
        token = format_cursor(make_cursor(collection, walk.match.canonical, walk.start, content.last))
        head = b'{"more":true,"next":"%s","' % token.encode()
    members[0] = b'%s%s":[%s' % (head, name.encode(), members[0])
    members[-1] += b"]}"
    return b",".join(members)


def _etag(key: PageKey, collection: str, state: CollectionState, content: Content) -> str:
    facts = (key.resource, collection, key.walk, key.limit, key.coding, state.changes, content.last, content.more)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _headers(content: Content, etag: str, body: bytes) -> tuple[tuple[str, str], ...]:
    headers = [
        ("Content-Type", TAXII),
        ("Cache-Control", "private, no-cache"),
        ("Vary", "Accept-Encoding, Authorization"),
        ("ETag", f'"{etag}"'),
    ]
    if content.first is not None and content.last is not None:
        headers.append((_FIRST, format_timestamp(content.first)))
        headers.append((_LAST, format_timestamp(content.last)))
    if body[:2] == _GZIP_MAGIC:
        headers.append(("Content-Encoding", "gzip"))
    return tuple(headers)


def _answer(page: Page, query: Query, walk: Walk) -> Response:
    response = TaxiiResponse(page.body, headers=page.headers)
    if _LAST not in response.headers and query.added_after is not None and walk.after > BEFORE_EVERYTHING:
        # nothing new: the page says from where to ask again (rules.md 9)
        response.headers[_LAST] = format_timestamp(walk.after)
    if "If-None-Match" in request.headers and request.if_none_match.contains_weak(page.etag):
        response.status_code = 304
        response.set_data(b"")
    return response
