"""Indicator lists as tables or JSON (platform-records.md, section 8.1).

Columns count by their names. Where a column `IoC_Type` stands beside `Type`, the latter tells the feed, not the
type of the indicator.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from stix_mappers.members import Desk
from stix_mappers.members.microsoft.groups import attributions, groups_in, groups_of_text, origins
from stix_mappers.members.microsoft.making import (
    MEMBER,
    About,
    Day,
    Found,
    asset_of,
    asset_record,
    day_of,
    digest_of,
    end_of,
    is_of_a_platform,
    is_template,
    level_of,
    moment_of,
    note_record,
    percent_of,
    record_id_of,
)
from stix_mappers.members.rows import Named, cell, json_rows, plain, table
from stix_mappers.members.seen import Seen
from stix_mappers.reading import Item, Reading
from stix_mappers.record import FileSubject, Network, Record, Source, Tlp
from stix_mappers.slugs import slug
from stix_mappers.values import HashName, classify, hash_name, refang

_COLUMNS: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("ioc", "iocs", "iocvalue", "indicator", "indicatorvalue", "observable", "observablevalue"), "value"
    ),
    **dict.fromkeys(("ioctype", "indicatortype", "observabletype"), "ioc_type"),
    "type": "type",
    **dict.fromkeys(
        ("dateadded", "timegenerated", "added", "date", "dateupdated", "published", "datepublished"), "day"
    ),
    "firstseen": "first_seen",
    **dict.fromkeys(("expirationdatetime", "expirationdate", "expiration", "expires", "validuntil"), "until"),
    **dict.fromkeys(("tlp", "tlplevel", "trafficlightprotocollevel", "trafficlightprotocol"), "tlp"),
    **dict.fromkeys(("release", "releasename"), "release"),
    "category": "category",
    **dict.fromkeys(("malwarefamily", "malwarefamilynames", "malware"), "malware"),
    **{name: name for name in ("md5", "sha1", "sha256", "filename", "description", "action")},
    **dict.fromkeys(("c2domain", "c2", "c2domains", "c2host", "c2server"), "c2"),
    **dict.fromkeys(("confidencescore", "confidence"), "confidence"),
    "threattype": "threat",
    **dict.fromkeys(("active", "isactive"), "active"),
    **dict.fromkeys(("activitygroupnames", "activitygroupname", "activitygroup", "threatactor", "actor"), "groups"),
}
_WORDS: Final = re.compile(r"[a-z0-9]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HOST_ARTEFACTS: Final = frozenset({
    "subject", "path", "filepath", "agent", "useragent", "key", "regkey", "registry", "process", "command",
    "commandline", "guid", "detection", "query", "mutex", "port", "filename", "user", "service", "task", "pipe",
})  # fmt: skip
_KINDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("hash", frozenset({"md5", "sha1", "sha256", "sha", "hash", "filehash"})),
    ("email", frozenset({"email", "mail", "emailaddress", "sender", "emailsender", "emailsenderaddress"})),
    ("ip", frozenset({"ip", "ips", "ipv4", "ipv6", "ipaddress", "cidr", "ipv4address", "ipv6address", "networkip"})),
    ("url", frozenset({"url", "urls", "uri", "link"})),
    ("domain", frozenset({"domain", "domains", "domainname", "host", "hostname", "fqdn"})),
)
_HASHES: Final[dict[str, HashName]] = {"sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5"}
_SEVERAL: Final = re.compile(r"[;,\s]+")
_ASIDE: Final = re.compile(r"\([^()]{0,200}\)|<[^<>]{0,200}>")
_MOST_WORDS: Final = 50


def are_iocs(names: Sequence[str]) -> bool:
    """Tell whether a header has a column of indicators and one of their types."""
    ours = {_COLUMNS.get(plain(name)) for name in names}
    return "value" in ours and bool(ours & {"ioc_type", "type"})


def table_records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a table."""
    yield from _List(desk, reading.sample).records(table(desk, reading, _COLUMNS))


