"""Reddit: every real file against an independent count, invented files, and what must never come out."""

import csv
import datetime as dt
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stix_mappers import Skip, records_of, samples_dir
from stix_mappers.extensions import DISCLOSURE_SUMMARY, SOCIAL_ASSET, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

REDDIT = DATA / "reddit"
NETWORK = "reddit-2018-04-10-suspicious-accounts"
ACCOUNTS = "fullname,comment_karma,created_utc,is_employee,link_karma,name\n"
COMMENTS = "author,created_utc,permalink,link_url,body\n"

Given = Callable[[str, str | bytes], Mapped]
here = pytest.mark.skipif(not REDDIT.is_dir(), reason="the real files are not beside the project")


@cache
def mapped(name: str) -> Mapped:
    return Mapped("reddit", REDDIT / name)


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((REDDIT / name).read_text("utf-8", errors="replace"), newline="")))


def listed() -> dict[str, int]:
    lines = [line.split(",") for line in (REDDIT / "seed.csv").read_text().splitlines() if line]
    return {name.lower(): int(karma) for name, karma in lines}


def stamp(seconds: str) -> str:
    return dt.datetime.fromtimestamp(int(float(seconds)), dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.fixture
def file(tmp_path: Path) -> Given:
    def written(name: str, content: str | bytes) -> Mapped:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Mapped("reddit", path)

    return written


# The real files ------------------------------------------------------------------------------------------------------


@here
def test_the_list_gives_an_account_and_an_indicator_a_name() -> None:
    found = mapped("seed.csv")
    names = listed()
    assert Counter(record.kind for record in found.records) == {"account": len(names), "network": 1}
    assert {item["account_login"] for item in found.of_type("user-account")} == set(names)
    assert len(found.of_type("observed-data")) == len(found.of_type("indicator")) == len(names)
    assert not found.skips


@here
def test_karma_stands_in_the_snapshot_of_the_profile() -> None:
    actions = [item["extensions"][TAKEDOWN_ACTION] for item in mapped("seed.csv").of_type("observed-data")]
    assert sum(action["profile"]["karma"] for action in actions) == sum(listed().values())


@here
def test_the_list_was_only_reported_because_its_accounts_were_kept_visible() -> None:
    accounts = [record for record in mapped("seed.csv").records if record.kind == "account"]
    assert {(record.action, record.action_at) for record in accounts} == {("reported", "2018-04-10")}
    assert not any("is_disabled" in item for item in mapped("seed.csv").of_type("user-account"))


@here
def test_account_objects_give_the_id_and_the_date_of_creation() -> None:
    objects = {row["name"].lower(): row for row in rows("users.csv")}
    found = mapped("users.csv")
    accounts = {item["account_login"]: item for item in found.of_type("user-account")}
    assert set(accounts) == set(objects)
    assert len(found.skipped("duplicate")) == len(rows("users.csv")) - len(objects)
    for login, row in objects.items():
        assert accounts[login]["account_created"] == stamp(row["created_utc"])
        assert accounts[login]["extensions"][SOCIAL_ASSET]["platform_user_id"] == row["fullname"]


@here
def test_the_list_and_the_api_differ_in_case_and_give_the_same_ids() -> None:
    api = {row["name"] for row in rows("users.csv")}
    written = {line.split(",")[0] for line in (REDDIT / "seed.csv").read_text().splitlines()}
    in_api = {item["account_login"]: item["id"] for item in mapped("users.csv").of_type("user-account")}
    in_list = {item["account_login"]: item["id"] for item in mapped("seed.csv").of_type("user-account")}
    assert api - written, "the case of some names differs"
    common = set(in_api) & set(in_list)
    assert len(common) == len({name.lower() for name in api} & {name.lower() for name in written})
    assert all(in_api[login] == in_list[login] for login in common)


@here
def test_comments_are_gathered_by_account_with_at_most_fifty_addresses() -> None:
    comments = rows("comments.csv")
    counted = Counter(row["author.name"].lower() for row in comments)
    found = mapped("comments.csv")
    told = {record.record_id.rpartition(":")[2]: record for record in found.records if ":posts:" in record.record_id}
    assert {login: record.x_number_observed for login, record in told.items()} == counted
    assert all(len(record.x_links) == min(counted[login], 50) for login, record in told.items())
    assert len(found.of_type("url")) == sum(min(number, 50) for number in counted.values())
    for login, record in told.items():
        times = sorted(stamp(row["created_utc"]) for row in comments if row["author.name"].lower() == login)
        assert (record.x_first_seen, record.x_last_seen) == (times[0], times[-1])


@here
def test_sites_that_few_accounts_shared_do_not_come_out() -> None:
    hosts: dict[str, set[str]] = {}
    posts: Counter[str] = Counter()
    for row in rows("comments.csv"):
        host = row["link_url"].partition("//")[2].partition("/")[0].lower()
        hosts.setdefault(host, set()).add(row["author.name"])
        posts[host] += 1
    often = {host for host in hosts if len(hosts[host]) >= 3 and posts[host] >= 5}
    sites = {item["value"] for item in mapped("comments.csv").of_type("domain-name")}
    assert sites <= often
    assert not any("reddit.com" in site or "imgur" in site or "youtu" in site for site in sites)


@here
def test_texts_and_those_who_are_answered_do_not_come_out() -> None:
    written = json.dumps(mapped("comments.csv").objects, ensure_ascii=False)
    for row in rows("comments.csv"):
        assert len(row["body"]) < 30 or json.dumps(row["body"])[1:-1] not in written
        assert row["parent_id"] not in written


@here
def test_the_three_disclosures_are_three_campaigns_and_two_share_their_actor() -> None:
    lines = [json.loads(line) for line in (REDDIT / "disclosures.jsonl").read_text().splitlines()]
    found = mapped("disclosures.jsonl")
    assert len(found.of_type("campaign")) == len(found.of_type("report")) == len(lines)
    ties = Counter(item["target_ref"].partition("--")[0] for item in found.relationships("attributed-to"))
    assert ties == {"threat-actor": 1, "intrusion-set": 2}
    assert (len(found.of_type("threat-actor")), len(found.of_type("intrusion-set"))) == (1, 1)
    named = sum(len(x.get("named_accounts", [])) + len(x.get("subreddit_names", [])) for x in lines)
    assert len(found.of_type("user-account")) == named
    counts = [item["extensions"][DISCLOSURE_SUMMARY]["counts"] for item in found.of_type("report")]
    totals = {count["value"] for listed_counts in counts for count in listed_counts if count["asset"] == "accounts"}
    assert totals == {x["accounts"] for x in lines}


@here
def test_how_sure_the_attribution_is_follows_the_wording() -> None:
    sure = {
        item["target_ref"]: item["confidence"] for item in mapped("disclosures.jsonl").relationships("attributed-to")
    }
    assert set(sure.values()) <= {40, 60}


@here
def test_vote_manipulation_is_a_technique_and_karma_a_note() -> None:
    found = mapped("disclosures.jsonl")
    (technique,) = found.of_type("attack-pattern")
    assert technique["external_references"][0]["external_id"] == "T0049.001"
    (note,) = found.of_type("note")
    assert note["content"].startswith("<=0: 42; 1-9: 13")


@here
def test_a_subreddit_has_its_prefix_and_is_no_account_of_that_name() -> None:
    logins = {item["account_login"] for item in mapped("disclosures.jsonl").of_type("user-account")}
    assert "r/ukwhistleblower" in logins
    ids = {record.record_id for record in mapped("disclosures.jsonl").records}
    assert "reddit:reddit-2019-12-06-secondary-infektion:subreddit:UKWhistleblower" in ids


@here
def test_of_all_tellings_of_an_account_the_one_that_tells_most_is_kept() -> None:
    found = mapped("")
    created = {item["account_login"] for item in found.of_type("user-account") if "account_created" in item}
    assert created == {row["name"].lower() for row in rows("users.csv")}


@here
def test_every_object_of_the_real_files_is_accepted() -> None:
    found = mapped("")
    assert list(refused(found.objects)) == []
    assert list(broken(found.records)) == []
    assert complaints(one_of_each_shape(found.objects)) == []
    assert len({item["id"] for item in found.objects}) == len(found.objects)
    assert Mapped("reddit", REDDIT).objects == found.objects


@here
@pytest.mark.slow
def test_every_object_of_the_real_files_is_valid() -> None:
    assert complaints(mapped("").objects) == []


# Invented files ------------------------------------------------------------------------------------------------------


def test_a_list_may_have_a_header_swapped_columns_or_blanks(file: Given) -> None:
    for content in ("name,karma\nSmpl_One,-3\n", "-3,Smpl_One\n", "\nSmpl_One ,-3\n", "Karma;User Name\n-3;Smpl_One\n"):
        found = file("list_2021-03.csv", content)
        (account,) = found.of_type("user-account")
        assert (account["account_login"], account["display_name"]) == ("smpl_one", "Smpl_One")
        assert found.records[1].x_profile == {"karma": -3}


def test_a_list_of_names_alone_is_known_by_their_prefix(file: Given) -> None:
    found = file("list_2021-03.txt", "u/Smpl_One\n/user/smpl_two\nu/SMPL_ONE\n")
    assert {item["account_login"] for item in found.of_type("user-account")} == {"smpl_one", "smpl_two"}
    assert [skip.reason for skip in found.skips] == ["duplicate"]


def test_a_list_without_disclosure_is_dated_by_its_name_and_attributed_to_nobody(file: Given) -> None:
    found = file("list_2021-03.csv", "Smpl_One,3\n")
    assert (found.records[1].action, found.records[1].action_at) == ("banned", "2021-03")
    assert not found.of_type("threat-actor", "intrusion-set", "location")


def test_a_list_belongs_to_the_disclosure_whose_date_it_bears(tmp_path: Path) -> None:
    lines = [{"disclosure_id": f"d{day}", "published": f"2021-03-{day}", "title": "A title"} for day in (10, 20)]
    (tmp_path / "disclosures.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "list_20210320.csv").write_text("Smpl_One,3\n")
    found = Mapped("reddit", tmp_path / "list_20210320.csv")
    assert {record.network.id for record in found.records if record.network} == {"d20"}


def test_a_suspended_account_that_answers_with_its_name_only_is_banned(file: Given) -> None:
    found = file("a_2021-03.json", '{"kind": "t2", "data": {"name": "Smpl_One", "is_suspended": true}}\n')
    assert found.records[1].action == "banned"
    assert found.of_type("user-account")[0]["is_disabled"] is True


def test_an_employee_cannot_be_meant(file: Given) -> None:
    found = file("a_2021-03.csv", f"{ACCOUNTS}t2_a1,1,1431617780.0,True,1,Smpl_One\n")
    assert not found.of_type("user-account")
    assert [skip.reason for skip in found.skips] == ["unusable-value"]


def test_a_listing_of_the_api_and_flat_archives_are_read_alike(file: Given) -> None:
    post = {"author": "Smpl_One", "created_utc": 1465000000, "permalink": "/r/x/comments/a/b/c/", "body": "x"}
    listing = {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": post}]}}
    nested = {**post, "author": {"name": "Smpl_One"}}
    for content in (json.dumps(listing), json.dumps(post) + "\n", json.dumps(nested) + "\n"):
        (record,) = [record for record in file("p_2021-03.json", content).records if record.kind == "account"]
        assert record.x_links == ("https://www.reddit.com/r/x/comments/a/b/c/",)
        assert record.x_first_seen == "2016-06-04T00:26:40.000Z"


def test_the_id_of_an_author_stands_in_the_pattern(file: Given) -> None:
    found = file("p_2021-03.csv", "author,author_fullname,body,created_utc\nSmpl_One,t2_ab,x,1465000000\n")
    assert found.of_type("indicator")[0]["pattern"].endswith("'smpl_one' OR user-account:user_id = 't2_ab')]")


def test_a_hidden_author_is_skipped_as_hidden(file: Given) -> None:
    found = file("p_2021-03.csv", f"{COMMENTS}[deleted],1465000000,/r/x/comments/a/b/c/,,x\n")
    assert [skip.reason for skip in found.skips] == ["hidden"]


def test_no_more_than_fifty_posts_of_an_account_are_listed_and_all_are_counted(file: Given) -> None:
    posts = "".join(f"Smpl_One,{1465000000 + n},/r/x/comments/a/b/{n}/,,x\n" for n in range(70))
    (record,) = [record for record in file("p_2021-03.csv", COMMENTS + posts).records if record.kind == "account"]
    assert (record.x_number_observed, len(record.x_links)) == (70, 50)


def test_the_samples_give_records_of_every_kind_and_nothing_is_refused() -> None:
    found = Mapped("reddit", samples_dir("reddit"))
    assert len(found.records) >= 40
    assert not [skip for skip in found.skips if skip.refused]
    assert list(refused(found.objects)) == []
    assert complaints(one_of_each_shape(found.objects)) == []


def test_the_row_traced_in_the_documentation_is_still_true() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "members" / "reddit.md"
    traced = re.findall(r"`([a-z-]+--[0-9a-f-]{36})`", page.read_text())
    given_ids = {item["id"] for item in Mapped("reddit", samples_dir("reddit")).objects}
    assert len(traced) == 6
    assert set(traced) <= given_ids


@pytest.mark.parametrize("content", ["colour,size\nred,big\n", '{"a": 1}\n', "[1, 2]", "# A page\n", "colour\nred\n"])
def test_a_file_of_something_else_is_named(file: Given, content: str) -> None:
    assert [skip.refused for skip in file("x.csv", content).skips][-1:] == [True]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30) | st.sampled_from(
    ["Smpl_One", "u/x", "t2_abc", "1465000000.0", "1.4E+09", "True", "-7", "/r/x/comments/a/b/c/", "9" * 30]
)
HEADERS = ["name", "karma", "author", "created_utc", "permalink", "fullname", "link_url", "is_employee", "subreddit"]


@settings(max_examples=150, deadline=None)
@given(st.permutations(HEADERS), st.integers(0, 9), st.lists(st.lists(CELLS, max_size=10), min_size=1, max_size=6))
def test_any_row_is_mapped_or_skipped_and_never_fails(header: list[str], width: int, cells: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header[:width], *cells] if width else cells)
    skips: list[Skip] = []
    records = list(records_of("reddit", [io.BytesIO(text.getvalue().encode())], on_skip=skips.append))
    assert list(broken(records)) == []
    assert records or skips
    Mapped("reddit", io.BytesIO(text.getvalue().encode()))  # type: ignore[arg-type]
