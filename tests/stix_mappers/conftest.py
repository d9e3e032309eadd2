"""Where the real files lie, and what the tests of the mappers share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stix_mappers import Record, Skip, StixObject, map_files, map_records, records_of

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The real files of the members; they are no part of the project."""
    if not DATA.is_dir():
        pytest.skip(f"the real files are not here: {DATA.name} beside the project is missing")
    return DATA


@pytest.fixture(scope="session")
def facebook(data: Path) -> Path:
    return data / "facebook"


class Mapped:
    """Everything a mapping gave: records, objects, skips."""

    def __init__(self, member: str, *paths: Path | str) -> None:
        self.skips: list[Skip] = []
        self.records: list[Record] = list(records_of(member, paths, on_skip=self.skips.append))
        self.objects: list[StixObject] = list(map_records(self.records, on_skip=self.skips.append))

    def of_type(self, *types: str) -> list[StixObject]:
        return [found for found in self.objects if found["type"] in types]

    def relationships(self, kind: str) -> list[StixObject]:
        return [found for found in self.of_type("relationship") if found["relationship_type"] == kind]

    def skipped(self, *reasons: str) -> list[Skip]:
        return [skip for skip in self.skips if skip.reason in reasons]

    def names(self, object_type: str) -> set[str]:
        return {found["name"] for found in self.of_type(object_type)}


@pytest.fixture(scope="session")
def mapped() -> Callable[..., Mapped]:
    return Mapped


@pytest.fixture
def typed(tmp_path: Path) -> Callable[[str, str], Mapped]:
    """Map a file with this name and content."""

    def written(name: str, content: str | bytes) -> Mapped:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Mapped("facebook", path)

    return written


def references(found: StixObject) -> Iterator[str]:
    """Yield the ids an object names."""
    for key, value in found.items():
        if key.endswith("_ref"):
            yield value
        elif key.endswith("_refs"):
            yield from value


__all__ = ["Mapped", "map_files", "references"]
