"""Twitter: every real file against an independent count, invented files, and what must never come out."""

import csv
import io
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from stix_mappers import map_file
from stix_mappers.extensions import SOCIAL_ASSET, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

TWITTER = DATA / "twitter"
USERS = sorted((TWITTER / "users").glob("*_users_csv_hashed*.csv"))
AUTHORS = sorted((TWITTER / "tweets_by_author").glob("*.csv"))

here = pytest.mark.skipif(not TWITTER.is_dir(), reason="the real files are not beside the project")


def name(path: Path) -> str:
    return path.name


@cache
def mapped(path: Path) -> Mapped:
    return Mapped("twitter", path)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8", errors="replace"), newline="")))


# The real files ------------------------------------------------------------------------------------------------------


@here
@pytest.mark.parametrize("path", USERS, ids=name)
def test_a_user_archive_gives_one_observation_for_each_account(path: Path) -> None:
    accounts = {row["userid"]: row for row in rows(path) if row["userid"]}
    named = {key for key in accounts if key.isdigit()}
    found = mapped(path)
    assert Counter(record.kind for record in found.records) == {"account": len(accounts), "network": 1}
    assert len(found.of_type("user-account")) == len(found.of_type("observed-data")) == len(accounts)
    assert len(found.of_type("indicator")) == len(found.relationships("indicates")) == len(named)
    assert len(found.relationships("related-to")) == len(accounts) - len(named)
    assert {skip.reason for skip in found.skips} <= {"blank"}


@here
@pytest.mark.parametrize("path", USERS, ids=name)
def test_a_pseudonym_stays_what_it_is_and_is_never_looked_for(path: Path) -> None:
    hashed = {row["userid"] for row in rows(path) if row["userid"] and not row["userid"].isdigit()}
    accounts = {item["user_id"]: item for item in mapped(path).of_type("user-account") if "user_id" in item}
    assert set(accounts) == hashed
    for item in accounts.values():
        assert item["extensions"][SOCIAL_ASSET]["pseudonymised"] is True
        assert not {"account_login", "display_name"} & set(item)
    patterns = " ".join(item["pattern"] for item in mapped(path).of_type("indicator"))
    assert not any(key in patterns for key in hashed)


@here
@pytest.mark.parametrize("path", USERS, ids=name)
def test_followers_and_dates_of_creation_are_those_of_the_rows(path: Path) -> None:
    accounts = {row["userid"]: row for row in rows(path) if row["userid"]}
    found = mapped(path)
    profiles = [item["extensions"][TAKEDOWN_ACTION].get("profile", {}) for item in found.of_type("observed-data")]
    followers = [int(row["follower_count"]) for row in accounts.values() if row["follower_count"]]
    assert sum(profile.get("followers", 0) for profile in profiles) == sum(followers)
    dates = Counter(f"{row['account_creation_date']}T00:00:00.000Z" for row in accounts.values())
    assert Counter(item["account_created"] for item in found.of_type("user-account")) == dates


@here
def test_the_list_of_nbc_has_a_date_and_a_number_where_the_row_has_them() -> None:
    path = TWITTER / "users" / "nbc_ira_users.csv"
    listed = rows(path)
    found = mapped(path)
    logins = {row["screen_name"].lower() for row in listed}
    assert {item["account_login"] for item in found.of_type("user-account")} == logins
    assert len(found.of_type("indicator")) == len(logins)
    dated = sum(bool(row["created_at"]) for row in listed)
    assert sum("account_created" in item for item in found.of_type("user-account")) == dated
    numbered = sum(row["id"].isdigit() for row in listed)
    assert sum("OR user-account:user_id" in item["pattern"] for item in found.of_type("indicator")) == numbered


@here
def test_the_manifest_gives_a_network_a_line() -> None:
    path = TWITTER / "archive_manifest.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    found = mapped(path)
    assert len(found.of_type("campaign")) == len(found.of_type("report")) == len(lines)
    assert len(found.relationships("originates-from")) == len(lines)
    assert {record.network.origin[0] for record in found.records if record.network} == {x["country"] for x in lines}
    assert [record.counts["accounts"].value for record in found.records] == [x["accounts_published"] for x in lines]
    assert not found.skips


