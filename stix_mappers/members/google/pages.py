"""A TAG bulletin as the text of its page: title, date, months, one paragraph or bullet a campaign (section 7.1)."""

import re
from collections.abc import Iterator
from typing import Final

from stix_mappers.counts import counts_in
from stix_mappers.members import Desk
from stix_mappers.members.fields import Fields
from stix_mappers.members.google.bulletin import Entry, acted, entry_records
from stix_mappers.members.google.editions import Edition, day_in, edition_of, month_of
from stix_mappers.moments import is_moment
from stix_mappers.reading import Reading
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_TITLE: Final = re.compile(
    r"\b(?:TAG|Threat Analysis Group)\b[^\n]{0,40}?\bbulletin|\bbulletin\b[^\n]{0,60}?\bTAG\b", re.IGNORECASE
)
_UPDATED: Final = re.compile(r"\b(?:last )?updated?\b|\bpublished\b|\bas of\b", re.IGNORECASE)
_BULLET: Final = re.compile(r"^\s*(?:[-*•◦▪‣·–—]|\d{1,2}[.)])\s+")
_BEGINS: Final = re.compile(r"^(?:We|Google|TAG|In \w+,? we)\s+(?:also\s+)?[a-z]+(?:ed|nned|ok)\b")
_TAGS: Final = re.compile(r"<[^<>]{0,500}>")
_BLOCKS: Final = re.compile(r"</?(?:p|li|ul|ol|h[1-6]|div|br|section|article)\b[^<>]{0,300}>", re.IGNORECASE)
_FURNITURE: Final = re.compile(r"[#*_`]{1,6}")
_LONGEST_PARAGRAPH: Final = 20_000
_LONGEST_LINE: Final = 100_000


def is_page(sample: str) -> bool:
    """Tell whether a text is a bulletin: its title, and a quarter."""
    title = _TITLE.search(sample[:5_000])
    return title is not None and edition_of(sample[max(0, title.start() - 100) : title.end() + 100]) is not None


def records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the record of each entry of a page.

    Raises:
        Unreadable: no quarter stands in its title.
    """
    title = _TITLE.search(reading.sample[:5_000])
    near = reading.sample[max(0, title.start() - 100) : title.end() + 100] if title else ""
    edition = edition_of(near)
    if edition is None:
        raise Unreadable("unknown-layout", "a bulletin without a quarter in its title", 1)
    page = _Page(desk, edition)
    for line, paragraph in _paragraphs(reading, edition):
        yield from page.paragraph(line, paragraph)
    if page.is_empty:
        desk.skip(1, "unknown-layout", desk.source.name, "speaks of a bulletin, but tells of nothing that was done")


def _paragraphs(reading: Reading, edition: Edition) -> Iterator[tuple[int, str]]:
    """Yield headings and paragraphs; one that is broken into lines is joined."""
    start, parts = 0, ""
    for number, written in reading.lines():
        for line in _lines_of(written):
            begins = _begins(line, edition)
            if parts and (begins or not line or len(parts) > _LONGEST_PARAGRAPH or month_of(parts, edition)):
                yield start, parts
                parts = ""
            if line:
                start, parts = (start, f"{parts} {_BULLET.sub('', line)}") if parts else (number, _BULLET.sub("", line))
    if parts:
        yield start, parts


def _lines_of(written: str) -> list[str]:
    """Return a line as text; where a page was saved with its tags, each block is a line."""
    cut = written[:_LONGEST_LINE]
    if "<" not in cut:
        return [cut.strip()]
    return [_TAGS.sub(" ", part).replace("&amp;", "&").strip() for part in _BLOCKS.sub("\n", cut).split("\n")]


def _begins(line: str, edition: Edition) -> bool:
    if _BULLET.match(line) or line.startswith("#") or month_of(line, edition):
        return True
    return bool(_BEGINS.match(line) or _TITLE.match(line) or line.startswith("This bulletin"))


def _tells_of_a_deed(text: str) -> bool:
    """Tell whether a paragraph is an entry: it begins like one, or says how many of what were terminated."""
    return bool(_BEGINS.match(text)) or (acted(text) is not None and bool(counts_in(text)))


class _Page:
    """One page under way: its date, the month it has come to, and how many entries that month has."""

    def __init__(self, desk: Desk, edition: Edition) -> None:
        self._desk = desk
        self._edition = edition
        self._published: str | None = None
        self._month: str | None = None
        self._numbers: dict[str, int] = {}

    def paragraph(self, line: int, written: str) -> Iterator[Record]:
        """Yield the records of a paragraph: a heading and a preface have none."""
        text = " ".join(_FURNITURE.sub("", written).split())
        if month := month_of(text, self._edition):
            self._month = month
        elif _tells_of_a_deed(text):
            yield from entry_records(self._desk, self._entry(line, text))
        elif self._is_preface(text):
            day = day_in(text) if _UPDATED.search(text) else None
            self._published = day if day and is_moment(day) else self._published
        else:
            self._desk.skip(line, "out-of-scope", text, "a paragraph that tells of nothing that was done")

    @property
    def is_empty(self) -> bool:
        """Tell whether no entry was found."""
        return not self._numbers

    def _is_preface(self, text: str) -> bool:
        return not self._numbers or bool(_TITLE.search(text))

    def _entry(self, line: int, text: str) -> Entry:
        part = self._month[5:] if self._month else ""
        number = self._numbers[part] = self._numbers.get(part, 0) + 1
        return Entry(
            id="-".join(filter(None, (self._edition.id, part, str(number)))),
            edition=self._edition,
            at=self._month or self._edition.at,
            precision="month" if self._month else "quarter",
            line=line,
            text=text,
            published=self._published,
            hand=Fields(line, {}),
        )
