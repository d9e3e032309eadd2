"""Domain seizures of the Digital Crimes Unit (platform-records.md, section 8.2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import structs

from stix_mappers.actors import actor
from stix_mappers.members import Desk
from stix_mappers.members.microsoft.making import (
    MEMBER,
    About,
    Day,
    asset_of,
    asset_record,
    day_of,
    is_of_a_platform,
    level_of,
    note_record,
    record_id_of,
)
from stix_mappers.members.rows import text, whole
from stix_mappers.members.seen import Seen
from stix_mappers.places import place
from stix_mappers.reading import Item
from stix_mappers.record import Attribution, Count, Network, Record, Remark, Source, Technique
from stix_mappers.slugs import slug
from stix_mappers.values import refang

_ASSETS: Final = {
    "domains": "domain", "urls": "url", "ips": "ip", "ip_addresses": "ip", "emails": "email", "hashes": "hash",
}  # fmt: skip
_SPOOFED_DOMAIN: Final = "T0149.003"
_TOLD: Final = {
    "unit": "Unit", "court": "Court", "attributed_to": "Attributed to", "disposition": "Disposition",
    "used_in_successful_attack": "Used in a successful attack", "cumulative": "Cumulative", "source": "Source",
}  # fmt: skip


def are_actions(keys: Sequence[str]) -> bool:
    """Tell whether an object with these keys is an action of the unit."""
    return "action_id" in keys and ("domains" in keys or "legal_basis" in keys or "announced" in keys)


def records(desk: Desk, items: Iterator[Item]) -> Iterator[Record]:
    """Yield the records of each action: what was seized, and the disclosure."""
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, Mapping):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        else:
            yield from _action(desk, item.line, item.value)


def _action(desk: Desk, line: int, told: Mapping[str, object]) -> Iterator[Record]:
    day = day_of(_text(told, "announced") or _text(told, "date"))
    action_id = _text(told, "action_id")[:120]
    if not action_id or day is None:
        desk.skip(line, "unusable-value", action_id or str(told)[:200], "an action needs an id and a date")
        return
    network = _network(told, action_id, day)
    source = Source(file=desk.source.name, row=line, url=_url(told))
    level = level_of(_text(told, "tlp"), desk.tlp or "clear")
    about = About(f"{MEMBER}:{action_id}", day, level, source, action="seized", network=Network(id=action_id))
    about = structs.replace(about, network=Network(id=action_id, published=network.published))
    yield from _assets(desk, line, told, about)
    yield Record(
        record_id=f"{MEMBER}:{action_id}",
        member=MEMBER,
        service="web",
        kind="network",
        action="seized",
        action_at=day.at,
        action_at_precision=day.precision,
        network=network,
        counts=_counts(told),
        techniques=_techniques(told),
        legal_basis=_text(told, "legal_basis") or None,
        tlp=level,
        source=source,
        x_remarks=_remarks(told),
    )


def _assets(desk: Desk, line: int, told: Mapping[str, object], about: About) -> Iterator[Record]:
    seen = Seen()
    for key, kind in _ASSETS.items():
        for written in _listed(told.get(key)):
            found = asset_of(kind, written)
            if not refang(written):
                desk.skip(line, "blank", written, f"nothing in {key}")
            elif found is None:
                desk.skip(line, "unusable-value", written, f"is no {kind}")
            elif not seen.is_new(record_id_of(about.prefix, found)):
                desk.skip(line, "duplicate", written)
            elif is_of_a_platform(found):
                yield note_record(about, "platform-host", written)
            else:
                seized = asset_record(found, structs.replace(about, source=_written(about.source, written)))
                yield structs.replace(
                    seized,
                    legal_basis=_text(told, "legal_basis") or None,
                    x_labels=("sinkhole",) if "sinkhole" in _text(told, "disposition").lower() else (),
                    x_infrastructure=f"{_plural(kind)} seized {about.day.at}",
                )


def _written(source: Source, written: str) -> Source:
    return structs.replace(source, x_written=written)


def _plural(kind: str) -> str:
    return {"domain": "Domains", "url": "Sites", "ip": "Addresses", "email": "Mailboxes", "hash": "Files"}[kind]


def _network(told: Mapping[str, object], action_id: str, day: Day) -> Network:
    names = _listed(told.get("actor"))
    behind = _listed(told.get("attributed_to"))
    return Network(
        id=action_id,
        name=f"{' and '.join(names) or action_id} {_kind(told)}"[:300],
        published=day.at,
        url=_url(told),
        origin=_codes([*_listed(told.get("origin")), *behind]),
        targets=_codes(_listed(told.get("target_country"))),
        attributed_to=(*_actors(names, _listed(told.get("actor_aliases"))), *_organizations(behind)),
        x_target_groups=tuple(name for name in dict.fromkeys(_names(told.get("targets"))) if place(name) is None),
        x_description=_description(told),
    )


def _kind(told: Mapping[str, object]) -> str:
    return (_text(told, "kind") or "domain_seizure").replace("_", " ")


def _actors(names: list[str], aliases: list[str]) -> tuple[Attribution, ...]:
    """Return the groups; aliases belong to the only one."""
    known = tuple(aliases) if len(names) == 1 else ()
    return tuple(Attribution(name=name, kind="intrusion-set", aliases=known, confidence="stated") for name in names)


def _organizations(behind: list[str]) -> tuple[Attribution, ...]:
    """Return organisations and units named behind a group; a country or its government is a place alone (D9)."""
    found = [known for name in behind if place(name) is None and (known := actor(name))]
    return tuple(Attribution(name=known.name, kind="organization", confidence="stated") for known in found)


def _codes(names: list[str]) -> tuple[str, ...]:
    found = [place(name) for name in names]
    return tuple(dict.fromkeys(where.code for where in found if where and where.code))


def _counts(told: Mapping[str, object]) -> dict[str, Count]:
    total = _total(told)
    value = len(_listed(told.get("domains"))) if total is None else total
    return {"domains": Count(value=value, service="web")} if 0 < value < 10**12 else {}


def _total(told: Mapping[str, object]) -> int | None:
    return whole(text(told.get("domains_total")).strip())


def _techniques(told: Mapping[str, object]) -> tuple[Technique, ...]:
    """Return the spoofed domain, which such an action is about (disarm.md)."""
    spoofed = "domain" in _text(told, "kind") or bool(_listed(told.get("domains")))
    return (Technique(scheme="disarm", id=_SPOOFED_DOMAIN),) if spoofed else ()


def _description(told: Mapping[str, object]) -> str:
    facts = {
        name: text(told[key]) for key, name in _TOLD.items() if key in told and key not in {"source", "cumulative"}
    }
    return "\n".join(f"{name}: {value}" for name, value in facts.items() if value and value not in {"False", "True"})


def _remarks(told: Mapping[str, object]) -> tuple[Remark, ...]:
    """Return what neither counts nor the description can say: totals of earlier actions, an incomplete list."""
    found = []
    cumulative = told.get("cumulative")
    if isinstance(cumulative, Mapping) and cumulative:
        words = "; ".join(f"{key}: {text(value)}" for key, value in sorted(cumulative.items(), key=str))
        found.append(Remark(topic="cumulative", text=words, abstract="Totals of all such actions so far"))
    total, listed = _total(told), len(_listed(told.get("domains")))
    if total is not None and total > listed:
        found.append(Remark(topic="incomplete", text=f"{listed} of {total} domains are listed.", abstract="Incomplete"))
    if isinstance(told.get("used_in_successful_attack"), bool):
        words = "Used in a successful attack: " + ("yes" if told["used_in_successful_attack"] else "no")
        found.append(Remark(topic="attack", text=words, abstract=words))
    return tuple(found)


def _url(told: Mapping[str, object]) -> str | None:
    found = next((_text(told, key) for key in ("url", "source") if _text(told, key).startswith("http")), None)
    return found if found and " " not in found else None


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if slug(value) else []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _names(value: object) -> list[str]:
    """Return the names in a list, or in a sentence with commas."""
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else _listed(value)


def _text(told: Mapping[str, object], key: str) -> str:
    value = told.get(key)
    return value.strip() if isinstance(value, str) else ""
