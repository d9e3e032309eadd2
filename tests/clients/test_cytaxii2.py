"""cytaxii2 1.0.1 of Cyware, over a socket. It reads JSON from every answer, errors too (clients.md R8)."""

import pytest
from cytaxii2 import cytaxii2

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing, version_of
from tests.worlds import PASSWORD, bundle, domain, indicator


@pytest.fixture
def cyware(feed: Feed) -> cytaxii2.cytaxii2:
    """The client of a member; it finds the API root through discovery by itself."""
    return cytaxii2.cytaxii2(feed.discovery_url, "alpha", PASSWORD)


class _Cyware:
    """Takes ``next`` from each page as long as there is more, then begins anew with it: it keeps no dates."""

    def __init__(self, client: cytaxii2.cytaxii2, collection: str, limit: int) -> None:
        self.receipts = Receipts()
        self._client = client
        self._collection = collection
        self._limit = limit
        self._next: str | None = None

    def poll(self) -> None:
        page = self._client.poll_request(self._collection, limit=self._limit, next=self._next)["response"]
        if page.get("more"):
            self.receipts.take(page["objects"])
            self._next = page["next"]
        else:  # the unfinished page at the end is read anew next time
            self.rest = page.get("objects", [])


def test_it_follows_the_default_api_root(cyware: cytaxii2.cytaxii2, feed: Feed) -> None:
    """It requests the default as it stands, so that must be an absolute URL (R12)."""
    assert cyware.get_api_root() == (feed.root_url, False)
    assert cyware.root_discovery()["response"]["title"] == "Plain TAXII"


def test_it_lists_collections(cyware: cytaxii2.cytaxii2, feed: Feed) -> None:
    answer = cyware.collection_request()
    assert answer["status"]
    assert feed.id in {one["id"] for one in answer["response"]["collections"]}
    assert cyware.collection_data_request(feed.id)["response"]["title"] == feed.title


def test_it_pushes_a_bundle_as_text(cyware: cytaxii2.cytaxii2, feed: Feed) -> None:
    one = indicator()
    answer = cyware.inbox_request(feed.id, bundle(one).decode())
    assert (answer["status_code"], answer["response"]["success_count"]) == (202, 1)
    assert cyware.poll_request(feed.id)["response"]["objects"] == [one]


def test_it_filters(cyware: cytaxii2.cytaxii2, feed: Feed) -> None:
    one, other = indicator(), domain("cyware.example")
    cyware.inbox_request(feed.id, bundle(one, other).decode())
    assert cyware.poll_request(feed.id, object_type="domain-name")["response"]["objects"] == [other]
    assert cyware.poll_request(feed.id, object_id=one["id"])["response"]["objects"] == [one]
    assert cyware.poll_request(feed.id, added_after="2999-01-01T00:00:00Z")["response"] == {}


@pytest.mark.parametrize(
    ("collection", "arguments", "status"),
    [("11111111-1111-4111-8111-111111111111", {}, 404), ("feed", {"limit": "x"}, 400), ("secret", {}, 404)],
)
def test_errors_are_json(cyware: cytaxii2.cytaxii2, collection: str, arguments: dict[str, str], status: int) -> None:
    answer = cyware.poll_request(collection, **arguments)
    assert (answer["status"], answer["status_code"]) == (False, status)
    assert answer["response"]["http_status"] == str(status)


def test_a_wrong_password_is_json(feed: Feed) -> None:
    answer = cytaxii2.cytaxii2(feed.discovery_url, "alpha", "wrong").discovery_request()
    assert (answer["status_code"], answer["response"]["title"]) == (401, "Authentication needed")


def test_nothing_is_lost_or_repeated_while_others_push(cyware: cytaxii2.cytaxii2, feed: Feed) -> None:
    client, producers = _Cyware(cyware, feed.id, 40), feed.producers(indicators(1000))
    poll_while_pushing(client, producers)
    client.receipts.take(client.rest)
    assert (client.receipts.distinct, client.receipts.duplicates) == (producers.versions, 0)


def test_versions_come_as_they_were_pushed(cyware: cytaxii2.cytaxii2, feed: Feed) -> None:
    pushed = indicators(5)
    feed.push(*pushed)
    assert list(map(version_of, cyware.poll_request(feed.id)["response"]["objects"])) == list(map(version_of, pushed))
