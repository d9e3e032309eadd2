"""A lean HTTP client: prebuilt requests over one kept connection, answers read into one buffer.

It exists because the load generator shares two cores with the server it measures: what it burns, the server lacks.
Only what the measured servers send is understood: HTTP/1.1 with a `Content-Length`.
"""

from __future__ import annotations

import base64
import re
import socket
import struct
from dataclasses import dataclass
from typing import Self

MEDIA_TYPE = "application/taxii+json;version=2.1"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class WireError(Exception):
    """The server closed, stayed silent beyond the limit, or spoke something else than expected."""


@dataclass(frozen=True)
class Target:
    """Where a collection is served, and the credentials that open it."""

    host: str
    port: int
    objects: str
    authorization: str = ""

    def get(self, query: str = "", path: str | None = None) -> bytes:
        """Build a GET request for the collection's objects, or for another path."""
        resource = path if path is not None else self.objects + (f"?{query}" if query else "")
        return f"GET {resource} HTTP/1.1\r\n{self._headers()}\r\n".encode()

    def post(self, body: bytes) -> bytes:
        """Build a request that pushes an envelope."""
        head = f"POST {self.objects} HTTP/1.1\r\n{self._headers()}"
        return f"{head}Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def url(self, query: str) -> str:
        """Return the address of a page, for programs that take one."""
        return f"http://{self.host}:{self.port}{self.objects}?{query}"

    def _headers(self) -> str:
        authorization = f"Authorization: {self.authorization}\r\n" if self.authorization else ""
        return f"Host: {self.host}:{self.port}\r\nAccept: {MEDIA_TYPE}\r\n{authorization}"


def basic(name: str, password: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@dataclass(frozen=True)
class Answer:
    """A status, the raw head, and the body: valid until the next exchange on the same connection."""

    status: int
    head: bytes
    body: memoryview

    def header(self, name: str) -> str | None:
        """Return one header, or None."""
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", self.head, re.IGNORECASE)
        return found[1].decode() if found else None


class Connection:
    """One kept connection; opened at the first exchange and again after the server has closed it."""

    def __init__(self, target: Target, timeout: float) -> None:
        self._address = (target.host, target.port)
        self._limit = struct.pack("ll", int(timeout), int(timeout % 1 * 1e6))
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._buffer = bytearray(1 << 20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection if it is open."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def exchange(self, request: bytes) -> Answer:
        """Send a request and return its answer."""
        try:
            return self._exchange(request)
        except BlockingIOError:
            self.close()
            raise WireError(f"no answer in {self._timeout:.0f} s") from None
        except OSError as error:
            self.close()
            raise WireError(str(error)) from error

    def _open(self) -> socket.socket:
        # Kernel time-outs, not Python's: those make the socket non-blocking, and MSG_WAITALL would not wait.
        opened = socket.create_connection(self._address)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, self._limit)
        self._socket = opened
        return opened

    def _exchange(self, request: bytes) -> Answer:
        peer = self._socket or self._open()
        peer.sendall(request)
        head, have = self._read_head(peer)
        found = _LENGTH.search(head)
        if found is None:
            self.close()
            raise WireError("an answer without Content-Length")
        length = int(found[1])
        self._read_body(peer, have, length)
        if _CLOSE.search(head):
            self.close()
        return Answer(int(head[9:12]), head, memoryview(self._buffer)[:length])

    def _read_head(self, peer: socket.socket) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = peer.recv(65536)
            if not more:
                self.close()
                raise WireError("the server closed the connection")
            data += more
        head, _, have = data.partition(b"\r\n\r\n")
        return head, have

    def _read_body(self, peer: socket.socket, have: bytes, length: int) -> None:
        self._reserve(length)
        self._buffer[: len(have)] = have
        view, position = memoryview(self._buffer), len(have)
        while position < length:
            got = peer.recv_into(view[position:length], 0, socket.MSG_WAITALL)
            if not got:
                self.close()
                raise WireError("the body ended early")
            position += got

    def _reserve(self, length: int) -> None:
        if length > len(self._buffer):
            self._buffer = bytearray(length * 2)
