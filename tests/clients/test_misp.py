"""MISP's "TAXII servers", re-enacted (clients.md, 2).

To browse it sends ``Authorization: basic …`` in small letters, ``limit=50`` and a ``next`` that is empty at first.
To push it reads ``max_content_length``, splits what it has into envelopes that fit, sends them by taxii2-client
without waiting, and only logs what fails.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from taxii2client.v21 import ApiRoot, Collection

from tests.clients.conftest import Feed
from tests.clients.producers import Object, Receipts, indicators, poll_while_pushing, version_of
from tests.live import free_port, running
from tests.worlds import FEED, PASSWORD, TAXII, make_world

_LARGEST = 20_000


class MispBrowser:
    """Somebody who browses: at the last page it asks for that one again."""

    def __init__(self, feed: Feed) -> None:
        self.receipts = Receipts()
        self.rest: list[Object] = []
        self._url = feed.objects_url
        self._session = feed.session()
        secret = base64.b64encode(f"watch:{PASSWORD}".encode()).decode()
        self._session.headers.update({"Authorization": f"basic {secret}", "Accept": TAXII, "Content-type": TAXII})
        self._next = ""

    def poll(self) -> None:
        """One click on "next"."""
        answer = self._session.get(f"{self._url}?limit=50&next={self._next}")
        page = answer.raise_for_status().json()
        if page.get("more"):
            self.receipts.take(page["objects"])
            self._next = page["next"]
        else:
            self.rest = page.get("objects", [])


def misp_push(feed: Feed, objects: list[Object]) -> int:
    """Push these as MISP does; how many envelopes it took."""
    root = ApiRoot(feed.root_url, user="alpha", password=PASSWORD)
    collection = Collection(feed.url, user="alpha", password=PASSWORD)
    count = 0
    for batch in _fitting(objects, root.max_content_length):
        collection.add_objects({"objects": batch}, wait_for_completion=False)
        count += 1
    root.close()
    collection.close()
    return count


def _fitting(objects: list[Object], largest: int) -> Iterator[list[Object]]:
    batch: list[Object] = []
    for one in objects:
        if batch and len(json.dumps({"objects": [*batch, one]})) > largest:
            yield batch
            batch = []
        batch.append(one)
    yield batch


@pytest.fixture
def small_feed(tmp_path: Path) -> Iterator[Feed]:
    """A collection of a server that takes small bodies only."""
    port = free_port()
    world = make_world(tmp_path, public_url=f"http://127.0.0.1:{port}", server=f"max_content_length = {_LARGEST}")
    with running(world.path, port) as server, closing(Feed(server, world, FEED, "Feed")) as found:
        yield found
    world.store.close()


def test_browsing_loses_and_repeats_nothing_while_others_push(feed: Feed) -> None:
    client, producers = MispBrowser(feed), feed.producers(indicators(1000))
    poll_while_pushing(client, producers)
    client.receipts.take(client.rest)
    assert (client.receipts.distinct, client.receipts.duplicates) == (producers.versions, 0)


def test_envelopes_split_by_max_content_length_are_all_taken(small_feed: Feed) -> None:
    pushed = indicators(200)
    assert misp_push(small_feed, pushed) > 4
    stored = small_feed.session().get(small_feed.objects_url).json()["objects"]
    assert stored == pushed


def test_an_envelope_over_max_content_length_is_refused_with_the_limit(small_feed: Feed) -> None:
    headers = {"Content-Type": TAXII}
    body = json.dumps({"objects": indicators(200)})
    answer = small_feed.session("alpha").post(small_feed.objects_url, content=body, headers=headers)
    assert (answer.status_code, str(_LARGEST) in answer.json()["description"]) == (413, True)


def test_what_is_pushed_again_after_a_logged_failure_is_there_once(small_feed: Feed) -> None:
    pushed = indicators(30)
    misp_push(small_feed, pushed[:20])
    misp_push(small_feed, pushed)
    stored = small_feed.session().get(small_feed.objects_url).json()["objects"]
    assert list(map(version_of, stored)) == list(map(version_of, pushed))
