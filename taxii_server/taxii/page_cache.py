"""Finished pages, kept as the bytes to send (rules.md 3).

A page with more behind it stays true until something in the collection changes: appends come after it. So it is
kept with the collection's ``changes`` counter, which every request reads, and used exactly as long as that stands.
"""

import sys
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache

from taxii_server.core.filters import Walk


class PageKey(NamedTuple):
    """What a page was asked for: which resource, of which collection, how many entries, in which coding."""

    resource: str
    collection: int
    walk: Walk
    limit: int
    coding: str


class Page(NamedTuple):
    """A page to send, with its headers but for the length.

    A finished one has more behind it, and is true as long as the collection has these ``changes``.
    """

    body: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]
    changes: int
    is_finished: bool


class PageCache:
    """Pages of one worker, the least used forgotten first; at most ``max_bytes`` octets of bodies."""

    def __init__(self, max_bytes: int) -> None:
        self._guard = Lock()
        self._pages: LRUCache[PageKey, Page] = LRUCache(max_bytes, getsizeof=lambda page: sys.getsizeof(page.body))

    def find(self, key: PageKey, changes: int) -> Page | None:
        """The page, if it was made and is still true."""
        with self._guard:
            page = self._pages.get(key)
        return page if page is not None and page.changes == changes else None

    def keep(self, key: PageKey, page: Page) -> None:
        """Keep a page, unless it alone is larger than the cache."""
        with self._guard:
            if sys.getsizeof(page.body) <= self._pages.maxsize:
                self._pages[key] = page
