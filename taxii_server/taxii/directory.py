"""API roots and collections by what stands in a URL, for a requester (rules.md 9).

What one may not see looks like what is not there: 404 for those who signed in, 401 for everybody else.
"""

from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from taxii_server.core.errors import Forbidden, NotFound, Unauthenticated
from taxii_server.core.permissions import CollectionAccess, Requester
from taxii_server.settings import ApiRoot, Collection, Settings


class Room(NamedTuple):
    """A collection with its API root and its permissions."""

    root: ApiRoot
    collection: Collection
    access: CollectionAccess

    def is_visible(self, requester: Requester) -> bool:
        """Whether the requester may know that the collection exists."""
        return self.access.may_read(requester) or self.access.may_write(requester)


class Directory:
    """Finds API roots and collections. Every method that finds something judges access first."""

    def __init__(self, settings: Settings) -> None:
        self._roots = {root.name: root for root in settings.api_roots}
        self._rooms: dict[str, dict[str, Room]] = {}
        for root in settings.api_roots:
            rooms = self._rooms[root.name] = {}
            for collection in root.collections:
                rooms[collection.id] = Room(root, collection, collection.access)
                if collection.alias:
                    rooms[collection.alias] = rooms[collection.id]

    def visible_roots(self, requester: Requester) -> list[ApiRoot]:
        """The API roots that the requester may know of, in the order of the settings.

        Raises Unauthenticated when there is nothing that anybody may see.
        """
        roots = [root for root in self._roots.values() if self._is_visible(root, requester)]
        if not roots and requester.is_anonymous:
            refuse(requester)
        return roots

    def root(self, name: str, requester: Requester) -> ApiRoot:
        """An API root. Raises NotFound or Unauthenticated."""
        root = self._roots.get(name)
        if root is None or not self._is_visible(root, requester):
            refuse(requester)
        return root

    def rooms(self, root: ApiRoot, requester: Requester) -> Iterator[Room]:
        """The collections of a root that the requester may know of, in the order of the settings."""
        for collection in root.collections:
            room = self._rooms[root.name][collection.id]
            if room.is_visible(requester):
                yield room

    def room(self, root: str, collection: str, requester: Requester) -> Room:
        """A collection by its id or alias. Raises NotFound or Unauthenticated."""
        room = self._rooms.get(root, {}).get(collection)
        if room is None or not room.is_visible(requester):
            refuse(requester)
        return room

    def readable(self, root: str, collection: str, requester: Requester) -> Room:
        """A collection to read from. Raises Forbidden where the requester may only write."""
        room = self.room(root, collection, requester)
        if not room.access.may_read(requester):
            raise Forbidden("You may push to this collection, but not read it.")
        return room

    def writable(self, root: str, collection: str, requester: Requester) -> Room:
        """A collection to push to. Raises Forbidden where the requester may only read."""
        room = self.room(root, collection, requester)
        if not room.access.may_write(requester):
            if requester.is_anonymous:
                refuse(requester)
            raise Forbidden("You may read this collection, but not push to it.")
        return room

    def deletable(self, root: str, collection: str, requester: Requester) -> Room:
        """A collection to delete from, which needs both rights (TAXII 2.1 §5.7)."""
        room = self.writable(root, collection, requester)
        if not room.access.may_read(requester):
            raise Forbidden("To delete you must be allowed to read the collection, too.")
        return room

    def _is_visible(self, root: ApiRoot, requester: Requester) -> bool:
        if not root.collections:
            return not requester.is_anonymous
        return any(room.is_visible(requester) for room in self._rooms[root.name].values())


def refuse(requester: Requester) -> NoReturn:
    """What is not there, and what the requester may not see."""
    if requester.is_anonymous:
        raise Unauthenticated("This needs credentials: HTTP Basic, or a token as Bearer.")
    raise NotFound("There is nothing here, or nothing that you may see.")
