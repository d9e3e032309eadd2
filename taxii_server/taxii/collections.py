"""The collections of an API root (TAXII 2.1 §5.1, §5.2)."""

import msgspec
from flask import Flask, Response

from taxii_server.core.media_types import STIX_OF
from taxii_server.core.permissions import Requester
from taxii_server.taxii.directory import Room
from taxii_server.taxii.requests import answer_resource, authenticate
from taxii_server.taxii.services import services

_MEDIA_TYPES = (STIX_OF["2.1"], STIX_OF["2.0"])


class CollectionResource(msgspec.Struct, frozen=True, omit_defaults=True):
    """One collection; the rights are the requester's."""

    id: str
    title: str
    can_read: bool
    can_write: bool
    media_types: tuple[str, ...]
    alias: str = ""
    description: str = ""


class CollectionsResource(msgspec.Struct, frozen=True, omit_defaults=True):
    """The collections that the requester may know of."""

    collections: tuple[CollectionResource, ...] = ()


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/<root>/collections/", "collections", get_collections)
    app.add_url_rule("/<root>/collections/<collection>/", "collection", get_collection)


def get_collections(root: str) -> Response:
    """GET /<api root>/collections/."""
    here = services()
    requester = authenticate(here)
    directory = here.directory
    rooms = directory.rooms(directory.root(root, requester), requester)
    return answer_resource(CollectionsResource(tuple(_resource(room, requester) for room in rooms)))


def get_collection(root: str, collection: str) -> Response:
    """GET /<api root>/collections/<id or alias>/."""
    here = services()
    requester = authenticate(here)
    return answer_resource(_resource(here.directory.room(root, collection, requester), requester))


def _resource(room: Room, requester: Requester) -> CollectionResource:
    collection = room.collection
    return CollectionResource(
        id=collection.id,
        title=collection.title,
        can_read=room.access.may_read(requester),
        can_write=room.access.may_write(requester),
        media_types=_MEDIA_TYPES,
        alias=collection.alias,
        description=collection.description,
    )
