"""A pushed body to its objects, byte for byte (TAXII 2.1 §3.7; rules.md 1).

Two passes: msgspec splits the body into the octets of each object, which are stored as they are; a strict pass
over each object finds what JSON parsers let through, but I-JSON forbids (RFC 7493): duplicate names, NaN, lone
surrogates, numbers that not every reader keeps.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import NoReturn

import msgspec

from taxii_server.core.errors import BodyTooLarge, MalformedBody, ObjectRefused, UnprocessableBody
from taxii_server.core.stix import StixObject

DEEPEST = 100
"""Levels of nesting inside an object."""

MOST_OBJECTS = 200_000
"""Objects in one push, unless the settings say otherwise."""

_BRACES_AN_OBJECT = 16  # on average; real ones have two or three, a bomb of empty ones is noticed before it is split
_LARGEST_INTEGER = 2**53 - 1
_MAY_BE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_AT_OCTET = re.compile(r"\(byte (\d+)\)")
_CONSTANT = re.compile(rb"-?(NaN|Infinity)")
_LARGEST_AROUND = 1_048_576
_HINT = 'A push is an envelope {"objects": [...]} or a STIX bundle.'


class _Body(msgspec.Struct):
    objects: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Shape(msgspec.Struct):
    """What a body that is no envelope has instead."""

    type: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    objects: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def split(body: bytes, max_objects: int = MOST_OBJECTS) -> list[bytes]:
    """The octets of each object of an envelope or a bundle, in their order.

    Raises MalformedBody when the body is not JSON in UTF-8, UnprocessableBody when it is no envelope or bundle, or
    has no objects, BodyTooLarge when it has more than ``max_objects``. Takes no more memory than the objects
    themselves, whatever the body is.
    """
    _check_utf8(body)
    if body.count(b"{") > _BRACES_AN_OBJECT * max_objects:
        raise _too_many(max_objects)
    try:
        objects = msgspec.json.decode(body, type=_Body).objects
    except (msgspec.DecodeError, RecursionError):
        _explain(body)
    if isinstance(objects, msgspec.UnsetType) or not objects:
        _explain(body)
    if len(objects) > max_objects:
        raise _too_many(max_objects)
    octets = [bytes(one) for one in objects]
    try:
        _parse_strictly(_around(body, octets))
    except ObjectRefused as error:  # a number outside of any object
        raise UnprocessableBody(str(error)) from None
    return octets


def parse_object(octets: bytes, max_object_size: int) -> StixObject:
    """What an object's octets mean.

    Raises UnprocessableBody or MalformedBody for what spoils the whole push, ObjectRefused for what concerns this
    object alone.
    """
    if len(octets) > max_object_size:
        raise ObjectRefused(f"The object has {len(octets)} octets; at most {max_object_size} are taken.")
    value = _parse_strictly(octets)
    if not isinstance(value, dict):
        shown = octets[:40].decode(errors="ignore")  # the cut may go through a character
        raise UnprocessableBody(f"An entry of objects is not a JSON object but {shown!r}. {_HINT}")
    if octets.count(b"{") + octets.count(b"[") > DEEPEST and _depth(value) > DEEPEST:
        raise ObjectRefused(f"The object is nested deeper than {DEEPEST} levels.")
    return value


def same_content(one: bytes, other: bytes) -> bool:
    """Whether two objects are equal as JSON: white space, the order of names, and 1.0 for 1 do not count."""
    return one == other or canonical(_parse_strictly(one)) == canonical(_parse_strictly(other))


def canonical(value: object) -> bytes:
    """One text for equal JSON values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _too_many(max_objects: int) -> BodyTooLarge:
    return BodyTooLarge(f"The push has too many objects; at most {max_objects} are taken at once.")


def _check_utf8(body: bytes) -> None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise MalformedBody(f"The body is not UTF-8: octet {error.start} cannot be read.") from None


