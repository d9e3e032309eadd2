"""The ads of the Internet Research Agency, as the House Intelligence Committee released them (section 5.4).

Two parses of the same release are in use: JSON lines with a list of targets, and a CSV with a column for each way of
targeting. The texts went through character recognition: a landing page becomes an object only if its host can be one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.facebook.making import MEMBER, Disclosure, Maker, asset_of_value
from stix_mappers.members.facebook.networks import Period
from stix_mappers.moments import is_moment, moment
from stix_mappers.reading import Item, Reading
from stix_mappers.record import AdSubject, Attribution, Network, Record, Source, Spend
from stix_mappers.services import asset_of_url, service_owner
from stix_mappers.values import classify

# Facebook closed the accounts and Pages on 6 September 2017; the committee released the ads on 10 May 2018.
_CLOSED: Final = Period("2017-09-06", "day", "2017-09-06")
_NETWORK: Final = Network(
    id="fb-ira-ads",
    name="Internet Research Agency ads on Facebook and Instagram",
    published="2018-05-10",
    origin=("RU",),
    targets=("US",),
    attributed_to=(Attribution(name="Internet Research Agency", kind="organization", confidence="confirmed"),),
)
_ABOUT: Final = Disclosure(_NETWORK.id, _CLOSED, _NETWORK.published, None, "inauthentic accounts and Pages")

_KEY: Final = re.compile(r"[\W_]+")
_URLS: Final = ("url", "facebook_url", "landing_url", "landing_page", "ad_landing_page")
_AMOUNTS: Final = ("spend_amount", "cost", "ad_spend", "amount")
_CURRENCIES: Final = ("spend_currency", "currency")
_TARGETING: Final = ("location", "residence", "match", "interests", "excludes", "language", "age")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_ENDINGS: Final = frozenset({
    "com", "org", "net", "gov", "edu", "mil", "int", "info", "biz", "name", "pro", "mobi", "news", "media", "online",
    "site", "club", "world", "today", "live", "blog", "press", "shop", "store", "social", "xyz", "example", "test",
})  # fmt: skip
_MOST_TARGETS: Final = 200
_LONGEST_TEXT: Final = 20_000


def are_ads(keys: Sequence[str]) -> bool:
    """Tell whether these keys are those of an ad."""
    plain = {_plain(key) for key in keys}
    return {"impressions", "clicks"} <= plain and bool(plain & set(_URLS))


def item_records(desk: Desk, items: Iterable[Item]) -> Iterator[Record]:
    """Yield the records of JSON lines or a JSON list."""
    ads = _Ads(desk)
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, Mapping):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        else:
            yield from ads.ad(item.line, item.value)
    yield from ads.network()


def table_records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a CSV file."""
    ads = _Ads(desk)
    header: list[str] | None = None
    for row in reading.rows():
        if row.fault is not None:
            desk.skip(row.line, "broken", ",".join(row.cells), row.fault)
        elif not any(cell.strip() for cell in row.cells):
            desk.skip(row.line, "blank", "")
        elif header is None:
            header = [_plain(cell) for cell in row.cells]
        else:
            yield from ads.ad(row.line, dict(zip(header, row.cells, strict=False)))
    yield from ads.network()


def _plain(key: str) -> str:
    return _KEY.sub("_", key.strip().lower()).strip("_")


class _Ads:
    """One file of ads under way."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._maker = Maker(desk)
        self._any = False

    def ad(self, line: int, told: Mapping[str, object]) -> Iterator[Record]:
        """Yield the record of an ad, and once that of the page it led to."""
        ad_id = _text(told, "id") or _text(told, "ad_id")
        written = next((_text(told, key) for key in _URLS if _text(told, key)), "")
        if not ad_id and not written:
            self._desk.skip(line, "unusable-value", _text(told, "text"), "neither number nor landing page")
            return
        self._any = True
        value = classify(written)
        landing = value.value if value.kind == "url" and _is_plausible(value.host or "") else None
        if written and landing is None:
            self._desk.skip(line, "unusable-value", written, "no landing page that could be one")
        elif landing and service_owner(_service(landing)) == MEMBER and (page := asset_of_value(value)):
            yield from self._maker.asset(
                page, _ABOUT, line, written, indicator_types=("attribution",), told_before=False
            )
        yield self._record(line, told, ad_id, landing, written)

    def network(self) -> Iterator[Record]:
        """Yield the network all ads belong to."""
        if self._any:
            yield self._maker.network(_ABOUT, _NETWORK)

    def _record(self, line: int, told: Mapping[str, object], ad_id: str, landing: str | None, written: str) -> Record:
        return Record(
            record_id=f"{MEMBER}:{_NETWORK.id}:ad:{ad_id or landing}"[:300],
            member=MEMBER,
            service=MEMBER,
            kind="ad",
            subject=_subject(told, ad_id, landing),
            action="removed",
            action_at=_CLOSED.at,
            action_at_precision=_CLOSED.precision,
            network=Network(id=_NETWORK.id, published=_NETWORK.published),
            policy=_ABOUT.policy,
            tlp=self._maker.tlp,
            source=Source(file=self._desk.source.name, row=line, x_written=written or None),
        )


def _subject(told: Mapping[str, object], ad_id: str, landing: str | None) -> AdSubject:
    targeting, placements = _targeting(told)
    return AdSubject(
        ad_id=ad_id or None,
        landing_url=landing,
        text=(_text(told, "text") or _text(told, "description"))[:_LONGEST_TEXT] or None,
        impressions=_integer(told.get("impressions")),
        clicks=_integer(told.get("clicks")),
        created=_moment(_text(told, "created")),
        ended=_moment(_text(told, "ended")),
        targeting=targeting,
        x_placements=placements,
        x_spend=_spend(told),
    )


def _is_plausible(host: str) -> bool:
    """Tell whether a host ends like one of 2015 to 2017: character recognition reads `com` as `oom`."""
    ending = host.rpartition(".")[2]
    return len(ending) == 2 or ending in _ENDINGS


def _service(url: str) -> str:
    asset = asset_of_url(url)
    return asset.account_type if asset else ""


def _targeting(told: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    listed = told.get("targets")
    if isinstance(listed, list):
        names = [_text(target, "name") for target in listed if isinstance(target, Mapping)]
    else:
        cells = [(key, part.strip()) for key in (*_TARGETING, "placements") for part in _text(told, key).split("|")]
        names = [f"{key}:{part}" for key, part in cells if part]
    placed = tuple(name.partition(":")[2] for name in names if name.startswith("placements:"))
    aimed = tuple(name for name in names if name and not name.startswith("placements:") and not name.endswith(":"))
    return aimed[:_MOST_TARGETS], placed[:_MOST_TARGETS]


def _spend(told: Mapping[str, object]) -> Spend | None:
    """Return what was paid; roubles stay roubles, and a price without a currency is none."""
    written = next((_text(told, key) for key in _AMOUNTS if _text(told, key)), "")
    currency = next((_text(told, key) for key in _CURRENCIES if _text(told, key)), "").upper()
    try:
        amount = float(written.replace(",", ""))
    except ValueError:
        return None
    if not _CURRENCY.fullmatch(currency) or not 0 <= amount < 1e15:
        return None
    return Spend(amount=int(amount) if amount.is_integer() else amount, currency=currency)


def _moment(written: str) -> str | None:
    return moment(written) if len(written) >= 10 and is_moment(written) else None


def _integer(value: object) -> int | None:
    if isinstance(value, str) and value.replace(",", "").strip().isdecimal():
        return int(value.replace(",", ""))
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _text(told: Mapping[str, object], key: str) -> str:
    value = told.get(key)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
