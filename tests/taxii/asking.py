"""Asking a TAXII server, in this process or over a socket; every answer is judged by what holds for all answers."""

import base64
import gzip
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import httpx
from flask.testing import FlaskClient

from tests.worlds import TAXII, envelope

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FIRST = "X-TAXII-Date-Added-First"
LAST = "X-TAXII-Date-Added-Last"
_MOST_PAGES = 500
_ERROR_TEXTS = ("title", "description", "error_id", "error_code", "http_status", "external_details")

Headers = Mapping[str, str]


class NotStrict(ValueError):
    """An answer is not I-JSON (RFC 7493)."""


def read_strictly(octets: bytes) -> Any:
    """The value of a text in I-JSON: UTF-8, no name twice, no NaN, no lone surrogate, no number beyond 53 bits."""
    if octets.startswith(b"\xef\xbb\xbf"):
        raise NotStrict("a byte order mark")
    value = json.loads(
        octets.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_no_constant, parse_int=_small_integer
    )
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate cannot be encoded
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise NotStrict(f"a name stands twice: {[name for name, _ in pairs]}")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise NotStrict(name)


def _small_integer(digits: str) -> int:
    if abs(int(digits)) >= 2**53:
        raise NotStrict(digits)
    return int(digits)


@dataclass(frozen=True)
class Answer:
    """What a server answered; ``body`` is without its Content-Encoding."""

    status: int
    headers: Headers
    body: bytes

    @cached_property
    def json(self) -> Any:
        """The body, read strictly."""
        return read_strictly(self.body)

    @property
    def objects(self) -> list[Any]:
        """The list ``objects`` of the body, empty where it has none."""
        found: list[Any] = self.json.get("objects", [])
        return found

    @property
    def ids(self) -> list[str]:
        """The ids in ``objects``."""
        return [one["id"] for one in self.objects]

    @property
    def description(self) -> str:
        """The sentence of an error."""
        text: str = self.json["description"]
        return text


def check_answer(method: str, answer: Answer) -> None:
    """What holds for every answer of this server, whatever was asked."""
    assert answer.status < 500, (answer.status, answer.body[:500])
    if method == "HEAD" or answer.status == 304:
        assert answer.body == b""
    if answer.status == 304:
        return
    assert answer.headers.get("Content-Type") == TAXII
    if method == "HEAD":
        return
    if method in {"DELETE", "OPTIONS"} and answer.status == 200:
        return
    assert isinstance(answer.json, dict)
    _check_lists(answer.json)
    if answer.status >= 400:
        _check_error(answer)


def _check_lists(resource: dict[str, Any]) -> None:
    """No empty list (TAXII 2.1 §2); what is inside of STIX objects is not ours."""
    for name, value in resource.items():
        if not isinstance(value, list):
            continue
        assert value, f"{name} is empty"
        assert len({type(one) for one in value}) == 1
        if name != "objects":
            for one in value:
                if isinstance(one, dict):
                    _check_lists(one)


def _check_error(answer: Answer) -> None:
    error = answer.json
    assert error["title"]
    assert error["http_status"] == str(answer.status)
    for name in error:
        assert isinstance(error[name], str if name in _ERROR_TEXTS else dict), name
    if answer.status == 401:
        assert answer.headers["WWW-Authenticate"]
    if answer.status == 405:
        assert answer.headers["Allow"]


Send = Callable[[str, str, Headers, bytes], Answer]


def in_process(client: FlaskClient) -> Send:
    """Asks the application without a socket."""

    def send(method: str, target: str, headers: Headers, body: bytes) -> Answer:
        response = client.open(target, method=method, headers=dict(headers), data=body)
        octets = response.get_data()
        if response.headers.get("Content-Encoding") == "gzip" and octets:
            octets = gzip.decompress(octets)
        return Answer(response.status_code, httpx.Headers(list(response.headers.items())), octets)

    return send


def over_http(client: httpx.Client) -> Send:
    """Asks a live server; a new connection each time, so that any of its workers may answer."""

    def send(method: str, target: str, headers: Headers, body: bytes) -> Answer:
        response = client.request(method, target, headers={"Connection": "close", **headers}, content=body)
        return Answer(response.status_code, response.headers, response.content)

    return send


