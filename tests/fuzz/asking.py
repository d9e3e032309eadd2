"""An application to ask anything, and what holds of every answer."""

import base64
import json
import zlib
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from taxii_server.access.tokens import new_token
from taxii_server.app import create_app
from taxii_server.core.accounts import Account
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import Clock, system_clock
from taxii_server.settings import parse_settings
from taxii_server.store import open_store
from tests.worlds import TAXII

NO_HASH = "no password opens this account"
ORGANISATIONS = ("alpha", "beta")

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def make_app(text: str, clock: Clock = system_clock) -> tuple[Flask, dict[str, dict[str, str]]]:
    """An application over a fresh store, and the headers that sign in each organisation; no password is hashed."""
    settings = parse_settings(text)
    store = open_store(settings.storage)
    store.initialise()
    headers = {}
    for name in ORGANISATIONS:
        store.save_account(Account(name, name, Role.MEMBER, NO_HASH, 0))
        token, secret = new_token(name, "", 0, None)
        store.save_token(token)
        headers[name] = {"Authorization": f"Bearer {secret}"}
    return create_app(settings, store=store, clock=clock), headers


def forged(payload: bytes) -> str:
    """A `next` with a right checksum over anything: the checksum is no secret."""
    return base64.urlsafe_b64encode(zlib.crc32(payload).to_bytes(4) + payload).rstrip(b"=").decode()


def strictly(body: bytes) -> Any:
    """The JSON of an answer, which is I-JSON."""
    return json.loads(body.decode(), parse_constant=_no_number, object_pairs_hook=_once)


def _no_number(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def check(response: TestResponse) -> TestResponse:
    """Never a 5xx; every error is a TAXII error message; every answer that has a body is TAXII."""
    assert response.status_code < 500, response.data
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == TAXII
        if response.request.method != "HEAD":
            message = strictly(response.data)
            assert message["title"]
            assert message["http_status"] == str(response.status_code)
    elif response.data and not response.request.path.endswith(("healthz", "readyz")):
        assert response.headers["Content-Type"] == TAXII
        if "Content-Encoding" not in response.headers:
            strictly(response.data)
    return response
