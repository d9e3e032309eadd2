"""Pages of sockpuppet investigations, in wikitext: master, accounts, addresses, what was found (section 13)."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from stix_mappers.members import Desk
from stix_mappers.members.wikimedia.making import (
    MEMBER,
    SOCKPUPPETS,
    address_of,
    record_id_of,
    source_of,
    subject_of,
    tlp_of,
)
from stix_mappers.members.wikimedia.wikis import service_of
from stix_mappers.members.wikimedia.wording import case_of_title
from stix_mappers.profile_paths import wiki_user
from stix_mappers.reading import Reading
from stix_mappers.record import Action, Count, Network, Precision, Record

_PAGE: Final = re.compile(r"\{\{\s*(?:SPI |sock ?list\b|check ?user\s*\||check ?IP\s*\|)", re.IGNORECASE)
_TEMPLATE: Final = re.compile(r"\{\{\s*([^{}|]{1,80}?)\s*((?:\|[^{}]{0,20000})?)\}\}")
_DATE: Final = re.compile(r"^=+\s*(?:<big>)?\s*(\d{1,2}) ([A-Z][a-z]{2,8}) (\d{4})\s*(?:</big>)?\s*=+\s*$")
_DATE_US: Final = re.compile(r"^=+\s*(?:<big>)?\s*([A-Z][a-z]{2,8}) (\d{1,2}), (\d{4})\s*(?:</big>)?\s*=+\s*$")
_HEADING: Final = re.compile(r"^=+[^=].*=+\s*$")
_SIGNED: Final = re.compile(r"\d\d:\d\d, (\d{1,2}) ([A-Z][a-z]{2,8}) (\d{4}) \(UTC\)")
_TITLE: Final = re.compile(
    r"(?:wikipedia|wp|project)[ _]?[:_-][ _]?(?:sockpuppet[ _]investigations|spi)[/_-](.+)", re.I
)
_USER_LINK: Final = re.compile(r"\[\[:?User(?: talk)?:([^\[\]|/#]{1,100})", re.IGNORECASE)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_NAMING: Final = frozenset({
    "checkuser", "check user", "checkip", "check ip", "user", "u", "noping", "no ping", "userlinks", "user links",
    "usercheck", "ping", "user5", "vandal", "ipvandal", "socklinks", "sockpuppet", "user-c", "np", "ipuser",
})  # fmt: skip
_LISTING: Final = frozenset({"checkuser", "check user", "checkip", "check ip", "socklinks", "ipvandal", "vandal"})
_LISTS: Final = frozenset({"sock list", "socklist"})
_MASTERS: Final = frozenset({
    "spi archive notice", "spi archive", "spipriorcases", "spi case", "spi report", "sockpuppet category",
})  # fmt: skip
_CONFIRMED: Final = frozenset({"confirmed", "confirmed-nc", "tallyho", "technically indistinguishable", "proven"})
_LIKELY: Final = frozenset(
    {"likely", "highly likely", "possilikely", "possible", "duck", "megaphone duck", "suspected"}
)
_CLEARED: Final = frozenset({"unrelated", "unlikely", "rejected sock", "not sock"})
_BLOCKED: Final = frozenset({
    "blockedandtagged", "bnt", "blocked and tagged", "blockedtaggedclosing", "btc", "blockedwaitingtags",
    "blocked without tags", "blockedwithouttags", "sblock", "blocked",
})  # fmt: skip
_MOST: Final = 20_000


class _Suspect(Struct):
    """An account or address of a case: since when, and what was found."""

    at: str
    line: int
    confidence: int = 40
    cleared: bool = False
    blocked: bool = False


class _Case(Struct):
    """What a page tells, section by section."""

    master: str = ""
    master_line: int = 0
    day: str | None = None
    first: str | None = None
    suspects: dict[str, _Suspect] = field(default_factory=dict)


def is_page(sample: str) -> bool:
    """Tell whether this is the wikitext of an investigation."""
    return _PAGE.search(sample) is not None


def records(desk: Desk, reading: Reading, wiki: str) -> Iterator[Record]:
    """Yield the records of a case, the network first."""
    case = _Case(master=_master_of_name(desk.source.stem))
    wiki = wiki or "enwiki"
    undated: list[_Suspect] = []
    for number, line in _whole(reading.lines()):
        _hear(case, line, number, undated)
    at = case.first or _last_day(reading.sample)
    for suspect in undated:
        suspect.at = suspect.at or at
    if not case.master:
        master = next(iter(case.suspects), "")
        if not master:
            desk.skip(1, "unusable-value", desk.source.name, "a case without a master or accounts")
            return
        case.master = master
    yield from _records_of(desk, case, at, wiki)


def _whole(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines, those of a template that runs over several as one."""
    held, first, opened = "", 0, 0
    for number, line in lines:
        first = first or number
        held += line
        opened += line.count("{{") - line.count("}}")
        if opened <= 0 or len(held) > _MOST:
            yield first, held
            held, first, opened = "", 0, 0
    if held:
        yield first, held


def _records_of(desk: Desk, case: _Case, at: str, wiki: str) -> Iterator[Record]:
    network = Network(id=f"WP:SPI/{case.master}", name=f"WP:SPI/{case.master}", x_named_after_account=True)
    master = case.suspects.setdefault(case.master, _Suspect(at, case.master_line))
    master.cleared = False
    told = {name: found for name, found in case.suspects.items() if not found.cleared}
    accounts = [name for name in told if address_of(name) is None]
    yield _network(desk, network, len(accounts), min((found.at for found in told.values()), default=at), wiki)
    for name, found in case.suspects.items():
        if found.cleared:
            desk.skip(found.line, "out-of-scope", name, "found to be unrelated")
        else:
            yield _suspect(desk, network, name, found, wiki)


