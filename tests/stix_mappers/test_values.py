"""Refanging and typing of cells (platform-records.md 4.1, 4.2, 4.6)."""

import csv
import hashlib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stix_mappers.values import classify, confidence_in, defang, email_in, hash_name, refang, unicode_host

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MD5 = hashlib.md5(b"a", usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(b"a").hexdigest()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://www.tiktok[.]com/@x", "https://www.tiktok.com/@x"),
        ("hxxps://a[.]example(.)org/x", "https://a.example.org/x"),
        ("hXXp[:]//a[dot]example", "http://a.example"),
        ("https{:}//t[.]me/a", "https://t.me/a"),
        ("hxxps[://]a.example[/]b", "https://a.example/b"),
        ("info[at]example[.]org", "info@example.org"),
        ("info[@]example.org", "info@example.org"),
        ("\u00a0 example.org,\r\n", "example.org"),
        ("\ufeffexample.org\u200b", "example.org"),
        ("http://already.fine/[x]", "http://already.fine/[x]"),
    ],
)
def test_a_defanged_cell_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert refang(written) == meant


@given(st.text(alphabet=st.sampled_from("abthpx:/.@[](){}-?=1é ")))
def test_refanging_undoes_defanging(text: str) -> None:
    assume(refang(text) == text)
    assert refang(defang(text)) == text


def test_a_defanged_url_cannot_be_clicked() -> None:
    assert defang("https://a.example/b@c") == "hxxps://a[.]example/b[@]c"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("info@Example.org", "email", "info@example.org"),
        ("203.0.113.7", "ip", "203.0.113.7"),
        ("203.0.113[.]7:8080", "ip", "203.0.113.7"),
        ("203.0.113.0/24", "ip", "203.0.113.0/24"),
        ("2001:DB8::1", "ip", "2001:db8::1"),
        (MD5.upper(), "hash", MD5),
        (SHA256, "hash", SHA256),
        ("HTTPS://Example.ORG/Path", "url", "https://example.org/Path"),
        ("x[.]com/someone", "url", "https://x.com/someone"),
        ("www.Example.org", "domain", "www.example.org"),
        ("bücher.example", "domain", "xn--bcher-kva.example"),
        ("#hashtag", "hashtag", "#hashtag"),
        ("#eins, #zwei", "hashtag", "#eins, #zwei"),
        ("63 accounts", "count", "63 accounts"),
        ("$1800", "count", "$1800"),
        ("Around $xx in spending for ads", "count", "Around $xx in spending for ads"),
        ("Posting into Groups", "text", "Posting into Groups"),
        ("Image.apk", "text", "Image.apk"),
        ("t[.]/some_bot", "text", "t./some_bot"),
        ("  ", "blank", ""),
    ],
)
def test_a_cell_is_typed_in_the_order_of_the_rules(text: str, kind: str, value: str) -> None:
    found = classify(text)
    assert (found.kind, found.value) == (kind, value)


def test_a_url_without_path_is_a_domain_only_in_rows_about_domains() -> None:
    assert classify("https://example.org/").kind == "url"
    assert classify("https://example.org/", domains=True).value == "example.org"
    assert classify("https://example.org/a", domains=True).kind == "url"


def test_a_url_keeps_what_was_encoded_and_encodes_the_rest() -> None:
    assert classify("https://example.org/%C4%83|ä?q=ö").value == "https://example.org/%C4%83%7C%C3%A4?q=%C3%B6"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://example.org/status/1562640310273 921025", "https://example.org/status/1562640310273921025"),
        ("https://example.org/a/Some-article\ns-35/details", "https://example.org/a/Some-articles-35/details"),
        ("example.org/a/12 34", "https://example.org/a/1234"),
    ],
)
def test_a_url_that_line_breaks_cut_is_joined(written: str, meant: str) -> None:
    assert classify(written).value == meant


@pytest.mark.parametrize(
    "text", ["https://example.org/a redirects to:", "https://a.example https://b.example", "http://t./x"]
)
def test_a_url_with_words_is_unusable(text: str) -> None:
    assert classify(text).kind == "unusable"


def test_no_host_is_taken_from_a_sentence() -> None:
    assert classify("Registering domains with Example which uses privacy[.]example").kind == "text"


def test_a_mail_address_is_found_in_a_sentence() -> None:
    assert email_in("They wrote from info[at]example[.]org, and more.") == "info@example.org"
    assert email_in("nothing here @ all") is None


def test_a_digest_names_its_algorithm() -> None:
    assert (hash_name(MD5), hash_name("a" * 40), hash_name(SHA256), hash_name("v" + MD5)) == (
        "MD5",
        "SHA-1",
        "SHA-256",
        None,
    )


def test_a_punycode_host_is_shown_as_people_read_it() -> None:
    assert unicode_host("xn--bcher-kva.example") == "bücher.example"


@pytest.mark.parametrize(
    ("wording", "confidence"),
    [
        ("twelve members were indicted", 90),
        ("confirmed by law enforcement", 90),
        ("found links to individuals in X", 75),
        ("operated by the agency", 75),
        ("we believe it was linked to X", 60),
        ("individuals associated with past activity by the agency", 60),
        ("suspected", 40),
        ("consistent with earlier findings", 40),
        ("stated", 75),
        ("likely", 60),
        ("no attribution", None),
        ("posted about cats", None),
    ],
)
def test_the_weakest_word_decides_how_sure_a_wording_is(wording: str, confidence: int | None) -> None:
    assert confidence_in(wording) == confidence


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for made in (text, f"http://{text}", f"{text}@{text}.org", f"hxxp[:]//{text}"):
        classify(made)
        classify(made, domains=True)
        email_in(made)
        confidence_in(made)
        unicode_host(made)


def test_every_typed_indicator_of_the_published_files_is_recognised() -> None:
    files = sorted((DATA / "facebook" / "csv").glob("20*.csv"))
    if not files:
        pytest.skip("the published indicator files are not beside the repository (../shared/data/facebook/csv)")
    wanted = {
        "domain_name": "domain",
        "url": "url",
        "cib_url": "url",
        "telegram_url": "url",
        "ip": "ip",
        "sha256": "hash",
    }
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as rows:
            for row in csv.DictReader(rows):
                kind = wanted.get(row["indicator_type"])
                value = classify(row["indicator_value"], domains=kind == "domain")
                assert kind in (None, value.kind), row
