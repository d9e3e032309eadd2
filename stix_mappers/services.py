"""Which service a URL lives on, and whose account, page, post it names (platform-records.md 4.3, D4, D5).

The table `services.json` holds the hosts of each service, the services of each member, which services ignore the
case of logins, the words of a path that are no account, and the hosts that never belong to a campaign.
"""

import re
from functools import lru_cache

import msgspec

from stix_mappers.named import Named
from stix_mappers.profile_paths import PATH_RULES, wiki_user
from stix_mappers.tables import table
from stix_mappers.urls import Url, host_name, split_url


class Asset(msgspec.Struct, frozen=True):
    """What a URL names on a service.

    `account_type` is the service, in the words of STIX `account_type` and of the record's `service` and `asserted_on`.
    `kind` is one of the record's kinds: account, page, group, event, channel, board, subreddit, blog, post, pin; or
    `url` where the path rule of the host is unknown or the path names no account ("url only" in 4.3).
    `login` and `user_id` name the account; for a post they name its owner, where the path tells.
    `url` is the URL to store; pins are brought to one form, so that all spellings meet.
    `login_as_written` is given only where lower-casing changed the login (D4).
    """

    account_type: str
    kind: str
    url: str
    login: str | None = None
    user_id: str | None = None
    post_id: str | None = None
    login_as_written: str | None = None

    @property
    def names_account(self) -> bool:
        """Is there an account, page, channel ... to make a user-account of (for a post: its owner)?"""
        return self.login is not None or self.user_id is not None


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `services.json`."""

    members: dict[str, frozenset[str]]
    case_ignored: frozenset[str]
    hosts: dict[str, tuple[str, ...]]
    not_blogs: frozenset[str]
    reserved: dict[str, frozenset[str]]
    registrars: frozenset[str]
    hosting: frozenset[str]
    hosting_of_customers: frozenset[str]
    mail: frozenset[str]
    shorteners: frozenset[str]
    second_levels: frozenset[str]


_TABLE = table("services", _Table)
_SERVICE_OF_HOST = {host: service for service, hosts in _TABLE.hosts.items() for host in hosts}
_OWNERS = {service: member for member, services in _TABLE.members.items() for service in services}
_NEVER_OF_A_CAMPAIGN = _TABLE.registrars | _TABLE.hosting | _TABLE.mail | _TABLE.shorteners
_RESERVED = {**_TABLE.reserved, "blogger": _TABLE.not_blogs, "wordpress": _TABLE.not_blogs}
# Services with a host in every country: pinterest.co.uk, x.blogspot.com.tr.
_COUNTRY_HOST = re.compile(r"(?:.*\.)?(pinterest|blogspot)\.(?:com?\.[a-z]{2}|com|[a-z]{2,3})")
_COUNTRY_SERVICES = {"pinterest": "pinterest", "blogspot": "blogger"}
_BLOGGER_PROFILE = re.compile(r"/profile/(\d+)")
_MAX_LABELS = 127  # of a host name (RFC 1035)
_HANDLE_SERVICES = frozenset({"twitter", "instagram", "threads", "tiktok", "youtube", "telegram", "medium"})
_USER_PREFIX = re.compile(r"/?(?:u|user)/", re.IGNORECASE)
# What a login given by name lacks of the form it has in a URL (D5).
_KIND_PREFIXES = {
    ("reddit", "subreddit"): "r/",
    ("facebook", "group"): "groups/",
    ("facebook", "event"): "events/",
    ("linkedin", "account"): "in/",
    ("linkedin", "page"): "company/",
    ("linkedin", "group"): "groups/",
    ("pinterest", "board"): "board/",
}
_PREFIXED = re.compile(r"(?:r|groups|events|in|company|school|showcase|board|pages|channel)/", re.IGNORECASE)


def asset_of_url(url: str) -> Asset | None:
    """What a refanged URL (with or without scheme) names; None if it is no URL with a host."""
    parts = split_url(url, default_scheme="https")
    if parts is None:
        return None
    service = service_of_host(parts.host)
    named = _named(service, parts)
    if named is None:
        return Asset(service, "url", str(parts))
    login, written = (None, None) if named.login is None else login_of(service, named.login)
    return Asset(service, named.kind, named.url or str(parts), login, named.user_id, named.post_id, written)


def _named(service: str, parts: Url) -> Named | None:
    """What the path names by the rule of its service."""
    rule = PATH_RULES.get(service)
    if rule is None:
        return None
    profile = _BLOGGER_PROFILE.match(parts.path) if parts.host.endswith("blogger.com") else None
    if profile:
        return Named("account", user_id=profile[1])
    return rule(parts, _RESERVED.get(service, ()))


@lru_cache(maxsize=8192)
def service_of_host(host: str) -> str:
    """The service a host belongs to; for unknown hosts the host without `www.` and top-level domain."""
    host = host.lower().removesuffix(".")
    known = next((_SERVICE_OF_HOST[name] for name in _parents(host) if name in _SERVICE_OF_HOST), None)
    if known:
        return known
    country = _COUNTRY_HOST.fullmatch(host)
    return _COUNTRY_SERVICES[country[1]] if country else _without_top(host)


def _parents(host: str) -> list[str]:
    """The host and the domains above it, the nearest first."""
    labels = host.split(".", _MAX_LABELS)
    return [".".join(labels[start:]) for start in range(len(labels))]


def _without_top(host: str) -> str:
    """`www.thestudentroom.co.uk` gives `thestudentroom`; an address stays whole."""
    labels = host.removeprefix("www.").split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return host
    tail = 2 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _TABLE.second_levels else 1
    return ".".join(labels[:-tail])


@lru_cache(maxsize=1024)
def account_type_of(service: str) -> str:
    """The `account_type` of a record's service: all wikis share one login."""
    return "wikimedia" if service_owner(service) == "wikimedia" else service


