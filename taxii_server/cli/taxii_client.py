"""A TAXII 2.1 client as far as `clearinghouse push` and `poll` need one."""

import os
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import httpx
import msgspec

from taxii_server.core.media_types import TAXII
from taxii_server.core.status import StatusResource

_TIMEOUT_SECONDS = 120
_TRIES = 5
_LONGEST_WAIT_SECONDS = 60
_DATE_LAST = "X-TAXII-Date-Added-Last"


class ClientError(Exception):
    """The server did not do what was asked; the text says what it answered."""


class Page(NamedTuple):
    """Objects of one answer, octets as they came; ``last`` is the date of the last one as the server wrote it."""

    objects: list[bytes]
    last: str | None


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] = []
    more: bool = False
    next: str | None = None


class _ApiRoot(msgspec.Struct):
    max_content_length: int


class _ErrorMessage(msgspec.Struct):
    title: str = ""
    description: str = ""


class TaxiiClient:
    """Talks to one collection. Credentials come from the environment, never from the command line."""

    def __init__(self, api_root: str, collection: str) -> None:
        self._api_root = api_root.rstrip("/") + "/"
        self._objects = f"{self._api_root}collections/{quote(collection)}/objects/"
        token = os.environ.get("CLEARINGHOUSE_TOKEN")
        user, password = os.environ.get("CLEARINGHOUSE_USER"), os.environ.get("CLEARINGHOUSE_PASSWORD")
        self._http = httpx.Client(
            headers={"Accept": TAXII, **({"Authorization": f"Bearer {token}"} if token else {})},
            auth=(user, password) if user and password and not token else None,
            timeout=_TIMEOUT_SECONDS,
        )

    def __enter__(self) -> "TaxiiClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def max_content_length(self) -> int:
        """The octets that a push may have."""
        return msgspec.json.decode(self._send("GET", self._api_root).content, type=_ApiRoot).max_content_length

    def push(self, body: bytes) -> StatusResource:
        """Push an envelope; its status."""
        answer = self._send("POST", self._objects, content=body, headers={"Content-Type": TAXII})
        return msgspec.json.decode(answer.content, type=StatusResource)

    def latest(self, object_id: str) -> bytes | None:
        """The latest version of an object, None where the collection has none."""
        answer = self._send("GET", f"{self._objects}{quote(object_id)}/", missing_is_fine=True)
        objects = msgspec.json.decode(answer.content, type=_Envelope).objects if answer.is_success else []
        return bytes(objects[0]) if objects else None

    def pages(self, added_after: str | None) -> Iterator[Page]:
        """Everything added after an instant, page by page, to the present end."""
        query = {"added_after": added_after} if added_after else {}
        while True:
            answer = self._send("GET", self._objects, params=query)
            envelope = msgspec.json.decode(answer.content, type=_Envelope)
            yield Page([bytes(one) for one in envelope.objects], answer.headers.get(_DATE_LAST))
            if not envelope.more or envelope.next is None:
                return
            query = {"next": envelope.next}

    def _send(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        missing_is_fine: bool = False,
    ) -> httpx.Response:
        """Ask, and ask again where the server is busy or out of reach. Raises ClientError."""
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._http.request(method, url, content=content, headers=headers, params=params)
            except httpx.TransportError as error:
                if attempt == _TRIES:
                    raise ClientError(f"{url} cannot be reached: {error}") from error
                time.sleep(attempt)
                continue
            if answer.status_code in {429, 503} and attempt < _TRIES:
                time.sleep(_wait_seconds(answer))
                continue
            if answer.is_success or (missing_is_fine and answer.status_code == 404):
                return answer
            raise ClientError(f"{url} answered {answer.status_code}: {_explanation(answer)}")
        raise AssertionError("unreachable")


def _wait_seconds(answer: httpx.Response) -> int:
    wanted = answer.headers.get("Retry-After", "")
    return min(int(wanted) if wanted.isdigit() else 1, _LONGEST_WAIT_SECONDS)


def _explanation(answer: httpx.Response) -> str:
    try:
        message = msgspec.json.decode(answer.content, type=_ErrorMessage)
    except msgspec.DecodeError:
        return answer.reason_phrase
    return message.description or message.title or answer.reason_phrase
