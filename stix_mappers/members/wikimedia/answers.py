"""Answers of the Action API and events, as JSON: block logs, lists of blocks, `user-blocks-change` (section 13)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.wikimedia.changes import Change, part_of, words_of
from stix_mappers.members.wikimedia.entries import Entry, of_event, of_list, of_log
from stix_mappers.members.wikimedia.wikis import GLOBAL, wiki_name
from stix_mappers.reading import Item
from stix_mappers.reading_json import json_line_items

_EVENT: Final = "/mediawiki/user/blocks-change"
_LISTS: Final = ("logevents", "blocks", "globalblocks")
_KEYS: Final = re.compile(
    r'"(?:logevents|globalblocks|logid|blockedtimestamp)"\s*:|"\$schema"\s*:\s*"\\?/mediawiki\\?/user\\?/blocks-change'
    r'|"blocks"\s*:\s*\[|"mediawiki\.user-blocks-change"'
)
_DATA: Final = re.compile(r"^data: ?\{", re.MULTILINE)
_BLOCK_KEYS: Final = re.compile(r'"(?:by|bywiki)"\s*:[^}]{0,4000}"expiry"\s*:|"expiry"\s*:[^}]{0,4000}"(?:by|bywiki)"')


def are_answers(sample: str) -> bool:
    """Tell whether the keys are those of an answer, an entry or an event."""
    return _KEYS.search(sample) is not None or _BLOCK_KEYS.search(sample) is not None


def is_stream(sample: str) -> bool:
    """Tell whether this is a stream of events as it came over the wire, with `data:` before each."""
    return _DATA.search(sample) is not None and are_answers(sample)


def streamed(lines: Iterable[tuple[int, str]]) -> Iterator[Item]:
    """Yield the events of a stream (server-sent events)."""
    for number, line in lines:
        if line.startswith("data:"):
            yield from (Item(number, *item[1:]) for item in json_line_items(iter([(number, line[5:])])))


def changes(desk: Desk, items: Iterable[Item], wiki: str) -> Iterator[Change]:
    """Yield the changes that a file tells of, in its order."""
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif isinstance(item.value, Mapping):
            yield from _of_object(desk, item.value, item.line, wiki)
        else:
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")


def _of_object(desk: Desk, found: Entry, line: int, wiki: str) -> Iterator[Change]:
    query = part_of(found, "query")
    if any(key in query for key in _LISTS):
        yield from _of_answer(desk, found, query, line, wiki)
    elif "logid" in found:
        yield from of_log(desk, found, line, wiki)
    elif any(isinstance(found.get(key), list) for key in _LISTS):
        yield from _of_answer(desk, found, found, line, wiki)
    elif words_of(found, "$schema").startswith(_EVENT) or ("user_text" in found and "blocks" in found):
        yield from of_event(desk, found, line)
    elif "error" in found:
        desk.skip(line, "broken", words_of(part_of(found, "error"), "code", "info"), "the answer is an error")
    elif "query" in found or "batchcomplete" in found:
        report_continue(desk, part_of(found, "continue", "query-continue"), line)
    else:
        yield from _of_entry(desk, found, line, wiki)


def _of_entry(desk: Desk, found: Entry, line: int, wiki: str) -> Iterator[Change]:
    """Yield the change of an entry that was taken out of its answer."""
    if "type" in found and "action" in found:
        yield from of_log(desk, found, line, wiki)
    elif "expiry" in found or "by" in found:
        yield from of_list(desk, found, line, GLOBAL if "bywiki" in found else wiki)
    else:
        desk.skip(line, "unknown-type", ", ".join(map(str, found))[:200], "neither an entry nor an event")


def _of_answer(desk: Desk, answer: Entry, query: Entry, line: int, wiki: str) -> Iterator[Change]:
    told = wiki_name(words_of(part_of(query, "general"), "wikiid") or words_of(answer, "wiki", "database", "wikiid"))
    for key in _LISTS:
        entries = query.get(key)
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, Mapping):
                desk.skip(line, "unknown-type", str(entry), "not an object")
            elif key == "logevents":
                yield from of_log(desk, entry, line, told or wiki)
            else:
                yield from of_list(desk, entry, line, GLOBAL if key == "globalblocks" else told or wiki)
    report_continue(desk, part_of(answer, "continue", "query-continue"), line)


def report_continue(desk: Desk, told: Entry, line: int) -> None:
    """Report that an answer is one page of several: the rest has to be asked for."""
    if told:
        shown = "&".join(f"{key}={value}" for key, value in told.items())
        desk.skip(line, "incomplete", shown, "the answer goes on: ask again with this")
