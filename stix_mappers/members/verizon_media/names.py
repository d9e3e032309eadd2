"""Lists of Tumblr names with their former names (platform-records.md, section 12).

A list carries no date: its file name or a heading may, else it is the list of 23 March 2018, the one that Tumblr
mailed to its users.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from stix_mappers.actors import actor, actors_in
from stix_mappers.members import Desk
from stix_mappers.members.rows import cell, plain, table
from stix_mappers.members.seen import Seen
from stix_mappers.moments import is_moment, period
from stix_mappers.reading import Reading
from stix_mappers.record import AccountSubject, Attribution, Network, PostSubject, Precision, Record, Source
from stix_mappers.services import asset_of_url
from stix_mappers.values import refang

MEMBER: Final = "verizon-media"
SERVICE: Final = "tumblr"

_COLUMNS: Final = {
    **dict.fromkeys(("username", "usernames", "name", "blog", "blogname", "tumblr", "account"), "name"),
    **dict.fromkeys(("url", "blogurl"), "name"),
    **dict.fromkeys(
        ("previouslyknownas", "formerly", "formerlyknownas", "formernames", "formername", "previousnames", "aliases",
         "previous", "formerusernames", "fka"),
        "former",
    ),
}  # fmt: skip
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_BULLET: Final = re.compile(r"^\s*(?:[-*•]\s+|\d{1,4}[.)]\s+)?@?")
_KNOWN_AS: Final = re.compile(
    r"[\s,;(–—-]+(?:(?:previously|formerly|once|earlier|before)(?:\s+(?:known|called|named))?(?:\s+as)?|f/?k/?a|aka)"
    r"(?=[\s:])[\s:]*",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r"[\s,;/]+")
_DATE: Final = re.compile(r"(?<!\d)(20[012]\d)[-_](0[1-9]|1[0-2])(?:[-_]([0-3]\d))?(?!\d)")
_LETTERS: Final = re.compile(r"[A-Za-z]{2,}")
_FIRST_LIST: Final = "2018-03-23"
_AGENCY: Final = "Internet Research Agency"
_LOOKED_AT: Final = 200


class Disclosure(Struct, frozen=True):
    """The disclosure a list belongs to."""

    network: Network
    at: str
    precision: Precision


def is_table(header: Sequence[str]) -> bool:
    """Tell whether a header has a column of names."""
    ours = {_COLUMNS.get(plain(name)) for name in header}
    return "name" in ours and (len(header) == 1 or "former" in ours)


def are_names(sample: str) -> bool:
    """Tell whether most of the first lines are names."""
    lines = [line for line in sample.splitlines()[:_LOOKED_AT] if line.strip()]
    return sum(_parsed(line) is not None for line in lines) * 2 > len(lines)


def line_records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a list, a name a line."""
    headings = [line for line in reading.sample.splitlines()[:_LOOKED_AT] if line.strip() and _parsed(line) is None]
    told = _List(desk, " ".join(headings))
    for number, line in reading.lines():
        if not line.strip():
            desk.skip(number, "blank", "")
            continue
        parsed = _parsed(line)
        if parsed is None:
            desk.skip(number, "unknown-type" if told.begun else "out-of-scope", line.strip(), "no name")
        else:
            yield from told.name(number, line.strip(), *parsed)
    yield from told.network()


def table_records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a table with a column of names, and perhaps one of former names."""
    told = _List(desk, "")
    for row in table(desk, reading, _COLUMNS):
        written = cell(row, "name")
        parsed = _parsed(written) if written else None
        former = _formers(cell(row, "former"))
        if parsed is None:
            desk.skip(row.line, "unusable-value" if written else "blank", written, "no name")
        else:
            yield from told.name(row.line, written, parsed[0], tuple(dict.fromkeys((*parsed[1], *former))))
    yield from told.network()


def _parsed(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Return name and former names of a line; None if it is no such line."""
    name, *rest = _KNOWN_AS.split(_BULLET.sub("", refang(line), count=1), maxsplit=1)
    name = name.strip()
    if (
        _NAME.fullmatch(name) is None
        and not name.lower().startswith(("http://", "https://"))
        and "tumblr.com" not in name
    ):
        return None
    if any(blank in name for blank in " \t,;"):
        return None
    return name, _formers(rest[0]) if rest else ()


def _formers(written: str) -> tuple[str, ...]:
    parts = (part.strip("()\"'.@") for part in _LISTED.split(refang(written)))
    return tuple(dict.fromkeys(part for part in parts if part and part.lower() != "and"))


