"""What the endpoints work with, put together once by ``create_app``."""

from typing import NamedTuple

from flask import current_app

from taxii_server.access.sign_in import SignIn
from taxii_server.core.timestamps import Clock
from taxii_server.exchange.intake import Intake
from taxii_server.exchange.pushers import Pushers
from taxii_server.settings import Settings
from taxii_server.store.contract import Store
from taxii_server.taxii.bodies import BodySlots
from taxii_server.taxii.directory import Directory
from taxii_server.taxii.page_cache import PageCache
from taxii_server.taxii.shortcut import ParsedRequests

EXTENSION = "clearinghouse"


class Services(NamedTuple):
    """The parts of a running server."""

    settings: Settings
    store: Store
    clock: Clock
    directory: Directory
    sign_in: SignIn
    intake: Intake
    pages: PageCache
    parsed_requests: ParsedRequests
    body_slots: BodySlots
    pushers: Pushers


def services() -> Services:
    """The parts of the application that answers the present request."""
    found: Services = current_app.extensions[EXTENSION]
    return found
