"""One asset record to its objects: SCO, observed-data, indicator, relationships (platform-records.md, section 3.2)."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final, cast

from msgspec import Struct, structs

from stix_mappers.extensions import AD_DELIVERY, PROPERTY_EXTENSION, TAKEDOWN_ACTION
from stix_mappers.identifiers import campaign_id, identity_id, relationship_id, sdo_id
from stix_mappers.moments import is_moment, moment, period, published
from stix_mappers.objects import StixObject
from stix_mappers.observables import Observed
from stix_mappers.organizations import organization_name
from stix_mappers.record import AccountSubject, AdSubject, Kind, Record, Spend
from stix_mappers.reference import attack_pattern_id
from stix_mappers.services import service_owner, wiki_of
from stix_mappers.techniques import disarm_uses

_NEVER_INDICATED: Final = frozenset({"ad", "advertiser", "metric", "label", "app", "network"})
_TECHNICAL: Final = frozenset({"domain", "url", "ip", "email", "file"})
_INFLUENCE: Final = re.compile(r"inauthentic|influence|manipulation|propaganda|state media", re.IGNORECASE)
_PROFILE: Final = (
    "bio", "location_text", "language", "followers", "following", "posts", "profile_urls", "verified",
)  # fmt: skip
_IP_DAYS: Final = 90
_LOCKHEED: Final = "lockheed-martin-cyber-kill-chain"


class Context(Struct, frozen=True):
    """What all objects of one record share."""

    record: Record
    author: str
    created: str
    marking: list[str]
    labels: list[str]


def context(record: Record, marking: list[str]) -> Context:
    """Return author, date, marking and labels of a record's objects."""
    lead = is_lead(record)
    return Context(
        record=record,
        author=identity_id(record.member),
        created=told_at(record),
        marking=marking,
        labels=[f"lead:{record.asserted_on}"] if lead else [],
    )


def is_lead(record: Record) -> bool:
    """Tell whether the record speaks of a service that another organisation runs (D13)."""
    return bool(record.asserted_on) and service_owner(record.asserted_on or "") != record.member


def told_at(record: Record) -> str:
    """Return the date of the disclosure, else that of the action: `created` of all objects (section 3.1)."""
    network = record.network
    if network is not None and network.published:
        return published(network.published)
    return period(record.action_at).told


def observed_data_id(member: str, record_id: str) -> str:
    """Return the id of the observation a record tells of."""
    return sdo_id("observed-data", "observed-data", member, record_id)


def indicator_id(member: str, sco: str) -> str:
    """Return the id of a member's indicator of an asset."""
    return sdo_id("indicator", "indicator", member, sco)


def asset_objects(told: Context, found: Observed) -> list[StixObject]:
    """Return what one record yields: the observation, and where D12 allows what to look for."""
    observation = _observed_data(told, found)
    campaign = _campaign_of(told.record)
    if found.parts:
        return [*found.scos, observation, *_parts(told, found, observation["id"], campaign)]
    if found.pattern is None or not _is_indicated(told.record):
        tied = [relationship(told, "related-to", observation["id"], campaign)] if campaign else []
        return [*found.scos, observation, *tied, *_techniques(told, "related-to", observation["id"])]
    objects = [*found.scos, observation, *_to_look_for(told, found, observation["id"], campaign)]
    if told.record.x_infrastructure:
        objects.append(_consists_of(told, found))
    if not told.record.techniques:
        return objects
    return [*objects, *_techniques(told, "indicates", indicator_id(told.record.member, found.scos[0]["id"]))]


def _to_look_for(told: Context, found: Observed, observation: str, campaign: str | None) -> list[StixObject]:
    """Return the indicator and what ties it to its observation and its campaign."""
    indicator = _indicator(told, found, found.pattern or "")
    objects = [indicator, relationship(told, "based-on", indicator["id"], observation)]
    if campaign:
        objects.append(relationship(told, "indicates", indicator["id"], campaign))
    return objects


