"""Making the records of one network: what all formats of this member do alike."""

import hashlib
import re
from collections.abc import Iterator
from typing import Final, cast

from msgspec import Struct, structs

from stix_mappers.members import Desk
from stix_mappers.members.facebook.networks import Period
from stix_mappers.members.seen import Seen
from stix_mappers.record import (
    AccountSubject,
    Action,
    Count,
    DomainSubject,
    EmailSubject,
    FileSubject,
    IpSubject,
    Kind,
    Network,
    PostSubject,
    Record,
    Remark,
    Source,
    Spend,
    Subject,
    Technique,
    Tlp,
    UrlSubject,
)
from stix_mappers.services import Asset, asset_of_url, service_owner
from stix_mappers.values import Value, hash_name

MEMBER: Final = "facebook"
CIB: Final = "coordinated inauthentic behavior"
_LONGEST_KEY: Final = 180
_YEAR: Final = re.compile(r"(?<!\d)(20[12]\d)(?!\d)")


class Disclosure(Struct, frozen=True):
    """A network in one file: what every record about it repeats."""

    network: str
    period: Period
    published: str | None = None
    url: str | None = None
    policy: str | None = None

    def at(self, published: str) -> "Disclosure":
        """Return the same on another day."""
        period = Period(published, "day", published)
        return Disclosure(self.network, period, published, self.url, self.policy)


def undated(sample: str) -> Period:
    """Return the half year of the last year a text names: a file without a date in its name must not be lost."""
    year = max(_YEAR.findall(sample), default="2020")
    return Period(f"{year}-H2", "half", f"H2 {year}")


class Found(Struct, frozen=True):
    """A value that is an asset: kind and subject of its record, where it lives, and a key, the same in every file."""

    kind: Kind
    subject: Subject
    key: str
    service: str
    asserted_on: str | None = None
    action: Action = "blocked"


def asset_of_value(value: Value, *, owned_by_network: bool = False) -> Found | None:
    """Return the asset that a typed value names.

    Args:
        value: the value, refanged.
        owned_by_network: the row says that the network acquired it, so that a URL of a host without a path rule is
            taken as an account there all the same (a lead to its service).
    """
    if value.kind == "email":
        return Found("email", EmailSubject(address=value.value), value.value, "email", action="observed")
    if value.kind == "ip":
        return Found("ip", IpSubject(ip=value.value), value.value, "web", action="observed")
    if value.kind == "domain":
        return Found("domain", DomainSubject(domain=value.value), value.value, "web")
    if value.kind == "hash" and (name := hash_name(value.value)):
        return Found("file", FileSubject(hashes={name: value.value}), value.value, "web", action="observed")
    return _of_url(value.value, owned_by_network) if value.kind == "url" else None


def _of_url(url: str, owned_by_network: bool) -> Found | None:
    asset = asset_of_url(url)
    if asset is None:
        return None
    service, foreign, action = _place_of(asset)
    if asset.kind in {"post", "pin"}:
        post = PostSubject(url=asset.url, post_id=asset.post_id, owner=asset.login or asset.user_id)
        return Found(_kind(asset.kind), post, asset.url, service, foreign, action)
    if asset.names_account and asset.kind != "url":
        return Found(_kind(asset.kind), _account(asset), _account_key(asset), service, foreign, action)
    if owned_by_network or service_owner(asset.account_type):
        return Found("url", UrlSubject(url=asset.url), asset.url, service, foreign, action)
    return Found("url", UrlSubject(url=asset.url), asset.url, "web")


def _place_of(asset: Asset) -> tuple[str, str | None, Action]:
    if service_owner(asset.account_type) == MEMBER:
        return asset.account_type, None, "removed"
    return MEMBER, asset.account_type, "reported"


def _account(asset: Asset) -> AccountSubject:
    return AccountSubject(login=asset.login, user_id=asset.user_id, url=asset.url)


def _account_key(asset: Asset) -> str:
    return f"{asset.account_type}:{asset.login or asset.user_id}"


def _kind(kind: str) -> Kind:
    return cast("Kind", kind)  # an Asset's kinds are kinds of the record


