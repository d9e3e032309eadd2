"""Values and dates of this member, and the record of one asset: what its layouts do alike (platform-records.md, 8)."""

import hashlib
import re
from typing import Final, cast

from msgspec import Struct

from stix_mappers.members.rows import plain
from stix_mappers.moments import a_millisecond_after, is_moment, moment, period
from stix_mappers.record import (
    AccountSubject,
    Action,
    DomainSubject,
    EmailSubject,
    FileSubject,
    IpSubject,
    Kind,
    Network,
    PostSubject,
    Precision,
    Record,
    Remark,
    Source,
    Subject,
    Tlp,
    UrlSubject,
)
from stix_mappers.services import Asset, asset_of_url, is_platform_host, service_owner
from stix_mappers.slugs import slug
from stix_mappers.urls import host_name
from stix_mappers.values import Value, classify, hash_name, refang

MEMBER: Final = "microsoft"

_LONGEST_KEY: Final = 180
_SLASHED: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T].*)?")
_YEAR: Final = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_PLACEHOLDER: Final = re.compile(r"<[^<>]{1,80}>|\{\{?[A-Za-z_ ]{1,80}\}?\}|%[A-Za-z]{3,40}%")
_LEVELS: Final[dict[str, Tlp]] = {
    "white": "clear", "clear": "clear", "green": "green", "amber": "amber", "amberstrict": "amber+strict", "red": "red",
}  # fmt: skip


class Day(Struct, frozen=True):
    """When something was told, as finely as the source says."""

    at: str
    precision: Precision

    @property
    def end(self) -> str:
        """The end of a day, or the millisecond behind a moment: when what is told as expired had ended."""
        return a_millisecond_after(self.at) if self.precision == "second" else period(self.at).last


class Found(Struct, frozen=True):
    """An asset: kind and subject of its record, a key, and where it lives."""

    kind: Kind
    subject: Subject
    key: str
    service: str = "web"
    asserted_on: str | None = None


class About(Struct, frozen=True):
    """What the record of an asset says besides the asset."""

    prefix: str
    day: Day
    tlp: Tlp
    source: Source
    action: Action = "observed"
    network: Network | None = None
    first_seen: str | None = None
    until: str | None = None
    confidence: int | None = None
    indicator_types: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    synthetic: bool = False


def day_of(written: str) -> Day | None:
    """Return the date a cell holds: ISO, `m/d/yyyy`, `d/m/yyyy` where the other is impossible; else its half year."""
    text = written.strip()
    if is_moment(text) and _YEAR.match(text):
        return _iso(text)
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        first, second, year = slashed.groups()
        for month, day in ((first, second), (second, first)):
            iso = f"{year}-{int(month):02d}-{int(day):02d}"
            if is_moment(iso) and _YEAR.match(iso):
                return Day(iso, "day")
    year_told = _YEAR.search(text)
    return Day(f"{year_told[1]}-H2", "half") if year_told else None


def _iso(text: str) -> Day | None:
    if len(text) == 4:
        return Day(f"{text}-H2", "half")
    if len(text) == 7:
        return Day(text, "quarter" if "Q" in text else "half" if "H" in text else "month")
    return Day(text, "day") if len(text) == 10 else Day(moment(text), "second")


def moment_of(written: str) -> str | None:
    """Return a date as the record's other dates are written; None where it cannot be read to the day."""
    day = day_of(written)
    return day.at if day is not None and day.precision in {"day", "second"} else None


def end_of(day: Day, until: str | None, *, active: bool) -> str | None:
    """Return when an indicator ends: what is not active, or had an end before it was told, ended when it was told."""
    if not active or (until is not None and period(until).first <= period(day.at).first):
        return day.end
    return until


def level_of(written: str, default: Tlp) -> Tlp:
    """Return the level a cell names; one that nobody knows is the strictest (rules.md, section 5)."""
    key = plain(written).removeprefix("tlp")
    return _LEVELS.get(key, "red") if key else default


def percent_of(written: str) -> int | None:
    """Return a score as it is (section 4.6), if it is one."""
    number = written.strip().removesuffix("%")
    return min(100, int(float(number) + 0.5)) if _NUMBER.fullmatch(number) else None


