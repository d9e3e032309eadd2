"""Network summaries: one disclosed network a line, already structured (platform-records.md, section 5.4)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, cast, get_args

from stix_mappers.actors import actors_in
from stix_mappers.members import Desk
from stix_mappers.members.facebook.making import MEMBER, Disclosure, Maker, asset_of_value
from stix_mappers.members.facebook.networks import Period, codes_of
from stix_mappers.moments import is_moment, period
from stix_mappers.places import place
from stix_mappers.reading import Item, Reading
from stix_mappers.record import ActorKind, Attribution, Certainty, Count, Network, Qualifier, Record, Remark, Spend
from stix_mappers.record_rules import is_place
from stix_mappers.values import classify, confidence_in

_COUNT: Final = re.compile(
    r"^(?:(?P<service>facebook|instagram|whatsapp|threads)_)?"
    r"(?P<asset>accounts|pages|groups|events|channels|page_followers|group_members|account_followers|followers)$"
)
_UNITS: Final = {"military-unit": "unit", "government-unit": "unit", "individual-role": "individual-role"}
_CERTAIN: Final[dict[int, Certainty]] = {90: "confirmed", 75: "stated", 60: "likely", 40: "suspected"}
_PEOPLE: Final = re.compile(r"\b(?:individuals?|people|employees|members|officials?|operators?)\b", re.IGNORECASE)
_KEY: Final = re.compile(r"[\W_]+")


def are_summaries(keys: Sequence[str]) -> bool:
    """Tell whether these keys are those of a network summary."""
    plain = {_KEY.sub("_", key.strip().lower()) for key in keys}
    return "network_id" in plain and any(_COUNT.match(key) for key in plain)


def item_records(desk: Desk, items: Iterable[Item]) -> Iterator[Record]:
    """Yield the records of JSON lines or a JSON list."""
    maker = Maker(desk)
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, Mapping):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        else:
            yield from _Summary(maker, item.line, item.value).records()


def table_records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a table with the same columns; several values of a cell stand between bars."""
    maker = Maker(desk)
    header: list[str] | None = None
    for row in reading.rows():
        if row.fault is not None:
            desk.skip(row.line, "broken", ",".join(row.cells), row.fault)
        elif not any(cell.strip() for cell in row.cells):
            desk.skip(row.line, "blank", "")
        elif header is None:
            header = [_KEY.sub("_", cell.strip().lower()) for cell in row.cells]
        else:
            yield from _Summary(maker, row.line, dict(zip(header, row.cells, strict=False))).records()