def item_records(desk: Desk, reading: Reading, items: Iterator[Item]) -> Iterator[Record]:
    """Yield the records of JSON objects with the same keys."""
    yield from _List(desk, reading.sample).records(json_rows(desk, items, _COLUMNS))


def kind_of_type(written: str) -> str | None:
    """Return what a type says by its words, in any case: `domainname`, `C2 IP`, `File Hash (SHA256)`."""
    words = set(_WORDS.findall(_CAMEL.sub(" ", written).lower())) | {plain(written)}
    if words & _HOST_ARTEFACTS:
        return None
    return next((kind for kind, known in _KINDS if known & words), None)


class _Heard(Struct):
    """What the rows of one level tell of the campaign."""

    line: int
    day: Day
    groups: dict[str, None]
    releases: dict[str, None]
    descriptions: dict[str, None]


class _List:
    """One list under way."""

    def __init__(self, desk: Desk, sample: str) -> None:
        self._desk = desk
        self._tlp: Tlp = desk.tlp or "clear"
        stem = desk.source.stem
        self._id = f"ioc-{slug(stem)[:80]}" if slug(stem) else f"ioc-{digest_of(sample)}"
        self._title = " ".join(stem.replace("_", " ").split()) or "Microsoft indicators"
        self._of_name = groups_of_text(stem)
        self._undated = day_of(sample) or Day("2020-H2", "half")
        self._heard: dict[Tlp, _Heard] = {}
        self._seen = Seen()

    def records(self, rows: Iterable[Named]) -> Iterator[Record]:
        """Yield a record for each row, those its other columns give, and at the end the campaign."""
        for row in rows:
            written = cell(row, "value")
            if not refang(written):
                self._desk.skip(row.line, "blank", " ".join(row.cells.values()), "no indicator")
            else:
                yield from self._row(row, written)
        for level, heard in self._heard.items():
            yield self._campaign(level, heard)

    def _row(self, row: Named, written: str) -> Iterator[Record]:
        about = self._about(row, written)
        yield from self._indicator(row, about, written)
        for found in (*_other_hashes(row, written), *_hosts(cell(row, "c2"))):
            if not is_of_a_platform(found) and self._seen.is_new(record_id_of(about.prefix, found)):
                yield asset_record(found, about)

    def _indicator(self, row: Named, about: About, written: str) -> Iterator[Record]:
        type_ = cell(row, "ioc_type") if "ioc_type" in row.cells else cell(row, "type")
        kind = kind_of_type(type_) if type_ else _kind_of_value(written)
        if kind == "url" and is_template(written):
            self._desk.skip(row.line, "template", written, "a link with a blank to be filled in")
            return
        if kind is None:
            yield from self._note(row, about, type_, written)
            return
        assets = _assets(kind, written)
        if not assets:
            self._desk.skip(row.line, "unusable-value", written, f"is no {type_ or kind}")
        for found in assets:
            yield from self._asset(row, about, found, written)

    def _asset(self, row: Named, about: About, found: Found, written: str) -> Iterator[Record]:
        if is_of_a_platform(found):
            yield from self._note(row, about, "platform-host", found.key)
            return
        found = _with_hashes(found, row)
        if self._seen.is_new(record_id_of(about.prefix, found)):
            yield asset_record(found, about)
        else:
            self._desk.skip(row.line, "duplicate", written)

    def _note(self, row: Named, about: About, type_: str, written: str) -> Iterator[Record]:
        record = note_record(about, type_, written)
        if self._seen.is_new(record.record_id):
            yield record
        else:
            self._desk.skip(row.line, "duplicate", written)

    def _about(self, row: Named, written: str) -> About:
        told = cell(row, "day")
        day = day_of(told) or day_of(cell(row, "first_seen")) or self._undated
        level = level_of(cell(row, "tlp"), self._tlp)
        active = cell(row, "active").lower() not in {"false", "no", "0"}
        comment = _comment(row, told if day.precision == "half" else "")
        return About(
            prefix=f"{MEMBER}:{self._id}",
            day=day,
            tlp=level,
            source=Source(file=self._desk.source.name, row=row.line, x_written=written, x_comment=comment),
            action="blocked" if cell(row, "action").lower() in {"block", "blocked"} else "observed",
            network=self._network(row, level, day),
            first_seen=moment_of(cell(row, "first_seen")),
            until=end_of(day, moment_of(cell(row, "until")), active=active),
            confidence=percent_of(cell(row, "confidence")),
        )

    def _network(self, row: Named, level: Tlp, day: Day) -> Network | None:
        """Return the campaign of the file, if a release or a group is named by the row or the file (section 8.1)."""
        groups, release = groups_in(cell(row, "groups")), cell(row, "release")
        if not (groups or release or self._of_name):
            return None
        heard = self._heard.setdefault(level, _Heard(row.line, day, {}, {}, {}))
        for told, kept in (
            (groups or groups_of_text(release), heard.groups),
            ([release] if release else [], heard.releases),
            ([cell(row, "description")], heard.descriptions),
        ):
            if len(kept) < _MOST_WORDS:
                kept.update(dict.fromkeys(text for text in told if text))
        if day.at < heard.day.at:
            heard.day = day
        return Network(id=self._id)

    def _campaign(self, level: Tlp, heard: _Heard) -> Record:
        groups = list(heard.groups) or self._of_name
        names = list(heard.releases) or [self._title]
        return Record(
            record_id=f"{MEMBER}:{self._id}" if level == self._tlp else f"{MEMBER}:{self._id}:{level}",
            member=MEMBER,
            service="web",
            kind="network",
            action="observed",
            action_at=heard.day.at,
            action_at_precision=heard.day.precision,
            network=Network(
                id=self._id,
                name=names[0][:300],
                aliases=tuple(names[1:]),
                origin=origins(groups),
                attributed_to=attributions(groups),
                x_description="\n".join(heard.descriptions) or None,
            ),
            tlp=level,
            source=Source(file=self._desk.source.name, row=heard.line),
        )


