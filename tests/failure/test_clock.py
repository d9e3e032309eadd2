"""The clock is set back an hour during pushes: dates go on rising, and no poller loses anything (rules.md 3)."""

from pathlib import Path

import httpx
import pytest

from taxii_server.app import create_app
from taxii_server.core.timestamps import SECOND, system_clock
from tests.failure.campaign import Campaign
from tests.failure.history import faults
from tests.live import free_port, running
from tests.worlds import TAXII, World, envelope, indicator, make_world

_HOUR = 3600

_SHIFTING = """
import pathlib, time

_offset = pathlib.Path(__file__).with_name("offset")
_true = time.time_ns
time.time_ns = lambda: _true() + int(_offset.read_text()) * 1_000_000_000
"""
"""A ``sitecustomize`` that moves the clock of every Python process started with it, at any moment."""


class _Clock:
    """The machine's clock, moved by as many seconds as the test likes."""

    def __init__(self) -> None:
        self.offset = 0

    def __call__(self) -> int:
        return system_clock() + self.offset * SECOND


@pytest.mark.parametrize("offset", [-_HOUR, -_HOUR * 24 * 365])
def test_dates_rise_though_the_clock_went_back(world: World, offset: int) -> None:
    clock = _Clock()
    client = create_app(world.settings, store=world.store, clock=clock).test_client()
    dates = []
    for clock.offset in (0, offset, offset // 2, 0):
        headers = {**world.bearer("alpha"), "Content-Type": TAXII}
        pushed = client.post("/plain/collections/feed/objects/", data=envelope(indicator()), headers=headers)
        assert (pushed.status_code, pushed.json["success_count"]) == (202, 1)
        manifest = client.get("/plain/collections/feed/manifest/", headers=headers).json["objects"]
        dates.append(manifest[-1]["date_added"])
    assert dates == sorted(set(dates))


def test_an_object_pushed_while_the_clock_is_behind_comes_after_what_was_polled(world: World) -> None:
    clock = _Clock()
    client = create_app(world.settings, store=world.store, clock=clock).test_client()
    path, headers = "/plain/collections/feed/objects/", world.bearer("alpha")
    client.post(path, data=envelope(indicator()), content_type=TAXII, headers=headers)
    last = client.get(path, headers=headers).headers["X-TAXII-Date-Added-Last"]
    clock.offset = -_HOUR
    client.post(path, data=envelope(late := indicator()), content_type=TAXII, headers=headers)
    assert client.get(path, query_string={"added_after": last}, headers=headers).json["objects"] == [late]


def test_the_clock_goes_back_and_forth_under_a_live_server(tmp_path: Path) -> None:
    patch = tmp_path / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(_SHIFTING)
    port = free_port()
    world = make_world(tmp_path, public_url=f"http://127.0.0.1:{port}")
    _set_clock(patch, 0)
    with running(world.path, port, env={"PYTHONPATH": str(patch)}) as server:
        campaign = Campaign(server, world, producers=4, readers=2)
        with campaign.running():
            for offset in (0, -_HOUR, -_HOUR // 2, -2 * _HOUR, 0):
                _set_clock(patch, offset)
                campaign.wait_for(objects=150)
        _set_clock(patch, -_HOUR)
        pushed = httpx.post(
            f"{server.url}/plain/collections/inbox/objects/",
            content=envelope(indicator()),
            headers={**world.bearer("alpha"), "Content-Type": TAXII},
        )
        campaign.take_stock()
    world.store.close()
    assert campaign.answers == []
    assert list(faults(campaign.history)) == []
    assert pushed.json()["request_timestamp"] < campaign.history.log[0].date_added, "the clock was not moved"


def _set_clock(patch: Path, offset: int) -> None:
    """Replace the file at once: a worker must never read half of it."""
    new = patch / "new"
    new.write_text(str(offset))
    new.replace(patch / "offset")
