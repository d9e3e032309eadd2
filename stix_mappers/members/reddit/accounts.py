"""Reddit's list of accounts, account objects, and what accounts posted (section 11)."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.activity import Account, Activity, Post, Site
from stix_mappers.members.reddit.columns import is_gone, login_in, platform_id, when
from stix_mappers.members.reddit.networks import MEMBER, Disclosure, network_of, network_record
from stix_mappers.members.rows import Named, cell, flag, signed
from stix_mappers.members.seen import Seen
from stix_mappers.reading import Reading
from stix_mappers.reading_tables import table_rows
from stix_mappers.record import AccountSubject, DomainSubject, Record, Source
from stix_mappers.services import service_of_host
from stix_mappers.urls import split_url

_SAMPLE_ROWS: Final = 20
_MOST_OBSERVED: Final = 999_999_999
_SITE: Final = "https://www.reddit.com"
_NAMED_USER: Final = re.compile(r"(?:https?://\S*)?/?u(?:ser)?/[\w-]+/?", re.ASCII)
_KARMA: Final = ("karma", "comment_karma", "link_karma")


def are_posts(columns: Iterable[str]) -> bool:
    """Tell whether these are the keys of comments or submissions."""
    names = set(columns)
    return "author" in names and bool(names & {"permalink", "thread", "parent", "body", "title", "subreddit"})


def are_accounts(columns: Iterable[str]) -> bool:
    """Tell whether these are the keys of account objects, or of a list with a header."""
    names = set(columns)
    return "login" in names and bool(names & {*_KARMA, "created", "suspended", "fullname", "employee"})


def are_bare(reading: Reading) -> bool:
    """Tell whether a table is a list without header: names and karma, or names alone, written as `u/name`."""
    cells = _first_rows(reading)
    if any(len(row) == 1 for row in cells):
        return all(len(row) == 1 and _NAMED_USER.fullmatch(row[0].strip()) for row in cells)
    return 2 * sum(_bare(row) is not None for row in cells) > len(cells)


def bare_rows(desk: Desk, reading: Reading) -> Iterator[Named]:
    """Yield the rows of a list without header."""
    for row in reading.rows():
        if row.fault is not None:
            desk.skip(row.line, "broken", ",".join(row.cells), row.fault)
        elif not any(cell.strip() for cell in row.cells):
            desk.skip(row.line, "blank", "")
        else:
            name, karma = _bare(row.cells) or (row.cells[0], "")
            yield Named(row.line, {"login": name, "karma": karma})


def _first_rows(reading: Reading) -> list[tuple[str, ...]]:
    rows = table_rows(iter(enumerate(reading.sample.splitlines(keepends=True), 1)), reading.sample)
    filled = (row.cells for row in rows if any(cell.strip() for cell in row.cells))
    return list(islice(filled, _SAMPLE_ROWS))


def _bare(cells: tuple[str, ...]) -> tuple[str, str] | None:
    """Return name and karma, in whichever order they stand."""
    if len(cells) < 2:
        return None
    first, second = cells[0].strip(), cells[1].strip()
    if signed(second) is not None and login_in(first):
        return first, second
    return (second, first) if signed(first) is not None and login_in(second) else None


def account_records(desk: Desk, reading: Reading, rows: Iterator[Named]) -> Iterator[Record]:
    """Yield the network of a list and its accounts."""
    found = network_of(desk, reading.sample)
    yield network_record(desk, found)
    seen = Seen()
    for row in rows:
        login = login_in(cell(row, "login"))
        if login is None or flag(cell(row, "employee")):
            what = "an employee cannot be meant" if login else "is no name of an account"
            desk.skip(row.line, "unusable-value", cell(row, "login"), what)
        elif not seen.is_new(login.lower()):
            desk.skip(row.line, "duplicate", cell(row, "login"))
        else:
            yield _account(desk, found, row, login)


def _account(desk: Desk, found: Disclosure, row: Named, login: str) -> Record:
    facts = found.facts
    created = when(cell(row, "created"))
    user_id = platform_id(cell(row, "fullname"), cell(row, "id"))
    is_object = bool(created or user_id or cell(row, "suspended"))
    karma = {key: number for key in _KARMA if (number := signed(cell(row, key))) is not None}
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}:{'account' if is_object else 'listed'}:{login.lower()}",
        member=MEMBER,
        service=MEMBER,
        kind="account",
        subject=AccountSubject(login=login, user_id=user_id, created=created),
        action="banned" if flag(cell(row, "suspended")) else facts.action,
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.reference,
        policy=facts.policy,
        tlp=desk.tlp or "clear",
        source=Source(url=facts.url, file=desk.source.name, row=row.line),
        x_profile={**karma},
    )


def post_records(desk: Desk, reading: Reading, rows: Iterator[Named]) -> Iterator[Record]:
    """Yield a record for each author, and one for each site that several of them shared.

    Texts, and whom they answer or quote, are not even read (D20).
    """
    found = network_of(desk, reading.sample)
    yield network_record(desk, found)
    with Activity() as activity:
        for row in rows:
            author = cell(row, "author")
            login = login_in(author)
            if login is None or is_gone(author):
                _skip_author(desk, row.line, author)
                continue
            links = tuple(link for link in [cell(row, "link")] if "//" in link)
            post = Post(login.lower(), row.line, when(cell(row, "created")), _address(row), links)
            activity.add(post, {"login": login, "fullname": cell(row, "fullname")})
        for told in activity.accounts():
            yield _poster(desk, found, told)
        for site in activity.sites():
            yield _site(desk, found, site)


def _skip_author(desk: Desk, line: int, author: str) -> None:
    if is_gone(author) or not author:
        desk.skip(line, "hidden", author, "the author is hidden")
    else:
        desk.skip(line, "unusable-value", author, "is no name of an account")


def _address(row: Named) -> str | None:
    written = cell(row, "permalink")
    if written.startswith(("/r/", "/u")):
        written = f"{_SITE}{written}"
    parts = split_url(written) if written.startswith("https://") else None
    return str(parts) if parts and service_of_host(parts.host) == MEMBER and parts.segments else None


def _poster(desk: Desk, found: Disclosure, told: Account) -> Record:
    facts = found.facts
    login = told.profile["login"]
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}:posts:{told.name}",
        member=MEMBER,
        service=MEMBER,
        kind="account",
        subject=AccountSubject(login=login, user_id=platform_id(told.profile["fullname"], "")),
        action=facts.action,
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.reference,
        policy=facts.policy,
        tlp=desk.tlp or "clear",
        source=Source(url=facts.url, file=desk.source.name, row=told.line),
        x_first_seen=told.first,
        x_last_seen=told.last,
        x_number_observed=min(told.posts, _MOST_OBSERVED),
        x_links=told.urls,
    )


def _site(desk: Desk, found: Disclosure, site: Site) -> Record:
    facts = found.facts
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}:domain:{site.host}",
        member=MEMBER,
        service="web",
        kind="domain",
        subject=DomainSubject(domain=site.host),
        action="observed",
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.reference,
        tlp=desk.tlp or "clear",
        source=Source(file=desk.source.name, row=site.line),
        x_indicator=False,
        x_number_observed=min(site.posts, _MOST_OBSERVED),
    )