class _Summary:
    """One summary under way."""

    def __init__(self, maker: Maker, line: int, told: Mapping[str, object]) -> None:
        self._maker = maker
        self._line = line
        self._told = told

    def records(self) -> Iterator[Record]:
        """Yield the network, its figures by service, and the domains it names; or a month's totals."""
        network, published = self._text("network_id"), self._text("published")
        if not network or not is_moment(published):
            what = "no network_id" if not network else "no date in published"
            self._maker.desk.skip(self._line, "unusable-value", network or published, what)
            return
        when = Period(published[:10], "day" if len(published) >= 10 else "month", published)
        about = Disclosure(
            network[:200], when, period(when.at).told[:10], self._text("url") or None, self._text("policy") or None
        )
        if self._is_total():
            yield from self._totals(about)
        else:
            yield from self._network(about)
            yield from self._domains(about)

    def _is_total(self) -> bool:
        told = ("origin", "targets", "attributed_to", "tier")
        return "networks" in self._told or not any(self._list(key) for key in told)

    def _totals(self, about: Disclosure) -> Iterator[Record]:
        named = Network(id=about.network, name=self._name(about), published=about.published, url=about.url)
        note = self._text("note")
        remarks = (Remark(topic="note", text=note, abstract="Published totals"),) if note else ()
        for service, counts in sorted(self._counts().items()):
            yield self._maker.totals(about, named, self._line, service, counts, remarks)
            remarks = ()

    def _network(self, about: Disclosure) -> Iterator[Record]:
        figures = self._counts()
        origin, targets = self._places("origin"), self._places("targets")
        named = Network(
            id=about.network,
            name=self._name(about),
            published=about.published,
            url=about.url,
            origin=origin,
            targets=targets,
            attributed_to=self._attribution(),
            x_tier=self._text("tier") or None,
            domestic=origin == targets if origin and targets else None,
            x_description=" ".join(filter(None, (self._text("targets_text"), self._text("note")))) or None,
        )
        yield self._maker.network(
            about,
            named,
            self._line,
            counts=figures.get(MEMBER),
            spend=self._spend(),
            leads_from=tuple(self._list("leads_from")),
            remarks=self._hints(),
        )
        yield from self._maker.parts(about, figures, self._line)

    def _domains(self, about: Disclosure) -> Iterator[Record]:
        for written in self._list("domains"):
            found = asset_of_value(classify(written, domains=True))
            if found is None:
                self._maker.desk.skip(self._line, "unusable-value", written, "is no domain")
            else:
                yield from self._maker.asset(found, about, self._line, written, indicator_types=("attribution",))

    def _name(self, about: Disclosure) -> str:
        report = self._text("report") or "Meta disclosure"
        tail = re.sub(r"^(?:fb|meta|facebook)-(?:\d{4}-)?(?:\d{2}-)?", "", about.network)
        return f"{report} ({tail})" if tail else report

    def _counts(self) -> dict[str, dict[str, Count]]:
        found: dict[str, dict[str, Count]] = {}
        for key, value in self._told.items():
            name = _COUNT.match(str(key))
            number = _integer(value)
            if name is None or number is None:
                continue
            service = name["service"] or "facebook"
            asset = "account_followers" if name["asset"] == "followers" else name["asset"]
            qualifier = self._text(f"{key}_qualifier")
            found.setdefault(service, {})[asset] = Count(
                value=number,
                approx=self._flag(f"{key}_approx") or bool(qualifier),
                qualifier=_qualifier(qualifier) or ("about" if self._flag(f"{key}_approx") else None),
                service=service,
            )
        return found

    def _spend(self) -> tuple[Spend, ...]:
        try:
            amount = float(str(self._told.get("ad_spend")))
        except ValueError:
            return ()
        return (
            Spend(
                amount=int(amount) if amount.is_integer() else amount,
                currency=self._text("ad_spend_currency") or "USD",
                approx=self._flag("ad_spend_approx"),
                paid_in=tuple(self._list("ad_spend_currencies_paid")),
                since=self._text("ads_from") or None,
                to=self._text("ads_to") or None,
            ),
        )

    def _attribution(self) -> tuple[Attribution, ...]:
        text = self._text("attributed_to")
        if not text:
            return ()
        certainty = _CERTAIN.get(confidence_in(text) or 75, "stated")
        if known := actors_in(text):
            return tuple(
                Attribution(
                    name=actor.name,
                    kind="intrusion-set" if actor.kind == "intrusion-set" else "organization",
                    confidence=certainty,
                )
                for actor in known
            )
        kind = self._text("attributed_kind")
        people = "individual-role" if not kind and _PEOPLE.search(text) else "organization"
        return (Attribution(name=text, kind=_actor_kind(_UNITS.get(kind, people)), confidence=certainty),)

    def _hints(self) -> tuple[Remark, ...]:
        hints = self._list("same_as_hint")
        if not hints:
            return ()
        return (Remark(topic="same-as-hint", text="\n".join(hints), abstract="Possibly the same operation as"),)

    def _places(self, key: str) -> tuple[str, ...]:
        codes: list[str] = []
        for written in self._list(key):
            found = place(written)
            if is_place(written):
                codes.append(written)
            elif found is not None:
                codes.extend(codes_of([found]))
            else:
                self._maker.desk.skip(self._line, "unusable-value", written, f"is no place ({key})")
        return tuple(dict.fromkeys(codes))

    def _text(self, key: str) -> str:
        value = self._told.get(key)
        return value.strip() if isinstance(value, str) else ""

    def _flag(self, key: str) -> bool:
        return str(self._told.get(key)).lower() in {"true", "1", "yes"}

    def _list(self, key: str) -> list[str]:
        value = self._told.get(key)
        if isinstance(value, list | tuple):
            return [str(item) for item in value]
        return [part.strip() for part in re.split(r"[|;]", value) if part.strip()] if isinstance(value, str) else []


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.replace(",", "").isdecimal():
        return int(value.replace(",", ""))
    return value if isinstance(value, int) and value >= 0 else None


def _qualifier(written: str) -> Qualifier | None:
    return cast("Qualifier", written) if written in get_args(Qualifier) else None


def _actor_kind(kind: str) -> ActorKind:
    return cast("ActorKind", kind)  # from our own table
