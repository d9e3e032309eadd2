"""Bad input, by name: the right 4xx, a sentence that helps, in bounded time, and the server goes on."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from taxii_server.core.cursor import Cursor, format_cursor
from tests.live import LiveServer
from tests.taxii.asking import Answer, Asker, Feed, basic, read_strictly
from tests.worlds import TAXII, World, domain, envelope, indicator

SECONDS = 5
"""More than anything here takes, however busy the machine is."""


@pytest.fixture(autouse=True)
def in_bounded_time() -> Iterator[None]:
    """Every test here is over in bounded time."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 3 * SECONDS


def helps(answer: Answer, status: int, *words: str) -> bool:
    """Whether it is this error, with a sentence that has the words."""
    said = answer.description
    assert answer.status == status, answer.body
    assert all(word in said for word in words), said
    return len(said) > 15 and said.endswith(".")


def goes_on(feed: Feed) -> bool:
    """Whether the collection takes and gives as before, and has nothing of the bad input."""
    stored = feed.objects().ids
    one = indicator()
    feed.push(one)
    return feed.objects().ids == [*stored, one["id"]]


def with_value(octets: str) -> bytes:
    """An envelope with an indicator that has this value, as it stands."""
    return f'{{"objects": [{json.dumps(indicator())[:-1]}, "x_value": {octets}}}]}}'.encode()


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"not json", 400, "not JSON"),
        (b"", 400, "not JSON"),
        (b"\xff\xfe", 400, "UTF-8"),
        (b"[]", 422, "envelope"),
        (b"7", 422, "envelope"),
        (b'"text"', 422, "envelope"),
        (b"{}", 422, "objects"),
        (b'{"objects": []}', 422, "object"),
        (b'{"objects": {}}', 422, "list"),
        (json.dumps(indicator()).encode(), 422, "bare object"),
        (with_value("NaN"), 422, "NaN"),
        (with_value("-Infinity"), 422, "Infinity"),
        (with_value('{"a": 1, "a": 2}'), 422, "twice"),
        (with_value(r'"\ud800"'), 422, "surrogate"),
    ],
)
def test_a_body_that_cannot_be_taken(feed: Feed, body: bytes, status: int, word: str) -> None:
    """Covers 5.5h, 1.6.7a."""
    assert helps(feed.post(body), status, word)
    assert goes_on(feed)


@pytest.mark.parametrize("number", [str(2**53), str(-(2**53)), "9" * 5000, "1e400", "-1e999"])
def test_a_number_beyond_what_every_reader_keeps(feed: Feed, number: str) -> None:
    """Covers Q23."""
    status = feed.post(with_value(number)).json
    assert status["failure_count"] == 1
    assert "RFC 7493" in status["failures"][0]["message"]
    assert goes_on(feed)


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000])
def test_a_hundred_thousand_levels(feed: Feed, body: bytes) -> None:
    """Covers Q25."""
    assert helps(feed.post(body), 400)
    assert feed.post(b'{"objects": [%s]}' % body).status == 400
    assert feed.post(with_value(body.decode())).status == 400
    assert goes_on(feed)


def test_two_hundred_thousand_names_in_one_object(feed: Feed) -> None:
    """Covers Q26."""
    many = ",".join(f'"n{number}":0' for number in range(200_000))
    assert feed.post(with_value(f"{{{many}}}")).json["success_count"] == 1
    assert goes_on(feed)


def test_one_text_of_eleven_megabytes(feed: Feed) -> None:
    """Covers Q27."""
    status = feed.post(with_value(f'"{"x" * 11_000_000}"')).json
    assert status["success_count"] == 1
    assert helps_object(feed.post(with_value(f'"{"x" * 13_000_000}"')), "12582912")
    feed.delete(status["successes"][0]["id"])
    assert goes_on(feed)


def helps_object(answer: Answer, *words: str) -> bool:
    """Whether the one object of a push failed with a reason that has the words."""
    (failure,) = answer.json["failures"]
    assert all(word in failure["message"] for word in words), failure["message"]
    return answer.status == 202


def test_a_gzip_bomb(feed: Feed) -> None:
    """Covers Q30, 5.5f. A kilobyte that would be a gigabyte is cut off at max_content_length."""
    bomb = gzip.compress(b" " * 80_000_000)
    many = b"".join([bomb] * 10)
    for body in (bomb, many):
        assert helps(feed.post(body, headers={"Content-Encoding": "gzip"}), 413, "max_content_length")
    assert goes_on(feed)


