"""Pages: order, more, next, and what others do between two pages (TAXII 2.1 §3.3, §3.5)."""

import re
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask

from taxii_server.app import create_app
from taxii_server.core.timestamps import parse_timestamp
from tests.taxii.asking import FIRST, LAST, Answer, Asker, Feed, entries, in_process
from tests.worlds import World, domain, indicator


def keys(values: list[Any]) -> list[tuple[str, str]]:
    """What tells versions of objects or manifest records apart."""
    return [(one["id"], one.get("modified") or one.get("version", "")) for one in values]


@pytest.mark.parametrize("resource", ["objects", "manifest"])
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_pages_go_in_the_order_of_arrival(feed: Feed, resource: str, limit: int) -> None:
    """Covers 3.3a, 3.5a, 3.5c."""
    feed.push(indicator(1, modified="2020-09-02T00:00:00.000Z"))
    feed.push(indicator(2), indicator(1, modified="2020-09-01T00:00:00.000Z"), domain())
    feed.push(*(indicator() for _ in range(6)))
    walked = keys(entries(feed.walk(resource, f"limit={limit}&match[version]=all")))
    assert walked == keys(feed.page(resource, "match[version]=all").objects)
    dates = feed.dates()
    order = [date for (one, _), date in dates.items()]
    assert order == sorted(order)
    assert len(walked) == len(dates) == 10


def test_every_page_but_the_last_says_more_and_has_a_next(feed: Feed) -> None:
    """Covers 3.5b, 3.7b, 3.7c, Q9, R3."""
    feed.push(*(indicator() for _ in range(7)))
    *pages, last = feed.walk("objects", "limit=3")
    assert [len(page.ids) for page in (*pages, last)] == [3, 3, 1]
    assert all(page.json["more"] is True and isinstance(page.json["next"], str) for page in pages)
    assert not last.json.get("more", False)
    assert "next" not in last.json


def test_a_page_that_ends_exactly_at_the_end_says_no_more(feed: Feed) -> None:
    """Covers 3.5b, R3."""
    feed.push(*(indicator() for _ in range(6)))
    pages = feed.walk("objects", "limit=3")
    assert [len(page.ids) for page in pages] == [3, 3]


@pytest.mark.parametrize("resource", ["manifest", "versions"])
def test_manifest_and_versions_have_a_next_too(feed: Feed, resource: str) -> None:
    """Covers 5.3.1g, 5.8.1b, 5.8f, Q9, N15."""
    for day in range(1, 8):
        feed.push(indicator(1, modified=f"2020-09-0{day}T00:00:00.000Z"))
    path = f"objects/{indicator(1)['id']}/versions" if resource == "versions" else resource
    pages = feed.walk(path, "limit=2" if resource == "versions" else "limit=2&match[version]=all")
    assert len(entries(pages)) == 7
    assert all("next" in page.json for page in pages[:-1])
    assert "next" not in pages[-1].json


def test_one_object_is_paged_as_well(feed: Feed) -> None:
    """Covers 5.6d, 3.5a."""
    for day in range(1, 6):
        feed.push(indicator(1, modified=f"2020-09-0{day}T00:00:00.000Z"))
    pages = feed.walk(f"objects/{indicator(1)['id']}", "limit=2&match[version]=all")
    assert [one["modified"][8:10] for one in entries(pages)] == ["01", "02", "03", "04", "05"]


def test_a_walk_by_date_alone_loses_nothing(feed: Feed) -> None:
    """Covers 3.5d, R5, N6. A bulk load with one date for all would end after its first page."""
    pushed = [indicator() for _ in range(20)]
    feed.push(*pushed)
    assert entries(feed.walk_by_date("objects", "limit=3")) == pushed
    assert keys(entries(feed.walk_by_date("manifest", "limit=3"))) == keys(pushed)


def test_a_walk_loses_nothing_while_others_push(feed: Feed) -> None:
    """Covers 3.5c, Q36."""
    feed.push(*(indicator() for _ in range(6)))
    page = feed.objects("limit=2")
    seen = page.ids
    for _ in range(4):
        feed.push(indicator(), indicator())
        page = feed.objects(f"limit=2&next={page.json['next']}")
        seen += page.ids
    seen += rest_of(feed, page)
    assert seen == [one["id"] for one in entries(feed.walk("objects"))]


