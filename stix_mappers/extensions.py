"""Our property extensions: ids, definitions, and their python-stix2 classes (platform-records.md, section 3.3)."""

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from stix_mappers.identifiers import CLEARINGHOUSE, identity_id
from stix_mappers.objects import SHARED_DATE, StixObject

TAKEDOWN_ACTION: Final = "extension-definition--b2584ae2-2def-5420-8a70-7eab4c059bf8"
DISCLOSURE_SUMMARY: Final = "extension-definition--c6b00218-a5a8-5401-b5a6-132a54efbc82"
SOCIAL_ASSET: Final = "extension-definition--2f859073-e0fd-5688-9aed-9db9034dba8f"
AD_DELIVERY: Final = "extension-definition--6e1844b3-e5f6-586f-b1bf-a0dd4d5f1f5a"
METRIC: Final = "extension-definition--67d44a7d-43f9-5f93-be73-24c4a8aae37d"

PROPERTY_EXTENSION: Final = "property-extension"

Shape = Literal["string", "integer", "boolean", "strings", "object", "objects"]


class Extension(Struct, frozen=True):
    """A property extension: on which objects it stands and what it says there."""

    id: str
    name: str
    on: str
    description: str
    properties: dict[str, Shape]


EXTENSIONS: Final = (
    Extension(
        TAKEDOWN_ACTION,
        "takedown-action",
        "observed-data",
        "What a platform did about the observed asset: which service, which action, when, under which policy.",
        {
            "record_id": "string",
            "member": "string",
            "network": "string",
            "service": "string",
            "asserted_on": "string",
            "kind": "string",
            "action": "string",
            "action_at": "string",
            "action_at_precision": "string",
            "policy": "string",
            "detection": "string",
            "legal_basis": "string",
            "leads_from": "strings",
            "source": "object",
            "profile": "object",
            "wiki": "string",
            "block_expiry": "string",
            "block_flags": "strings",
            "synthetic": "boolean",
        },
    ),
    Extension(
        DISCLOSURE_SUMMARY,
        "disclosure-summary",
        "report, grouping",
        "What a disclosure states in figures: assets, followers and money, as published and never added up.",
        {
            "counts": "objects",
            "spend": "objects",
            "tier": "string",
            "domestic": "boolean",
            "motivation": "string",
            "languages": "strings",
            "leads_from": "strings",
            "consistent_with": "strings",
            "published_totals_only": "boolean",
        },
    ),
    Extension(
        SOCIAL_ASSET,
        "social-asset",
        "user-account",
        "What kind of asset an account object stands for (page, group, channel, subreddit, ...) and its other names.",
        {
            "asset_kind": "string",
            "platform_user_id": "string",
            "login_as_written": "string",
            "former_logins": "strings",
            "pseudonymised": "boolean",
        },
    ),
    Extension(
        AD_DELIVERY,
        "ad-delivery",
        "observed-data",
        "An advertisement as it was delivered: text, impressions, clicks, money, targeting.",
        {
            "ad_id": "string",
            "text": "string",
            "impressions": "integer",
            "clicks": "integer",
            "spend": "object",
            "created": "string",
            "ended": "string",
            "targeting": "strings",
            "placements": "strings",
        },
    ),
    Extension(
        METRIC,
        "metric",
        "note",
        "Published totals of a period: category, stage, value and unit.",
        {"period_start": "string", "period_end": "string", "metrics": "objects"},
    ),
)

_SHAPES: Final[dict[Shape, dict[str, object]]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "object": {"type": "object"},
    "objects": {"type": "array", "items": {"type": "object"}},
}


def extension_definitions() -> list[StixObject]:
    """Return the extension-definition objects, without marking."""
    return [
        {
            "type": "extension-definition",
            "spec_version": "2.1",
            "id": extension.id,
            "created_by_ref": identity_id(CLEARINGHOUSE),
            "created": SHARED_DATE,
            "modified": SHARED_DATE,
            "name": extension.name,
            "description": f"On {extension.on}. {extension.description}",
            "schema": _schema(extension),
            "version": "1.0",
            "extension_types": [PROPERTY_EXTENSION],
        }
        for extension in EXTENSIONS
    ]


def _schema(extension: Extension) -> str:
    properties = {name: _SHAPES[shape] for name, shape in extension.properties.items()}
    return msgspec.json.encode(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": extension.name,
            "type": "object",
            "properties": {"extension_type": {"const": PROPERTY_EXTENSION}, **properties},
            "required": ["extension_type"],
            "additionalProperties": False,
        }
    ).decode()


def register() -> None:
    """Make our extensions known to python-stix2 as its classes; asking twice does no harm."""
    from stix2.registry import class_for_type  # noqa: PLC0415 - costs half a second, and only this output needs it
    from stix2.v21 import CustomExtension  # noqa: PLC0415 - likewise

    for extension in EXTENSIONS:
        if class_for_type(extension.id, "2.1", "extensions") is None:
            holder = type(_class_name(extension.name), (), {"extension_type": PROPERTY_EXTENSION})
            CustomExtension(extension.id, _stix2_properties(extension))(holder)


def as_stix2(plain: StixObject) -> object:
    """Return a python-stix2 object, our extensions being instances of registered classes."""
    import stix2  # noqa: PLC0415 - see register

    register()
    return stix2.parse(plain, version="2.1")


def _class_name(name: str) -> str:
    return "".join(part.title() for part in name.split("-"))


def _stix2_properties(extension: Extension) -> list[tuple[str, Any]]:
    from stix2 import properties as p  # noqa: PLC0415 - see register

    shapes = {
        "string": p.StringProperty,
        "integer": p.IntegerProperty,
        "boolean": p.BooleanProperty,
        "strings": lambda: p.ListProperty(p.StringProperty),
        "object": lambda: p.DictionaryProperty(spec_version="2.1"),
        "objects": lambda: p.ListProperty(p.DictionaryProperty(spec_version="2.1")),
    }
    return [(name, shapes[shape]()) for name, shape in extension.properties.items()]
