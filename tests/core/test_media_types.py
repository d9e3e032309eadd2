"""What Accept and Content-Type say (TAXII 2.1 §1.6.8, §3.1; clients.md R9, R10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.errors import NotAcceptable, UnsupportedMediaType
from taxii_server.core.media_types import check_accept, check_content_type

HEADERS = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60)
PIECES = st.lists(
    st.sampled_from(
        [
            "application/taxii+json",
            "*/*",
            ";",
            ",",
            "version",
            "=",
            "2.1",
            '"',
            "q",
            "q=0",
            " ",
            "application/*",
            "\\",
            "*",
        ]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "  ",
        "application/taxii+json;version=2.1",
        "application/taxii+json; version=2.1",
        "application/taxii+json ; version=2.1",
        'application/taxii+json;version="2.1"',
        "Application/TAXII+JSON;Version=2.1",
        "application/taxii+json",
        "application/*",
        "*/*",
        "*/*;q=0.1",
        "application/json, text/plain, */*",
        "application/stix+json, application/taxii+json;version=2.1",
        "application/stix+json;version=2.1,application/taxii+json;version=2.1",
        "text/html, application/taxii+json;q=0.1",
        "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
        "application/taxii+json;version=2.0;q=0, */*",
        "application/taxii+json;version=2.1, */*;q=0",
        "application/taxii+json;version=2.1;charset=utf-8",
        "application/taxii+json;version=2.1;q=0.001",
    ],
)
def test_an_accept_that_admits_taxii_is_taken(header: str | None) -> None:
    check_accept(header)


@pytest.mark.parametrize(
    "header",
    [
        "application/json",
        "text/html",
        "text/*",
        "application/stix+json;version=2.1",
        "application/taxii+json;version=2.0",
        "application/vnd.oasis.taxii+json;version=2.0",
        "application/taxii+json;version=2.1;q=0",
        "application/taxii+json;q=0, */*",
        "*/*;q=0",
        "application/*;q=0, */*",
        "taxii",
        ",",
    ],
)
def test_an_accept_that_does_not_is_not(header: str) -> None:
    with pytest.raises(NotAcceptable, match=r"application/taxii\+json;version=2\.1"):
        check_accept(header)


@given(HEADERS | PIECES)
def test_any_accept_is_taken_or_not_acceptable(header: str) -> None:
    try:
        check_accept(header)
    except NotAcceptable as error:
        assert str(error)


@pytest.mark.parametrize("name", ["application/taxii+json", "application/stix+json", "Application/TAXII+JSON"])
@pytest.mark.parametrize(
    "parameters",
    ["", ";version=2.1", "; version=2.1", ' ;  version="2.1"', ";VERSION=2.1", "; charset=utf-8", ";charset=UTF8"],
)
def test_a_push_may_be_labelled_as_taxii_or_stix_in_any_spelling(name: str, parameters: str) -> None:
    check_content_type(name + parameters)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "application/json",
        "text/plain",
        "application/vnd.oasis.stix+json; version=2.1",
        "application/taxii+json;version=2.0",
        "application/taxii+json;charset=latin-1",
        "application/taxii+jsonx",
        "application/taxii",
        "multipart/form-data; boundary=x",
        "application/taxii+json, application/taxii+json",
    ],
)
def test_any_other_content_type_is_unsupported(header: str | None) -> None:
    with pytest.raises(UnsupportedMediaType, match="Content-Type"):
        check_content_type(header)


@given(HEADERS | PIECES)
def test_any_content_type_is_taken_or_unsupported(header: str) -> None:
    try:
        check_content_type(header)
    except UnsupportedMediaType as error:
        assert str(error)
