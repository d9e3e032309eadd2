"""One TOML file to settings: what is read, and what is refused with the key and its table (architecture: 5.3)."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.errors import SettingsError
from taxii_server.core.permissions import CollectionAccess
from taxii_server.settings import (
    DEFAULT_PATH,
    Settings,
    load_settings,
    masked,
    parse_settings,
    settings_path,
    warnings,
)

UUID = "7f1c1f6e-3d0f-4d0e-9a55-0f4f6a0c1a01"
OTHER_UUID = "0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90"
ORGANISATION = '[[organisations]]\nslug = "alpha"\nname = "Alpha"\nrole = "member"\n'
ROOT = '[[api_roots]]\nname = "plain"\ntitle = "Plain"\n'
COLLECTION = f'[[api_roots.collections]]\nid = "{UUID}"\ntitle = "Feed"\nalias = "feed"\n'
OTHER = f'[[api_roots.collections]]\nid = "{OTHER_UUID}"\ntitle = "Other"\n'
RELEASE = '[api_roots.collections.release]\nfrom = ["submissions-*"]\nmax_tlp = "amber"\nprofile = "full"\n'
ELECTION = '[[elections]]\nname = "E"\ncountry = "US"\ndate = 2028-11-07\n'
WHOLE = ORGANISATION + ROOT + COLLECTION + RELEASE


def reason(text: str) -> str:
    """Why a text is refused."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    return str(caught.value)


def test_an_empty_file_is_settings_with_working_defaults() -> None:
    settings = parse_settings("")
    assert (settings.server.default_limit, settings.server.max_limit, settings.server.status_hours) == (
        10_000,
        10_000,
        24,
    )


def test_the_defaults_are_those_of_the_architecture() -> None:
    server = parse_settings("").server
    limits = server.limits
    sizes = (server.max_content_length, server.max_page_bytes, server.max_object_size)
    assert sizes == (67_108_864, 8_388_608, 12_582_912)
    assert (limits.failed_signins_address, limits.failed_signins_account, limits.bodies) == (120, 20, 48)


TABLES: dict[str, tuple[str, str]] = {
    "the top": ("", "the top of the file"),
    "server": ("[server]\n", "[server]"),
    "tls": ("[server.tls]\n", "[server.tls]"),
    "limits": ("[server.limits]\n", "[server.limits]"),
    "storage": ("[storage]\n", "[storage]"),
    "release": ("[release]\n", "[release]"),
    "minimise": ("[minimise]\n", "[minimise]"),
    "overlap": ("[overlap]\n", "[overlap]"),
    "elections": (ELECTION, "[[elections]] (number 1)"),
    "second election": (ELECTION * 2, "[[elections]] (number 2)"),
    "organisations": (ORGANISATION, "[[organisations]] (number 1)"),
    "API roots": (ROOT, "[[api_roots]] (number 1)"),
    "collections": (ROOT + COLLECTION, "[[api_roots.collections]] (number 1 of number 1)"),
    "second collection": (ROOT + COLLECTION + OTHER, "[[api_roots.collections]] (number 2 of number 1)"),
    "a collection's release": (ROOT + COLLECTION + RELEASE, "[api_roots.collections.release] (number 1 of number 1)"),
}


