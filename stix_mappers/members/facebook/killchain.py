"""Kill Chain files: tactic, technique, procedure, indicator, sometimes a comment (platform-records.md, section 5.2).

Columns are addressed by position and rows understood by the number of their procedure: the wording of both changes
from quarter to quarter.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from stix_mappers.counts import counts_in, is_template, spend_in
from stix_mappers.members import Desk
from stix_mappers.members.facebook.making import (
    CIB,
    MEMBER,
    Disclosure,
    Found,
    Maker,
    asset_of_value,
    digest_of,
    undated,
)
from stix_mappers.members.facebook.networks import Network as Named
from stix_mappers.members.facebook.networks import codes_of, network_of_name
from stix_mappers.members.facebook.prose import Prose
from stix_mappers.members.facebook.telling import Telling, looks_like_a_name
from stix_mappers.moments import period
from stix_mappers.places import origin_and_targets
from stix_mappers.reading import Reading, Row
from stix_mappers.record import Attribution, Network, Record, Remark
from stix_mappers.services import asset_of_url
from stix_mappers.techniques import procedure_number
from stix_mappers.values import Value, classify, email_in, refang

_HEADER: Final = ("tactic", "techni", "procedu")
_TARGETED: Final = re.compile(r"(?:likely\s+)?target(?:ed|ing)?\s*:\s*([^;|\n]+)", re.IGNORECASE)
_ORIGINATED: Final = re.compile(r"originat(?:ed|es|ing)\s+(?:in|from)\b", re.IGNORECASE)
_SPACES: Final = re.compile(r"\s+")
_BREAKS: Final = re.compile(r"[\n;]|,\s")
_ATTRIBUTION: Final = ("attribution",)
_MALICIOUS: Final = ("malicious-activity",)
_COUNTED: Final = {"0.9.1": "facebook", "0.9.2": "instagram", "0.9.3": "threads"}
_OTHER_SERVICES: Final = {
    "0.9.4": "twitter",
    "0.9.5": "youtube",
    "0.9.6": "tiktok",
    "0.9.7": "telegram",
    "0.9.10": "pinterest",
}
_FOLLOWED: Final = {
    "7.2.2": ("page_followers", "facebook"),
    "7.2.3": ("group_members", "facebook"),
    "7.2.4": ("account_followers", "instagram"),
    "7.2.5": ("account_followers", "twitter"),
}
_DOMAINS: Final = frozenset({"domain", "url", "unusable"})
_VALUES: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("0.1.", frozenset({"ip", "unusable"})),
    ("0.6.", _DOMAINS),
    ("0.7.", frozenset({"hash"})),
    ("0.8.", frozenset({"hash"})),
    ("9.5.2", _DOMAINS),
    ("9.5.3", _DOMAINS),
)
_LINKS: Final = ("6.1.", "7.5.", "7.6.4", "7.9.1")


def is_kill_chain(cells: tuple[str, ...]) -> bool:
    """Tell whether this row heads a Kill Chain file, or is a row of one that lost its header."""
    heads = [cell.strip().lower() for cell in cells[:3]]
    if len(heads) == 3 and all(cell.startswith(start) for cell, start in zip(heads, _HEADER, strict=True)):
        return True
    numbers = [procedure_number(cell) for cell in cells[:3]]
    return len(cells) >= 4 and all(numbers) and (numbers[2] or "").startswith(f"{numbers[1]}.")


def records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield an asset's record for each row that names one, and the network's at the end."""
    yield from _File(desk, reading).records()


