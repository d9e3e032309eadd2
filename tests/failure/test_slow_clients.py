"""Slow headers, slow bodies, bodies cut off, idle connections: the others are answered in bounded time."""

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.live import LiveServer, free_port, running
from tests.worlds import TAXII, World, envelope, indicator, make_world

_OBJECTS = "/plain/collections/feed/objects/"
_LIMITS = """
[server.limits]
body_seconds = 1
body_wait_seconds = 1
bodies = 12
bodies_account = 4
"""
_SOON = 3.0
_DRIP_SECONDS = 0.05


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[tuple[LiveServer, World]]:
    """One worker that reads few bodies at once and gives each a second before it looks at its pace."""
    port = free_port()
    world = make_world(tmp_path, public_url=f"http://127.0.0.1:{port}", server=_LIMITS)
    with running(world.path, port, workers=1) as server:
        yield server, world
    world.store.close()


def _head(world: World, name: str, length: int) -> bytes:
    lines = [
        f"POST {_OBJECTS} HTTP/1.1",
        "Host: localhost",
        f"Authorization: {world.bearer(name)['Authorization']}",
        f"Content-Type: {TAXII}",
        f"Content-Length: {length}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@contextmanager
def _connections(server: LiveServer, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """Connections that have sent this, and nothing more."""
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            connection.sendall(sent)
            opened.append(connection)
        time.sleep(0.3)
        yield opened


@contextmanager
def _dripping(connections: list[socket.socket], drop: bytes) -> Iterator[None]:
    """A drop on each connection every now and then, as long as the block runs and the server takes it."""
    is_over = threading.Event()

    def drip() -> None:
        alive = list(connections)
        while not is_over.wait(_DRIP_SECONDS):
            for connection in list(alive):
                try:
                    connection.sendall(drop)
                except OSError:
                    alive.remove(connection)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(30)


def _push(server: LiveServer, world: World, name: str) -> httpx.Response:
    headers = {**world.bearer(name), "Content-Type": TAXII}
    return httpx.post(f"{server.url}{_OBJECTS}", content=envelope(indicator()), headers=headers, timeout=30)


def _assert_others_are_served(server: LiveServer, world: World) -> None:
    for _ in range(3):
        began = time.monotonic()
        assert httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch"), timeout=30).status_code == 200
        assert _push(server, world, "beta").status_code == 202
        assert time.monotonic() - began < _SOON


def test_idle_connections_hold_up_nobody(strict: tuple[LiveServer, World]) -> None:
    with _connections(strict[0], 300, b""):
        _assert_others_are_served(*strict)


def test_unfinished_headers_hold_up_nobody(strict: tuple[LiveServer, World]) -> None:
    with (
        _connections(strict[0], 200, b"GET /taxii2/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") as connections,
        _dripping(connections, b"x"),
    ):
        _assert_others_are_served(*strict)


@pytest.mark.slow
def test_unfinished_headers_are_cut_off_in_the_end(strict: tuple[LiveServer, World]) -> None:
    with _connections(strict[0], 3, b"GET /taxii2/ HTTP/1.1\r\nX-Slow: ") as connections:
        for connection in connections:
            connection.settimeout(40)
            assert connection.recv(4096) == b"" or connection.recv(4096) == b""


def test_bodies_that_stall_hold_up_nobody_else(strict: tuple[LiveServer, World]) -> None:
    """More of one account than may be read at once; those beyond wait a bounded time and get 503."""
    server, world = strict
    with _connections(server, 30, _head(world, "alpha", 1000) + b'{"objects"'):
        _assert_others_are_served(server, world)


def test_the_stalling_account_itself_gets_503(strict: tuple[LiveServer, World]) -> None:
    server, world = strict
    with _connections(server, 10, _head(world, "alpha", 1000) + b'{"objects"'):
        began = time.monotonic()
        answer = _push(server, world, "alpha")
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
        assert time.monotonic() - began < _SOON + 1


def test_when_the_stalled_are_gone_the_account_pushes_again(strict: tuple[LiveServer, World]) -> None:
    server, world = strict
    with _connections(server, 10, _head(world, "alpha", 1000) + b'{"objects"'):
        assert _push(server, world, "alpha").status_code == 503
    deadline = time.monotonic() + 15
    while _push(server, world, "alpha").status_code != 202:
        assert time.monotonic() < deadline, "the slots of connections that are gone are never freed"


def test_bodies_that_drip_hold_up_nobody_else(strict: tuple[LiveServer, World]) -> None:
    server, world = strict
    with _connections(server, 30, _head(world, "alpha", 10_000_000)) as connections, _dripping(connections, b" " * 10):
        _assert_others_are_served(server, world)


def test_a_body_that_drips_is_given_up(strict: tuple[LiveServer, World]) -> None:
    server, world = strict
    with (
        _connections(server, 1, _head(world, "alpha", 10_000_000)) as (connection,),
        _dripping([connection], b" " * 100),
    ):
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"http_status": "408"' in answer


def test_without_credentials_no_body_is_waited_for(strict: tuple[LiveServer, World]) -> None:
    head = f"POST {_OBJECTS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {TAXII}\r\nContent-Length: 9999999\r\n\r\n"
    with _connections(strict[0], 1, head.encode()) as (connection,):
        assert connection.recv(4096).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("sent", [0, 1, 50, 500])
def test_a_body_that_is_cut_off_leaves_nothing(strict: tuple[LiveServer, World], sent: int) -> None:
    server, world = strict
    body = envelope(*(indicator() for _ in range(5)))
    with _connections(server, 8, _head(world, "alpha", len(body)) + body[:sent]):
        pass
    _assert_others_are_served(server, world)
    stored = httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch")).json()["objects"]
    assert len(stored) == 3, "only what the others pushed meanwhile"


def test_a_half_closed_connection_hears_that_its_body_was_cut_off(strict: tuple[LiveServer, World]) -> None:
    server, world = strict
    with _connections(server, 1, _head(world, "alpha", 1000) + b'{"objects"') as (connection,):
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65_536)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")


def test_readers_who_do_not_read_hold_up_nobody(strict: tuple[LiveServer, World]) -> None:
    server, world = strict
    headers = {**world.bearer("alpha"), "Content-Type": TAXII}
    large = envelope(*(indicator(description="x" * 50_000) for _ in range(100)))
    httpx.post(f"{server.url}{_OBJECTS}", content=large, headers=headers, timeout=30)
    request = (
        f"GET {_OBJECTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {world.bearer('watch')['Authorization']}\r\n\r\n"
    )
    with _connections(server, 100, request.encode()):
        for _ in range(3):
            began = time.monotonic()
            assert _push(server, world, "beta").status_code == 202
            query = {"limit": "1"}
            answer = httpx.get(f"{server.url}{_OBJECTS}", params=query, headers=world.bearer("watch"), timeout=30)
            assert (answer.status_code, time.monotonic() - began < _SOON) == (200, True)


@pytest.mark.slow
def test_everything_at_once_holds_up_nobody(strict: tuple[LiveServer, World]) -> None:
    server, world = strict
    kinds = itertools.cycle([b"", b"GET /taxii2/ HT", _head(world, "alpha", 1000), _head(world, "house", 1000) + b"{"])
    with ExitStack() as stack:
        for kind in itertools.islice(kinds, 20):
            stack.enter_context(_connections(server, 50, kind))
        for _ in range(5):
            _assert_others_are_served(server, world)
