"""Which files are meant: paths, folders, globs, standard input, `.gz` and `.zip`, all in bounded memory.

An entry of an archive is only ever read: its path names it in messages and is written nowhere.
"""

import glob
import gzip
import io
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from msgspec import Struct

from stix_mappers.skips import Unreadable

Given = str | Path | BinaryIO

READ_ERRORS: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile)
"""What reading a damaged or vanished file raises."""

_SPOOL: Final = 8 * 1024 * 1024
_SUFFIXES: Final = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xml", ".md", ".markdown", ".txt", ".eml"})
_BESIDE: Final = frozenset({"readme.md", "license", "license.md", "readme", "index.json"})


class Source(Struct, frozen=True):
    """One file to be mapped, not opened yet. `folders` are the names above it, the nearest first."""

    name: str
    stem: str
    folders: tuple[str, ...]
    opener: Callable[[], AbstractContextManager[BinaryIO]]
    path: Path | None = None

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the file for reading octets."""
        return self.opener()


def sources(given: Iterable[Given]) -> Iterator[Source]:
    """Yield the files meant, sorted by name, so that the order in which they are given does not matter.

    A file that is named is taken whatever it is called; inside folders and archives only names are taken that
    could hold records.
    """
    streams: list[Source] = []
    paths: set[Path] = set()
    for item in given:
        if isinstance(item, str | Path):
            if str(item) == "-":
                streams.append(_of_stream(sys.stdin.buffer))
            else:
                paths.update(_expanded(item))
        else:
            streams.append(_of_stream(item))
    for path in sorted(paths, key=lambda path: path.as_posix()):
        yield from _of_path(path)
    yield from streams


def _expanded(item: str | Path) -> Iterator[Path]:
    path = Path(item)
    if path.is_dir():
        yield from (found for found in path.rglob("*") if found.is_file() and _could_hold_records(found.name))
    elif path.exists() or not glob.has_magic(str(item)):
        yield path
    else:
        matches = [Path(match) for match in glob.glob(str(item), recursive=True)]  # noqa: PTH207 - absolute patterns
        for match in matches:
            yield from _expanded(match)
        if not matches:
            yield path


def _could_hold_records(name: str) -> bool:
    path = PurePosixPath(name.lower())
    inner = PurePosixPath(path.stem) if path.suffix == ".gz" else path
    if name.startswith(".") or inner.name in _BESIDE:
        return False
    return inner.suffix in _SUFFIXES or path.suffix == ".zip"


def _of_path(path: Path) -> Iterator[Source]:
    if path.suffix.lower() == ".zip":
        yield from _of_zip(path.as_posix(), path)
        return
    yield Source(str(path), _stem(path.name), _folders(path), lambda: _opened(path), path)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as stream:
        yield _unpacked(stream)


def _of_stream(stream: BinaryIO) -> Source:
    named = getattr(stream, "name", None)
    name = named if isinstance(named, str) and named != "<stdin>" else "-"

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield _unpacked(stream)

    return Source(name, "" if name == "-" else _stem(Path(name).name), (), opened)


def _unpacked(stream: BinaryIO) -> BinaryIO:
    """Return the stream, decompressed if it begins like gzip whatever it is called."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(_Raw(stream))
    start = buffered.peek(4)[:4]
    if start[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=buffered)  # type: ignore[return-value]  # reads as a BinaryIO does
    if start == b"PK\x03\x04":
        return _only_entry(buffered)
    return buffered


def _only_entry(stream: BinaryIO) -> BinaryIO:
    """Return the first entry of a zip that came where a plain file was expected (standard input)."""
    spool = tempfile.SpooledTemporaryFile(_SPOOL)  # noqa: SIM115 - lives as long as the entry that is read from it
    while chunk := stream.read(65536):
        spool.write(chunk)
    archive = zipfile.ZipFile(spool)
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) != 1:
        raise Unreadable("unknown-layout", f"a zip with {len(entries)} files: give it as a file, not as a stream")
    return archive.open(entries[0])  # type: ignore[return-value]  # reads as a BinaryIO does


def _of_zip(name: str, path: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = sorted(entry.filename for entry in archive.infolist() if not entry.is_dir())
    except READ_ERRORS:
        yield Source(name, path.stem, (), lambda: _broken_zip(path), path)
        return
    for entry in entries:
        if _could_hold_records(PurePosixPath(entry).name):
            yield Source(f"{name}!{entry}", _stem(PurePosixPath(entry).name), (), _entry_opener(path, entry))


def _entry_opener(path: Path, entry: str) -> Callable[[], AbstractContextManager[BinaryIO]]:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with zipfile.ZipFile(path) as archive, _entry(archive, entry) as stream:
            yield _unpacked(stream)

    return opened


def _entry(archive: zipfile.ZipFile, entry: str) -> BinaryIO:
    try:
        return archive.open(entry)  # type: ignore[return-value]  # reads as a BinaryIO does
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or an unknown compression
        raise Unreadable("broken", str(error)) from None


@contextmanager
def _broken_zip(path: Path) -> Iterator[BinaryIO]:
    raise Unreadable("broken", f"{path.name} is no readable zip")
    yield io.BytesIO()  # pragma: no cover - makes this a generator


def _stem(name: str) -> str:
    path = PurePosixPath(name)
    return PurePosixPath(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def _folders(path: Path) -> tuple[str, ...]:
    return tuple(parent.name for parent in path.parents if parent.name)[:3]


class _Raw(io.RawIOBase):
    """Lets any object with `read` stand behind a buffered reader."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs name a wider buffer
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
