"""What no object but a note can carry: remarks, totals, labels, apps, advertisers; and reactions to an asset."""

from collections.abc import Iterator
from typing import Final

import msgspec

from stix_mappers.assets import Context, indicator_id, observed_data_id, sdo
from stix_mappers.extensions import METRIC, PROPERTY_EXTENSION
from stix_mappers.identifiers import campaign_id, sdo_id
from stix_mappers.moments import period
from stix_mappers.objects import StixObject
from stix_mappers.organizations import organization_name
from stix_mappers.record import AdSubject, AdvertiserSubject, AppSubject, LabelSubject, Record, Spend
from stix_mappers.record_metrics import Metric
from stix_mappers.slugs import slug

_AGREEING: Final = {"HELPFUL": "agree", "NOT_HELPFUL": "disagree", "OUTDATED": "disagree"}
_SEEN: Final = "SAW_THIS_TOO"


def note_id(member: str, record_id: str, topic: str) -> str:
    """Return the id of a note."""
    return sdo_id("note", "note", member, record_id, topic)


def note(told: Context, topic: str, abstract: str, content: str, about: list[str]) -> StixObject:
    """Return a note of the record's author; its first label is the topic without what tells it from others."""
    found = sdo(told, "note", note_id(told.record.member, told.record.record_id, topic))
    found["labels"] = [topic.partition(":")[0], *told.labels]
    found["abstract"] = abstract
    found["content"] = content
    found["object_refs"] = about
    return found


def remarks(told: Context, about: list[str]) -> Iterator[StixObject]:
    """Yield a note for each remark of the record, on what the record is about."""
    for remark in told.record.x_remarks:
        yield note(told, remark.topic, remark.abstract or remark.topic, remark.text, about)


def subject_of_notes(record: Record, observation: str | None, author: str) -> list[str]:
    """Return what a note on this record is about: its observation, else its campaign, else its author."""
    if observation:
        return [observation]
    if record.network and record.kind not in {"label", "metric", "advertiser"}:
        return [campaign_id(record.member, record.network.id)]
    return [author]


def metric(told: Context) -> Iterator[StixObject]:
    """Yield the note of published totals, on the member's identity."""
    record = told.record
    if not record.counts and not record.spend and not record.x_metrics:
        return
    metrics: list[StixObject] = []
    for category, count in sorted(record.counts.items()):
        figure: StixObject = {"category": category, "value": count.value, "approx": count.approx}
        optional = {"stage": count.service, "qualifier": count.qualifier}
        figure.update((name, value) for name, value in optional.items() if value)
        metrics.append(figure)
    metrics.extend(map(_spent, record.spend))
    title = record.network.name or record.network.id if record.network else record.record_id
    words = [f"{figure['category']}: {figure['value']}" for figure in metrics]
    text = "; ".join([*map(_figure, record.x_metrics), *words]) or title
    found = note(told, "metric", f"Published totals: {title}", text, [told.author])
    found["extensions"] = _metric_extension(record, [*map(msgspec.to_builtins, record.x_metrics), *metrics])
    yield found


def _spent(spend: Spend) -> StixObject:
    return {"category": "spend", "value": spend.amount, "unit": spend.currency, "approx": spend.approx}


def _figure(figure: Metric) -> str:
    """Return one figure in words: category, stage, value, unit."""
    stage = f" ({figure.stage})" if figure.stage else ""
    number = f"{figure.qualifier} {figure.value}" if figure.qualifier else str(figure.value)
    return f"{figure.category}{stage}: {number}{f' {figure.unit}' if figure.unit else ''}"


def _metric_extension(record: Record, metrics: list[StixObject]) -> StixObject:
    within = period(record.action_at)
    last = period(record.x_period_end).last if record.x_period_end else within.last
    extension = {"extension_type": PROPERTY_EXTENSION, "period_start": within.first, "period_end": last}
    return {METRIC: {**extension, "metrics": metrics}}


def app(told: Context, about: list[str]) -> Iterator[StixObject]:
    """Yield the note on an app, for which STIX has no SCO (section 5.1)."""
    subject = told.record.subject
    if isinstance(subject, AppSubject):
        content = f"{subject.platform} app {subject.app_id}"
        yield note(told, "app", content, f"{content}: {told.record.action}", about)