def service_owner(service: str) -> str | None:
    """The member that runs a service: `instagram` is facebook's, `wikipedia:enwiki` wikimedia's."""
    return _OWNERS.get(service.partition(":")[0].lower())


def wiki_of(service: str) -> str | None:
    """The wiki of a service, by the name of its database: `enwiki` of `wikipedia:enwiki`."""
    project, _, wiki = service.partition(":")
    return wiki if project in {"wikipedia", "wikimedia"} and wiki and wiki != "global" else None


def services_of(member: str) -> frozenset[str]:
    """The services of a member (`wikipedia:<wiki>` and `wikimedia:<wiki>` are told by `service_owner` alone)."""
    return _TABLE.members.get(member, frozenset())


def login_of(service: str, login: str, kind: str = "account") -> tuple[str, str | None]:
    """A login given by name: the form for `account_login` and, if that differs, the form as written (D4, D5)."""
    service = account_type_of(service)
    if service == "wikimedia":
        return wiki_user(login), None
    written = login.strip()
    if service in _HANDLE_SERVICES:
        written = written.removeprefix("@")
    if service == "reddit":
        written = _USER_PREFIX.sub("", written, count=1) if _USER_PREFIX.match(written) else written.removeprefix("/")
    prefix = _KIND_PREFIXES.get((service, kind), "")
    if prefix and not _PREFIXED.match(written):
        written = prefix + written
    if service not in _TABLE.case_ignored or written.startswith("channel/"):
        return written, None
    return (lower, written) if (lower := written.lower()) != written else (written, None)


@lru_cache(maxsize=8192)
def is_platform_host(host: str) -> bool:
    """Does the host belong to a platform, registrar, hosting, shortener or mail service, so never to a campaign?

    The subdomain that a hosting service gives to a customer (`x.ddns.net`, `x.github.io`) is the customer's.
    """
    name = host_name(host)
    if name is None:
        return False
    if name.removeprefix("www.") in _TABLE.hosting_of_customers or _COUNTRY_HOST.fullmatch(name):
        return True
    return any(parent in _SERVICE_OF_HOST or parent in _NEVER_OF_A_CAMPAIGN for parent in _parents(name))
