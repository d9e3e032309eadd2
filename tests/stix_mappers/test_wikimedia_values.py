"""Wikimedia: reasons, cases, expiries, fragments and serialised values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers.members.wikimedia.blacklist import hosts_of
from stix_mappers.members.wikimedia.changes import expiry_of, timestamp, without_namespace
from stix_mappers.members.wikimedia.php import NotPhpError, unserialized
from stix_mappers.members.wikimedia.wording import is_mistake, reason_of


@pytest.mark.parametrize(
    ("comment", "language", "topics"),
    [
        ("[[WP:SOCK|you know why]]", "en", {"sockpuppetry"}),
        ("{{checkuserblock-account}}", "en", {"checkuser"}),
        ("Sockenpuppe", "de", {"sockpuppetry"}),
        ("Faux-nez de [[Utilisateur:Smpl|Smpl]]", "fr", {"sockpuppetry"}),
        ("Títere", "es", {"sockpuppetry"}),
        ("Обход блокировки", "ru", {"sockpuppetry"}),
        ("多重アカウントの不適切な使用", "ja", {"sockpuppetry"}),
        ("長期荒らしのため", "ja", {"long-term abuse"}),
        ("滥用多重账号", "zh", {"sockpuppetry"}),
        ("حسابات متعددة", "ar", {"sockpuppetry"}),
        ("[[WP:UPE]]", "en", {"undisclosed paid editing"}),
        ("WMF global ban", "en", {"office action"}),
        ("Account of Operation Smpl Moth", "en", {"named operation"}),
        ("Vandalism of [[User:Sockpuppet fan]]", "en", set()),
        ("Persistent vandalism", "", set()),
        ("Unterhaltung über Socken", "en", set()),
        ("consultation", "ja", set()),
        ("", "", set()),
    ],
)
def test_reasons_are_understood_in_the_language_of_the_wiki(comment: str, language: str, topics: set[str]) -> None:
    assert set(reason_of(comment, language).topics) == topics


@pytest.mark.parametrize(
    ("comment", "case"),
    [
        ("see [[Wikipedia:Sockpuppet investigations/Smpl fox/Archive]]", "WP:SPI/Smpl fox"),
        ("per WP:SPI/Smpl fox, obviously", "WP:SPI/Smpl fox"),
        ("{{sockpuppet|smpl fox|blocked}}", "WP:SPI/Smpl fox"),
        ("sock of [[User talk:Smpl fox|Fox]]", "WP:SPI/Smpl fox"),
        ("[[WP:LTA/Smpl fox]]", "WP:LTA/Smpl fox"),
        ("sock of someone", None),
        ("[[WP:SPI/]]", None),
    ],
)
def test_a_case_is_found_in_links_templates_and_words(comment: str, case: str | None) -> None:
    assert reason_of(comment, "en").case == case


@pytest.mark.parametrize(
    "comment", ["[[m:Special:MyLanguage/NOP|Open proxy]]", "{{blocked proxy}}", "<!-- webhost -->"]
)
def test_proxies_are_understood(comment: str) -> None:
    assert reason_of(comment, "").proxy
    assert not reason_of("[[Special:Contributions/Open proxy fan]]", "").proxy


def test_mistakes_are_understood() -> None:
    assert is_mistake("Mistaken identity; CheckUser finds unrelated")
    assert is_mistake("Irrtum, Verwechslung")
    assert not is_mistake("Appeal accepted")


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("infinity", None), ("indefinite", None), ("never", None), ("", None), ("3 fortnights ago", None),
        ("31 hours", "2020-02-01T07:00:00Z"), ("1 month", "2020-02-29T00:00:00Z"), ("2 years", "2022-01-31T00:00:00Z"),
        ("20200301000000", "2020-03-01T00:00:00Z"), ("2020-03-01T00:00:00Z", "2020-03-01T00:00:00Z"),
        ("999999 years", None),
    ],
)  # fmt: skip
def test_a_block_ends_at_a_date_or_after_a_span(written: str, end: str | None) -> None:
    assert expiry_of(written, "2020-01-31T00:00:00Z") == end


def test_times_and_titles_are_read_with_care() -> None:
    assert timestamp("20201301000000") is None
    assert timestamp("yesterday") is None
    assert without_namespace("Benutzerin:Smpl") == ("Benutzerin", "Smpl")
    assert without_namespace("2001:db8::1") == ("", "2001:db8::1")
    assert without_namespace("User:2001:DB8::/32") == ("User", "2001:DB8::/32")


@pytest.mark.parametrize(
    ("fragment", "hosts"),
    [
        (r"\bsmpl\.example\b", ["smpl.example"]),
        (r"(^|\.)smpl\.example$", ["smpl.example"]),
        (r"\bsm(?:a|b)\.(?:example|test)\b", ["sma.example", "sma.test", "smb.example", "smb.test"]),
        (r"\bsmpl[1-8]\.example\b", [f"smpl{number}.example" for number in range(1, 9)]),
        (r"\bsmpl[1-9]\.example\b", []),
        (r"\bsmpl.*\.example\b", []),
        (r"\bsmpl\.example", []),
        (r"smpl\.example\b", []),
        (r"\bsmpl\b", []),
        (r"\bsmpl.example\b", []),
    ],
)
def test_a_fragment_names_at_most_eight_literal_hosts(fragment: str, hosts: list[str]) -> None:
    assert hosts_of(fragment) == hosts


@pytest.mark.parametrize(
    "text", ["", "a:1:{", 'O:1:"A":0:{}', 's:5:"ab";', "i:1;i:2;", "a:99999999:{}", "R:1;", "a:1:{N;N;}"]
)
def test_what_is_no_plain_php_value_is_refused(text: str) -> None:
    with pytest.raises(NotPhpError):
        unserialized(text)


php_values = st.recursive(
    st.one_of(st.integers(-(2**53), 2**53), st.booleans(), st.none(), st.text(st.characters(codec="utf-8"))),
    lambda inner: st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4),
    max_leaves=10,
)


def serialized(value: object) -> str:
    if isinstance(value, bool):
        return f"b:{int(value)};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    if isinstance(value, dict):
        return f"a:{len(value)}:{{{''.join(serialized(key) + serialized(item) for key, item in value.items())}}}"
    return "N;"


@given(php_values)
def test_what_php_wrote_is_read(value: object) -> None:
    if not isinstance(value, str):
        assert unserialized(serialized(value)) == value
