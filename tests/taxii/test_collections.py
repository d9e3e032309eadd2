"""Collections (TAXII 2.1 §5.1, §5.2)."""

from pathlib import Path

import pytest

from taxii_server.settings import load_settings
from tests.taxii.asking import UUID4, Asker, Feed, new_uuid
from tests.taxii.conftest import AskAs
from tests.worlds import DROPBOX, FEED, INBOX, SECRET, envelope, indicator

RIGHTS = {
    ("alpha", FEED): (True, True),
    ("alpha", INBOX): (False, True),
    ("alpha", DROPBOX): (False, True),
    ("beta", FEED): (True, True),
    ("beta", DROPBOX): (False, True),
    ("watch", FEED): (True, True),
    ("watch", INBOX): (True, False),
    ("house", FEED): (True, True),
    ("house", DROPBOX): (True, False),
    ("house", SECRET): (True, True),
}
"""Read and write, by organisation and collection; what is not here may not be seen."""
ORGANISATIONS = ("alpha", "beta", "watch", "house")
CASES = [(one, collection) for one in ORGANISATIONS for collection in (FEED, INBOX, DROPBOX, SECRET)]


@pytest.mark.parametrize("path", ["/plain/collections/", f"/plain/collections/{FEED}/"])
def test_collections_need_credentials(nobody: Asker, path: str) -> None:
    """Covers 5.1a, 5.2a."""
    assert nobody.get(path).status == 401


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_everybody_sees_the_collections_that_are_theirs_with_their_rights(ask_as: AskAs, organisation: str) -> None:
    """Covers 5.1b, 5.2.1e, 5.2.1f, 1.6.9a, Q16."""
    found = ask_as(organisation).get("/plain/collections/").json["collections"]
    rights = {one["id"]: (one["can_read"], one["can_write"]) for one in found}
    assert rights == {collection: right for (one, collection), right in RIGHTS.items() if one == organisation}


@pytest.mark.parametrize(("organisation", "collection"), CASES)
def test_one_collection_says_the_same_as_the_list(ask_as: AskAs, organisation: str, collection: str) -> None:
    """Covers 5.2b, 5.2.1e, 5.2.1f, Q16."""
    asker = ask_as(organisation)
    answer = asker.get(f"/plain/collections/{collection}/")
    if (organisation, collection) not in RIGHTS:
        assert answer.status == 404
        return
    assert answer.json in asker.get("/plain/collections/").json["collections"]


@pytest.mark.parametrize(("organisation", "collection"), CASES)
def test_can_read_means_that_everything_can_be_read(ask_as: AskAs, organisation: str, collection: str) -> None:
    """Covers 5.2.1e, 5.3b, 5.4b, 5.6b, 5.8b."""
    asker = ask_as(organisation)
    can_read = RIGHTS.get((organisation, collection), (False, False))[0]
    hidden = 403 if (organisation, collection) in RIGHTS else 404
    unknown = f"indicator--{new_uuid()}"
    for resource in ("objects", "manifest"):
        assert asker.get(f"/plain/collections/{collection}/{resource}/").status == (200 if can_read else hidden)
    for resource in (f"objects/{unknown}", f"objects/{unknown}/versions"):
        assert asker.get(f"/plain/collections/{collection}/{resource}/").status == (404 if can_read else hidden)


@pytest.mark.parametrize(("organisation", "collection"), CASES)
def test_can_write_means_that_a_push_is_taken(ask_as: AskAs, organisation: str, collection: str) -> None:
    """Covers 5.2.1f, 5.5b."""
    can_write = RIGHTS.get((organisation, collection), (False, False))[1]
    hidden = 403 if (organisation, collection) in RIGHTS else 404
    answer = ask_as(organisation).post(f"/plain/collections/{collection}/objects/", envelope(indicator()))
    assert answer.status == (202 if can_write else hidden)


def test_a_collection_says_what_it_must(alpha: Asker) -> None:
    """Covers 5.2.1a, 5.2.1b, 3.8b."""
    for one in alpha.get("/plain/collections/").json["collections"]:
        assert UUID4.fullmatch(one["id"])
        assert one["title"]
        assert {type(one["can_read"]), type(one["can_write"])} == {bool}


def test_ids_and_aliases_are_unique(alpha: Asker) -> None:
    """Covers 5.2.1a, 5.2.1c."""
    found = alpha.get("/fresh/collections/").json["collections"]
    assert len({one["id"] for one in found}) == len({one["alias"] for one in found}) == len(found)


@pytest.mark.parametrize(
    "resource",
    ["", "objects/", "manifest/", f"objects/{indicator(1)['id']}/", f"objects/{indicator(1)['id']}/versions/"],
)
def test_the_alias_stands_for_the_id_everywhere(feed: Feed, resource: str) -> None:
    """Covers 5.2.1d."""
    feed.push(indicator(1))
    alias = feed.asker.get(feed.path).json["alias"]
    by_alias = feed.asker.get(f"/fresh/collections/{alias}/{resource}")
    assert by_alias.status == 200
    assert by_alias.json == feed.asker.get(f"{feed.path}{resource}").json


def test_pushes_and_deletes_take_the_alias_too(feed: Feed) -> None:
    """Covers 5.2.1d."""
    alias = feed.asker.get(feed.path).json["alias"]
    mine = Feed(feed.asker, feed.id, f"/fresh/collections/{alias}/")
    mine.push(indicator(1))
    assert feed.objects().ids == [indicator(1)["id"]]
    assert mine.delete(indicator(1)["id"]).status == 200
    assert feed.objects().json == {}


def test_a_collection_got_by_its_alias_has_its_id(alpha: Asker) -> None:
    """Covers 5.2.1d, R12."""
    assert alpha.get("/plain/collections/feed/").json["id"] == FEED


def test_an_alias_of_another_root_is_not_known(alpha: Asker) -> None:
    """Covers 5.2b."""
    assert alpha.get("/fresh/collections/feed/").status == 404
    assert alpha.get(f"/fresh/collections/{FEED}/objects/").status == 404


def test_media_types_name_everything_that_can_be_stored(alpha: Asker) -> None:
    """Covers 5.2.1g."""
    types = alpha.get("/plain/collections/feed/").json["media_types"]
    assert set(types) == {"application/stix+json;version=2.0", "application/stix+json;version=2.1"}


def test_collections_come_in_the_same_order_every_time(alpha: Asker) -> None:
    """Covers 3.3b."""
    orders = {tuple(one["id"] for one in alpha.get("/fresh/collections/").json["collections"]) for _ in range(5)}
    assert len(orders) == 1


def test_an_unknown_collection_is_404(alpha: Asker) -> None:
    """Covers 5.2b, 5.1c."""
    for name in (new_uuid(), "no-such", FEED.upper(), f"{FEED}x", "%2e"):
        assert alpha.get(f"/plain/collections/{name}/").status == 404


def test_titles_of_the_shipped_settings_have_no_separator_of_a_client() -> None:
    """Covers R12. The OpenCTI connector splits at . and , and Malcolm at the pipe sign."""
    shipped = Path(__file__).parents[2] / "config" / "clearinghouse.toml"
    if not shipped.exists():
        pytest.skip(f"{shipped.name} is not there yet")
    titles = [one.title for root in load_settings(shipped).api_roots for one in root.collections]
    assert not [title for title in titles if set(".,|") & set(title)]


def test_the_list_of_collections_has_no_filters(alpha: Asker) -> None:
    """Covers 3.4m, 5.1c."""
    assert alpha.get("/plain/collections/?limit=1&match[id]=x").status == 200
