"""Media types of requests and answers (TAXII 2.1 §1.6.8, §3.1)."""

import pytest

from tests.taxii.asking import Asker, Feed
from tests.taxii.test_headers import ENDPOINTS
from tests.worlds import TAXII, bundle, envelope, indicator

WELCOME = (
    "application/taxii+json;version=2.1",
    "application/taxii+json; version=2.1",
    "application/taxii+json",
    "application/taxii+json ; version=2.1",
    'application/taxii+json; version="2.1"',
    "Application/TAXII+JSON;Version=2.1",
    "application/taxii+json;version=2.1;charset=utf-8",
    "*/*",
    "application/*",
    "application/json, text/plain, */*",
    "application/stix+json, application/taxii+json;version=2.1",
    "application/taxii+json;version=2.1, application/stix+json;version=2.1",
    "text/html;q=0.9, application/taxii+json;q=0.1",
    "application/taxii+json;version=2.0, application/taxii+json;version=2.1;q=0.5",
    "text/html, application/xhtml+xml, */*;q=0.8",
    "",
)
UNWELCOME = (
    "text/html",
    "application/json",
    "application/taxii+json;version=2.0",
    "application/taxii+json;version=3.0",
    "application/vnd.oasis.taxii+json; version=2.0",
    "application/stix+json;version=2.1",
    "application/taxii+json;version=2.1;q=0",
    "application/taxii+json;q=0, */*",
    "nonsense",
    ";;;,,,",
)


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("accept", WELCOME)
def test_an_accept_that_admits_taxii_is_never_406(
    alpha: Asker, endpoints: dict[str, str], name: str, accept: str
) -> None:
    """Covers 3.1g, 1.6.8a, 1.6.8b, R9, N10, N21, N23. A list with q-values is a list, a missing version is ours."""
    answer = alpha.get(endpoints[name], {"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, TAXII)


@pytest.mark.parametrize("accept", WELCOME)
def test_a_push_with_an_accept_that_admits_taxii_is_taken(feed: Feed, accept: str) -> None:
    """Covers 3.1g, R9."""
    assert feed.push(indicator(1), headers={"Accept": accept}).status == 202


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("accept", UNWELCOME)
def test_an_accept_without_taxii_is_406_with_a_taxii_error(
    alpha: Asker, endpoints: dict[str, str], name: str, accept: str
) -> None:
    """Covers 3.1i, 4.1b, R9, N23."""
    answer = alpha.get(endpoints[name], {"Accept": accept})
    assert answer.status == 406
    assert "application/taxii+json;version=2.1" in answer.description


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_accept_without_version_gets_the_newest_version(alpha: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers 3.1f, 1.6.8b."""
    answer = alpha.get(endpoints[name], {"Accept": "application/taxii+json"})
    assert answer.headers["Content-Type"] == TAXII


@pytest.mark.parametrize("name", ENDPOINTS)
def test_no_accept_at_all_is_served(alpha: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers 3.1f."""
    assert alpha.get(endpoints[name]).status == 200


@pytest.mark.parametrize(
    "accept",
    [
        "application/taxii+json;version=2.1, application/stix+json;version=2.1",
        "application/stix+json;version=2.1, application/taxii+json;version=2.1",
        "application/stix+json;version=2.1,application/taxii+json",
    ],
)
def test_the_manifest_takes_taxii_and_stix_in_one_accept(feed: Feed, accept: str) -> None:
    """Covers 5.3e."""
    feed.push(indicator())
    answer = feed.asker.get(f"{feed.path}manifest/", {"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, TAXII)


TAKEN = (
    "application/taxii+json;version=2.1",
    "application/taxii+json; version=2.1",
    "application/taxii+json",
    "application/taxii+json;version=2.1;charset=utf-8",
    "application/taxii+json; charset=UTF-8; version=2.1",
    'APPLICATION/TAXII+JSON; VERSION="2.1"',
    "application/stix+json;version=2.1",
    "application/stix+json; version=2.1",
    "application/stix+json",
)
NOT_TAKEN = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/taxii+json;version=2.0",
    "application/stix+json;version=2.0",
    "application/vnd.oasis.stix+json; version=2.0",
    "application/taxii+json;version=2.1;charset=utf-16",
    "application",
    "/",
    ";version=2.1",
    "application/taxii+json, application/stix+json",
)


@pytest.mark.parametrize("content_type", TAKEN)
def test_a_content_type_of_the_standard_is_never_415(feed: Feed, content_type: str) -> None:
    """Covers 3.1h, 1.6.8a, 1.6.8b, R10, N16."""
    assert feed.post(envelope(indicator()), content_type).status == 202


@pytest.mark.parametrize("content_type", TAKEN)
def test_a_bundle_is_taken_with_every_content_type(feed: Feed, content_type: str) -> None:
    """Covers R10, Q7."""
    one = indicator()
    assert feed.post(bundle(one), content_type).json["success_count"] == 1
    assert feed.objects().ids == [one["id"]]


@pytest.mark.parametrize("content_type", NOT_TAKEN)
def test_another_content_type_is_415_and_stores_nothing(feed: Feed, content_type: str) -> None:
    """Covers 3.1j, 5.5g."""
    answer = feed.post(envelope(indicator()), content_type)
    assert answer.status == 415
    assert "application/taxii+json;version=2.1" in answer.description
    assert feed.objects().json == {}


def test_a_push_without_content_type_is_415(feed: Feed) -> None:
    """Covers 3.1j, 5.5g."""
    answer = feed.post(envelope(indicator()), None)
    assert answer.status == 415
    assert "names none" in answer.description


def test_a_push_that_accepts_no_taxii_is_406_and_stores_nothing(feed: Feed) -> None:
    """Covers 3.1i, 5.5e."""
    answer = feed.post(envelope(indicator()), headers={"Accept": "text/html"})
    assert answer.status == 406
    assert feed.objects().json == {}


def test_a_content_type_on_a_get_changes_nothing(feed: Feed) -> None:
    """Covers R9. cytaxii2 and MISP send one."""
    assert feed.asker.get(f"{feed.path}objects/", {"Content-Type": "application/json"}).status == 200


def test_the_request_versions_of_taxii_are_compared_as_values(feed: Feed) -> None:
    """Covers 1.6.8a."""
    assert feed.asker.get(feed.path, {"Accept": "application/taxii+json;version=2.10"}).status == 406
