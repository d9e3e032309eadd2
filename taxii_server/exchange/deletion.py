"""Taking versions of an object out of a collection (TAXII 2.1 §5.7)."""

from collections.abc import Sequence
from typing import NamedTuple

from taxii_server.core.errors import Forbidden
from taxii_server.core.filters import Keyword, Match
from taxii_server.core.shelves import Shelf, Standing, arrange
from taxii_server.exchange.commit import author_of
from taxii_server.store.contract import CollectionState, Writing


class Deleter(NamedTuple):
    """Who deletes in an exchange: its organisation and the identity it signs with."""

    organisation: str
    identity: str


def delete_versions(
    writing: Writing, collection: str, object_id: str, match: Match, deleter: Deleter | None = None
) -> int:
    """Remove the versions that match, all of them where no version is named; how many there were.

    The versions that stay take the shelves of those that go. Raises Forbidden where the object is not the deleter's;
    without a deleter, as in plain TAXII, nobody asks whose it is.
    """
    state = writing.state(collection)
    versions = writing.versions(state, object_id)
    if versions and deleter is not None:
        _check_owner(writing, state, object_id, versions, deleter)
    chosen = _chosen(versions, match)
    if not chosen:
        return 0
    writing.remove(state, object_id, chosen)
    gone = {standing.key for standing in chosen}
    staying = {standing.key: standing for standing in versions if standing.key not in gone}
    if staying:
        shelves = arrange(standing._replace(shelf=0) for standing in staying.values())
        for key, shelf in shelves.items():
            if shelf != staying[key].shelf:
                writing.move(state, staying[key], shelf)
    writing.count_change(state)
    return len(chosen)


def _chosen(versions: Sequence[Standing], match: Match) -> list[Standing]:
    """The versions to remove; without match[spec_version] each with its twin in the older spec version.

    Otherwise the twin would come to light, and what was deleted would still be there (requirement 5.7c).
    """
    chosen = [standing for standing in versions if _matches(standing, match)]
    if match.spec_versions:
        return chosen
    instants = {standing.version for standing in chosen}
    return [standing for standing in versions if standing.version in instants]


def _check_owner(
    writing: Writing, state: CollectionState, object_id: str, versions: Sequence[Standing], deleter: Deleter
) -> None:
    """An object belongs to who signed its latest version; one without author to those who gave it."""
    latest = next(standing for standing in versions if standing.shelf & Shelf.LAST)
    author = author_of(writing.content(state, latest))
    is_given = author is None and writing.contributed(state, object_id, deleter.organisation) is not None
    if author != deleter.identity and not is_given:
        raise Forbidden("This object is another organisation's; only its author deletes it.")


def _matches(standing: Standing, match: Match) -> bool:
    everything = match if not match.is_default_version else _every_version(match)
    if standing.shelf in everything.shelves():
        return True
    return standing.version in everything.instants and standing.shelf in everything.instant_shelves()


def _every_version(match: Match) -> Match:
    """Without match[version] a DELETE means the whole object, of whatever spec version (requirement 5.7e)."""
    spec_versions = match.spec_versions or ("2.0", "2.1")
    return Match(object_id=match.object_id, spec_versions=spec_versions, keywords=(Keyword.ALL,))