def rest_of(feed: Feed, page: Answer) -> list[str]:
    """The ids from a page's ``next`` to the end."""
    return [one["id"] for one in entries(feed.walk("objects", "limit=2", page.json["next"]))]


def test_a_walk_loses_nothing_when_what_it_has_seen_is_deleted(feed: Feed) -> None:
    """Covers Q36, N3. An offset would skip one for each deletion behind it."""
    pushed = [indicator() for _ in range(8)]
    feed.push(*pushed)
    page = feed.objects("limit=3")
    for one in page.ids:
        feed.delete(one)
    assert page.ids + rest_of(feed, page) == [one["id"] for one in pushed]


def test_a_walk_shows_the_new_version_of_what_it_has_seen_and_of_what_it_has_not(feed: Feed) -> None:
    """Covers Q36, 3.5c."""
    feed.push(*(indicator(number) for number in range(6)))
    page = feed.objects("limit=3")
    for number in (0, 4):
        feed.push(indicator(number, modified="2021-01-01T00:00:00.000Z"))
    rest = entries(feed.walk("objects", "limit=2", page.json["next"]))
    assert keys(rest)[-2:] == [(indicator(number)["id"], "2021-01-01T00:00:00.000Z") for number in (0, 4)]
    seen = set(page.ids) | {one["id"] for one in rest}
    assert seen == {indicator(number)["id"] for number in range(6)}


def test_a_page_announced_by_more_may_be_empty_after_deletions(feed: Feed) -> None:
    """Covers 3.5c, R3. Then it does not say more, so that nobody waits for ever."""
    feed.push(indicator(1), indicator(2), indicator(3))
    page = feed.objects("limit=2")
    feed.delete(indicator(3)["id"])
    after = feed.objects(f"limit=2&next={page.json['next']}")
    assert (after.status, after.json) == (200, {})


def test_next_alone_carries_what_is_needed(feed: Feed) -> None:
    """Covers Q10, R2. Elastic sends nothing else, OpenCTI's connector drops added_after."""
    feed.push(*(domain(f"d{number}.example") for number in range(3)), *(indicator() for _ in range(3)))
    feed.push(*(indicator() for _ in range(4)))
    first = feed.objects("limit=2&match[type]=indicator&added_after=2020-01-01T00:00:00Z")
    rest = entries(feed.walk("objects", "", first.json["next"]))
    assert {one["type"] for one in rest} == {"indicator"}
    assert len(first.ids) + len(rest) == 7


def test_next_works_with_the_same_filters_repeated(feed: Feed) -> None:
    """Covers 3.5c, R2."""
    feed.push(*(indicator() for _ in range(5)), domain())
    query = "match[type]=indicator&added_after=2020-01-01T00:00:00Z&limit=2"
    assert len(entries(feed.walk("objects", query))) == 5


def test_added_after_beside_next_is_compared_as_a_time(feed: Feed) -> None:
    """Covers R2. taxii2-client strips zeros."""
    feed.push(*(indicator() for _ in range(4)))
    first = feed.objects("limit=2&added_after=2020-01-01T00:00:00.120000Z")
    rest = feed.objects(f"limit=2&added_after=2020-01-01T00:00:00.12Z&next={first.json['next']}")
    assert first.ids + rest.ids == [one["id"] for one in entries(feed.walk("objects"))]


def test_limit_may_change_from_page_to_page(feed: Feed) -> None:
    """Covers Q11, R2."""
    feed.push(*(indicator() for _ in range(10)))
    page, seen = feed.objects("limit=4"), []
    for limit in (1, 3, 100):
        seen += page.ids
        page = feed.objects(f"limit={limit}&next={page.json['next']}")
    assert seen + page.ids == feed.objects().ids


def test_the_same_next_may_be_asked_twice(feed: Feed) -> None:
    """Covers Q12, N3."""
    feed.push(*(indicator() for _ in range(6)))
    token = feed.objects("limit=2").json["next"]
    one, two = feed.objects(f"limit=2&next={token}"), feed.objects(f"limit=2&next={token}")
    assert one.json == two.json


