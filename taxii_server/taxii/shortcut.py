"""Finished pages without the framework.

Nearly all that a busy poll costs is the framework's work on a request that it has seen before. A request line that
led to a finished page is remembered as what it was parsed to; when it comes again, the same parts are asked, in the
same order, as in ``pages.answer_page``: who asks, may they read, is the page still true. Whatever is not plainly so
goes to the application, which has the words for it.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from cachetools import LRUCache

from taxii_server.core.errors import ClearinghouseError
from taxii_server.taxii.directory import Room
from taxii_server.taxii.page_cache import Page, PageKey

if TYPE_CHECKING:
    from taxii_server.taxii.services import Services

_MOST_REMEMBERED = 4096
_LONGEST_QUERY = 1024

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class RequestLine(NamedTuple):
    """What of a request decides which page it asks for, and in which form."""

    path: str
    query: str
    accept: str | None
    accept_encoding: str | None


class Asked(NamedTuple):
    """What a request line was parsed to."""

    room: Room
    key: PageKey


class ParsedRequests:
    """Request lines that led to finished pages."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._asked: LRUCache[RequestLine, Asked] = LRUCache(_MOST_REMEMBERED)

    def remember(self, environ: Environ, asked: Asked) -> None:
        """Keep what a request line was parsed to."""
        line = _request_line(environ)
        if len(line.query) <= _LONGEST_QUERY:
            with self._guard:
                self._asked[line] = asked

    def find(self, environ: Environ) -> Asked | None:
        """What this request line was parsed to before."""
        with self._guard:
            return self._asked.get(_request_line(environ))


class Shortcut:
    """WSGI middleware that answers with finished pages, and leaves everything else to the application."""

    def __init__(self, application: Application, here: "Services") -> None:
        self._application = application
        self._here = here

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        page = self._page(environ)
        if page is None:
            return self._application(environ, start_response)
        start_response("200 OK", [*page.headers, ("Content-Length", str(len(page.body)))])
        return [page.body]

    def _page(self, environ: Environ) -> Page | None:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_IF_NONE_MATCH" in environ:
            return None
        asked = self._here.parsed_requests.find(environ)
        if asked is None:
            return None
        try:
            # never judged here: wrong credentials would cost, and count, twice
            requester = self._here.sign_in.remembered(environ.get("HTTP_AUTHORIZATION"))
            if requester is None or not asked.room.access.may_read(requester):
                return None
            state = self._here.store.collection_state(asked.room.collection.id)
        except ClearinghouseError:
            return None
        return self._here.pages.find(asked.key, state.changes)


def _request_line(environ: Environ) -> RequestLine:
    return RequestLine(
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        environ.get("HTTP_ACCEPT"),
        environ.get("HTTP_ACCEPT_ENCODING"),
    )
