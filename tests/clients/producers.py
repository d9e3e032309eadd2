"""Members who push at the same time, each on a connection of its own, while a client polls."""

import itertools
import random
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import httpx

from tests.worlds import TAXII, envelope, indicator

Object = dict[str, Any]
Version = tuple[str, str]
"""An object's id and its `modified`, which together name what a client has to receive."""

Span = tuple[float, float]
"""From when to when by the machine's clock."""

_PUSH_SECONDS = 30
_JOIN_SECONDS = 90
_LONGEST_PAUSE = 0.02  # between two pushes of a producer, so that clients poll in between


def version_of(one: Object) -> Version:
    """The version of an object; an observable has none of its own."""
    return str(one["id"]), str(one.get("modified", one.get("created", "")))


class Receipts:
    """Everything that a client received, in the order in which it came."""

    def __init__(self) -> None:
        self.versions: list[Version] = []

    def take(self, objects: Iterable[Object]) -> int:
        """Note the objects of an answer; how many there were."""
        before = len(self.versions)
        self.versions += map(version_of, objects)
        return len(self.versions) - before

    @property
    def distinct(self) -> set[Version]:
        """The versions, each once."""
        return set(self.versions)

    @property
    def duplicates(self) -> int:
        """How many came that had come before."""
        return len(self.versions) - len(self.distinct)


class PollingClient(Protocol):
    """A client as the tests drive it."""

    receipts: Receipts

    def poll(self) -> None:
        """What the client does each time its timer goes off."""


class Producers:
    """Producers that start together. Each pushes its envelopes one after the other and expects each to be taken."""

    def __init__(self, url: str, headers: Mapping[str, str], objects: Sequence[Object], count: int = 6) -> None:
        self.objects = objects
        self.spans: dict[Version, Span] = {}
        self._url = url
        self._headers = {**headers, "Content-Type": TAXII, "Accept": TAXII}
        self._faults: list[str] = []
        self._threads = [
            threading.Thread(target=self._produce, args=(number, objects[number::count])) for number in range(count)
        ]

    @property
    def versions(self) -> set[Version]:
        """What a client that loses nothing ends with."""
        return set(map(version_of, self.objects))

    @property
    def are_busy(self) -> bool:
        """Whether any of them still pushes."""
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        """Let all of them begin."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wait for all of them; every push must have been taken."""
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)
        assert not self.are_busy, "a producer hangs"
        assert not self._faults, self._faults[:3]

    def _produce(self, number: int, objects: Sequence[Object]) -> None:
        with httpx.Client(headers=self._headers, timeout=_PUSH_SECONDS) as client:
            dice = random.Random(number)
            for batch in envelopes(objects, dice):
                time.sleep(dice.uniform(0, _LONGEST_PAUSE))
                try:
                    self._push(client, batch)
                except (httpx.HTTPError, AssertionError) as error:
                    self._faults.append(f"producer {number}: {error!r}")
                    return

    def missed(self, received: set[Version], gaps: Iterable[Span] = ()) -> set[Version]:
        """What a client did not receive, but for what was pushed while its own clock made it look away."""
        blind = list(gaps)
        return {
            version
            for version in self.versions - received
            if not any(begin <= self.spans[version][1] and self.spans[version][0] <= end for begin, end in blind)
        }

    def _push(self, client: httpx.Client, batch: Sequence[Object]) -> None:
        began = time.time()
        answer = client.post(self._url, content=envelope(*batch))
        assert answer.status_code == 202, answer.text
        status = answer.json()
        assert (status["status"], status["success_count"]) == ("complete", len(batch)), answer.text
        self.spans.update(dict.fromkeys(map(version_of, batch), (began, time.time())))


def indicators(count: int) -> list[Object]:
    """Objects that nobody pushed before."""
    return [indicator() for _ in range(count)]


def envelopes(objects: Sequence[Object], dice: random.Random, most: int = 20) -> Iterator[Sequence[Object]]:
    """The objects in their order, in batches of one to ``most``."""
    remaining = iter(objects)
    while batch := list(itertools.islice(remaining, dice.randint(1, most))):
        yield batch


def poll_while_pushing(
    client: PollingClient, producers: Producers, *, pause: float = 0.0, idle_polls: int = 3, seconds: float = 60
) -> None:
    """Let the client poll while the producers push, and on until it gets nothing new any more.

    The last ``idle_polls`` show what a client at the end of the log receives for ever: best nothing.
    """
    deadline = time.monotonic() + seconds
    producers.start()
    idle = polls = 0
    while idle < idle_polls:
        assert time.monotonic() < deadline, f"the client never comes to rest: {len(client.receipts.versions)} received"
        polls += 1 if producers.are_busy else 0
        was_busy, before = producers.are_busy, len(client.receipts.distinct)
        client.poll()
        idle = 0 if was_busy or len(client.receipts.distinct) > before else idle + 1
        time.sleep(pause)
    producers.finish()
    receipts = client.receipts
    print(
        f"{type(client).__name__.strip('_')}: {len(producers.versions)} pushed, {len(receipts.distinct)} received,"
        f" {receipts.duplicates} duplicates, {polls} polls beside the pushes"
    )
