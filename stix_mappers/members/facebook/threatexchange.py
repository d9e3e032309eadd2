"""A page of ThreatExchange descriptors (platform-records.md, section 5.5)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.facebook.making import MEMBER, Found, asset_of_value
from stix_mappers.moments import is_moment, moment
from stix_mappers.reading import Item
from stix_mappers.record import Network, Record, Remark, Source, Tlp
from stix_mappers.slugs import slug
from stix_mappers.values import Value, classify, refang

_LEVELS: Final[dict[str, Tlp]] = {
    "WHITE": "clear", "CLEAR": "clear", "GREEN": "green", "AMBER": "amber", "AMBER_STRICT": "amber+strict",
    "AMBER+STRICT": "amber+strict", "RED": "red",
}  # fmt: skip
_INDICATED: Final = {
    "MALICIOUS": "malicious-activity",
    "SUSPICIOUS": "anomalous-activity",
    "NON_MALICIOUS": "benign",
}
_FITTING: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("EMAIL", frozenset({"email"})),
    ("HASH", frozenset({"hash"})),
    ("IP", frozenset({"ip"})),
    ("DOMAIN", frozenset({"domain"})),
    ("URI", frozenset({"url", "domain"})),
    ("URL", frozenset({"url", "domain"})),
)
_INFLUENCE: Final = re.compile(r"inauthentic|influence|disinformation|misinformation|election", re.IGNORECASE)
_MOST_REACTIONS: Final = 1_000_000


def are_descriptors(keys: Sequence[str]) -> bool:
    """Tell whether an object with these keys is a descriptor."""
    return "raw_indicator" in keys or {"indicator", "share_level"} <= set(keys)


def records(desk: Desk, items: Iterable[Item]) -> Iterator[Record]:
    """Yield a record for each descriptor that may be passed on."""
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, Mapping):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        else:
            yield from _descriptor(desk, item.line, item.value)


def _descriptor(desk: Desk, line: int, told: Mapping[str, object]) -> Iterator[Record]:
    written = _text(told, "raw_indicator") or _indicator(told)
    added = _text(told, "added_on") or _text(told, "last_updated")
    if _text(told, "privacy_type") not in {"", "VISIBLE"} and desk.tlp is None:
        # Who may see it is no marking that STIX has: it goes no further unless the operator names a level.
        desk.skip(line, "hidden", written, f"privacy_type {_text(told, 'privacy_type')}")
    elif not written:
        desk.skip(line, "blank", _text(told, "id"), "no indicator")
    elif not is_moment(added):
        desk.skip(line, "unusable-value", written, "no date in added_on")
    else:
        yield from _record(desk, line, told, written, moment(added))


def _record(desk: Desk, line: int, told: Mapping[str, object], written: str, added: str) -> Iterator[Record]:
    kind = _text(told, "type").upper()
    fitting = next((kinds for name, kinds in _FITTING if name in kind), None)
    found = _found(written, fitting) if fitting else None
    if fitting is not None and found is None:
        desk.skip(line, "unusable-value", written, f"is no {kind}")
        return
    abstract = f"x-{slug(kind) or 'untyped'}"
    remark = Remark(topic=abstract, text=refang(written), abstract=abstract)
    record_id = f"{MEMBER}:threatexchange:{_text(told, 'id') or written[:200]}"
    yield Record(
        record_id=record_id,
        member=MEMBER,
        service=found.service if found else MEMBER,
        kind=found.kind if found else "metric",
        subject=found.subject if found else None,
        asserted_on=found.asserted_on if found else None,
        action="observed",
        action_at=added,
        action_at_precision="second",
        network=None if found else Network(id=record_id, name=f"ThreatExchange {kind}"),
        tlp=_LEVELS.get(_text(told, "share_level").upper() or "AMBER", "red"),
        leads_from=_owner(told),
        confidence=_percent(told.get("confidence")),
        source=Source(file=desk.source.name, row=line, x_written=written.strip(), x_comment=_comment(told) or None),
        x_remarks=() if found else (remark,),
        x_indicator_types=_indicator_types(told),
        x_valid_until=_text(told, "expired_on") or None,
        x_reactions=_reactions(told),
        synthetic="synthetic" in _text(told, "description").lower(),
    )


def _found(written: str, fitting: frozenset[str]) -> Found | None:
    value = classify(written, domains="url" not in fitting)
    if "url" in fitting and value.kind == "domain":
        value = Value("url", f"https://{value.value}/", value.value, bare=True)
    return asset_of_value(value) if value.kind in fitting else None


def _indicator(told: Mapping[str, object]) -> str:
    indicator = told.get("indicator")
    return _text(indicator, "indicator") if isinstance(indicator, Mapping) else _text(told, "indicator")


def _text(told: Mapping[str, object], key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _owner(told: Mapping[str, object]) -> tuple[str, ...]:
    """Return who gave the descriptor, by name; the address of the person is dropped (D20)."""
    owner = told.get("owner")
    name = _text(owner, "name") if isinstance(owner, Mapping) else ""
    return (name,) if name else ()


def _percent(value: object) -> int | None:
    return min(100, max(0, value)) if isinstance(value, int) and not isinstance(value, bool) else None


def _tags(told: Mapping[str, object]) -> list[str]:
    tags = told.get("tags")
    listed = tags.get("data") if isinstance(tags, Mapping) else tags
    items = listed if isinstance(listed, list) else []
    return [_text(tag, "text") if isinstance(tag, Mapping) else str(tag) for tag in items]


def _comment(told: Mapping[str, object]) -> str:
    parts = [_text(told, "description"), *_tags(told), f"severity {_text(told, 'severity')}"]
    return "; ".join(part for part in parts if part and not part.endswith("severity "))


def _indicator_types(told: Mapping[str, object]) -> tuple[str, ...]:
    indicated = _INDICATED.get(_text(told, "status").upper(), "unknown")
    if indicated == "malicious-activity" and any(_INFLUENCE.search(tag) for tag in _tags(told)):
        return ("attribution",)
    return (indicated,)


def _reactions(told: Mapping[str, object]) -> dict[str, int]:
    """Return how many gave each reaction; who they are is theirs to say."""
    reactions = told.get("reactions")
    found: dict[str, int] = {}
    for reaction in reactions if isinstance(reactions, list) else []:
        if isinstance(reaction, Mapping) and (key := _text(reaction, "key")):
            who = [part for part in _text(reaction, "value").split(",") if part.strip()]
            found[key] = min(len(who) or 1, _MOST_REACTIONS)
    return found
