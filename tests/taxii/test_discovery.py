"""Discovery and API roots (TAXII 2.1 §4.1, §4.2)."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from taxii_server.app import create_app
from taxii_server.core.errors import SettingsError
from taxii_server.settings import parse_settings
from tests.taxii.asking import Asker, Feed, basic, in_process, new_uuid
from tests.worlds import PASSWORD, PLAIN, TAXII, World, envelope, indicator, make_world


def secure(world: World, url: str = "https://taxii.example.org") -> Asker:
    """Alpha, asking a server whose public address is this."""
    text = world.path.read_text(encoding="utf-8").replace("http://localhost", url)
    app = create_app(parse_settings(text), store=world.store)
    return Asker(in_process(app.test_client()), world.bearer("alpha"))


def test_discovery_is_at_taxii2(alpha: Asker) -> None:
    """Covers 4.1a, 8.2.1a, 4.1.1a, 3.8b."""
    found = alpha.get("/taxii2/").json
    assert found["title"] == "Test clearinghouse"
    assert found["description"] == "For tests"
    assert found["contact"] == "tests@example.org"
    assert isinstance(found["default"], str)
    assert all(isinstance(url, str) for url in found["api_roots"])


def test_there_is_at_least_one_api_root(alpha: Asker) -> None:
    """Covers 8.2.1b, 4.2a."""
    roots = alpha.get("/taxii2/").json["api_roots"]
    assert len(roots) == len(set(roots)) == 2


def test_the_default_is_one_of_the_roots_character_for_character(alpha: Asker) -> None:
    """Covers 4.1.1b, R12."""
    found = alpha.get("/taxii2/").json
    assert found["default"] in found["api_roots"]


def test_roots_are_absolute_urls_built_from_the_public_address(shared: World) -> None:
    """Covers 4.1.1c, 4.1.1d, 4.1.1e, R12, Q20. Whatever Host the request names."""
    asker = secure(shared)
    for host in ("localhost", "evil.example", "taxii.example.org:8443"):
        roots = asker.get("/taxii2/", {"Host": host}).json["api_roots"]
        assert roots == ["https://taxii.example.org/plain/", "https://taxii.example.org/fresh/"]


@pytest.mark.parametrize("url", ["https://taxii.example.org", "https://taxii.example.org/"])
def test_roots_are_https_end_with_a_slash_and_have_no_query(shared: World, url: str) -> None:
    """Covers 4.1.1c, 4.1.1e, R12."""
    for root in secure(shared, url).get("/taxii2/").json["api_roots"]:
        parts = urlsplit(root)
        assert (parts.scheme, parts.netloc, parts.query) == ("https", "taxii.example.org", "")
        assert parts.path.endswith("/")
        assert not parts.path.startswith("//")


def test_a_root_is_one_path_segment(alpha: Asker) -> None:
    """Covers R12."""
    for root in alpha.get("/taxii2/").json["api_roots"]:
        assert urlsplit(root).path.strip("/").count("/") == 0


def test_every_root_that_discovery_names_is_there(alpha: Asker) -> None:
    """Covers 4.2a, 4.2c."""
    for root in alpha.get("/taxii2/").json["api_roots"]:
        assert alpha.get(urlsplit(root).path).status == 200


@pytest.mark.parametrize("path", ["/taxii2/", "/plain/", "/fresh/", "/nowhere/"])
def test_discovery_and_roots_need_credentials_where_nothing_is_open(nobody: Asker, path: str) -> None:
    """Covers 4.1b, 4.2d, 1.6.9a."""
    assert nobody.get(path).status == 401


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/nowhere/collections/", "/nowhere/collections/feed/objects/", "/nowhere/status/x/"]
)
def test_an_unknown_root_is_404_with_everything_below_it(alpha: Asker, path: str) -> None:
    """Covers 4.2d."""
    assert alpha.get(path).status == 404


def test_an_api_root_says_what_it_must(alpha: Asker) -> None:
    """Covers 4.2c, 4.2.1a, 4.2.1b, 4.2.1c, 4.2.1d, 3.8a, 3.8b."""
    root = alpha.get("/plain/").json
    assert root["title"] == "Plain TAXII"
    assert TAXII in root["versions"]
    assert all("version=" in version for version in root["versions"])
    assert root["max_content_length"] == 67_108_864
    assert set(root) <= {"title", "description", "versions", "max_content_length"}


def test_a_body_below_max_content_length_is_never_413_and_one_above_always(tmp_path: Path) -> None:
    """Covers 4.2.1e, 5.5f."""
    world = make_world(tmp_path, server="max_content_length = 5000", organisations=("alpha",))
    asker = Asker(in_process(create_app(world.settings, store=world.store).test_client()), world.bearer("alpha"))
    assert asker.get("/plain/").json["max_content_length"] == 5000
    body = envelope(indicator())
    for size, status in ((4999, 202), (5000, 202), (5001, 413)):
        assert asker.post("/plain/collections/feed/objects/", body.ljust(size)).status == status
    world.store.close()


def test_a_root_without_collections_is_there_for_those_who_signed_in(tmp_path: Path) -> None:
    """Covers 5.1.1a."""
    world = make_world(tmp_path, more='[[api_roots]]\nname = "empty"\ntitle = "Empty"', organisations=("alpha",))
    send = in_process(create_app(world.settings, store=world.store).test_client())
    asker = Asker(send, world.bearer("alpha"))
    assert asker.get("/empty/").json["title"] == "Empty"
    assert asker.get("/empty/collections/").json == {}
    assert Asker(send, {}).get("/empty/collections/").status == 401
    world.store.close()


def test_discovery_works_without_any_user_agent(alpha: Asker) -> None:
    """Covers 8.2.1e."""
    assert alpha.with_headers(User_Agent="").get("/taxii2/").status == 200


def test_basic_is_offered_and_works(shared: World, nobody: Asker) -> None:
    """Covers 8.2.2e, 1.6.9b."""
    challenge = nobody.get("/taxii2/").headers["WWW-Authenticate"]
    assert challenge.startswith('Basic realm="')
    assert Asker(nobody.send, basic("alpha", PASSWORD)).get("/taxii2/").status == 200


def test_names_of_properties_are_those_of_the_standard(feed: Feed) -> None:
    """Covers 3.8a, 7.1.1a, 7.1.1b, 7.1.1c. What is not in the standard begins with x_ and is lower case."""
    feed.push(indicator(1), indicator(1, modified="2021-01-01T00:00:00.000Z"), indicator(2))
    standard = {
        "/taxii2/": {"title", "description", "contact", "default", "api_roots"},
        "/fresh/": {"title", "description", "versions", "max_content_length"},
        f"/fresh/status/{feed.push(indicator(3)).json['id']}/": {
            *("id", "status", "request_timestamp", "total_count", "success_count", "failure_count", "pending_count"),
            *("successes", "failures", "pendings"),
        },
        "/fresh/collections/": {"collections"},
        feed.path: {"id", "title", "description", "alias", "can_read", "can_write", "media_types"},
        f"{feed.path}manifest/?limit=1": {"more", "next", "objects"},
        f"{feed.path}objects/?limit=1": {"more", "next", "objects"},
        f"{feed.path}objects/{indicator(1)['id']}/versions/?limit=1": {"more", "next", "versions"},
    }
    for path, names in standard.items():
        given = set(feed.asker.get(path).json)
        assert all(name.startswith("x_") and name.islower() and 3 <= len(name) <= 250 for name in given - names)
    record = feed.manifest().objects[0]
    assert set(record) == {"id", "date_added", "version", "media_type"}


def test_settings_hold_what_discovery_promises() -> None:
    """Covers 5.2.1a, 5.2.1c, 2b. What would break the standard is refused before the server starts."""
    good = PLAIN.format(public_url="http://localhost", database="x.db", server="", more="")
    bad = {
        "id": good.replace("0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90", "not-a-uuid"),
        "version 1": good.replace("0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90", "0b1c7d9e-8a34-1e6b-9c1d-2f5a6b7c8d90"),
        "alias twice": good.replace('alias = "inbox"', 'alias = "feed"'),
        "id twice": good.replace("1c2d8eaf-9b45-4f7c-8d2e-3a6b7c8d9ea1", "0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90"),
        "two segments": good.replace('name = "plain"', 'name = "plain/more"'),
        "taken": good.replace('name = "plain"', 'name = "taxii2"'),
    }
    parse_settings(good)
    for text in bad.values():
        with pytest.raises(SettingsError):
            parse_settings(text)


def test_every_srv_record_that_the_project_names_is_the_one_of_taxii() -> None:
    """Covers 3.9a."""
    root = Path(__file__).parents[2]
    files = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("config/*")]
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()]
    named = {name for text in texts for name in re.findall(r"_\w+\._(?:tcp|udp|tls)\b", text)}
    assert named <= {"_taxii2._tcp"}


def test_an_unknown_account_learns_nothing_of_roots(nobody: Asker) -> None:
    """Covers Q16."""
    known, unknown = nobody.get("/plain/"), nobody.get(f"/{new_uuid()}/")
    assert known.json == unknown.json