@pytest.mark.parametrize(("text", "table"), TABLES.values(), ids=TABLES)
def test_an_unknown_key_in_any_table_is_an_error_that_names_both(text: str, table: str) -> None:
    assert reason(f"{text}nosuch = 1\n") == f'unknown key "nosuch" in {table}.'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '[[organisations]]\nname = "A"\nrole = "member"\n',
            'the key "slug" is missing in [[organisations]] (number 1).',
        ),
        (ROOT + f'[[api_roots.collections]]\nid = "{UUID}"\n', '"title" is missing in [[api_roots.collections]]'),
        ("[server]\ndefault_limit = 0\n", "default_limit in [server]"),
        ("[server]\ndefault_limit = 'x'\n", 'default_limit in [server]: expected "int", got "str".'),
        ("[server]\nmax_content_length = 1.5\n", "max_content_length in [server]"),
        ("[server]\ntitle = 5\n", "title in [server]"),
        ("[storage]\nwrite_wait = -1\n", "write_wait in [storage]"),
        ("server = 5\n", "server in the top of the file"),
        (ORGANISATION.replace("member", "analyst"), "role in [[organisations]] (number 1)"),
        (ORGANISATION.replace("alpha", "Al pha"), "slug in [[organisations]] (number 1)"),
        (ROOT.replace("plain", "a/b"), "name in [[api_roots]] (number 1)"),
        (ROOT + COLLECTION + "readers = [5]\n", "readers[0] in [[api_roots.collections]]"),
        (WHOLE.replace('"amber"', '"white"'), "max_tlp in [api_roots.collections.release]"),
        (WHOLE.replace('"full"', '"half"'), "profile in [api_roots.collections.release]"),
        (ELECTION.replace("US", "USA"), "country in [[elections]] (number 1)"),
        (ELECTION.replace("2028-11-07", '"soon"'), "date in [[elections]] (number 1)"),
        ('[release]\ndefault_tlp = "pink"\n', "default_tlp in [release]"),
        ("[overlap]\nhandle_confidence = 101\n", "handle_confidence in [overlap]"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_table(text: str, says: str) -> None:
    assert says in reason(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ORGANISATION * 2, '[[organisations]] slug "alpha" is given more than once.'),
        (ROOT * 2, '[[api_roots]] name "plain" is given more than once.'),
        (ROOT + COLLECTION * 2, "is given more than once."),
        (
            ROOT + COLLECTION + OTHER.replace('"Other"', '"O"\nalias = "feed"'),
            'alias in [[api_roots.collections]] of "plain" "feed"',
        ),
        (ROOT + COLLECTION + ROOT.replace("plain", "two") + COLLECTION, f'id "{UUID}" is given more than once.'),
        *(
            (ORGANISATION.replace('"alpha"', f'"{word}"'), "a word with a meaning of its own")
            for word in ("member", "analyst")
        ),
        *(
            (ORGANISATION.replace('"alpha"', f'"{word}"'), "a word with a meaning")
            for word in ("anonymous", "authenticated")
        ),
        *(
            (ROOT.replace('"plain"', f'"{name}"'), "a path that the server uses itself")
            for name in ("taxii2", "healthz")
        ),
        (ROOT + COLLECTION.replace(UUID, UUID.upper()), "no version 4 UUID in lower case"),
        (ROOT + COLLECTION.replace(UUID, "7f1c1f6e-3d0f-1d0e-9a55-0f4f6a0c1a01"), "no version 4 UUID"),
        (ROOT + COLLECTION.replace(UUID, "feed"), 'id "feed" in [[api_roots.collections]] "feed" of "plain"'),
        (
            ROOT + COLLECTION + 'readers = ["nobody"]\n',
            '"nobody" in the readers or writers of [[api_roots.collections]] "feed"',
        ),
        (ROOT + COLLECTION + 'readers = ["analyst"]\n', '"analyst" in the readers or writers'),
        (ROOT + COLLECTION + 'writers = ["anonymous"]\n', "nobody pushes without credentials"),
        (ROOT + COLLECTION + 'writers = ["member"]\n' + RELEASE, "by release or by pushes, not by both"),
        ('[server]\npublic_url = "taxii.example.org"\n', "public_url in [server]"),
        ('[server]\npublic_url = "https://taxii.example.org/path"\n', "public_url in [server]"),
        ('[server]\npublic_url = "ftp://taxii.example.org"\n', "public_url in [server]"),
        ("[server]\nmax_limit = 10\ndefault_limit = 11\n", "default_limit in [server] is larger than max_limit"),
        ('[server.tls]\ncertificate = "x.pem"\n', "certificate and key in [server.tls]"),
        ('[storage]\nurl = "sqlite:///"\n', "url in [storage]"),
        ('[storage]\nurl = "postgres://h/d"\n', "url in [storage]"),
        ("[server\n", "not TOML"),
        ("[server]\ntitle = 1\ntitle = 2\n", "not TOML"),
    ],
)
def test_what_contradicts_itself_is_refused(text: str, says: str) -> None:
    assert says in reason(text)


