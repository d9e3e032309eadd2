"""The manifest of a collection (TAXII 2.1 §5.3)."""

import msgspec
from flask import Flask, Response

from taxii_server.core.filters import OBJECTS_FIELDS, Walk
from taxii_server.core.media_types import STIX_OF
from taxii_server.core.timestamps import format_timestamp
from taxii_server.store.contract import CollectionState, Reading, Record
from taxii_server.taxii.pages import Content, Resource, answer_page
from taxii_server.taxii.requests import ENCODER


class ManifestRecord(msgspec.Struct, frozen=True):
    """One version of one object, without the object."""

    id: str
    date_added: str
    version: str
    media_type: str


def register(app: Flask) -> None:
    """Add the route."""
    app.add_url_rule("/<root>/collections/<collection>/manifest/", "manifest", get_manifest)


def get_manifest(root: str, collection: str) -> Response:
    """GET …/manifest/."""
    return answer_page(_MANIFEST, root, collection)


def _read_manifest(reading: Reading, state: CollectionState, walk: Walk, limit: int) -> Content:
    records, more = reading.records(state, walk, limit)
    members = [ENCODER.encode(_record(record)) for record in records]
    return (
        Content(members, records[0].date_added, records[-1].date_added, more)
        if records
        else Content([], None, None, more)
    )


def _record(record: Record) -> ManifestRecord:
    media_type = STIX_OF["2.0" if record.stix_20 else "2.1"]
    return ManifestRecord(record.object_id, format_timestamp(record.date_added), record.version, media_type)


_MANIFEST = Resource("manifest", "objects", OBJECTS_FIELDS, _read_manifest)