@pytest.mark.parametrize(
    "query", ["match[type]=domain-name", "match[id]=indicator--x", "match[version]=all", "match[spec_version]=2.0"]
)
def test_a_next_beside_other_match_fields_starts_over(feed: Feed, query: str) -> None:
    """Covers Q13, 3.4k."""
    feed.push(domain(), *(indicator() for _ in range(5)))
    token = feed.objects("limit=3&match[type]=indicator").json["next"]
    answer = feed.objects(f"{query}&next={token}")
    assert answer.status == 200
    assert answer.ids == feed.objects(query).ids


def test_a_next_of_another_resource_is_taken_as_a_position(feed: Feed) -> None:
    """Covers Q13."""
    feed.push(*(indicator() for _ in range(5)))
    token = feed.manifest("limit=2").json["next"]
    assert len(feed.objects(f"next={token}").ids) == 3


def test_a_next_of_another_collection_starts_at_the_request_s_added_after(feed: Feed, other_feed: Feed) -> None:
    """Covers Q13, R2. OpenCTI's connector sends what the previous collection gave; nothing may be skipped."""
    other_feed.push(*(indicator(number) for number in range(3)))
    cut = other_feed.objects("limit=1").headers[LAST]
    feed.push(*(indicator() for _ in range(6)))
    stale = feed.objects("limit=4&added_after=2020-01-01T00:00:00Z").json["next"]
    assert len(other_feed.objects(f"added_after=2020-01-01T00:00:00Z&next={stale}").ids) == 3
    assert len(other_feed.objects(f"added_after={cut}&next={stale}").ids) == 2
    assert len(other_feed.objects(f"next={stale}").ids) == 3


def test_a_next_of_another_collection_starts_at_the_token_s_start_where_the_request_has_none(
    feed: Feed, other_feed: Feed
) -> None:
    """Covers Q13, R2."""
    other_feed.push(*(indicator(number) for number in range(3)))
    cut = other_feed.objects("limit=2").headers[LAST]
    feed.push(*(indicator() for _ in range(6)))
    stale = feed.objects(f"limit=4&added_after={cut}").json["next"]
    assert other_feed.objects(f"next={stale}").ids == [indicator(2)["id"]]


def test_a_next_beside_another_added_after_starts_at_that(feed: Feed) -> None:
    """Covers Q13, R2. The connector's next run: a new added_after with the last run's next."""
    feed.push(*(indicator(number) for number in range(6)))
    stale = feed.objects("limit=4&added_after=2020-01-01T00:00:00Z").json["next"]
    cut = feed.objects("limit=2").headers[LAST]
    assert feed.objects(f"added_after={cut}&next={stale}").ids == [indicator(number)["id"] for number in range(2, 6)]


def test_a_next_is_letters_digits_and_two_signs(feed: Feed) -> None:
    """Covers Q21."""
    feed.push(*(indicator() for _ in range(3)))
    for query in ("limit=1", "limit=1&match[version]=all&match[type]=indicator,domain-name"):
        assert re.fullmatch(r"[A-Za-z0-9_-]+", feed.objects(query).json["next"])


def test_a_damaged_next_is_400(feed: Feed) -> None:
    """Covers 3.4k."""
    feed.push(*(indicator() for _ in range(3)))
    token = feed.objects("limit=1").json["next"]
    for damaged in (token[:-1], token[1:], token + "A", token[:10] + ("A" if token[10] != "A" else "B") + token[11:]):
        assert feed.objects(f"next={damaged}").status == 400


def test_a_next_never_expires(feed: Feed, shared: World) -> None:
    """Covers R1, N3. The clock of another process, started ten years later, does not matter to it."""
    feed.push(*(indicator() for _ in range(5)))
    token = feed.objects("limit=2").json["next"]
    later = parse_timestamp("2036-01-01T00:00:00Z")
    restarted = create_app(shared.settings, store=shared.store, clock=lambda: later)
    asker = Asker(in_process(restarted.test_client()), feed.asker.headers)
    assert feed.seen_by(asker).objects(f"next={token}").ids == feed.objects().ids[2:]


