"""PHP's serialised values, of which the parameters of a dump are written: scalars and arrays, nothing that could run.

Lengths of strings count octets. Objects, references and whatever else is no plain value are refused.
"""

import re
from typing import Final

_SCALAR: Final = re.compile(rb"(?:N|b:(?P<bool>[01])|i:(?P<int>-?\d{1,18})|d:(?P<float>[-+0-9.eEINFA]{1,40}));")
_SIZED: Final = re.compile(rb"(?P<kind>[sa]):(?P<size>\d{1,8}):")
_DEEPEST: Final = 20
_MOST_ITEMS: Final = 10_000

Value = str | int | float | bool | dict[str, "Value"] | None


class NotPhpError(ValueError):
    """The text is no serialised value, or one that is never read."""


def unserialized(text: str) -> Value:
    """Return the value of a serialised text; arrays are dictionaries with text for keys.

    Raises:
        NotPhpError: it is none, or holds objects.
    """
    octets = text.strip().encode("utf-8", "replace")
    value, end = _value(octets, 0, 0)
    if end != len(octets):
        raise NotPhpError("something stands behind the value")
    return value


def _value(octets: bytes, at: int, depth: int) -> tuple[Value, int]:
    scalar = _SCALAR.match(octets, at)
    if scalar is not None:
        return _scalar(scalar), scalar.end()
    sized = _SIZED.match(octets, at)
    if sized is None or depth > _DEEPEST:
        raise NotPhpError(f"no plain value at octet {at}")
    size = int(sized["size"])
    if sized["kind"] == b"s":
        return _string(octets, sized.end(), size)
    return _array(octets, sized.end(), size, depth)


def _scalar(found: re.Match[bytes]) -> Value:
    if found["bool"] is not None:
        return found["bool"] == b"1"
    if found["int"] is not None:
        return int(found["int"])
    if found["float"] is None:
        return None
    try:
        return float(found["float"])
    except ValueError:
        raise NotPhpError("no number") from None


def _string(octets: bytes, at: int, size: int) -> tuple[str, int]:
    end = at + 1 + size
    if octets[at : at + 1] != b'"' or octets[end : end + 2] != b'";':
        raise NotPhpError(f"a string at octet {at} has another length than it says")
    return octets[at + 1 : end].decode("utf-8", "replace"), end + 2


def _array(octets: bytes, at: int, size: int, depth: int) -> tuple[dict[str, Value], int]:
    if octets[at : at + 1] != b"{" or size > _MOST_ITEMS:
        raise NotPhpError(f"no array at octet {at}")
    found: dict[str, Value] = {}
    at += 1
    for _ in range(size):
        key, at = _value(octets, at, depth + 1)
        if not isinstance(key, str | int):
            raise NotPhpError(f"no key before octet {at}")
        found[str(key)], at = _value(octets, at, depth + 1)
    if octets[at : at + 1] != b"}":
        raise NotPhpError(f"an array has more than the {size} items it says")
    return found, at + 1
