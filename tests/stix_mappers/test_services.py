"""Whose account, page or post a URL names (platform-records.md 4.3, D4, D5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers.services import (
    account_type_of,
    asset_of_url,
    is_platform_host,
    login_of,
    service_of_host,
    service_owner,
    services_of,
)


@pytest.mark.parametrize(
    ("url", "account_type", "kind", "login"),
    [
        ("https://twitter.com/Some_One", "twitter", "account", "some_one"),
        ("https://x.com/Some_One?lang=en", "twitter", "account", "some_one"),
        ("mobile.twitter.com/some_one", "twitter", "account", "some_one"),
        ("https://facebook.com/Some.Page/", "facebook", "account", "some.page"),
        ("https://m.facebook.com/groups/123", "facebook", "group", "groups/123"),
        ("https://www.facebook.com/events/77/", "facebook", "event", "events/77"),
        ("https://instagram.com/Some.One", "instagram", "account", "some.one"),
        ("https://www.threads.net/@some.one", "threads", "account", "some.one"),
        ("https://www.youtube.com/@SomeHandle", "youtube", "channel", "somehandle"),
        ("https://www.youtube.com/c/Some", "youtube", "channel", "some"),
        ("https://www.youtube.com/user/Some", "youtube", "channel", "some"),
        ("https://t.me/SomeNews", "telegram", "channel", "somenews"),
        ("https://t.me/s/SomeNews", "telegram", "channel", "somenews"),
        ("https://www.tiktok.com/@Some.One", "tiktok", "account", "some.one"),
        ("https://www.reddit.com/user/Some-One?rdt=1", "reddit", "account", "some-one"),
        ("https://old.reddit.com/u/Some-One", "reddit", "account", "some-one"),
        ("https://www.reddit.com/r/SomeSub/", "reddit", "subreddit", "r/somesub"),
        ("https://some-name.tumblr.com/", "tumblr", "account", "some-name"),
        ("https://www.tumblr.com/some-name", "tumblr", "account", "some-name"),
        ("https://www.tumblr.com/blog/view/some-name", "tumblr", "account", "some-name"),
        ("https://www.pinterest.co.uk/someone/", "pinterest", "account", "someone"),
        ("https://pinterest.de/someone/My-Board/", "pinterest", "board", "board/someone/my-board"),
        ("https://de.linkedin.com/in/Some-One", "linkedin", "account", "in/some-one"),
        ("https://www.linkedin.com/company/some-firm/", "linkedin", "page", "company/some-firm"),
        ("https://medium.com/@Some.One", "medium", "account", "some.one"),
        ("https://someone.medium.com/", "medium", "account", "someone"),
        ("https://vk.com/Some.One", "vk", "account", "Some.One"),
        ("https://vk.com/club123", "vk", "group", "club123"),
        ("https://ok.ru/group/55", "ok", "group", "group/55"),
        ("https://github.com/SomeOne", "github", "account", "someone"),
        ("http://some-blog.blogspot.com.tr", "blogger", "blog", "some-blog"),
        ("https://some-blog.wordpress.com/", "wordpress", "blog", "some-blog"),
        ("https://en.wikipedia.org/wiki/User:some_one", "wikimedia", "account", "Some one"),
    ],
)
def test_a_profile_url_names_its_account(url: str, account_type: str, kind: str, login: str) -> None:
    asset = asset_of_url(url)
    assert asset is not None
    assert (asset.account_type, asset.kind, asset.login) == (account_type, kind, login)


@pytest.mark.parametrize(
    ("url", "user_id"),
    [
        ("https://www.facebook.com/profile.php?id=100012345", "100012345"),
        ("https://facebook.com/Some-Page-1234567890/", "1234567890"),
        ("https://facebook.com/people/Some-One/100012345/", "100012345"),
        ("https://www.youtube.com/channel/UCabcdefghijABCDEFGHIJkl", "UCabcdefghijABCDEFGHIJkl"),
        ("https://vk.com/id42", "42"),
        ("https://ok.ru/profile/42", "42"),
    ],
)
def test_a_number_in_the_path_is_the_platform_s_own_id(url: str, user_id: str) -> None:
    asset = asset_of_url(url)
    assert asset is not None
    assert asset.user_id == user_id


def test_a_named_facebook_page_with_its_number_gives_login_and_id() -> None:
    asset = asset_of_url("https://facebook.com/Some-Page-1234567890/")
    assert asset is not None
    assert (asset.kind, asset.login, asset.user_id) == ("page", "some-page", "1234567890")


@pytest.mark.parametrize(
    ("url", "kind", "post_id", "owner"),
    [
        ("https://twitter.com/some/status/123?s=20", "post", "123", "some"),
        ("https://www.facebook.com/some/posts/55", "post", "55", "some"),
        ("https://www.instagram.com/p/AbC/", "post", "AbC", None),
        ("https://www.youtube.com/watch?v=abc&t=1", "post", "abc", None),
        ("https://youtu.be/abc", "post", "abc", None),
        ("https://t.me/some_news/17", "post", "17", "some_news"),
        ("https://www.reddit.com/user/some/comments/ab1/title/", "post", "ab1", "some"),
        ("http://tumblr.com/some/123456/a-slug?source=share", "post", "123456", "some"),
        ("https://sk.pinterest.com/pin/938", "pin", "938", None),
        ("https://some.blogspot.com/2020/03/a.html", "post", "2020/03/a.html", "some"),
        ("https://vk.com/wall-1_2", "post", "wall-1_2", None),
    ],
)
def test_a_post_names_its_owner_where_the_path_tells(url: str, kind: str, post_id: str, owner: str | None) -> None:
    asset = asset_of_url(url)
    assert asset is not None
    assert (asset.kind, asset.post_id, asset.login) == (kind, post_id, owner)


def test_all_spellings_of_a_pin_meet() -> None:
    spellings = [
        "https://tr.pinterest.com/pin/12/",
        "http://pinterest.co.uk/pin/a-slug--12",
        "pinterest.com/pin/12?x=1",
    ]
    urls = {asset.url for asset in map(asset_of_url, spellings) if asset}
    assert urls == {"https://www.pinterest.com/pin/12/"}


@pytest.mark.parametrize(
    "url",
    [
        "https://t.me/+abcdef",
        "https://t.me/joinchat/abc",
        "https://pin.it/2abc",
        "https://twitter.com/i/events/1",
        "https://twitter.com/hashtag/x",
        "https://www.facebook.com/sharer/sharer.php?u=x",
        "https://www.facebook.com/watch/?v=1",
        "https://www.quora.com/profile/Some-One",
        "https://vimeo.com/user1",
        "https://a-network-of-tomorrow.example/@someone",
    ],
)
def test_where_no_rule_tells_the_url_stands_alone(url: str) -> None:
    asset = asset_of_url(url)
    assert asset is not None
    assert (asset.kind, asset.names_account, asset.url) == ("url", False, url)


def test_the_written_form_of_a_login_is_kept_only_where_its_case_changed() -> None:
    changed, same = asset_of_url("https://x.com/SomeOne"), asset_of_url("https://x.com/someone")
    assert changed is not None
    assert same is not None
    assert (changed.login_as_written, same.login_as_written) == ("SomeOne", None)


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("www.quora.com", "quora"),
        ("jp.quora.com", "quora"),
        ("WWW.thestudentroom.co.uk", "thestudentroom"),
        ("forum.example.org", "forum.example"),
        ("play.google.com", "google-play"),
        ("fr.pinterest.com", "pinterest"),
    ],
)
def test_every_host_has_a_service(host: str, service: str) -> None:
    assert service_of_host(host) == service


@pytest.mark.parametrize(
    ("service", "member"),
    [
        ("instagram", "facebook"),
        ("threads", "facebook"),
        ("google-ads", "google"),
        ("blogger", "google"),
        ("github", "microsoft"),
        ("linkedin", "linkedin"),
        ("tumblr", "verizon-media"),
        ("aol-mail", "verizon-media"),
        ("wikipedia:enwiki", "wikimedia"),
        ("wikimedia:global", "wikimedia"),
        ("telegram", None),
        ("web", None),
    ],
)
def test_a_service_belongs_to_the_member_that_runs_it(service: str, member: str | None) -> None:
    assert service_owner(service) == member


def test_every_service_of_a_member_is_owned_by_it() -> None:
    assert services_of("facebook") >= {"facebook", "instagram", "whatsapp", "threads"}
    assert all(service_owner(service) == "google" for service in services_of("google"))


def test_all_wikis_share_their_accounts() -> None:
    assert account_type_of("wikipedia:dewiki") == account_type_of("wikimedia:global") == "wikimedia"


@pytest.mark.parametrize(
    ("service", "kind", "written", "login"),
    [
        ("reddit", "subreddit", "UKWhistleblower", "r/ukwhistleblower"),
        ("reddit", "account", "u/Some_One", "some_one"),
        ("twitter", "account", "@SomeOne", "someone"),
        ("linkedin", "account", "Some-One", "in/some-one"),
        ("linkedin", "page", "company/Some", "company/some"),
        ("facebook", "group", "123", "groups/123"),
        ("vk", "account", "Some.One", "Some.One"),
        ("wikipedia:enwiki", "account", "some_one", "Some one"),
    ],
)
def test_a_login_given_by_name_meets_the_login_of_its_url(service: str, kind: str, written: str, login: str) -> None:
    assert login_of(service, written, kind)[0] == login


@pytest.mark.parametrize(
    "host",
    [
        "twitter.com",
        "www.facebook.com",
        "some.blogspot.com",
        "withheldforprivacy.com",
        "gmail.com",
        "bit.ly",
        "ddns.net",
    ],
)
def test_hosts_of_platforms_registrars_and_mail_never_belong_to_a_campaign(host: str) -> None:
    assert is_platform_host(host)


@pytest.mark.parametrize("host", ["peacedata.net", "some.ddns.net", "yahoo-verify.net", "myfacebook.com", "not a host"])
def test_other_hosts_may_belong_to_a_campaign(host: str) -> None:
    assert not is_platform_host(host)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    asset_of_url(text)
    asset_of_url(f"https://{text}")
    service_of_host(text)
    is_platform_host(text)


@given(
    st.sampled_from(
        ["facebook.com", "twitter.com", "t.me", "reddit.com", "vk.com", "x.tumblr.com", "en.wikipedia.org"]
    ),
    st.text(),
)
def test_no_path_makes_it_raise_and_every_url_is_ascii(host: str, path: str) -> None:
    asset = asset_of_url(f"https://{host}/{path}")
    assert asset is None or asset.url.isascii()