@here
def test_a_country_alone_is_a_place_and_never_an_actor() -> None:
    found = mapped(TWITTER / "archive_manifest.jsonl")
    assert found.names("threat-actor") == {
        "Internet Research Agency",
        "youth organisations with links to the Cuban government",
    }


@here
def test_the_file_named_after_qatar_comes_from_saudi_arabia() -> None:
    (network,) = [record.network for record in mapped(USERS[-1]).records if record.kind == "network"]
    assert network is not None
    assert (network.origin, network.targets) == (("SA",), ("QA",))


@here
def test_peace_data_was_acted_on_before_it_was_disclosed() -> None:
    path = TWITTER / "users" / "ira_092020_users_csv_hashed.csv"
    found = mapped(path)
    account = found.records[1]
    assert account.record_id == f"twitter:ira_092020:account:{rows(path)[0]['userid']}"
    assert (account.action_at, found.records[0].leads_from) == ("2020-09-01", ("FBI",))
    assert found.of_type("observed-data")[0]["created"] == "2020-10-08T00:00:00.000Z"


@here
def test_peace_data_and_ira_facts_of_two_members_meet_on_one_actor(data: Path) -> None:
    found = mapped(TWITTER / "users" / "ira_092020_users_csv_hashed.csv")
    others = [*map_file("facebook", data / "facebook" / "network_summaries.jsonl")]
    others += map_file("coalition", data / "coalition" / "records.jsonl")
    (actor,) = found.of_type("threat-actor")
    assert actor["name"] == "Internet Research Agency"
    assert actor in others


@here
def test_a_tweet_archive_gives_an_observation_an_account_and_nothing_for_a_tweet() -> None:
    path = TWITTER / "tweets" / "ira_tweets_csv_hashed.sample.csv"
    tweets = rows(path)
    found = mapped(path)
    assert len(found.of_type("observed-data")) == len({row["userid"] for row in tweets})
    assert sum(item["number_observed"] for item in found.of_type("observed-data")) == len(tweets)
    times = {f"{row['tweet_time'].replace(' ', 'T')}:00.000Z" for row in tweets}
    assert {item["first_observed"] for item in found.of_type("observed-data")} == times
    assert not found.of_type("indicator", "url")


@here
def test_people_whom_a_tweet_repeats_or_mentions_do_not_come_out() -> None:
    path = TWITTER / "tweets" / "ira_tweets_csv_hashed.sample.csv"
    written = json.dumps(mapped(path).objects, ensure_ascii=False)
    for row in rows(path):
        for key in ("retweet_userid", "in_reply_to_userid", "tweet_text"):
            assert not row[key] or row[key] not in written
        assert all(f'"{number}"' not in written for number in re.findall(r"\d+", row["user_mentions"]))


@here
@pytest.mark.parametrize("path", AUTHORS, ids=name)
def test_the_tweets_of_an_author_are_one_observation(path: Path) -> None:
    tweets = rows(path)
    (item,) = mapped(path).of_type("observed-data")
    times = sorted(row["publish_date"].replace(" ", "T") for row in tweets)
    assert item["number_observed"] == len(tweets)
    assert (item["first_observed"], item["last_observed"]) == (f"{times[0]}.000Z", f"{times[-1]}.000Z")
    (account,) = mapped(path).of_type("user-account")
    assert account["account_login"] == tweets[0]["author_id"].lower()
    # A handle that is too long to have existed cannot be looked for: an export glued a number to it.
    assert len(mapped(path).of_type("indicator")) == (len(tweets[0]["author_id"]) <= 20)


@here
def test_every_object_of_the_real_files_is_accepted() -> None:
    found = mapped(TWITTER)
    assert list(refused(found.objects)) == []
    assert list(broken(found.records)) == []
    assert complaints(one_of_each_shape(found.objects)) == []
    assert len({item["id"] for item in found.objects}) == len(found.objects)


@here
@pytest.mark.slow
def test_every_object_of_the_real_files_is_valid() -> None:
    assert complaints(mapped(TWITTER).objects) == []


@here
def test_a_second_run_gives_the_same_objects() -> None:
    assert Mapped("twitter", TWITTER).objects == mapped(TWITTER).objects
