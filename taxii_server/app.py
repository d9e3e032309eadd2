"""Puts the parts together, and nothing else."""

from flask import Flask

from taxii_server.access.attempts import FailedAttempts
from taxii_server.access.sign_in import SignIn
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import Clock, system_clock
from taxii_server.exchange.intake import make_intake
from taxii_server.exchange.pushers import Pushers
from taxii_server.settings import Settings
from taxii_server.store import open_store
from taxii_server.store.contract import Store
from taxii_server.taxii import (
    collections,
    discovery,
    error_handling,
    health,
    manifest,
    objects,
    push,
    status,
    versions,
)
from taxii_server.taxii.bodies import BodySlots
from taxii_server.taxii.directory import Directory
from taxii_server.taxii.page_cache import PageCache
from taxii_server.taxii.requests import TaxiiResponse
from taxii_server.taxii.services import EXTENSION, Services
from taxii_server.taxii.shortcut import ParsedRequests, Shortcut


def create_app(settings: Settings, *, store: Store | None = None, clock: Clock = system_clock) -> Flask:
    """The WSGI application for these settings. Raises StoreError where the store cannot be used."""
    app = Flask(__name__, static_folder=None)
    app.response_class = TaxiiResponse
    app.url_map.strict_slashes = False  # served with and without the slash; a redirect loses credentials (R12)
    app.url_map.merge_slashes = False
    here = _services(settings, store or open_store(settings.storage), clock)
    app.extensions[EXTENSION] = here
    error_handling.register(app)
    for module in (discovery, collections, objects, push, manifest, versions, status, health):
        module.register(app)
    app.wsgi_app = Shortcut(app.wsgi_app, here)  # type: ignore[method-assign]  # Flask's own way to add middleware
    return app


def _services(settings: Settings, store: Store, clock: Clock) -> Services:
    store.open(settings.collection_ids)
    server, limits = settings.server, settings.server.limits
    attempts = FailedAttempts(limits.failed_signins_address, limits.failed_signins_account)
    roles = {one.slug: Role(one.role) for one in settings.organisations}
    return Services(
        settings=settings,
        store=store,
        clock=clock,
        directory=Directory(settings),
        sign_in=SignIn(store, roles, attempts, clock),
        intake=make_intake(settings, store, clock),
        pages=PageCache(server.page_cache_bytes),
        parsed_requests=ParsedRequests(),
        body_slots=BodySlots(limits.bodies, limits.bodies_account, limits.body_wait_seconds),
        pushers=Pushers(settings, store),
    )