def _kind_of_value(written: str) -> str | None:
    kind = classify(written).kind
    return kind if kind in {"domain", "url", "ip", "hash", "email"} else None


def _assets(kind: str, written: str) -> list[Found]:
    """Return the asset of a cell, or several if every piece between commas and the like is one."""
    found = asset_of(kind, written)
    if found is not None:
        return [found]
    pieces = [asset_of(kind, piece) for piece in _SEVERAL.split(refang(written)) if piece][:_MOST_WORDS]
    return [piece for piece in pieces if piece is not None] if all(pieces) else []


def _with_hashes(found: Found, row: Named) -> Found:
    """Return a file with all hashes of its row: they name one file (section 8.1)."""
    if not isinstance(found.subject, FileSubject):
        return found
    return _file({**_hashes(row), **found.subject.hashes}, row)


def _other_hashes(row: Named, written: str) -> Iterator[Found]:
    """Yield the file of a row whose indicator is something else."""
    hashes = _hashes(row)
    if hashes and _kind_of_value(written) != "hash":
        yield _file(hashes, row)


def _file(hashes: dict[HashName, str], row: Named) -> Found:
    best = next(hashes[key] for key in _HASHES.values() if key in hashes)
    return Found("file", FileSubject(hashes=hashes, name=cell(row, "filename") or None), best)


def _hashes(row: Named) -> dict[HashName, str]:
    found: dict[HashName, str] = {}
    for column, name in _HASHES.items():
        digest = refang(cell(row, column)).lower()
        if hash_name(digest) == name:
            found[name] = digest
    return found


def _hosts(cell_: str) -> Iterator[Found]:
    """Yield the hosts a file talks to: several with `;`, with remarks in parentheses, or a link with a blank."""
    for part in _SEVERAL.split(_ASIDE.sub(" ", cell_)):
        found = (asset_of("ip", part) or asset_of("domain", part)) if part else None
        if found is not None:
            yield found


def _comment(row: Named, damaged: str) -> str | None:
    told = [cell(row, name) for name in ("groups", "category", "malware", "filename", "threat", "description")]
    told.append(f"dated {damaged}" if damaged else "")
    return "; ".join(dict.fromkeys(text for text in told if text)) or None
