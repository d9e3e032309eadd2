"""Meta's index of its typed files: report date and URL by file (platform-records.md, section 5.1)."""

from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
from msgspec import Struct

from stix_mappers.sources import Source

_NAME: Final = "index.json"
_LARGEST: Final = 4 * 1024 * 1024
_LEVELS: Final = 3


class Entry(Struct, frozen=True):
    """What the index says of a disclosure."""

    id: str
    reported_ds: str | None = None
    added_ds: str | None = None
    reference_urls: tuple[str, ...] = ()
    indicators: dict[str, list[str]] = {}

    @property
    def published(self) -> str | None:
        """The day of the report."""
        return self.reported_ds or self.added_ds

    @property
    def url(self) -> str | None:
        """The page of the report."""
        return self.reference_urls[0] if self.reference_urls else None


def entry_for(source: Source, stem: str) -> Entry | None:
    """Return the entry of a file, if an index lies beside it or in a folder above."""
    if source.path is None:
        return None
    for folder in list(source.path.resolve().parents)[:_LEVELS]:
        index = folder / _NAME
        if index.is_file():
            return _entries(index).get(stem)
    return None


@lru_cache(maxsize=16)
def _entries(index: Path) -> dict[str, Entry]:
    if index.stat().st_size > _LARGEST:
        return {}
    try:
        entries = msgspec.json.decode(index.read_bytes(), type=list[Entry])
    except (msgspec.DecodeError, OSError):
        return {}
    found: dict[str, Entry] = {}
    for entry in entries:
        found[entry.id] = entry
        for files in entry.indicators.values():
            found.update((PurePosixPath(name).stem, entry) for name in files)
    return found
