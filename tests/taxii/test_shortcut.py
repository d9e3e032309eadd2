"""The shortcut for finished pages answers as the application does, and only as long as that would."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from taxii_server.access.accounts import Accounts
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import system_clock
from taxii_server.taxii.services import EXTENSION
from tests.worlds import TAXII, World, envelope, indicator

OBJECTS = "/plain/collections/feed/objects/"
PAGE = f"{OBJECTS}?limit=2"


@pytest.fixture
def filled(client: FlaskClient, world: World) -> FlaskClient:
    push(client, world, *(indicator(number) for number in range(5)))
    return client


def push(client: FlaskClient, world: World, *objects: dict[str, Any]) -> None:
    headers = world.bearer("alpha")
    assert client.post(OBJECTS, data=envelope(*objects), content_type=TAXII, headers=headers).status_code == 202


def accounts(world: World) -> Accounts:
    return Accounts(world.store, {one.slug: Role(one.role) for one in world.settings.organisations}, system_clock)


def get(client: FlaskClient, world: World, organisation: str = "alpha", **headers: str) -> TestResponse:
    return client.get(PAGE, headers={**world.bearer(organisation), **headers})


def without_application(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application behind the shortcut fail, so that only the shortcut can answer."""

    def fail(*_: object) -> Any:
        raise AssertionError("the application was asked")

    monkeypatch.setattr(app.wsgi_app, "_application", fail)


def test_a_page_that_was_asked_for_before_is_answered_without_the_application(
    app: Flask, filled: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = get(filled, world)
    without_application(app, monkeypatch)
    again = get(filled, world)
    assert (again.status_code, again.data) == (200, first.data)
    assert sorted(again.headers) == sorted(first.headers)


def test_another_reader_is_answered_from_the_same_page(
    app: Flask, filled: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = get(filled, world).data
    filled.get("/taxii2/", headers=world.bearer("watch"))  # signing in is left to the application
    without_application(app, monkeypatch)
    assert get(filled, world, "watch").data == page


def test_a_superseded_object_is_not_shown_from_memory(filled: FlaskClient, world: World) -> None:
    get(filled, world)
    push(filled, world, indicator(0, modified="2021-01-01T00:00:00.000Z"))
    assert indicator(0) not in get(filled, world).json["objects"]


def test_a_disabled_account_gets_nothing_from_memory(filled: FlaskClient, world: World) -> None:
    get(filled, world, "beta")
    accounts(world).set_disabled("beta", True)
    assert get(filled, world, "beta").status_code == 401


def test_without_credentials_nothing_comes_from_memory(filled: FlaskClient, world: World) -> None:
    get(filled, world)
    assert filled.get(PAGE).status_code == 401


def test_who_may_not_read_gets_nothing_from_memory(client: FlaskClient, world: World) -> None:
    inbox = "/plain/collections/inbox/objects/"
    body = envelope(*(indicator(number) for number in range(5)))
    assert client.post(inbox, data=body, content_type=TAXII, headers=world.bearer("alpha")).status_code == 202
    assert client.get(f"{inbox}?limit=2", headers=world.bearer("watch")).status_code == 200
    assert client.get(f"{inbox}?limit=2", headers=world.bearer("alpha")).status_code == 403
    assert client.get(f"{inbox}?limit=2", headers=world.bearer("beta")).status_code == 404


def test_another_accept_is_judged_anew(filled: FlaskClient, world: World) -> None:
    get(filled, world)
    assert get(filled, world, Accept="text/html").status_code == 406


def test_a_conditional_request_is_left_to_the_application(filled: FlaskClient, world: World) -> None:
    etag = get(filled, world).headers["ETag"]
    assert get(filled, world, **{"If-None-Match": etag}).status_code == 304


def test_the_last_page_is_not_remembered(app: Flask, filled: FlaskClient, world: World) -> None:
    filled.get(f"{OBJECTS}?limit=100", headers=world.bearer("alpha"))
    environ = {"PATH_INFO": OBJECTS, "QUERY_STRING": "limit=100"}
    assert app.extensions[EXTENSION].parsed_requests.find(environ) is None
