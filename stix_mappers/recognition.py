"""Whose a file is that was given for another member: said in the skip `unknown-layout`.

A member that can be told by its content offers `recognises`; the others are told by keys that only they use.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from msgspec import structs

from stix_mappers.members import coalition, facebook, foreign, wikimedia
from stix_mappers.reading import SAMPLE, Reading, opened
from stix_mappers.reading_tables import table_rows
from stix_mappers.skips import Unreadable
from stix_mappers.sources import READ_ERRORS, Source

Recogniser = Callable[[Reading], bool]

_REPORT: Final = re.compile(
    r"^(?:Content-Type: *(?:multipart/report|message/feedback-report)|Feedback-Type:)", re.IGNORECASE | re.MULTILINE
)
_BY_CONTENT: Final[tuple[tuple[str, Recogniser], ...]] = (
    ("coalition", coalition.recognises),
    ("wikimedia", wikimedia.recognises),
    ("verizon-media", lambda reading: _REPORT.search(reading.sample) is not None),
)
# Asked last: a column of types and one of values may be anybody's.
_LAST: Final[tuple[tuple[str, Recogniser], ...]] = (("facebook", facebook.recognises),)
_KEY: Final = re.compile(r"[\W_]+")
_MOST_ITEMS: Final = 100


def remembering(source: Source) -> Source:
    """Return the source so that its beginning may be read again: a stream is read but once."""
    if source.path is not None:
        return source
    return structs.replace(source, opener=_Start(source).opened)


def whose(source: Source, member: str) -> str:
    """Return the end of a message: whose file this looks like; nothing if nobody can tell."""
    try:
        with source.open() as stream:
            reading = opened(stream)
            if found := _first(_BY_CONTENT, reading, member):
                return found
        with source.open() as stream:
            reading = opened(stream)
            if found := foreign.looks_like(_keys(reading), member):
                return found
        with source.open() as stream:
            return _first(_LAST, opened(stream), member)
    except (Unreadable, *READ_ERRORS):
        return ""


def _first(recognisers: Iterable[tuple[str, Recogniser]], reading: Reading, member: str) -> str:
    found = next((name for name, is_of in recognisers if name != member and is_of(reading)), None)
    return foreign.told_of(found) if found else ""


def _keys(reading: Reading) -> frozenset[str]:
    """Return the plain keys of the header, or of the first object."""
    if reading.layout == "json":
        items = (item.value for item, _ in zip(reading.items(), range(_MOST_ITEMS), strict=False))
        first = next((value for value in items if isinstance(value, dict)), {})
        return frozenset(_KEY.sub("", str(key).lower()) for key in first)
    lines = ((number, line) for number, line in enumerate(reading.sample.splitlines(keepends=True), 1))
    header = next((row.cells for row in table_rows(lines, reading.sample) if any(row.cells)), ())
    return frozenset(_KEY.sub("", cell.lower()) for cell in header)


class _Start:
    """The beginning of a stream: kept while it is read for the first time, given when it is read again."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._kept: bytes | None = None

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Open the stream, or what was kept of it."""
        if self._kept is not None:
            yield io.BytesIO(self._kept)
            return
        with self._source.open() as stream:
            self._kept = b""
            yield io.BufferedReader(_Kept(self, stream), SAMPLE)

    def keep(self, octets: bytes) -> None:
        """Hear what is read, and keep the beginning."""
        kept = self._kept or b""
        if len(kept) < SAMPLE:
            self._kept = kept + octets[: SAMPLE - len(kept)]


class _Kept(io.RawIOBase):
    def __init__(self, start: _Start, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs name a wider buffer
        data = self._stream.read(len(buffer))
        self._start.keep(data)
        buffer[: len(data)] = data
        return len(data)
