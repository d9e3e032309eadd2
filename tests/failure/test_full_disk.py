"""A disk that is full: pushes are refused clearly, nothing acknowledged is lost, reads go on, and space mends it."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
import httpx
import pytest
from flask.testing import FlaskClient

from taxii_server.app import create_app
from tests.clients.producers import Object
from tests.failure.campaign import Campaign
from tests.failure.history import Fate, faults
from tests.live import free_port, running
from tests.worlds import FEED, PASSWORD, PLAIN, TAXII, World, envelope, indicator, make_world

_OBJECTS = "/plain/collections/feed/objects/"
_SMALL_PAGES = 120
_DISK = 8 * 1024 * 1024
_BALLAST = 4 * 1024 * 1024
_MOST_PUSHES = 1000


class _Quota:
    """A bound on the pages of every database that this process opens, by SQLite's own means."""

    def __init__(self) -> None:
        self._connections: list[apsw.Connection] = []
        self._pages: int | None = None

    def __call__(self, connection: apsw.Connection) -> None:
        self._connections.append(connection)
        if self._pages is not None:
            connection.execute(f"PRAGMA max_page_count = {self._pages}")

    def set(self, pages: int) -> None:
        """Bound all connections, those of the future too."""
        self._pages = pages
        for connection in self._connections:
            with suppress(apsw.ConnectionClosedError):
                connection.execute(f"PRAGMA max_page_count = {pages}")


@pytest.fixture
def quota(tmp_path: Path) -> Iterator[tuple[_Quota, World, FlaskClient]]:
    """A world in this process whose store cannot grow beyond some pages."""
    hook = _Quota()
    apsw.connection_hooks.append(hook)
    world = make_world(tmp_path)
    try:
        hook.set(_SMALL_PAGES)
        yield hook, world, create_app(world.settings, store=world.store).test_client()
    finally:
        apsw.connection_hooks.remove(hook)
        world.store.close()


def _fill(push: Callable[[list[Object]], int]) -> list[str]:
    """Push until nothing goes any more; the ids that were acknowledged."""
    acknowledged: list[str] = []
    for _ in range(_MOST_PUSHES):
        objects = [indicator(description="x" * 4000) for _ in range(5)]
        if push(objects) != 202:
            return acknowledged
        acknowledged += [one["id"] for one in objects]
    raise AssertionError("the disk is never full")


def _push(client: FlaskClient, world: World, objects: list[Object]) -> int:
    headers = world.bearer("alpha")
    return client.post(_OBJECTS, data=envelope(*objects), content_type=TAXII, headers=headers).status_code


def _stored(client: FlaskClient, world: World) -> list[str]:
    return [one["id"] for one in client.get(_OBJECTS, headers=world.bearer("watch")).json["objects"]]


def test_a_push_beyond_the_quota_is_507_as_a_taxii_error(quota: tuple[_Quota, World, FlaskClient]) -> None:
    _, world, client = quota
    _fill(lambda objects: _push(client, world, objects))
    many = envelope(*(indicator(description="x" * 4000) for _ in range(50)))
    answer = client.post(_OBJECTS, data=many, content_type=TAXII, headers=world.bearer("alpha"))
    assert (answer.status_code, answer.content_type) == (507, TAXII)
    assert (answer.json["title"], answer.json["http_status"]) == ("Out of space", "507")


def test_what_was_acknowledged_is_there_and_can_be_read(quota: tuple[_Quota, World, FlaskClient]) -> None:
    _, world, client = quota
    acknowledged = _fill(lambda objects: _push(client, world, objects))
    assert acknowledged
    assert _stored(client, world) == acknowledged


def test_with_more_space_pushes_work_again(quota: tuple[_Quota, World, FlaskClient]) -> None:
    hook, world, client = quota
    acknowledged = _fill(lambda objects: _push(client, world, objects))
    hook.set(_SMALL_PAGES * 10)
    assert _push(client, world, [late := indicator()]) == 202
    assert _stored(client, world) == [*acknowledged, late["id"]]


def test_a_delete_is_refused_or_done_but_never_half_done(quota: tuple[_Quota, World, FlaskClient]) -> None:
    _, world, client = quota
    acknowledged = _fill(lambda objects: _push(client, world, objects))
    answer = client.delete(f"{_OBJECTS}{acknowledged[0]}/", headers=world.bearer("alpha"))
    assert answer.status_code in {200, 507}
    assert _stored(client, world) == acknowledged[answer.status_code == 200 :]