def test_without_limit_a_large_collection_comes_in_pages(feed: Feed) -> None:
    """Covers Q18, 3.4i, N14."""
    feed.push(*(domain(f"d{number}.example") for number in range(1200)))
    pages = feed.walk("objects")
    assert [len(page.ids) for page in pages] == [1000, 200]


def test_a_limit_above_the_server_s_own_gives_what_the_server_allows(feed: Feed) -> None:
    """Covers 3.4i, Q18."""
    feed.push(*(domain(f"d{number}.example") for number in range(1100)))
    assert len(feed.objects("limit=1000000").ids) == 1000


def test_pages_are_filled_as_long_as_there_is_enough(feed: Feed) -> None:
    """Covers R4. Also where the matches are few among many."""
    for number in range(10):
        feed.push(*(domain(f"d{number}-{other}.example") for other in range(9)), indicator(number))
    pages = feed.walk("objects", "limit=4&match[type]=indicator")
    assert [len(page.ids) for page in pages] == [4, 4, 2]


def test_a_consumer_that_polls_by_date_misses_nothing_of_concurrent_writers(feed: Feed, shared_app: Flask) -> None:
    """Covers Q14, R5, N1."""
    writers, envelopes, size = 4, 6, 10
    barrier = Barrier(writers + 1)

    def write() -> None:
        mine = feed.seen_by(Asker(in_process(shared_app.test_client()), feed.asker.headers))
        barrier.wait()
        for _ in range(envelopes):
            mine.push(*(indicator() for _ in range(size)))

    threads = [Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    barrier.wait()
    seen: list[str] = []
    cut = "2020-01-01T00:00:00.000000Z"
    is_over = False
    while not is_over:
        is_over = not any(thread.is_alive() for thread in threads)
        for page in feed.walk_by_date("objects", "limit=7", cut):
            seen += page.ids
            cut = page.headers[LAST]
    assert len(seen) == len(set(seen)) == writers * envelopes * size


def test_dates_are_unique_and_rise(feed: Feed) -> None:
    """Covers Q8, R5, 5.3.1c."""
    for _ in range(5):
        feed.push(*(indicator() for _ in range(20)))
    dates = [record["date_added"] for record in feed.manifest().objects]
    assert dates == sorted(set(dates))


@pytest.mark.parametrize("size", [1, 2, 999, 1000])
def test_the_last_date_of_a_batch_is_a_whole_millisecond(feed: Feed, size: int) -> None:
    """Covers R6. What OpenCTI cuts off is then nothing."""
    feed.push(*(domain(f"d{number}.example") for number in range(size)))
    page = feed.objects()
    assert page.headers[LAST].endswith("000Z")
    truncated = page.headers[LAST][:-4] + "Z"
    assert feed.objects(f"added_after={truncated}").json == {}


def test_dates_go_on_when_the_clock_goes_back(feed: Feed, shared: World) -> None:
    """Covers R5, Q14."""
    feed.push(indicator(1))
    hour_ago = parse_timestamp(feed.objects().headers[LAST]) - 3_600_000_000
    set_back = create_app(shared.settings, store=shared.store, clock=lambda: hour_ago)
    feed.seen_by(Asker(in_process(set_back.test_client()), feed.asker.headers)).push(indicator(2), indicator(3))
    page = feed.objects()
    assert page.ids == [indicator(number)["id"] for number in (1, 2, 3)]
    assert page.headers[FIRST] < page.headers[LAST]
    assert len(feed.objects(f"added_after={page.headers[FIRST]}").ids) == 2


def test_a_cached_page_is_not_given_after_a_change(feed: Feed) -> None:
    """Covers 3.5c. Finished pages are kept; a deletion or a new version makes them untrue."""
    feed.push(*(indicator(number) for number in range(4)))
    assert feed.objects("limit=2").ids == feed.objects("limit=2").ids
    feed.delete(indicator(0)["id"])
    assert feed.objects("limit=2").ids == [indicator(1)["id"], indicator(2)["id"]]
    feed.push(indicator(1, modified="2021-01-01T00:00:00.000Z"))
    assert feed.objects("limit=2").ids == [indicator(2)["id"], indicator(3)["id"]]
