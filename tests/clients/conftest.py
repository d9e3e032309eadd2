"""One live server for all clients, and a collection of its own for each test."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import httpx
import pytest

from tests.clients.producers import Object, Producers
from tests.live import LiveServer, free_port, running
from tests.worlds import FEED, World, make_world

_COLLECTIONS = 120


@dataclass(frozen=True)
class Feed:
    """A collection that everybody who signed in reads and writes, seen from outside."""

    server: LiveServer
    world: World
    id: str
    title: str
    _sessions: ExitStack = field(default_factory=ExitStack, compare=False)

    def session(self, organisation: str = "watch") -> httpx.Client:
        """A client that signs in as an organisation and keeps its connection until the test is over."""
        return self._sessions.enter_context(httpx.Client(headers=self.world.bearer(organisation), timeout=30))

    def close(self) -> None:
        """Close the sessions."""
        self._sessions.close()

    @property
    def discovery_url(self) -> str:
        """Where clients begin."""
        return f"{self.server.url}/taxii2/"

    @property
    def root_url(self) -> str:
        """The API root."""
        return f"{self.server.url}/plain/"

    @property
    def url(self) -> str:
        """The collection."""
        return f"{self.root_url}collections/{self.id}/"

    @property
    def objects_url(self) -> str:
        """Its objects."""
        return f"{self.url}objects/"

    def producers(self, objects: list[Object], count: int = 6) -> Producers:
        """Producers of the member alpha that push these objects here."""
        return Producers(self.objects_url, self.world.bearer("alpha"), objects, count)

    def push(self, *objects: Object) -> None:
        """Push by one producer, and wait until it is done."""
        producers = self.producers(list(objects), 1)
        producers.start()
        producers.finish()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, World, Iterator[tuple[str, str]]]]:
    """A live server with many empty collections, to be handed out by ``feed``."""
    names = [(str(uuid.uuid4()), f"Feed {number}") for number in range(_COLLECTIONS)]
    tables = [
        f'[[api_roots.collections]]\nid = "{name}"\ntitle = "{title}"\n'
        'readers = ["authenticated"]\nwriters = ["authenticated"]\n'
        for name, title in names
    ]
    port = free_port()
    world = make_world(tmp_path_factory.mktemp("house"), public_url=f"http://127.0.0.1:{port}", more="\n".join(tables))
    with running(world.path, port) as server:
        yield server, world, iter(names)
    world.store.close()


@pytest.fixture
def feed(house: tuple[LiveServer, World, Iterator[tuple[str, str]]]) -> Iterator[Feed]:
    """An empty collection of the server that all tests of this folder share."""
    with closing(_next_feed(house)) as found:
        yield found


@pytest.fixture
def second_feed(house: tuple[LiveServer, World, Iterator[tuple[str, str]]]) -> Iterator[Feed]:
    """Another empty collection of the same server."""
    with closing(_next_feed(house)) as found:
        yield found


@pytest.fixture
def own_feed(live: tuple[LiveServer, World]) -> Iterator[Feed]:
    """A collection of a server that the test may restart."""
    server, world = live
    with closing(Feed(server, world, FEED, "Feed")) as found:
        yield found


def _next_feed(house: tuple[LiveServer, World, Iterator[tuple[str, str]]]) -> Feed:
    server, world, names = house
    name, title = next(names)
    return Feed(server, world, name, title)
