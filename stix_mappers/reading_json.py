"""JSON in bounded memory: arrays and arrays inside an object item by item, JSON lines line by line."""

import io
import json
import re
from collections.abc import Iterator
from typing import Final

import msgspec

_CHUNK: Final = 1 << 16
_LARGEST: Final = 16 * 1024 * 1024
_WRAPPED: Final = re.compile(r'\s*\{\s*"[^"\\]{1,100}"\s*:\s*\[')
_SPACE: Final = re.compile(r"[\s,]*")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")

Found = tuple[int, object, str | None]


def json_line_items(lines: Iterator[tuple[int, str]]) -> Iterator[Found]:
    """Yield the object of each line; a line that is no JSON is a fault of its own."""
    for number, line in lines:
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            yield number, line.strip(), f"is not JSON: {error}"
        else:
            yield from ((number, item, None) for item in _unwrapped(value))


def json_items(text: io.TextIOBase) -> Iterator[Found]:
    """Yield the items of an array, or of the first array of an object, or the values one behind another."""
    buffer = _Buffer(text)
    buffer.fill(_CHUNK)
    buffer.drop_mark()
    wrapped = _WRAPPED.match(buffer.text)
    if wrapped is not None:
        buffer.take(wrapped.end())
    elif buffer.text.lstrip().startswith("["):
        buffer.take(buffer.text.index("[") + 1)
    else:
        yield from _values(buffer)
        return
    yield from _elements(buffer)


def _elements(buffer: "_Buffer") -> Iterator[Found]:
    while True:
        buffer.skip(_SPACE)
        if buffer.text.startswith("]"):
            return
        line = buffer.line
        value, fault = buffer.value()
        yield line, value, fault
        if fault is not None:
            return


def _values(buffer: "_Buffer") -> Iterator[Found]:
    while True:
        buffer.skip(_SPACE)
        if not buffer.text:
            return
        line = buffer.line
        value, fault = buffer.value()
        if fault is not None:
            yield line, value, fault
            return
        yield from ((line, item, None) for item in _unwrapped(value))


def _unwrapped(value: object) -> Iterator[object]:
    """Yield the objects of the first list of objects in an envelope, or the value itself."""
    if isinstance(value, dict):
        for inner in value.values():
            if isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
                if len(value) <= 3:
                    yield from inner
                    return
                break
    if isinstance(value, list):
        yield from value
    else:
        yield value


class _Buffer:
    """Text under way, with the line it stands on."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._source = text
        self._decoder = json.JSONDecoder()
        self.text = ""
        self.line = 1
        self.ended = False

    def fill(self, size: int) -> None:
        """Read on; at the end of the text nothing is added."""
        more = self._source.read(size)
        self.ended = not more
        self.text += more

    def drop_mark(self) -> None:
        """Forget a byte order mark."""
        self.text = self.text.lstrip("\ufeff")

    def take(self, length: int) -> None:
        """Go forward."""
        self.line += self.text.count("\n", 0, length)
        self.text = self.text[length:]

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Go forward over what matches, reading on as needed."""
        while True:
            match = pattern.match(self.text)
            self.take(match.end() if match else 0)
            if self.text or self.ended:
                return
            self.fill(_CHUNK)

    def value(self) -> tuple[object, str | None]:
        """Return the next value, or the beginning of what is none and why."""
        size = _CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text)
            except RecursionError:
                return self.text[:200], "is nested too deep"
            except json.JSONDecodeError as error:
                if self.ended or len(self.text) > _LARGEST:
                    return self.text[:200], f"is not JSON: {error.msg}"
            else:
                # A number could go on behind the buffer; an object, array or string could not.
                if self.ended or self.text[end - 1] in '}]"':
                    self.take(end)
                    return _clean(value), None
            size *= 2  # so that an item of many chunks is not parsed over and over
            self.fill(size)


def _clean(value: object) -> object:
    """Replace lone surrogates, which no UTF-8 can carry."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value) if not value.isascii() else value
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