class _List:
    """One list under way."""

    def __init__(self, desk: Desk, headings: str) -> None:
        self._desk = desk
        self._told = disclosure_of(f"{headings} {desk.source.stem}")
        self._seen = Seen()
        self.begun = False

    def name(self, line: int, written: str, name: str, former: tuple[str, ...]) -> Iterator[Record]:
        """Yield the record of a name and those of its former names."""
        self.begun = True
        found = self._subject(name, former)
        if found is None:
            self._desk.skip(line, "unusable-value", written, "is no name of this service")
            return
        key, subject = found
        if not self._seen.is_new(key):
            self._desk.skip(line, "duplicate", written)
            return
        yield self._record(key, subject, line, written)
        for login in subject.former_logins if isinstance(subject, AccountSubject) else ():
            if self._seen.is_new(f"former:{login}"):
                yield self._record(f"former:{login}", AccountSubject(login=login), line, written)
        unusable = [login for login in former if not _NAME.fullmatch(login)]
        for login in unusable:
            self._desk.skip(line, "unusable-value", login, "is no former name")

    def network(self) -> Iterator[Record]:
        """Yield the network, if the list held a name."""
        if self.begun:
            told = self._told
            yield Record(
                record_id=f"{MEMBER}:{told.network.id}:names",
                member=MEMBER,
                service=SERVICE,
                kind="network",
                action="terminated",
                action_at=told.at,
                action_at_precision=told.precision,
                network=told.network,
                tlp=self._desk.tlp or "clear",
                source=Source(file=self._desk.source.name),
            )

    def _subject(self, name: str, former: tuple[str, ...]) -> tuple[str, AccountSubject | PostSubject] | None:
        asset = None if _NAME.fullmatch(name) else asset_of_url(name)
        if asset is not None and asset.account_type == SERVICE and asset.kind == "post":
            return f"post:{asset.url}", PostSubject(url=asset.url, post_id=asset.post_id, owner=asset.login)
        login = name if asset is None else asset.login if asset.account_type == SERVICE else None
        if login is None or not _NAME.fullmatch(login):
            return None
        known = tuple(dict.fromkeys(other.lower() for other in former if _NAME.fullmatch(other)))
        url = f"https://{login.lower()}.tumblr.com/"
        formers = tuple(other for other in known if other != login.lower())
        return f"account:{login.lower()}", AccountSubject(login=login, url=url, former_logins=formers)

    def _record(self, key: str, subject: AccountSubject | PostSubject, line: int, written: str) -> Record:
        told = self._told
        is_former = key.startswith("former:")
        return Record(
            record_id=f"{MEMBER}:{told.network.id}:{key}"[:300],
            member=MEMBER,
            service=SERVICE,
            kind="post" if isinstance(subject, PostSubject) else "account",
            subject=subject,
            action="terminated",
            action_at=told.at,
            action_at_precision=told.precision,
            network=Network(id=told.network.id, published=told.at),
            tlp=self._desk.tlp or "clear",
            source=Source(file=self._desk.source.name, row=line, x_written=written),
            x_former_name=is_former,
            # Somebody else may have taken a former name since (section 12).
            x_valid_until=period(told.at).last if is_former else None,
        )


def disclosure_of(text: str) -> Disclosure:
    """Return the disclosure that a heading or a file name tells of, else the first."""
    dated = _DATE.search(text)
    at = "-".join(part for part in dated.groups() if part) if dated else _FIRST_LIST
    if not is_moment(at):
        at = at[:7]
    named = [known.name for known in actors_in(text)]
    short = [(word, known.name) for word in _LETTERS.findall(text) if (known := actor(word))]
    behind = next(iter(named), None) or next((name for _word, name in short), None)
    if behind is None and at.startswith("2018"):
        behind = _AGENCY
    label = "ira" if behind == _AGENCY else next((word.lower() for word, _name in short), "")
    network = Network(
        id="-".join(part for part in (SERVICE, at, label) if part),
        name=title_of(behind),
        published=at,
        origin=origin_of(behind),
        attributed_to=attribution(behind),
    )
    return Disclosure(network, at, "day" if len(at) == 10 else "month")


def title_of(behind: str | None) -> str:
    """Return the name of a network: who is behind it, and where it was found."""
    return f"{behind} (Tumblr)" if behind else "Accounts named by Tumblr"


def origin_of(behind: str | None) -> tuple[str, ...]:
    """Return the country that the table names for an actor."""
    known = actor(behind) if behind else None
    return (known.origin,) if known and known.origin else ()


def attribution(behind: str | None) -> tuple[Attribution, ...]:
    """Return who is said to be behind it."""
    return (Attribution(name=behind, kind="organization", confidence="stated"),) if behind else ()
