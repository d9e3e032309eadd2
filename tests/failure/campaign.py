"""Producers and readers that go on through failures, and write down what they were told."""

import itertools
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from tests.clients.producers import Object, version_of
from tests.failure.history import Fate, History, Push, Record, Version
from tests.live import LiveServer
from tests.worlds import TAXII, World, envelope, indicator

_REQUEST_SECONDS = 30
_JOIN_SECONDS = 60
_MOST_ATTEMPTS = 20
_LARGE = 20_000


class Campaign:
    """Producers of alpha and readers of watch against one collection. While the gate is closed they wait.

    A producer that does not know what became of its push makes it again, as real ones do, or leaves it at that.
    """

    def __init__(self, server: LiveServer, world: World, *, producers: int = 4, readers: int = 1) -> None:
        self.history = History()
        self.answers: list[httpx.Response] = []
        self._url = f"{server.url}/plain/collections/feed/"
        self._headers = {name: world.bearer(name) for name in ("alpha", "watch")}
        self._gate = threading.Event()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._produce, args=(random.Random(n),)) for n in range(producers)]
        for _ in range(readers):
            seen: list[Version] = []
            self.history.readers.append(seen)
            self._threads.append(threading.Thread(target=self._read, args=(seen,)))

    @contextmanager
    def running(self) -> Iterator["Campaign"]:
        """Producers and readers run inside the block, and are gone after it."""
        for thread in self._threads:
            thread.start()
        try:
            self.open()
            yield self
        finally:
            self._is_over.set()
            self._gate.set()
            for thread in self._threads:
                thread.join(_JOIN_SECONDS)
        assert not any(thread.is_alive() for thread in self._threads), "a producer or a reader hangs"

    def open(self) -> None:
        """Let them go on."""
        self._gate.set()

    def close(self) -> None:
        """Let them wait before their next request."""
        self._gate.clear()

    def wait_for(self, objects: int, seconds: float = 30) -> None:
        """Wait until so many more objects are acknowledged."""
        goal = self.history.count(Fate.ACKNOWLEDGED) + objects
        deadline = time.monotonic() + seconds
        while self.history.count(Fate.ACKNOWLEDGED) < goal:
            assert time.monotonic() < deadline, f"nothing goes on: {self.history.summary}"
            time.sleep(0.005)

    def take_stock(self) -> None:
        """Read the log to its end by the manifest, and the objects by two fresh readers with pages of their own."""
        with self._client("watch") as client:
            self.history.log = [
                Record((one["id"], one["version"]), one["date_added"])
                for page in _pages(client, f"{self._url}manifest/", 1000)
                for one in page
            ]
            for limit in (10_000, 137):
                pages = _pages(client, f"{self._url}objects/", limit)
                seen = [version_of(one) for page in pages for one in page]
                assert len(seen) == len(self.history.log)
                self.history.readers.append(seen)

    def _produce(self, dice: random.Random) -> None:
        with self._client("alpha") as client:
            while self._may_go_on():
                objects = [_some_indicator(dice) for _ in range(dice.randint(1, 12))]
                push = self.history.begin(Push(tuple(map(version_of, objects)), time.monotonic()))
                for _ in range(_MOST_ATTEMPTS):
                    self._attempt(client, push, objects)
                    if push.fate is Fate.ACKNOWLEDGED or dice.random() < 0.5 or not self._may_go_on():
                        break

    def _attempt(self, client: httpx.Client, push: Push, objects: list[Object]) -> None:
        try:
            answer = client.post(f"{self._url}objects/", content=envelope(*objects), headers={"Content-Type": TAXII})
        except httpx.ConnectError:
            time.sleep(0.01)
            return  # it never left
        except httpx.TransportError:
            push.fate = Fate.UNKNOWN
            return
        if answer.status_code == 202 and answer.json()["success_count"] == len(objects):
            push.ended, push.fate = time.monotonic(), Fate.ACKNOWLEDGED
        else:
            self.answers.append(answer)

    def _read(self, seen: list[Version]) -> None:
        """Follow the log: ``next`` while there is more, then ``added_after`` the last date."""
        parameters: dict[str, str] = {"limit": "50"}
        with self._client("watch") as client:
            while self._may_go_on():
                try:
                    answer = client.get(f"{self._url}objects/", params=parameters)
                except httpx.TransportError:
                    time.sleep(0.01)
                    continue
                page = answer.json()
                seen += map(version_of, page.get("objects", []))
                if page.get("more"):
                    parameters["next"] = page["next"]
                elif page.get("objects"):
                    parameters = {"limit": "50", "added_after": answer.headers["X-TAXII-Date-Added-Last"]}
                time.sleep(0.005)

    def _may_go_on(self) -> bool:
        self._gate.wait(_JOIN_SECONDS)
        return not self._is_over.is_set()

    def _client(self, organisation: str) -> httpx.Client:
        headers: Mapping[str, str] = {**self._headers[organisation], "Accept": TAXII}
        return httpx.Client(headers=headers, timeout=_REQUEST_SECONDS)


def _some_indicator(dice: random.Random) -> Object:
    """Now and then a large one, so that the write-ahead log fills and is folded back."""
    return indicator(description="x" * _LARGE) if dice.random() < 0.1 else indicator()


def _pages(client: httpx.Client, url: str, limit: int) -> Iterator[list[Object]]:
    parameters = {"limit": str(limit)}
    for _ in itertools.repeat(None, 10_000):
        page = client.get(url, params=parameters).raise_for_status().json()
        yield page.get("objects", [])
        if not page.get("more"):
            return
        parameters["next"] = page["next"]
