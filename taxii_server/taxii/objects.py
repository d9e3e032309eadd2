"""Objects of a collection: get them, get one, delete one (TAXII 2.1 §5.4, §5.6, §5.7)."""

from flask import Flask, Response, request

from taxii_server.core.errors import NotFound
from taxii_server.core.filters import OBJECT_FIELDS, OBJECTS_FIELDS, Match, Walk, parse_query
from taxii_server.exchange.deletion import delete_versions
from taxii_server.store.contract import CollectionState, Reading
from taxii_server.taxii.pages import Content, Resource, answer_page
from taxii_server.taxii.requests import answer, authenticate
from taxii_server.taxii.services import services


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/<root>/collections/<collection>/objects/", "objects", get_objects)
    path = "/<root>/collections/<collection>/objects/<object_id>/"
    app.add_url_rule(path, "object", get_object)
    app.add_url_rule(path, "delete", delete_object, methods=["DELETE"])


def get_objects(root: str, collection: str) -> Response:
    """GET …/objects/."""
    return answer_page(_OBJECTS, root, collection)


def get_object(root: str, collection: str, object_id: str) -> Response:
    """GET …/objects/<object id>/."""
    return answer_page(_OBJECT, root, collection, object_id)


def delete_object(root: str, collection: str, object_id: str) -> Response:
    """DELETE …/objects/<object id>/: the whole object, or the versions that the query names."""
    here = services()
    requester = authenticate(here)
    room = here.directory.deletable(root, collection, requester)
    deleter = here.pushers.deleter(room.root, requester.organisation or "")
    query = parse_query(request.args.items(multi=True), OBJECT_FIELDS, object_id)
    with here.store.writing() as writing:
        if not delete_versions(writing, room.collection.id, object_id, query.match, deleter):
            raise NotFound("The collection has no such object, or no such version of it.")
    return answer(b"")


def _read_objects(reading: Reading, state: CollectionState, walk: Walk, limit: int) -> Content:
    page = reading.objects(state, walk, limit, services().settings.server.max_page_bytes)
    return Content(*page)


def _read_object(reading: Reading, state: CollectionState, walk: Walk, limit: int) -> Content:
    content = _read_objects(reading, state, walk, limit)
    if not content.members:
        check_held(reading, state, walk.match)
    return content


def check_held(reading: Reading, state: CollectionState, match: Match) -> None:
    """Raise NotFound where the object is not there, or one version was asked for that is not there."""
    is_one_version = len(match.instants) == 1 and not match.keywords
    if is_one_version or not reading.holds(state, match.object_id or ""):
        raise NotFound("The collection has no such object, or no such version of it.")


_OBJECTS = Resource("objects", "objects", OBJECTS_FIELDS, _read_objects)
_OBJECT = Resource("object", "objects", OBJECT_FIELDS, _read_object)
