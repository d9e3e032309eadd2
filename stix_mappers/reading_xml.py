"""XML without danger: no document type, no entities, nothing fetched, elements given one by one and bounded."""

import io
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from msgspec import Struct

from stix_mappers.skips import Unreadable

_CHUNK: Final = 1 << 16
_DEEPEST: Final = 100
_MOST_TEXT: Final = 4 * 1024 * 1024
_MOST_ELEMENTS: Final = 10_000


class Element(Struct):
    """An element with local names; `text` is its own, without that of its children."""

    name: str
    line: int
    attributes: dict[str, str]
    text: str
    children: list["Element"]

    def find(self, name: str) -> "Element | None":
        """Return the first element with this local name, at any depth."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator["Element"]:
        """Yield the elements with this local name, at any depth."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)


def xml_elements(text: io.TextIOBase, names: frozenset[str]) -> Iterator[Element]:
    """Yield the outermost elements with one of these local names.

    Raises:
        Unreadable: the text is no XML from some line on, or declares what a record never needs.
    """
    collector = _Collector(names)
    parser = _parser(collector)
    while True:
        chunk = text.read(_CHUNK)
        try:
            parser.Parse(chunk.encode("utf-8", "replace"), not chunk)
        except expat.ExpatError as error:
            yield from collector.finished()
            raise Unreadable("broken", expat.ErrorString(error.code), error.lineno) from None
        except Unreadable:
            yield from collector.finished()
            raise
        yield from collector.finished()
        if not chunk:
            return


def _parser(collector: "_Collector") -> expat.XMLParserType:
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: collector.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = lambda _name: collector.end()
    parser.CharacterDataHandler = collector.data
    # Entities are declared nowhere but in a document type, so that this refuses both.
    parser.StartDoctypeDeclHandler = collector.refuse
    return parser


class _Collector:
    """Builds the wanted elements from the parser's events and forgets everything else."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._open: list[Element] = []
        self._ready: list[Element] = []
        self._depth = self._size = self._count = 0

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        local = name.rpartition(" ")[2]
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable("broken", f"nested more than {_DEEPEST} levels deep", line)
        if not self._open and local not in self._names:
            return
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(local, line, plain, "", [])
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise Unreadable("broken", f"an element with more than {_MOST_ELEMENTS} others in it", line)

    def end(self) -> None:
        self._depth -= 1
        if self._open and len(self._open) == 1:
            self._ready.append(self._open[0])
            self._size = self._count = 0
        if self._open:
            self._open.pop()

    def data(self, text: str) -> None:
        if not self._open:
            return
        self._size += len(text)
        if self._size > _MOST_TEXT:
            raise Unreadable("broken", "an element larger than 4 MiB", self._open[-1].line)
        self._open[-1].text += text

    def refuse(self, *_declared: object) -> None:
        raise Unreadable("broken", "document types and entities are not read")

    def finished(self) -> list[Element]:
        ready, self._ready = self._ready, []
        return ready