def test_a_password_in_an_url_that_is_refused_is_not_shown() -> None:
    assert "secret" not in reason('[storage]\nurl = "nosuch://user:secret@host/d"\n')


def test_settings_that_are_shown_have_no_password() -> None:
    settings = parse_settings('[storage]\nurl = "sqlite:///var/store.db"\n')
    assert masked(settings) == settings


@given(st.text(max_size=60))
def test_any_text_is_settings_or_an_error_of_ours(text: str) -> None:
    try:
        assert isinstance(parse_settings(text), Settings)
    except SettingsError as error:
        assert str(error)


def test_a_whole_file_is_read() -> None:
    settings = parse_settings(WHOLE + ELECTION)
    rule = settings.api_roots[0].collections[0].release
    assert rule is not None
    assert (rule.from_, rule.max_tlp, rule.profile) == (("submissions-*",), "amber", "full")
    assert settings.elections[0].date == date(2028, 11, 7)


def test_an_api_root_with_a_released_collection_is_an_exchange() -> None:
    roots = parse_settings(WHOLE + ROOT.replace("plain", "other") + OTHER).api_roots
    assert [root.is_exchange for root in roots] == [True, False]


def test_the_access_of_a_collection_is_what_its_readers_and_writers_say() -> None:
    text = ORGANISATION + ROOT + COLLECTION + 'readers = ["member", "anonymous"]\nwriters = ["alpha"]\n'
    access = parse_settings(text).api_roots[0].collections[0].access
    assert access == CollectionAccess(frozenset({"member", "anonymous"}), frozenset({"alpha"}))


def test_the_ids_of_all_collections_are_listed() -> None:
    assert parse_settings(WHOLE + OTHER).collection_ids == (UUID, OTHER_UUID)


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite:///var/store.db", "var/store.db"), ("sqlite:////srv/store.db", "/srv/store.db")]
)
def test_a_store_is_a_file_that_is_relative_or_absolute(url: str, path: str) -> None:
    assert parse_settings(f'[storage]\nurl = "{url}"\n').storage.path == Path(path)


def test_an_object_may_be_larger_than_a_body() -> None:
    parse_settings("[server]\nmax_object_size = 100\nmax_content_length = 10\n")


@pytest.mark.parametrize("title", ["a.b", "a,b", "a|b"])
def test_a_title_that_clients_take_for_two_is_warned_of(title: str) -> None:
    text = ROOT + COLLECTION.replace("Feed", title)
    assert any("separators" in warning for warning in warnings(parse_settings(text)))


def test_a_public_url_without_tls_is_warned_of() -> None:
    assert any("TLS" in warning for warning in warnings(parse_settings("")))


def test_nothing_is_warned_of_without_a_reason() -> None:
    assert list(warnings(parse_settings(f'[server]\npublic_url = "https://taxii.example.org"\n{WHOLE}'))) == []


def test_a_file_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[server]\ntitle = 'Übung'\n", encoding="utf-8")
    assert load_settings(tmp_path / "c.toml").server.title == "Übung"


def test_an_error_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("x = 1\n")
    with pytest.raises(SettingsError, match=r"c\.toml: unknown key"):
        load_settings(path)


@pytest.mark.parametrize("make", [Path.exists, Path.mkdir, lambda path: path.write_bytes(b"\xff\xfe")])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "c.toml")
    with pytest.raises(SettingsError, match=r"c\.toml: cannot be read"):
        load_settings(tmp_path / "c.toml")


@pytest.mark.parametrize(
    ("given_path", "environment", "expected"),
    [("a.toml", "b.toml", "a.toml"), (None, "b.toml", "b.toml"), (None, "", DEFAULT_PATH), (None, None, DEFAULT_PATH)],
)
def test_the_file_is_the_one_given_else_that_of_the_environment_else_the_shipped_one(
    monkeypatch: pytest.MonkeyPatch, given_path: str | None, environment: str | None, expected: str
) -> None:
    monkeypatch.delenv("CLEARINGHOUSE_CONFIG", raising=False)
    if environment is not None:
        monkeypatch.setenv("CLEARINGHOUSE_CONFIG", environment)
    assert os.fspath(settings_path(given_path)) == expected
