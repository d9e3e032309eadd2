"""LinkedIn: totals of its community reports, and restrictions account by account (platform-records.md, section 9)."""

from collections.abc import Iterator

from stix_mappers.members import Desk
from stix_mappers.members.fields import objects_of
from stix_mappers.members.foreign import looks_like
from stix_mappers.members.linkedin import community, restrictions
from stix_mappers.reading import opened
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        keys, rows = objects_of(desk, opened(stream))
        if restrictions.are_restrictions(keys):
            yield from restrictions.records(desk, rows)
        elif community.are_reports(keys):
            yield from community.records(desk, rows)
        else:
            told = looks_like(keys, "linkedin")
            raise Unreadable("unknown-layout", f"neither a community report nor restrictions of accounts{told}", 1)
