"""Changes, cases and sites to coalition records (platform-records.md, section 13).

Performers and the words of a reason never become part of a record: only what kind of abuse it tells of.
"""

import hashlib
import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import structs

from stix_mappers.actors import Actor
from stix_mappers.markings import is_stricter
from stix_mappers.members import Desk
from stix_mappers.members.wikimedia.changes import Change
from stix_mappers.members.wikimedia.wikis import language_of, service_of
from stix_mappers.members.wikimedia.wording import Reason, is_mistake, reason_of
from stix_mappers.profile_paths import wiki_user
from stix_mappers.record import (
    AccountSubject,
    Action,
    ActorKind,
    Attribution,
    IpSubject,
    Network,
    Record,
    Source,
    Subject,
    Technique,
    Tlp,
)
from stix_mappers.slugs import slug

MEMBER: Final = "wikimedia"
SOCKPUPPETS: Final = (Technique(scheme="disarm", id="T0143.002"),)
_LONGEST_NAME: Final = 200


def records_of_changes(desk: Desk, changes: Iterable[Change]) -> Iterator[Record]:
    """Yield the records of changes that come by account and time.

    The end of a block is told only where the block was: what began out of scope ends out of scope.
    """
    account: tuple[str, str] = ("", "")
    in_scope: bool | None = None
    for change in changes:
        if (change.wiki, change.target) != account:
            account, in_scope = (change.wiki, change.target), None
        reason = reason_of(change.comment, language_of(change.wiki, change.namespace))
        if change.act != "unblock":
            in_scope = reason.in_scope
        if change.act == "unblock" and in_scope is not False:
            yield _end_of(desk, change)
        elif change.act != "unblock" and in_scope:
            yield _block_of(desk, change, reason)
        else:
            detail = "the reason names none of the abuses that are passed on"
            desk.skip(change.line, "out-of-scope", str(change.number or change.target), detail)


def _block_of(desk: Desk, change: Change, reason: Reason) -> Record:
    address = address_of(change.target)
    action: Action = "restricted" if change.partial else "blocked"
    network = network_of(reason)
    if network is not None and address is not None:
        network = Network(id=network.id, x_named_after_account=network.x_named_after_account)
    return Record(
        record_id=record_id_of(change.wiki, change.target),
        member=MEMBER,
        service=service_of(change.wiki),
        kind="account" if address is None else "ip",
        subject=subject_of(change.target),
        action=action,
        action_at=change.at,
        action_at_precision="second",
        network=network,
        techniques=SOCKPUPPETS if network is not None and address is None and reason.tells_of_socks else (),
        policy=", ".join(reason.topics),
        confidence=reason.confidence,
        tlp=tlp_of(desk, is_address=address is not None),
        source=source_of(desk, change.line),
        x_indicator=address is None or reason.proxy,
        x_valid_until=change.expiry,
        x_block_expiry=change.expiry or "infinity",
        x_block_flags=change.flags,
        x_dated=True,
    )


def _end_of(desk: Desk, change: Change) -> Record:
    """Return the record that ends a block, or takes it back where its reason says that it was a mistake (D16)."""
    address = address_of(change.target)
    mistake = is_mistake(change.comment)
    blocked = record_id_of(change.wiki, change.target)
    return Record(
        record_id=f"{blocked}:unblocked",
        member=MEMBER,
        service=service_of(change.wiki),
        kind="account" if address is None else "ip",
        subject=subject_of(change.target),
        action="reinstated",
        action_at=change.at,
        action_at_precision="second",
        retracts=blocked,
        tlp=tlp_of(desk, is_address=address is not None),
        source=source_of(desk, change.line),
        x_dated=True,
        x_ends=not mistake,
    )


def network_of(reason: Reason) -> Network | None:
    """Return the case or the operation that a reason names."""
    if reason.case:
        return Network(id=reason.case, name=reason.case, x_named_after_account=True)
    if reason.operation is None:
        return None
    attributed = tuple(map(_attribution, reason.actors))
    return Network(id=f"operation:{slug(reason.operation)}", name=reason.operation, attributed_to=attributed)


def _attribution(actor: Actor) -> Attribution:
    kind: ActorKind = "intrusion-set" if actor.kind == "intrusion-set" else "organization"
    return Attribution(name=actor.name, kind=kind, confidence="suspected")


def subject_of(target: str) -> Subject:
    """Return the account or address that a name stands for."""
    address = address_of(target)
    return IpSubject(ip=address) if address else AccountSubject(login=wiki_user(target))


def address_of(target: str) -> str | None:
    """Return an address or range in its shortest form; None for the name of an account."""
    try:
        if "/" in target:
            return str(ipaddress.ip_network(target.strip(), strict=False))
        return str(ipaddress.ip_address(target.strip()))
    except ValueError:
        return None


def record_id_of(wiki: str, target: str, *parts: str) -> str:
    """Return the id of a record: wiki and user, so that a block told again is a version of the same observation."""
    name = address_of(target) or wiki_user(target)
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}:{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return ":".join((MEMBER, wiki or "wikipedia", *parts, name))


def tlp_of(desk: Desk, *, is_address: bool) -> Tlp:
    """Return the level of a record: logs are public, but an address is a person's, or that of many (section 13)."""
    asked: Tlp = desk.tlp or "clear"
    return "amber" if is_address and is_stricter("amber", asked) else asked


def source_of(desk: Desk, line: int) -> Source:
    """Return where a record came from; the words of the reason stay there."""
    return Source(file=desk.source.name, row=line or None)


def with_wiki(changes: Iterable[Change], wiki: str) -> Iterator[Change]:
    """Yield the changes, those of an unnamed wiki with the one that the file was found to speak of."""
    for change in changes:
        yield change if change.wiki or not wiki else structs.replace(change, wiki=wiki)
