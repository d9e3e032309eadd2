"""One world for the whole folder, with a fresh collection for each test that asks for one."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from flask import Flask

from taxii_server.app import create_app
from tests.live import LiveServer, free_port, running
from tests.taxii.asking import Asker, Feed, in_process, new_uuid, over_http
from tests.worlds import FEED, World, domain, indicator, make_world

FRESH = 1200
SERVER = """
default_limit = 1000
max_limit = 1000
[server.limits]
failed_signins_account = 100000
failed_signins_address = 100000
"""
"""Nobody counts failed sign-ins here; a page ends at 1,000 objects."""


def fresh_root(ids: list[str]) -> str:
    """An API root of collections that everybody who signed in reads and writes."""
    tables = [
        f'[[api_roots.collections]]\nid = "{one}"\nalias = "fresh-{number}"\ntitle = "Fresh {number}"\n'
        'readers = ["authenticated"]\nwriters = ["authenticated"]\n'
        for number, one in enumerate(ids)
    ]
    return '[[api_roots]]\nname = "fresh"\ntitle = "Fresh collections"\n' + "\n".join(tables)


@pytest.fixture(scope="session")
def fresh_ids() -> list[str]:
    """The ids of the fresh collections."""
    return [new_uuid() for _ in range(FRESH)]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, fresh_ids: list[str]) -> Iterator[World]:
    """The plain world and a root of fresh collections, for all tests of the folder."""
    made = make_world(tmp_path_factory.mktemp("shared"), server=SERVER, more=fresh_root(fresh_ids))
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def shared_app(shared: World) -> Flask:
    """The application of the shared world."""
    return create_app(shared.settings, store=shared.store)


AskAs = Callable[[str | None], Asker]


@pytest.fixture(scope="session")
def ask_as(shared: World, shared_app: Flask) -> AskAs:
    """Somebody of an organisation who asks the shared application; None is nobody."""
    send = in_process(shared_app.test_client())
    return lambda organisation: Asker(send, shared.bearer(organisation) if organisation else {})


@pytest.fixture
def alpha(ask_as: AskAs) -> Asker:
    """A member."""
    return ask_as("alpha")


@pytest.fixture
def beta(ask_as: AskAs) -> Asker:
    """Another member."""
    return ask_as("beta")


@pytest.fixture
def watch(ask_as: AskAs) -> Asker:
    """An agency."""
    return ask_as("watch")


@pytest.fixture
def house(ask_as: AskAs) -> Asker:
    """The operator."""
    return ask_as("house")


@pytest.fixture
def nobody(ask_as: AskAs) -> Asker:
    """Somebody without credentials."""
    return ask_as(None)


@pytest.fixture(scope="session")
def unused(fresh_ids: list[str]) -> Iterator[str]:
    """Ids of collections that no test has used yet."""
    return iter(fresh_ids)


def fresh_feed(asker: Asker, unused: Iterator[str]) -> Feed:
    """A collection that nobody has pushed to."""
    found = next(unused)
    return Feed(asker, found, f"/fresh/collections/{found}/")


@pytest.fixture
def feed(alpha: Asker, unused: Iterator[str]) -> Feed:
    """An empty collection, used by alpha."""
    return fresh_feed(alpha, unused)


@pytest.fixture
def other_feed(alpha: Asker, unused: Iterator[str]) -> Feed:
    """Another empty collection, used by alpha."""
    return fresh_feed(alpha, unused)


@pytest.fixture(scope="session")
def endpoints(ask_as: AskAs, unused: Iterator[str]) -> dict[str, str]:
    """The path of every GET endpoint, in a collection with two objects."""
    feed = fresh_feed(ask_as("alpha"), unused)
    status = feed.push(indicator(1), domain()).json["id"]
    one = indicator(1)["id"]
    return {
        "discovery": "/taxii2/",
        "api root": "/fresh/",
        "status": f"/fresh/status/{status}/",
        "collections": "/plain/collections/",
        "collection": feed.path,
        "manifest": f"{feed.path}manifest/",
        "objects": f"{feed.path}objects/",
        "object": f"{feed.path}objects/{one}/",
        "versions": f"{feed.path}objects/{one}/versions/",
    }


GET4 = ("manifest", "objects", "object", "versions")
"""The endpoints with pages."""


@pytest.fixture(scope="session")
def live_world(tmp_path_factory: pytest.TempPathFactory, fresh_ids: list[str]) -> Iterator[tuple[LiveServer, World]]:
    """A real server with two workers over a world with fresh collections, for all tests of the folder.

    It loses patience with slow bodies after a second.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server_table = f"{SERVER}body_seconds = 1\nbody_wait_seconds = 1\n"
    folder = tmp_path_factory.mktemp("live")
    made = make_world(folder, server=server_table, more=fresh_root(fresh_ids), public_url=url)
    with running(made.path, port) as server:
        yield server, made
    made.store.close()


@pytest.fixture
def live_alpha(live_world: tuple[LiveServer, World]) -> Iterator[Asker]:
    """A member who asks the live server."""
    server, world = live_world
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield Asker(over_http(client), world.bearer("alpha"))


@pytest.fixture
def live_feed(live_alpha: Asker, unused: Iterator[str]) -> Feed:
    """An empty collection of the live server, used by alpha."""
    return fresh_feed(live_alpha, unused)


@pytest.fixture
def plain_feed(alpha: Asker) -> Feed:
    """The collection ``feed`` of the plain root."""
    return Feed(alpha, FEED, f"/plain/collections/{FEED}/")