@pytest.mark.parametrize(
    "content_type", ["", "x", "/", "text/plain", "application/taxii+json;version=9", "a" * 4000, ";;", "\xe9"]
)
def test_a_content_type_that_is_none(feed: Feed, content_type: str) -> None:
    """Covers 3.1j, 5.5g."""
    assert helps(feed.post(envelope(indicator()), content_type), 415, TAXII)
    assert goes_on(feed)


@pytest.mark.parametrize(
    "accept", ["x", "/", "text/html", "*", "application/", "q=1", "," * 1000 + "x", "text/html;q=x", "\xe9"]
)
def test_an_accept_that_is_none(feed: Feed, accept: str) -> None:
    """Covers 3.1i."""
    answer = feed.asker.get(f"{feed.path}objects/", {"Accept": accept})
    assert answer.status in {200, 406}
    if answer.status == 406:
        assert helps(answer, 406, TAXII)
    assert goes_on(feed)


def test_an_accept_with_a_thousand_ranges(feed: Feed) -> None:
    """Covers 3.1g."""
    accept = ", ".join(f"a/{number};q=0.{number}" for number in range(1000)) + ", application/taxii+json;q=0.001"
    assert feed.asker.get(f"{feed.path}objects/", {"Accept": accept}).status == 200


@pytest.mark.parametrize(
    "header", ["Basic", "Basic x", "Bearer", "x", "", "Basic " + "A" * 60_000, "\xff\xfe", "Basic =="]
)
def test_an_authorization_that_is_none(feed: Feed, header: str) -> None:
    """Covers 1.6.9a."""
    answer = feed.asker.get(f"{feed.path}objects/", {"Authorization": header})
    assert helps(answer, 401)
    assert answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("secret", ["x" * 20_000, "", "\x00", "chx_", "chx_" + "é" * 100])
def test_a_password_that_is_none(nobody: Asker, secret: str) -> None:
    """Covers 1.6.9a."""
    assert helps(Asker(nobody.send, basic("alpha", secret)).get("/taxii2/"), 401)


@pytest.mark.parametrize("limit", ["0", "-1", "x", str(10**30), "1.0", "", " 1", "٣", "1" + "0" * 5000])
def test_a_limit_that_is_none(feed: Feed, limit: str) -> None:
    """Covers 3.4f, 3.4a."""
    assert helps(feed.objects(f"limit={limit}"), 400, "limit", "integer above 0")


@pytest.mark.parametrize(
    "text",
    ["nonsense", "2020-08-12T00:00:00.123456789Z", "2020-08-12T00:00:00+00:00", "9" * 5000, "²020-01-01T00:00:00Z"],
)
def test_an_added_after_that_is_none(feed: Feed, text: str) -> None:
    """Covers 3.4a, 3.4b."""
    assert feed.objects(f"added_after={text.replace('+', '%2B')}").status == 400
    assert "added_after" in feed.objects(f"added_after={text}").description


def test_an_added_after_without_fraction_is_understood(feed: Feed) -> None:
    """Covers Q35."""
    assert feed.objects("added_after=2020-08-12T00:00:00Z").status == 200


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_an_added_after_at_the_ends_of_time(feed: Feed, instant: str) -> None:
    """Covers 3.4b."""
    feed.push(indicator(1))
    assert feed.objects(f"added_after={instant}").status == 200


def forged(feed: Feed, **changes: object) -> str:
    """A token with a right checksum that this server never gave."""
    values = {"collection": feed.id, "match": "{}", "start": None, "position": 0, "fingerprint_only": False}
    return format_cursor(Cursor(**{**values, **changes}))  # type: ignore[arg-type]


@pytest.mark.parametrize("position", [2**61, -(2**61), 2**62 - 1, 2**62, 2**63, 2**70, 0, -1])
@pytest.mark.parametrize("start", [None, 0, 2**61, -(2**61), 2**80])
def test_a_forged_next_with_an_absurd_position(feed: Feed, position: int, start: int | None) -> None:
    """Covers 3.4k, Q13."""
    feed.push(indicator(1))
    token = forged(feed, position=position, start=start)
    for query in (f"next={token}", f"next={token}&added_after=1970-01-01T00:00:00Z"):
        assert feed.objects(query).status in {200, 400}
        assert feed.manifest(query).status in {200, 400}


