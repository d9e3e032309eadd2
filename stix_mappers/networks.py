"""What a run has heard of each network: the union of all its records, whatever their order.

A network is told by several records, and by several files. Its campaign is told by its least strict records and
marked like them, so that whatever refers to it may know at once that it is marked no less strictly. Its report is
marked like the strictest record that tells about it, and names no asset that is stricter.
"""

import heapq
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from stix_mappers.assets import spend_object, told_at
from stix_mappers.markings import LEVELS, is_stricter
from stix_mappers.moments import published
from stix_mappers.objects import StixObject
from stix_mappers.record import Attribution, Count, Network, Record

MOST_ASSETS: Final = 1_000


class Claim(Struct):
    """A fact of a network and the least strict level at which it was told."""

    level: str
    value: str = ""

    def add(self, level: str) -> None:
        """Hear the same again."""
        if is_stricter(self.level, level):
            self.level = level


class Use(Struct):
    """A technique the network used: by which procedures, and what was said of each."""

    level: str
    notes: dict[tuple[str, str], set[str]] = field(default_factory=dict)


class Telling(Struct):
    """The words about a network at one level."""

    names: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    narratives: set[str] = field(default_factory=set)
    descriptions: set[str] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)


class Smallest:
    """The smallest ids of an endless row, so that which are kept does not depend on the order."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: set[str] = set()

    def add(self, item: str) -> None:
        self._kept.add(item)
        if len(self._kept) > 4 * self._most:
            self._kept = set(heapq.nsmallest(self._most, self._kept))

    def sorted(self) -> list[str]:
        """Return the smallest ids in order."""
        return sorted(self._kept)[: self._most]


class NetworkState:
    """One network of one member, as far as it was told."""

    def __init__(self, member: str, network_id: str) -> None:
        self.member = member
        self.id = network_id
        self.levels: set[str] = set()
        self.told_levels: set[str] = set()
        self.tellings: dict[str, Telling] = {}
        self.created: str | None = None
        self.is_published = False
        self.named_after_account = False
        self.urls: set[str] = set()
        self.origins: dict[str, Claim] = {}
        self.targets: dict[str, Claim] = {}
        self.origin_confidence: dict[str, int] = {}
        self.organizations: dict[str, Claim] = {}
        self.target_groups: dict[str, Claim] = {}
        self.infrastructures: dict[str, Claim] = {}
        self.attributions: dict[str, tuple[Attribution, Claim]] = {}
        self.techniques: dict[str, Use] = {}
        self.counts: dict[tuple[str, str], Count] = {}
        self.spend: dict[str, StixObject] = {}
        self.languages: set[str] = set()
        self.leads_from: set[str] = set()
        self.consistent_with: set[str] = set()
        self.single: dict[str, object] = {}
        self.assets = {level: Smallest(MOST_ASSETS) for level in LEVELS}

    @property
    def level(self) -> str:
        """The level of the campaign: that of the least strict record."""
        return min(self.levels, key=LEVELS.index)

    @property
    def report_level(self) -> str:
        """The level of the report: that of the strictest record that tells about the network."""
        return max(self.told_levels or self.levels, key=LEVELS.index)

    def refer(self, record: Record) -> None:
        """Hear that a record belongs to the network."""
        if record.tlp not in self.levels:
            self.levels.add(record.tlp)
        if record.x_infrastructure:
            self.infrastructures.setdefault(record.x_infrastructure, Claim(record.tlp)).add(record.tlp)
        created = told_at(record)
        if self.created is None or created < self.created:
            self.created = created
        network = record.network
        self.named_after_account |= network is not None and network.x_named_after_account
        if network is not None and (record.kind == "network" or _tells(network)):
            self._hear(record, network)
        elif record.techniques:
            self._hear_techniques(record)

    def name_asset(self, level: str, sco: str) -> None:
        """Hear of an asset of the network."""
        self.assets[level].add(sco)

    def report_assets(self) -> Iterator[str]:
        """Yield the assets the report may name: none that is stricter than itself."""
        allowed = LEVELS[: LEVELS.index(self.report_level) + 1]
        found = {sco for level in allowed for sco in self.assets[level].sorted()}
        yield from sorted(found)[:MOST_ASSETS]

    def _hear(self, record: Record, network: Network) -> None:
        level = record.tlp
        self.told_levels.add(level)
        self.is_published |= bool(network.published or network.url) or level == "clear"
        self._hear_words(record, network)
        self._hear_places(level, network)
        self._hear_figures(record)
        self._hear_techniques(record)

    def _hear_techniques(self, record: Record) -> None:
        for technique in record.techniques:
            use = self.techniques.setdefault(technique.scheme + " " + technique.id, Use(record.tlp))
            use.level = min(use.level, record.tlp, key=LEVELS.index)
            notes = use.notes.setdefault((technique.scheme, technique.id), set())
            if technique.note:
                notes.add(technique.note)

    def _hear_words(self, record: Record, network: Network) -> None:
        telling = self.tellings.setdefault(record.tlp, Telling())
        telling.aliases.update(network.aliases)
        for said, heard in (
            (network.name, telling.names),
            (network.narrative, telling.narratives),
            (network.x_description, telling.descriptions),
            (record.policy, telling.policies),
            (network.url, self.urls),
            (record.source.url if record.source else None, self.urls),
        ):
            if said:
                heard.add(said)
        self.languages.update(network.languages)
        self.leads_from.update(record.leads_from)
        self.consistent_with.update(record.consistent_with)
        for name, value in (
            ("tier", network.x_tier),
            ("domestic", network.domestic),
            ("motivation", network.motivation),
        ):
            if value is not None:
                self.single[name] = max(value, self.single.get(name, value), key=str)

    def _hear_places(self, level: str, network: Network) -> None:
        for codes, heard in (
            (network.origin, self.origins),
            (network.targets, self.targets),
            (network.x_organizations, self.organizations),
            (network.x_target_groups, self.target_groups),
        ):
            for code in codes:
                heard.setdefault(code, Claim(level)).add(level)
        for code in network.origin if network.x_origin_confidence is not None else ():
            confidence = network.x_origin_confidence or 0
            self.origin_confidence[code] = max(confidence, self.origin_confidence.get(code, 0))
        for attribution in network.attributed_to:
            kept, claim = self.attributions.setdefault(attribution.name, (attribution, Claim(level)))
            claim.add(level)
            surer = max(kept, attribution, key=lambda said: (said.confidence or "", said.kind, said.aliases))
            self.attributions[attribution.name] = (surer, claim)

    def _hear_figures(self, record: Record) -> None:
        for key, count in record.counts.items():
            place = (key, count.service or record.service)
            heard = self.counts.get(place)
            if heard is None or count.value > heard.value:
                self.counts[place] = count
        for spend in record.spend:
            found = spend_object(spend)
            self.spend[repr(sorted(found.items()))] = found


def _tells(network: Network) -> bool:
    """Tell whether more is said of the network than which it is."""
    return bool(
        network.name
        or network.origin
        or network.targets
        or network.attributed_to
        or network.narrative
        or network.aliases
        or network.x_target_groups
        or network.x_description
    )


def published_at(state: NetworkState) -> str:
    """Return when the network was disclosed."""
    return state.created or published("2020-08-12")
