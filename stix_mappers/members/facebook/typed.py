"""Typed indicator files: type, value, comment, date; as CSV, TSV or JSON (platform-records.md, section 5.1)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from stix_mappers.members import Desk
from stix_mappers.members.facebook.clusters import Cluster, cluster_of
from stix_mappers.members.facebook.index import Entry, entry_for
from stix_mappers.members.facebook.making import Disclosure, Found, Maker, asset_of_value, digest_of, undated
from stix_mappers.members.facebook.networks import Period, period_in
from stix_mappers.moments import is_moment, period
from stix_mappers.places import place
from stix_mappers.reading import Item, Reading
from stix_mappers.record import AppPlatform, AppSubject, Attribution, Network, Record, Remark
from stix_mappers.slugs import slug
from stix_mappers.values import Value, classify, refang

_KEY: Final = re.compile(r"[\W_]+")
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "type": ("indicatortype", "type", "ioctype", "kind"),
    "value": ("indicatorvalue", "value", "indicator", "ioc", "iocvalue"),
    "comment": ("comment", "comments", "note", "notes", "description", "context"),
    "ds": ("ds", "date", "day", "reportedds", "published", "publicationdate", "reporteddate"),
}
_WORDS: Final = re.compile(r"[a-z0-9]+")
_APPS: Final[dict[str, AppPlatform]] = {
    "android": "android", "package": "android", "apk": "android", "play": "android", "ios": "ios", "itunes": "ios",
    "apple": "ios", "bundle": "ios", "facebook": "facebook",
}  # fmt: skip
_KINDS: Final[dict[str, frozenset[str]]] = {
    "domain": frozenset({"domain", "hostname", "host", "fqdn", "site", "website"}),
    "url": frozenset({"url", "uri", "link", "urls"}),
    "ip": frozenset({"ip", "ipv4", "ipv6", "address", "cidr"}),
    "hash": frozenset({"md5", "sha1", "sha256", "sha", "hash", "file"}),
    "email": frozenset({"email", "mail", "sender"}),
    "app": frozenset({"app", "application", "package", "bundle", "apk", "itunes"}),
    "account": frozenset({"account", "profile", "channel", "page", "handle", "social", "username"}),
}
_FITTING: Final = {
    "domain": {"domain", "url"},
    "url": {"url", "domain"},
    "ip": {"ip"},
    "hash": {"hash"},
    "email": {"email"},
    "account": {"url", "domain"},
}
_MOST_CLUSTERS: Final = 1_000


class Line(Struct, frozen=True):
    """One typed indicator as it stands in the file."""

    line: int
    type: str
    value: str
    comment: str = ""
    ds: str = ""


def is_typed(names: Sequence[str]) -> bool:
    """Tell whether these columns are those of a typed file, however they are spelt and ordered."""
    return {"type", "value"} <= _positions(names).keys()


def _positions(names: Sequence[str]) -> dict[str, int]:
    plain = [_KEY.sub("", name.lower()) for name in names]
    found: dict[str, int] = {}
    for column, spellings in _COLUMNS.items():
        for spelling in spellings:
            if spelling in plain and plain.index(spelling) not in found.values():
                found[column] = plain.index(spelling)
                break
    return found


def table_records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a CSV or TSV file."""
    yield from _File(desk, reading.sample).records(_lines_of_table(desk, reading))


def item_records(desk: Desk, reading: Reading, items: Iterable[Item]) -> Iterator[Record]:
    """Yield the records of a JSON file."""
    yield from _File(desk, reading.sample).records(_lines_of_items(desk, items))


def line_records(desk: Desk, sample: str, lines: Iterable[Line], stem: str | None = None) -> Iterator[Record]:
    """Yield the records of typed indicators that another encoding gave, with the name it gives the file."""
    yield from _File(desk, sample, stem).records(lines)


def _lines_of_table(desk: Desk, reading: Reading) -> Iterator[Line]:
    positions: dict[str, int] | None = None
    for row in reading.rows():
        if row.fault is not None:
            desk.skip(row.line, "broken", ",".join(row.cells), row.fault)
        elif not any(cell.strip() for cell in row.cells):
            desk.skip(row.line, "blank", "")
        elif positions is None:
            positions = _positions(row.cells)
        else:
            cells = {name: row.cells[at] for name, at in positions.items() if at < len(row.cells)}
            yield Line(row.line, **{"type": "", "value": "", **cells})


def _lines_of_items(desk: Desk, items: Iterable[Item]) -> Iterator[Line]:
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, dict):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        else:
            names = [str(name) for name in item.value]
            values = ["" if value is None else str(value) for value in item.value.values()]
            cells = {name: values[at] for name, at in _positions(names).items()}
            yield Line(item.line, **{"type": "", "value": "", **cells})


class _Heard(Struct):
    """What the rows tell of one network."""

    cluster: Cluster
    about: Disclosure
    targets: dict[str, None]
    origins: dict[str, None]


