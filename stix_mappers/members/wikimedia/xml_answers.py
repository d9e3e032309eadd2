"""The logging dump, and answers of the Action API in XML (platform-records.md, section 13)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.wikimedia.answers import report_continue
from stix_mappers.members.wikimedia.changes import Change, listed
from stix_mappers.members.wikimedia.entries import of_list, of_log
from stix_mappers.members.wikimedia.php import NotPhpError, unserialized
from stix_mappers.members.wikimedia.wikis import GLOBAL, wiki_name, wiki_of_host
from stix_mappers.reading import Element, Reading
from stix_mappers.skips import Unreadable

_DUMP: Final = re.compile(r"<(?:\w+:)?(?:logitem|mediawiki)[\s>]")
_API: Final = re.compile(r"<(?:\w+:)?api[\s>]")
_LISTS: Final = re.compile(r"<(?:logevents|blocks|globalblocks)[\s/>]")
_DATABASE: Final = re.compile(r"<dbname>([^<]{1,100})</dbname>")
_BASE: Final = re.compile(r"<base>([^<]{1,300})</base>")
_OURS: Final = frozenset({"block", "gblblock", "globalauth"})


def is_dump(sample: str) -> bool:
    """Tell whether this is a dump of logs."""
    return _DUMP.search(sample) is not None


def is_answer(sample: str) -> bool:
    """Tell whether this is an answer with logs or blocks."""
    return _API.search(sample) is not None and _LISTS.search(sample) is not None


def changes(desk: Desk, reading: Reading, wiki: str) -> Iterator[Change]:
    """Yield the changes of a dump or an answer; what a broken file told before its fault is kept."""
    dump = is_dump(reading.sample)
    told = _wiki_of_dump(reading.sample) or wiki
    try:
        for element in reading.elements(*(("logitem",) if dump else ("item", "block", "continue", "query-continue"))):
            yield from _of_logitem(desk, element, told) if dump else _of_element(desk, element, wiki)
    except Unreadable as error:
        desk.skip(error.line, error.reason, desk.source.name, error.detail)


def _wiki_of_dump(sample: str) -> str:
    database, base = _DATABASE.search(sample), _BASE.search(sample)
    return wiki_name(database[1]) if database else wiki_of_host(base[1]) if base else ""


def _of_element(desk: Desk, element: Element, wiki: str) -> Iterator[Change]:
    attributes = element.attributes
    if element.name == "item":
        yield from of_log(desk, {**attributes, "params": _params_of(element)}, element.line, wiki)
    elif element.name == "block":
        is_global = "bywiki" in attributes or ("address" in attributes and "user" not in attributes)
        parts = {"restrictions": "some"} if element.find("restrictions") else {}
        yield from of_list(desk, {**attributes, **parts}, element.line, GLOBAL if is_global else wiki)
    else:
        # Either `<continue lecontinue=.. />` or, before 2013, `<query-continue><logevents lestart=.. /></...>`.
        inner = [child.attributes for child in element.all("logevents")]
        report_continue(desk, attributes or (inner[0] if inner else {}), element.line)


def _params_of(item: Element) -> Mapping[str, object]:
    """Return the parameters of an entry: of `<params>`, and before 2014 of an element named after the log."""
    found = item.find("params") or item.find("block") or Element("", 0, {}, "", [])
    params: dict[str, object] = dict(found.attributes)
    flags = found.find("flags")
    if flags is not None:
        params["flags"] = [flag.text for flag in flags.children]
    texts = {str(place): child.text for place, child in enumerate(found.all("param"))}
    return {**texts, **params}


def _of_logitem(desk: Desk, item: Element, wiki: str) -> Iterator[Change]:
    kind = _text(item, "type")
    entry: dict[str, object] = {
        "logid": _text(item, "id"),
        "timestamp": _text(item, "timestamp"),
        "type": kind,
        "action": _text(item, "action"),
        "comment": _text(item, "comment"),
    }
    if any(child.name in {"comment", "text"} and "deleted" in child.attributes for child in item.children):
        entry["suppressed"] = True
    if title := _text(item, "logtitle"):
        entry["title"] = title
    if kind in _OURS:
        entry["params"] = params_of_text(_text(item, "params"), kind)
    yield from of_log(desk, entry, item.line, wiki)


def _text(item: Element, name: str) -> str:
    """Return the text of a child; the id of the performer, which is a child's child, is none."""
    return next((child.text.strip() for child in item.children if child.name == name), "")


def params_of_text(text: str, kind: str = "block") -> Mapping[str, object]:
    """Return the parameters of a dumped entry: serialised, or before 2012 a line each.

    Serialised keys begin with their place (`5::duration`). Of the lines the first is the duration and the second the
    flags; of a lock, what was added and what was removed.
    """
    try:
        value = unserialized(text)
    except NotPhpError:
        lines = [line.strip() for line in text.splitlines()]
        if kind == "globalauth":
            return dict(zip(("0", "1"), lines, strict=False))
        return {"duration": lines[0] if lines else "", "flags": listed(",".join(lines[1:]))}
    if not isinstance(value, dict):
        return {}
    return {key.rpartition("::")[2]: item for key, item in value.items()}
