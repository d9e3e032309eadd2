"""Labels on accounts of governments and state media, from 6 August 2020 (section 6.3).

A label is no takedown: an identity, the account and a note come of it, no indicator and no campaign.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import to_builtins

from stix_mappers.members import Desk
from stix_mappers.members.rows import Named, cell, flag
from stix_mappers.members.twitter.archive import MEMBER
from stix_mappers.members.twitter.columns import account, when, who
from stix_mappers.members.twitter.users import key_of
from stix_mappers.places import country_code
from stix_mappers.record import LabelSubject, Record, Source

_FIRST: Final = "2020-08-06"
_MEDIA: Final = re.compile(r"media|outlet|broadcaster|press", re.IGNORECASE)
_GOVERNMENT: Final = re.compile(r"government|official|state|ministry|embassy", re.IGNORECASE)


def are_labels(columns: Iterable[str]) -> bool:
    """Tell whether these columns name accounts and the label each was given."""
    names = set(columns)
    return "label" in names and bool(names & {"userid", "login"}) and "tweetid" not in names


def records(desk: Desk, rows: Iterator[Named]) -> Iterator[Record]:
    """Yield a record for each label."""
    seen: set[str] = set()
    for row in rows:
        found = who(row)
        label = _label(cell(row, "label"))
        if found is None or not label:
            what = "no label" if found else "neither a handle nor an id that can be used"
            desk.skip(row.line, "unusable-value", cell(row, "login") or cell(row, "userid"), what)
        elif (key := f"{found.key}:{label}") in seen:
            desk.skip(row.line, "duplicate", found.key)
        else:
            seen.add(key)
            told = to_builtins(account(row, found))
            country = country_code(cell(row, "country"))
            subject = LabelSubject(
                **{**told, "profile_urls": tuple(told.get("profile_urls", ()))},
                label=label,
                country=country,
                is_person=flag(cell(row, "person")),
            )
            yield _record(desk, row, subject, key_of(found.key))


def _record(desk: Desk, row: Named, subject: LabelSubject, key: str) -> Record:
    at = (when(cell(row, "labelled")) or _FIRST)[:10]
    return Record(
        record_id=f"{MEMBER}:label:{key}:{subject.label}",
        member=MEMBER,
        service=MEMBER,
        kind="label",
        subject=subject,
        action="labelled",
        action_at=at,
        action_at_precision="day",
        tlp=desk.tlp or "clear",
        source=Source(file=desk.source.name, row=row.line),
    )


def _label(written: str) -> str:
    """Return the label in the record's words where it is one of the two that Twitter gave, else as written."""
    if _MEDIA.search(written):
        return "state-affiliated-media"
    return "government-account" if _GOVERNMENT.search(written) else written[:100]
