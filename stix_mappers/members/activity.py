"""Posts gathered by account: how many, when, and which sites they shared; never one object a post (section 6.2).

The posts of a file are in no order, and there may be many millions: what is gathered lies in a temporary database, so
that memory does not grow with the file. Where the database lies is left to the system; it vanishes with its last use.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from types import TracebackType
from typing import Final, Self

import msgspec
from msgspec import Struct

from stix_mappers.services import is_platform_host
from stix_mappers.urls import split_url

_BUFFERED: Final = 20_000
_MOST_ADDRESSES: Final = 50
_LEAST_POSTS: Final = 5
_LEAST_ACCOUNTS: Final = 3
_TABLES: Final = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -16384;
    CREATE TABLE accounts (name TEXT PRIMARY KEY, line INT, posts INT, first TEXT, last TEXT, profile BLOB)
        WITHOUT ROWID;
    CREATE TABLE shared (host TEXT, name TEXT, line INT, posts INT, PRIMARY KEY (host, name)) WITHOUT ROWID;
    CREATE TABLE addresses (name TEXT, line INT, url TEXT, PRIMARY KEY (name, line)) WITHOUT ROWID;
"""
_ADD_ACCOUNT: Final = """
    INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET posts = posts + excluded.posts,
        first = coalesce(min(first, excluded.first), first, excluded.first),
        last = coalesce(max(last, excluded.last), last, excluded.last)
"""
_ADD_SHARED: Final = """
    INSERT INTO shared VALUES (?, ?, ?, ?) ON CONFLICT (host, name) DO UPDATE SET posts = posts + excluded.posts
"""
_SITES: Final = f"""
    SELECT host, min(line), sum(posts) FROM shared GROUP BY host
    HAVING sum(posts) >= {_LEAST_POSTS} AND count(*) >= {_LEAST_ACCOUNTS} ORDER BY host
"""  # noqa: S608 - two numbers of this module


class Post(Struct):
    """One post: whose it is, when it was made (a timestamp, or None), where it lies, and the links it shared."""

    name: str
    line: int
    at: str | None = None
    url: str | None = None
    links: tuple[str, ...] = ()


class Account(Struct):
    """What an account's posts tell: their number, the first and last time, at most 50 addresses.

    `profile` has the cells of the first of its rows.
    """

    name: str
    line: int
    posts: int
    first: str | None
    last: str | None
    profile: dict[str, str]
    urls: tuple[str, ...] = ()


class Site(Struct, frozen=True):
    """A host that at least three accounts shared in at least five posts."""

    host: str
    line: int
    posts: int


class Activity:
    """Gathers the posts of one file; to be used in a `with` statement."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)
        self._accounts: dict[str, Account] = {}
        self._shared: dict[tuple[str, str], list[int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, post: Post, profile: dict[str, str]) -> None:
        """Count a post; the profile is kept of the first row of an account alone."""
        account = self._accounts.get(post.name)
        if account is None:
            if len(self._accounts) + len(self._shared) >= _BUFFERED:
                self._write()
            account = self._accounts[post.name] = Account(post.name, post.line, 0, post.at, post.at, profile)
        account.posts += 1
        if post.at:
            account.first = min(account.first or post.at, post.at)
            account.last = max(account.last or post.at, post.at)
        if post.url and len(account.urls) < _MOST_ADDRESSES:
            account.urls = (*account.urls, post.url)
        for host in {host for link in post.links if (host := _site(link))}:
            self._shared.setdefault((host, post.name), [post.line, 0])[1] += 1

    def accounts(self) -> Iterator[Account]:
        """Yield the accounts in the order in which they first stood in the file."""
        self._write()
        with closing(self._database.execute("SELECT * FROM accounts ORDER BY line, name")) as found:
            for name, line, posts, first, last, profile in found:
                yield Account(name, line, posts, first, last, msgspec.json.decode(profile), self._urls(name))

    def has(self, name: str) -> bool:
        """Tell whether posts of this account were counted."""
        found = self._database.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone()
        return name in self._accounts or found is not None

    def sites(self) -> Iterator[Site]:
        """Yield the sites that several accounts shared, by name; platforms and shorteners are none (4.2)."""
        self._write()
        with closing(self._database.execute(_SITES)) as found:
            for host, line, posts in found:
                yield Site(host, line, posts)

    def _urls(self, name: str) -> tuple[str, ...]:
        chosen = "SELECT DISTINCT url FROM addresses WHERE name = ? ORDER BY line LIMIT ?"
        return tuple(url for (url,) in self._database.execute(chosen, (name, _MOST_ADDRESSES)))

    def _write(self) -> None:
        accounts, shared = list(self._accounts.values()), self._shared
        self._accounts, self._shared = {}, {}
        self._database.executemany(
            _ADD_ACCOUNT,
            (
                (one.name, one.line, one.posts, one.first, one.last, msgspec.json.encode(one.profile))
                for one in accounts
            ),
        )
        addresses = ((one.name, one.line * 64 + number, url) for one in accounts for number, url in enumerate(one.urls))
        self._database.executemany("INSERT OR IGNORE INTO addresses VALUES (?, ?, ?)", addresses)
        self._database.executemany(_ADD_SHARED, ((*key, line, posts) for key, (line, posts) in shared.items()))


def _site(link: str) -> str | None:
    """Return the host of a link, unless it belongs to a platform, a shortener or the like."""
    parts = split_url(link)
    return parts.host if parts and not is_platform_host(parts.host) and not parts.host[-1].isdigit() else None
