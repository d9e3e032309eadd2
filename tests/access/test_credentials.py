"""What an Authorization header says (architecture: 5.4)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.access.credentials import CHALLENGE, Credentials, parse_authorization
from taxii_server.core.errors import Unauthenticated

NAMES = st.text(min_size=1, max_size=20).filter(lambda name: ":" not in name)


def basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@given(
    NAMES, st.text(max_size=30), st.sampled_from(["Basic", "basic", "BASIC", "bAsIc"]), st.sampled_from([" ", "   "])
)
def test_basic_is_read_in_any_case(name: str, secret: str, scheme: str, blanks: str) -> None:
    assert parse_authorization(scheme + blanks + basic(f"{name}:{secret}")) == Credentials(name, secret)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Token", "token"])
def test_bearer_and_token_carry_a_secret_without_a_name(scheme: str) -> None:
    assert parse_authorization(f" {scheme}  chx_secret ") == Credentials(None, "chx_secret")


def test_a_password_may_have_colons() -> None:
    assert parse_authorization(f"Basic {basic('a:b:c:')}") == Credentials("a", "b:c:")


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Basic",
        "Basic ",
        "Bearer",
        "Token  ",
        "Digest username=x",
        "Negotiate abc",
        "chx_secret",
        "Basic !!!!",
        "Basic YTp",
        f"Basic {base64.b64encode(b'no colon').decode()}",
        f"Basic {base64.b64encode(bytes([255, 58, 254])).decode()}",
        "Basic YTpi YTpi",
        "Basic é",
    ],
)
def test_a_header_that_cannot_be_read_is_unauthenticated(header: str) -> None:
    with pytest.raises(Unauthenticated):
        parse_authorization(header)


@given(st.text(max_size=60) | st.text(max_size=30).map(lambda text: "Basic " + text))
def test_any_header_is_read_or_unauthenticated(header: str) -> None:
    try:
        assert isinstance(parse_authorization(header), Credentials)
    except Unauthenticated as error:
        assert str(error)


def test_an_error_does_not_repeat_the_secret() -> None:
    with pytest.raises(Unauthenticated) as caught:
        parse_authorization("Basic hunter2hunter2")
    assert "hunter2" not in str(caught.value)


def test_the_challenge_names_basic_and_bearer() -> None:
    assert CHALLENGE.startswith("Basic realm=")
    assert "Bearer" in CHALLENGE
