"""Twitter's layouts on invented files: what is taken although it never stood there before, corrections, bad input."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stix_mappers import Skip, records_of, samples_dir
from stix_mappers.extensions import SOCIAL_ASSET, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

HEADER = (
    "userid,user_display_name,user_screen_name,user_reported_location,user_profile_description,user_profile_url,"
    "follower_count,following_count,account_creation_date,account_language"
)
PLAIN = "9001,A Name,Smpl_One,Somewhere,About,,12,3,2019-05-06,en"
HASH = "ubYXZUlnYQfv6eer8GoauVayJk8LB3KNrqBgxIh+ZRo="

Given = Callable[[str, str | bytes], Mapped]


@pytest.fixture
def file(tmp_path: Path) -> Given:
    def written(file_name: str, content: str | bytes) -> Mapped:
        path = tmp_path / file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Mapped("twitter", path)

    return written


# Invented files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends_do_not_matter(file: Given, encoding: str, end: str) -> None:
    content = end.join([HEADER, PLAIN.replace("About", "Café"), ""]).encode(encoding)
    found = file("x_022021_users_csv_hashed.csv", content)
    assert [getattr(record.subject, "bio", None) for record in found.records[1:]] == ["Café"]


def test_other_spellings_other_order_and_more_columns_are_taken(file: Given) -> None:
    found = file(
        "x_022021.csv", ',Screen Name,extra,User_ID,Followers,CreatedAt\n0,Smpl_One,?,9001,"1,200",2019-05-06\n'
    )
    (account,) = found.of_type("user-account")
    assert account["account_login"] == "smpl_one"
    assert account["account_created"] == "2019-05-06T00:00:00.000Z"
    assert account["extensions"][SOCIAL_ASSET]["platform_user_id"] == "9001"
    assert found.of_type("observed-data")[0]["extensions"][TAKEDOWN_ACTION]["profile"]["followers"] == 1200


def test_json_lines_with_the_same_keys_are_taken(file: Given) -> None:
    keys, cells = HEADER.split(","), PLAIN.split(",")
    found = file("x_022021.jsonl", json.dumps(dict(zip(keys, cells, strict=True))) + "\n")
    assert [item["account_login"] for item in found.of_type("user-account")] == ["smpl_one"]


def test_a_list_of_handles_alone_is_taken(file: Given) -> None:
    found = file("handles_022021.csv", "screen_name\n@Smpl_One\nsmpl_two\n")
    assert {item["account_login"] for item in found.of_type("user-account")} == {"smpl_one", "smpl_two"}


def test_the_written_form_of_a_handle_is_kept_and_its_case_makes_no_other_account(file: Given) -> None:
    found = file("x_022021.csv", f"{HEADER}\n{PLAIN}\n{PLAIN.replace('Smpl_One', 'SMPL_ONE')}\n")
    (account,) = found.of_type("user-account")
    assert account["extensions"][SOCIAL_ASSET]["login_as_written"] == "Smpl_One"
    assert [skip.reason for skip in found.skips] == ["duplicate"]


def test_a_number_that_a_spreadsheet_rounded_is_no_id(file: Given) -> None:
    found = file(
        "x_022021.csv",
        f"{HEADER}\n{PLAIN.replace('9001', '1.01421E+18')}\n{PLAIN.replace('9001,A Name,Smpl_One', '1.01421E+18,,')}\n",
    )
    (indicator,) = found.of_type("indicator")
    assert indicator["pattern"] == "[user-account:account_type = 'twitter' AND user-account:account_login = 'smpl_one']"
    assert [skip.reason for skip in found.skips] == ["unusable-value"]


def test_a_date_that_could_be_either_order_is_kept_as_written_only(file: Given) -> None:
    found = file("x_022021.csv", f"{HEADER}\n{PLAIN.replace('2019-05-06', '5/6/2019')}\n")
    assert "account_created" not in found.of_type("user-account")[0]
    action = found.of_type("observed-data")[0]["extensions"][TAKEDOWN_ACTION]
    assert action["source"]["comment"] == "account_creation_date: 5/6/2019"


def test_without_a_manifest_the_name_dates_the_network_and_no_country_is_guessed(file: Given) -> None:
    found = file("ghana_nigeria_032020_users_csv_hashed.csv", f"{HEADER}\n{PLAIN}\n")
    assert found.records[0].action_at == "2020-03"
    assert not found.of_type("location", "threat-actor")


def test_the_users_and_the_tweets_of_one_archive_are_one_campaign(tmp_path: Path) -> None:
    (tmp_path / "x_022021_users_csv_hashed.csv").write_text(f"{HEADER}\n{PLAIN}\n")
    (tmp_path / "x_022021_tweets_csv_hashed.csv").write_text(
        f"tweetid,{HEADER},tweet_time,urls\n1,{PLAIN},2020-05-06 07:08,[]\n"
    )
    found = Mapped("twitter", tmp_path)
    assert len(found.of_type("campaign")) == len(found.of_type("user-account")) == len(found.of_type("indicator")) == 1
    assert len(found.of_type("observed-data")) == 2


@pytest.mark.parametrize("links", ["[http://a-site.example/{}]", "['http://a-site.example/{}', 'https://t.co/x']"])
def test_a_site_that_three_accounts_share_five_times_is_a_lead_without_indicator(file: Given, links: str) -> None:
    cells = "".join(f'{n},900{n % 3},smpl_{n % 3},2020-05-06 07:08,"{links.format(n)}"\n' for n in range(5))
    found = file("x_022021_tweets.csv", f"tweetid,userid,user_screen_name,tweet_time,urls\n{cells}")
    assert [item["value"] for item in found.of_type("domain-name")] == ["a-site.example"]
    assert all("user-account" in item["pattern"] for item in found.of_type("indicator"))


@pytest.mark.parametrize(("tweets", "accounts"), [(4, 3), (5, 2)])
def test_a_site_that_few_share_is_none(file: Given, tweets: int, accounts: int) -> None:
    cells = "".join(f"{n},smpl_{n % accounts},2020-05-06 07:08,[http://a-site.example/]\n" for n in range(tweets))
    assert not file("x_022021.csv", f"tweetid,user_screen_name,tweet_time,urls\n{cells}").of_type("domain-name")


def test_more_accounts_than_are_held_in_memory_are_counted_all_the_same(
    monkeypatch: pytest.MonkeyPatch, file: Given
) -> None:
    monkeypatch.setattr("stix_mappers.members.activity._BUFFERED", 3)
    cells = "".join(f"{n},smpl_{n % 10},2020-05-{1 + n:02d} 07:08\n" for n in range(30))
    found = file("x_022021.csv", f"tweetid,user_screen_name,tweet_time\n{cells}")
    told = [(r.x_number_observed, r.x_first_seen, r.x_last_seen) for r in found.records if r.kind == "account"]
    expected = [(3, f"2020-05-{1 + n:02d}T07:08:00Z", f"2020-05-{21 + n:02d}T07:08:00Z") for n in range(10)]
    assert told == expected


COLLECTED = "external_author_id,author,content,publish_date,harvested_date,account_category\n"


def test_the_category_of_a_collected_account_is_a_label(file: Given) -> None:
    found = file("x.csv", COLLECTED + "9001,SMPL_ONE,text,10/1/2017 19:58,10/1/2017 19:59,RightTroll\n")
    assert found.of_type("observed-data")[0]["labels"] == ["RightTroll"]
    assert found.of_type("observed-data")[0]["first_observed"] == "2017-10-01T19:58:00.000Z"


def test_a_number_glued_to_a_handle_is_cut_only_if_the_handle_is_known(file: Given) -> None:
    glued = ",smplHandle901000000000000000,x,10/1/2017 19:58,,\n"
    unknown = file("a.csv", COLLECTED + glued)
    assert [item["account_login"] for item in unknown.of_type("user-account")] == ["smplhandle901000000000000000"]
    known = file("b.csv", COLLECTED + glued + ",smplHandle,x,10/1/2017 19:58,,\n")
    assert [item["account_login"] for item in known.of_type("user-account")] == ["smplhandle"]


def test_a_label_gives_an_identity_and_a_note_but_no_indicator_and_no_campaign() -> None:
    found = Mapped("twitter", samples_dir("twitter") / "labels")
    assert len(found.of_type("note")) == len(found.of_type("user-account")) == 4
    assert "Sample Newswire" in found.names("identity")
    assert not found.of_type("indicator", "campaign", "report", "relationship")
    labels = Counter((r.subject.label, r.subject.country) for r in found.records)  # type: ignore[union-attr]
    assert labels["state-affiliated-media", "CN"] == labels["government-account", "GB"] == 1


# Corrections ---------------------------------------------------------------------------------------------------------


def test_an_account_that_a_new_release_no_longer_lists_is_taken_back(tmp_path: Path) -> None:
    two = PLAIN.replace("9001", "9002").replace("Smpl_One", "Smpl_Two")
    (tmp_path / "x_022021_users.csv").write_text(f"{HEADER}\n{PLAIN}\n{two}\n")
    (tmp_path / "x_022021_users.v2.csv").write_text(f"{HEADER}\n{two}\n")
    found = Mapped("twitter", tmp_path)
    revoked = [item for item in found.objects if item.get("revoked")]
    assert Counter(item["type"] for item in revoked) == {"observed-data": 1, "indicator": 1, "relationship": 2}
    assert "smpl_one" in next(item["pattern"] for item in revoked if item["type"] == "indicator")
    (note,) = found.of_type("note")
    assert "No longer listed in x_022021_users.v2.csv." in note["content"]
    assert {item["account_login"] for item in found.of_type("user-account")} == {"smpl_one", "smpl_two"}
    assert not found.skipped("retracts-unknown")


def test_a_list_may_say_itself_what_it_takes_back(file: Given) -> None:
    taken = f"{PLAIN},removed from the list"
    found = file("x_022021.csv", f"{HEADER},correction\n{PLAIN},\n{taken}\n")
    assert Counter(item["type"] for item in found.objects if item.get("revoked"))["indicator"] == 1


def test_a_removed_account_is_no_retraction(file: Given) -> None:
    found = file("x_022021.csv", f"{HEADER},status\n{PLAIN},removed\n")
    assert [record.action for record in found.records] == ["suspended", "suspended"]


@pytest.mark.parametrize("day", ["2021-13-45", "", "soon", "2021-01"])
def test_a_line_of_a_manifest_without_a_day_is_unusable(file: Given, day: str) -> None:
    found = file("m.jsonl", json.dumps({"file": "x.csv", "network": "X", "disclosed": day}) + "\n")
    assert [skip.reason for skip in found.skips] == ["unusable-value"]


def test_what_was_never_told_cannot_be_taken_back(file: Given) -> None:
    found = file("x_022021.csv", f"{HEADER},correction\n{PLAIN},listed by mistake\n")
    assert [skip.reason for skip in found.skips] == ["retracts-unknown"]


# Samples, bad input --------------------------------------------------------------------------------------------------


def test_the_samples_give_records_of_every_kind_and_nothing_is_refused() -> None:
    found = Mapped("twitter", samples_dir("twitter"))
    assert len(found.records) >= 40
    assert not [skip for skip in found.skips if skip.refused]
    assert list(refused(found.objects)) == []
    assert complaints(one_of_each_shape(found.objects)) == []


def test_the_row_traced_in_the_documentation_is_still_true() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "members" / "twitter.md"
    traced = re.findall(r"`([a-z-]+--[0-9a-f-]{36})`", page.read_text())
    given_ids = {item["id"] for item in Mapped("twitter", samples_dir("twitter")).objects}
    assert len(traced) == 6
    assert set(traced) <= given_ids


@pytest.mark.parametrize("content", ["colour,size\nred,3\n", '{"a": 1}\n', "[1, 2]", "# A page\n"])
def test_a_file_of_something_else_is_named(file: Given, content: str) -> None:
    assert [skip.refused for skip in file("x.csv", content).skips][-1:] == [True]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30) | st.sampled_from(
    [HASH, "9001", "1.0E+18", "smpl_one", "2019-05-06", "5/6/2019", "[http://a-site.example]", "-1", "9" * 40, "true"]
)


@settings(max_examples=150, deadline=None)
@given(
    st.permutations([*HEADER.split(","), "tweetid", "tweet_time", "urls", "correction", "label"]),
    st.integers(2, 15),
    st.lists(st.lists(CELLS, max_size=16), min_size=1, max_size=6),
)
def test_any_row_is_mapped_or_skipped_and_never_fails(header: list[str], width: int, cells: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header[:width], *cells])
    skips: list[Skip] = []
    records = list(records_of("twitter", [io.BytesIO(text.getvalue().encode())], on_skip=skips.append))
    assert list(broken(records)) == []
    assert records or skips
    Mapped("twitter", io.BytesIO(text.getvalue().encode()))  # type: ignore[arg-type]
