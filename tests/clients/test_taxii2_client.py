"""taxii2-client 2.3.0, the library inside OpenCTI's connector, XSOAR and MISP, over a socket."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from taxii2client.common import TokenAuth
from taxii2client.exceptions import AccessError
from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages

from tests.clients.conftest import Feed
from tests.clients.producers import Receipts, indicators, poll_while_pushing, version_of
from tests.worlds import DROPBOX, INBOX, PASSWORD, domain, envelope, indicator


@pytest.fixture
def collection(feed: Feed) -> Iterator[Collection]:
    """The feed as a member sees it who signs in with name and password."""
    with Collection(feed.url, user="alpha", password=PASSWORD) as opened:
        yield opened


class _Pager:
    """Walks through everything with ``as_pages``, then goes on after the date of the last record it saw."""

    def __init__(self, collection: Collection, per_request: int) -> None:
        self.receipts = Receipts()
        self._collection = collection
        self._per_request = per_request
        self._added_after: str | None = None

    def poll(self) -> None:
        last_id = None
        for page in as_pages(self._collection.get_objects, self._per_request, added_after=self._added_after):
            objects = page.get("objects", [])
            self.receipts.take(objects)
            last_id = objects[-1]["id"] if objects else last_id
        if last_id is not None:
            self._added_after = self._collection.get_manifest(id=last_id)["objects"][0]["date_added"]


def test_discovery_leads_to_the_api_root(feed: Feed) -> None:
    """It finds the default among the API roots by comparing text (R12)."""
    server = Server(feed.discovery_url, user="alpha", password=PASSWORD)
    assert (server.title, server.contact) == ("Test clearinghouse", "tests@example.org")
    assert [root.url for root in server.api_roots] == [feed.root_url]
    assert server.default is server.api_roots[0]


def test_the_api_root_tells_what_it_takes(feed: Feed) -> None:
    root = ApiRoot(feed.root_url, user="alpha", password=PASSWORD)
    assert (root.title, root.max_content_length) == ("Plain TAXII", 67_108_864)
    assert root.versions == ["application/taxii+json;version=2.1"]


def test_the_api_root_lists_the_collections(feed: Feed) -> None:
    root = ApiRoot(feed.root_url, user="alpha", password=PASSWORD)
    assert feed.title in {one.title for one in root.collections}


def test_rights_are_those_of_the_account(feed: Feed) -> None:
    root = ApiRoot(feed.root_url, user="watch", password=PASSWORD)
    rights = {one.id: (one.can_read, one.can_write) for one in root.collections}
    assert (rights[feed.id], rights[INBOX]) == ((True, True), (True, False))


def test_the_client_refuses_to_push_where_one_may_only_read(feed: Feed) -> None:
    with (
        Collection(f"{feed.root_url}collections/{INBOX}/", user="watch", password=PASSWORD) as inbox,
        pytest.raises(AccessError),
    ):
        inbox.add_objects({"objects": [indicator()]})


def test_the_client_refuses_to_read_where_one_may_only_push(feed: Feed) -> None:
    with Collection(f"{feed.root_url}collections/{DROPBOX}/", user="alpha", password=PASSWORD) as dropbox:
        dropbox.add_objects({"objects": [indicator()]})
        with pytest.raises(AccessError):
            dropbox.get_objects()


def test_a_push_is_complete_at_once(collection: Collection) -> None:
    """It would ask once a second until the status is complete (R11)."""
    status = collection.add_objects({"objects": indicators(3)}, wait_for_completion=True)
    assert (bool(status), status.success_count, status.failure_count, status.pending_count) == (True, 3, 0, 0)


def test_a_push_that_fails_in_part_tells_which(collection: Collection) -> None:
    """It compares the counts with the lengths of the lists (R11)."""
    good, bad = indicator(), indicator(pattern_type=17)
    status = collection.add_objects({"objects": [good, bad]})
    assert [entry["id"] for entry in status.successes] == [good["id"]]
    assert [(entry["id"], "pattern_type" in entry["message"]) for entry in status.failures] == [(bad["id"], True)]


def test_a_status_can_be_asked_for_later(feed: Feed, collection: Collection) -> None:
    pushed = collection.add_objects({"objects": indicators(2)})
    status = Status(f"{feed.root_url}status/{pushed.id}/", user="alpha", password=PASSWORD)
    status.wait_until_final()
    assert (status.status, status.total_count) == ("complete", 2)


def test_text_and_octets_can_be_pushed_like_dictionaries(collection: Collection) -> None:
    assert collection.add_objects(envelope(domain("text.example")).decode())
    assert collection.add_objects(envelope(domain("octets.example")))
    assert len(collection.get_objects()["objects"]) == 2


@pytest.mark.parametrize("auth", ["password", "token as password", "Token"])
def test_every_way_to_sign_in_works(feed: Feed, auth: str) -> None:
    token = feed.world.tokens["watch"]
    ways: dict[str, dict[str, Any]] = {
        "password": {"user": "watch", "password": PASSWORD},
        "token as password": {"user": "watch", "password": token},
        "Token": {"auth": TokenAuth(token)},
    }
    with Collection(feed.url, **ways[auth]) as collection:
        assert collection.get_objects() == {}


def test_a_wrong_password_is_an_http_error(feed: Feed) -> None:
    with (
        Collection(feed.url, user="alpha", password="wrong") as collection,
        pytest.raises(requests.HTTPError, match="401"),
    ):
        collection.get_objects()


def test_filters_choose_objects(collection: Collection) -> None:
    pushed = [indicator(), indicator(), domain("filtered.example")]
    collection.add_objects({"objects": pushed})
    assert collection.get_objects(type=["domain-name", "campaign"])["objects"] == pushed[2:]
    assert collection.get_objects(id=[pushed[0]["id"], pushed[2]["id"]])["objects"] == [pushed[0], pushed[2]]


def test_added_after_takes_a_datetime(collection: Collection) -> None:
    collection.add_objects({"objects": indicators(2)})
    assert len(collection.get_objects(added_after=datetime(2020, 8, 12, 9, 30, 0, 120_000, UTC))["objects"]) == 2
    assert collection.get_objects(added_after=datetime(2999, 1, 1, tzinfo=UTC)) == {}


def test_all_versions_of_an_object_can_be_had(collection: Collection) -> None:
    first, second = indicator(1), indicator(1, modified="2020-08-13T00:00:00.000Z")
    collection.add_objects({"objects": [first, second]})
    assert collection.get_object(first["id"])["objects"] == [second]
    assert collection.get_object(first["id"], version="all")["objects"] == [first, second]
    assert collection.object_versions(first["id"])["versions"] == [first["modified"], second["modified"]]


def test_an_object_can_be_deleted(collection: Collection) -> None:
    one = indicator()
    collection.add_objects({"objects": [one]})
    collection.delete_object(one["id"])
    assert collection.get_objects() == {}


def test_the_manifest_can_be_paged(collection: Collection) -> None:
    pushed = indicators(25)
    collection.add_objects({"objects": pushed})
    records = [record for page in as_pages(collection.get_manifest, per_request=10) for record in page["objects"]]
    assert [(record["id"], record["version"]) for record in records] == list(map(version_of, pushed))


def test_every_page_but_the_last_is_full(feed: Feed, collection: Collection) -> None:
    """As soon as one is not, the client asks for that smaller number ever after (clients.md R4)."""
    feed.push(*indicators(95))
    sizes = [len(page["objects"]) for page in as_pages(collection.get_objects, per_request=20)]
    assert sizes == [20, 20, 20, 20, 15]


def test_a_walk_over_all_versions_keeps_them_all(feed: Feed, collection: Collection) -> None:
    versions = [indicator(n, modified=f"2020-09-0{day}T00:00:00.000Z") for day in (1, 2, 3) for n in range(40)]
    feed.push(*versions)
    receipts = Receipts()
    for page in as_pages(collection.get_objects, per_request=7, version="all"):
        receipts.take(page["objects"])
    assert (receipts.distinct, receipts.duplicates) == (set(map(version_of, versions)), 0)


@pytest.mark.parametrize("per_request", [10, 100])
def test_nothing_is_lost_or_repeated_while_others_push(feed: Feed, collection: Collection, per_request: int) -> None:
    client, producers = _Pager(collection, per_request), feed.producers(indicators(1500))
    poll_while_pushing(client, producers)
    assert (client.receipts.distinct, client.receipts.duplicates) == (producers.versions, 0)


def test_one_walk_begun_before_the_pushes_sees_each_object_once(feed: Feed, collection: Collection) -> None:
    """The walk runs as long as there is more; what it got is the beginning of the log, without a gap."""
    feed.push(*indicators(60))
    producers = feed.producers(indicators(600))
    producers.start()
    walked = [one["id"] for page in as_pages(collection.get_objects, per_request=5) for one in page["objects"]]
    producers.finish()
    log = [record["id"] for record in collection.get_manifest()["objects"]]
    assert len(walked) >= 60
    assert walked == log[: len(walked)]