def _explain(body: bytes) -> NoReturn:
    """Say what is wrong with a body that cannot be split; a large one is not built to find that out."""
    try:
        if len(body) <= _LARGEST_AROUND:
            _parse_strictly(body)
        msgspec.json.decode(body, type=msgspec.Raw)
    except RecursionError:
        raise MalformedBody("The body is nested too deeply to be read.") from None
    except ObjectRefused as error:
        raise UnprocessableBody(str(error)) from None
    except msgspec.DecodeError as error:
        _explain_syntax(body, str(error))
    try:
        shape = msgspec.json.decode(body, type=_Shape)
    except msgspec.DecodeError:
        raise UnprocessableBody(f"The body is JSON, but no envelope. {_HINT}") from None
    if isinstance(shape.objects, msgspec.Raw) and bytes(shape.objects).strip(b"[] \t\r\n"):
        raise UnprocessableBody(f"objects is a list of STIX objects. {_HINT}")
    if isinstance(shape.type, msgspec.Raw) and bytes(shape.type) != b'"bundle"':
        raise UnprocessableBody(f"The body is a bare object. {_HINT}")
    raise UnprocessableBody(f"There is no object in the body. {_HINT}")


def _explain_syntax(body: bytes, message: str) -> NoReturn:
    found = _AT_OCTET.search(message)
    at = int(found[1]) if found else 0
    constant = _CONSTANT.match(body, max(at - 1, 0))
    if constant:
        raise UnprocessableBody(f"{constant[1].decode()} is no number in JSON.")
    what = message.removeprefix("JSON is malformed: ").partition(" (byte")[0].lower()
    raise MalformedBody(f"The body is not JSON: {what} at octet {at}.")


def _around(body: bytes, objects: list[bytes]) -> bytes:
    """The body with a 0 for each object: msgspec passes over duplicate names and NaN there."""
    pieces: list[bytes] = []
    position = 0
    for octets in objects:
        found = body.find(octets, position)
        if found < 0:  # its octets stand a second time before it, as another property's value
            raise UnprocessableBody(f"What stands beside objects repeats an object. {_HINT}")
        pieces += (body[position:found].strip(), b"0")
        position = found + len(octets)
    pieces.append(body[position:].strip())
    if sum(map(len, pieces)) > _LARGEST_AROUND + 2 * len(objects):
        raise UnprocessableBody(f"What stands beside objects is larger than {_LARGEST_AROUND} octets.")
    return b"".join(pieces)


def _parse_strictly(octets: bytes) -> object:
    try:
        value = _STRICT.decode(octets.decode())
    except RecursionError:
        raise MalformedBody("The body is nested too deeply to be read.") from None
    except json.JSONDecodeError as error:
        raise MalformedBody(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    if b"\\u" in octets and _MAY_BE_SURROGATE.search(octets):
        _check_surrogates(value)
    return value


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnprocessableBody(f"The name {twice[:80]!r} stands twice in one object; I-JSON forbids that (RFC 7493).")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise UnprocessableBody(f"{name} is no number in JSON.")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > _LARGEST_INTEGER:
        raise ObjectRefused(
            f"The integer {digits[:40]} goes beyond 53 bits; not every reader would keep it (RFC 7493)."
        )
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ObjectRefused(f"The number {digits[:40]} is out of the range of a double (RFC 7493).")
    return int(value) if value.is_integer() and abs(value) <= _LARGEST_INTEGER else value  # 1.0 is 1 (RFC 8785)


_STRICT = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_float
)


def _check_surrogates(value: object) -> None:
    for text in _texts(value):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UnprocessableBody(
                "A string holds half of a surrogate pair; I-JSON forbids that (RFC 7493)."
            ) from None


def _texts(value: object) -> Iterator[str]:
    for one, _ in _walk(value):
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one


def _depth(value: object) -> int:
    return max(depth for _, depth in _walk(value))


def _walk(value: object) -> Iterator[tuple[object, int]]:
    """Every value inside, with its depth; a stack of our own, since the nesting may be deep."""
    stack: list[tuple[object, int]] = [(value, 1)]
    while stack:
        one, depth = stack.pop()
        yield one, depth
        if isinstance(one, dict):
            stack += ((inner, depth + 1) for inner in one.values())
        elif isinstance(one, list):
            stack += ((inner, depth + 1) for inner in one)
