"""Every error as a TAXII error message: ours, Werkzeug's, and those that nobody thought of (clients.md R8)."""

import uuid

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from taxii_server.access.credentials import CHALLENGE
from taxii_server.core.errors import (
    HTTP_ERRORS,
    ClearinghouseError,
    HttpError,
    MethodNotAllowed,
    NotFound,
    StoreBusy,
    StoreError,
    TooManyFailures,
)
from taxii_server.taxii.requests import error_response, http_error_of

_LOG = structlog.get_logger()
_OF_ROUTING = {
    404: NotFound("There is nothing here. The API roots are listed at /taxii2/."),
    405: MethodNotAllowed("This resource does not know the method; the Allow header says which it knows."),
}


def register(app: Flask) -> None:
    """Let the application answer every error through this module."""
    app.register_error_handler(ClearinghouseError, _ours)
    app.register_error_handler(HTTPException, _werkzeugs)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: ClearinghouseError) -> Response:
    http = http_error_of(error)
    if http is None:
        return _unexpected(error)
    if isinstance(error, StoreError):
        _LOG.warning("store_error", kind=type(error).__name__, cause=str(error.__cause__ or ""), path=request.path)
    response = error_response(http, str(error))
    if http.status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, StoreBusy | TooManyFailures):
        response.headers["Retry-After"] = str(error.retry_after)
    elif http.status == 503:
        response.headers["Retry-After"] = "30"
    return response


def _werkzeugs(error: HTTPException) -> Response:
    status = error.code or 500
    ours = _OF_ROUTING.get(status)
    if ours is None:
        response = error_response(HttpError(status, error.name), error.description or error.name)
    else:
        response = error_response(HTTP_ERRORS[type(ours)], str(ours))
    for name, value in error.get_headers(None):
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    """A fault of ours: the log has the cause, the client a number that finds it there."""
    error_id = str(uuid.uuid4())
    _LOG.error("unexpected_error", error_id=error_id, method=request.method, path=request.path, exc_info=error)
    return error_response(
        HttpError(500, "Internal error"), "The server failed; its log has the cause.", error_id=error_id
    )