def _parts(told: Context, found: Observed, observation: str, campaign: str | None) -> Iterator[StixObject]:
    """Yield an indicator for each part of an observation that is worth one, and the tie to the campaign."""
    if campaign:
        yield relationship(told, "related-to", observation, campaign)
    for kind, part in found.parts:
        named = structs.replace(told, record=structs.replace(told.record, kind=cast("Kind", kind)))
        yield from _to_look_for(named, part, observation, campaign)


def infrastructure_id(member: str, network: str, name: str) -> str:
    """Return the id of a set of seized assets (section 8.2)."""
    return sdo_id("infrastructure", "infrastructure", member, network, name)


def _consists_of(told: Context, found: Observed) -> StixObject:
    record = told.record
    network = record.network.id if record.network else ""
    whole = infrastructure_id(record.member, network, record.x_infrastructure or "")
    return relationship(told, "consists-of", whole, found.scos[0]["id"])


def _techniques(told: Context, kind: str, source: str) -> list[StixObject]:
    """Return the ties of an asset without a network to its techniques; those of a network are the campaign's."""
    if told.record.network is not None:
        return []
    ids = [technique.id for technique in told.record.techniques if technique.scheme == "disarm"]
    uses = dict.fromkeys(use.technique for external_id in ids for use in disarm_uses(external_id))
    return [relationship(told, kind, source, attack_pattern_id(external_id)) for external_id in uses]


def sdo(told: Context, object_type: str, object_id: str) -> StixObject:
    """Return the common properties of an object of the record's author."""
    start: StixObject = {
        "type": object_type,
        "spec_version": "2.1",
        "id": object_id,
        "created_by_ref": told.author,
        "created": told.created,
        "modified": told.created,
        "object_marking_refs": told.marking,
    }
    if told.labels:
        start["labels"] = told.labels
    return start


def relationship(told: Context, kind: str, source: str, target: str) -> StixObject:
    """Return the relationship that the author states."""
    found = sdo(told, "relationship", relationship_id(told.author, kind, source, target))
    found["relationship_type"] = kind
    found["source_ref"] = source
    found["target_ref"] = target
    return found


def _campaign_of(record: Record) -> str | None:
    if record.network is None or record.kind == "label":
        return None
    return campaign_id(record.member, record.network.id)


def _is_indicated(record: Record) -> bool:
    return record.kind not in _NEVER_INDICATED and record.x_indicator


def _observed_data(told: Context, found: Observed) -> StixObject:
    record = told.record
    observation = sdo(told, "observed-data", observed_data_id(record.member, record.record_id))
    observation["first_observed"], observation["last_observed"] = _observed_between(record)
    observation["number_observed"] = record.x_number_observed
    observation["object_refs"] = [sco["id"] for sco in found.scos]
    observation["extensions"] = {TAKEDOWN_ACTION: _takedown_action(record)}
    if record.x_labels and record.kind not in _TECHNICAL:
        observation["labels"] = [*told.labels, *record.x_labels]
    if isinstance(record.subject, AdSubject):
        observation["extensions"][AD_DELIVERY] = _ad_delivery(record.subject)
    return observation


def _observed_between(record: Record) -> tuple[str, str]:
    acted = period(record.action_at)
    subject = record.subject
    if record.x_last_seen:
        return moment(record.x_first_seen or record.x_last_seen), moment(record.x_last_seen)
    created = record.x_first_seen or getattr(subject, "created", None)
    if not created or not is_moment(created):
        return acted.first, acted.last
    first = moment(created) if len(created) >= 10 else period(created).first
    if isinstance(subject, AdSubject):
        ended = moment(subject.ended) if subject.ended and is_moment(subject.ended) else first
        return first, max(first, ended)
    return (first, acted.last) if first <= acted.last else (acted.first, acted.last)


def _takedown_action(record: Record) -> StixObject:
    action: StixObject = {
        "extension_type": PROPERTY_EXTENSION,
        "record_id": record.record_id,
        "member": record.member,
        "service": record.service,
        "kind": record.kind,
        "action": record.action,
        "action_at": record.action_at,
        "action_at_precision": record.action_at_precision,
    }
    optional = {
        "network": record.network.id if record.network else None,
        "asserted_on": record.asserted_on,
        "policy": record.policy,
        "detection": record.detection,
        "legal_basis": record.legal_basis,
        "leads_from": list(record.leads_from),
        "source": _source(record),
        "profile": _profile(record),
        "wiki": wiki_of(record.service),
        "block_expiry": record.x_block_expiry,
        "block_flags": list(record.x_block_flags),
        "synthetic": record.synthetic or None,
    }
    action.update((name, value) for name, value in optional.items() if value)
    return action


