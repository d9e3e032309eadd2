"""The status of a push, for those who pushed (TAXII 2.1 §4.3)."""

from flask import Flask, Response

from taxii_server.core.errors import NotFound
from taxii_server.taxii.directory import refuse
from taxii_server.taxii.requests import answer, authenticate
from taxii_server.taxii.services import services


def register(app: Flask) -> None:
    """Add the route."""
    app.add_url_rule("/<root>/status/<status_id>/", "status", get_status)


def get_status(root: str, status_id: str) -> Response:
    """GET /<api root>/status/<status id>/; strangers get what they get for a status that never was."""
    here = services()
    requester = authenticate(here)
    if requester.is_anonymous:
        refuse(requester)
    found = here.store.status(status_id, here.clock())
    if found is None or found.api_root != root or found.organisation != requester.organisation:
        raise NotFound(f"There is no such status; they are kept for {here.settings.server.status_hours} hours.")
    return answer(found.content)