class _File:
    """One typed file under way."""

    def __init__(self, desk: Desk, sample: str, stem: str | None = None) -> None:
        self._desk = desk
        self._stem = stem or desk.source.stem or f"meta-unnamed-{digest_of(sample)}"
        self._entry: Entry | None = entry_for(desk.source, self._stem)
        day = self._entry.published if self._entry else None
        self._period = Period(day, "day", day) if day else period_in(self._stem) or undated(sample)
        self._maker = Maker(desk)
        self._networks: dict[str, _Heard] = {}

    def records(self, lines: Iterable[Line]) -> Iterator[Record]:
        """Yield a record for each indicator, and at the end one for each network."""
        for line in lines:
            if not line.value.strip():
                self._desk.skip(line.line, "unusable-value" if line.type.strip() else "blank", line.type, "no value")
            else:
                yield from self._indicator(line)
        yield from (self._network(heard) for heard in self._networks.values())

    def _indicator(self, line: Line) -> Iterator[Record]:
        heard = self._hear(line)
        kind = kind_of_type(line.type)
        if kind == "app":
            yield from self._app(line, heard)
            return
        value = classify(line.value, domains=kind == "domain")
        if kind is None:
            yield self._note(line, heard)
            return
        if kind in {"url", "account"} and value.kind == "domain":
            value = Value("url", f"https://{value.value}/", value.value, bare=True)
        if value.kind not in _FITTING[kind] or (found := asset_of_value(value)) is None:
            self._desk.skip(line.line, "unusable-value", line.value, f"is no {line.type}")
            return
        yield from self._asset(line, heard, found)

    def _asset(self, line: Line, heard: _Heard, found: Found) -> Iterator[Record]:
        about = heard.about.at(line.ds.strip()) if _is_day(line.ds.strip()) else heard.about
        types = ("attribution",) if _is_influence(line) else ("malicious-activity",)
        yield from self._maker.asset(
            found, about, line.line, line.value, comment=line.comment.strip(), indicator_types=types
        )

    def _app(self, line: Line, heard: _Heard) -> Iterator[Record]:
        app = refang(line.value)
        by_type: AppPlatform | None = next((_APPS[word] for word in _words(line.type) if word in _APPS), None)
        platform = by_type or ("ios" if app.removeprefix("id").isdigit() else "android")
        found = Found("app", AppSubject(platform=platform, app_id=app), f"{platform}:{app}", "facebook")
        yield from self._asset(line, heard, found)

    def _note(self, line: Line, heard: _Heard) -> Record:
        """Return a note for a type that is not known yet, so that nothing is lost when one is added."""
        value = refang(line.value)
        abstract = f"x-{slug(line.type) or 'untyped'}"
        text = f"{value} ({line.comment.strip()})" if line.comment.strip() else value
        remark = Remark(topic=f"{abstract}:{value[:120]}", text=text, abstract=abstract)
        return self._maker.note(heard.about, remark, line.line)

    def _hear(self, line: Line) -> _Heard:
        cluster = cluster_of(line.comment)
        key = cluster.key if cluster.key in self._networks or len(self._networks) < _MOST_CLUSTERS else ""
        heard = self._networks.get(key)
        if heard is None:
            heard = self._networks[key] = _Heard(cluster, self._disclosure(key, line), {}, {})
        heard.targets.update(dict.fromkeys(cluster.targets))
        heard.origins.update(dict.fromkeys(cluster.origins))
        return heard

    def _disclosure(self, key: str, line: Line) -> Disclosure:
        ds = line.ds.strip()
        period_ = Period(ds, "day", ds) if _is_day(ds) and self._entry is None else self._period
        return Disclosure(
            network=f"{self._stem}:{key}" if key else self._stem,
            period=period_,
            published=period(period_.at).told[:10],
            url=self._entry.url if self._entry else None,
        )

    def _network(self, heard: _Heard) -> Record:
        cluster, about = heard.cluster, heard.about
        title = title_of(self._stem)
        named = Network(
            id=about.network,
            name=f"{title}: {cluster.name}" if cluster.name else title,
            published=about.published,
            url=about.url,
            origin=tuple(heard.origins),
            targets=tuple(heard.targets),
            attributed_to=_attribution(cluster),
        )
        return self._maker.network(about, named)


def _attribution(cluster: Cluster) -> tuple[Attribution, ...]:
    if not cluster.actor:
        return ()
    return (Attribution(name=cluster.actor, kind="intrusion-set", confidence="stated"),)


def kind_of_type(written: str) -> str | None:
    """Return what an indicator type stands for, by its words: `cib_url`, `C2 domain`, `android_package`."""
    words = _words(written)
    for kind in ("app", "email", "hash", "ip", "url", "domain", "account"):
        if _KINDS[kind] & set(words):
            return kind
    return None


def _words(written: str) -> list[str]:
    return _WORDS.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", written).replace("-", "").lower())


def _is_influence(line: Line) -> bool:
    told = f"{line.type} {line.comment}".lower()
    return bool(re.search(r"\bcib\b|cib_|inauthentic|influence|petition|telegram", told))


def _is_day(written: str) -> bool:
    return len(written) == 10 and is_moment(written)


def title_of(stem: str) -> str:
    """Return the title that a file stem stands for: `2020_12_taking_action_..` gives `Taking action ..`."""
    words = re.sub(r"^(20\d\d)([_-]\d\d)?[_-]", "", stem).replace("_", " ").replace("-", " ").split()
    title = " ".join(word.capitalize() if place(word.capitalize()) else word for word in words)
    return title[:1].upper() + title[1:] or stem
