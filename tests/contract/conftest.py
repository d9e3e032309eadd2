"""The stores that the contract holds: each test here runs over every one of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taxii_server.settings import Storage
from taxii_server.store import open_store
from taxii_server.store.contract import Store
from tests.contract.filling import COLLECTIONS

WAIT = 10.0


def sqlite(folder: Path) -> Storage:
    """The embedded store."""
    return Storage(url=f"sqlite:///{folder / 'store.db'}", write_wait=WAIT)


STORES: dict[str, Callable[[Path], Storage]] = {
    "sqlite": sqlite,
}


@pytest.fixture(scope="module", params=STORES)
def shared_storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Where a store of a whole module is."""
    return STORES[request.param](tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def shared_store(shared_storage: Storage) -> Iterator[Store]:
    """A store for a whole module: for tests that read."""
    made = opened(shared_storage)
    yield made
    made.close()


@pytest.fixture(params=STORES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Where the store of a test is."""
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(storage: Storage) -> Iterator[Store]:
    """A fresh store with two collections."""
    made = opened(storage)
    yield made
    made.close()


@pytest.fixture
def second(store: Store, storage: Storage) -> Iterator[Store]:
    """Another instance over the same data, as another worker has it."""
    made = open_store(storage)
    made.open(COLLECTIONS)
    yield made
    made.close()


def opened(storage: Storage) -> Store:
    """A store that is made and open."""
    store = open_store(storage)
    store.initialise()
    store.open(COLLECTIONS)
    return store
