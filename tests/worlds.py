"""Small worlds to test in: settings, accounts, objects."""

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taxii_server.access.accounts import Accounts
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import Clock, system_clock
from taxii_server.settings import Settings, parse_settings
from taxii_server.store import open_store
from taxii_server.store.contract import Store

PASSWORD = "correct horse battery staple"
TAXII = "application/taxii+json;version=2.1"
FEED = "0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90"
INBOX = "1c2d8eaf-9b45-4f7c-8d2e-3a6b7c8d9ea1"
DROPBOX = "2d3e9fb0-ac56-4a8d-9e3f-4b7c8d9eafb2"
OPEN_DATA = "3e4fa0c1-bd67-4b9e-8f40-5c8d9eafb0c3"
SECRET = "4f50b1d2-ce78-4caf-9051-6d9eafb0c1d4"

PLAIN = f"""
[server]
title = "Test clearinghouse"
description = "For tests"
contact = "tests@example.org"
public_url = "{{public_url}}"
{{server}}

[storage]
url = "sqlite:///{{database}}"
write_wait = 20

[[organisations]]
slug = "alpha"
name = "Alpha"
role = "member"

[[organisations]]
slug = "beta"
name = "Beta"
role = "member"

[[organisations]]
slug = "watch"
name = "Watch"
role = "agency"

[[organisations]]
slug = "house"
name = "House"
role = "operator"

[[api_roots]]
name = "plain"
title = "Plain TAXII"

[[api_roots.collections]]
id = "{FEED}"
alias = "feed"
title = "Feed"
description = "Everybody who signed in reads and writes"
readers = ["authenticated"]
writers = ["authenticated"]

[[api_roots.collections]]
id = "{INBOX}"
alias = "inbox"
title = "Inbox"
readers = ["agency"]
writers = ["alpha"]

[[api_roots.collections]]
id = "{DROPBOX}"
alias = "dropbox"
title = "Drop box"
readers = ["operator"]
writers = ["member"]

[[api_roots.collections]]
id = "{SECRET}"
alias = "secret"
title = "Secret"
readers = ["house"]
writers = ["house"]

{{more}}
"""
"""Members alpha and beta, agency watch, operator house; feed: all; inbox: alpha writes, agencies read; dropbox:
members write, operators read; secret: house alone. ``{more}`` takes further tables."""

OPEN_COLLECTION = f"""
[[api_roots.collections]]
id = "{OPEN_DATA}"
alias = "open"
title = "Open data"
readers = ["anonymous"]
writers = ["alpha"]
"""
"""For ``more``: a collection of the root ``plain`` that anybody reads and alpha writes."""


@dataclass(frozen=True)
class World:
    """Settings on disk with an initialised store, and a token for an account of each organisation."""

    path: Path
    settings: Settings
    store: Store
    tokens: dict[str, str]

    def bearer(self, organisation: str) -> dict[str, str]:
        """Headers that sign in as an organisation's account."""
        return {"Authorization": f"Bearer {self.tokens[organisation]}"}


def make_world(
    folder: Path,
    *,
    template: str = PLAIN,
    server: str = "",
    more: str = "",
    public_url: str = "http://localhost",
    organisations: tuple[str, ...] = ("alpha", "beta", "watch", "house"),
    clock: Clock = system_clock,
) -> World:
    """A world in a folder: accounts are named after their organisations and have ``PASSWORD``."""
    path = folder / "clearinghouse.toml"
    text = template.format(public_url=public_url, database=folder / "store.db", server=server, more=more)
    path.write_text(text, encoding="utf-8")
    settings = parse_settings(text)
    store = open_store(settings.storage)
    store.initialise()
    store.open(settings.collection_ids)
    roles = {one.slug: Role(one.role) for one in settings.organisations}
    accounts = Accounts(store, roles, clock)
    tokens = {}
    for organisation in organisations:
        accounts.add(organisation, organisation, roles[organisation], PASSWORD)
        tokens[organisation] = accounts.issue_token(organisation, "tests", None)
    return World(path, settings, store, tokens)


def indicator(number: int | None = None, **changes: Any) -> dict[str, Any]:
    """A valid indicator; the same number gives the same object."""
    unique = uuid.uuid4() if number is None else uuid.uuid5(uuid.NAMESPACE_URL, f"urn:test:indicator:{number}")
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{unique}",
        "created": "2020-08-12T00:00:00.000Z",
        "modified": "2020-08-12T00:00:00.000Z",
        "name": "A domain of a network",
        "description": "Seen in a takedown.",
        "indicator_types": ["attribution"],
        "pattern": f"[domain-name:value = 'n{unique}.example']",
        "pattern_type": "stix",
        "valid_from": "2020-08-12T00:00:00Z",
        **changes,
    }


def domain(name: str = "peace.example", **changes: Any) -> dict[str, Any]:
    """A valid domain-name; the same name gives the same id."""
    unique = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:test:domain:{name}")
    return {"type": "domain-name", "spec_version": "2.1", "id": f"domain-name--{unique}", "value": name, **changes}


def envelope(*objects: dict[str, Any]) -> bytes:
    """The objects as a TAXII envelope."""
    return json.dumps({"objects": list(objects)}).encode()


def bundle(*objects: dict[str, Any]) -> bytes:
    """The objects as a STIX bundle."""
    return json.dumps({"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": list(objects)}).encode()
