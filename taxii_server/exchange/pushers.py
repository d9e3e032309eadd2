"""Who an organisation is when it pushes: plain TAXII knows no authors, the exchange does (rules.md 4)."""

from taxii_server.core.stix import organisation_identity
from taxii_server.exchange.authorship import Author, SharedObjects
from taxii_server.exchange.deletion import Deleter
from taxii_server.exchange.intake import Pusher
from taxii_server.settings import ApiRoot, Collection, Settings
from taxii_server.store.contract import Store

_REFERENCE_ALIAS = "reference"


def reference_of(root: ApiRoot) -> Collection | None:
    """The collection of an exchange that holds what all share; None in plain TAXII."""
    if not root.is_exchange:
        return None
    return next((one for one in root.collections if one.alias == _REFERENCE_ALIAS), None)


class Pushers:
    """The pushers of these settings; what all share is read from the store."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._organisations = settings.organisations_by_slug
        references = {root.name: reference_of(root) for root in settings.api_roots}
        self._shared = {name: SharedObjects(store, one.id) for name, one in references.items() if one}

    def deleter(self, root: ApiRoot, organisation: str) -> Deleter | None:
        """An organisation of the settings that deletes in an API root; None in plain TAXII."""
        author = self.pusher(root, organisation).author
        return Deleter(organisation, author.identity) if author else None

    def pusher(self, root: ApiRoot, organisation: str) -> Pusher:
        """An organisation of the settings that pushes into an API root."""
        if not root.is_exchange:
            return Pusher(organisation)
        settings = self._organisations[organisation]
        author = Author(settings.identity or organisation_identity(organisation), settings.relay)
        return Pusher(organisation, author, self._shared.get(root.name))
