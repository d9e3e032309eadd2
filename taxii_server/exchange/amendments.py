"""Where the clearinghouse departs from the OASIS schemas of stix2-validator 3.2.0: the one table.

Each row says in which version's schema, at which place, what stands there instead, and why. Nothing else in
the program changes a schema. Two further departures are made by `validation`, not by a schema:

- each object embedded in an observed-data (`objects`) is judged by the schema of its own type. The schema
  tries all eighteen, so that its error says nothing, and it takes `x-profile` for a `file`;
- a `type` of a known observable without `spec_version` is STIX 2.1, any other object without is STIX 2.0; an
  object of an unknown type is an observable when it has no `created`, whether or not it has `modified`.

Noncharacters in texts are accepted: RFC 8259 allows them and the schemas do not speak of them. `email-addr`
needs `value`, as the schemas of both versions say themselves.

In draft 2020-12 `format` is a note, not a rule, and what stix2-validator makes of it depends on what else is
installed. So the formats are spelt out as patterns here: strict enough to refuse what is no address at all,
open enough for what is in use (underscores in host names, international mail addresses and URLs).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Json = Any
Schema = dict[str, Any]

BOTH: Final = ("2.0", "2.1")
TIMESTAMP_FORMAT: Final = "stix-timestamp"

_LABEL: Final = r"(?:[A-Za-z0-9_]|[^\x00-\x7f\s])(?:(?:[A-Za-z0-9_-]|[^\x00-\x7f\s])*(?:[A-Za-z0-9_]|[^\x00-\x7f\s]))?"
_DOMAIN: Final = rf"^{_LABEL}(?:\.{_LABEL})*\.?$"
_MAILBOX: Final = (
    r"^(?:(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]|[^\x00-\x7f\s])+|\"[^\"\x00-\x1f\x7f]+\")"
    rf"@(?:{_LABEL}(?:\.{_LABEL})+|\[[0-9A-Za-z.:]+\])$"
)
_ANY_URL: Final = r"^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s\x00-\x1f\x7f]+$"

_HEX2: Final = "%[0-9a-fA-F]{2}"
_HOST: Final = rf"(?:\[?[0-9a-fA-F:]+\]?|(?:[a-zA-Z0-9._~!$&'()*+,;=-]|{_HEX2})*)"
_PATH: Final = rf"(?:[a-zA-Z0-9._~!$&'()*+,;=:@/-]|{_HEX2})*"
_TAIL: Final = rf"(?:[a-zA-Z0-9._~!$&'()*+,;=:@/?-]|{_HEX2})*"
_STRICT_URL: Final = (
    rf"^[a-zA-Z][a-zA-Z0-9+.-]*:(?://(?:(?:[a-zA-Z0-9._~!$&'()*+,;=:-]|{_HEX2})*@)?{_HOST}(?::[0-9]*)?(?:/{_PATH})?"
    rf"|/?(?:(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|{_HEX2}){_PATH})?)(?:\?{_TAIL})?(?:#{_TAIL})?$"
)

_BARE: Final = r"""(?:=(?:[^\s"'=|]+|"[^"]*"|'[^']*'))?"""
_QUOTED: Final = r""""[^"]*"|'[^']*'"""
_ARGUMENT: Final = (
    rf"""^(?:(?:-{{1,2}}|/)[^\s=]+ (?:[^\s"'=|/-][^\s"'=|]*{_BARE}|{_QUOTED})|[^\s"'=|]+{_BARE}|{_QUOTED})$"""
)

_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4: Final = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IPV4_RANGE: Final = rf"^{_IPV4}(?:/(?:3[0-2]|[12]?[0-9]))?$"


def _ipv6_range() -> str:
    """RFC 4291 §2.2, with a zone and a prefix length as the 2.1 schema has them."""
    group = "[0-9A-Fa-f]{1,4}"
    last = f"(?:{group}:{group}|{_IPV4})"
    forms = [f"(?:{group}:){{6}}{last}", f"::(?:{group}:){{5}}{last}"]
    forms += [f"(?:(?:{group}:){{0,{n}}}{group})?::(?:{group}:){{{4 - n}}}{last}" for n in range(5)]
    forms += [f"(?:(?:{group}:){{0,5}}{group})?::{group}", f"(?:(?:{group}:){{0,6}}{group})?::"]
    return rf"^(?:{'|'.join(forms)})(?:%\S+)?(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?$"


@dataclass(frozen=True)
class Amendment:
    """One departure: `change` gets what stands at `place` and gives what shall stand there."""

    versions: tuple[str, ...]
    schema: str
    place: tuple[str | int, ...]
    change: Callable[[Json], Json]
    why: str


def _to(new: Json) -> Callable[[Json], Json]:
    return lambda _old: new


def _or_required(name: str) -> Callable[[Json], Json]:
    return lambda alternatives: [*alternatives, {"required": [name]}]


def _pattern(pattern: str, **more: Json) -> Callable[[Json], Json]:
    return _to({"type": "string", "pattern": pattern, **more})


_VALUE: Final = ("allOf", 1, "properties", "value")
_ANY_TIME: Final = _to({"$ref": "../common/timestamp.json"})
_MILLIS: Final = "made without or with other than three fraction digits by many producers; STIX 2.1 allows more"
_OWN_TYPE: Final = "each embedded object is judged by the schema of its own type"
_NETWORKS: Final = "STIX 2.0 part 4 §2.6 and §2.7 allow a network in CIDR notation"

AMENDMENTS: Final = (
    Amendment(
        BOTH,
        "common/timestamp",
        (),
        _to({"type": "string", "format": TIMESTAMP_FORMAT}),
        "the pattern takes 30 February and a 60th second; every timestamp is parsed as a date instead",
    ),
    Amendment(BOTH, "common/core", ("properties", "created"), _ANY_TIME, _MILLIS),
    Amendment(BOTH, "common/core", ("properties", "modified"), _ANY_TIME, _MILLIS),
    Amendment(("2.0",), "common/url-regex", (), _pattern(_STRICT_URL), "look-around is not linear"),
    Amendment(
        ("2.0",),
        "observables/process",
        ("allOf", 1, "properties", "arguments", "items"),
        _pattern(_ARGUMENT),
        "look-around is not linear",
    ),
    Amendment(("2.1",), "common/url-regex", (), _pattern(_ANY_URL), "`format` spelt out"),
    Amendment(BOTH, "observables/domain-name", _VALUE, _pattern(_DOMAIN, maxLength=254), "`format` spelt out"),
    Amendment(
        BOTH,
        "observables/email-addr",
        _VALUE,
        _pattern(_MAILBOX),
        "`format` spelt out; the 2.0 pattern refuses characters that RFC 5322 allows",
    ),
    Amendment(("2.0",), "observables/ipv4-addr", _VALUE, _pattern(_IPV4_RANGE), _NETWORKS),
    Amendment(("2.0",), "observables/ipv6-addr", _VALUE, _pattern(_ipv6_range()), _NETWORKS),
    Amendment(
        ("2.1",),
        "observables/ipv6-addr",
        _VALUE,
        _pattern(_ipv6_range()),
        "the pattern has lost its backslashes and refuses ::ffff:192.0.2.1",
    ),
    Amendment(
        BOTH,
        "sdos/observed-data",
        ("allOf", 1, "properties", "objects"),
        _to({"type": "object", "minProperties": 1, "additionalProperties": {"type": "object"}}),
        _OWN_TYPE,
    ),
    Amendment(
        BOTH,
        "observables/windows-registry-key",
        ("allOf", 1, "properties", "key", "not", "pattern"),
        _to("^(HKLM|HKCC|HKCR|HKCU|HKU|hklm|hkcc|hkcr|hkcu|hku)"),
        "the alternatives were not anchored, so that HKEY_USERS\\\\thku was refused",
    ),
    Amendment(
        ("2.1",),
        "observables/windows-registry-key",
        ("anyOf",),
        _or_required("modified_time"),
        "STIX 2.1 §6.17 renamed modified to modified_time; the list of alternatives has the old name",
    ),
    Amendment(
        ("2.1",),
        "observables/process",
        ("anyOf",),
        _or_required("created_time"),
        "STIX 2.1 §6.13 renamed created to created_time; the list of alternatives has the old name",
    ),
    Amendment(
        ("2.1",),
        "common/granular-marking",
        (),
        lambda old: {
            **old,
            "required": ["selectors"],
            "oneOf": [{"required": ["lang"]}, {"required": ["marking_ref"]}],
        },
        "STIX 2.1 §7.2.3.1: a granular marking has a language or a marking",
    ),
)


def amended(version: str, name: str, schema: Schema) -> Schema:
    """The schema with its amendments; a row whose place is not there raises KeyError or IndexError."""
    for row in AMENDMENTS:
        if version in row.versions and name == row.schema:
            schema = _changed(schema, row.place, row.change)
    return schema


def _changed(node: Json, place: tuple[str | int, ...], change: Callable[[Json], Json]) -> Json:
    if not place:
        return change(node)
    step, rest = place[0], place[1:]
    copy = node.copy()
    copy[step] = _changed(node[step], rest, change)
    return copy
