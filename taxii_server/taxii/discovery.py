"""Discovery and API roots (TAXII 2.1 §4.1, §4.2)."""

import msgspec
from flask import Flask, Response

from taxii_server.core.media_types import TAXII
from taxii_server.settings import ApiRoot
from taxii_server.taxii.requests import answer_resource, authenticate
from taxii_server.taxii.services import services


class DiscoveryResource(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is on this server, as far as the requester may know."""

    title: str
    description: str = ""
    contact: str = ""
    default: str = ""
    api_roots: tuple[str, ...] = ()


class ApiRootResource(msgspec.Struct, frozen=True, omit_defaults=True):
    """One API root; ``max_content_length`` is in octets of a request body."""

    title: str
    versions: tuple[str, ...]
    max_content_length: int
    description: str = ""


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/taxii2/", "discovery", get_discovery)
    app.add_url_rule("/<root>/", "api_root", get_api_root)


def get_discovery() -> Response:
    """GET /taxii2/."""
    here = services()
    roots = here.directory.visible_roots(authenticate(here))
    server = here.settings.server
    urls = tuple(_url_of(server.public_url, root) for root in roots)
    return answer_resource(
        DiscoveryResource(server.title, server.description, server.contact, urls[0] if urls else "", urls)
    )


def get_api_root(root: str) -> Response:
    """GET /<api root>/."""
    here = services()
    found = here.directory.root(root, authenticate(here))
    largest = here.settings.server.max_content_length
    return answer_resource(ApiRootResource(found.title, (TAXII,), largest, found.description))


def _url_of(public_url: str, root: ApiRoot) -> str:
    # absolute: cytaxii2 requests `default` as it stands (clients.md R12)
    return f"{public_url.rstrip('/')}/{root.name}/"
