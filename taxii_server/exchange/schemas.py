"""The OASIS schemas of STIX 2.0 and 2.1, amended, compiled when a type is first met.

They ship in stix2-validator 3.2.0, whose package is looked up but not imported: importing it costs a second.
Regular expressions run in linear time, so that no value can make a pattern of a schema expensive.
"""

import json
import threading
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from jsonschema_rs import Draft202012Validator, RegexOptions, Registry

from taxii_server.core.timestamps import parse_timestamp
from taxii_server.exchange.amendments import TIMESTAMP_FORMAT, Schema, amended

_FOLDERS: Final = ("common", "sdos", "sros", "observables")
_TOP_LEVEL_COMMON: Final = ("marking-definition", "language-content", "extension-definition")
_BASE: Final = "stix:/"
_LONGEST_REMEMBERED: Final = 40

_remembered = lru_cache(maxsize=4096)(parse_timestamp)


def instant_of(text: str) -> int:
    """`parse_timestamp` with a memory: the objects of one envelope share most of their dates."""
    # A long fraction is allowed, but must not fill the memory.
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else parse_timestamp(text)


def is_timestamp(text: str) -> bool:
    """The format of all timestamps in the schemas: RFC 3339 in UTC, and a day that exists (STIX 2.1 §3.2)."""
    try:
        instant_of(text)
    except ValueError:
        return False
    return True


class Schemas:
    """Validators by version and type. Thread-safe; each is compiled once, on first use (one to three ms)."""

    def __init__(self) -> None:
        self._documents = dict(documents())
        self._registry = Registry((f"{_BASE}{name}.json", document) for name, document in self._documents.items())
        self._names = {version: _by_type(version, self._documents) for version in ("2.0", "2.1")}
        self._compiled: dict[str, Draft202012Validator] = {}
        self._lock = threading.Lock()

    def for_object(self, version: str, type_: str, *, observable: bool) -> Draft202012Validator:
        """The validator of a type; an unknown type is judged by what all objects of its kind have in common."""
        core = "cyber-observable-core" if observable else "core"
        name = self._names[version].get(type_) or f"{version}/common/{core}"
        return self._compiled.get(name) or self._compile(name)

    def _compile(self, name: str) -> Draft202012Validator:
        with self._lock:
            if name not in self._compiled:
                self._compiled[name] = Draft202012Validator(
                    {"$ref": f"{_BASE}{name}.json"},
                    registry=self._registry,
                    formats={TIMESTAMP_FORMAT: is_timestamp},
                    validate_formats=True,
                    pattern_options=RegexOptions(),
                    offline=True,
                )
            return self._compiled[name]


def documents() -> Iterator[tuple[str, Schema]]:
    """All schemas of both versions, amended, under names such as `2.1/sdos/campaign`."""
    for version in ("2.0", "2.1"):
        root = _package_folder() / f"schemas-{version}" / "schemas"
        for folder in _FOLDERS:
            for file in sorted((root / folder).glob("*.json")):
                name = f"{folder}/{file.stem}"
                schema = amended(version, name, json.loads(file.read_bytes()))
                # A relative reference is resolved against this name; the published one points to the network.
                schema["$id"] = f"{_BASE}{version}/{name}.json"
                yield f"{version}/{name}", schema


def _package_folder() -> Path:
    spec = find_spec("stix2validator")
    if spec is None or spec.origin is None or not (folder := Path(spec.origin).parent / "schemas-2.1").is_dir():
        raise FileNotFoundError("the OASIS schemas are missing: stix2-validator must be 3.2.0 (3.3.1 ships none)")
    return folder.parent


def _by_type(version: str, named: dict[str, Schema]) -> dict[str, str]:
    names = {}
    for name in named:
        document_version, folder, type_ = name.split("/")
        if document_version == version and (folder != "common" or type_ in _TOP_LEVEL_COMMON):
            names[type_] = name
    return names
