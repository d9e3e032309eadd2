"""From a failure of a schema to one sentence that a producer can act on.

The sentence names the property as the producer wrote it (`object_refs[2]`, `extensions.<id>.x`) and the rule;
nothing of how the schemas are built shows. Values are cut, so that a sentence stays short whatever was sent.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from jsonschema_rs import ValidationError, ValidationErrorKind

from taxii_server.core.timestamps import parse_timestamp
from taxii_server.exchange.wording import FORMS, RULES

Json = Any
Kind = ValidationErrorKind

_LONGEST: Final = 80
_LONGEST_LIST: Final = 25
_TYPES: Final = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_ID_START: Final = re.compile(r"\^\(?([a-z0-9|-]+?)\)?--(?:\.\+\$)?")
_HASH_LENGTH: Final = re.compile(r"\^\[a-fA-F0-9\]\{(\d+)\}\$")


def path_text(value: Json, path: Sequence[str | int]) -> str:
    """The path in the producer's words. A number is an index only inside a list: keys may be digits."""
    text = ""
    for step in path:
        if isinstance(value, list):
            text += f"[{step}]"
            value = value[int(step)] if int(step) < len(value) else None
        else:
            text += f".{cut(str(step))}" if text else cut(str(step))
            value = value.get(str(step)) if isinstance(value, dict) else None
    return text