def is_template(written: str) -> bool:
    """Tell whether a link has a blank to be filled in: `?<unique_to_target>`."""
    return "://" in refang(written) and _PLACEHOLDER.search(written) is not None


def asset_of(kind: str, written: str) -> Found | None:
    """Return the asset that a value of this kind names; None if it is none."""
    value = classify(written, domains=kind == "domain")
    if kind == "url" and value.kind == "domain":
        value = Value("url", f"https://{value.value}/", value.value, bare=True)
    if kind == "domain" and value.kind == "url" and (host := host_name(value.host or "")):
        value = Value("domain", host, host)
    if value.kind != kind:
        return None
    return _of_value(value)


def _of_value(value: Value) -> Found | None:
    if value.kind == "domain":
        return Found("domain", DomainSubject(domain=value.value), value.value)
    if value.kind == "ip":
        return Found("ip", IpSubject(ip=value.value), value.value)
    if value.kind == "email":
        return Found("email", EmailSubject(address=value.value), value.value, "email")
    if value.kind == "hash" and (name := hash_name(value.value)):
        return Found("file", FileSubject(hashes={name: value.value}), value.value)
    return _of_url(value.value) if value.kind == "url" else None


def _of_url(url: str) -> Found | None:
    asset = asset_of_url(url)
    if asset is None:
        return None
    owner = service_owner(asset.account_type)
    foreign = asset.account_type if owner not in {MEMBER, None} else None
    service = asset.account_type if owner == MEMBER else "web"
    if owner is None or asset.kind == "url":
        return Found("url", UrlSubject(url=asset.url), asset.url, service, foreign)
    return Found(cast("Kind", asset.kind), _subject(asset), asset.url, service, foreign)


def _subject(asset: Asset) -> Subject:
    if asset.kind in {"post", "pin"} or not asset.names_account:
        return PostSubject(url=asset.url, post_id=asset.post_id, owner=asset.login or asset.user_id)
    return AccountSubject(login=asset.login, user_id=asset.user_id, url=asset.url)


def is_of_a_platform(found: Found) -> bool:
    """Tell whether this is the host of a platform, which is never a campaign's (section 4.2)."""
    return isinstance(found.subject, DomainSubject) and is_platform_host(found.subject.domain)


def asset_record(found: Found, about: About) -> Record:
    """Return the record of an asset."""
    return Record(
        record_id=record_id_of(about.prefix, found),
        member=MEMBER,
        service=found.service,
        kind=found.kind,
        subject=found.subject,
        asserted_on=found.asserted_on,
        action="reported" if found.asserted_on else about.action,
        action_at=about.day.at,
        action_at_precision=about.day.precision,
        network=about.network,
        confidence=about.confidence,
        tlp=about.tlp,
        source=about.source,
        synthetic=about.synthetic,
        x_first_seen=about.first_seen,
        x_valid_until=about.until,
        x_indicator_types=about.indicator_types,
        x_kill_chain_phases=about.phases,
    )


def note_record(about: About, kind: str, written: str) -> Record:
    """Return a note for a value that STIX has no pattern for here: on the campaign, else on the member (4.7)."""
    text = refang(written).replace("\\\\", "\\")
    abstract = f"x-{slug(kind) or 'untyped'}"
    comment = about.source.x_comment
    remark = Remark(
        topic=f"{abstract}:{_short(text)}", text=f"{text} ({comment})" if comment else text, abstract=abstract
    )
    return Record(
        record_id=f"{about.prefix}:note:{_short(f'{abstract}:{text}')}",
        member=MEMBER,
        service="web",
        kind="network" if about.network else "metric",
        action="observed",
        action_at=about.day.at,
        action_at_precision=about.day.precision,
        network=Network(id=about.network.id) if about.network else None,
        tlp=about.tlp,
        source=about.source,
        synthetic=about.synthetic,
        x_remarks=(remark,),
    )


def record_id_of(prefix: str, found: Found) -> str:
    """Return the id of an asset's record."""
    return f"{prefix}:{found.kind}:{_short(found.key)}"


def _short(key: str) -> str:
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[:_LONGEST_KEY]}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:16]}"


def digest_of(sample: str) -> str:
    """Return what tells a stream without a name from others: a digest of its beginning."""
    return hashlib.sha256(sample.encode("utf-8", "replace")).hexdigest()[:12]
