"""Taking versions of an object out of a collection (TAXII 2.1 §5.7)."""

from collections.abc import Sequence

from taxii_server.core.filters import Keyword, Match
from taxii_server.core.shelves import Standing, arrange
from taxii_server.store.contract import Writing


def delete_versions(writing: Writing, collection: str, object_id: str, match: Match) -> int:
    """Remove the versions that match, all of them where no version is named; how many there were.

    The versions that stay take the shelves of those that go.
    """
    state = writing.state(collection)
    versions = writing.versions(state, object_id)
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


def _matches(standing: Standing, match: Match) -> bool:
    everything = match if not match.is_default_version else _every_version(match)
    if standing.shelf in everything.shelves():
        return True
    return standing.version in everything.instants and standing.shelf in everything.instant_shelves()


def _every_version(match: Match) -> Match:
    """Without match[version] a DELETE means the whole object, of whatever spec version (requirement 5.7e)."""
    spec_versions = match.spec_versions or ("2.0", "2.1")
    return Match(object_id=match.object_id, spec_versions=spec_versions, keywords=(Keyword.ALL,))
