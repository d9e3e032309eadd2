"""Errors: status codes, TAXII error messages, unknown paths and methods (TAXII 2.1 §3.6)."""

import pytest
from flask import Flask

from taxii_server.app import create_app
from tests.taxii.asking import NOBODYS, Asker, Feed, in_process
from tests.taxii.conftest import GET4
from tests.worlds import TAXII, World, envelope, indicator

UNKNOWN_PATHS = (
    "/",
    "/nowhere/",
    "/nowhere/collections/",
    "/taxii/",
    "/taxii2/more/",
    "/plain/nothing/",
    "/plain/status/",
    "/plain/collections/feed/nothing/",
    "/plain/collections/feed/objects/a/b/",
    "/plain/collections/feed/objects/a/versions/b/",
    "/favicon.ico",
    "/robots.txt",
    "/%00/",
    "/%ff%fe/",
    "/plain/../taxii2/x/",
    "//plain//collections//",
    "/plain/collections/%2e%2e/",
    "/PLAIN/",
    "/" + "a" * 3000 + "/",
)


@pytest.mark.parametrize("path", UNKNOWN_PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
def test_an_unknown_path_is_a_taxii_error(alpha: Asker, path: str, method: str) -> None:
    """Covers Q1, 3.6a, 3.1c, 4.2d."""
    answer = alpha.ask(method, path)
    assert answer.status == 404 or (answer.status == 405 and method in {"POST", "DELETE"})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/plain/collections/feed/objects/?limit=0", 400),
        ("/plain/collections/inbox/objects/", 403),
        ("/plain/collections/secret/", 404),
        ("/taxii2/", 406),
    ],
)
def test_an_error_has_title_sentence_and_its_status_as_a_string(alpha: Asker, path: str, status: int) -> None:
    """Covers 3.6.1a, 3.6.1b, 3.6.1c, 3.6a, R8, N12."""
    answer = alpha.get(path, {"Accept": "text/html"} if status == 406 else None)
    assert answer.status == status
    assert answer.json["title"]
    assert answer.json["http_status"] == str(status)
    assert answer.json["description"].endswith(".")
    assert answer.headers["Content-Type"] == TAXII


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "FOO", "PROPFIND"])
@pytest.mark.parametrize("name", ["discovery", "collection", "status", *GET4])
def test_an_undefined_method_is_405_with_allow(alpha: Asker, endpoints: dict[str, str], name: str, method: str) -> None:
    """Covers Q2, N21."""
    answer = alpha.ask(method, endpoints[name])
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]


def test_allow_names_the_methods_of_the_resource(alpha: Asker, endpoints: dict[str, str]) -> None:
    """Covers Q2, N23."""
    assert "POST" in alpha.ask("PUT", endpoints["objects"]).headers["Allow"]
    assert "DELETE" in alpha.ask("PUT", endpoints["object"]).headers["Allow"]
    assert "POST" not in alpha.ask("PUT", endpoints["manifest"]).headers["Allow"]
    assert alpha.ask("POST", endpoints["manifest"]).status == 405
    assert alpha.ask("DELETE", endpoints["objects"]).status == 405


@pytest.mark.parametrize("name", ["discovery", "api root", "status", "collections", "collection", *GET4])
def test_a_missing_slash_is_served_without_a_redirect(alpha: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers Q3, 3.1a, R12."""
    path = endpoints[name].rstrip("/")
    assert alpha.get(path).status == 200
    assert alpha.get(path).json == alpha.get(endpoints[name]).json


def test_a_push_and_a_delete_without_the_slash_work(feed: Feed) -> None:
    """Covers Q3, R12."""
    pushed = feed.asker.post(f"{feed.path}objects", envelope(indicator(1)))
    assert pushed.status == 202
    assert feed.asker.delete(f"{feed.path}objects/{indicator(1)['id']}").status == 200
    assert feed.objects().json == {}


@pytest.mark.parametrize("name", ["discovery", "api root", "status", "collections", "collection", *GET4])
def test_options_does_not_fail(alpha: Asker, nobody: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers Q5."""
    answer = alpha.ask("OPTIONS", endpoints[name])
    assert answer.status == 200
    assert "GET" in answer.headers["Allow"]
    assert nobody.ask("OPTIONS", endpoints[name]).status in {200, 401}


@pytest.mark.parametrize(
    "path",
    [
        f"/plain/collections/{NOBODYS}/",
        "/plain/collections/no-such/objects/",
        f"/plain/status/{NOBODYS}/",
        "/plain/status/no-uuid/",
        "/plain/status/%F0%9F%95%B5/",
        "/no-uuid/collections/",
        f"/plain/collections/feed/objects/indicator--{NOBODYS}/",
        "/plain/collections/feed/objects/no-id/",
        "/plain/collections/feed/objects/no-id/versions/",
        "/plain/collections/feed/objects/%00/",
    ],
)
def test_what_is_not_there_is_404(alpha: Asker, path: str) -> None:
    """Covers 3.6a, N13, N15."""
    assert alpha.get(path).status == 404


def broken_clock(app_world: World) -> Flask:
    """An application whose clock fails: a fault that nobody thought of."""

    def clock() -> int:
        raise RuntimeError("SELECT secret FROM /srv/internal")

    return create_app(app_world.settings, store=app_world.store, clock=clock)


def test_a_fault_of_the_server_shows_no_internals(shared: World, feed: Feed) -> None:
    """Covers Q34, R8, N12."""
    client = broken_clock(shared).test_client()
    answer = client.get(f"{feed.path}objects/", headers=feed.asker.headers)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == TAXII
    assert answer.json is not None
    assert answer.json["http_status"] == "500"
    assert answer.json["error_id"]
    for word in ("SELECT", "internal/", "Traceback", "RuntimeError", ".py", "sqlite"):
        assert word not in answer.text


def test_errors_of_clients_show_no_internals(alpha: Asker, feed: Feed) -> None:
    """Covers Q34."""
    answers = [
        feed.objects("limit=x"),
        feed.objects("next=x"),
        feed.post(b"{"),
        feed.post(b'{"objects": [{"type": "indicator"}]}'),
        alpha.get("/nowhere/"),
    ]
    for answer in answers:
        for word in (b"Traceback", b'File "', b"sqlite", b"apsw", b"msgspec", b"werkzeug", b".py"):
            assert word not in answer.body.lower()


def test_answers_do_not_name_the_software(shared_app: Flask, feed: Feed) -> None:
    """Covers Q34."""
    answer = in_process(shared_app.test_client())("GET", f"{feed.path}objects/", feed.asker.headers, b"")
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers


def test_errors_are_never_redirects(nobody: Asker, endpoints: dict[str, str]) -> None:
    """Covers R8. A redirect to a login page is nothing that a program can read."""
    for path in endpoints.values():
        assert nobody.get(path).status == 401
