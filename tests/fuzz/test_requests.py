"""Anything may come in: never a 5xx, every error a TAXII error message."""

import gzip
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.asking import JSON, check, forged, make_app, strictly
from tests.worlds import FEED, OPEN_COLLECTION, OPEN_DATA, PLAIN, TAXII, domain, envelope, indicator

OBJECTS = "/plain/collections/feed/objects/"
ID = indicator(1)["id"]
READS = (OBJECTS, "/plain/collections/feed/manifest/", f"{OBJECTS}{ID}/", f"{OBJECTS}{ID}/versions/")
HEADER_TEXT = st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=50)
PROPERTIES = [*indicator(1), "object_marking_refs", "granular_markings", "extensions", "labels", "external_references"]


class Asker:
    """A client with the headers of alpha; short to print in a failing example."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers

    def __repr__(self) -> str:
        return "<Asker>"

    def get(self, path: str, **headers: str) -> Any:
        """GET as alpha, checked."""
        return check(self.client.get(path, headers={**self.headers, **headers}))

    def push(self, body: bytes, **headers: str) -> Any:
        """POST as alpha, checked."""
        sent = {**self.headers, "Content-Type": TAXII, **headers}
        return check(self.client.post(OBJECTS, data=body, headers=sent))


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The plain world, with a few objects in it."""
    folder = tmp_path_factory.mktemp("requests")
    text = PLAIN.format(
        public_url="http://localhost",
        database=folder / "store.db",
        server="max_limit = 50\ndefault_limit = 20",
        more=OPEN_COLLECTION,
    )
    app, headers = make_app(text)
    made = Asker(app.test_client(), headers["alpha"])
    made.push(envelope(*(indicator(number) for number in range(30)), domain()))
    yield made
    app.extensions["clearinghouse"].store.close()


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """A valid object of which some properties are something else."""
    value = draw(st.sampled_from([indicator(draw(st.integers(0, 3))), domain()]))
    changed = draw(st.dictionaries(st.sampled_from(PROPERTIES) | st.text(max_size=8), JSON, max_size=3))
    for name in draw(st.sets(st.sampled_from(PROPERTIES), max_size=2)):
        value.pop(name, None)
    return {**value, **changed}


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """An envelope with a piece of it replaced."""
    body = json.dumps({"objects": draw(st.lists(objects(), max_size=3))}).encode()
    start = draw(st.integers(0, len(body)))
    end = min(len(body), start + draw(st.integers(0, 30)))
    pieces = [
        b"",
        b"NaN",
        b"1e999",
        b"\xff",
        b'"\\ud800"',
        b"{",
        b"]",
        b"9" * 30,
        b"[" * 5000,
        b'"id":1,',
        b"\0",
        b"null",
    ]
    return body[:start] + draw(st.sampled_from(pieces) | st.binary(max_size=5)) + body[end:]


def check_status(response: Any, count: int) -> None:
    if response.status_code == 202:
        status = strictly(response.data)
        assert status["total_count"] == status["success_count"] + status["failure_count"] == count
        assert len(status.get("successes", ())) == status["success_count"]
        assert len(status.get("failures", ())) == status["failure_count"]


@given(found=st.lists(objects(), min_size=1, max_size=4))
def test_an_envelope_of_odd_objects_is_judged_object_by_object(asker: Asker, found: list[dict[str, Any]]) -> None:
    check_status(asker.push(json.dumps({"objects": found}).encode()), len(found))


@given(found=st.lists(JSON, min_size=1, max_size=3))
def test_an_envelope_of_any_json_is_judged_or_refused(asker: Asker, found: list[Any]) -> None:
    check_status(asker.push(json.dumps({"objects": found}).encode()), len(found))


@given(value=JSON)
def test_any_json_is_judged_or_refused(asker: Asker, value: Any) -> None:
    asker.push(json.dumps(value).encode())


@given(body=st.binary(max_size=100) | bodies())
def test_any_body_is_judged_or_refused(asker: Asker, body: bytes) -> None:
    asker.push(body)


@given(body=st.binary(max_size=60) | bodies().map(gzip.compress), coding=st.sampled_from(["gzip", "x-gzip", "GZIP"]))
def test_any_coded_body_is_judged_or_refused(asker: Asker, body: bytes, coding: str) -> None:
    asker.push(body, **{"Content-Encoding": coding})


@given(found=st.lists(objects(), min_size=1, max_size=2))
def test_whatever_was_pushed_the_collection_can_be_read(asker: Asker, found: list[dict[str, Any]]) -> None:
    asker.push(json.dumps({"objects": found}).encode())
    for path in (OBJECTS, "/plain/collections/feed/manifest/"):
        assert asker.get(f"{path}?limit=50&match[version]=all").status_code == 200


NAMES = st.sampled_from(
    ["limit", "added_after", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]"]
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "first", "all", "all,last", "2.1", "2.0,2.1", "a,,b", ",", "0", "-1", "1", "9" * 30, ID]),
    st.sampled_from(
        ["2020-08-12T00:00:00.000Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "2020-02-30T00:00:00Z"]
    ),
    st.lists(st.text(max_size=5), max_size=80).map(",".join),
    st.binary(max_size=40).map(forged),
)


