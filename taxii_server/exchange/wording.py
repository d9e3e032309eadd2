"""The schemas' rules in words, for the places where the keyword alone would say nothing to a producer.

Keys are places in the OASIS schemas as `explaining` sees them: with the version in front where the two
versions differ, without where they agree. A test holds that each place is there.
"""

from typing import Final

_NAME: Final = "is no property name: lower-case letters, digits and underscores, at least three, a letter first"
_KEY: Final = "is no dictionary key: letters, digits, hyphens and underscores only, at most 250"
_OLD_KEY: Final = "is no dictionary key: letters, digits, hyphens and underscores only, 3 to 256"
_EXTENSION_KEY: Final = "is no key for an extension: it must be the id of an extension-definition"
_HASH_NAME: Final = "is no name of a hash algorithm"
_TLP: Final = (
    "must not be tlp but in the four TLP 1 markings that STIX defines, with their id, name, created and definition "
    "and no other property (STIX 2.1 §7.2.1.4)"
)
_MULTIPART: Final = (
    "needs is_multipart: with true it has body_multipart and no body, with false it may have body and no body_multipart"
)
_PAYLOAD: Final = "needs either payload_bin, or url together with hashes, and not both"
_ACTIVE: Final = "must not have an end while is_active is true, and is_active must be true or false"

RULES: Final[dict[str, str]] = {
    "common/properties.json#/additionalProperties": _NAME,
    "2.0/common/core.json#/additionalProperties": _NAME,
    "2.0/common/cyber-observable-core.json#/additionalProperties": _NAME,
    "2.1/common/dictionary.json#/additionalProperties": _KEY,
    "2.0/common/dictionary.json#/additionalProperties": _OLD_KEY,
    "common/hashes-type.json#/additionalProperties": _HASH_NAME,
    "2.1/common/core.json#/properties/extensions/additionalProperties": _EXTENSION_KEY,
    "2.1/common/cyber-observable-core.json#/properties/extensions/additionalProperties": _EXTENSION_KEY,
    "2.1/common/marking-definition.json#/properties/extensions/additionalProperties": _EXTENSION_KEY,
    "common/marking-definition.json#/oneOf/0/oneOf/1/properties/definition_type/not": _TLP,
    "common/marking-definition.json#/oneOf/1/oneOf": _TLP,
    "2.1/common/granular-marking.json#/oneOf": "needs either marking_ref or lang, and not both",
    "2.1/common/extension-definition.json#/allOf/2/then/not": (
        "must not have extension_properties unless extension_types has toplevel-property-extension"
    ),
    "2.1/observables/artifact.json#/allOf/2/oneOf": _PAYLOAD,
    "2.0/observables/artifact.json#/oneOf": _PAYLOAD,
    "2.1/observables/artifact.json#/allOf/3/oneOf": "must not have a decryption_key without encryption_algorithm",
    "observables/email-message.json#/oneOf": _MULTIPART,
    "observables/email-message.json#/definitions/mime-part-type/oneOf": "needs either body or body_raw_ref",
    "observables/email-message.json#/definitions/email-additional-header-fields/not": (
        "must not repeat the header fields that have a property of their own"
    ),
    "2.0/observables/file.json#/oneOf": (
        "must not have encryption_algorithm or decryption_key unless is_encrypted is true"
    ),
    "observables/network-traffic.json#/oneOf": _ACTIVE,
    "observables/windows-registry-key.json#/allOf/1/properties/key/not": (
        "must be written with the hive's full name, such as HKEY_LOCAL_MACHINE"
    ),
    "2.1/sdos/location.json#/allOf/2/anyOf": "needs a region, a country, or latitude with longitude",
    "2.1/sdos/location.json#/allOf/3/oneOf": "must have latitude and longitude both or neither",
    "2.1/sdos/location.json#/allOf/4/oneOf": "must not have precision without latitude and longitude",
    "2.1/sdos/malware.json#/oneOf": "needs is_family, and with true also name",
    "2.1/sdos/malware-analysis.json#/allOf/1/properties/sample_ref/allOf/1/oneOf": (
        "must be the id of an artifact, a file or a network-traffic"
    ),
    "2.1/sdos/observed-data.json#/oneOf": "needs either object_refs or the deprecated objects, and not both",
}

_UUID: Final = "must be a STIX identifier: the type of an object, two hyphens and a UUID of RFC 4122"

FORMS: Final[tuple[tuple[str, str], ...]] = (
    ("2.0/common/identifier.json#", f"{_UUID}, in STIX 2.0 of version 4"),
    ("common/identifier.json#", _UUID),
    ("common/hex.json#", "must be an even number of hexadecimal digits"),
    ("common/binary.json#", "must be base64"),
    ("2.0/common/url-regex.json#", "must be a URL with its scheme, other than ASCII characters percent-encoded"),
    ("common/url-regex.json#", "must be a URL with its scheme and without spaces, such as https://example.org/"),
    ("common/granular-marking.json#/properties/selectors", "must select a property, such as name or labels.[0]"),
    ("common/external-reference.json#/oneOf/0/properties/external_id", "must be a CVE name such as CVE-2020-1234"),
    ("common/external-reference.json#/oneOf/1/properties/external_id", "must be a CAPEC name such as CAPEC-163"),
    ("common/external-reference.json#/oneOf/0/properties/source_name", "must be cve where external_id is a CVE name"),
    ("common/hashes-type.json#", "must be a hash value of that algorithm"),
    ("core.json#/properties/type", "must be lower-case letters, digits and single hyphens, a letter first"),
    ("/mime_type/", "must be a media type such as text/plain"),
    ("/path_enc/", "must be the name of a character set"),
    ("/name_enc/", "must be the name of a character set"),
    ("/time_date_stamp/", "must be a timestamp without a fraction of a second"),
    ("/cpe/", "must be a CPE 2.3 name such as cpe:2.3:a:vendor:product:1.0:*:*:*:*:*:*:*"),
    ("/languages/", "must be a language code of three letters"),
    ("/arguments/", "must be one argument of a command line"),
    ("/relationship_type/", "must be lower-case letters, digits and hyphens"),
    ("/definition_type/", "must be statement, tlp or the name of another kind of marking"),
    ("observables/ipv4-addr.json#", "must be an IPv4 address or a network such as 192.0.2.0/24"),
    ("observables/ipv6-addr.json#", "must be an IPv6 address or a network such as 2001:db8::/32"),
    ("observables/mac-addr.json#", "must be a MAC address in lower case with colons, such as 00:00:5e:00:53:01"),
    ("observables/domain-name.json#", "must be a domain name, not a URL"),
    ("observables/email-addr.json#", "must be an e-mail address without display name"),
)
"""What a pattern asks for, by a part of its place; the first that fits is taken."""