@pytest.mark.parametrize(
    "match",
    [
        "",
        "[]",
        "7",
        '{"keywords":["newest"]}',
        '{"keywords":["all","last"]}',
        '{"keywords":7}',
        '{"instants":[1e400]}',
        json.dumps({"instants": [2**70]}),
        json.dumps({"ids": ["x"] * 300}),
        json.dumps({"types": ["'; DROP TABLE entries; --"]}),
        json.dumps({"object_id": "indicator--x"}),
        json.dumps({"ids": [r"\ud800"]}),
        r'{"ids":["\ud800"]}',
        '{"nosuch":1}',
        "\x00",
    ],
)
def test_a_forged_next_with_other_match_fields(feed: Feed, match: str) -> None:
    """Covers 3.4k, Q13, Q33."""
    feed.push(indicator(1))
    for fingerprint_only in (False, True):
        token = forged(feed, match=match, fingerprint_only=fingerprint_only)
        for query in (f"next={token}", f"next={token}&match[type]=indicator"):
            assert feed.objects(query).status in {200, 400}
            assert feed.object(indicator(1)["id"], query).status in {200, 400, 404}
    assert goes_on(feed)


@pytest.mark.parametrize("collection", ["", "x", "0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90", "'; --"])
def test_a_forged_next_of_another_collection_shows_nothing_of_it(feed: Feed, collection: str) -> None:
    """Covers 3.4k, Q16."""
    feed.push(indicator(1))
    assert feed.objects(f"next={forged(feed, collection=collection)}").ids == [indicator(1)["id"]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "malware--5f1b6f0c-3f3e-4a0e-9a53-0f3b0e6d8d11"}, ("id", "indicator--")),
        ({"id": "indicator--xyz"}, ("id", "identifier")),
        ({"id": "indicator"}, ("id",)),
        ({"id": ["indicator"]}, ("id", "string")),
        ({"modified": "2019-01-01T00:00:00Z"}, ("modified", "before created")),
        ({"modified": "2099-01-01T00:00:00Z"}, ("modified", "day ahead")),
        ({"created": "2099-01-01T00:00:00Z", "modified": "2099-01-01T00:00:00Z"}, ("day ahead",)),
        ({"pattern": "[not a pattern"}, ("pattern",)),
        ({"pattern": "[" * 5000}, ("pattern",)),
        ({"pattern": "(" * 4000 + "[a:b = 1]" + ")" * 4000}, ("pattern",)),
        ({"pattern": "[a:b = '" + "x" * 100_000 + "'] OR"}, ("pattern",)),
        ({"type": "bundle"}, ("bundle",)),
        ({"labels": "x"}, ("labels", "list")),
        ({"spec_version": "3.0"}, ("spec_version", "2.1")),
    ],
)
def test_an_object_that_cannot_be_taken(feed: Feed, changes: dict[str, object], words: tuple[str, ...]) -> None:
    """Covers Q22, 5.5h."""
    assert helps_object(feed.post(envelope(indicator(1, **changes))), *words)
    assert goes_on(feed)


def test_patterns_that_cost_much_are_bounded(feed: Feed) -> None:
    """Covers Q22. Two seconds of a processor an envelope, and one knows why the rest failed."""
    cost = "[" + " AND ".join(f"(file:size > {number} OR file:name MATCHES '.*{number}')" for number in range(60)) + "]"
    answer = feed.post(envelope(*(indicator(pattern=cost + f" REPEATS {number} TIMES") for number in range(1, 200))))
    assert answer.status == 202
    assert answer.json["success_count"] + answer.json["failure_count"] == 199
    reasons = {one["message"] for one in answer.json.get("failures", [])}
    assert all("pattern" in reason for reason in reasons)


class Wire:
    """A connection to the live server, octet by octet."""

    def __init__(self, server: LiveServer) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self._answer = self._socket.makefile("rb")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()
        self._socket.close()

    def send(self, octets: bytes) -> None:
        """Send as it stands."""
        self._socket.sendall(octets)

    def end(self) -> None:
        """Say that nothing more comes."""
        self._socket.shutdown(socket.SHUT_WR)

    def receive(self) -> Answer:
        """The answer; status 0 where the server closed without one."""
        line = self._answer.readline()
        if not line:
            return Answer(0, {}, b"")
        headers = httpx.Headers()
        while (header := self._answer.readline()) not in {b"\r\n", b""}:
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip()] = value.strip()
        return Answer(int(line.split()[1]), headers, self._answer.read(int(headers.get("Content-Length", "0"))))


