"""Graph tiIndicators and the rows of Sentinel's table (platform-records.md, section 8.3).

Keys count by their names without case, so that `domainName` of the interface and `DomainName` of an export are one.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import structs

from stix_mappers.members import Desk
from stix_mappers.members.microsoft.groups import attributions, groups_in, origins
from stix_mappers.members.microsoft.making import (
    MEMBER,
    About,
    Day,
    Found,
    asset_of,
    asset_record,
    day_of,
    end_of,
    is_of_a_platform,
    is_template,
    level_of,
    moment_of,
    note_record,
    percent_of,
)
from stix_mappers.members.rows import Named, cell, json_rows, plain, table
from stix_mappers.members.seen import Seen
from stix_mappers.reading import Item, Reading
from stix_mappers.record import Network, Record, Source
from stix_mappers.slugs import slug

_OBSERVABLES: Final[dict[str, str]] = {
    "domainname": "domain", "emailsourcedomain": "domain", "url": "url",
    "emailsenderaddress": "email", "emailsourceipaddress": "ip", "filehashvalue": "hash",
    **dict.fromkeys((
        "networkip", "networkipv4", "networkipv6", "networkcidrblock", "networkdestinationip", "networksourceip",
        "networkdestinationipv4", "networkdestinationipv6", "networkdestinationcidrblock", "networksourceipv4",
        "networksourceipv6", "networksourcecidrblock",
    ), "ip"),
}  # fmt: skip
_ARTEFACTS: Final = (
    "emailsubject", "emaillanguage", "emailxmailer", "emailsendername", "emailencoding", "filename", "filepath",
    "filemutexname", "filepacker", "filetype", "filecompiledatetime", "useragent", "networkdestinationasn",
    "networksourceasn", "networkport", "networkdestinationport", "networksourceport", "networkprotocol",
)  # fmt: skip
_FACTS: Final = (
    "id", "externalid", "indicatorid", "externalindicatorid", "description", "expirationdatetime", "threattype",
    "tlplevel", "trafficlightprotocollevel", "action", "confidence", "confidencescore", "activitygroupnames",
    "isactive", "active", "killchain", "killchainactions", "malwarefamilynames", "malwarenames", "severity",
    "threatseverity", "tags", "lastreporteddatetime", "ingesteddatetime", "timegenerated", "additionalinformation",
    "filehashtype", "targetproduct",
)  # fmt: skip
_COLUMNS: Final = {name: name for name in (*_OBSERVABLES, *_ARTEFACTS, *_FACTS)}
_REQUIRED: Final = frozenset({"targetproduct", "threattype", "tlplevel", "trafficlightprotocollevel", "indicatorid"})
_DATES: Final = ("lastreporteddatetime", "ingesteddatetime", "timegenerated")
_PHASES: Final = {
    "reconnaissance": "reconnaissance", "weaponization": "weaponization", "delivery": "delivery",
    "exploitation": "exploitation", "installation": "installation", "c2": "command-and-control",
    "commandandcontrol": "command-and-control", "actions": "actions-on-objective",
    "actionsonobjective": "actions-on-objective", "actionsonobjectives": "actions-on-objective",
}  # fmt: skip
_TYPES: Final = {
    "watchlist": "anomalous-activity", "darknet": "anonymization", "proxy": "anonymization", "pua": "unknown",
}  # fmt: skip


def are_indicators(keys: Sequence[str]) -> bool:
    """Tell whether an object with these keys is an indicator of the interface or of its table."""
    ours = {plain(key) for key in keys}
    if "ioc" in ours:
        return False
    return bool(ours & _REQUIRED) and bool(ours & {*_OBSERVABLES, *_ARTEFACTS, "expirationdatetime"})


def table_records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a table."""
    yield from _records(desk, table(desk, reading, _COLUMNS))


def item_records(desk: Desk, items: Iterator[Item]) -> Iterator[Record]:
    """Yield the records of an answer of the interface, or of its `value` alone."""
    yield from _records(desk, json_rows(desk, items, _COLUMNS))


def _records(desk: Desk, rows: Iterable[Named]) -> Iterator[Record]:
    told, seen = Seen(), Seen()
    for row in rows:
        day = next((found for name in _DATES if (found := day_of(cell(row, name)))), None) or _before_the_end(row)
        if day is None:
            desk.skip(row.line, "unusable-value", cell(row, "id") or str(row.cells)[:200], "has no date")
            continue
        groups = groups_in(cell(row, "activitygroupnames"))
        about = _about(desk, row, day, groups)
        made = list(_indicator(desk, row, about))
        new = [record for record in made if seen.is_new(record.record_id)]
        if made and not new:
            desk.skip(row.line, "duplicate", about.prefix)
        yield from new
        if new and groups and told.is_new(f"{about.tlp} {_network_id(groups)}"):
            yield _campaign(about, groups)


