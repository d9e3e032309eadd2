"""Receiving a request body: in bounded memory, bounded time and on a bounded number of threads (rules.md 9)."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast

from isal import isal_zlib

from taxii_server.core.errors import BodyTooLarge, BodyTooSlow, MalformedBody, StoreBusy, UnsupportedMediaType

_FIRST_READ = 1024
_LARGEST_READ = 1_048_576
_SLOWEST = 16_384  # octets a second, once the time that every body has is over
_GZIP_WINDOW = 31
_NO_GZIP = cast("type[Exception]", isal_zlib.error)
_CODINGS = frozenset({"", "identity", "gzip", "x-gzip"})


class Stream(Protocol):
    """What the server gives to read a body from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` octets; fewer only at the end."""


class BodySlots:
    """How many bodies a worker reads at once, in all and for one account; others wait a bounded time."""

    def __init__(self, in_all: int, per_account: int, wait_seconds: float) -> None:
        self._in_all = in_all
        self._per_account = per_account
        self._wait_seconds = wait_seconds
        self._taken: Counter[str] = Counter()
        self._freed = threading.Condition()

    @contextmanager
    def taken(self, account: str) -> Iterator[None]:
        """Hold a slot for an account. Raises StoreBusy when none becomes free in time."""
        with self._freed:
            if not self._freed.wait_for(lambda: self._is_free(account), self._wait_seconds):
                raise StoreBusy("Too many bodies are being received at once; try again.")
            self._taken[account] += 1
        try:
            yield
        finally:
            with self._freed:
                self._taken[account] -= 1
                self._taken += Counter()  # drops zeros
                self._freed.notify_all()

    def _is_free(self, account: str) -> bool:
        return self._taken.total() < self._in_all and self._taken[account] < self._per_account


def check_coding(coding: str) -> None:
    """Raise UnsupportedMediaType for a Content-Encoding that is not taken."""
    if coding.strip().lower() not in _CODINGS:
        raise UnsupportedMediaType(f"The Content-Encoding {coding[:40]!r} is not taken; gzip is.")


def check_declared_length(length: int | None, largest: int) -> None:
    """Raise BodyTooLarge for a Content-Length over the bound, before anything is read."""
    if length is not None and length > largest:
        raise _too_large(largest)


def receive(stream: Stream, declared: int | None, largest: int, seconds: float) -> bytes:
    """The body as it was sent, at most ``largest`` octets.

    Small reads first: the server's stream gives nothing back before a read is full, so a body that drips is
    noticed after a kilobyte. Raises BodyTooLarge, BodyTooSlow, or MalformedBody for one that was cut off.
    """
    pieces: list[bytes] = []
    received, size, started = 0, _FIRST_READ, time.monotonic()
    while piece := stream.read(min(size, largest + 1 - received)):
        pieces.append(piece)
        received += len(piece)
        if received > largest:
            raise _too_large(largest)
        if time.monotonic() - started > seconds + received / _SLOWEST:
            raise BodyTooSlow(f"The body came too slowly: {received} octets until now.")
        size = min(size * 2, _LARGEST_READ)
    if declared is not None and received < declared:
        raise MalformedBody(f"The body was cut off after {received} of {declared} octets.")
    return b"".join(pieces)


def decode(body: bytes, coding: str, largest: int) -> bytes:
    """The body without its Content-Encoding; never more than ``largest`` octets are made of it."""
    if coding.strip().lower() in {"", "identity"}:
        return body
    pieces: list[bytes] = []
    left = largest + 1
    while body:
        decoder = isal_zlib.decompressobj(_GZIP_WINDOW)
        try:
            pieces.append(decoder.decompress(body, left))
        except _NO_GZIP:
            raise MalformedBody("The body says that it is gzip, but cannot be decoded.") from None
        left -= len(pieces[-1])
        if left <= 0:
            raise _too_large(largest)
        if not decoder.eof:
            raise MalformedBody("The gzip body is cut off.")
        body = decoder.unused_data
    return b"".join(pieces)


def _too_large(largest: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body has more than the {largest} octets that max_content_length allows, after decoding.")