def _network(desk: Desk, network: Network, accounts: int, at: str, wiki: str) -> Record:
    return Record(
        record_id=":".join((MEMBER, wiki, network.id)),
        member=MEMBER,
        service=service_of(wiki),
        kind="network",
        action="reported",
        action_at=at,
        action_at_precision=_precision(at),
        network=network,
        counts={"accounts": Count(value=accounts)},
        techniques=SOCKPUPPETS,
        policy="sockpuppetry",
        tlp=tlp_of(desk, is_address=False),
        source=source_of(desk, 1),
    )


def _suspect(desk: Desk, network: Network, name: str, found: _Suspect, wiki: str) -> Record:
    address = address_of(name)
    action: Action = "blocked" if found.blocked and address is None else "reported"
    return Record(
        record_id=record_id_of(wiki, name, network.id),
        member=MEMBER,
        service=service_of(wiki),
        kind="account" if address is None else "ip",
        subject=subject_of(name),
        action=action,
        action_at=found.at,
        action_at_precision=_precision(found.at),
        network=Network(id=network.id, x_named_after_account=True),
        policy="sockpuppetry",
        confidence=found.confidence,
        tlp=tlp_of(desk, is_address=address is not None),
        source=source_of(desk, found.line),
        x_indicator=address is None,
    )


def _hear(case: _Case, line: str, number: int, undated: list[_Suspect]) -> None:
    if _HEADING.match(line):
        case.day = _day_of(line) or case.day
        case.first = case.first or case.day
        return
    findings: set[str] = set()
    named: list[str] = []
    for found in _TEMPLATE.finditer(line[:_MOST]):
        name = re.sub(r"[\s_]+", " ", found[1]).lower()
        params = _params(found[2])
        findings.add(name)
        if name in _MASTERS or "master" in params or "master name" in params:
            _hear_master(
                case, params if name in _MASTERS else {"1": params.get("master") or params["master name"]}, number
            )
        if name in _LISTS or name in _NAMING:
            names = _users(params, several=name in _LISTS)
            named.extend(names)
            if name in _LISTS or name in _LISTING:
                _list(case, names, number, undated)
    linked = (wiki_user(name) for name in _USER_LINK.findall(line[:_MOST]))
    _find(case, [*named, *(name for name in linked if name in case.suspects)], findings)


def _hear_master(case: _Case, params: dict[str, str], number: int) -> None:
    name = wiki_user(params.get("1", ""))
    if name and not case.master_line:
        case.master, case.master_line = name, number


def _list(case: _Case, names: list[str], number: int, undated: list[_Suspect]) -> None:
    for name in names:
        if name not in case.suspects:
            case.suspects[name] = _Suspect(case.day or "", number)
            undated.append(case.suspects[name])


def _find(case: _Case, named: list[str], findings: set[str]) -> None:
    """Hear what was found of those a line names; where it names none, a block is of all that are listed."""
    blocked = bool(findings & _BLOCKED)
    for name in named:
        suspect = case.suspects.get(name)
        if suspect is None:
            continue
        if findings & _CLEARED:
            suspect.cleared = True
        elif findings & _CONFIRMED:
            suspect.confidence, suspect.cleared = 75, False
        elif findings & _LIKELY:
            suspect.confidence = max(40, suspect.confidence)
        suspect.blocked |= blocked
    if blocked and not named:
        for suspect in case.suspects.values():
            suspect.blocked |= suspect.confidence > 40


def _params(written: str) -> dict[str, str]:
    """Return the parameters of a template; those without a name count from one."""
    found: dict[str, str] = {}
    place = 0
    for part in written.split("|")[1:]:
        name, equals, value = part.partition("=")
        if equals:
            found[name.strip().lower()] = value.strip()
        else:
            place += 1
            found[str(place)] = part.strip()
    return found


def _users(params: dict[str, str], *, several: bool) -> list[str]:
    names = [value for key, value in params.items() if key.isdigit() and value]
    return [address_of(name) or wiki_user(name) for name in (names if several else names[:1])]


def _master_of_name(stem: str) -> str:
    """Return the master that a file is named after, as a page is when it is saved."""
    title = _TITLE.fullmatch(stem)
    case = case_of_title(f"WP:SPI/{title[1]}") if title else None
    return case.removeprefix("WP:SPI/") if case else ""


def _day_of(heading: str) -> str | None:
    if found := _DATE.match(heading):
        return _day(found[1], found[2], found[3])
    found = _DATE_US.match(heading)
    return _day(found[2], found[1], found[3]) if found else None


def _day(day: str, month: str, year: str) -> str | None:
    try:
        return dt.date(int(year), _MONTHS.get(month[:3].lower(), 0), int(day)).isoformat()
    except ValueError:
        return None


def _last_day(sample: str) -> str:
    """Return the last day a comment was signed, else the half year of the last year the page names."""
    signed = [day for found in _SIGNED.findall(sample) if (day := _day(*found))]
    years = re.findall(r"(?<!\d)(20[0-3]\d)(?!\d)", sample)
    return max(signed, default=f"{max(years, default='2020')}-H2")


def _precision(at: str) -> Precision:
    return "day" if len(at) == 10 else "half"
