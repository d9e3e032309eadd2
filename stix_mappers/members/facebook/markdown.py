"""Markdown pages of Meta's threat reports (platform-records.md, section 5.3).

A page has a title with origin and targets, a summary in sentences, and a table of indicators; one page may hold
several case studies. The slug of the page, in its links, names the same network as the CSV file does.
"""

import re
from collections.abc import Iterator
from typing import Final

from stix_mappers.actors import actors_in
from stix_mappers.counts import counts_in, spend_in
from stix_mappers.members import Desk
from stix_mappers.members.facebook.making import CIB, MEMBER, Disclosure, Maker, asset_of_value, undated
from stix_mappers.members.facebook.networks import Network as Named
from stix_mappers.members.facebook.networks import codes_of, network_of_name, period_in
from stix_mappers.members.facebook.telling import Telling
from stix_mappers.members.facebook.typed import kind_of_type
from stix_mappers.moments import period
from stix_mappers.places import country_name, origin_and_targets
from stix_mappers.reading import Reading
from stix_mappers.record import Attribution, Certainty, Network, Record, Remark
from stix_mappers.skips import Unreadable
from stix_mappers.slugs import slug
from stix_mappers.values import Value, classify, confidence_in, refang

_TITLE: Final = re.compile(r"^#\s+(?:indicators of compromise|iocs?)\b\s*[:–-]?\s*(?P<title>.*)$", re.IGNORECASE)
_HEADING: Final = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*#*$")
_SLUG: Final = re.compile(r"\bmeta-(?:h[12]|q[1-4])(?:-q?[1-4])?-20\d\d-[a-z0-9-]+", re.IGNORECASE)
_ROW: Final = re.compile(r"^\s*\|(?P<cells>.*)\|\s*$")
_RULE: Final = re.compile(r"^[\s:|-]+$")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
_POLICY: Final = re.compile(r"violating our policy against ([A-Z][\w-]*(?: [A-Z][\w-]*)*)")
_ACTED: Final = re.compile(r"\b(?:removed|actioned|took down|disabled|took action)\b", re.IGNORECASE)
_FOLLOWED: Final = re.compile(r"\b(?:followed|joined|members?|followers?)\b", re.IGNORECASE)
_SPENT: Final = re.compile(r"\b(?:spen[dt]|spending|paid)\b", re.IGNORECASE)
_PLACED: Final = re.compile(
    r"\b(?:originat(?:ed|es|ing) (?:in|from)|(?:primarily |that |and )targeted|based in)\b", re.IGNORECASE
)
_ATTRIBUTED: Final = re.compile(
    r"\b(?:links? to|linked to|attribut\w+ (?:[\w-]+ ){0,6}to|operated by|associated with past activity by|run by)\s+"
    r"(?P<who>.+?)(?=\.|;|, (?:a|an|the|which|who|indicating|suggesting)\b|$)",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"[A-Z][\w’'-]+(?:\s+(?:of|for|and|the|de|des|la)\s+[A-Z][\w’'-]+|\s+[A-Z][\w’'-]+)+")
_NOT_AN_ACTOR: Final = re.compile(
    r"\b(?:an? individual|individuals? (?:in|based)|people in|accounts?)\b", re.IGNORECASE
)
_STATED: Final[dict[int, Certainty]] = {90: "confirmed", 75: "stated", 60: "likely", 40: "suspected"}
_NO_TABLE: Final = re.compile(r"no iocs", re.IGNORECASE)
_MOST_SUMMARY: Final = 20_000


