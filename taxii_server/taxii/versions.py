"""The versions of an object (TAXII 2.1 §5.8)."""

from flask import Flask, Response
from msgspec.structs import replace

from taxii_server.core.filters import VERSIONS_FIELDS, Keyword, Walk
from taxii_server.store.contract import CollectionState, Reading
from taxii_server.taxii.objects import check_held
from taxii_server.taxii.pages import Content, Resource, answer_page, content_of
from taxii_server.taxii.requests import ENCODER


def register(app: Flask) -> None:
    """Add the route."""
    path = "/<root>/collections/<collection>/objects/<object_id>/versions/"
    app.add_url_rule(path, "versions", get_versions)


def get_versions(root: str, collection: str, object_id: str) -> Response:
    """GET …/objects/<object id>/versions/."""
    return answer_page(_VERSIONS, root, collection, object_id)


def _read_versions(reading: Reading, state: CollectionState, walk: Walk, limit: int) -> Content:
    every = replace(walk, match=replace(walk.match, keywords=(Keyword.ALL,)))
    records, more = reading.records(state, every, limit)
    if not records:
        check_held(reading, state, walk.match)
    return content_of([ENCODER.encode(record.version) for record in records], records, more)


_VERSIONS = Resource("versions", "versions", VERSIONS_FIELDS, _read_versions)
