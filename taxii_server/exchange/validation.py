"""Judging one object on push: the schema of its type and version, its id, its dates, its pattern.

The common path is one compiled schema, a few comparisons and one regular expression; what is wrong is looked
for only after something is known to be wrong.
"""

from typing import Any, Final, NamedTuple

from jsonschema_rs import Draft202012Validator, ValidationError

from taxii_server.core.errors import ObjectRefused
from taxii_server.core.stix import OBSERVABLES, is_observable
from taxii_server.core.timestamps import DAY
from taxii_server.exchange.explaining import cut, explain, path_text, shown
from taxii_server.exchange.pattern_budget import PatternBudget, check_pattern
from taxii_server.exchange.schemas import Schemas, instant_of, is_timestamp

__all__ = ["ObjectValidator", "PatternBudget"]

_AHEAD: Final = DAY
_UNVERSIONED: Final = " (without spec_version it is judged as STIX 2.0; give spec_version if it is 2.1)"
Json = Any


class _Kind(NamedTuple):
    type: str
    version: str
    observable: bool


class ObjectValidator:
    """The judge of one object. One for a process: it is safe to share between threads."""

    def __init__(self) -> None:
        self._schemas = Schemas()

    def check(self, value: dict[str, Any], now: int, budget: PatternBudget) -> None:
        """Raise ObjectRefused with a sentence that names the property and the rule; `now` is in microseconds."""
        kind = _kind(value)
        _check_id(value, kind)
        schema = self._schemas.for_object(kind.version, kind.type, observable=kind.observable)
        _check_schema(schema, value, kind)
        if kind.observable:
            return
        _check_dates(value, now)
        if kind.type == "indicator":
            _check_indicator(value, kind, budget)
        elif kind.type == "observed-data" and "objects" in value:
            self._check_embedded(value["objects"], kind.version)

    def _check_embedded(self, objects: dict[str, Json], version: str) -> None:
        """The observables inside an observed-data, each by its own type (STIX 2.0 part 3, STIX 2.1 §4.14)."""
        for key, embedded in objects.items():
            within = ("objects", key)
            type_ = embedded.get("type")
            if not isinstance(type_, str):
                raise ObjectRefused(f"{path_text({}, within)}.type is missing or no string")
            schema = self._schemas.for_object(version, type_ if type_ in OBSERVABLES else "", observable=True)
            if not _is_valid(schema, embedded):
                raise ObjectRefused(_reason(schema, embedded, within))


def _kind(value: dict[str, Json]) -> _Kind:
    """Which schema judges the object (STIX 2.1 §3.1, §3.2)."""
    type_ = value.get("type")
    if not isinstance(type_, str):
        raise ObjectRefused("type is missing" if type_ is None else f"type must be a string, not {shown(type_)}")
    if type_ == "bundle":
        raise ObjectRefused("type is bundle: send the objects of the bundle, not the bundle as one of the objects")
    version = value.get("spec_version")
    # A domain object without `created` is taken for an observable too, and then fails by its own schema.
    observable = is_observable(value)
    if version == "2.1":
        return _Kind(type_, "2.1", observable)
    if version is None and "spec_version" not in value:
        return _Kind(type_, "2.1" if observable else "2.0", observable)
    if version != "2.0":
        raise ObjectRefused(f'spec_version must be "2.0" or "2.1", not {shown(version)}')
    if type_ in OBSERVABLES:
        raise ObjectRefused(f"spec_version must not be 2.0: a {type_} stands alone only in STIX 2.1")
    return _Kind(type_, "2.0", observable=False)


def _check_id(value: dict[str, Json], kind: _Kind) -> None:
    """The type in the id is the object's (STIX 2.1 §2.9); the shape of the UUID is the schema's business."""
    id_ = value.get("id")
    if not isinstance(id_, str):
        raise ObjectRefused("id is missing" if id_ is None else f"id must be a string, not {shown(id_)}")
    if not id_.startswith(f"{kind.type}--"):
        raise ObjectRefused(f'id must begin with the type of the object, "{cut(kind.type)}--", not {shown(id_)}')


def _check_schema(schema: Draft202012Validator, value: dict[str, Json], kind: _Kind) -> None:
    if _is_valid(schema, value):
        return
    reason = _reason(schema, value)
    raise ObjectRefused(reason + ("" if kind.version == "2.1" or "spec_version" in value else _UNVERSIONED))


def _is_valid(schema: Draft202012Validator, value: dict[str, Json]) -> bool:
    try:
        return schema.is_valid(value)
    except ValueError:
        # A nesting of hundreds of levels, or no JSON at all: the reason is found with the error.
        return False


def _reason(schema: Draft202012Validator, value: dict[str, Json], within: tuple[str, ...] = ()) -> str:
    try:
        schema.validate(value)
    except ValidationError as error:
        return explain(error, value, within)
    except ValueError as error:
        return f"{path_text({}, within) or 'the object'} is nested too deeply or is no JSON: {cut(str(error))}"
    return f"{path_text({}, within) or 'the object'} does not follow the STIX schema"


def _check_dates(value: dict[str, Json], now: int) -> None:
    """Versions go forward, and no further than a day ahead of the clock (STIX 2.1 §3.6)."""
    created = _instant(value, "created", now)
    if "modified" in value and _instant(value, "modified", now) < created:
        raise ObjectRefused(
            f"modified must not be before created: {cut(value['modified'])} is before {cut(value['created'])}"
        )


def _instant(value: dict[str, Json], name: str, now: int) -> int:
    """Marking definitions have no schema for `modified`, so nothing is taken for granted here."""
    text = value.get(name)
    if not isinstance(text, str) or not is_timestamp(text):
        raise ObjectRefused(f"{name} must be a timestamp such as 2020-08-12T09:30:00.000Z, not {shown(text)}")
    instant = instant_of(text)
    if instant > now + _AHEAD:
        raise ObjectRefused(f"{name} must not be more than a day ahead of the server's clock: {cut(text)}")
    return instant


def _check_indicator(value: dict[str, Json], kind: _Kind, budget: PatternBudget) -> None:
    """Patterns of other languages (snort, yara, sigma) are carried, not judged."""
    if kind.version == "2.0" or value["pattern_type"] == "stix":
        check_pattern(value["pattern"], kind.version, budget)
