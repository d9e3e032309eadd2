"""The TAXII 2 feed of Cortex XSOAR, re-enacted on taxii2-client (clients.md, 2).

It reads pages of 100 and stops at the first without objects. The largest ``modified`` that it saw, not a date of the
server, is where it goes on: what was modified long ago comes again and again, and what claims to be modified in a
year would hide everything until then. A 406 makes it believe that the server speaks TAXII 2.0.
"""

from datetime import UTC, datetime, timedelta

import requests
from taxii2client.v21 import Collection, as_pages

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing, version_of
from tests.worlds import PASSWORD, TAXII, domain, indicator

_PAGE = 100
_TAXII_20 = "application/vnd.oasis.taxii+json; version=2.0"


class Xsoar:
    """Signs in with name and password; a token is the password of the user ``_api_token_key``, sent as Token."""

    def __init__(self, feed: Feed, *, types: list[str] | None = None) -> None:
        self.receipts = Receipts()
        self.speaks_20 = _discovery(feed, TAXII).status_code == 406
        self._collection = Collection(feed.url, user="watch", password=PASSWORD)
        self._filters = {"type": types or []}
        self._added_after: str | None = None

    def poll(self) -> None:
        """One fetch."""
        newest = ""
        for page in as_pages(
            self._collection.get_objects, per_request=_PAGE, added_after=self._added_after, **self._filters
        ):
            objects = page.get("objects", [])
            if not objects:
                break
            self.receipts.take(objects)
            newest = max([newest, *(one.get("modified", "") for one in objects)])
        self._added_after = newest or self._added_after

    def close(self) -> None:
        """Close the connection."""
        self._collection.close()


def _discovery(feed: Feed, accept: str) -> requests.Response:
    return requests.get(feed.discovery_url, auth=("watch", PASSWORD), headers={"Accept": accept}, timeout=10)


def test_nothing_is_lost_while_others_push(feed: Feed) -> None:
    """Its state is a ``modified`` of long ago, so every fetch brings everything: repeats, but no loss."""
    client, producers = Xsoar(feed), feed.producers(indicators(600))
    poll_while_pushing(client, producers, pause=0.05, idle_polls=1)
    client.close()
    assert client.receipts.distinct == producers.versions


def test_one_fetch_of_many_pages_repeats_nothing(feed: Feed) -> None:
    feed.push(*(pushed := indicators(450)))
    client = Xsoar(feed)
    client.poll()
    client.close()
    assert client.receipts.versions == list(map(version_of, pushed))


def test_objects_modified_just_now_come_no_second_time(feed: Feed) -> None:
    now = datetime.now(UTC)
    stamp = (now + timedelta(seconds=60)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    feed.push(*(indicator(modified=stamp) for _ in range(150)))
    client = Xsoar(feed)
    for _ in range(3):
        client.poll()
    client.close()
    assert (len(client.receipts.distinct), client.receipts.duplicates) == (150, 0)


def test_an_object_from_next_year_cannot_hide_the_others(feed: Feed) -> None:
    next_year = (datetime.now(UTC) + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with Collection(feed.url, user="alpha", password=PASSWORD) as collection:
        status = collection.add_objects({"objects": [indicator(modified=next_year), indicator()]})
    assert (status.success_count, status.failure_count) == (1, 1)
    assert "modified" in status.failures[0]["message"]


def test_the_types_it_asks_for_come_alone(feed: Feed) -> None:
    wanted = indicators(120)
    feed.push(*(one for number, each in enumerate(wanted) for one in (each, domain(f"xsoar{number}.example"))))
    client = Xsoar(feed, types=["indicator", "relationship"])
    client.poll()
    client.close()
    assert client.receipts.versions == list(map(version_of, wanted))


def test_it_does_not_take_us_for_a_taxii_20_server(feed: Feed) -> None:
    """A wrong 406 would send it there (R9)."""
    client = Xsoar(feed)
    client.close()
    assert not client.speaks_20


def test_its_question_in_taxii_20_is_refused_as_such(feed: Feed) -> None:
    answer = _discovery(feed, _TAXII_20)
    assert (answer.status_code, answer.json()["http_status"]) == (406, "406")
