"""The measuring instruments themselves: a client that loses or repeats something must be noticed."""

import pytest

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing, version_of


class _SkippingClient:
    """Reads page by page and throws the first object of each page away."""

    def __init__(self, feed: Feed) -> None:
        self.receipts = Receipts()
        self._feed = feed
        self._session = feed.session()

    def poll(self) -> None:
        answer = self._session.get(self._feed.objects_url).json()
        self.receipts.take(answer.get("objects", [])[1:])


def test_a_client_that_skips_is_noticed(feed: Feed) -> None:
    client, producers = _SkippingClient(feed), feed.producers(indicators(20))
    poll_while_pushing(client, producers)
    assert len(producers.versions - client.receipts.distinct) == 1


def test_a_repeated_object_is_counted() -> None:
    receipts, (one, other) = Receipts(), indicators(2)
    receipts.take([one, other])
    receipts.take([one])
    assert (receipts.distinct, receipts.duplicates) == ({version_of(one), version_of(other)}, 1)


def test_a_push_that_is_not_taken_is_noticed(feed: Feed) -> None:
    producers = feed.producers([{"type": "indicator", "id": "nonsense"}])
    producers.start()
    with pytest.raises(AssertionError, match="nonsense"):
        producers.finish()
