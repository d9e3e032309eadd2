"""Counts, followers and money in sentences (platform-records.md 4.4)."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers.counts import Count, counts_in, is_template, spend_in

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def pairs(sentence: str, hint: str | None = None) -> list[tuple[str, int]]:
    """Keys and values of a sentence."""
    return [(count.key, count.value) for count in counts_in(sentence, hint)]


@pytest.mark.parametrize(
    ("sentence", "key", "value"),
    [
        ("63 accounts", "accounts", 63),
        ("7,704 Facebook accounts", "accounts", 7704),
        ("1 Groups ", "groups", 1),
        ("15 acounts", "accounts", 15),
        ("8 Instagram acccounts", "accounts", 8),
        ("12 pags", "pages", 12),
        ("3 chanels", "channels", 3),
        ("seven Pages", "pages", 7),
        ("twenty-one events", "events", 21),
        ("a dozen groups", "groups", 12),
        ("15 000 accounts", "accounts", 15_000),
        ("six hundred and fifty accounts", "accounts", 650),
        ("2K accounts", "accounts", 2000),
        ("1.2m accounts", "accounts", 1_200_000),
        ("1.234 accounts", "accounts", 1234),
        ("5 fake, 3 real", None, 0),
        ("Pages: 12", "pages", 12),
        ("1 advertising account", "ads_accounts", 1),
        ("2 Ads accounts", "ads_accounts", 2),
        ("2 AdSense accounts", "adsense_accounts", 2),
        ("1 Play developer", "play_developers", 1),
        ("61 suspicious subreddits", "subreddits", 61),
    ],
)
def test_a_number_and_a_noun_are_a_count(sentence: str, key: str | None, value: int) -> None:
    assert pairs(sentence) == ([(key, value)] if key else [])


@pytest.mark.parametrize(
    ("sentence", "key", "value"),
    [
        ("About 1.9 million accounts followed one or more of these Pages", "page_followers", 1_900_000),
        ("Around 25 users joined the Group", "group_members", 25),
        ("About 2,300 accounts followed one or more of these Groups", "group_members", 2300),
        ("nearly 40 people have followed at least one of these 3 Instagram accounts", "account_followers", 40),
        ("70,000 Page followers", "page_followers", 70_000),
        ("1.1 million group members", "group_members", 1_100_000),
        ("The Pages had about 14,000 followers", "page_followers", 14_000),
        ("These groups had some 4,700 members", "group_members", 4700),
        ("Nobody followed these Pages", "page_followers", 0),
        ("No accounts followed these Instagram accounts.", "account_followers", 0),
        ("1.5M accounts folowed these Pages", "page_followers", 1_500_000),
    ],
)
def test_who_follows_is_audience_and_what_is_followed_gives_the_key(sentence: str, key: str, value: int) -> None:
    assert pairs(sentence) == [(key, value)]


@pytest.mark.parametrize(
    ("sentence", "qualifier"),
    [
        ("5 accounts", None),
        ("About 5 accounts", "about"),
        ("roughly 5 accounts", "about"),
        ("Abuot 5 accounts", "about"),
        ("nearly 1.2 million accounts", "about"),
        ("~5 accounts", "about"),
        ("fewer than 5 accounts", "less than"),
        ("no more than 5 accounts", "less than"),
        ("up to 5 accounts", "less than"),
        ("over 5 accounts", "more than"),
        ("at least 5 accounts", "more than"),
        ("5+ accounts", "more than"),
        ("5 or more accounts", "more than"),
        ("between 3 and 5 accounts", "about"),
    ],
)
def test_words_around_a_number_say_how_exact_it_is(sentence: str, qualifier: str | None) -> None:
    (count,) = counts_in(sentence)
    assert (count.qualifier, count.approx) == (qualifier, qualifier is not None)


@pytest.mark.parametrize(
    ("sentence", "service"),
    [
        ("3 Instagram accounts", "instagram"),
        ("3 accounts on Instagram", "instagram"),
        ("110 accounts on Facebook and Instagram", None),
        ("17 YouTube channels", "youtube"),
        ("3 domains from eligibility to appear on Google News surfaces", "google-news"),
        ("9 accounts followed these Instagram accounts", "instagram"),
    ],
)
def test_the_one_service_named_goes_with_the_count(sentence: str, service: str | None) -> None:
    (count,) = counts_in(sentence)
    assert count.service == service


def test_a_list_gives_all_its_counts_in_order() -> None:
    assert counts_in("We removed 4 Facebook accounts, 12 Pages, and 21 Instagram accounts") == (
        Count("accounts", 4, service="facebook"),
        Count("pages", 12),
        Count("accounts", 21, service="instagram"),
    )


def test_two_audiences_in_one_sentence_are_two_counts() -> None:
    sentence = "About 15 accounts followed these Pages, and about 41,000 accounts followed these Instagram accounts."
    assert pairs(sentence) == [("page_followers", 15), ("account_followers", 41_000)]


@pytest.mark.parametrize(
    "sentence",
    [
        "one or more of these Pages",
        "In 2023 we looked",
        "5% of accounts",
        "Q1 2024",
        "No News to cover",
        "Posting in Groups",
    ],
)
def test_what_is_no_count_gives_none(sentence: str) -> None:
    assert counts_in(sentence) == ()


@pytest.mark.parametrize(
    ("sentence", "hint", "key", "value"),
    [
        ("63", "accounts", "accounts", 63),
        ("none", "group_members", "group_members", 0),
        ("About 1 account", "page_followers", "page_followers", 1),
        ("500 followers", "page_followers", "page_followers", 500),
        ("3 accounts joined these Groups", "page_followers", "group_members", 3),
    ],
)
def test_the_row_says_what_the_sentence_leaves_out(sentence: str, hint: str, key: str, value: int) -> None:
    assert pairs(sentence, hint) == [(key, value)]


@pytest.mark.parametrize(
    ("sentence", "amount", "paid_in"),
    [
        ("About $73,600 in spending for ads on X, paid for mostly in US Dollars.", 73_600, ("USD",)),
        ("About 20 USD in spending", 20, ()),
        ("Around $1.2 million in ads, paid for mostly in Vietnamese dongs", 1_200_000, ("VND",)),
        ("$1800", 1800, ()),
        (
            "around $15,000, paid for mostly in Hong Kong Dollars, Chinese Yuan, Taiwan New Dollars",
            15_000,
            ("HKD", "CNY", "TWD"),
        ),
        ("about 300 in spending for ads, paid for in Thai baht and Turkish lira", 300, ("THB", "TRY")),
        ("USD 3,000 in ad spend, paid in euros", 3000, ("EUR",)),
        ("less than $5 paid in Algerian dinars", 5, ("DZD",)),
        ("About $10.50 spent with Canadian and Australian dollars", 10.5, ("CAD", "AUD")),
        ("$200K in ads paid with Moldovan lei", 200_000, ("MDL",)),
        ("There was no ad spend associated with this network.", 0, ()),
    ],
)
def test_amounts_are_dollars_whatever_they_were_paid_in(sentence: str, amount: float, paid_in: tuple[str, ...]) -> None:
    spend = spend_in(sentence)
    assert spend is not None
    assert (spend.amount, spend.currency, spend.paid_in) == (amount, "USD", paid_in)


def test_an_amount_that_names_its_own_currency_keeps_it() -> None:
    spend = spend_in("€500 in spending for ads")
    assert spend is not None
    assert (spend.amount, spend.currency) == (500, "EUR")


@pytest.mark.parametrize("sentence", ["63 accounts", "1 advertising account, 1 AdSense account", "a real account", ""])
def test_where_no_money_is_named_nothing_was_spent(sentence: str) -> None:
    assert spend_in(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    ["Around $xx in spending for ads, paid for mostly in xx", "xx accounts", "About xxx accounts", "[number] Pages"],
)
def test_a_template_left_unfilled_is_neither_count_nor_money(sentence: str) -> None:
    assert is_template(sentence)
    assert counts_in(sentence) == ()
    assert spend_in(sentence) is None


@pytest.mark.parametrize("sentence", ["63 accounts", "https://example.org/xx", "Taxxi accounts"])
def test_other_sentences_are_no_templates(sentence: str) -> None:
    assert not is_template(sentence)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for made in (text, f"About {text} accounts followed {text}", f"${text} paid in {text} dollars"):
        counts_in(made)
        counts_in(made, "page_followers")
        spend_in(made)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_written_number_is_read_back(number: int) -> None:
    assert pairs(f"{number:,} accounts") == pairs(f"{number} accounts") == [("accounts", number)]


def test_no_number_is_too_large() -> None:
    assert counts_in("9" * 400 + " accounts") == ()
    assert len(counts_in("9 " + "million " * 400 + "accounts")) <= 1


def test_every_count_row_of_the_published_files_is_read() -> None:
    files = sorted((DATA / "facebook" / "csv").glob("Q*/*.csv"))
    if not files:
        pytest.skip("the published Kill Chain files are not beside the repository (../shared/data/facebook/csv)")
    audience = {"7.2.2": "page_followers", "7.2.3": "group_members", "7.2.4": "account_followers"}
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as rows:
            for row in csv.reader(rows):
                key = audience.get(row[2].strip()[:5]) if len(row) > 3 else None
                if key and row[3].strip():
                    assert [found for found, _ in pairs(row[3], key)] == [key], row
