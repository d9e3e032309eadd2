"""Who may do what: every route and method, for everybody who may come along (TAXII 2.1 §1.6.9; rules.md 9)."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from taxii_server.access.accounts import Accounts
from taxii_server.app import create_app
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import DAY, system_clock
from tests.taxii.asking import Asker, basic, in_process, new_uuid
from tests.taxii.conftest import SERVER
from tests.worlds import PASSWORD, TAXII, World, envelope, indicator, make_world

CLOSED = """
[[api_roots]]
name = "closed"
title = "Closed"

[[api_roots.collections]]
id = "7a3f0c52-6d1e-4b7a-8c9d-0e1f2a3b4c5d"
alias = "closed"
title = "Closed"
readers = ["agency", "house"]
writers = ["alpha", "house"]
"""
STRANGERS = ("nobody", "bad password", "unknown account", "expired token", "revoked token", "disabled account")
"""Those who do not get past the door; everything but health is 401 to them."""
MEMBERS = ("wrong organisation", "reader", "writer", "both")

Rights = tuple[int, int, int, int]
"""What those of MEMBERS get, in that order."""

_READ: Rights = (404, 200, 403, 200)
_SEE: Rights = (404, 200, 200, 200)
_COLLECTION = "/<root>/collections/<collection>/"
MATRIX: dict[tuple[str, str], Rights] = {
    ("/taxii2/", "GET"): (200, 200, 200, 200),
    ("/<root>/", "GET"): _SEE,
    ("/<root>/collections/", "GET"): _SEE,
    (_COLLECTION, "GET"): _SEE,
    (f"{_COLLECTION}objects/", "GET"): _READ,
    (f"{_COLLECTION}objects/", "POST"): (404, 403, 202, 202),
    (f"{_COLLECTION}objects/<object_id>/", "GET"): _READ,
    (f"{_COLLECTION}objects/<object_id>/", "DELETE"): (404, 403, 403, 200),
    (f"{_COLLECTION}objects/<object_id>/versions/", "GET"): _READ,
    (f"{_COLLECTION}manifest/", "GET"): _READ,
    ("/<root>/status/<status_id>/", "GET"): (404, 404, 200, 404),
}
"""Every route and method with a row; the status is that of a push by the writer."""
OPEN = {("/healthz", "GET"), ("/readyz", "GET")}
"""Routes that answer everybody, whatever the headers."""
GETS = [route for route, method in MATRIX if method == "GET"]


@dataclass(frozen=True)
class Scene:
    """A world with a closed collection, everybody who may come along, and what they ask for."""

    app: Flask
    world: World
    headers: dict[str, dict[str, str]]
    status_id: str
    object_id: str

    def ask(self, who: str, route: str, method: str = "GET") -> int:
        """The status code that somebody gets."""
        send = in_process(self.app.test_client())
        body = envelope(indicator()) if method == "POST" else b""
        return Asker(send, {"Content-Type": TAXII, **self.headers[who]}).ask(method, self.path(route), body=body).status

    def path(self, route: str) -> str:
        """The route with what exists in its places."""
        places = {"<root>": "closed", "<collection>": "closed", "<status_id>": self.status_id}
        for place, value in {**places, "<object_id>": self.object_id}.items():
            route = route.replace(place, value)
        return route

    def refill(self) -> None:
        """Make sure that the object is there."""
        Asker(in_process(self.app.test_client()), self.headers["both"]).post(
            "/closed/collections/closed/objects/", envelope(indicator(1))
        )


def _accounts(world: World, clock: Callable[[], int] = system_clock) -> Accounts:
    return Accounts(world.store, {one.slug: Role(one.role) for one in world.settings.organisations}, clock)


def _expired(world: World) -> str:
    return _accounts(world, lambda: system_clock() - 2 * DAY).issue_token("house", "old", 1)


def _revoked(world: World) -> str:
    secret = _accounts(world).issue_token("house", "revoked", None)
    newest = next(token for token in world.store.tokens() if token.label == "revoked")
    _accounts(world).revoke_token(newest.id)
    return secret


def _disabled(world: World) -> str:
    accounts = _accounts(world)
    accounts.add("gone", "house", Role.OPERATOR, PASSWORD)
    secret = accounts.issue_token("gone", "tests", None)
    accounts.set_disabled("gone", is_disabled=True)
    return secret


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A world with the collection ``closed`` in a root of its own."""
    world = make_world(tmp_path_factory.mktemp("access"), server=SERVER, more=CLOSED)
    headers = {
        "nobody": {},
        "bad password": basic("house", "wrong horse battery staple"),
        "unknown account": basic("whoever", PASSWORD),
        "expired token": {"Authorization": f"Bearer {_expired(world)}"},
        "revoked token": {"Authorization": f"Bearer {_revoked(world)}"},
        "disabled account": {"Authorization": f"Bearer {_disabled(world)}"},
        "wrong organisation": world.bearer("beta"),
        "reader": world.bearer("watch"),
        "writer": world.bearer("alpha"),
        "both": world.bearer("house"),
    }
    app = create_app(world.settings, store=world.store)
    pushed = Asker(in_process(app.test_client()), headers["writer"]).post(
        "/closed/collections/closed/objects/", envelope(indicator(1))
    )
    yield Scene(app, world, headers, pushed.json["id"], indicator(1)["id"])
    world.store.close()