@given(path=st.sampled_from(READS), pairs=st.lists(st.tuples(NAMES | st.text(max_size=8), VALUES), max_size=5))
def test_any_query_is_answered_or_refused(asker: Asker, path: str, pairs: list[tuple[str, str]]) -> None:
    response = asker.get(f"{path}?{urlencode(pairs)}")
    assert response.status_code in {200, 400, 404}


@given(
    path=st.sampled_from(READS), query=st.text(st.characters(max_codepoint=127, exclude_categories=["Cc"]), max_size=60)
)
def test_any_query_string_is_answered_or_refused(asker: Asker, path: str, query: str) -> None:
    asker.get(f"{path}?{query.replace('#', '%')}")


MATCH = st.fixed_dictionaries(
    {},
    optional={
        "object_id": st.none() | st.text(max_size=5) | st.just(ID),
        "ids": st.lists(st.text(max_size=5) | st.just(ID), max_size=70),
        "types": st.lists(st.sampled_from(["indicator", "x", "\0"]), max_size=70),
        "spec_versions": st.lists(st.sampled_from(["2.0", "2.1", "x"]), max_size=3),
        "keywords": st.lists(st.sampled_from(["first", "last", "all", "x"]), max_size=3),
        "instants": st.lists(st.integers(), max_size=3),
        "x": JSON,
    },
)
INSTANTS = st.one_of(
    st.none(), st.integers(), st.just(2**62), st.just(-(2**62) + 1), st.just(253_402_300_799_999_999), JSON
)
PAYLOADS = st.tuples(
    st.sampled_from([FEED, OPEN_DATA, ""]) | JSON,
    MATCH.map(json.dumps) | st.text(max_size=9) | JSON,
    INSTANTS,
    INSTANTS,
    st.booleans(),
    JSON,
).flatmap(lambda payload: st.integers(3, 6).map(lambda count: list(payload[:count])))


@given(path=st.sampled_from(READS), payload=PAYLOADS, query=st.sampled_from(["", "&limit=3", f"&match[id]={ID}"]))
def test_any_forged_next_is_used_or_refused(asker: Asker, path: str, payload: list[Any], query: str) -> None:
    response = asker.get(f"{path}?next={forged(json.dumps(payload).encode())}{query}")
    assert response.status_code in {200, 400, 404}


@given(path=st.sampled_from(READS), start=st.integers(), position=st.integers())
def test_a_forged_position_is_used_or_refused(asker: Asker, path: str, start: int, position: int) -> None:
    for match in ("{}", json.dumps({"object_id": ID})):
        asker.get(f"{path}?next={forged(json.dumps([FEED, match, start, position, False]).encode())}")


@given(
    name=st.sampled_from(
        ["Accept", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range", "Host", "Cookie", "User-Agent"]
    ),
    text=HEADER_TEXT,
    path=st.sampled_from(["/taxii2/", "/plain/", "/plain/collections/", *READS]),
)
def test_any_header_is_borne(asker: Asker, name: str, text: str, path: str) -> None:
    asker.get(path, **{name: text})


@given(text=HEADER_TEXT, scheme=st.sampled_from(["", "Basic ", "Bearer ", "Token ", "bAsIc"]))
def test_any_authorization_that_is_wrong_is_refused(asker: Asker, text: str, scheme: str) -> None:
    response = check(asker.client.get(OBJECTS, headers={"Authorization": scheme + text}))
    assert response.status_code in {401, 429}


@given(
    header=st.sampled_from(["Content-Type", "Content-Encoding", "Transfer-Encoding", "Expect", "Accept"]),
    text=HEADER_TEXT,
)
def test_any_header_of_a_push_is_borne(asker: Asker, header: str, text: str) -> None:
    asker.push(envelope(indicator(1)), **{header: text})


@given(length=st.integers() | st.text(st.characters(max_codepoint=127, exclude_categories=["Cc"]), max_size=9))
def test_any_content_length_is_borne(asker: Asker, length: int | str) -> None:
    response = asker.client.post(
        OBJECTS,
        data=envelope(indicator(1)),
        headers={**asker.headers, "Content-Type": TAXII},
        environ_overrides={"CONTENT_LENGTH": str(length)},
    )
    check(response)


SEGMENTS = st.sampled_from(
    ["taxii2", "plain", "collections", "feed", FEED, "objects", ID, "versions", "manifest", "status", ""]
)


@given(
    segments=st.lists(SEGMENTS | st.text(max_size=8), max_size=7),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]),
    slash=st.sampled_from(["", "/", "//"]),
)
def test_any_path_and_method_is_answered(asker: Asker, segments: list[str], method: str, slash: str) -> None:
    path = "/" + "/".join(quote(segment, safe="") for segment in segments) + slash
    if path.strip("/") == f"plain/collections/feed/objects/{ID}":
        path += "x/"  # that object is needed by other tests
    check(asker.client.open(path, method=method, headers=asker.headers))


@given(path=st.sampled_from(["/taxii2/", "/plain/collections/", *READS]), query=VALUES)
def test_strangers_get_nothing_but_refusals_or_what_is_open(asker: Asker, path: str, query: str) -> None:
    response = check(asker.client.get(f"{path}?{urlencode({'next': query})}"))
    assert response.status_code == 401 or path in {"/taxii2/", "/plain/collections/"}
