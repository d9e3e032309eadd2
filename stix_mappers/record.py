"""The coalition record: what every row of every member becomes (platform-records.md, section 2).

A mapper builds `Record` values and knows no STIX; the builder turns them into STIX and knows no platform.
A new member may hand over the same records as JSON, one object a line: `parse` refuses what breaks the schema
and names every place and rule.

Keys that begin with `x_` may stand anywhere. Those declared here carry what the schema has no key for; all
others are ignored.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct, field

from stix_mappers.record_mail import Mail
from stix_mappers.record_metrics import Metric
from stix_mappers.record_rules import ASSET_KINDS, SCHEMA, Json, Problem, RecordError, problems

__all__ = ["SCHEMA", "Problem", "Record", "RecordError", "encode", "parse", "parse_json"]

Kind = Literal[
    "account", "page", "group", "event", "channel", "board", "subreddit", "blog", "post", "pin", "ad", "advertiser",
    "app", "domain", "url", "ip", "email", "file", "network", "metric", "label",
]  # fmt: skip
Action = Literal[
    "removed", "suspended", "terminated", "banned", "restricted", "deactivated", "blocked", "seized", "demonetised",
    "labelled", "reported", "reinstated", "observed",
]  # fmt: skip
AppPlatform = Literal["android", "ios", "facebook"]
Precision = Literal["second", "day", "month", "quarter", "half"]
Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
Detection = Literal["automated", "manual", "hybrid", "member-report", "law-enforcement-lead", "external-lead"]
Qualifier = Literal["about", "less than", "more than"]
ActorKind = Literal["organization", "unit", "individual-role", "intrusion-set", "country"]
Certainty = Literal["confirmed", "stated", "likely", "suspected"]

NotNegative = Annotated[int, Meta(ge=0)]
Amount = Annotated[float, Meta(ge=0)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Name = Annotated[str, Meta(min_length=1, max_length=300)]


class _Value(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts: frozen, closed, written without its empty keys."""


class Attribution(_Value, frozen=True):
    """Who is said to be behind a network, and how surely."""

    name: str
    kind: ActorKind
    aliases: tuple[str, ...] = ()
    confidence: Certainty | None = None


class Network(_Value, frozen=True):
    """The network a record belongs to; `id` alone refers to it, anything more tells about it."""

    id: Name
    name: str | None = None
    aliases: tuple[str, ...] = ()
    published: str | None = None
    url: str | None = None
    origin: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    attributed_to: tuple[Attribution, ...] = ()
    narrative: str | None = None
    motivation: str | None = None
    domestic: bool | None = None
    x_tier: str | None = None
    x_description: str | None = None
    x_named_after_account: bool = False
    x_organizations: tuple[str, ...] = ()
    x_origin_confidence: Percent | None = None
    x_target_groups: tuple[str, ...] = ()


class Count(_Value, frozen=True):
    """A published number of assets or followers."""

    value: NotNegative
    approx: bool = False
    qualifier: Qualifier | None = None
    service: str | None = None


class Spend(_Value, frozen=True):
    """Money spent on ads: `amount` is in `currency`, paid with `paid_in`."""

    amount: Amount
    currency: str
    approx: bool = False
    paid_in: tuple[str, ...] = ()
    since: str | None = field(default=None, name="from")
    to: str | None = None


class Technique(_Value, frozen=True):
    """A technique the network used; `note` is what the source says of this use."""

    scheme: Literal["meta-killchain", "disarm"]
    id: str
    note: str | None = None


class Source(_Value, frozen=True):
    """Where the record came from; `x_written` is the value as it stood there, still defanged, `x_comment` what stood
    beside it."""

    url: str | None = None
    file: str | None = None
    row: int | None = None
    sha256: str | None = None
    retrieved: str | None = None
    x_written: str | None = None
    x_comment: str | None = None


class Remark(_Value, frozen=True):
    """What a source tells that no STIX object but a note can carry."""

    topic: str
    text: str
    abstract: str | None = None


class AccountSubject(_Value, frozen=True):
    """An account, page, group, event, channel, board, subreddit or blog."""

    login: str | None = None
    user_id: str | None = None
    url: str | None = None
    display_name: str | None = None
    created: str | None = None
    former_logins: tuple[str, ...] = ()
    pseudonymised: bool = False
    bio: str | None = None
    location_text: str | None = None
    profile_urls: tuple[str, ...] = ()
    language: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    verified: bool | None = None
    is_person: bool | None = None


class LabelSubject(AccountSubject, frozen=True):
    """An account that carries a platform's label, such as `state-affiliated-media`."""

    label: str | None = None
    country: str | None = None


class PostSubject(_Value, frozen=True):
    """A post or pin."""

    post_id: str | None = None
    url: str | None = None
    owner: str | None = None
    created: str | None = None
    text: str | None = None
    text_language: str | None = None


class AdSubject(_Value, frozen=True):
    """An ad as it was delivered; `x_spend` is what was paid for it."""

    ad_id: str | None = None
    advertiser: str | None = None
    landing_url: str | None = None
    text: str | None = None
    impressions: int | None = None
    clicks: int | None = None
    created: str | None = None
    ended: str | None = None
    targeting: tuple[str, ...] = ()
    x_spend: Spend | None = None
    x_placements: tuple[str, ...] = ()


class AdvertiserSubject(_Value, frozen=True):
    """Whoever pays for ads."""

    advertiser_id: str | None = None
    name: str | None = None
    public_ids: tuple[str, ...] = ()


class AppSubject(_Value, frozen=True):
    """An app of a store or platform."""

    platform: AppPlatform
    app_id: str


class DomainSubject(_Value, frozen=True):
    """A domain name."""

    domain: str


