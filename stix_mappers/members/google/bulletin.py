"""Entries of TAG bulletins to records: report, campaign and figures, but no asset (platform-records.md, section 7.1).

Google publishes no channel names. The sentences come first; what somebody read out of them by hand (`actions`,
`linked_to`, `actor`) fills what they leave open: the text of an entry may be missing or cut off.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from stix_mappers.actors import actor
from stix_mappers.counts import Count as Figure
from stix_mappers.counts import counts_in
from stix_mappers.languages import language_code
from stix_mappers.members import Desk
from stix_mappers.members.fields import Fields
from stix_mappers.members.google import grammar
from stix_mappers.members.google.editions import Edition, edition_of, month_of
from stix_mappers.places import Place, place
from stix_mappers.record import (
    Action,
    ActorKind,
    Attribution,
    Count,
    Network,
    Precision,
    Record,
    Remark,
    Source,
    Technique,
)
from stix_mappers.record_rules import is_place

MEMBER: Final = "google"
_SERVICES: Final = {
    "channels": "youtube", "accounts": "youtube", "ads_accounts": "google-ads", "adsense_accounts": "adsense",
    "blogs": "blogger", "play_developers": "google-play", "apps": "google-play", "domains": "google-news",
}  # fmt: skip
_TECHNIQUES: Final = {
    "youtube": ("T0152.006",), "blogger": ("T0152.001", "T0152.002"), "google-ads": ("T0114.001",),
}  # fmt: skip
_ACTIONS: Final[tuple[tuple[re.Pattern[str], Action], ...]] = (
    (re.compile(r"\bterminat|\bclosed|\bdisabl", re.IGNORECASE), "terminated"),
    (re.compile(r"\bremov|\btook down", re.IGNORECASE), "removed"),
    (re.compile(r"\bban(?:s|ned|ning)?\b", re.IGNORECASE), "banned"),
    (re.compile(r"\bsuspend", re.IGNORECASE), "suspended"),
    (re.compile(r"\bdemoneti[sz]", re.IGNORECASE), "demonetised"),
    (re.compile(r"\bblock", re.IGNORECASE), "blocked"),
)
_ENDS: Final = re.compile(r"[.!?][”\"’')\]]*\s*$")
_INTRUSION: Final = frozenset({"intrusion-set", "cluster", "apt"})
_LONGEST_TEXT: Final = 20_000
_KEYS: Final = frozenset({"bulletin", "entry", "month", "text", "actions"})


class Entry(Struct, frozen=True, kw_only=True):
    """One entry: where it stands, its text, and what was read out of it by hand."""

    id: str
    edition: Edition
    at: str
    precision: Precision
    line: int
    text: str = ""
    published: str | None = None
    url: str | None = None
    hand: Fields


def are_entries(keys: frozenset[str]) -> bool:
    """Tell whether these keys are those of a bulletin's entry."""
    return len(keys & _KEYS) >= 3 and bool(keys & {"text", "actions"}) and bool(keys & {"bulletin", "entry"})


def records(desk: Desk, rows: Iterable[Fields]) -> Iterator[Record]:
    """Yield the records of entries told as objects, one a line."""
    for row in rows:
        entry = _entry_of(row)
        if entry is None:
            desk.skip(row.line, "unusable-value", row.text("entry", "bulletin", "text"), "tells no bulletin and month")
        else:
            yield from entry_records(desk, entry)


def _entry_of(row: Fields) -> Entry | None:
    edition = edition_of(row.text("bulletin")) or edition_of(row.text("entry"))
    if edition is None:
        return None
    month = month_of(row.text("month"), edition)
    return Entry(
        id=(row.text("entry") or f"{edition.id}-{(month or edition.at)[5:].lower()}-{row.line}")[:200],
        edition=edition,
        at=month or edition.at,
        precision="month" if month else "quarter",
        line=row.line,
        text=row.text("text")[:_LONGEST_TEXT],
        published=row.day("published", "lastupdated", "updated"),
        url=row.text("url", "sourceurl", "link") or None,
        hand=row,
    )


def entry_records(desk: Desk, entry: Entry) -> Iterator[Record]:
    """Yield the record of an entry, and one for domains that were blocked beside what was terminated."""
    counts, unknown = _figures(entry)
    if not counts and not unknown:
        desk.skip(entry.line, "unusable-value", entry.text or entry.id, "tells no figure")
        return
    domains = counts.pop("domains", None) if len(counts) > 1 else None
    told = grammar.read(entry.text, entry.edition.at)
    yield _record(desk, entry, counts, _network(entry, told), told, unknown)
    if domains is not None:
        reference = Network(id=entry.id, published=entry.published or entry.edition.at)
        yield _part(desk, entry, reference, domains)


def _figures(entry: Entry) -> tuple[dict[str, Count], list[str]]:
    """Return the figures by asset, those of the sentences first, and the assets nobody knows yet."""
    counts: dict[str, Count] = {}
    for sentence in grammar.sentences(entry.text):
        if acted(sentence) is not None or not counts:
            _hear(counts, counts_in(sentence))
    unknown: list[str] = []
    for action in entry.hand.objects("actions"):
        words = f"{action.text('count', 'value', 'number')} {action.text('asset', 'type').replace('_', ' ')}"
        found = counts_in(words.strip())
        if found:
            _hear(counts, found)
        elif words.strip():
            unknown.append(f"{words.strip()} {action.text('action')}".strip())
    return counts, unknown


def _hear(counts: dict[str, Count], figures: Iterable[Figure]) -> None:
    for figure in figures:
        service = figure.service or _SERVICES.get(figure.key, "youtube")
        count = Count(value=figure.value, approx=figure.approx, qualifier=figure.qualifier, service=service)
        counts.setdefault(figure.key, count)


