"""Starting on a store that is there already, is newer, is another program's, or is not there at all."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.clients.conftest import Feed
from tests.clients.producers import indicators
from tests.live import LiveServer, free_port, running
from tests.worlds import FEED, World

_OBJECTS = "/plain/collections/feed/objects/"


def _clearinghouse(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "taxii_server", *arguments, "--config", str(world.path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def _serve(world: World) -> subprocess.CompletedProcess[str]:
    return _clearinghouse(world, "serve", "--port", str(free_port()))


@pytest.fixture
def closed(world: World) -> World:
    """A world whose store nobody has open, so that it can be replaced."""
    world.store.close()
    return world


def _replace_store(world: World) -> Path:
    path = world.settings.storage.path
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        name.unlink(missing_ok=True)
    return path


def _assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr


def test_a_second_start_finds_everything_in_place(live: tuple[LiveServer, World]) -> None:
    server, world = live
    Feed(server, world, FEED, "Feed").push(*(pushed := indicators(20)))
    assert server.stop() == 0
    server.start()
    assert httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch")).json()["objects"] == pushed


def test_two_servers_may_share_a_store(live: tuple[LiveServer, World]) -> None:
    server, world = live
    with running(world.path, free_port()) as other:
        Feed(other, world, FEED, "Feed").push(*(pushed := indicators(20)))
        assert httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch")).json()["objects"] == pushed


def test_init_on_a_store_in_use_changes_nothing(live: tuple[LiveServer, World]) -> None:
    server, world = live
    Feed(server, world, FEED, "Feed").push(*(pushed := indicators(5)))
    assert _clearinghouse(world, "init").returncode == 0
    assert httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch")).json()["objects"] == pushed


@pytest.mark.parametrize("command", ["serve", "init", "account list"])
def test_a_newer_store_is_refused(closed: World, command: str) -> None:
    with closing(sqlite3.connect(closed.settings.storage.path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    done = _serve(closed) if command == "serve" else _clearinghouse(closed, *command.split())
    _assert_refused(done, "9999", "newer")


@pytest.mark.parametrize("command", ["serve", "init"])
def test_a_file_of_another_program_is_refused_and_left_alone(closed: World, command: str) -> None:
    path = _replace_store(closed)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (title TEXT)")
    before = path.read_bytes()
    _assert_refused(_serve(closed) if command == "serve" else _clearinghouse(closed, command), "another program")
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", ["serve", "init"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(closed: World, command: str) -> None:
    path = _replace_store(closed)
    path.write_bytes(b"These are my recipes.\n" * 1000)
    before = path.read_bytes()
    _assert_refused(_serve(closed) if command == "serve" else _clearinghouse(closed, command), "clearinghouse: ")
    assert path.read_bytes() == before


def test_a_store_that_is_not_there_is_refused_and_says_what_to_do(closed: World) -> None:
    path = _replace_store(closed)
    _assert_refused(_serve(closed), str(path), "clearinghouse init")
    assert not path.exists()


def test_an_empty_file_is_refused_and_says_what_to_do(closed: World) -> None:
    _replace_store(closed).touch()
    _assert_refused(_serve(closed), "clearinghouse init")


def test_init_makes_what_is_missing(closed: World) -> None:
    _replace_store(closed)
    assert _clearinghouse(closed, "init").returncode == 0
    with running(closed.path, port := free_port()):
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200


def test_a_store_that_was_killed_while_it_was_written_opens_again(live: tuple[LiveServer, World]) -> None:
    server, world = live
    Feed(server, world, FEED, "Feed").push(*(pushed := indicators(50)))
    server.kill()
    wal = world.settings.storage.path.with_name("store.db-wal")
    with wal.open("ab") as log:  # a frame that was never finished
        log.write(b"\x00" * 5000)
    server.start()
    assert httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch")).json()["objects"] == pushed