def _before_the_end(row: Named) -> Day | None:
    """Return the day a year before an indicator ends, where it has no other date: only its end is required."""
    end = moment_of(cell(row, "expirationdatetime"))
    if end is None:
        return None
    return Day((dt.date.fromisoformat(end[:10]) - dt.timedelta(days=365)).isoformat(), "day")


def _indicator(desk: Desk, row: Named, about: About) -> Iterator[Record]:
    """Yield a record for each observable, the first of which is the indicator's; without one, its host artefacts."""
    fit = False
    for name, kind in _OBSERVABLES.items():
        written = cell(row, name)
        if not written:
            continue
        fit = True
        found = asset_of(kind, written)
        if kind == "url" and is_template(written):
            desk.skip(row.line, "template", written, "a link with a blank to be filled in")
        elif found is None:
            desk.skip(row.line, "unusable-value", written, f"is no {kind}")
        else:
            yield _asset(about, found, name, written)
    for name in () if fit else _ARTEFACTS:
        if written := cell(row, name):
            fit = True
            yield note_record(about, name, written)
    if not fit:
        desk.skip(row.line, "blank", about.prefix, "no observable")


def _asset(about: About, found: Found, name: str, written: str) -> Record:
    about = structs.replace(about, source=structs.replace(about.source, x_written=written))
    if is_of_a_platform(found):
        return note_record(about, name, written)
    return asset_record(found, about)


def _about(desk: Desk, row: Named, day: Day, groups: list[str]) -> About:
    identifier = next((cell(row, name) for name in ("id", "indicatorid", "externalid") if cell(row, name)), "")
    # What is no longer active is expired, not taken back.
    active = "false" not in {cell(row, "isactive").lower(), cell(row, "active").lower()}
    threat = plain(cell(row, "threattype"))
    return About(
        prefix=f"{MEMBER}:tiindicator:{identifier[:80] or f'row-{row.line}'}",
        day=day,
        tlp=level_of(cell(row, "tlplevel") or cell(row, "trafficlightprotocollevel"), "amber"),
        source=Source(file=desk.source.name, row=row.line, x_comment=_comment(row)),
        action="blocked" if cell(row, "action").lower() == "block" else "observed",
        network=Network(id=_network_id(groups)) if groups else None,
        until=end_of(day, moment_of(cell(row, "expirationdatetime")), active=active),
        confidence=percent_of(cell(row, "confidence") or cell(row, "confidencescore")),
        indicator_types=(_TYPES.get(threat, "malicious-activity"),),
        phases=_phases(cell(row, "killchain") or cell(row, "killchainactions")),
        synthetic="SYNTHETIC" in cell(row, "description"),
    )


def _network_id(groups: list[str]) -> str:
    return f"tiindicators-{'-'.join(slug(name) or 'unnamed' for name in groups)}"[:200]


def _campaign(about: About, groups: list[str]) -> Record:
    """Return the campaign of the groups that indicators name: all indicators that name the same share it."""
    network = _network_id(groups)
    return Record(
        record_id=f"{MEMBER}:{network}:{about.tlp}",
        member=MEMBER,
        service="web",
        kind="network",
        action="observed",
        action_at=about.day.at,
        action_at_precision=about.day.precision,
        network=Network(
            id=network,
            name=f"{', '.join(groups)} (Graph indicators)"[:300],
            origin=origins(groups),
            attributed_to=attributions(groups),
        ),
        tlp=about.tlp,
        source=structs.replace(about.source, x_comment=None),
        synthetic=about.synthetic,
    )


def _phases(written: str) -> tuple[str, ...]:
    """Return the phases of Lockheed's kill chain that a cell lists; another chain's are none of them."""
    return tuple(dict.fromkeys(_PHASES[plain(name)] for name in groups_in(written) if plain(name) in _PHASES))


def _comment(row: Named) -> str | None:
    names = ("description", "threattype", "malwarefamilynames", "malwarenames", "tags", "emailsubject", "filename")
    told = [cell(row, name).strip("[]") for name in names]
    severity = cell(row, "severity") or cell(row, "threatseverity")
    told.append(f"severity {severity}" if severity else "")
    told.append("not active" if "false" in {cell(row, "isactive").lower(), cell(row, "active").lower()} else "")
    return "; ".join(dict.fromkeys(text for text in told if text)) or None
