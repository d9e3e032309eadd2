"""Elastic Agent's ``ti_custom``, re-enacted (clients.md, 2).

It goes on as long as an answer has a ``next``, whatever ``more`` says, and then sends ``next`` and ``limit`` alone.
X-TAXII-Date-Added-Last becomes its next ``added_after``. An answer without objects is an error to it: it forgets
where it was, and begins again at its initial interval.
"""

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing, version_of
from tests.worlds import TAXII, domain, indicator

_INITIAL = "1970-01-01T00:00:00Z"
_MOST_PAGES = 5000


class ElasticAgent:
    """``repeated_after_loss`` are the objects that came again because it had forgotten where it was."""

    def __init__(self, feed: Feed, limit: int, **filters: str) -> None:
        self.receipts = Receipts()
        self.repeated_after_loss = 0
        self._url = feed.objects_url
        self._session = feed.session()
        self._session.headers.update({"Accept": TAXII, "Content-Type": TAXII})
        self._limit = limit
        self._filters = filters
        self._added_after: str | None = None
        self._has_forgotten = False

    def poll(self) -> None:
        """One interval."""
        token = self._page({"added_after": self._added_after or _INITIAL, **self._filters})
        pages = 1
        while token:
            assert pages < _MOST_PAGES, "there is always a next"
            token = self._page({"next": token})
            pages += 1

    def _page(self, parameters: dict[str, str]) -> str | None:
        query = {**parameters, "limit": str(self._limit)}
        answer = self._session.get(self._url, params=query)
        body = answer.raise_for_status().json()
        if "objects" not in body:
            self._added_after, self._has_forgotten = None, True
            return None
        before = self.receipts.duplicates
        self.receipts.take(body["objects"])
        if self._has_forgotten:
            self.repeated_after_loss += self.receipts.duplicates - before
        self._added_after = answer.headers.get("X-TAXII-Date-Added-Last")
        token: str | None = body.get("next")
        return token


def test_nothing_is_lost_while_others_push(feed: Feed) -> None:
    """What comes again comes because an answer without objects made it forget its place, and for no other reason."""
    client, producers = ElasticAgent(feed, limit=40), feed.producers(indicators(1000))
    poll_while_pushing(client, producers, pause=0.02)
    assert client.receipts.distinct == producers.versions
    assert client.receipts.duplicates == client.repeated_after_loss


def test_a_walk_without_more_has_no_next(feed: Feed) -> None:
    """Else it would never come to an end (R3)."""
    feed.push(*(pushed := indicators(40)))
    client = ElasticAgent(feed, limit=20)
    client.poll()
    assert client.receipts.versions == list(map(version_of, pushed))


def test_the_filters_it_does_not_repeat_still_hold(feed: Feed) -> None:
    """A token carries them (R2)."""
    wanted = [indicator() for _ in range(30)]
    others = [domain(f"elastic{number}.example") for number in range(30)]
    feed.push(*(one for pair in zip(wanted, others, strict=True) for one in pair))
    client = ElasticAgent(feed, limit=7, **{"match[type]": "indicator"})
    client.poll()
    assert client.receipts.versions == list(map(version_of, wanted))