def acted(text: str) -> Action | None:
    """Return the action that a sentence tells, the one on channels before those on what stands beside them."""
    return next((action for words, action in _ACTIONS if words.search(text)), None)


def _record(
    desk: Desk, entry: Entry, counts: dict[str, Count], network: Network, told: grammar.Bulletin, unknown: list[str]
) -> Record:
    only_domains = set(counts) == {"domains"}
    action = acted(entry.text) or acted(" ".join(item.text("action") for item in entry.hand.objects("actions")))
    return Record(
        record_id=f"{MEMBER}:{entry.id}",
        member=MEMBER,
        service="google-news" if only_domains else _service_of(counts),
        kind="network",
        action="blocked" if only_domains else action or "terminated",
        action_at=entry.at,
        action_at_precision=entry.precision,
        network=network,
        counts=counts,
        techniques=_techniques(counts, told),
        leads_from=told.leads_from or entry.hand.texts("leadsfrom", "leads"),
        consistent_with=told.consistent_with or tuple(map(grammar.own_name, entry.hand.texts("consistentwith"))),
        tlp=desk.tlp or "clear",
        source=_source(desk, entry),
        x_remarks=tuple(_remarks(entry, unknown)),
    )


def _part(desk: Desk, entry: Entry, reference: Network, domains: Count) -> Record:
    """Return the record of domains that Google News no longer shows."""
    return Record(
        record_id=f"{MEMBER}:{entry.id}:google-news",
        member=MEMBER,
        service="google-news",
        kind="network",
        action="blocked",
        action_at=entry.at,
        action_at_precision=entry.precision,
        network=reference,
        counts={"domains": domains},
        tlp=desk.tlp or "clear",
        source=_source(desk, entry),
    )


def _source(desk: Desk, entry: Entry) -> Source:
    facts = entry.hand.text("factsfrom") or None
    return Source(url=entry.url, file=desk.source.name, row=entry.line or None, x_comment=facts)


def _service_of(counts: dict[str, Count]) -> str:
    services = [count.service or "youtube" for count in counts.values()]
    return "youtube" if "youtube" in services or not services else services[0]


def _network(entry: Entry, told: grammar.Bulletin) -> Network:
    hand = entry.hand
    origin = _codes(told.origins) or _written_places(hand, "linkedtoiso", "linkedto", "origin")
    actors = told.actors or tuple(_written_actor(hand))
    domestic = True if told.domestic or hand.flag("domestic") else None
    return Network(
        id=entry.id,
        name=_name(entry, origin, actors),
        published=entry.published or entry.edition.at,
        url=entry.url,
        origin=origin,
        targets=_codes(told.targets) or _written_places(hand, "targets") or (origin if domestic else ()),
        languages=told.languages or _written_languages(hand),
        attributed_to=actors,
        narrative=told.objective or None,
        motivation="financial" if told.financial else None,
        domestic=domestic,
        x_description=entry.text or None,
        x_origin_confidence=75 if origin else None,
    )


def _name(entry: Entry, origin: tuple[str, ...], actors: tuple[Attribution, ...]) -> str:
    """Return a name that no other entry has: by actor, else by origin, with the number of the entry."""
    number = entry.id.removeprefix(entry.edition.id).strip("-")
    where = " and ".join(found.name for code in origin if (found := place(code)))
    what = ", ".join(found.name for found in actors) or (f"operation linked to {where}" if where else "operation")
    return f"Google TAG bulletin {entry.edition.words}: {what} ({number or entry.id})"[:300]


def _techniques(counts: dict[str, Count], told: grammar.Bulletin) -> tuple[Technique, ...]:
    """Return what the services tell: video, blogs, ads; ad revenue where money was the motive (disarm.md)."""
    services = {count.service or "" for count in counts.values()}
    ids = [external_id for service in sorted(services) for external_id in _TECHNIQUES.get(service, ())]
    if told.financial and "adsense" in services:
        ids.append("T0137.001")
    return tuple(Technique(scheme="disarm", id=external_id) for external_id in ids)


def _remarks(entry: Entry, unknown: list[str]) -> Iterator[Remark]:
    if entry.hand.flag("texttruncated") or (entry.text and not _ENDS.search(entry.text)):
        text = "The text of this entry is cut off where we could read it: what it does not tell is unknown."
        yield Remark(topic="truncated", text=text, abstract="Text cut off")
    for written in unknown:
        yield Remark(topic=f"x-asset:{written[:120]}", text=written, abstract="x-asset")


def _codes(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys("XK" if found.name == "Kosovo" else found.code for found in places))


def _written_places(hand: Fields, *names: str) -> tuple[str, ...]:
    for name in names:
        found = [place(written) for written in hand.texts(name) or (hand.text(name),)]
        if codes := _codes(one for one in found if one is not None and is_place(one.code)):
            return codes
    return ()


def _written_languages(hand: Fields) -> tuple[str, ...]:
    codes = (language_code(written) for written in hand.texts("languages", "language"))
    return tuple(dict.fromkeys(code for code in codes if code))


def _written_actor(hand: Fields) -> Iterator[Attribution]:
    """Yield the actor somebody named by hand, with the certainty of "linked to"."""
    name = hand.text("actor", "attributedto")[:200]
    if name:
        known = actor(name)
        cluster = known.kind == "intrusion-set" if known else hand.text("actorkind").lower() in _INTRUSION
        kind: ActorKind = "intrusion-set" if cluster else "organization"
        yield Attribution(name=known.name if known else name, kind=kind, confidence="stated")
