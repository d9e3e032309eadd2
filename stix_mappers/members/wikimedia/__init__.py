"""Wikimedia: logs and lists of blocks, locks, events, dumps, blacklists and cases (platform-records.md, section 13).

What a file is, is seen from its content. Which wiki it speaks of, an answer of the Action API does not tell: it is
taken from the answer where it was asked for, else from the names of file and folders, else from the case pages that
its reasons link to.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.wikimedia import answers, blacklist, pages, xml_answers
from stix_mappers.members.wikimedia.changes import Change
from stix_mappers.members.wikimedia.making import records_of_changes, with_wiki
from stix_mappers.members.wikimedia.ordering import by_account_and_time
from stix_mappers.members.wikimedia.wikis import wiki_in
from stix_mappers.members.wikimedia.wording import names_english_case
from stix_mappers.reading import Reading, opened
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_KNOWN: Final = (
    "a block log, a list of blocks or global blocks, locks, block events, a dump of logs, a spam blacklist or the page "
    "of a sockpuppet investigation"
)
_NEAREST: Final = 2


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file, those of an account by time.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        wiki = wiki_in((desk.source.stem, *desk.source.folders[:_NEAREST]))
        form = _form_of(reading)
        if form == "page":
            yield from pages.records(desk, reading, wiki)
        elif form == "blacklist":
            yield from blacklist.records(desk, reading, wiki)
        elif form == "xml":
            yield from _of_changes(desk, reading, xml_answers.changes(desk, reading, wiki), wiki)
        elif form == "json":
            yield from _of_changes(desk, reading, answers.changes(desk, reading.items(), wiki), wiki)
        elif form == "stream":
            yield from _of_changes(desk, reading, answers.changes(desk, answers.streamed(reading.lines()), wiki), wiki)
        else:
            raise Unreadable("unknown-layout", f"is not {_KNOWN}", 1)


def recognises(reading: Reading) -> bool:
    """Tell whether this is one of the layouts of this member."""
    return _form_of(reading) is not None


def _form_of(reading: Reading) -> str | None:
    sample = reading.sample
    if reading.layout == "xml":
        return "xml" if xml_answers.is_dump(sample) or xml_answers.is_answer(sample) else None
    if pages.is_page(sample):
        return "page"
    if reading.layout == "json":
        return "json" if answers.are_answers(sample) else None
    if answers.is_stream(sample):
        return "stream"
    return "blacklist" if blacklist.is_blacklist(sample) else None


def _of_changes(desk: Desk, reading: Reading, changes: Iterable[Change], wiki: str) -> Iterator[Record]:
    if not wiki and names_english_case(reading.sample):
        wiki = "enwiki"
    yield from records_of_changes(desk, by_account_and_time(with_wiki(changes, wiki)))
