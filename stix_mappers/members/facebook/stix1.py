"""Meta's STIX 1 rendering of typed files (platform-records.md, section 5.1): one indicator a row."""

import re
from collections.abc import Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.facebook.typed import Line, kind_of_type, line_records
from stix_mappers.reading import Element, Reading
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_TITLE_TYPE: Final = re.compile(r"^(?P<comment>.*?)\s*\((?P<type>[A-Za-z0-9_ -]+)\)\s*$", re.DOTALL)
_STEM: Final = re.compile(r"""<(?:\w+:)?Indicator\s[^>]*?\bid\s*=\s*["'](?P<stem>[^"':]+):""")
_VALUES: Final = {
    "Simple_Hash_Value": "hash",
    "Address_Value": "ip",
    "URI": "url",
    "Value": "",
    "Domain_Name": "domain_name",
}


def is_package(sample: str) -> bool:
    """Tell whether this is a STIX 1 package."""
    return _STEM.search(sample) is not None or "stix" in sample[:4096].lower()


def records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the records of a STIX 1 package; the ids of its indicators tell which typed file it renders."""
    stem = _STEM.search(reading.sample)
    if not is_package(reading.sample):
        raise Unreadable("unknown-layout", "XML, but no STIX 1 package", 1)
    yield from line_records(desk, reading.sample, _lines(desk, reading), stem["stem"] if stem else None)


def _lines(desk: Desk, reading: Reading) -> Iterator[Line]:
    try:
        for element in reading.elements("Indicator"):
            yield _line(element)
    except Unreadable as error:
        desk.skip(error.line, error.reason, desk.source.name, error.detail)


def _line(element: Element) -> Line:
    title = element.find("Title")
    text = title.text.strip() if title else ""
    told = _TITLE_TYPE.match(text)
    value, kind = _value(element)
    # A comment may end in parentheses of its own: `Fake version of WhatsApp (SSLove)`.
    if told is None or kind_of_type(told["type"]) is None:
        return Line(element.line, kind, value, text)
    return Line(element.line, told["type"], value, told["comment"])


def _value(element: Element) -> tuple[str, str]:
    properties = element.find("Properties")
    if properties is None:
        return "", ""
    kind = properties.attributes.get("type", "").rpartition(":")[2]
    for name, type_ in _VALUES.items():
        found = properties.find(name)
        if found is not None and found.text.strip():
            return found.text.strip(), type_ or _type_of_object(kind)
    return "", ""


def _type_of_object(kind: str) -> str:
    lowered = kind.lower()
    return next((type_ for type_ in ("domain", "uri", "address", "email") if type_ in lowered), kind)
