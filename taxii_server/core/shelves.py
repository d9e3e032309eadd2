"""Which entries a poll shows, kept at write so that no poll compares versions (rules.md 3).

Every entry of a collection stands on a shelf: six facts about it among the versions of its object in that
collection. A poll's view (the latest versions, all of them, those of STIX 2.0 ...) is a set of shelves, and
on each shelf the entries stand in order of their date; so any view is a merge of a few index ranges.

An object that has one version only, as nearly all do, is the first and the last of everything.
"""

from collections.abc import Iterable
from enum import IntFlag, unique
from typing import NamedTuple


@unique
class Shelf(IntFlag):
    """What is true of an entry among the versions of its object."""

    FIRST = 1  # the earliest version; where it exists in two spec versions, the newer of them
    LAST = 2  # the latest version; likewise
    FIRST_IN_SPEC = 4  # the earliest among those of its spec version
    LAST_IN_SPEC = 8
    SHADOWED = 16  # the same version exists in a newer spec version
    STIX_20 = 32  # written in STIX 2.0


EDGES = Shelf.FIRST | Shelf.LAST | Shelf.FIRST_IN_SPEC | Shelf.LAST_IN_SPEC
ONLY = EDGES
"""The shelf of an object's only version, but for ``STIX_20``."""

ALL_SHELVES = tuple(range(64))
EDGE_SHELVES = tuple(shelf for shelf in ALL_SHELVES if shelf & EDGES)


class Standing(NamedTuple):
    """A version of an object as far as its shelf is concerned. ``key`` names the entry to the caller."""

    key: int
    version: int
    stix_20: bool
    shelf: int = 0

    @property
    def newest_spec_first(self) -> tuple[int, bool]:
        """Orders by version; among equals the newer spec version comes first."""
        return (self.version, self.stix_20)

    @property
    def newest_spec_last(self) -> tuple[int, bool]:
        """Orders by version; among equals the newer spec version comes last."""
        return (self.version, not self.stix_20)


def only_shelf(stix_20: bool) -> int:
    """The shelf of an object's only version."""
    return ONLY | (Shelf.STIX_20 if stix_20 else 0)


def arrange(standings: Iterable[Standing]) -> dict[int, int]:
    """Where each of these versions of one object stands, by key.

    The caller gives every version at an edge and every version that shares its instant with another given one;
    versions in the middle do not change their shelf and may be left out. A version that is ``SHADOWED`` stays so:
    give it shelf 0 to have that judged anew.
    """
    every = list(standings)
    shelves = {one.key: Shelf.STIX_20 if one.stix_20 else Shelf(0) for one in every}
    newest = {one.version for one in every if not one.stix_20}
    for one in every:
        if one.stix_20 and (one.shelf & Shelf.SHADOWED or one.version in newest):
            shelves[one.key] |= Shelf.SHADOWED
    shelves[min(every, key=lambda one: one.newest_spec_first).key] |= Shelf.FIRST
    shelves[max(every, key=lambda one: one.newest_spec_last).key] |= Shelf.LAST
    for spec in (True, False):
        same = [one for one in every if one.stix_20 is spec]
        if same:
            shelves[min(same, key=lambda one: one.version).key] |= Shelf.FIRST_IN_SPEC
            shelves[max(same, key=lambda one: one.version).key] |= Shelf.LAST_IN_SPEC
    return {key: int(shelf) for key, shelf in shelves.items()}
