"""Which service a URL lives on, and whose account, page, post it names (platform-records.md 4.3, D4, D5)."""

import msgspec


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


def asset_of_url(url: str) -> Asset | None:
    """What a refanged URL (with or without scheme) names; None if it is no URL with a host."""
    raise NotImplementedError


def service_of_host(host: str) -> str:
    """The service a host belongs to; for unknown hosts the host without `www.` and top-level domain."""
    raise NotImplementedError


def service_owner(service: str) -> str | None:
    """The member that runs a service: `instagram` is facebook's, `wikipedia:enwiki` wikimedia's."""
    raise NotImplementedError


def services_of(member: str) -> frozenset[str]:
    """The services of a member (`wikipedia:<wiki>` and `wikimedia:<wiki>` are told by `service_owner` alone)."""
    raise NotImplementedError


def login_of(service: str, login: str) -> tuple[str, str | None]:
    """A login given by name: the form for `account_login` and, if that differs, the form as written (D4)."""
    raise NotImplementedError


def is_platform_host(host: str) -> bool:
    """Does the host belong to a platform, registrar, hosting, shortener or mail service, so never to a campaign?"""
    raise NotImplementedError