class Maker:
    """Makes the records of a file."""

    def __init__(self, desk: Desk, *, default_tlp: Tlp = "clear") -> None:
        self.desk = desk
        self.tlp: Tlp = desk.tlp or default_tlp
        self._seen = Seen()

    def asset(
        self,
        found: Found,
        about: Disclosure,
        line: int,
        written: str,
        *,
        comment: str | None = None,
        indicator_types: tuple[str, ...] = (),
        told_before: bool = True,
    ) -> Iterator[Record]:
        """Yield the record of an asset, unless the file has told of it before.

        Args:
            told_before: whether that is worth a skip, because the row says nothing else.
        """
        record_id = record_id_of(about.network, found.kind, found.key)
        if not self._seen.is_new(record_id):
            if told_before:
                self.desk.skip(line, "duplicate", written)
            return
        yield Record(
            record_id=record_id,
            member=MEMBER,
            service=found.service,
            kind=found.kind,
            subject=found.subject,
            asserted_on=found.asserted_on,
            action=found.action,
            action_at=about.period.at,
            action_at_precision=about.period.precision,
            network=Network(id=about.network, published=about.published),
            policy=about.policy,
            tlp=self.tlp,
            source=Source(
                url=about.url,
                file=self.desk.source.name,
                row=line,
                x_written=written.strip() or None,
                x_comment=comment or None,
            ),
            x_indicator_types=indicator_types,
        )

    def network(
        self,
        about: Disclosure,
        network: Network,
        line: int = 0,
        *,
        service: str = MEMBER,
        record_id: str = "",
        counts: dict[str, Count] | None = None,
        spend: tuple[Spend, ...] = (),
        techniques: tuple[Technique, ...] = (),
        leads_from: tuple[str, ...] = (),
        remarks: tuple[Remark, ...] = (),
    ) -> Record:
        """Return a record of the network itself, or of its part on another of our services."""
        suffix = "" if service == MEMBER else f":{service}"
        return Record(
            record_id=record_id or f"{MEMBER}:{about.network}{suffix}",
            member=MEMBER,
            service=service,
            kind="network",
            action="removed",
            action_at=about.period.at,
            action_at_precision=about.period.precision,
            network=network,
            policy=about.policy,
            tlp=self.tlp,
            source=Source(url=about.url, file=self.desk.source.name, row=line or None),
            counts=counts or {},
            spend=spend,
            techniques=techniques,
            leads_from=leads_from,
            x_remarks=remarks,
        )

    def parts(self, about: Disclosure, counts: dict[str, dict[str, Count]], line: int = 0) -> Iterator[Record]:
        """Yield a record for each other service there are figures of."""
        reference = Network(id=about.network, published=about.published)
        for service in sorted(set(counts) - {MEMBER}):
            yield self.network(about, reference, line, service=service, counts=counts[service])

    def note(self, about: Disclosure, remark: Remark, line: int = 0) -> Record:
        """Return a record that says of the network what only a note can carry."""
        reference = Network(id=about.network, published=about.published)
        record_id = record_id_of(about.network, "note", remark.topic)
        return self.network(about, reference, line, record_id=record_id, remarks=(remark,))

    def totals(
        self,
        about: Disclosure,
        network: Network,
        line: int,
        service: str,
        counts: dict[str, Count],
        remarks: tuple[Remark, ...],
    ) -> Record:
        """Return the record of totals that a publication states, which are no network."""
        told = self.network(about, network, line, service=service, counts=counts, remarks=remarks)
        return structs.replace(told, kind="metric", action="observed")


def record_id_of(network: str, kind: str, key: str) -> str:
    """Return the id of an asset's record: the same in every encoding of a network."""
    if len(key) > _LONGEST_KEY:
        key = f"{key[:_LONGEST_KEY]}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return f"{MEMBER}:{network[:80]}:{kind}:{key}"


def digest_of(sample: str) -> str:
    """Return what tells a stream without a name from others: a digest of its beginning."""
    return hashlib.sha256(sample.encode("utf-8", "replace")).hexdigest()[:12]
