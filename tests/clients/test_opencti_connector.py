"""OpenCTI's connector ``external-import/taxii2``, re-enacted (clients.md, 1 "Foreign or stale next" and 2).

It keeps one set of filters for all its collections and all its runs. Once a walk has paged, the ``next`` of its last
page stays there: the next collection gets it, and so does the next run, together with the ``added_after`` of that
run. The start of a run, in whole seconds of its own clock, is the ``added_after`` of the run after it; an error does
not change that. Where the first object of a page lacks ``spec_version`` it takes the server for a TAXII 2.0 one and
pages by the dates of the manifest.
"""

import time
from datetime import UTC, datetime

from requests import HTTPError
from taxii2client.common import TokenAuth
from taxii2client.v21 import Collection

from tests.clients.conftest import Feed
from tests.clients.producers import Object, Receipts, Span, indicators, poll_while_pushing, version_of
from tests.worlds import domain


class OpenctiConnector:
    """Runs over its collections in their order.

    ``errors`` are what it would only log, ``gaps`` the instants at which it looked at its clock.
    """

    def __init__(self, *feeds: Feed, limit: int) -> None:
        self.receipts = Receipts()
        self.errors: list[str] = []
        self._collections = [Collection(one.url, auth=TokenAuth(one.world.tokens["watch"])) for one in feeds]
        self._filters: dict[str, str | int | datetime] = {"limit": limit}
        self.gaps: list[Span] = []
        self._last_run: int | None = None

    def poll(self) -> None:
        """One run."""
        began = int(time.time())
        since = 0 if self._last_run is None else self._last_run
        self._filters["added_after"] = datetime.fromtimestamp(since, UTC)
        for collection in self._collections:
            try:
                self._walk(collection)
            except (HTTPError, KeyError) as error:
                self.errors.append(repr(error))
        self._last_run = began
        self.gaps.append((began, began))

    def start_again_from(self, instant: datetime) -> None:
        """What its operator does to have everything since then once more."""
        self._last_run = int(instant.timestamp())

    def close(self) -> None:
        """Close all connections."""
        for collection in self._collections:
            collection.close()

    def _walk(self, collection: Collection) -> None:
        page = collection.get_objects(**self._filters)
        while objects := page.get("objects", []):
            self.receipts.take(objects)
            if "spec_version" not in objects[0]:
                self._walk_by_dates(collection, objects[-1])
                return
            if not page.get("more"):
                return
            self._filters.pop("added_after", None)
            self._filters["next"] = page["next"]
            page = collection.get_objects(**self._filters)

    def _walk_by_dates(self, collection: Collection, last: Object) -> None:
        """Its way with TAXII 2.0 servers; it ends in a KeyError on the first page without objects."""
        while True:
            self._filters["added_after"] = collection.get_manifest(id=last["id"])["objects"][0]["date_added"]
            page = collection.get_objects(**self._filters)
            self.receipts.take(page["objects"])
            last = page["objects"][-1]


def test_the_stale_next_of_one_collection_skips_nothing_in_another(feed: Feed, second_feed: Feed) -> None:
    here, there = indicators(50), indicators(30)
    second_feed.push(*there)  # lies before everything of the other in time: a bare position would skip it
    feed.push(*here)
    client = OpenctiConnector(feed, second_feed, limit=20)
    client.poll()
    client.close()
    assert client.receipts.versions == list(map(version_of, [*here, *there]))
    assert client.errors == []


def test_the_stale_next_of_an_earlier_run_skips_nothing(feed: Feed) -> None:
    """Each run ends with a ``next`` left behind; the new ``added_after`` beside it starts the walk anew."""
    client = OpenctiConnector(feed, limit=20)
    pushed: list[Object] = []
    for _ in range(3):
        pushed += (new := indicators(50))
        feed.push(*new)
        client.poll()
    client.close()
    assert client.receipts.distinct == set(map(version_of, pushed))
    assert client.errors == []


def test_an_operator_who_sets_it_back_gets_everything_again(feed: Feed) -> None:
    """Though the ``next`` that was left behind stands at the end of the log."""
    client = OpenctiConnector(feed, limit=20)
    feed.push(*(pushed := indicators(50)))
    client.poll()
    client.start_again_from(datetime(2020, 8, 12, tzinfo=UTC))
    client.poll()
    client.close()
    assert client.receipts.versions == list(map(version_of, [*pushed, *pushed]))


def test_two_collections_and_many_runs_while_others_push(feed: Feed, second_feed: Feed) -> None:
    """Repeats are its own doing: each run goes on from the whole second in which the last one began.

    So is what is under way at just that instant: it comes into sight after the run, with a date before it.
    """
    here = feed.producers(indicators(500), 3)
    there = second_feed.producers(indicators(500), 3)
    client = OpenctiConnector(feed, second_feed, limit=50)
    there.start()
    poll_while_pushing(client, here, pause=0.1)
    there.finish()
    client.poll()
    client.close()
    assert here.missed(client.receipts.distinct, client.gaps) == set()
    assert there.missed(client.receipts.distinct, client.gaps) == set()
    assert client.errors == []


def test_observables_without_spec_version_are_paged_by_dates(feed: Feed) -> None:
    """Every date is of one object only, so nothing falls between two pages (R5). The KeyError at the end is its own."""
    pushed = [domain(f"n{number}.example") for number in range(100)]
    for one in pushed:
        del one["spec_version"]
    feed.push(*pushed)
    client = OpenctiConnector(feed, limit=20)
    client.poll()
    client.close()
    assert client.receipts.versions == list(map(version_of, pushed))
    assert client.errors == ["KeyError('objects')"]