def start_of_push(world: World, feed: Feed, *headers: str) -> bytes:
    """The head of a push to the live server."""
    authorization = f"Authorization: {world.bearer('alpha')['Authorization']}"
    lines = [f"POST {feed.path}objects/ HTTP/1.1", "Host: localhost", f"Content-Type: {TAXII}", authorization, *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


Live = tuple[LiveServer, World]


def is_error(answer: Answer, status: int) -> bool:
    """Whether it is a TAXII error of this status."""
    error = read_strictly(answer.body)
    return answer.status == status and error["http_status"] == str(status) and bool(error["description"])


def test_a_declared_gigabyte_is_413_before_anything_is_read(live_world: Live, live_feed: Feed) -> None:
    """Covers 5.5f, 4.2.1e."""
    with Wire(live_world[0]) as wire:
        wire.send(start_of_push(live_world[1], live_feed, f"Content-Length: {2**30}"))
        answer = wire.receive()
    assert is_error(answer, 413)
    assert b"67108864" in answer.body
    assert goes_on(live_feed)


def test_a_declared_gigabyte_of_a_stranger_is_401(live_world: Live, live_feed: Feed) -> None:
    """Covers 5.5a."""
    head = start_of_push(live_world[1], live_feed, f"Content-Length: {2**30}").replace(b"Bearer chx_", b"Bearer x")
    with Wire(live_world[0]) as wire:
        wire.send(head)
        assert is_error(wire.receive(), 401)


def test_a_body_that_is_cut_off_is_not_stored(live_world: Live, live_feed: Feed) -> None:
    """Covers 5.5h."""
    body = envelope(indicator(1))
    with Wire(live_world[0]) as wire:
        wire.send(start_of_push(live_world[1], live_feed, f"Content-Length: {len(body) + 10}") + body)
        wire.end()
        answer = wire.receive()
    assert answer.status in {0, 400}
    assert live_feed.objects().json == {}
    assert goes_on(live_feed)


def test_a_chunked_body_is_taken(live_world: Live, live_feed: Feed) -> None:
    """Covers 5.5c."""
    body = envelope(indicator(1))
    with Wire(live_world[0]) as wire:
        wire.send(start_of_push(live_world[1], live_feed, "Transfer-Encoding: chunked"))
        for piece in (body[:100], body[100:]):
            wire.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        wire.send(b"0\r\n\r\n")
        assert wire.receive().status == 202
    assert live_feed.objects().objects == [indicator(1)]


def test_a_chunked_body_over_max_content_length_is_413(live_world: Live, live_feed: Feed) -> None:
    """Covers 5.5f."""
    piece = b" " * 1_048_576
    with Wire(live_world[0]) as wire:
        wire.send(start_of_push(live_world[1], live_feed, "Transfer-Encoding: chunked"))
        with suppress(OSError):  # the server may have said what it had to
            for _ in range(66):
                wire.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            wire.send(b"0\r\n\r\n")
        answer = wire.receive()
    assert is_error(answer, 413)
    assert goes_on(live_feed)


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\nx\r\n", b"ffffffffffffffffff\r\n", b"5\r\nab"])
def test_a_chunk_that_is_none_does_no_harm(live_world: Live, live_feed: Feed, chunk: bytes) -> None:
    """Covers 5.5h."""
    with Wire(live_world[0]) as wire:
        wire.send(start_of_push(live_world[1], live_feed, "Transfer-Encoding: chunked") + chunk)
        wire.end()
        assert wire.receive().status in {0, 400}
    assert live_feed.objects().json == {}
    assert goes_on(live_feed)


def test_a_body_that_drips_is_408(live_world: Live, live_feed: Feed) -> None:
    """Covers 5.5h. The server of these tests has a second's patience."""
    with Wire(live_world[0]) as wire:
        wire.send(start_of_push(live_world[1], live_feed, "Content-Length: 1000000"))
        with suppress(OSError):  # the server may have had enough
            for _ in range(20):
                wire.send(b" " * 200)
                time.sleep(0.1)
        answer = wire.receive()
    assert is_error(answer, 408)
    assert goes_on(live_feed)


@pytest.mark.parametrize(
    "head",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
        b"GET /taxii2/ HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /taxii2/ HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /taxii2/ HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /taxii2/ HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /taxii2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /taxii2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_a_request_that_is_no_http_is_refused_and_the_server_goes_on(
    live_world: Live, live_feed: Feed, head: bytes
) -> None:
    """Covers Q32, R8."""
    with Wire(live_world[0]) as wire:
        try:
            wire.send(head)
            wire.end()
            answer = wire.receive()
        except OSError:
            answer = Answer(0, {}, b"")
    assert answer.status == 0 or 400 <= answer.status < 500
    assert goes_on(live_feed)


def test_a_query_of_five_kilobytes_passes_the_wire(live_feed: Feed) -> None:
    """Covers Q32."""
    live_feed.push(domain())
    ids = ",".join([domain()["id"], *(f"indicator--{number:036}" for number in range(110))])
    assert live_feed.objects(f"match[id]={ids}").ids == [domain()["id"]]
