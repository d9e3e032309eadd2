"""Filling the reference collections of the exchange with what all share (rules.md 4)."""

import json

import msgspec

from stix_mappers.reference import reference_objects
from taxii_server.core.filters import Match
from taxii_server.core.status import StatusResource
from taxii_server.core.timestamps import system_clock
from taxii_server.exchange.deletion import delete_versions
from taxii_server.exchange.intake import Destination, Intake, Pusher, make_intake
from taxii_server.exchange.pushers import reference_of
from taxii_server.settings import Settings
from taxii_server.store.contract import Store

_CLEARINGHOUSE = "clearinghouse"


def fill_reference(settings: Settings, store: Store) -> None:
    """Bring every reference collection to what the tables of this version say; nothing to do is quick."""
    collections = [(root, reference_of(root)) for root in settings.api_roots]
    objects = {str(one["id"]): one for one in reference_objects()} if any(found for _, found in collections) else {}
    intake = make_intake(settings, store, system_clock)
    for root, collection in collections:
        if collection is not None:
            destination = Destination(root.name, collection.id)
            changed = [entry.id for entry in _push(intake, list(objects.values()), destination).failures]
            _replace(intake, store, [objects[one] for one in changed], destination)


def _replace(intake: Intake, store: Store, objects: list[dict[str, object]], destination: Destination) -> None:
    """A table changed: shared objects keep their date, so the new content takes the place of the old."""
    if not objects:
        return
    with store.writing() as writing:
        for one in objects:
            delete_versions(writing, destination.collection, str(one["id"]), Match())
    _push(intake, objects, destination)


def _push(intake: Intake, objects: list[dict[str, object]], destination: Destination) -> StatusResource:
    body = json.dumps({"objects": objects}, ensure_ascii=False).encode()
    return msgspec.json.decode(intake.push(body, destination, Pusher(_CLEARINGHOUSE)), type=StatusResource)
