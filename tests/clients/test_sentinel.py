"""A connector such as Microsoft Sentinel's, after its public manual (clients.md, 2).

It is given the API root and the id of one collection, signs in with a name and a password, looks back as far as it
was told, polls by the minute, and uses indicators only.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing, version_of
from tests.worlds import PASSWORD, TAXII, domain


class Sentinel:
    """``look_back`` is a number of days, None for everything."""

    def __init__(self, feed: Feed, look_back: int | None = None) -> None:
        self.receipts = Receipts()
        self._session = feed.session()
        self._session.auth = ("watch", PASSWORD)
        self._session.headers["Accept"] = TAXII
        self._url = f"{feed.root_url.rstrip('/')}/collections/{feed.id}/objects"
        self._added_after = None if look_back is None else _days_ago(look_back)

    def poll(self) -> None:
        """One poll: all pages, then the last date is kept."""
        parameters = {} if self._added_after is None else {"added_after": self._added_after}
        while True:
            answer = self._session.get(self._url, params=parameters)
            page = answer.raise_for_status().json()
            self.receipts.take(one for one in page.get("objects", []) if one["type"] == "indicator")
            self._added_after = answer.headers.get("X-TAXII-Date-Added-Last", self._added_after)
            if not page.get("more"):
                return
            parameters["next"] = page["next"]


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("look_back", [None, 1, 30])
def test_nothing_is_lost_or_repeated_while_others_push(feed: Feed, look_back: int | None) -> None:
    client, producers = Sentinel(feed, look_back), feed.producers(indicators(1000))
    poll_while_pushing(client, producers)
    assert (client.receipts.distinct, client.receipts.duplicates) == (producers.versions, 0)


def test_indicators_among_other_objects_all_arrive(feed: Feed) -> None:
    wanted = indicators(20)
    feed.push(*(one for number, each in enumerate(wanted) for one in (domain(f"sentinel{number}.example"), each)))
    client = Sentinel(feed)
    client.poll()
    assert client.receipts.versions == list(map(version_of, wanted))