def undelivered_ad(told: Context, about: list[str]) -> Iterator[StixObject]:
    """Yield the note on an ad without a usable landing page, which leaves nothing to observe."""
    subject = told.record.subject
    if isinstance(subject, AdSubject):
        yield note(told, "ad", f"Ad {subject.ad_id}", subject.text or f"Ad {subject.ad_id}", about)


def advertiser(told: Context) -> Iterator[StixObject]:
    """Yield an advertiser as an identity with a note, never more (D19)."""
    subject = told.record.subject
    if not isinstance(subject, AdvertiserSubject):
        return
    key = subject.advertiser_id or subject.name or ""
    identity = sdo(told, "identity", sdo_id("identity", "identity", "advertiser", key))
    identity["name"] = subject.name or key
    identity["identity_class"] = "organization"
    yield identity
    spent = "; ".join(f"{item.amount} {item.currency}" for item in told.record.spend)
    known = "; ".join(part for part in (key, *subject.public_ids, spent) if part)
    about = note(told, "advertiser", f"Advertiser {identity['name']}", known, [identity["id"]])
    if told.record.spend:
        about["labels"] = ["metric", *about["labels"]]
        about["extensions"] = _metric_extension(told.record, [*map(_spent, told.record.spend)])
    yield about


def label(told: Context, account: str) -> Iterator[StixObject]:
    """Yield the note of a platform's label on an account: no indicator, no campaign (section 6.3)."""
    subject = told.record.subject
    if isinstance(subject, LabelSubject):
        where = f" ({subject.country})" if subject.country else ""
        title = f"Labelled {subject.label or 'by the platform'}{where}"
        outlet = _outlet(told, subject)
        about = [account, *(identity["id"] for identity in outlet)]
        yield from outlet
        yield note(told, "label", title, f"{organization_name(told.record.member)}: {title}", about)


def _outlet(told: Context, subject: LabelSubject) -> list[StixObject]:
    """Return whose account the platform labelled, where the platform names it: an identity of the member's own."""
    name = subject.display_name
    if not name:
        return []
    identity = sdo(told, "identity", sdo_id("identity", "identity", told.record.member, slug(name) or name))
    identity["name"] = name
    identity["identity_class"] = "individual" if subject.is_person else "organization"
    return [identity]


def reactions(told: Context, sco: str) -> Iterator[StixObject]:
    """Yield what others said of an indicator: seen too is a sighting, the rest an opinion (section 5.5)."""
    record = told.record
    indicator = indicator_id(record.member, sco)
    for key, count in sorted(record.x_reactions.items()):
        if key == _SEEN:
            yield _sighting(told, indicator, count)
        elif key in _AGREEING:
            yield _opinion(told, indicator, key, count)


def _sighting(told: Context, indicator: str, count: int) -> StixObject:
    observation = observed_data_id(told.record.member, told.record.record_id)
    found = sdo(told, "sighting", sdo_id("sighting", "sighting", indicator, told.author, observation))
    found["count"] = count
    found["sighting_of_ref"] = indicator
    found["observed_data_refs"] = [observation]
    return found


def _opinion(told: Context, indicator: str, key: str, count: int) -> StixObject:
    found = sdo(told, "opinion", sdo_id("opinion", "opinion", told.record.member, told.record.record_id, key))
    found["opinion"] = _AGREEING[key]
    found["explanation"] = f"{key} by {count}"
    found["object_refs"] = [indicator]
    return found


def disagreement(told: Context, indicators: list[str]) -> StixObject:
    """Return the opinion that indicators of the member's own are wrong here: users said "not spam" (section 12)."""
    found = sdo(told, "opinion", sdo_id("opinion", "opinion", told.record.member, told.record.record_id, "disputed"))
    found["opinion"] = "disagree"
    found["explanation"] = "Users said that this mail is no abuse."
    found["object_refs"] = indicators
    return found


def retraction(told: Context, observation: StixObject) -> StixObject:
    """Return the note that says why an observation was taken back (D16)."""
    record = told.record
    text = f"{organization_name(record.member)} took this back: {record.action} ({record.action_at})."
    if record.source and record.source.x_comment:
        text = f"{text} {record.source.x_comment}"
    return note(told, "retraction", "Retracted", text, [observation["id"]])
