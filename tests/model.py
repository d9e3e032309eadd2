"""A collection in plain Python, from the rules alone: rules.md 3 and TAXII 2.1 §3.4, §5.7.

Nothing here is fast, and nothing of the server is used but the values of a query.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from taxii_server.core.filters import Match
from taxii_server.core.timestamps import format_timestamp

OBSERVABLES = {"domain-name", "ipv4-addr", "url", "file", "user-account"}
PENDING = -1
"""The date of an entry that the server has not told yet."""


@dataclass(frozen=True)
class Entry:
    """A version of an object in a collection."""

    object_id: str
    object_type: str
    stix_20: bool
    instant: int
    version: str
    content: bytes
    date_added: int = PENDING

    @property
    def value(self) -> Any:
        """What the octets mean."""
        return json.loads(self.content)


@dataclass
class Pushed:
    """What the rules say of one object of a push: an entry, an old one or a new one, or a contradiction."""

    entry: Entry | None
    is_new: bool = False


@dataclass(repr=False)
class Log:
    """A collection. ``said`` is, for each observable and organisation, the entry that it gave last."""

    entries: list[Entry] = field(default_factory=list)
    said: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Short: a failing example is printed with everything it has."""
        return f"<Log of {len(self.entries)} entries>"

    def push(self, objects: Iterable[Entry], organisation: str) -> list[Pushed]:
        """Take the objects in their order; new entries stand at the end with the date PENDING."""
        return [self._take(one, organisation, number) for number, one in enumerate(objects)]

    def _take(self, one: Entry, organisation: str, number: int) -> Pushed:
        if one.object_type in OBSERVABLES:
            return self._observable(replace(one, date_added=PENDING - number), organisation)
        for known in self.entries:
            if (known.object_id, known.stix_20, known.instant) == (one.object_id, one.stix_20, one.instant):
                return Pushed(known if known.value == one.value else None)
        return self._add(replace(one, date_added=PENDING - number))

    def _observable(self, one: Entry, organisation: str) -> Pushed:
        versions = [known for known in self.entries if known.object_id == one.object_id]
        last = self.said.get((one.object_id, organisation)) or (versions[-1] if versions else None)
        found = Pushed(last) if last is not None and last.value == one.value else self._add(one)
        assert found.entry is not None
        self.said[one.object_id, organisation] = found.entry
        return found

    def _add(self, one: Entry) -> Pushed:
        self.entries.append(one)
        return Pushed(one, is_new=True)

    def date(self, dates: list[int]) -> dict[Entry, Entry]:
        """Give the newest entries the dates that the server gave them; each entry as it was, to what it is now.

        The version of an observable is its date.
        """
        start = len(self.entries) - len(dates)
        changes: dict[Entry, Entry] = {}
        for number, date in enumerate(dates, start):
            undated = self.entries[number]
            dated = replace(undated, date_added=date)
            if undated.object_type in OBSERVABLES:
                dated = replace(dated, instant=date, version=format_timestamp(date))
            self.entries[number] = changes[undated] = dated
        self.said = {key: changes.get(said, said) for key, said in self.said.items()}
        return changes

    def delete(self, match: Match) -> int:
        """Take away the versions of an object that match; how many a requester would have seen go.

        Without match[version] that is the whole object; without match[spec_version] a version goes in every spec
        version that it exists in, so that nothing of what was deleted comes back (TAXII 2.1 §5.7).
        """
        versions = [one for one in self.entries if one.object_id == match.object_id]
        if match.keywords or match.instants:
            chosen = _chosen(versions, match)
        else:
            chosen = [one for one in versions if _has_spec(one, match)]
        if not match.spec_versions:
            instants = {one.instant for one in chosen}
            chosen = [one for one in versions if one.instant in instants]
        self.entries = [one for one in self.entries if one not in chosen]
        self.said = {key: said for key, said in self.said.items() if said not in chosen}
        return len(chosen)

    def view(self, match: Match) -> list[Entry]:
        """What a poll with these fields shows, oldest first."""
        shown: list[Entry] = []
        for object_id in {one.object_id for one in self.entries}:
            shown += _chosen([one for one in self.entries if one.object_id == object_id], match)
        return sorted((one for one in shown if _is_asked_for(one, match)), key=lambda one: one.date_added)


def _is_asked_for(one: Entry, match: Match) -> bool:
    if match.object_id is not None and one.object_id != match.object_id:
        return False
    return (not match.ids or one.object_id in match.ids) and (not match.types or one.object_type in match.types)


def _has_spec(one: Entry, match: Match) -> bool:
    return not match.spec_versions or ("2.0" if one.stix_20 else "2.1") in match.spec_versions


def _chosen(versions: list[Entry], match: Match) -> list[Entry]:
    """Versions of one object. With match[spec_version] each spec version is looked at by itself; without it a
    version that exists in both counts once, as the newer one."""
    if match.spec_versions:
        groups = [
            [one for one in versions if one.stix_20 is is_20 and _has_spec(one, match)] for is_20 in (True, False)
        ]
    else:
        newer = {one.instant for one in versions if not one.stix_20}
        groups = [[one for one in versions if not (one.stix_20 and one.instant in newer)]]
    return [one for group in groups for one in group if _is_chosen(one, group, match)]


def _is_chosen(one: Entry, group: list[Entry], match: Match) -> bool:
    words = match.keywords or (() if match.instants else ("last",))
    instants = [other.instant for other in group]
    return (
        "all" in words
        or ("first" in words and one.instant == min(instants))
        or ("last" in words and one.instant == max(instants))
        or one.instant in match.instants
    )
