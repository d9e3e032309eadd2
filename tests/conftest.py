"""Fixtures for everybody: a world in a folder, its application, a client of it, a live server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from taxii_server.app import create_app
from tests.live import LiveServer, free_port, running
from tests.worlds import World, make_world

# `fast` gives the same examples every time, so that a build does not fail by chance. For a long look the environment
# variable HYPOTHESIS_PROFILE names `deep`.
settings.register_profile("fast", deadline=None, derandomize=True, max_examples=100, stateful_step_count=30)
settings.register_profile(
    "deep", deadline=None, max_examples=2000, stateful_step_count=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The plain world, see ``worlds.PLAIN``."""
    made = make_world(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def app(world: World) -> Flask:
    """The application of the plain world, in this process."""
    return create_app(world.settings, store=world.store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application that does not sign in by itself."""
    return app.test_client()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[LiveServer, World]]:
    """A real server with two workers over a plain world of its own."""
    port = free_port()
    made = make_world(tmp_path, public_url=f"http://127.0.0.1:{port}")
    with running(made.path, port) as server:
        yield server, made
    made.store.close()