def cut(text: str) -> str:
    """At most 80 characters, none of them a control character or half of a surrogate pair."""
    short = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def shown(value: Json) -> str:
    """A value as JSON where it is short, else what kind of thing it is."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return f'"{cut(value)}"'
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
    if isinstance(value, float):
        return repr(value)
    return "a list" if isinstance(value, list) else "an object"


def explain(error: ValidationError, value: dict[str, Json], within: Sequence[str | int] = ()) -> str:
    """One sentence for the error; `within` is where `value` stands in what the producer sent."""
    return _Explanation(value, within).of(error)


class _Explanation:
    def __init__(self, value: dict[str, Json], within: Sequence[str | int]) -> None:
        self._value = value
        self._prefix = path_text({}, within)

    def of(self, error: ValidationError) -> str:
        kind = error.kind
        match kind:
            case Kind.AnyOf() | Kind.OneOfNotValid():
                return self._alternatives(error, kind.context)
            case Kind.Required():
                return f"{self._at(error, kind.property)} is missing"
            case Kind.AdditionalProperties():
                return self._unexpected(error, kind.unexpected)
            case Kind.Not():
                return self._forbidden(error, kind.schema)
            case Kind.PropertyNames():
                return f"{self._subject(error)} has a name that is not allowed there: {shown(kind.error.instance)}"
        form = _rule(error) or _form(error)
        return f"{self._subject(error)} {form}{_instead(error)}"

    def _at(self, error: ValidationError, *more: str) -> str:
        own = path_text(self._value, [*error.instance_path, *more])
        return f"{self._prefix}.{own}" if self._prefix and own else own or self._prefix

    def _subject(self, error: ValidationError) -> str:
        return self._at(error) or f"the {cut(str(self._value.get('type')))}"

    def _alternatives(self, error: ValidationError, branches: list[list[ValidationError]]) -> str:
        if error.instance is None or error.instance == []:
            return f"{self._subject(error)} must not be {'null' if error.instance is None else 'an empty list'}"
        branch = min(branches, key=len)
        inside = len(branch[0].instance_path) - len(error.instance_path) if branch else 0
        rule = _rule(error)
        if rule and inside < 2:
            return f"{self._subject(error)} {rule}"
        names = _alternative_names(branches)
        if names:
            return f"{self._subject(error)} needs at least one of {_listed(names)}"
        return self.of(branch[0]) if branch else f"{self._subject(error)} has none of the forms that it may have"

    def _unexpected(self, error: ValidationError, names: list[str]) -> str:
        rule = _rule(error) or "is not allowed there"
        return f"{self._at(error, names[0])} {rule}" if names else f"{self._subject(error)} {rule}"

    def _forbidden(self, error: ValidationError, schema: Json) -> str:
        rule = _rule(error)
        if rule:
            return f"{self._subject(error)} {rule}"
        instance = error.instance
        for name in _reserved(schema):
            if isinstance(instance, dict) and name in instance:
                return f"{self._at(error, name)} must not be used: STIX reserves the name or its use excludes it here"
        start = _ID_START.fullmatch(str(schema.get("pattern"))) if isinstance(schema, dict) else None
        if start:
            return f"{self._subject(error)} must not be the id of a {start[1].replace('|', ' or ')}{_instead(error)}"
        return f"{self._subject(error)} has a value that is not allowed there{_instead(error)}"


def _rule(error: ValidationError) -> str | None:
    """The sentence kept for a place of a schema, for one version or for both."""
    place = str(error.absolute_keyword_location).removeprefix("stix:/")
    return RULES.get(place) or RULES.get(place.partition("/")[2])


def _form(error: ValidationError) -> str:  # noqa: PLR0911  one return a keyword
    kind = error.kind
    match kind:
        case Kind.Type():
            return f"must be {' or '.join(_TYPES[name] for name in kind.types)}"
        case Kind.Enum():
            return f"must be {_one_of(kind.options)}"
        case Kind.Constant():
            return f"must be {shown(kind.expected_value)}"
        case Kind.Pattern():
            return _pattern_form(error, kind.pattern)
        case Kind.Format():
            return _timestamp_form(error.instance)
        case Kind.MinItems() | Kind.MinProperties() | Kind.MinLength():
            return "must not be empty" if kind.limit == 1 else f"must have at least {kind.limit} entries or characters"
        case Kind.MaxItems() | Kind.MaxProperties() | Kind.MaxLength():
            return f"must have at most {kind.limit} entries or characters"
        case Kind.Minimum():
            return f"must be at least {kind.limit}"
        case Kind.Maximum():
            return f"must be at most {kind.limit}"
        case Kind.OneOfMultipleValid():
            return "has properties that exclude each other"
    return "does not follow the STIX schema"


def _pattern_form(error: ValidationError, pattern: str) -> str:
    start = _ID_START.fullmatch(pattern)
    if start:
        return f"must be the id of an object of the type {start[1].replace('|', ' or ')}"
    length = _HASH_LENGTH.fullmatch(pattern)
    if length:
        return f"must be {length[1]} hexadecimal digits"
    place = str(error.absolute_keyword_location)
    for part, words in FORMS:
        if part in place:
            return words
    return f"must match {cut(pattern)}"


def _timestamp_form(instance: Json) -> str:
    try:
        parse_timestamp(str(instance))
    except ValueError as reason:
        # The reason ends with the text itself, which is shown anyway.
        return f"must be a timestamp: {str(reason).rpartition(': ')[0]}"
    return "must be a timestamp"


def _instead(error: ValidationError) -> str:
    """The value, where seeing it helps: not where it is a whole list or object."""
    instance = error.instance
    if isinstance(error.kind, Kind.MinItems | Kind.MinProperties | Kind.MinLength | Kind.OneOfMultipleValid):
        return ""
    return f", not {shown(instance)}"


def _one_of(options: Sequence[Json]) -> str:
    return shown(options[0]) if len(options) == 1 else f"one of {_listed([shown(option) for option in options])}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_LONGEST_LIST]) + (", …" if len(names) > _LONGEST_LIST else "")


def _alternative_names(branches: list[list[ValidationError]]) -> list[str]:
    """The names, where every alternative only asks for a property; else nothing."""
    names = []
    for branch in branches:
        if any(not isinstance(error.kind, Kind.Required) for error in branch):
            return []
        names.append(" with ".join(error.kind.property for error in branch if isinstance(error.kind, Kind.Required)))
    return names


def _reserved(schema: Json) -> list[str]:
    """The property names that a `not` excludes."""
    if not isinstance(schema, dict):
        return []
    alternatives = schema.get("anyOf", [schema])
    return [name for alternative in alternatives for name in alternative.get("required", [])]
