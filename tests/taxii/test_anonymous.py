"""A collection that anybody may read: what is then open, and what is not (rules.md 9)."""

from collections.abc import Iterator

import pytest

from taxii_server.app import create_app
from tests.taxii.asking import NOBODYS, Asker, basic, in_process, new_uuid
from tests.taxii.conftest import SERVER
from tests.worlds import OPEN_COLLECTION, OPEN_DATA, World, envelope, indicator, make_world

OBJECT = indicator(1)["id"]


@pytest.fixture(scope="module")
def open_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The plain world with an open collection that has one object, and a root that has none."""
    closed = '[[api_roots]]\nname = "closed"\ntitle = "Closed"\n'
    world = make_world(tmp_path_factory.mktemp("open"), server=SERVER, more=OPEN_COLLECTION + closed)
    yield world
    world.store.close()


@pytest.fixture(scope="module")
def anybody(open_world: World) -> Asker:
    """Somebody without credentials."""
    send = in_process(create_app(open_world.settings, store=open_world.store).test_client())
    alpha = Asker(send, open_world.bearer("alpha"))
    for collection in ("open", "feed", "inbox"):
        assert alpha.post(f"/plain/collections/{collection}/objects/", envelope(indicator(1))).status == 202
    return Asker(send, {})


def test_discovery_shows_the_open_root_alone(anybody: Asker) -> None:
    """Covers 4.1.1f, 1.6.9c."""
    found = anybody.get("/taxii2/").json
    assert found["api_roots"] == ["http://localhost/plain/"]
    assert found["default"] == "http://localhost/plain/"


def test_the_open_root_answers_and_shows_the_open_collection_alone(anybody: Asker) -> None:
    """Covers 4.2b, 1.6.9c, 5.2.1e."""
    assert anybody.get("/plain/").status == 200
    (one,) = anybody.get("/plain/collections/").json["collections"]
    assert (one["id"], one["can_read"], one["can_write"]) == (OPEN_DATA, True, False)


@pytest.mark.parametrize("name", ["open", OPEN_DATA])
@pytest.mark.parametrize("resource", ["", "objects/", "manifest/", f"objects/{OBJECT}/", f"objects/{OBJECT}/versions/"])
def test_everything_in_the_open_collection_can_be_read(anybody: Asker, name: str, resource: str) -> None:
    """Covers 5.2.1e."""
    assert anybody.get(f"/plain/collections/{name}/{resource}").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/closed/",
        "/closed/collections/",
        "/nowhere/",
        "/plain/collections/feed/",
        "/plain/collections/feed/objects/",
        "/plain/collections/secret/manifest/",
        f"/plain/collections/feed/objects/{OBJECT}/",
        "/plain/collections/nowhere/objects/",
        f"/plain/status/{NOBODYS}/",
    ],
)
def test_everything_else_is_401_known_or_not(anybody: Asker, path: str) -> None:
    """Covers 1.6.9a, Q16."""
    assert anybody.get(path).status == 401


def test_nobody_pushes_or_deletes_without_credentials(anybody: Asker) -> None:
    """Covers 5.5a, 5.7a."""
    assert anybody.post("/plain/collections/open/objects/", envelope(indicator())).status == 401
    assert anybody.delete(f"/plain/collections/open/objects/{OBJECT}/").status == 401
    assert anybody.get("/plain/collections/open/objects/").ids == [OBJECT]


@pytest.mark.parametrize(
    "header", [basic("alpha", "wrong horse battery staple")["Authorization"], "Bearer chx_x", "Basic", ""]
)
def test_bad_credentials_are_401_even_where_none_are_needed(anybody: Asker, header: str) -> None:
    """Covers 1.6.9a. Somebody who believes to be signed in must not get less in silence."""
    for path in ("/taxii2/", "/plain/", "/plain/collections/open/objects/"):
        assert anybody.get(path, {"Authorization": header}).status == 401


def test_an_object_that_is_not_there_is_404_in_the_open_collection(anybody: Asker) -> None:
    """Covers 5.6f."""
    assert anybody.get(f"/plain/collections/open/objects/indicator--{new_uuid()}/").status == 404


def test_those_who_sign_in_see_more(anybody: Asker, open_world: World) -> None:
    """Covers 4.1.1f."""
    beta = Asker(anybody.send, open_world.bearer("beta"))
    assert len(beta.get("/plain/collections/").json["collections"]) == 3
    assert len(beta.get("/taxii2/").json["api_roots"]) == 2


def test_a_status_is_nothing_for_anybody(anybody: Asker, open_world: World) -> None:
    """Covers Q17."""
    alpha = Asker(anybody.send, open_world.bearer("alpha"))
    status = alpha.post("/plain/collections/open/objects/", envelope(indicator(2))).json["id"]
    assert anybody.get(f"/plain/status/{status}/").status == 401
    assert alpha.delete(f"/plain/collections/open/objects/{indicator(2)['id']}/").status == 200


def test_whoever_may_be_anybody_may_read_when_signed_in(anybody: Asker, open_world: World) -> None:
    """Covers 5.2.1e."""
    for organisation in ("alpha", "beta", "watch", "house"):
        asker = Asker(anybody.send, open_world.bearer(organisation))
        assert asker.get("/plain/collections/open/objects/").status == 200