def test_every_route_and_method_has_a_row(scene: Scene) -> None:
    """Covers 1.6.9a. A new route without a row fails here."""
    routes = {
        (rule.rule, method)
        for rule in scene.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == MATRIX.keys() | OPEN


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize(("route", "method"), MATRIX)
def test_a_stranger_is_401_with_a_challenge(scene: Scene, who: str, route: str, method: str) -> None:
    """Covers 1.6.9a, 1.6.9b, 4.1b, 4.3d, 5.1a, 5.2a, 5.3a, 5.4a, 5.5a, 5.6a, 5.7a, 5.8a, N11, N24."""
    assert scene.ask(who, route, method) == 401


@pytest.mark.parametrize("who", MEMBERS)
@pytest.mark.parametrize(("route", "method"), MATRIX)
def test_everybody_gets_what_their_rights_allow(scene: Scene, who: str, route: str, method: str) -> None:
    """Covers 5.2.1e, 5.2.1f, 5.3b, 5.4b, 5.5b, 5.6b, 5.7f, 5.8b, Q16, Q17, N25."""
    scene.refill()
    assert scene.ask(who, route, method) == MATRIX[route, method][MEMBERS.index(who)]


@pytest.mark.parametrize("resource", ["objects", "manifest"])
@pytest.mark.parametrize("who", [*STRANGERS, *MEMBERS])
def test_a_page_that_the_reader_has_just_got_is_still_only_the_reader_s(scene: Scene, who: str, resource: str) -> None:
    """Covers 5.2.1e, 5.3b, 5.4b, 1.6.9a. Finished pages are kept in memory, whoever asked for them first."""
    send = in_process(scene.app.test_client())
    Asker(send, scene.headers["both"]).post(
        "/closed/collections/closed/objects/", envelope(*(indicator(number) for number in range(1, 5)))
    )
    path = f"/closed/collections/closed/{resource}/?limit=2"
    reader = Asker(send, scene.headers["reader"])
    assert reader.get(path).json["more"] is reader.get(path).json["more"] is True
    expected = 401 if who in STRANGERS else _READ[MEMBERS.index(who)]
    for method in ("GET", "HEAD"):
        assert Asker(send, scene.headers[who]).ask(method, path).status == expected


@pytest.mark.parametrize("who", ["nobody", "expired token", *MEMBERS])
@pytest.mark.parametrize("route", GETS)
def test_head_and_get_agree(scene: Scene, who: str, route: str) -> None:
    """Covers Q4, 1.6.9a."""
    scene.refill()
    assert scene.ask(who, route, "HEAD") == scene.ask(who, route)


@pytest.mark.parametrize("who", [*STRANGERS, *MEMBERS])
@pytest.mark.parametrize(("route", "method"), sorted(OPEN))
def test_health_answers_everybody(scene: Scene, who: str, route: str, method: str) -> None:
    answer = scene.app.test_client().open(route, method=method, headers=scene.headers[who])
    assert answer.status_code == 200


HEADERS = (
    "",
    " ",
    "Basic",
    "Basic ",
    "Basic !!!",
    "Basic YWxwaGE=",
    "Basic //79",
    "Basic " + "A" * 5000,
    "Bearer",
    "Bearer ",
    "Bearer nonsense",
    "Bearer chx_nonsense",
    "Bearer chx_" + "A" * 43,
    "Token",
    "Token x",
    "Digest username=alpha",
    "Negotiate YII=",
    "alpha:secret",
    "Bearer \u00e9",
    "Basic " + base64.b64encode(b":").decode(),
    "Basic " + base64.b64encode(b"\x00:\x00").decode(),
)


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("route", ["/taxii2/", f"{_COLLECTION}objects/"])
def test_an_authorization_that_cannot_be_used_is_401(scene: Scene, header: str, route: str) -> None:
    """Covers 1.6.9a, 1.6.9b."""
    asker = Asker(in_process(scene.app.test_client()), {"Authorization": header})
    answer = asker.get(scene.path(route))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_challenge_names_registered_schemes(scene: Scene) -> None:
    """Covers 1.6.9b, 8.2.2e, N11."""
    challenge = Asker(in_process(scene.app.test_client()), {}).get("/taxii2/").headers["WWW-Authenticate"]
    assert challenge == 'Basic realm="clearinghouse", charset="UTF-8", Bearer realm="clearinghouse"'


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER  {}", "Token {}", "token {}"])
def test_a_token_is_taken_by_bearer_and_token_in_any_case(scene: Scene, scheme: str) -> None:
    headers = {"Authorization": scheme.format(scene.world.tokens["watch"])}
    assert Asker(in_process(scene.app.test_client()), headers).get(scene.path(_COLLECTION)).status == 200


def test_a_token_is_taken_as_the_password_of_its_account(scene: Scene) -> None:
    """Covers 8.2.2e. Sentinel and others know Basic alone."""
    token = scene.world.tokens["watch"]
    send = in_process(scene.app.test_client())
    assert Asker(send, basic("watch", token)).get(scene.path(_COLLECTION)).status == 200
    assert Asker(send, basic("house", token)).get(scene.path(_COLLECTION)).status == 401


def test_basic_is_taken_in_lower_case(scene: Scene) -> None:
    """Covers 8.2.2e. MISP writes it so."""
    header = basic("watch", PASSWORD)["Authorization"].replace("Basic", "basic")
    asker = Asker(in_process(scene.app.test_client()), {"Authorization": header})
    assert asker.get(scene.path(_COLLECTION)).status == 200


def test_what_one_may_not_see_looks_like_what_is_not_there(scene: Scene) -> None:
    """Covers Q16, 3.6a."""
    send = in_process(scene.app.test_client())
    for who in ("wrong organisation", "nobody"):
        asker = Asker(send, scene.headers[who])
        for route in (_COLLECTION, f"{_COLLECTION}objects/", f"{_COLLECTION}manifest/"):
            hidden = asker.get(scene.path(route))
            absent = asker.get(route.replace("<root>", "closed").replace("<collection>", new_uuid()))
            assert (hidden.status, hidden.json) == (absent.status, absent.json)


def test_a_push_is_judged_by_its_rights_before_its_body(scene: Scene) -> None:
    """Covers 5.5b. Nobody learns from a fault of the body whether the collection is there."""
    send = in_process(scene.app.test_client())
    path = "/closed/collections/closed/objects/"
    for who, status in (("nobody", 401), ("wrong organisation", 404), ("reader", 403)):
        assert Asker(send, scene.headers[who]).post(path, b"{", "text/plain").status == status


@pytest.fixture
def fickle(scene: Scene) -> Iterator[Asker]:
    """Somebody with an account of their own, whom the operator may change his mind about."""
    accounts = _accounts(scene.world)
    name = f"fickle-{new_uuid()}"
    accounts.add(name, "watch", Role.AGENCY, PASSWORD)
    yield Asker(in_process(scene.app.test_client()), basic(name, PASSWORD))
    accounts.set_disabled(name, is_disabled=True)


def _name_of(asker: Asker) -> str:
    return base64.b64decode(asker.headers["Authorization"].split()[1]).decode().partition(":")[0]


def test_disabling_takes_effect_with_the_next_request(scene: Scene, fickle: Asker) -> None:
    """Covers 1.6.9a, N18."""
    accounts, name = _accounts(scene.world), _name_of(fickle)
    assert fickle.get("/taxii2/").status == 200
    accounts.set_disabled(name, is_disabled=True)
    assert fickle.get("/taxii2/").status == 401
    accounts.set_disabled(name, is_disabled=False)
    assert fickle.get("/taxii2/").status == 200


def test_another_password_takes_effect_with_the_next_request(scene: Scene, fickle: Asker) -> None:
    """Covers 1.6.9a."""
    assert fickle.get("/taxii2/").status == 200
    _accounts(scene.world).change_password(_name_of(fickle), "another horse battery staple")
    assert fickle.get("/taxii2/").status == 401


def test_revoking_a_token_takes_effect_with_the_next_request(scene: Scene) -> None:
    """Covers 1.6.9a, N18."""
    accounts = _accounts(scene.world)
    secret = accounts.issue_token("watch", "short-lived", None)
    asker = Asker(in_process(scene.app.test_client()), {"Authorization": f"Bearer {secret}"})
    assert asker.get("/taxii2/").status == 200
    accounts.revoke_token(next(token.id for token in scene.world.store.tokens() if token.label == "short-lived"))
    assert asker.get("/taxii2/").status == 401


def test_an_analyst_reads_what_its_organisation_reads_and_pushes_nothing(scene: Scene) -> None:
    """Covers 5.2.1e, 5.2.1f."""
    accounts = _accounts(scene.world)
    accounts.add("analyst-of-house", "house", Role.ANALYST, PASSWORD)
    token = accounts.issue_token("analyst-of-house", "tests", None)
    asker = Asker(in_process(scene.app.test_client()), {"Authorization": f"Bearer {token}"})
    resource = asker.get("/closed/collections/closed/").json
    assert (resource["can_read"], resource["can_write"]) == (True, False)
    assert asker.get("/closed/collections/closed/objects/").status == 200
    assert asker.post("/closed/collections/closed/objects/", envelope(indicator())).status == 403


def test_too_many_wrong_passwords_are_429_and_right_ones_still_work(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Covers R8. With Retry-After, which clients can live by."""
    limits = "[server.limits]\nfailed_signins_account = 3"
    world = make_world(tmp_path_factory.mktemp("limits"), server=limits, organisations=("alpha",))
    send = in_process(create_app(world.settings, store=world.store).test_client())
    wrong = Asker(send, basic("alpha", "wrong horse battery staple"))
    answers = [wrong.get("/taxii2/") for _ in range(4)]
    assert [answer.status for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert Asker(send, basic("alpha", PASSWORD)).get("/taxii2/").status == 200
    world.store.close()


def test_a_wrong_password_for_a_page_in_memory_counts_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Covers R8. The page was finished and remembered; judging the credentials twice would halve the limit."""
    limits = "[server.limits]\nfailed_signins_account = 3"
    world = make_world(tmp_path_factory.mktemp("once"), server=limits, organisations=("alpha",))
    send = in_process(create_app(world.settings, store=world.store).test_client())
    alpha, path = Asker(send, world.bearer("alpha")), "/plain/collections/feed/objects/"
    alpha.post(path, envelope(indicator(1), indicator(2)))
    assert [alpha.get(f"{path}?limit=1").status for _ in range(2)] == [200, 200]
    wrong = Asker(send, basic("alpha", "wrong horse battery staple"))
    assert [wrong.get(f"{path}?limit=1").status for _ in range(4)] == [401, 401, 401, 429]
    world.store.close()
