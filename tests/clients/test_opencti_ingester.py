"""The TAXII ingester built into OpenCTI, re-enacted (clients.md, 2).

It takes one page each time its scheduler ticks, which may be days apart; it sends ``next`` together with the
``added_after`` that the walk began with; at the end of a walk it keeps X-TAXII-Date-Added-Last cut to the
millisecond as its next ``added_after``; and an empty answer makes it drop its ``next``.
"""

import httpx
import pytest

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing, version_of
from tests.worlds import TAXII


class OpenctiIngester:
    """``limit`` is not sent unless the platform's configuration has it."""

    def __init__(self, feed: Feed, limit: int | None = None) -> None:
        self.receipts = Receipts()
        self._url = feed.objects_url
        self._session = feed.session()
        self._session.headers["Accept"] = TAXII
        self._limit = limit
        self._cursor: str | None = None
        self._added_after: str | None = None

    @property
    def is_amid_a_walk(self) -> bool:
        """Whether the next tick goes on where the last one ended."""
        return self._cursor is not None

    def poll(self) -> None:
        """One tick."""
        known = {"next": self._cursor, "added_after": self._added_after, "limit": self._limit}
        params = {name: value for name, value in known.items() if value is not None}
        answer = self._session.get(self._url, params=params)
        page = answer.raise_for_status().json()
        if not self.receipts.take(page.get("objects", [])):
            self._cursor = None
        elif page.get("more") and page.get("next"):
            self._cursor = page["next"]
        else:
            self._cursor = None
            self._added_after = _cut_to_milliseconds(answer.headers["X-TAXII-Date-Added-Last"])


def _cut_to_milliseconds(timestamp: str) -> str:
    """What a date becomes on its way through JavaScript."""
    return timestamp[: len("2020-08-12T09:30:00.000")] + "Z"


@pytest.mark.parametrize("limit", [None, 1, 30])
def test_nothing_is_lost_or_repeated_while_others_push(feed: Feed, limit: int | None) -> None:
    client, producers = OpenctiIngester(feed, limit), feed.producers(indicators(150 if limit == 1 else 1200))
    poll_while_pushing(client, producers)
    assert (client.receipts.distinct, client.receipts.duplicates) == (producers.versions, 0)


def test_idle_ticks_bring_nothing_again(feed: Feed) -> None:
    """Were the last date of a batch not a whole millisecond, its last object would come at every tick (R6)."""
    client = OpenctiIngester(feed)
    feed.push(*indicators(7))
    for _ in range(20):
        client.poll()
    assert (len(client.receipts.distinct), client.receipts.duplicates) == (7, 0)


def test_its_place_outlives_restarts_of_the_server(own_feed: Feed) -> None:
    """No cursor lives in a process, and none expires (R1)."""
    pushed = indicators(60)
    own_feed.push(*pushed)
    client = OpenctiIngester(own_feed, limit=20)
    client.poll()
    own_feed.server.stop()
    own_feed.server.start()
    client.poll()
    own_feed.server.kill()
    own_feed.server.start()
    own_feed.push(*(more := indicators(5)))
    for _ in range(4):
        client.poll()
    assert client.receipts.versions == list(map(version_of, [*pushed, *more]))


def test_a_server_that_is_away_costs_it_nothing(own_feed: Feed) -> None:
    own_feed.push(*(pushed := indicators(30)))
    client = OpenctiIngester(own_feed, limit=20)
    client.poll()
    own_feed.server.kill()
    with pytest.raises(httpx.TransportError):
        client.poll()
    own_feed.server.start()
    client.poll()
    assert client.receipts.versions == list(map(version_of, pushed))


def test_no_page_is_empty_while_there_is_more(feed: Feed) -> None:
    """An empty page would send it back to the beginning of its walk (R3)."""
    client, producers = OpenctiIngester(feed, limit=3), feed.producers(indicators(200))
    producers.start()
    pages = []
    while producers.are_busy or client.is_amid_a_walk:
        before = len(client.receipts.versions)
        was_amid_a_walk = client.is_amid_a_walk
        client.poll()
        if was_amid_a_walk:
            pages.append(len(client.receipts.versions) - before)
    producers.finish()
    assert pages
    assert min(pages) > 0
