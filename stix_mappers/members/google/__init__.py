"""Google: TAG bulletins of YouTube, Ads, AdSense, Blogger, Play and News; political ads (platform-records.md, 7).

What a file is, is seen from its keys, its header or its title.
"""

from collections.abc import Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.fields import objects_of
from stix_mappers.members.foreign import looks_like
from stix_mappers.members.google import bulletin, pages, political_ads
from stix_mappers.reading import opened
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_KNOWN: Final = "a TAG bulletin (JSON lines or text) or the political ads bundle"


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        if reading.layout != "json" and pages.is_page(reading.sample):
            yield from pages.records(desk, reading)
            return
        if reading.layout != "json" and political_ads.is_field_list(reading.sample):
            desk.skip(1, "out-of-scope", desk.source.name, "a description of the political ads bundle")
            return
        keys, rows = objects_of(desk, reading)
        if bulletin.are_entries(keys):
            yield from bulletin.records(desk, rows)
        elif political_ads.are_ads(keys, desk.source.stem):
            yield from political_ads.records(desk, rows)
        else:
            raise Unreadable("unknown-layout", f"neither {_KNOWN}{looks_like(keys, 'google')}", 1)