class UrlSubject(_Value, frozen=True):
    """A URL."""

    url: str


class IpSubject(_Value, frozen=True):
    """An IP address or a range in CIDR form."""

    ip: str


class EmailSubject(_Value, frozen=True):
    """A mail address."""

    address: str


class FileSubject(_Value, frozen=True):
    """A file known by its hashes."""

    hashes: dict[Literal["MD5", "SHA-1", "SHA-256"], str]
    name: str | None = None


Subject = (
    AccountSubject
    | LabelSubject
    | PostSubject
    | AdSubject
    | AdvertiserSubject
    | AppSubject
    | DomainSubject
    | UrlSubject
    | IpSubject
    | EmailSubject
    | FileSubject
)

_SUBJECTS: Final[dict[str, type[Subject]]] = {
    **dict.fromkeys(ASSET_KINDS, AccountSubject),
    "post": PostSubject,
    "pin": PostSubject,
    "ad": AdSubject,
    "advertiser": AdvertiserSubject,
    "app": AppSubject,
    "domain": DomainSubject,
    "url": UrlSubject,
    "ip": IpSubject,
    "email": EmailSubject,
    "file": FileSubject,
    "label": LabelSubject,
}


class Facts(_Value, frozen=True):
    """A record but for its subject, whose shape depends on the kind."""

    record_id: Name
    member: str
    service: str
    kind: Kind
    action: Action
    action_at: str
    action_at_precision: Precision
    tlp: Tlp
    asserted_on: str | None = None
    network: Network | None = None
    counts: dict[str, Count] = field(default_factory=dict)
    spend: tuple[Spend, ...] = ()
    techniques: tuple[Technique, ...] = ()
    policy: str | None = None
    detection: Detection | None = None
    leads_from: tuple[str, ...] = ()
    consistent_with: tuple[str, ...] = ()
    legal_basis: str | None = None
    confidence: Percent | None = None
    retracts: str | None = None
    source: Source | None = None
    synthetic: bool = False
    x_remarks: tuple[Remark, ...] = ()
    x_indicator: bool = True
    x_indicator_types: tuple[str, ...] = ()
    x_valid_until: str | None = None
    x_block_expiry: str | None = None
    x_block_flags: tuple[str, ...] = ()
    x_dated: bool = False
    x_ends: bool = False
    x_first_seen: str | None = None
    x_last_seen: str | None = None
    x_number_observed: Annotated[int, Meta(ge=1, le=999_999_999)] = 1
    x_kill_chain_phases: tuple[str, ...] = ()
    x_labels: tuple[str, ...] = ()
    x_infrastructure: str | None = None
    x_former_name: bool = False
    x_mail: Mail | None = None
    x_reactions: dict[str, int] = field(default_factory=dict)
    x_metrics: tuple[Metric, ...] = ()
    x_period_end: str | None = None
    x_profile: dict[str, str | int | bool] = field(default_factory=dict)
    x_links: tuple[str, ...] = ()


class Record(Facts, frozen=True):
    """One takedown of one asset, or what is known of one network."""

    subject: Subject | None = None


def parse(document: Mapping[str, object], *, today: dt.date | None = None) -> Record:
    """Return the record, or raise `RecordError` with every JSON path and rule that it breaks."""
    found = list(problems(document, today or dt.datetime.now(dt.UTC).date()))
    plain = {key: value for key, value in _known(document).items() if key not in {"schema", "subject"}}
    try:
        facts = msgspec.convert(plain, Facts)
        subject = _subject(facts.kind, document.get("subject"))
    except msgspec.ValidationError as error:
        told = str(error).startswith("Object missing required") and found
        raise RecordError(found if told else [*found, Problem.of(str(error))]) from None
    if found:
        raise RecordError(found)
    return Record(subject=subject, **{name: getattr(facts, name) for name in Facts.__struct_fields__})


def parse_json(line: bytes | str, *, today: dt.date | None = None) -> Record:
    """Return the record that a line of JSON holds."""
    try:
        document = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError([Problem("$", f"is not JSON: {error}")]) from None
    if not isinstance(document, dict):
        raise RecordError([Problem("$", "a record is a JSON object")])
    return parse(document, today=today)


def encode(record: Record) -> bytes:
    """Return the record as one line of JSON, without the line end."""
    return msgspec.json.encode({"schema": SCHEMA, **msgspec.to_builtins(record)})


def _subject(kind: str, document: object) -> Subject | None:
    if document is None:
        return None
    try:
        return msgspec.convert(_known(document), _SUBJECTS.get(kind, AccountSubject))
    except msgspec.ValidationError as error:
        message = str(error)
        placed = message.replace("`$", "`$.subject") if "`$" in message else f"{message} - at `$.subject`"
        raise msgspec.ValidationError(placed) from None


_OUR_X_KEYS: Final = frozenset(
    key
    for struct in (Facts, Network, Source, AdSubject)
    for key in struct.__struct_fields__
    if key.startswith("x_")
)  # fmt: skip


def _known(value: object) -> Json:
    """Return a copy without the `x_*` keys of others, however deep they stand."""
    cleaned = _without_foreign(value, 0)
    return cleaned if isinstance(cleaned, dict) else {"": cleaned}


def _without_foreign(value: object, depth: int) -> object:
    if depth > 20:
        raise RecordError([Problem("$", "nested more than 20 levels deep")])
    if isinstance(value, Mapping):
        return {
            key: _without_foreign(item, depth + 1)
            for key, item in value.items()
            if not str(key).startswith("x_") or key in _OUR_X_KEYS
        }
    if isinstance(value, list | tuple):
        return [_without_foreign(item, depth + 1) for item in value]
    return value
