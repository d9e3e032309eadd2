"""Files of a member to coalition records, and those to STIX objects: lazily, one record at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Final, cast

from msgspec import structs

from stix_mappers import members, organizations
from stix_mappers.building import Builder
from stix_mappers.extensions import as_stix2 as to_stix2
from stix_mappers.markings import is_stricter
from stix_mappers.members import (
    Desk,
    coalition,
    facebook,
    google,
    linkedin,
    microsoft,
    pinterest,
    reddit,
    twitter,
    verizon_media,
    wikimedia,
)
from stix_mappers.objects import StixObject
from stix_mappers.recognition import remembering, whose
from stix_mappers.record import Record, RecordError, Tlp, parse
from stix_mappers.skips import OnSkip, Skip, Unreadable, shortened
from stix_mappers.sources import READ_ERRORS, Given, Source, sources
from stix_mappers.versions import Previous

MEMBERS: Final = organizations.MEMBERS

_BUILT: Final[dict[str, members.Mapping]] = {
    "coalition": coalition.records,
    "facebook": facebook.records,
    "google": google.records,
    "linkedin": linkedin.records,
    "microsoft": microsoft.records,
    "pinterest": pinterest.records,
    "reddit": reddit.records,
    "twitter": twitter.records,
    "verizon-media": verizon_media.records,
    "wikimedia": wikimedia.records,
}

_RANKS: Final[dict[str, Callable[[Source], int]]] = {"reddit": reddit.rank}
"""Which files of a member come first: of several tellings of one account the first of a run is kept."""


class NotBuiltError(ValueError):
    """A member that no mapper is built for, or that does not exist."""

    def __init__(self, member: str) -> None:
        self.member = member
        known = member in MEMBERS
        trouble = "has no mapper yet" if known else "is no member"
        super().__init__(
            f"{member!r} {trouble}; the members are {', '.join(MEMBERS)}; there are mappers for {', '.join(_BUILT)}"
        )


def map_file(
    member: str,
    path_or_stream: Given,
    *,
    tlp: Tlp | None = None,
    tlp1: bool = False,
    previous: Previous | None = None,
    on_skip: OnSkip | None = None,
    as_stix2: bool = False,
    advertisers: bool = False,
) -> Iterator[StixObject]:
    """Yield the STIX objects of a file, a folder, a glob, an archive or a stream.

    Args:
        member: whose records these are, one of `MEMBERS`, or `coalition` for coalition records.
        path_or_stream: what to read; `-` is standard input.
        tlp: how published layouts are marked (clear); what a record itself says is never loosened.
        tlp1: mark by TLP 1 instead of TLP 2.0.
        previous: the newest version of an object that an earlier run gave out, by id.
        on_skip: hears of everything that gave no record.
        as_stix2: yield python-stix2 objects, our extensions registered as its classes.
        advertisers: make identities of lawful advertisers too, which are out of scope otherwise (D19).

    Raises:
        NotBuiltError: no mapper is built for the member.
    """
    return map_files(
        member,
        [path_or_stream],
        tlp=tlp,
        tlp1=tlp1,
        previous=previous,
        on_skip=on_skip,
        as_stix2=as_stix2,
        advertisers=advertisers,
    )


def map_files(
    member: str,
    given: Iterable[Given],
    *,
    tlp: Tlp | None = None,
    tlp1: bool = False,
    previous: Previous | None = None,
    on_skip: OnSkip | None = None,
    as_stix2: bool = False,
    advertisers: bool = False,
) -> Iterator[StixObject]:
    """Yield the STIX objects of several files in one run; see `map_file`."""
    records = records_of(member, given, tlp=tlp, on_skip=on_skip, advertisers=advertisers)
    return map_records(records, tlp1=tlp1, previous=previous, on_skip=on_skip, as_stix2=as_stix2)


def map_records(
    records: Iterable[Record | Mapping[str, object]],
    *,
    tlp1: bool = False,
    previous: Previous | None = None,
    on_skip: OnSkip | None = None,
    as_stix2: bool = False,
) -> Iterator[StixObject]:
    """Yield the STIX objects of coalition records; one that breaks the schema is skipped with path and rule."""
    heard = on_skip or _ignore
    builder = Builder(tlp1=tlp1, previous=previous, on_skip=heard)
    objects = _objects(builder, _checked(records, heard))
    # A python-stix2 object is read like the dictionary it was built from, so that one signature serves both.
    return (cast("StixObject", to_stix2(found)) for found in objects) if as_stix2 else objects


def records_of(
    member: str,
    given: Iterable[Given],
    *,
    tlp: Tlp | None = None,
    on_skip: OnSkip | None = None,
    advertisers: bool = False,
) -> Iterator[Record]:
    """Yield the coalition records of files; what cannot be read is reported, and the next file is taken."""
    if member not in _BUILT:
        raise NotBuiltError(member)
    desks = (Desk(source, tlp, on_skip or _ignore, advertisers) for source in _ordered(member, given))
    return _records(member, desks)


def samples_dir(member: str) -> Path:
    """Return the folder of the samples of a member that the project carries."""
    folder = Path(str(resources.files("stix_mappers"))) / "samples" / member
    if not folder.is_dir():
        raise NotBuiltError(member)
    return folder


def _ordered(member: str, given: Iterable[Given]) -> Iterable[Source]:
    rank = _RANKS.get(member)
    return sorted(sources(given), key=rank) if rank else sources(given)


def _records(member: str, desks: Iterable[Desk]) -> Iterator[Record]:
    records = _BUILT[member]
    for desk in desks:
        source = remembering(desk.source)
        at_desk = structs.replace(desk, source=source)
        for record in _readable(source, records(at_desk), desk.on_skip, member):
            yield _at_least(record, desk.tlp)


def _readable(source: Source, records: Iterator[Record], on_skip: OnSkip, member: str) -> Iterator[Record]:
    try:
        yield from records
    except Unreadable as error:
        told = error.detail
        if error.reason in {"unknown-layout", "broken"} and "looks like" not in told:
            told += whose(source, member)
        on_skip(Skip(source.name, error.line, error.reason, source.name, told))
    except READ_ERRORS as error:
        on_skip(Skip(source.name, 0, "broken", source.name, str(error)))


def _at_least(record: Record, tlp: Tlp | None) -> Record:
    if tlp is None or not is_stricter(tlp, record.tlp):
        return record
    return structs.replace(record, tlp=tlp)


def _objects(builder: Builder, records: Iterable[Record]) -> Iterator[StixObject]:
    for record in records:
        yield from builder.build(record)
    yield from builder.finish()


def _checked(records: Iterable[Record | Mapping[str, object]], on_skip: OnSkip) -> Iterator[Record]:
    for number, record in enumerate(records, 1):
        if isinstance(record, Record):
            yield record
            continue
        try:
            yield parse(record)
        except RecordError as error:
            on_skip(Skip("", number, "invalid-record", shortened(str(record.get("record_id", ""))), str(error)))


def _ignore(_skip: Skip) -> None:
    pass
