"""Reddit: its list of suspect accounts, account objects, comments and submissions, disclosures (section 11).

What a file is, is seen from its columns or keys, never from its name.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.reddit import accounts
from stix_mappers.members.reddit.columns import COLUMNS
from stix_mappers.members.reddit.networks import MEMBER, Disclosure, disclosure, network_record
from stix_mappers.members.rows import Named, first_items, header_of, json_rows, renamed, table, text
from stix_mappers.reading import Item, Reading, opened
from stix_mappers.record import AccountSubject, Kind, Record, Source
from stix_mappers.skips import Unreadable
from stix_mappers.sources import READ_ERRORS
from stix_mappers.sources import Source as File

_KNOWN: Final = "a list of accounts, account objects, comments, submissions or disclosures"
_DEEPEST: Final = 10


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        if reading.layout == "json":
            yield from _of_json(desk, reading)
        else:
            yield from _of_table(desk, reading)


def rank(file: File) -> int:
    """Return 0 for account objects, which tell most of an account, else 1: of several tellings the first is kept."""
    if file.path is None:
        return 1
    try:
        with file.open() as stream:
            reading = opened(stream)
            first = first_items(_unwrapped(reading.items()))[0] if reading.layout == "json" else None
            names = tuple(map(str, first.value)) if first and isinstance(first.value, Mapping) else header_of(reading)
    except (Unreadable, *READ_ERRORS):
        return 1
    columns = renamed(names, COLUMNS)
    return 0 if accounts.are_accounts(columns) and not accounts.are_posts(columns) else 1


def _of_table(desk: Desk, reading: Reading) -> Iterator[Record]:
    header = header_of(reading)
    columns = renamed(header, COLUMNS)
    if not {*columns} & {"login", "author"} and accounts.are_bare(reading):
        yield from accounts.account_records(desk, reading, accounts.bare_rows(desk, reading))
        return
    yield from _of_rows(desk, reading, header, table(desk, reading, COLUMNS))


def _of_json(desk: Desk, reading: Reading) -> Iterator[Record]:
    first, items = first_items(_unwrapped(reading.items()))
    if first is not None and first.fault is not None:
        raise Unreadable("broken", first.fault, first.line)
    keys = tuple(map(str, first.value)) if first is not None and isinstance(first.value, Mapping) else ()
    if "disclosure_id" in keys:
        yield from _disclosures(desk, items)
        return
    yield from _of_rows(desk, reading, keys, json_rows(desk, items, COLUMNS))


def _of_rows(desk: Desk, reading: Reading, header: tuple[str, ...], rows: Iterator[Named]) -> Iterator[Record]:
    columns = renamed(header, COLUMNS)
    if accounts.are_posts(columns):
        yield from accounts.post_records(desk, reading, rows)
    elif accounts.are_accounts(columns):
        yield from accounts.account_records(desk, reading, rows)
    else:
        raise Unreadable("unknown-layout", f"the columns {', '.join(header[:8])} are not those of {_KNOWN}", 1)


def _unwrapped(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the objects inside the API's envelopes (`kind` and `data`, `children`), each flat: `author.name`."""
    for item in items:
        yield from _inner(item, item.value, 0)


def _inner(item: Item, value: object, depth: int) -> Iterator[Item]:
    if not isinstance(value, Mapping) or depth > _DEEPEST:
        yield item
        return
    data = value.get("data")
    children = value.get("children")
    if isinstance(data, Mapping) and "disclosure_id" not in value:
        yield from _inner(item, data, depth + 1)
    elif isinstance(children, list):
        for child in children:
            yield from _inner(Item(item.line, child), child, depth + 1)
    else:
        yield Item(item.line, value if "disclosure_id" in value else _flat(value), item.fault)


def _flat(value: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, told in value.items():
        if isinstance(told, Mapping):
            found.update((f"{key}.{inner}", part) for inner, part in told.items())
        else:
            found[key] = told
    return found


def _disclosures(desk: Desk, items: Iterator[Item]) -> Iterator[Record]:
    for item in items:
        found = disclosure(item.value) if isinstance(item.value, Mapping) else None
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif found is None:
            desk.skip(item.line, "unusable-value", text(item.value), "a disclosure needs an id and a date YYYY-MM-DD")
        else:
            yield network_record(desk, found, item.line)
            yield from _named(desk, found, item.line)


def _named(desk: Desk, found: Disclosure, line: int) -> Iterator[Record]:
    """Yield the accounts and subreddits that a disclosure names."""
    for name in found.accounts:
        login = name.removeprefix("/").removeprefix("u/")
        yield _asset(desk, found, line, "account", f"named:{login.lower()}", login)
    for name in found.subreddits:
        login = name.removeprefix("/").removeprefix("r/")
        yield _asset(desk, found, line, "subreddit", f"subreddit:{login}", login)


def _asset(desk: Desk, found: Disclosure, line: int, kind: Kind, key: str, login: str) -> Record:
    facts = found.facts
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}:{key}"[:300],
        member=MEMBER,
        service=MEMBER,
        kind=kind,
        subject=AccountSubject(login=login),
        action=facts.action,
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.reference,
        policy=facts.policy,
        tlp=desk.tlp or "clear",
        source=Source(url=facts.url, file=desk.source.name, row=line),
    )
