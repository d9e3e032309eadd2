"""Whether the process lives, and whether it can work (architecture: 5.4)."""

from flask import Flask, Response

from taxii_server.core.errors import StoreError
from taxii_server.taxii.services import services


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/healthz", "healthz", get_health)
    app.add_url_rule("/readyz", "readyz", get_readiness)


def get_health() -> Response:
    """GET /healthz: 200 to anyone, without looking at the store."""
    return Response("alive\n", content_type="text/plain; charset=utf-8")


def get_readiness() -> Response:
    """GET /readyz: 200 where the store can be read and written, else 503."""
    try:
        services().store.check_ready()
    except StoreError as error:
        return Response(f"{error}\n", 503, content_type="text/plain; charset=utf-8")
    return Response("ready\n", content_type="text/plain; charset=utf-8")
