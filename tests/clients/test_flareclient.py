"""FLAREclient of CISA, re-enacted (clients.md, 1 "The default page" and 2).

One request, without ``limit``, whatever ``more`` says; it gives up after five seconds; then its own clock is its next
``added_after``. It names two media types in Accept, sends a Content-Type with a GET, and reads a TAXII error from
the body of every error (R9, R8).
"""

import json
import time
from datetime import UTC, datetime
from typing import NamedTuple

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, Span, indicators, poll_while_pushing, version_of
from tests.worlds import PASSWORD, TAXII

_ACCEPT = "application/stix+json, application/taxii+json;version=2.1"
_TIMEOUT = 5


class TaxiiError(NamedTuple):
    """What it makes of the body of an error."""

    title: str
    description: str
    http_status: str


class FlareClient:
    """``gaps`` are the times for which it never asks: from its question until it looked at its clock."""

    def __init__(self, feed: Feed, password: str = PASSWORD) -> None:
        self.receipts = Receipts()
        self.gaps: list[Span] = []
        self.errors: list[TaxiiError] = []
        self._url = feed.objects_url
        self._session = feed.session()
        self._session.auth = ("watch", password)
        self._session.headers.update({"Accept": _ACCEPT, "Content-Type": TAXII})
        self._latest = "1970-01-01T00:00:00.000000Z"

    def poll(self) -> None:
        """One download."""
        asked = time.time()
        answer = self._session.get(self._url, params={"added_after": self._latest}, timeout=_TIMEOUT)
        if answer.is_error:
            self.errors.append(TaxiiError(**json.loads(answer.content)))
            return
        assert answer.status_code == 200, "it would follow a 206 by Content-Range"
        self.receipts.take(answer.json().get("objects", []))
        now = time.time()
        self._latest = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.gaps.append((asked, now))


def test_ten_thousand_objects_fit_its_one_request(feed: Feed) -> None:
    client, producers = FlareClient(feed), feed.producers(indicators(10_000))
    producers.start()
    producers.finish()
    client.poll()
    assert (client.receipts.distinct, client.receipts.duplicates) == (producers.versions, 0)


def test_it_misses_only_what_its_own_clock_jumps_over(feed: Feed) -> None:
    """No server can mend that: what was pushed before it asked, or after it looked at its clock, it gets.

    A date may lie a part of a millisecond ahead of the clock, so what it just got may come a second time.
    """
    client, producers = FlareClient(feed), feed.producers(indicators(1000))
    poll_while_pushing(client, producers, pause=0.05)
    print(f"FlareClient: {len(producers.missed(client.receipts.distinct))} objects in the gaps of its own clock")
    assert producers.missed(client.receipts.distinct, client.gaps) == set()


def test_quiet_polls_lose_and_repeat_nothing(feed: Feed) -> None:
    client = FlareClient(feed)
    pushed = []
    for count in (5, 1, 30):
        feed.push(*(new := indicators(count)))
        pushed += new
        client.poll()
        client.poll()
    assert client.receipts.versions == list(map(version_of, pushed))


def test_it_can_read_our_errors(feed: Feed) -> None:
    """Every error is a TAXII error (R8)."""
    client = FlareClient(feed, password="wrong")
    client.poll()
    assert client.errors[0].http_status == "401"
