"""Clients that know no ``next`` and page by ``added_after`` alone, as MineMeld does and some SIEMs (R5, R7)."""

import pytest

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing
from tests.worlds import TAXII


class DatePager:
    """Takes one page a poll; X-TAXII-Date-Added-Last of that page is its next ``added_after``."""

    def __init__(self, feed: Feed, resource: str, limit: int | None) -> None:
        self.receipts = Receipts()
        self._url = f"{feed.url}{resource}/"
        self._session = feed.session()
        self._session.headers["Accept"] = TAXII
        self._parameters: dict[str, str | int] = {} if limit is None else {"limit": limit}

    def poll(self) -> None:
        """One page."""
        answer = self._session.get(self._url, params=self._parameters).raise_for_status()
        objects = answer.json().get("objects", [])
        self.receipts.take({**one, "modified": one.get("version", one.get("modified"))} for one in objects)
        if "X-TAXII-Date-Added-Last" in answer.headers:
            self._parameters["added_after"] = answer.headers["X-TAXII-Date-Added-Last"]


@pytest.mark.parametrize("resource", ["objects", "manifest"])
@pytest.mark.parametrize("limit", [None, 1, 25])
def test_nothing_is_lost_or_repeated_while_others_push(feed: Feed, resource: str, limit: int | None) -> None:
    client, producers = DatePager(feed, resource, limit), feed.producers(indicators(150 if limit == 1 else 1000))
    poll_while_pushing(client, producers)
    assert (client.receipts.distinct, client.receipts.duplicates) == (producers.versions, 0)


def test_three_clients_beside_one_another_receive_the_same(feed: Feed) -> None:
    producers = feed.producers(indicators(1000))
    first = DatePager(feed, "objects", 30)
    others = [DatePager(feed, "objects", 7), DatePager(feed, "manifest", 100)]
    poll_while_pushing(first, producers)
    for client in others:
        for _ in range(200):
            client.poll()
    assert [one.receipts.versions for one in others] == [first.receipts.versions] * 2


def test_an_empty_answer_never_sends_it_back(feed: Feed) -> None:
    """The last date of an empty answer is the one asked for, to six digits (R7)."""
    feed.push(*indicators(3))
    client = DatePager(feed, "objects", None)
    for _ in range(5):
        client.poll()
    assert (len(client.receipts.distinct), client.receipts.duplicates) == (3, 0)
    asked = {"added_after": "2999-01-01T00:00:00.5Z"}
    answer = feed.session().get(feed.objects_url, params=asked)
    assert answer.headers["X-TAXII-Date-Added-Last"] == "2999-01-01T00:00:00.500000Z"
