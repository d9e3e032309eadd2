"""Files to rows: encodings, line ends, tables, JSON, XML and Markdown, lazily and in bounded memory.

What a file is, is decided by its first octets, never by its name. A row that cannot be read is given as a fault,
and reading goes on behind it.
"""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, Literal, NamedTuple

from msgspec import Struct

from stix_mappers.reading_json import json_items, json_line_items
from stix_mappers.reading_tables import Row, table_rows
from stix_mappers.reading_xml import Element, xml_elements
from stix_mappers.skips import Unreadable

__all__ = ["Element", "Item", "Layout", "Reading", "Row", "opened"]

Layout = Literal["table", "json", "xml", "markdown"]

SAMPLE: Final = 65_536
LONGEST_LINE: Final = 16 * 1024 * 1024

_HEADING: Final = re.compile(r"\A\s*(?:<!--.*?-->\s*)?#{1,6}[ \t]+\S", re.DOTALL)
_RULE: Final = re.compile(r"^\s*\|?\s*:?-{3,}:?\s*\|", re.MULTILINE)
_CONTROL: Final = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b\x1a"))


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 as latin-1, octet by octet: old exports mix both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("stix_mappers.latin1", _as_latin1)


class Item(NamedTuple):
    """A JSON value or a fault, and the line it begins on."""

    line: int
    value: object
    fault: str | None = None


class Reading(Struct, frozen=True):
    """An open file: its layout, the beginning of its text, and the text."""

    layout: Layout
    sample: str
    text: io.TextIOWrapper

    def rows(self) -> Iterator[Row]:
        """Yield the rows of a table, the header among them."""
        return table_rows(numbered_lines(self.text), self.sample)

    def items(self) -> Iterator[Item]:
        """Yield the objects of a JSON array, of the array inside an object, or of JSON lines."""
        found = json_line_items(numbered_lines(self.text)) if self._is_json_lines() else json_items(self.text)
        return (Item(*item) for item in found)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield numbered lines without their ends."""
        return ((number, line.rstrip("\r\n")) for number, line in numbered_lines(self.text))

    def elements(self, *names: str) -> Iterator[Element]:
        """Yield the XML elements with these local names, each with what is inside it."""
        return xml_elements(self.text, frozenset(names))

    def _is_json_lines(self) -> bool:
        first, _, rest = self.sample.lstrip().partition("\n")
        return first.startswith("{") and (first.rstrip().endswith("}") or len(first) > SAMPLE // 2 or not rest)


def opened(stream: BinaryIO) -> Reading:
    """Return what the octets hold.

    Raises:
        Unreadable: nothing, or nothing that is text.
    """
    start = _start_of(stream)
    if not start.strip():
        raise Unreadable("empty", "the file holds nothing")
    encoding, errors = _encoding(start)
    buffered = io.BufferedReader(_Joined(start, stream), SAMPLE)
    text = io.TextIOWrapper(buffered, encoding=encoding, errors=errors, newline="")
    sample = codecs.getincrementaldecoder(encoding)(errors).decode(start).lstrip("\ufeff")
    if not sample.strip():
        raise Unreadable("empty", "the file holds nothing")
    return Reading(_layout(sample), sample, text)


def _start_of(stream: BinaryIO) -> bytes:
    chunks, size = [], 0
    while size < SAMPLE and (chunk := stream.read(SAMPLE - size)):
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)


def _encoding(start: bytes) -> tuple[str, str]:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "replace"
    unmarked = _utf16_without_mark(start[:4096])
    if unmarked is not None:
        return unmarked, "replace"
    if len(start) - len(start.translate(None, _CONTROL)) > len(start) // 20:
        raise Unreadable("binary", "the file is no text")
    return "utf-8-sig", "stix_mappers.latin1"


def _utf16_without_mark(start: bytes) -> str | None:
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > len(start) // 4 and even <= len(start) // 50:
        return "utf-16-le"
    if even > len(start) // 4 and odd <= len(start) // 50:
        return "utf-16-be"
    return None


def _layout(sample: str) -> Layout:
    text = sample.lstrip()
    if text.startswith("<") and not text.startswith("<!--"):
        return "xml"
    if text.startswith(("{", "[{", "[\n", "[\r", "[ ", "[]")):
        return "json"
    if _HEADING.match(text) or _RULE.search(text):
        return "markdown"
    return "table"


def numbered_lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers; of a line that is longer than memory should hold only the beginning."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if not number - 1:
            line = line.lstrip("\ufeff")
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            _skip_rest_of_line(text)
        yield number, line.replace("\x00", "")


def _skip_rest_of_line(text: io.TextIOWrapper) -> None:
    while (rest := text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
        pass


class _Joined(io.RawIOBase):
    """The octets already read, then the rest of the stream."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs name a wider buffer
        data = self._start[: len(buffer)] or self._stream.read(len(buffer))
        self._start = self._start[len(data) :]
        buffer[: len(data)] = data
        return len(data)