class _File:
    """One Kill Chain file under way."""

    def __init__(self, desk: Desk, reading: Reading) -> None:
        self._desk = desk
        self._reading = reading
        named = network_of_name(desk.source.stem, desk.source.folders)
        self._named = named if desk.source.stem else _unnamed(named, reading.sample)
        when = named.period or undated(reading.sample)
        self._malicious = "apt" in self._named.id.split("-") or "malware" in self._named.id
        policy = None if self._malicious else CIB
        self._about = Disclosure(self._named.id, when, published=period(when.at).told[:10], policy=policy)
        self._maker = Maker(desk)
        self._telling = Telling()
        self._prose = Prose()

    def records(self) -> Iterator[Record]:
        for row in self._reading.rows():
            if row.fault is not None:
                self._desk.skip(row.line, "broken", ",".join(row.cells), row.fault)
            elif not any(cell.strip() for cell in row.cells):
                self._desk.skip(row.line, "blank", "")
            elif not _is_header(row.cells):
                yield from self._row(row)
                yield from self._remarks(self._prose.overflowing())
        yield from self._remarks(self._prose.listings())
        yield from self._network()

    def _row(self, row: Row) -> Iterator[Record]:
        cells = (*row.cells, "", "", "", "")
        indicator = _SPACES.sub(" ", cells[3]).strip()
        comment = _SPACES.sub(" ", " ".join(cells[4:])).strip()
        number = procedure_number(cells[2]) or procedure_number(cells[1])
        if is_template(indicator):
            self._desk.skip(row.line, "template", cells[3])
        elif number is None:
            yield from self._unnumbered(row, indicator, comment)
        else:
            self._hear_places(indicator, comment)
            yield from self._procedure(row.line, number, _wording(cells[2]), indicator, cells[3], comment)

    def _unnumbered(self, row: Row, indicator: str, comment: str) -> Iterator[Record]:
        """Yield a note: the row says something, but not about which procedure."""
        text = " ".join(part for part in (row.cells[2] if len(row.cells) > 2 else "", indicator, comment) if part)
        if not text.strip():
            self._desk.skip(row.line, "unknown-type", ",".join(row.cells), "no procedure and no indicator")
            return
        yield from self._remarks([Remark(topic=f"x-unnumbered:{row.line}", text=text, abstract="x-unnumbered")])

    def _hear_places(self, indicator: str, comment: str) -> None:
        if target := _TARGETED.search(comment):
            self._telling.targets.update(dict.fromkeys(codes_of(origin_and_targets(f"targeting {target[1]}").targets)))
        if _ORIGINATED.search(indicator):
            self._telling.origins.update(dict.fromkeys(codes_of(origin_and_targets(indicator).origins)))

    def _procedure(
        self, line: int, number: str, wording: str, indicator: str, written: str, comment: str
    ) -> Iterator[Record]:
        self._prose.use(number, wording)
        assets = self._assets(number, indicator, written)
        types = _MALICIOUS if self._is_malicious(number) else _ATTRIBUTION
        for found, part in assets:
            yield from self._maker.asset(found, self._about, line, part, comment=comment, indicator_types=types)
        if assets:
            return
        if self._asset_value(number, indicator) is not None:
            self._desk.skip(line, "unusable-value", written)
        elif not self._figures(number, indicator):
            self._say(number, indicator, written, comment)

    def _assets(self, number: str, indicator: str, written: str) -> list[tuple[Found, str]]:
        """Return the asset of a cell, or those of its lines if every line names one."""
        if found := self._asset(number, indicator):
            return [(found, written)]
        parts = [part.strip() for part in _BREAKS.split(written) if part.strip()]
        assets = [(found, part) for part in parts if (found := self._asset(number, part))]
        return assets if 1 < len(parts) == len(assets) else []

    def _asset(self, number: str, indicator: str) -> Found | None:
        value = self._asset_value(number, indicator)
        return asset_of_value(value, owned_by_network=number.startswith("0.9.")) if value else None

    def _is_malicious(self, number: str) -> bool:
        return self._malicious or number.startswith(("0.6.1", "0.7.", "0.8.", "7.9."))

    def _asset_value(self, number: str, indicator: str) -> Value | None:
        """Return the value of a row that should name an asset; None where its procedure tells of something else."""
        if number.startswith("0.2.") and (address := email_in(indicator)):
            return Value("email", address)
        if number.startswith("0.9."):
            return _as_link(classify(indicator))
        if number.startswith(_LINKS):
            return _link_on(classify(indicator))
        kinds = next((kinds for start, kinds in _VALUES if number.startswith(start)), None)
        return _only(classify(indicator, domains="domain" in kinds), kinds) if kinds else None

    def _figures(self, number: str, indicator: str) -> bool:
        """Hear counts, followers and money; tell whether there were any."""
        if number == "7.1.1":
            return self._telling.hear_spend(spend_in(indicator))
        if number in _FOLLOWED:
            hint, service = _FOLLOWED[number]
            return self._telling.hear_counts(counts_in(indicator, hint), service, indicator)
        if number.startswith("0.9."):
            service = _COUNTED.get(number) or _OTHER_SERVICES.get(number, "")
            return bool(service) and self._telling.hear_counts(counts_in(indicator, "accounts"), service, indicator)
        return False

    def _say(self, number: str, indicator: str, written: str, comment: str) -> None:
        if not indicator and not comment:
            return
        if number.startswith("0.4."):
            self._telling.organizations[refang(indicator)] = None
            return
        if number.startswith("1.3."):
            names = [_SPACES.sub(" ", name).strip() for name in written.splitlines()]
            self._telling.aliases.update(dict.fromkeys(name for name in names if looks_like_a_name(name)))
        self._prose.say(number, f"{indicator} ({comment})" if indicator and comment else indicator or comment)

    def _remarks(self, remarks: list[Remark]) -> Iterator[Record]:
        return (self._maker.note(self._about, remark) for remark in remarks)

    def _network(self) -> Iterator[Record]:
        named = self._named
        told = Network(
            id=self._about.network,
            name=named.name,
            published=self._about.published,
            origin=tuple(self._telling.origins) or codes_of(named.origins),
            targets=tuple(self._telling.targets) or codes_of(named.targets),
            attributed_to=tuple(
                Attribution(name=actor, kind="intrusion-set", confidence="stated") for actor in named.actors
            ),
        )
        counts = self._telling.counts
        yield self._maker.network(
            self._about,
            self._telling.completed(told),
            counts=counts.get(MEMBER),
            spend=tuple(self._telling.spend.values()),
            techniques=self._prose.techniques(),
        )
        yield from self._maker.parts(self._about, counts)


def _is_header(cells: tuple[str, ...]) -> bool:
    return len(cells) > 2 and cells[2].strip().lower().startswith(_HEADER[2]) and procedure_number(cells[2]) is None


def _wording(cell: str) -> str:
    return _SPACES.sub(" ", cell).strip()


def _only(value: Value, kinds: Collection[str]) -> Value | None:
    return value if value.kind in kinds else None


def _as_link(value: Value) -> Value | None:
    """Return the value if it is a link; a bare host where accounts stand is the address of a blog or page."""
    if value.kind == "domain":
        return Value("url", f"https://{value.value}/", value.value, bare=True)
    if value.kind == "text" and "/" in value.value and " " not in value.value:
        return Value("unusable", value.value)  # a link with a damaged host, such as `t./name`
    return _only(value, {"url", "unusable", "email"})


def _link_on(value: Value) -> Value | None:
    """Return a link the network posted or led to; a bare domain among them is the network's own site."""
    if value.kind == "domain" and (asset := asset_of_url(value.value)) is not None and asset.kind != "url":
        return _as_link(value)
    return _only(value, {"url", "domain", "unusable"})


def _unnamed(named: Named, sample: str) -> Named:
    """Return the network of a stream without a name: told apart by what it says."""
    return Named(f"meta-unnamed-{digest_of(sample)}", "Meta CIB network", named.period, named.origins, named.targets)
