"""What the objects of every member must keep, for the tests of members to share."""

import time
from collections.abc import Iterable, Iterator

from stix_mappers import Record, StixObject, reference_objects
from stix_mappers.extensions import as_stix2
from stix_mappers.record import encode, parse_json
from taxii_server.exchange.pattern_budget import PatternBudget
from taxii_server.exchange.validation import ObjectValidator
from tests.stix_mappers.conftest import references

_NOW = time.time_ns() // 1000
SHARED = frozenset(item["id"] for item in reference_objects())


def refused(objects: Iterable[StixObject]) -> Iterator[str]:
    """Yield what the server's own judge, python-stix2 or the closedness of the bundle holds against objects."""
    validator = ObjectValidator()
    given = list(objects)
    ids = {item["id"] for item in given} | SHARED
    for item in given:
        validator.check(item, _NOW, PatternBudget())
        if as_stix2(item)["id"] != item["id"]:  # type: ignore[index]
            yield item["id"]
        yield from (f"{item['id']} names {ref}" for ref in references(item) if ref not in ids)


def broken(records: Iterable[Record]) -> Iterator[str]:
    """Yield the records that do not keep the schema once they are written and read again."""
    for record in records:
        if parse_json(encode(record)) != record:
            yield record.record_id