@dataclass(frozen=True)
class Asker:
    """Somebody who asks, with the headers that go along each time."""

    send: Send
    headers: Headers

    def ask(self, method: str, target: str, headers: Headers | None = None, body: bytes = b"") -> Answer:
        """One request; the answer has passed ``check_answer``."""
        answer = self.send(method, target, {**self.headers, **(headers or {})}, body)
        check_answer(method, answer)
        return answer

    def get(self, target: str, headers: Headers | None = None) -> Answer:
        """A GET."""
        return self.ask("GET", target, headers)

    def post(
        self, target: str, body: bytes, content_type: str | None = TAXII, headers: Headers | None = None
    ) -> Answer:
        """A POST."""
        typed = {} if content_type is None else {"Content-Type": content_type}
        return self.ask("POST", target, {**typed, **(headers or {})}, body)

    def delete(self, target: str) -> Answer:
        """A DELETE."""
        return self.ask("DELETE", target)

    def with_headers(self, **headers: str) -> "Asker":
        """The same with other headers: ``Accept="..."``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Asker(self.send, {**self.headers, **named})


@dataclass(frozen=True)
class Feed:
    """A collection and somebody who uses it."""

    asker: Asker
    id: str
    path: str

    def push(self, *objects: dict[str, Any], headers: Headers | None = None) -> Answer:
        """Push an envelope; everything must have been taken."""
        answer = self.post(envelope(*objects), headers=headers)
        assert answer.status == 202, answer.body
        assert answer.json["failure_count"] == 0, answer.json["failures"]
        return answer

    def post(self, body: bytes, content_type: str | None = TAXII, headers: Headers | None = None) -> Answer:
        """Push a body, whatever comes of it."""
        return self.asker.post(f"{self.path}objects/", body, content_type, headers)

    def refusal(self, thing: dict[str, Any]) -> str:
        """Push one object that is not taken; the reason that the status gives."""
        status = self.post(envelope(thing)).json
        assert (status["failure_count"], status["success_count"]) == (1, 0), status
        reason: str = status["failures"][0]["message"]
        return reason

    def objects(self, query: str = "") -> Answer:
        """GET .../objects/."""
        return self.page("objects", query)

    def manifest(self, query: str = "") -> Answer:
        """GET .../manifest/."""
        return self.page("manifest", query)

    def versions(self, object_id: str, query: str = "") -> Answer:
        """GET .../objects/<id>/versions/."""
        return self.page(f"objects/{object_id}/versions", query)

    def object(self, object_id: str, query: str = "") -> Answer:
        """GET .../objects/<id>/."""
        return self.page(f"objects/{object_id}", query)

    def delete(self, object_id: str, query: str = "") -> Answer:
        """DELETE .../objects/<id>/."""
        return self.asker.delete(f"{self.path}objects/{object_id}/?{query}")

    def page(self, resource: str, query: str = "") -> Answer:
        """GET a resource of the collection."""
        return self.asker.get(f"{self.path}{resource}/?{query}")

    def dates(self) -> dict[tuple[str, str], str]:
        """``date_added`` by id and version, of everything that the collection holds."""
        records = self.manifest("match[version]=all&match[spec_version]=2.0,2.1").objects
        return {(one["id"], one["version"]): one["date_added"] for one in records}

    def seen_by(self, asker: Asker) -> "Feed":
        """The same collection, used by somebody else."""
        return Feed(asker, self.id, self.path)

    def walk(self, resource: str = "objects", query: str = "", start: str = "") -> list[Answer]:
        """All pages by ``next``, or those from a ``next`` on."""
        return self._pages(resource, query, f"next={start}", lambda page: f"next={page.json['next']}")

    def walk_by_date(self, resource: str = "objects", query: str = "", start: str = "") -> list[Answer]:
        """All pages by ``added_after``, as clients ask that know no ``next``, or those after a date."""
        first = f"added_after={start}" if start else ""
        return self._pages(resource, query, first, lambda page: f"added_after={page.headers[LAST]}")

    def _pages(self, resource: str, query: str, first: str, following: Callable[[Answer], str]) -> list[Answer]:
        pages = [self.page(resource, f"{query}&{first}")]
        while pages[-1].json.get("more"):
            assert len(pages) < _MOST_PAGES, "the walk does not end"
            pages.append(self.page(resource, f"{query}&{following(pages[-1])}"))
        assert {page.status for page in pages} == {200}, pages[-1].body
        return pages


def entries(pages: list[Answer]) -> list[Any]:
    """What stands on the pages, in their order."""
    return [one for page in pages for one in page.json.get("objects", page.json.get("versions", []))]


def basic(name: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


NOBODYS = "d3b07384-d9a0-4c9b-8f3e-6f0c2a1b5e77"
"""A version 4 UUID that nobody has, the same in every process: test ids must not differ between workers."""


def new_uuid() -> str:
    """A version 4 UUID that nobody has."""
    return str(uuid.uuid4())