def _source(record: Record) -> dict[str, str]:
    """Return where the publication is and how the value was written.

    File and row stay in the record: the same asset, told by a CSV and by a Markdown page, is one object.
    """
    if record.source is None:
        return {}
    found = {"url": record.source.url, "written": record.source.x_written, "comment": record.source.x_comment}
    return {name: value for name, value in found.items() if value}


def _profile(record: Record) -> StixObject:
    subject = record.subject
    if not isinstance(subject, AccountSubject):
        return dict(record.x_profile)
    found = {name: getattr(subject, name) for name in _PROFILE}
    profile = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value is not None and value != ()
    }
    return {**profile, **record.x_profile} if record.x_profile else profile


def _ad_delivery(subject: AdSubject) -> StixObject:
    found = {
        "ad_id": subject.ad_id,
        "text": subject.text,
        "impressions": subject.impressions,
        "clicks": subject.clicks,
        "spend": spend_object(subject.x_spend) if subject.x_spend else None,
        "created": subject.created,
        "ended": subject.ended,
        "targeting": list(subject.targeting) or None,
        "placements": list(subject.x_placements) or None,
    }
    delivery: StixObject = {"extension_type": PROPERTY_EXTENSION}
    delivery.update((name, value) for name, value in found.items() if value is not None)
    return delivery


def spend_object(spend: Spend) -> StixObject:
    """Return money as it stands in an extension."""
    found: StixObject = {"amount": spend.amount, "currency": spend.currency, "approx": spend.approx}
    optional = {"paid_in": list(spend.paid_in), "from": spend.since, "to": spend.to}
    found.update((name, value) for name, value in optional.items() if value)
    return found


def _indicator(told: Context, found: Observed, pattern: str) -> StixObject:
    record = told.record
    indicator = sdo(told, "indicator", indicator_id(record.member, found.scos[0]["id"]))
    valid_from = period(record.action_at).first
    indicator["name"] = _name(record, found)
    indicator["description"] = _description(record)
    indicator["indicator_types"] = list(record.x_indicator_types) or _indicator_types(record)
    indicator["pattern"] = pattern
    indicator["pattern_type"] = "stix"
    indicator["pattern_version"] = "2.1"
    indicator["valid_from"] = valid_from
    if until := _valid_until(record, valid_from):
        indicator["valid_until"] = until
    if record.confidence is not None:
        indicator["confidence"] = record.confidence
    if record.x_kill_chain_phases:
        indicator["kill_chain_phases"] = [
            {"kill_chain_name": _LOCKHEED, "phase_name": phase} for phase in record.x_kill_chain_phases
        ]
    if record.x_labels:
        indicator["labels"] = [*told.labels, *record.x_labels]
    return indicator


def _name(record: Record, found: Observed) -> str:
    if record.kind in _TECHNICAL:
        return f"{record.kind} {found.name}"
    return f"{record.asserted_on or record.service} {record.kind} {found.name}"


def _description(record: Record) -> str:
    told = f"{organization_name(record.member)}: {record.action} ({record.action_at})"
    return f"{told}, {record.policy}." if record.policy else f"{told}."


def _indicator_types(record: Record) -> list[str]:
    if record.kind in _TECHNICAL and not _INFLUENCE.search(record.policy or ""):
        return ["malicious-activity"]
    return ["attribution"]


def _valid_until(record: Record, valid_from: str) -> str | None:
    """Return the end a source gives; addresses change hands, so that they end by themselves."""
    if record.x_valid_until and is_moment(record.x_valid_until):
        until = moment(record.x_valid_until)
        return until if until > valid_from else None
    if record.kind != "ip":
        return None
    return moment((dt.datetime.fromisoformat(valid_from) + dt.timedelta(days=_IP_DAYS)).isoformat())
