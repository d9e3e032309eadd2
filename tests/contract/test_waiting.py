"""Many at once: threads, processes, the order in which they wait, and how long (issue: concurrent pushes)."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import msgspec
import pytest

from taxii_server.core.errors import StoreBusy
from taxii_server.core.filters import BEFORE_EVERYTHING
from taxii_server.core.timestamps import system_clock
from taxii_server.settings import Storage
from taxii_server.store import open_store
from taxii_server.store.contract import Store
from tests.contract.filling import (
    COLLECTIONS,
    FEED,
    INBOX,
    accepted,
    contents,
    id_of,
    numbered,
    put_at,
    records,
    state,
    walk,
)

THREADS = 8
PROCESSES = 3
PUSHES = 15
SIZE = 4
SHORT = 0.3


def push_many(store: Store, producer: int) -> None:
    """What one producer does: small pushes, one after another."""
    for number in range(PUSHES):
        put_at(store, numbered(SIZE, producer * 10_000 + number * SIZE), system_clock)


def push_from_a_process(storage: Storage, producer: int) -> None:
    """The same in a process of its own."""
    store = open_store(storage)
    store.open(COLLECTIONS)
    push_many(store, producer)
    store.close()


def follow(store: Store, total: int, seconds: float = 60) -> list[str]:
    """The ids that a client sees which polls after the newest date it knows until it has so many."""
    found: list[str] = []
    after, deadline = BEFORE_EVERYTHING, time.monotonic() + seconds
    while len(found) < total and time.monotonic() < deadline:
        with store.reading() as reading:
            page = reading.records(reading.state(FEED), walk(after=after), 7).records
        found += [one.object_id for one in page]
        after = page[-1].date_added if page else after
    return found


def in_threads(*work: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(one) for one in work]:
            done.result(60)


@pytest.fixture
def busy(second: Store) -> Iterator[threading.Event]:
    """Somebody holds the write lock of another instance until the event is set."""
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        with second.writing():
            begun.set()
            over.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert begun.wait(10)
    yield over
    over.set()
    thread.join()


def test_threads_that_push_at_once_lose_nothing(store: Store) -> None:
    in_threads(*(partial(push_many, store, one) for one in range(THREADS)))
    assert len({one.object_id for one in records(store)}) == THREADS * PUSHES * SIZE == state(store).last_position


def test_dates_rise_strictly_whoever_pushes(store: Store) -> None:
    in_threads(*(partial(push_many, store, one) for one in range(THREADS)))
    assert all(one.date_added < other.date_added for one, other in pairwise(records(store)))


def test_a_client_that_polls_meanwhile_ends_with_everything_once(store: Store, second: Store) -> None:
    total = THREADS * PUSHES * SIZE
    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(follow, second, total)
        in_threads(*(partial(push_many, store, one) for one in range(THREADS)))
        found = polling.result(90)
    assert (len(found), len(set(found))) == (total, total)


def test_processes_that_push_at_once_lose_nothing_that_a_client_sees(store: Store, storage: Storage) -> None:
    context = multiprocessing.get_context("spawn")
    producers = [context.Process(target=push_from_a_process, args=(storage, one)) for one in range(PROCESSES)]
    for one in producers:
        one.start()
    total = PROCESSES * PUSHES * SIZE
    found = follow(store, total)
    for one in producers:
        one.join(60)
    assert ([one.exitcode for one in producers], len(found), len(set(found))) == ([0] * PROCESSES, total, total)


def test_the_same_object_pushed_at_once_by_many_is_stored_once(store: Store, second: Store) -> None:
    objects = numbered(20)
    pushers = [store, second] * 4
    in_threads(*(partial(put_at, one, objects, system_clock) for one in pushers))
    assert state(store).last_position == 20


def test_an_observable_pushed_at_once_by_many_organisations_is_stored_once(store: Store, second: Store) -> None:
    domain = accepted(id_of("domain-name", 1))
    work = [
        partial(put_at, one, [domain], system_clock, organisation=name)
        for name, one in zip("abcdefgh", [store, second] * 4, strict=True)
    ]
    in_threads(*work)
    assert state(store).last_position == 1


def test_those_who_wait_are_served_in_the_order_they_came(store: Store, busy: threading.Event) -> None:
    served: list[int] = []

    def write(number: int) -> None:
        with store.writing():
            served.append(number)

    waiting = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in waiting:
        thread.start()
        time.sleep(0.03)
    busy.set()
    for thread in waiting:
        thread.join(20)
    assert served == list(range(6))


def test_nobody_is_left_behind_by_a_neighbour_that_never_pauses(store: Store, second: Store) -> None:
    """Two workers: one pushes without a pause, the other still gets its turn again and again."""
    stop = threading.Event()

    def never_pause() -> None:
        while not stop.is_set():
            with second.writing() as writing:
                writing.count_change(writing.state(INBOX))

    thread = threading.Thread(target=never_pause)
    thread.start()
    waits = []
    for _ in range(10):
        started = time.monotonic()
        with store.writing():
            waits.append(time.monotonic() - started)
    stop.set()
    thread.join()
    assert max(waits) < 5


def impatient(storage: Storage) -> Store:
    store = open_store(msgspec.structs.replace(storage, write_wait=SHORT))
    store.open(COLLECTIONS)
    return store


def test_who_waits_past_the_bound_for_another_process_is_told_that_the_store_is_busy(
    storage: Storage, busy: threading.Event
) -> None:
    store = impatient(storage)
    started = time.monotonic()
    with pytest.raises(StoreBusy) as caught, store.writing():
        pass
    store.close()
    assert SHORT <= time.monotonic() - started < SHORT + 2
    assert caught.value.retry_after > 0


def test_who_waits_past_the_bound_for_another_thread_is_told_the_same(store: Store, storage: Storage) -> None:
    """The thread that writes holds the lock of the same instance."""
    shared = impatient(storage)
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        with shared.writing():
            begun.set()
            over.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(10)
    started = time.monotonic()
    with pytest.raises(StoreBusy), shared.writing():
        pass
    took = time.monotonic() - started
    over.set()
    thread.join()
    shared.close()
    assert SHORT <= took < SHORT + 2


def test_after_a_busy_time_the_store_can_be_written_again(storage: Storage, busy: threading.Event) -> None:
    store = impatient(storage)
    with pytest.raises(StoreBusy), store.writing():
        pass
    busy.set()
    time.sleep(0.1)
    put_at(store, numbered(1), system_clock)
    assert len(contents(store)) == 1
    store.close()


def test_one_who_gave_up_does_not_take_the_turn_of_those_behind(store: Store, storage: Storage) -> None:
    shared = impatient(storage)
    outcomes: list[str] = []

    def write(hold: float) -> None:
        try:
            with shared.writing():
                time.sleep(hold)
                outcomes.append("served")
        except StoreBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=write, args=(hold,)) for hold in (SHORT * 2, 0)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    write(0)
    shared.close()
    assert outcomes == ["busy", "served", "served"]


def test_readers_do_not_wait_for_a_writer(store: Store, busy: threading.Event) -> None:
    started = time.monotonic()
    assert contents(store) == []
    assert store.accounts() == []
    assert time.monotonic() - started < 1


def test_a_writer_does_not_wait_for_readers(store: Store, second: Store) -> None:
    with second.reading() as reading:
        reading.state(FEED)
        started = time.monotonic()
        put_at(store, numbered(1), system_clock)
        assert time.monotonic() - started < 1


def test_many_readers_read_at_once(store: Store) -> None:
    put_at(store, numbered(50), system_clock)
    found: list[int] = []
    in_threads(*(lambda: found.append(len(contents(store))) for _ in range(30)))
    assert found == [50] * 30
