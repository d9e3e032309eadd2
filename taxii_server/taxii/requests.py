"""What every endpoint does first and last: who asks, what may be answered, and the TAXII headers."""

import json
from typing import Any

import msgspec
from flask import Response, request

from taxii_server.core.errors import HTTP_ERRORS, ClearinghouseError, HttpError
from taxii_server.core.media_types import TAXII, check_accept
from taxii_server.core.permissions import Requester
from taxii_server.taxii.services import Services

ENCODER = msgspec.json.Encoder()


class TaxiiResponse(Response):
    """Every answer has the TAXII media type to the letter (TAXII 2.1 §3.1), unless a page says otherwise."""

    default_mimetype = TAXII


def authenticate(here: Services) -> Requester:
    """Who asks, once the request's Accept is known to admit TAXII. Raises Unauthenticated or NotAcceptable."""
    requester = here.sign_in.requester(request.headers.get("Authorization"), request.remote_addr or "")
    check_accept(request.headers.get("Accept"))
    return requester


def answer(body: bytes, status: int = 200) -> Response:
    """A TAXII answer that is not to be kept by caches shared with others."""
    response = TaxiiResponse(body, status)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def answer_resource(resource: msgspec.Struct, status: int = 200) -> Response:
    """A TAXII resource as JSON."""
    return answer(ENCODER.encode(resource), status)


def error_response(http: HttpError, description: str, **more: Any) -> Response:
    """A TAXII error message (TAXII 2.1 §3.6)."""
    body = {"title": http.title, "description": description, "http_status": str(http.status), **more}
    response = TaxiiResponse(json.dumps(body), http.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def http_error_of(error: ClearinghouseError) -> HttpError | None:
    """What HTTP calls this cause; None for what a client is not told."""
    return next((HTTP_ERRORS[kind] for kind in type(error).__mro__ if kind in HTTP_ERRORS), None)
