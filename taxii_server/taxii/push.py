"""Pushing objects (TAXII 2.1 §5.5): receive, authenticate, authorize, decode; the intake does the rest."""

from flask import Flask, Response, request

from taxii_server.core.media_types import check_content_type
from taxii_server.core.permissions import Requester
from taxii_server.exchange.intake import Destination
from taxii_server.taxii.bodies import check_coding, check_declared_length, decode, receive
from taxii_server.taxii.requests import answer, authenticate
from taxii_server.taxii.services import Services, services


def register(app: Flask) -> None:
    """Add the route."""
    path = "/<root>/collections/<collection>/objects/"
    app.add_url_rule(path, "push", push_objects, methods=["POST"])


def push_objects(root: str, collection: str) -> Response:
    """POST …/objects/: 202 with the status of the push, once it is on the disk."""
    here = services()
    requester = authenticate(here)
    room = here.directory.writable(root, collection, requester)
    body = _receive(here, requester)
    pusher = here.pushers.pusher(room.root, requester.organisation or "")
    destination = Destination(room.root.name, room.collection.id)
    return answer(here.intake.push(body, destination, pusher), 202)


def _receive(here: Services, requester: Requester) -> bytes:
    """The body without its coding. Everything that the headers tell is judged before it is touched."""
    server = here.settings.server
    coding = request.headers.get("Content-Encoding", "")
    check_content_type(request.headers.get("Content-Type"))
    check_coding(coding)
    check_declared_length(request.content_length, server.max_content_length)
    with here.body_slots.taken(requester.account or ""):
        body = receive(
            request.environ["wsgi.input"],
            request.content_length,
            server.max_content_length,
            server.limits.body_seconds,
        )
    return decode(body, coding, server.max_content_length)