def records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of each case study of a page.

    Raises:
        Unreadable: the page has no heading of indicators.
    """
    maker = Maker(desk)
    slug_ = _SLUG.search(reading.sample)
    study: _Study | None = None
    for number, line in reading.lines():
        if title := _TITLE.match(line.strip()):
            if study is not None:
                yield from study.finish()
                slug_ = None  # the slug in the links belongs to the first study of a page
            study = _Study(maker, reading, title["title"], slug_.group(0) if slug_ else None)
        elif study is not None:
            yield from study.line(number, line)
    if study is None:
        raise Unreadable("unknown-layout", "Markdown without a heading 'Indicators of Compromise'", 1)
    yield from study.finish()


class _Study:
    """One case study: a title, sentences, a table."""

    def __init__(self, maker: Maker, reading: Reading, title: str, slug_: str | None) -> None:
        desk = maker.desk
        self._maker = maker
        self._desk = desk
        self._title = title
        named = network_of_name(slug_ or title)
        when = named.period or period_in(reading.sample) or period_in(desk.source.stem) or undated(reading.sample)
        self._named: Named = named if named.period else network_of_name(f"{when.words} {title}")
        self._about = Disclosure(self._named.id, when, published=period(when.at).told[:10], policy=CIB)
        self._telling = Telling()
        self._attributions: dict[str, Attribution] = {}
        self._summary: list[str] = []
        self._section = ""
        self._columns: list[str] | None = None
        titled = origin_and_targets(title)
        self._origins = dict.fromkeys(codes_of(titled.origins))
        self._targets = dict.fromkeys(codes_of(titled.targets))

    def line(self, number: int, line: str) -> Iterator[Record]:
        """Yield what a line of the page tells."""
        if heading := _HEADING.match(line.strip()):
            self._section = heading["title"].lower()
            self._columns = None
        elif row := _ROW.match(line):
            yield from self._row(number, [cell.strip() for cell in row["cells"].split("|")])
        elif not line.strip():
            self._columns = None if not self._columns else self._columns
        elif not line.strip().startswith(("*", "- ", "<!--")) and "cross-links" not in self._section:
            self._paragraph(line.strip())

    def finish(self) -> Iterator[Record]:
        """Yield the record of the network."""
        self._settle()
        told = Network(
            id=self._about.network,
            name=self._named.name,
            published=self._about.published,
            url=self._about.url,
            origin=tuple(self._origins) or codes_of(self._named.origins),
            targets=tuple(self._targets) or codes_of(self._named.targets),
            attributed_to=tuple(self._attributions.values()),
            narrative="\n\n".join(self._summary) or None,
            domestic=True if self._origins and list(self._origins) == list(self._targets) else None,
        )
        counts = self._telling.counts
        spend = tuple(self._telling.spend.values())
        told = self._telling.completed(told)
        yield self._maker.network(self._about, told, counts=counts.get(MEMBER), spend=spend)
        yield from self._maker.parts(self._about, counts)

    def _settle(self) -> None:
        """Name a network by its sentences where neither title nor slug says which it is."""
        if self._named.origins or self._named.targets or not self._origins:
            return
        where = " & ".join(country_name(code) or code for code in self._origins)
        self._named = network_of_name(f"{self._about.period.words} {where}-based {self._title}")
        about = self._about
        self._about = Disclosure(self._named.id, about.period, about.published, about.url, about.policy)

    def _row(self, number: int, cells: list[str]) -> Iterator[Record]:
        if all(_RULE.match(cell) or not cell for cell in cells):
            return
        if self._columns is None:
            self._columns = [cell.lower() for cell in cells]
            return
        self._settle()
        kind, written = cells[0], (cells[1] if len(cells) > 1 else "").strip("` ")
        if not written:
            self._desk.skip(number, "blank", kind)
            return
        known = kind_of_type(kind)
        value = classify(written, domains=known == "domain")
        found = asset_of_value(self._as(known, value), owned_by_network=known == "account") if known else None
        if found is not None:
            yield from self._maker.asset(found, self._about, number, written, indicator_types=("attribution",))
        elif known is not None:
            self._desk.skip(number, "unusable-value", written, f"is no {kind}")
        else:
            yield self._note(number, kind, refang(written))

    def _as(self, known: str, value: Value) -> Value:
        if known in {"account", "url"} and value.kind == "domain":
            return Value("url", f"https://{value.value}/", value.value, bare=True)
        return value

    def _note(self, number: int, kind: str, value: str) -> Record:
        abstract = f"x-{slug(kind) or 'untyped'}"
        remark = Remark(topic=f"{abstract}:{value[:120]}", text=value, abstract=abstract)
        return self._maker.note(self._about, remark, number)

    def _paragraph(self, text: str) -> None:
        if "indicators of compromise" in self._section and _NO_TABLE.search(text):
            return
        is_summary = "summary" in self._section
        for sentence in _SENTENCE.split(text):
            self._sentence(sentence)
        if is_summary and sum(map(len, self._summary)) < _MOST_SUMMARY:
            self._summary.append(text)

    def _sentence(self, sentence: str) -> None:
        if _ACTED.search(sentence) or _FOLLOWED.search(sentence):
            self._telling.hear_each_count(counts_in(sentence), "facebook")
        if _SPENT.search(sentence):
            self._telling.hear_spend(spend_in(sentence))
        if _PLACED.search(sentence):
            told = origin_and_targets(sentence)
            self._origins.update(dict.fromkeys(codes_of(told.origins)))
            self._targets.update(dict.fromkeys(codes_of(told.targets)))
        if policy := _POLICY.search(sentence):
            self._about = Disclosure(
                self._about.network, self._about.period, self._about.published, self._about.url, policy[1].lower()
            )
        if attributed := _ATTRIBUTED.search(sentence):
            self._hear_actors(sentence, attributed["who"])

    def _hear_actors(self, sentence: str, who: str) -> None:
        # Links to people who are associated with somebody are weaker than links to somebody (section 5.3).
        certainty = "likely" if "associated with" in who else _STATED.get(confidence_in(sentence) or 60, "likely")
        for actor in actors_in(who):
            self._attributions[actor.name] = Attribution(
                name=actor.name,
                kind="intrusion-set" if actor.kind == "intrusion-set" else "organization",
                confidence=certainty,
            )
        if not self._attributions and not _NOT_AN_ACTOR.search(who) and (named := _NAMED.search(who)):
            self._attributions[named[0]] = Attribution(name=named[0], kind="organization", confidence=certainty)