@contextmanager
def _mounted(folder: Path) -> Iterator[Path]:
    """A disk of a few megabytes; the test is left out where nothing may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(folder)]
    if shutil.which("mount") is None:
        pytest.skip("there is no mount command here")
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, World, str]]:
    """A live server whose store lies on a small disk, half of which a ballast file takes."""
    with _mounted(tmp_path / "disk") as disk:
        port = free_port()
        template = PLAIN.replace("{database}", str(disk / "store.db"))
        world = make_world(tmp_path, template=template, public_url=f"http://127.0.0.1:{port}")
        (disk / "ballast").write_bytes(b"x" * _BALLAST)
        with running(world.path, port) as server:
            yield disk, world, server.url
        world.store.close()


def test_a_disk_that_fills_up_and_is_cleared(small_disk: tuple[Path, World, str]) -> None:
    disk, world, url = small_disk
    answers: list[httpx.Response] = []
    with httpx.Client(base_url=url, headers={"Content-Type": TAXII}, timeout=30) as client:

        def push(objects: list[Object]) -> int:
            answers.append(client.post(_OBJECTS, content=envelope(*objects), headers=world.bearer("alpha")))
            return answers[-1].status_code

        def stored() -> list[str]:
            return [one["id"] for one in client.get(_OBJECTS, headers=world.bearer("watch")).json()["objects"]]

        acknowledged = _fill(push)
        refused = answers[-1]
        assert (refused.status_code in {503, 507}, refused.headers["Content-Type"]) == (True, TAXII)
        assert refused.json()["http_status"] == str(refused.status_code)
        assert stored() == acknowledged
        (disk / "ballast").unlink()
        assert push([late := indicator()]) == 202
        assert stored() == [*acknowledged, late["id"]]
        print(f"{len(acknowledged)} objects on a disk of {_DISK} octets, then {refused.status_code}, none lost")


@pytest.mark.parametrize("signed_in", ["token", "password"])
def test_everybody_can_read_from_a_full_disk(small_disk: tuple[Path, World, str], signed_in: str) -> None:
    """A token's last use cannot be noted down then; that is no reason to refuse its owner."""
    disk, world, url = small_disk
    _stuff(disk)
    secret = world.tokens["watch"] if signed_in == "token" else PASSWORD
    for _ in range(10):
        assert httpx.get(f"{url}/plain/collections/{FEED}/", auth=("watch", secret)).status_code == 200


def test_a_server_starts_on_a_full_disk(small_disk: tuple[Path, World, str]) -> None:
    disk, world, _ = small_disk
    _stuff(disk)
    with running(world.path, port := free_port()):
        answer = httpx.get(f"http://127.0.0.1:{port}{_OBJECTS}", headers=world.bearer("watch"))
        assert (answer.status_code, answer.json()) == (200, {})
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code in {200, 503}


def test_a_kill_on_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with _mounted(tmp_path / "disk") as disk:
        port = free_port()
        template = PLAIN.replace("{database}", str(disk / "store.db"))
        world = make_world(tmp_path, template=template, public_url=f"http://127.0.0.1:{port}")
        with running(world.path, port) as server:
            campaign = Campaign(server, world, producers=3, readers=1)
            with campaign.running():
                campaign.wait_for(objects=50)
                _stuff(disk)
                _wait_until_refused(campaign)
                server.kill()
                (disk / "ballast").unlink()
                server.start()
                campaign.wait_for(objects=50)
            campaign.take_stock()
        world.store.close()
    print(campaign.history.summary)
    assert list(faults(campaign.history)) == []
    assert {answer.status_code for answer in campaign.answers} <= {503, 507}
    assert campaign.history.count(Fate.REFUSED) > 0


def _stuff(disk: Path) -> None:
    """Write a file until nothing more fits."""
    with (disk / "ballast").open("ab", buffering=0) as ballast:
        for size in (65_536, 4096, 512, 1):
            try:
                while ballast.write(b"x" * size):
                    pass
            except OSError:
                continue


def _wait_until_refused(campaign: Campaign) -> None:
    deadline = time.monotonic() + 30
    while not campaign.answers:
        assert time.monotonic() < deadline, "a full disk refuses nothing"
        time.sleep(0.01)
