"""Tumblr's disclosures as objects: totals, dates, who was behind it (platform-records.md, section 12)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast, get_args

from stix_mappers.members import Desk
from stix_mappers.members.rows import text, whole
from stix_mappers.members.verizon_media.names import MEMBER, SERVICE, attribution, title_of
from stix_mappers.moments import is_moment
from stix_mappers.places import place
from stix_mappers.reading import Item
from stix_mappers.record import Action, Attribution, Count, Detection, Network, Precision, Record, Remark, Source
from stix_mappers.record_rules import COUNT_KEYS

_READ: Final = frozenset({
    "disclosure_id", "published", "service", "attributed_to", "origin", "target", "targets", "leads_from", "source",
    "url", "tlp", *COUNT_KEYS,
})  # fmt: skip
_WORD: Final = re.compile(r"[a-z]+")
_ACTIONS: Final = frozenset(get_args(Action))


def are_disclosures(keys: Sequence[str]) -> bool:
    """Tell whether an object with these keys is a disclosure."""
    return "disclosure_id" in keys and bool({"published", "accounts", "service"} & set(keys))


def records(desk: Desk, items: Iterator[Item]) -> Iterator[Record]:
    """Yield a record for each disclosure."""
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, Mapping):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        else:
            yield from _disclosure(desk, item.line, item.value)


def _disclosure(desk: Desk, line: int, told: Mapping[str, object]) -> Iterator[Record]:
    disclosure = _text(told, "disclosure_id")[:200]
    published = _text(told, "published")
    precision = _precision(published)
    if not disclosure or precision is None:
        desk.skip(line, "unusable-value", disclosure or str(told)[:200], "a disclosure needs an id and a date")
        return
    leads = tuple(_listed(told.get("leads_from")))
    yield Record(
        record_id=f"{MEMBER}:{disclosure}",
        member=MEMBER,
        service=_text(told, "service").lower() or SERVICE,
        kind="network",
        action=_action(_text(told, "action")),
        action_at=published,
        action_at_precision=precision,
        network=_network(told, disclosure, published),
        counts=_counts(told),
        detection=_detection(leads),
        leads_from=leads,
        tlp=desk.tlp or "clear",
        source=Source(file=desk.source.name, row=line, url=_url(told)),
        x_remarks=_remarks(told),
    )


def _precision(written: str) -> Precision | None:
    if len(written) < 7 or not is_moment(written):
        return None
    if len(written) == 7:
        return "quarter" if "Q" in written else "half" if "H" in written else "month"
    return "day" if len(written) == 10 else "second"


def _network(told: Mapping[str, object], disclosure: str, published: str) -> Network:
    behind = _listed(told.get("attributed_to"))
    actors = [name for name in behind if place(name) is None]
    return Network(
        id=disclosure,
        name=title_of(" and ".join(actors) or None)[:300],
        published=published,
        url=_url(told),
        origin=_codes([*_listed(told.get("origin")), *behind]),
        targets=_codes([*_listed(told.get("target")), *_listed(told.get("targets"))]),
        attributed_to=_actors(actors),
    )


def _actors(names: list[str]) -> tuple[Attribution, ...]:
    return tuple(found for name in dict.fromkeys(names) for found in attribution(name))


def _codes(names: list[str]) -> tuple[str, ...]:
    found = [place(name) for name in names]
    return tuple(dict.fromkeys(where.code for where in found if where and where.code))


def _counts(told: Mapping[str, object]) -> dict[str, Count]:
    found = {key: whole(text(told[key]).strip()) for key in sorted(COUNT_KEYS & told.keys())}
    return {key: Count(value=value) for key, value in found.items() if value is not None}


def _action(written: str) -> Action:
    """Return the first action that the text names; a disclosure is of something removed."""
    found = next((word for word in _WORD.findall(written.lower()) if word in _ACTIONS), "removed")
    return cast("Action", found)


def _detection(leads: tuple[str, ...]) -> Detection | None:
    if not leads:
        return None
    police = any("law enforcement" in lead.lower() or lead in {"FBI", "DOJ", "DHS"} for lead in leads)
    return "law-enforcement-lead" if police else "external-lead"


def _remarks(told: Mapping[str, object]) -> tuple[Remark, ...]:
    """Return whatever else a disclosure says, those of its keys that nobody knows yet among it."""
    facts = {str(key): text(value) for key, value in told.items() if key not in _READ}
    words = "\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in sorted(facts.items()) if value)
    return (Remark(topic="facts", text=words, abstract="What else the disclosure says"),) if words else ()


def _url(told: Mapping[str, object]) -> str | None:
    found = next((_text(told, key) for key in ("url", "source") if _text(told, key).startswith("http")), None)
    return found if found and " " not in found else None


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    return [item.strip() for item in value if isinstance(item, str) and item.strip()] if isinstance(value, list) else []


def _text(told: Mapping[str, object], key: str) -> str:
    value = told.get(key)
    return value.strip() if isinstance(value, str) else ""
